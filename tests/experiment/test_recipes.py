"""Recipes: the examples, the labels of runs, and the catalogue they choose from."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.errors import RecipeError
from workbench.experiment import catalogue, demo_recipe, head_counts, load_recipe, parse_recipe

EXAMPLES = Path(__file__).parents[2] / "resources" / "recipes"


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.toml")), ids=lambda file: file.stem)
def test_every_example_recipe_is_valid(file: Path) -> None:
    recipe = load_recipe(file)
    assert parse_recipe(recipe.canonical()) == recipe


def test_the_demo_is_the_digits_example() -> None:
    assert demo_recipe() == load_recipe(EXAMPLES / "digits.toml")


def test_everything_in_the_catalogue_can_stand_in_a_recipe() -> None:
    known = catalogue()
    recipe = {
        "data": {"kind": "sample"},
        "heads": [{"name": head.name} | {o.name: o.default for o in head.options} for head in known.heads],
    }
    assert [head.name for head in parse_recipe(recipe).heads] == [head.name for head in known.heads]
    for policy in known.policies:
        assert parse_recipe(recipe | {"policy": {"name": policy.name}}).policy.name == policy.name
    for backbone in known.backbones:
        named = parse_recipe(recipe | {"backbone": {"name": backbone.name}})
        assert named.backbone.name == backbone.name
    every = [*known.heads, *known.policies]
    assert all(part.title and part.summary for part in every)
    assert all(option.help for part in every for option in part.options)
    assert all(option.help for option in (*known.training, *known.augmentation, *known.backbone))


def test_counts_follow_the_published_formula() -> None:
    shared = head_counts("spinal_shared", {"layers": 8, "splits": 8, "width": 20}, 1024, 10)
    assert (shared.parameters, shared.multiplications) == (7_170, 24_880)
    with pytest.raises(RecipeError, match="width"):
        head_counts("spinal_shared", {"width": 0}, 1024, 10)
