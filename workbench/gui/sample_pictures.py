"""A data set's samples as gallery pictures, made one by one when they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from workbench.core.samples import SPLITS, Samples, Split
from workbench.gui.selection import PictureItem


class SamplePictures(Sequence[PictureItem]):
    """Pictures of some rows of a data set; nothing is copied, a million rows cost their indices."""

    def __init__(self, samples: Samples, split: Split | None, rows: NDArray[np.intp]) -> None:
        self._samples, self._split, self._rows = samples, split, rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> PictureItem: ...

    @overload
    def __getitem__(self, index: slice) -> SamplePictures: ...

    def __getitem__(self, index: int | slice) -> PictureItem | SamplePictures:
        if isinstance(index, slice):
            return SamplePictures(self._samples, self._split, self._rows[index])
        row = int(self._rows[index])
        samples = self._samples
        part = -1 if self._split is None else int(self._split.part[row])
        return PictureItem(
            name=samples.paths[row],
            file=str(samples.file(row)),
            target=samples.classes[int(samples.target[row])],
            split=SPLITS[part] if part >= 0 else "",
        )


def rows_of(samples: Samples, split: Split | None, class_name: str, part: str) -> NDArray[np.intp]:
    """Rows of one class and split; "" stands for all."""
    chosen = np.ones(len(samples), dtype=bool)
    if class_name:
        chosen &= samples.target == samples.classes.index(class_name)
    if part and split is not None:
        chosen &= split.part == SPLITS.index(part)
    return np.flatnonzero(chosen)


def copies(samples: Samples) -> NDArray[np.intp]:
    """Rows whose content stands elsewhere too, copies beside each other."""
    found = np.array(samples.content)
    _, inverse, counts = np.unique(found, return_inverse=True, return_counts=True)
    rows = np.flatnonzero(counts[inverse] > 1)
    return rows[np.argsort(inverse[rows], kind="stable")]
