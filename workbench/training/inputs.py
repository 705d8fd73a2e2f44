"""What the loop iterates over: features that were computed once, or pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from workbench.backbones import Backbone
from workbench.core.seeds import generator
from workbench.data import transforms


class Inputs(Protocol):
    """N samples with their targets [N] int64."""

    target: torch.Tensor

    def begin_epoch(self, seed: int, epoch: int) -> None:
        """Derive this epoch's randomness; for evaluation it is never called."""

    def batch(self, rows: torch.Tensor, device: torch.device) -> torch.Tensor:
        """The inputs of some samples, [B, ...] on `device`."""


@dataclass
class FeatureInputs:
    """Features [V, N, D] of V views; view 0 is the picture as it is.

    In training each sample shows one view per epoch, drawn anew.
    """

    features: torch.Tensor
    target: torch.Tensor
    _view: torch.Tensor | None = None

    def begin_epoch(self, seed: int, epoch: int) -> None:
        views, count = self.features.shape[:2]
        if views > 1:
            drawn = generator(seed, "view", epoch).integers(0, views, size=count)
            self._view = torch.from_numpy(drawn)

    def batch(self, rows: torch.Tensor, device: torch.device) -> torch.Tensor:
        if self._view is None:
            return self.features[0, rows].to(device, non_blocking=True)
        return self.features[self._view[rows], rows].to(device, non_blocking=True)


@dataclass
class PictureInputs:
    """Pictures [N, S+m, S+m, 3] uint8 (m: the augmentation's margin), normalised as the weights ask."""

    pictures: NDArray[np.uint8]
    target: torch.Tensor
    backbone: Backbone
    size_px: int
    augmentation: str = "none"
    _draws: transforms.Draws | None = None

    def begin_epoch(self, seed: int, epoch: int) -> None:
        if self.augmentation != "none":
            self._draws = transforms.draw(
                self.augmentation, len(self.target), generator(seed, "augmentation", epoch)
            )

    def batch(self, rows: torch.Tensor, device: torch.device) -> torch.Tensor:
        chosen = rows.numpy()
        pixels = torch.from_numpy(np.ascontiguousarray(self.pictures[chosen])).to(device, non_blocking=True)
        pixels = pixels.permute(0, 3, 1, 2)
        if self._draws is not None:
            pixels = transforms.apply(pixels, self._draws.rows(chosen), self.size_px)
        return self.backbone.normalised(pixels)


def targets(labels: Sequence[int] | NDArray[np.int32]) -> torch.Tensor:
    """Class indices as the loss wants them: [N] int64."""
    return torch.as_tensor(np.asarray(labels), dtype=torch.int64)
