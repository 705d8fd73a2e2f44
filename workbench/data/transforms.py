"""Random changes of training pictures, on whole batches, from numbers drawn beforehand.

What happens to a picture depends on its own row of the draws alone, never on its neighbours in
the batch: order, batch size and resuming change nothing. An augmentation with a margin wants
pictures decoded that much larger (`PictureSpec.larger`); the view without augmentation is the
picture decoded at the plain size, not a crop of the larger one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

# SpinalNet's transfer scripts (Kabir et al., arXiv:2007.03347): Resize(S + 20), RandomRotation(15),
# RandomCrop(S), RandomHorizontalFlip().
PAPER_MARGIN_PX = 20
PAPER_DEGREES = 15.0
FLIP_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Draws:
    """What happens to each of N pictures.

    angle_deg [N] float32, counter-clockwise; x_px, y_px [N] int64: the crop's left and top edge;
    flip [N] bool: mirrored left to right, last of all.
    """

    angle_deg: NDArray[np.float32]
    x_px: NDArray[np.int64]
    y_px: NDArray[np.int64]
    flip: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.flip)

    def rows(self, chosen: NDArray[np.integer]) -> Draws:
        """The draws of some pictures."""
        return Draws(self.angle_deg[chosen], self.x_px[chosen], self.y_px[chosen], self.flip[chosen])

    @classmethod
    def joined(cls, parts: Sequence[Draws]) -> Draws:
        """Several draws one after the other."""
        return cls(
            np.concatenate([part.angle_deg for part in parts]),
            np.concatenate([part.x_px for part in parts]),
            np.concatenate([part.y_px for part in parts]),
            np.concatenate([part.flip for part in parts]),
        )


def margin_px(name: str) -> int:
    """How much larger than wanted the pictures must be decoded for the augmentation `name`."""
    return PAPER_MARGIN_PX if name == "paper_spinal" else 0


def draw(name: str, count: int, generator: np.random.Generator) -> Draws:
    """Fresh draws for `count` pictures; "none" draws nothing and changes nothing."""
    margin = margin_px(name)
    degrees = PAPER_DEGREES if name == "paper_spinal" else 0.0
    flips = FLIP_SHARE if name != "none" else 0.0
    return Draws(
        generator.uniform(-degrees, degrees, count).astype(np.float32),
        generator.integers(0, margin, count, endpoint=True),
        generator.integers(0, margin, count, endpoint=True),
        generator.random(count) < flips,
    )


def apply(pictures: torch.Tensor, draws: Draws, size: int) -> torch.Tensor:
    """Pictures uint8 [B, 3, S+m, S+m] rotated about their middle, cropped to S, mirrored: [B, 3, S, S].

    Each result pixel is the nearest source pixel, as torchvision's RandomRotation does by default;
    what the rotation brings in from outside is black.
    """
    import torch

    assert len(pictures) == len(draws), "one row of draws per picture"
    device, (height, width) = pictures.device, pictures.shape[-2:]
    if not draws.angle_deg.any() and (height, width) == (size, size):
        flip = torch.from_numpy(draws.flip).to(device)
        return torch.where(flip[:, None, None, None], pictures.flip(-1), pictures)
    # From each result pixel back to its source. Plain products and sums, no matrix routine: those
    # may round differently for another batch size.
    turns = [math.radians(degrees) for degrees in draws.angle_deg.tolist()]
    cosine = _column([math.cos(turn) for turn in turns], device)
    sine = _column([math.sin(turn) for turn in turns], device)
    across = torch.arange(size, device=device)
    mirrored = torch.from_numpy(draws.flip).to(device)[:, None]
    column = (
        torch.where(mirrored, size - 1 - across, across) + torch.from_numpy(draws.x_px).to(device)[:, None]
    )
    line = across + torch.from_numpy(draws.y_px).to(device)[:, None]
    x = column.to(torch.float32)[:, None, :] - (width - 1) / 2  # [B, 1, S], from the middle
    y = line.to(torch.float32)[:, :, None] - (height - 1) / 2  # [B, S, 1]
    source_x = torch.round(cosine * x - sine * y + (width - 1) / 2).long()  # [B, S, S]
    source_y = torch.round(sine * x + cosine * y + (height - 1) / 2).long()
    inside = (source_x >= 0) & (source_x < width) & (source_y >= 0) & (source_y < height)
    place = (source_y * width + source_x).where(inside, torch.zeros_like(source_x))
    channels = pictures.shape[1]
    found = pictures.flatten(2).gather(2, place.flatten(1)[:, None].expand(-1, channels, -1))
    return (found * inside.flatten(1)[:, None]).reshape(-1, channels, size, size)


def _column(values: Sequence[float], device: torch.device) -> torch.Tensor:
    import torch

    return torch.tensor(values, dtype=torch.float32, device=device)[:, None, None]
