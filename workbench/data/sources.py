"""From a recipe's [data] table to labelled pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from workbench.core.errors import DataError
from workbench.core.recipe import DataSettings
from workbench.core.samples import TEST, TRAIN, Samples, Split
from workbench.core.stopping import Stopped, never
from workbench.data.digits import draw_digits
from workbench.data.index import Known, Progress, scan
from workbench.data.layout import Part, read_classes, read_layout
from workbench.data.metadata import read_metadata
from workbench.data.wording import listed, names, pictures


def open_data(
    settings: DataSettings,
    sample_home: Path,
    progress: Progress | None = None,
    stopped: Stopped = never,
    known: Known | None = None,
) -> Samples:
    """The labelled pictures that a recipe names.

    `sample_home` is where the packaged sample is drawn if it is asked for. `known` remembers files
    between scans: it is read and added to. Raises DataError when there is nothing to work with,
    Interrupted when the caller wants to end.
    """
    if settings.kind == "sample":
        draw_digits(sample_home)
        return _joined([read_layout(scan(sample_home, progress, stopped, known))])
    root = Path(os.path.abspath(settings.path))
    test_root = Path(os.path.abspath(settings.test_path)) if settings.test_path else None
    if test_root is not None:
        _refuse_overlap(root, test_root)
    parts = [read_layout(scan(root, progress, stopped, known))]
    if test_root is not None:
        if any(item.fixed == TEST for item in parts[0].items):
            raise DataError(
                f"{root} has a test folder, and data.test_path names another test set ({test_root}). "
                "Keep one of the two: remove data.test_path or move the test folder elsewhere"
            )
        found = read_classes(scan(test_root, progress, stopped, known))
        parts.append(replace(found, items=tuple(replace(item, fixed=TEST) for item in found.items)))
    samples = _joined(parts)
    return read_metadata(samples, Path(settings.metadata)) if settings.metadata else samples


def training_problem(samples: Samples, split: Split) -> str:
    """Why training cannot start on this split, and what to do, or "" if it can."""
    torn = [skip for skip in samples.skipped if skip.kind in ("damaged", "empty")]
    lost = f" ({len(torn)} of {len(samples) + len(torn)} files are damaged or empty)" if torn else ""
    if len(samples.classes) < 2:
        only = f"one class, {samples.classes[0]!r}" if samples.classes else "no class"
        return (
            f"There is only {only}, with {pictures(len(samples))}{lost}; telling apart takes two. "
            "Put the pictures of each further class into a folder of its own beside it"
        )
    train = split.indices(TRAIN)
    present = np.bincount(samples.target[train], minlength=len(samples.classes))
    absent = [name for name, count in zip(samples.classes, present, strict=True) if count == 0]
    if absent:
        return (
            f"No training picture is left of {names('class', absent)}{lost}. "
            "Add pictures, change the split, or take the class out of the folder"
        )
    return ""


def _joined(parts: Sequence[Part]) -> Samples:
    """One table of samples from one or two roots."""
    labels = sorted({item.label for part in parts for item in part.items if item.fixed != TEST})
    in_test = {item.label for part in parts for item in part.items if item.fixed == TEST}
    only_test = sorted(in_test - set(labels))
    if only_test:
        raise DataError(
            f"The test set has {names('class', only_test)}, of which there is no training picture. "
            f"Known from training: {listed(labels)}. Rename or remove the folder in the test set"
        )
    warnings = [warning for part in parts for warning in part.warnings]
    untested = sorted(set(labels) - in_test) if in_test else []
    if untested:
        warnings.append(f"The test set has no picture of {names('class', untested)}")
    number = {label: index for index, label in enumerate(labels)}
    items = [(index, item) for index, part in enumerate(parts) for item in part.items]
    sizes = [(item.facts.width_px, item.facts.height_px) for _, item in items]
    samples = Samples(
        roots=tuple(part.root for part in parts),
        classes=tuple(labels),
        paths=tuple(item.facts.path for _, item in items),
        root=np.array([root for root, _ in items], dtype=np.uint8),
        target=np.array([number[item.label] for _, item in items], dtype=np.int32),
        content=tuple(item.facts.content for _, item in items),
        size_px=np.array(sizes, dtype=np.int32).reshape(-1, 2),
        fixed=np.array([item.fixed for _, item in items], dtype=np.int8),
        skipped=tuple(skip for part in parts for skip in part.skipped),
    )
    return replace(samples, warnings=(*warnings, *_copies(samples)))


def _copies(samples: Samples) -> tuple[str, ...]:
    """Warnings about identical contents, and about those with several labels."""
    order = sorted(range(len(samples)), key=samples.content.__getitem__)
    equal = [(a, b) for a, b in pairwise(order) if samples.content[a] == samples.content[b]]
    copies = {index for pair in equal for index in pair}
    torn_between = [(a, b) for a, b in equal if samples.target[a] != samples.target[b]]
    warnings = []
    if copies:
        # Folders that fix the split may part copies; the split then says where.
        parted = any(samples.fixed[a] != samples.fixed[b] for a, b in equal)
        kept = "" if parted else "; copies always fall into one split"
        warnings.append(f"{pictures(len(copies))} have an identical copy{kept}")
    if torn_between:
        a, b = min(torn_between)
        count = len({samples.content[a] for a, _ in torn_between})
        warnings.append(
            f"Identical content under different classes: {pictures(count)}, for example "
            f"{_labelled_path(samples, a)} and {_labelled_path(samples, b)}. Correct the labels"
        )
    return tuple(warnings)


def _labelled_path(samples: Samples, index: int) -> str:
    return f"{samples.paths[index]} ({samples.classes[samples.target[index]]})"


def _refuse_overlap(root: Path, test_root: Path) -> None:
    train, test = os.path.realpath(root), os.path.realpath(test_root)
    if train == test:
        raise DataError(f"{root}: data.path and data.test_path are the same folder. Name another test folder")
    if test.startswith(train + os.sep) or train.startswith(test + os.sep):
        raise DataError(
            f"data.path ({root}) and data.test_path ({test_root}) lie inside one another, so that test "
            "pictures would be trained on. Choose two folders side by side"
        )
