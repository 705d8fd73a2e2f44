"""Where weights lie on this disk, and whether they are the published ones. No torch."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from workbench.backbones import Card, Preset, cards
from workbench.core import places
from workbench.core.errors import RecipeError, WeightsError
from workbench.core.recipe import BackboneSettings

PACKAGED = "efficientnet_lite0"  # the backbone that is always there


def published(file: str) -> Path | None:
    """The weights file of this name in the program's folder or in torch's own, or None."""
    for folder in (places.weights_dir(), torch_checkpoints()):
        path = folder / file
        if path.is_file():
            return path
    return None


def torch_checkpoints() -> Path:
    """The folder into which torch itself downloads weights (TORCH_HOME, XDG_CACHE_HOME move it)."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = os.environ.get("TORCH_HOME")
    return (Path(home).expanduser() if home else cache / "torch") / "hub" / "checkpoints"


def chosen(settings: BackboneSettings, default: Path | None, missing: str) -> Path | None:
    """The file whose weights `settings` ask for, checked to be there; None for random weights.

    `default` is where the published weights lie, `missing` the sentence if they lie nowhere.
    """
    if settings.weights == "none":
        return None
    if settings.weights == "default":
        if default is None:
            raise WeightsError(missing)
        return default
    path = Path(settings.weights)
    if path.is_dir():
        raise WeightsError(f"backbone.weights: {path} is a folder; name the .pth or .safetensors file in it.")
    if not path.exists():
        raise WeightsError(f"backbone.weights: there is no file {path}. Check the path, or use 'default'.")
    return path


def missing(card: Card) -> str:
    """What to do when published weights are not on this computer."""
    return (
        f"{card.name}: its weights ({card.weights_file}, {card.weights_mb:.0f} MB) are not on this computer. "
        f"Nothing is downloaded unasked. Put the file (from {card.source}) into {places.weights_dir()}, "
        f"or name a file in backbone.weights, or use {PACKAGED}, which is packaged."
    )


def check_published(path: Path, sha256: str, card: Card) -> None:
    """Raises WeightsError unless the file's `sha256` is, or begins with, the published one."""
    if not sha256.startswith(card.weights_sha256):
        raise WeightsError(
            f"{card.name}: {path} is not the published file: its SHA-256 begins with {sha256[:8]}, not "
            f"{card.weights_sha256[:8]}. It is damaged or another file; replace it with {card.weights_file} "
            f"from {card.source}."
        )


def sha256_of(path: Path) -> str:
    """SHA-256 of the file's bytes, 64 hexadecimal digits."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {error.strerror}.") from None


def preset_of(card: Card, settings: BackboneSettings) -> Preset:
    """How pictures are prepared: as for the weights that are loaded, or as `backbone.preset` says."""
    if not settings.preset or settings.preset == card.name:
        return card.preset
    known = {other.name: other.preset for other in cards()}
    if settings.preset not in known:
        raise RecipeError(
            f"backbone.preset: no backbone is called {settings.preset!r}; leave it empty for the preset of "
            f"{card.name}, or name one of: {', '.join(known)}"
        )
    if settings.weights in ("default", "none"):
        raise RecipeError(
            f"backbone.preset: only a weights file can follow another preset; weights = "
            f"'{settings.weights}' follows that of {card.name}. Remove backbone.preset."
        )
    return known[settings.preset]
