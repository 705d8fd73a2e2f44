"""torchvision's networks. Their weights lie on this disk or nowhere: nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.backbones import FAMILIES, Backbone, Card, Family
from workbench.backbones.nets import torchvision_cards
from workbench.backbones.weights import finding, loading
from workbench.core.errors import RecipeError
from workbench.core.recipe import BackboneSettings

if TYPE_CHECKING:
    import torch

    from workbench.backbones.nets.body import Body

NEEDS_NUMBERS = ("regnet",)  # computes its widths with torch, which the meta device cannot


@FAMILIES.register(torchvision_cards.FAMILY)
class TorchvisionModels(Family):
    def cards(self) -> tuple[Card, ...]:
        return torchvision_cards.CARDS

    def find(self, card: Card) -> Path | None:
        return finding.published(card.weights_file)

    def build(self, card: Card, settings: BackboneSettings) -> Backbone:
        _check_size(card, settings)
        file = finding.chosen(settings, self.find(card), finding.missing(card))

        def make() -> Body:
            from workbench.backbones.nets.torchvision_bodies import torchvision_body

            return torchvision_body(card.name, settings.image_size)

        def checked(found: dict[str, torch.Tensor], file: Path, sha256: str) -> dict[str, torch.Tensor]:
            _check_positions(card, settings, found, file)
            return found

        on_meta = not card.name.startswith(NEEDS_NUMBERS)
        return loading.loaded(card, settings, file, make, adapt=checked, on_meta=on_meta)


def _check_size(card: Card, settings: BackboneSettings) -> None:
    size, least = settings.image_size, torchvision_cards.minimum_px(card.name)
    patch = torchvision_cards.patch_px(card.name)
    if size < least:
        raise RecipeError(
            f"backbone.image_size: {card.name} needs pictures of at least {least} px, got {size}; "
            f"set backbone.image_size = {card.image_size}"
        )
    if patch and settings.weights == "default" and size != card.image_size:
        raise RecipeError(
            f"backbone.image_size: {card.name} with default weights takes {card.image_size} px pictures, "
            f"got {size}; set backbone.image_size = {card.image_size}"
        )
    if patch and size % patch:
        raise RecipeError(
            f"backbone.image_size: {card.name} cuts pictures into patches of {patch} px, and {size} is no "
            f"multiple of it; set backbone.image_size = {max(1, round(size / patch)) * patch}"
        )


def _check_positions(
    card: Card, settings: BackboneSettings, found: dict[str, torch.Tensor], file: Path
) -> None:
    """A vision transformer's weights hold one position per patch, so they are for one picture size."""
    patch = torchvision_cards.patch_px(card.name)
    table = found.get("encoder.pos_embedding", found.get("patches.pos_embedding"))
    if not patch or table is None or table.ndim != 3:
        return
    size = round((table.shape[1] - 1) ** 0.5) * patch  # one position is the class token's
    if size != settings.image_size:
        raise RecipeError(
            f"backbone.image_size: {file} is for pictures of {size} px, got {settings.image_size}; "
            f"set backbone.image_size = {size}"
        )
