"""The packaged sample: scikit-learn's handwritten digits, drawn as pictures.

1,797 digits of 43 writers, 8 x 8 cells with 17 levels each (Alpaydin and Kaynak, UCI "Optical
Recognition of Handwritten Digits"). They come with scikit-learn, so no network is needed.
"""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workbench.core.errors import ProjectError

SIDE_PX = 64
BORDER_PX = 8  # paper around the ink, as around a digit written in a box
LEVELS = 16  # the darkest value of a cell
INK, PAPER = 25, 250  # grey of full ink and of blank paper
MARK = ".drawn"  # lies in a folder whose pictures are all there


def draw_digits(home: Path) -> None:
    """Make sure that `home`/<digit>/<index>.png are there: written once, all or nothing.

    Raises ProjectError when they cannot be written.
    """
    if (home / MARK).is_file():
        return
    if os.path.lexists(home) and not (home.is_dir() and os.access(home, os.R_OK) and not any(home.iterdir())):
        raise ProjectError(
            f"{home}: something else is in the place of the sample pictures. Rename or remove it, "
            "then try again"
        )
    from sklearn.datasets import load_digits

    data = load_digits()
    beside = home.with_name(f".{home.name}-{uuid.uuid4().hex}")
    try:
        for digit in range(10):
            (beside / str(digit)).mkdir(parents=True)
        for index, (cells, digit) in enumerate(zip(data.images, data.target, strict=True)):
            draw(cells).save(beside / str(digit) / f"{index:04d}.png")
        (beside / MARK).touch()
        if home.is_dir():
            home.rmdir()  # Windows does not rename onto a folder, not even an empty one
        os.replace(beside, home)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        if (home / MARK).is_file():
            return  # another process was faster
        raise ProjectError(
            f"{home}: the sample pictures cannot be written there ({error.strerror}). "
            "Check that the project's folder can be written and has space left"
        ) from None


def draw(cells: NDArray[np.float64]) -> Image.Image:
    """Cells [8, 8] of 0 to LEVELS as dark ink on white paper, grey, SIDE_PX x SIDE_PX."""
    ink = Image.fromarray((cells / LEVELS).astype(np.float32))
    inner = SIDE_PX - 2 * BORDER_PX
    smooth = np.asarray(ink.resize((inner, inner), Image.Resampling.BICUBIC))
    page = np.full((SIDE_PX, SIDE_PX), float(PAPER))
    page[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX] -= (PAPER - INK) * np.clip(smooth, 0, 1)
    return Image.fromarray(np.rint(page).astype(np.uint8))
