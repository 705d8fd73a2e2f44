"""Recipes checked against the parts that exist, and the catalogue of those parts. No torch here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench import backbones
from workbench.core import recipe as core_recipe
from workbench.core import recipe_files
from workbench.core.errors import RecipeError
from workbench.core.options import describe, validated
from workbench.core.recipe import (
    AugmentationSettings,
    BackboneSettings,
    DataSettings,
    PartChoice,
    Recipe,
    TrainingSettings,
)
from workbench.core.registry import Registry
from workbench.experiment.views import BackboneCard, Catalogue, HeadCounts, PartCard
from workbench.heads import HEADS, Head
from workbench.policies import POLICIES, Policy


def load_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe file at `path` with `--set` overrides; raises RecipeError naming path and fix."""
    values = recipe_files.read_values(Path(path))
    recipe_files.apply_overrides(values, overrides, Path.cwd())
    return parse_recipe(values)


def parse_recipe(values: Mapping[str, Any]) -> Recipe:
    """A checked recipe in canonical form: every default is spelled out, options of parts too."""
    recipe = core_recipe.parse(values)
    backbones.card(recipe.backbone.name)
    heads = tuple(_canonical(HEADS, choice, f"heads.{i}") for i, choice in enumerate(recipe.heads))
    policy = _canonical(POLICIES, recipe.policy, "policy")
    return recipe.model_copy(update={"heads": heads, "policy": policy})


def parse_stored(text: str) -> Recipe:
    """A recipe that a project stored: its paths are absolute already."""
    return parse_recipe(core_recipe.parse_toml(text, "the stored recipe"))


def head_of(choice: PartChoice, place: str = "heads") -> Head:
    """The head that `choice` names, with its options."""
    return validated(HEADS[choice.name], choice.options, place)


def policy_of(choice: PartChoice) -> Policy:
    """The policy that `choice` names, with its options."""
    return validated(POLICIES[choice.name], choice.options, "policy")


def _canonical(registry: Registry[Any], choice: PartChoice, place: str) -> PartChoice:
    try:
        part = registry[choice.name]
    except RecipeError as error:
        raise RecipeError(f"{place}.name: {error}") from None
    options = validated(part, choice.options, place)
    return PartChoice(name=choice.name, **options.model_dump(mode="json", exclude_none=True))


def head_counts(name: str, options: Mapping[str, Any], features: int, classes: int) -> HeadCounts:
    """Parameters and multiplications of a head at this size; raises RecipeError for bad options."""
    head = head_of(PartChoice(name=name, **options), name)
    return HeadCounts(
        name=name,
        options=head.model_dump(mode="json"),
        parameters=head.parameters(features, classes),
        multiplications=head.multiplications(features, classes),
        notes=head.notes(features, classes),
    )


def catalogue() -> Catalogue:
    """Everything that can stand in a recipe, with help."""
    return Catalogue(
        heads=tuple(_part_card(name, HEADS[name]) for name in HEADS),
        policies=tuple(_part_card(name, POLICIES[name]) for name in POLICIES),
        backbones=tuple(
            BackboneCard(
                name=card.name,
                title=card.title,
                features=card.features,
                parameters=card.parameters,
                gflops=card.gflops,
                image_size=card.image_size,
                weights_mb=card.weights_mb,
                on_disk=backbones.on_disk(card) is not None,
                packaged=card.packaged,
                licence=card.licence,
                source=card.source,
            )
            for card in backbones.cards()
        ),
        training=describe(TrainingSettings),
        augmentation=describe(AugmentationSettings),
        backbone=describe(BackboneSettings),
    )


def _part_card(name: str, part: type[Head] | type[Policy]) -> PartCard:
    return PartCard(name, part.title, part.summary, getattr(part, "source", ""), describe(part))


def labels(recipe: Recipe) -> list[str]:
    """What people call each (head, seed) of a recipe, heads first: the name, and what tells it apart."""
    names = []
    for choice in recipe.heads:
        twins = [other for other in recipe.heads if other.name == choice.name]
        names.append(choice.name + _differences(choice, twins))
    names = [
        name if names.count(name) == 1 else f"{name} #{names[: i + 1].count(name)}"
        for i, name in enumerate(names)
    ]
    seeds = recipe.training.seeds
    return [name if len(seeds) == 1 else f"{name}, seed {seed}" for name in names for seed in seeds]


def _differences(choice: PartChoice, twins: Sequence[PartChoice]) -> str:
    keys = [
        key for key in choice.options if any(twin.options.get(key) != choice.options[key] for twin in twins)
    ]
    if not keys:
        return ""
    return " (" + ", ".join(f"{key.replace('_', ' ')} {_shown(choice.options[key])}" for key in keys) + ")"


def _shown(value: Any) -> str:
    return "-".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


DEMO_EPOCHS = 30
DEMO_IMAGE_SIZE = 64  # the digits are 8 x 8 px; more pixels only cost time


def demo_recipe() -> Recipe:
    """The packaged sample with linear, MLP, spinal and spinal-shared heads."""
    return parse_recipe(
        {
            "name": "Handwritten digits",
            "data": DataSettings(kind="sample").model_dump(),
            "backbone": {"image_size": DEMO_IMAGE_SIZE},
            "heads": [{"name": name} for name in ("linear", "mlp", "spinal", "spinal_shared")],
            "training": {"epochs": DEMO_EPOCHS},
        }
    )
