"""The packaged sample, drawn."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from workbench.core.errors import ProjectError
from workbench.data.digits import draw, draw_digits


def test_every_digit_is_drawn_in_the_folder_of_its_name_even_if_an_empty_one_is_there(tmp_path: Path) -> None:
    home = tmp_path / "sample"
    home.mkdir()
    draw_digits(home)
    target = load_digits().target
    for index in (0, 500, 1796):
        assert (home / str(target[index]) / f"{index:04d}.png").is_file()
    assert len(list(home.rglob("*.png"))) == len(target)


def test_a_picture_keeps_what_the_cells_say() -> None:
    cells = load_digits().images[3]
    page = np.asarray(draw(cells))
    assert page.shape == (64, 64)
    assert page[0, 0] > 240
    assert page.min() < 60
    ink = (255 - page[8:56, 8:56].astype(float)).reshape(8, 6, 8, 6).mean(axis=(1, 3))
    assert np.corrcoef(ink.ravel(), cells.ravel())[0, 1] > 0.98


def test_a_folder_of_the_users_own_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    with pytest.raises(ProjectError, match="mine: something else is in the place"):
        draw_digits(mine)
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "letter.txt"]


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(ProjectError, match=r"cannot be written there \(No space left on device\)"):
        draw_digits(tmp_path / "sample")
    assert os.listdir(tmp_path) == []
