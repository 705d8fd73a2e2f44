"""The labelled pictures of one data set, and which split each stands in.

Columns, not objects: a million pictures must fit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SPLITS = ("train", "val", "test")
TRAIN, VAL, TEST = range(3)
NO_SPLIT = -1  # the folder does not say, or the sample is excluded


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not used, and why, in the user's words."""

    path: str  # POSIX, relative to its root
    kind: str  # damaged | empty | not a picture | no class | unreadable
    reason: str


@dataclass(frozen=True, eq=False)
class Samples:
    """N pictures in order of their names (code points), training folder before test folder.

    paths [N] POSIX names relative to the root the sample stands under; root [N] uint8 index into
    `roots` (0: data.path, 1: data.test_path); target [N] int32 index into `classes`; content [N]
    hash of the file's bytes (32 hexadecimal digits); size_px [N, 2] int32 width and height as
    shown (after EXIF rotation); fixed [N] int8 split that the folders prescribe, or NO_SPLIT;
    metadata: column name -> N texts ("" where the table says nothing).
    """

    roots: tuple[Path, ...]
    classes: tuple[str, ...]
    paths: tuple[str, ...]
    root: NDArray[np.uint8]
    target: NDArray[np.int32]
    content: tuple[str, ...]
    size_px: NDArray[np.int32]
    fixed: NDArray[np.int8]
    metadata: dict[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)

    def file(self, index: int) -> Path:
        """Where sample `index` lies on disk."""
        return self.roots[int(self.root[index])] / self.paths[index]

    def fingerprint(self) -> str:
        """Hash of names, labels, contents and metadata: 32 hexadecimal digits."""
        digest = hashlib.sha256("\0".join(self.classes).encode())
        for index, path in enumerate(self.paths):
            row = f"{self.root[index]}\0{path}\0{self.target[index]}\0{self.content[index]}\n"
            digest.update(row.encode("utf-8", "surrogateescape"))
        for column in sorted(self.metadata):
            digest.update(f"{column}\0".encode())
            digest.update("\0".join(self.metadata[column]).encode("utf-8", "surrogateescape"))
        return digest.hexdigest()[:32]


@dataclass(frozen=True, eq=False)
class Split:
    """The split each of N samples stands in, and what was found while dealing them.

    part [N] int8: TRAIN, VAL, TEST or NO_SPLIT (excluded). group: the metadata column that was
    kept together, or "". `notes` are plain sentences for the user; shared_groups counts groups
    that stand in more than one split, computed from `part`, not assumed.
    """

    part: NDArray[np.int8]
    group: str
    groups: int  # number of distinct groups; 0 without a group column
    shared_groups: int
    duplicates: int  # samples whose content stands elsewhere too
    sentence: str  # "0.70 / 0.15 / 0.15, stratified, grouped by patient, seed 0"
    notes: tuple[str, ...] = ()

    def indices(self, part: int) -> NDArray[np.intp]:
        """Indices of the samples of one split, ascending."""
        return np.flatnonzero(self.part == part)

    def fingerprint(self) -> str:
        """Hash of who stands where: 32 hexadecimal digits."""
        return hashlib.sha256(self.part.tobytes()).hexdigest()[:32]
