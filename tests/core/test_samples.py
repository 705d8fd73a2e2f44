"""Samples and splits as columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from workbench.core.samples import NO_SPLIT, TEST, TRAIN, VAL, Samples, Split


def samples() -> Samples:
    return Samples(
        roots=(Path("/train"), Path("/test")),
        classes=("cat", "dog"),
        paths=("cat/1.png", "dog/1.png", "cat/1.png"),
        root=np.array([0, 0, 1], dtype=np.uint8),
        target=np.array([0, 1, 0], dtype=np.int32),
        content=("aa", "bb", "cc"),
        size_px=np.ones((3, 2), dtype=np.int32),
        fixed=np.array([NO_SPLIT, NO_SPLIT, TEST], dtype=np.int8),
        metadata={"patient": ("p1", "p2", "")},
    )


def test_a_file_lies_under_the_root_of_its_sample() -> None:
    assert samples().file(0) == Path("/train/cat/1.png")
    assert samples().file(2) == Path("/test/cat/1.png")


def test_the_fingerprint_follows_names_labels_contents_and_metadata_but_not_the_place() -> None:
    before = samples()
    moved = replace(before, roots=(Path("/elsewhere"), Path("/test")))
    assert moved.fingerprint() == before.fingerprint()
    changed = [
        replace(before, classes=("cat", "hound")),
        replace(before, paths=("cat/2.png", "dog/1.png", "cat/1.png")),
        replace(before, target=np.array([1, 1, 0], dtype=np.int32)),
        replace(before, content=("aa", "bb", "dd")),
        replace(before, metadata={"patient": ("p1", "p1", "")}),
        replace(before, metadata={}),
    ]
    assert len({before.fingerprint(), *(one.fingerprint() for one in changed)}) == len(changed) + 1


def test_a_split_lists_its_samples_in_order_and_leaves_out_the_excluded() -> None:
    part = np.array([TRAIN, VAL, NO_SPLIT, TRAIN, TEST], dtype=np.int8)
    split = Split(part, group="", groups=0, shared_groups=0, duplicates=0, sentence="")
    assert split.indices(TRAIN).tolist() == [0, 3]
    assert split.indices(VAL).tolist() == [1]
    assert split.indices(TEST).tolist() == [4]
    other = replace(split, part=np.array([TRAIN, VAL, NO_SPLIT, VAL, TEST], dtype=np.int8))
    assert split.fingerprint() != other.fingerprint()
    assert split.fingerprint() == replace(split, sentence="another").fingerprint()
