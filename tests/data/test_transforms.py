"""Augmentation against torchvision, and its independence of the batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.transforms import functional

from workbench.core.seeds import generator
from workbench.data import transforms
from workbench.data.transforms import Draws

SIZE = 32


def noise(count: int, side: int) -> torch.Tensor:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 3, side, side), dtype=np.uint8)
    return torch.from_numpy(pixels)


def still(count: int) -> Draws:
    zeros = np.zeros(count, dtype=np.int64)
    return Draws(zeros.astype(np.float32), zeros, zeros, zeros.astype(bool))


def test_the_papers_augmentation_is_torchvisions_rotate_crop_and_flip() -> None:
    pictures = noise(12, SIZE + transforms.margin_px("paper_spinal"))
    draws = transforms.draw("paper_spinal", 12, generator(0, "augmentation", 1))
    found = transforms.apply(pictures, draws, SIZE)
    assert found.dtype == torch.uint8
    for row in range(12):
        x, y = int(draws.x_px[row]), int(draws.y_px[row])
        turned = functional.rotate(pictures[row], float(draws.angle_deg[row]))
        expected = functional.crop(turned, y, x, SIZE, SIZE)
        expected = functional.hflip(expected) if draws.flip[row] else expected
        # Half-way positions may round the other way in another formula.
        assert (found[row] == expected).float().mean() > 0.995


def test_flip_mirrors_the_drawn_pictures_and_no_others() -> None:
    pictures = noise(40, SIZE)
    draws = transforms.draw("flip", 40, generator(0, "augmentation", 1))
    assert 5 < draws.flip.sum() < 35
    assert transforms.margin_px("flip") == 0
    found = transforms.apply(pictures, draws, SIZE)
    for row in range(40):
        assert torch.equal(found[row], pictures[row].flip(-1) if draws.flip[row] else pictures[row])


def test_none_changes_nothing() -> None:
    pictures = noise(4, SIZE)
    draws = transforms.draw("none", 4, generator(0, "augmentation", 1))
    assert torch.equal(transforms.apply(pictures, draws, SIZE), pictures)


def test_a_crop_without_rotation_is_exact() -> None:
    pictures = noise(3, SIZE + 20)
    draws = still(3)
    draws.x_px[:], draws.y_px[:] = [0, 7, 20], [20, 3, 0]
    found = transforms.apply(pictures, draws, SIZE)
    for row in range(3):
        x, y = int(draws.x_px[row]), int(draws.y_px[row])
        assert torch.equal(found[row], pictures[row, :, y : y + SIZE, x : x + SIZE])


@pytest.mark.parametrize("name", ["flip", "paper_spinal"])
def test_a_picture_does_not_depend_on_its_neighbours_in_the_batch(name: str) -> None:
    pictures = noise(9, SIZE + transforms.margin_px(name))
    draws = transforms.draw(name, 9, generator(0, "augmentation", 1))
    together = transforms.apply(pictures, draws, SIZE)
    order = np.array([4, 8, 0, 3, 3])
    assert torch.equal(transforms.apply(pictures[order], draws.rows(order), SIZE), together[order])
    for row in range(9):
        alone = np.array([row])
        assert torch.equal(transforms.apply(pictures[alone], draws.rows(alone), SIZE)[0], together[row])


def test_draws_stay_within_the_papers_bounds_and_use_them() -> None:
    draws = transforms.draw("paper_spinal", 4000, generator(0, "augmentation", 1))
    assert -15 <= draws.angle_deg.min() < -14 < 14 < draws.angle_deg.max() <= 15
    assert (draws.x_px.min(), draws.x_px.max(), draws.y_px.min(), draws.y_px.max()) == (0, 20, 0, 20)
    assert 0.45 < draws.flip.mean() < 0.55


def test_the_same_seed_draws_the_same_and_parts_join_in_order() -> None:
    first, again = (transforms.draw("paper_spinal", 5, generator(3, "augmentation", 2)) for _ in range(2))
    assert np.array_equal(first.angle_deg, again.angle_deg)
    joined = Draws.joined([first.rows(np.array([i])) for i in range(5)])
    assert len(joined) == 5
    for column in ("angle_deg", "x_px", "y_px", "flip"):
        assert np.array_equal(getattr(joined, column), getattr(first, column))
