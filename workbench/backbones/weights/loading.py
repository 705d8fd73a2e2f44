"""A network with the weights that a recipe asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.backbones import Backbone, Card, Weights
from workbench.backbones.nets.body import Body, seeded
from workbench.backbones.weights import finding
from workbench.core.recipe import BackboneSettings

if TYPE_CHECKING:
    import torch

Adapt = Callable[[dict[str, "torch.Tensor"], Path, str], dict[str, "torch.Tensor"]]


def as_found(found: dict[str, torch.Tensor], file: Path, sha256: str) -> dict[str, torch.Tensor]:
    """The tensors as the file names them."""
    return found


def loaded(
    card: Card,
    settings: BackboneSettings,
    file: Path | None,
    make: Callable[[], Body],
    *,
    adapt: Adapt = as_found,
    on_meta: bool = True,
) -> Backbone:
    """The backbone in evaluation mode; without a `file` its weights are random, the same ones every time.

    `adapt` sees the file's tensors, the file and its SHA-256 before they are fitted. `on_meta`: the
    network can be made without memory and random numbers, as its weights are replaced at once.
    """
    preset = finding.preset_of(card, settings)
    if file is None:
        with seeded():
            body = make()
        weights = Weights("none", "", "")
        return Backbone(card, body.module.eval(), body.blocks, card.features, preset, weights)

    import torch

    from workbench.backbones.weights.fitting import fit
    from workbench.backbones.weights.reading import tensors

    sha256 = finding.sha256_of(file)
    if settings.weights == "default":
        finding.check_published(file, sha256, card)
    found = adapt(tensors(file), file, sha256)
    with seeded(), torch.device("meta" if on_meta else "cpu"):
        body = make()
    fit(body, found, str(file), card.name)
    source = "default" if settings.weights == "default" else file.name
    weights = Weights(source, str(file), sha256)
    return Backbone(card, body.module.eval(), body.blocks, card.features, preset, weights)
