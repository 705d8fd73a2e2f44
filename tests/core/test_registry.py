"""Parts register by existing as a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.core.errors import RecipeError
from workbench.core.registry import Registry


@pytest.fixture
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry[str]]:
    """A package of two files, each of which files one part."""
    package = tmp_path / "shapes_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from workbench.core.registry import Registry\n"
        f"SHAPES = Registry('shape', {package.name!r}, reserved=('hexagon',))\n"
    )
    for name in ("square", "circle"):
        (package / f"{name}.py").write_text(
            f"from {package.name} import SHAPES\nSHAPES.register({name!r})('the {name}')\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield __import__(package.name).SHAPES
    for module in set(sys.modules) - before:
        if module.startswith(package.name):
            del sys.modules[module]


def test_a_file_in_the_package_is_a_part(shapes: Registry[str]) -> None:
    assert shapes.names() == ("circle", "square")
    assert list(shapes) == ["circle", "square"]
    assert shapes["circle"] == "the circle"
    assert "square" in shapes
    assert "hexagon" not in shapes


def test_a_misspelt_part_is_answered_with_the_nearest_name(shapes: Registry[str]) -> None:
    with pytest.raises(RecipeError, match=r"no shape is called 'squar'; did you mean 'square'\?"):
        shapes["squar"]
    with pytest.raises(RecipeError, match="known: circle, square"):
        shapes["zzzzzz"]


def test_a_reserved_part_says_that_it_is_planned(shapes: Registry[str]) -> None:
    with pytest.raises(RecipeError, match=r"'hexagon' is planned but not in this version.*circle, square"):
        shapes["hexagon"]


def test_two_parts_of_one_name_are_our_mistake(shapes: Registry[str]) -> None:
    assert "circle" in shapes
    with pytest.raises(AssertionError):
        shapes.register("circle")("another")
