"""A small folder of pictures that a head can learn, and a recipe for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.recipe import Recipe
from workbench.experiment import parse_recipe
from workbench.store.project import Project

COLOURS = {"blue": (40, 60, 200), "green": (50, 170, 60), "red": (200, 50, 40)}
EACH = 10


def draw(file: Path, colour: tuple[int, int, int], seed: int) -> None:
    """A noisy picture that leans towards `colour`."""
    numbers = np.random.default_rng(seed)
    pixels = np.array(colour) + numbers.normal(0, 60, (36, 48, 3))
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes of ten pictures."""
    root = tmp_path_factory.mktemp("pictures")
    for place, (name, colour) in enumerate(COLOURS.items()):
        for index in range(EACH):
            draw(root / name / f"{index}.png", colour, 100 * place + index)
    return root


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "project") as made:
        yield made


def recipe_for(folder: Path, **changes: object) -> Recipe:
    """Two heads on the packaged backbone at 32 px; `training__epochs=3` and the like change it."""
    values: dict[str, object] = {
        "name": "colours",
        "data": {"kind": "folder", "path": str(folder)},
        "split": {"fractions": [0.5, 0.3, 0.2]},
        "backbone": {"image_size": 32},
        "heads": [{"name": "linear"}, {"name": "spinal_shared", "width": 8}],
        "training": {"epochs": 4, "batch_size": 8, "learning_rate": 0.01, "device": "cpu"},
    }
    for key, value in changes.items():
        table, _, name = key.partition("__")
        if name:
            values[table] = {**values.get(table, {}), name: value}  # type: ignore[dict-item]
        else:
            values[table] = value
    return parse_recipe(values)
