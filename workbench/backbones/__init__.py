"""Backbones: from pictures [B, 3, H, W] to features [B, D]. A new family is a new file here.

A family's file imports torch only inside functions, so that the list of backbones with sizes and
licences is there before torch is.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.core.errors import RecipeError
from workbench.core.recipe import BackboneSettings
from workbench.core.registry import Registry

if TYPE_CHECKING:
    import torch
    from torch import nn


@dataclass(frozen=True, slots=True)
class Preset:
    """How pictures were prepared when the weights were trained; it follows the weights, always."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"
    crop_fraction: float = 0.875  # share of the shorter side that the middle crop keeps


IMAGENET = Preset((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = Preset((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "bicubic")


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a backbone before it is built."""

    name: str
    title: str
    family: str  # key into FAMILIES
    features: int  # D
    parameters: int  # of the body, without a classifier
    gflops: float  # 1e9 multiplications of one forward pass at image_size
    image_size: int  # px, what the default weights were trained for
    preset: Preset
    weights_file: str  # file name of the default weights; "" if there are none
    weights_sha256: str  # whole hash or the prefix that the publisher gives
    weights_mb: float
    licence: str
    source: str  # who published the weights
    packaged: bool = False  # comes with the program


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights a backbone carries."""

    source: str  # "default", "none" or the file's name
    file: str  # where they were read; "" for none
    sha256: str  # of the file's bytes; "" for none


@dataclass(frozen=True, slots=True)
class Block:
    """A named part of the backbone, in forward order."""

    name: str
    modules: tuple[nn.Module, ...]


@dataclass(frozen=True, slots=True)
class Backbone:
    """A built backbone. `module` maps normalised pictures [B, 3, H, W] to features [B, D]."""

    card: Card
    module: nn.Module
    blocks: tuple[Block, ...]
    features: int
    preset: Preset
    weights: Weights

    def normalised(self, pictures: torch.Tensor) -> torch.Tensor:
        """uint8 pictures [B, 3, H, W] as the weights expect them: float32, minus mean, over std."""
        mean = pictures.new_tensor(self.preset.mean, dtype=_float32()).view(1, 3, 1, 1)
        std = pictures.new_tensor(self.preset.std, dtype=_float32()).view(1, 3, 1, 1)
        return (pictures.to(_float32()) / 255.0 - mean) / std


def _float32() -> torch.dtype:
    import torch

    return torch.float32


class Family:
    """Backbones of one kind."""

    @abstractmethod
    def cards(self) -> tuple[Card, ...]:
        """All members, smallest first; no torch needed."""

    @abstractmethod
    def find(self, card: Card) -> Path | None:
        """Where the default weights lie on this disk, or None; no torch needed."""

    @abstractmethod
    def build(self, card: Card, settings: BackboneSettings) -> Backbone:
        """The backbone in evaluation mode; raises WeightsError when weights are missing or do not fit."""


FAMILIES: Registry[Callable[[], Family]] = Registry("backbone family", __name__)


def cards() -> tuple[Card, ...]:
    """All known backbones: packaged first, then by size."""
    found = [card for name in FAMILIES for card in FAMILIES[name]().cards()]
    return tuple(sorted(found, key=lambda card: (not card.packaged, card.parameters)))


def card(name: str) -> Card:
    """The backbone called `name`; raises RecipeError naming near ones."""
    import difflib

    known = {card.name: card for card in cards()}
    if name in known:
        return known[name]
    if name.startswith("timm:"):
        raise RecipeError(f"backbone.name: {name!r}: timm models by name come with a later version")
    near = difflib.get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known: {', '.join(known)}"
    raise RecipeError(f"backbone.name: no backbone is called {name!r}; {hint}")


def on_disk(card: Card) -> Path | None:
    """Where the default weights of `card` lie on this disk, or None."""
    return FAMILIES[card.family]().find(card)


def build(settings: BackboneSettings) -> Backbone:
    """The backbone a recipe asks for, with its weights loaded and checked."""
    chosen = card(settings.name)
    return FAMILIES[chosen.family]().build(chosen, settings)
