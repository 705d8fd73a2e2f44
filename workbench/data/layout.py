"""What the folders say: each picture's class, and the split where they prescribe it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.core.errors import DataError
from workbench.core.samples import NO_SPLIT, SPLITS, Skipped
from workbench.data.index import FileFacts, Scan
from workbench.data.wording import listed, names, pictures

# Folder names that mean a split, whatever their case.
SPLIT_NAMES = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val",
    "test": "test", "testing": "test",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    facts: FileFacts
    label: str
    fixed: int


@dataclass(frozen=True, slots=True)
class Part:
    """The labelled pictures of one root."""

    root: Path
    items: tuple[Labelled, ...]
    skipped: tuple[Skipped, ...]
    warnings: tuple[str, ...] = ()


def read_layout(found: Scan) -> Part:
    """A folder of classes, or one of train, val and test folders that hold classes."""
    depth: dict[str, int] = defaultdict(int)  # first folder -> deepest level of a picture in it
    for file in found.files:
        first, *rest = file.path.split("/")
        if rest:
            depth[first] = max(depth[first], len(rest))
    splits = sorted(name for name in depth if name.lower() in SPLIT_NAMES)
    others = sorted(set(depth) - set(splits))
    if splits and not others:
        return _splits_below(found, splits)
    nested = [name for name in splits if depth[name] > 1]
    if nested:
        raise DataError(
            f"{found.root}: classes lie in {names('folder', nested)}, but other folders with pictures "
            f"stand beside: {listed(others)}. Choose a folder that holds either one folder per "
            "class, or only train, val and test"
        )
    part = read_classes(found)
    if splits:
        warning = f"Read as a class, because it stands beside other classes: {names('folder', splits)}"
        part = replace(part, warnings=(*part.warnings, warning))
    return part


def _splits_below(found: Scan, folders: Sequence[str]) -> Part:
    """train/, val/, test/ with classes in them: the folders fix the split."""
    by_split: dict[str, str] = {}
    for name in folders:
        split = SPLIT_NAMES[name.lower()]
        if split in by_split:
            raise DataError(
                f"{found.root}: the folders {by_split[split]!r} and {name!r} both mean {split}. "
                "Put their classes into one of them"
            )
        by_split[split] = name
    if "train" not in by_split:
        if any(SPLIT_NAMES.get(name.lower()) == "train" for name in found.folders):
            raise DataError(f"{found.root}: the train folder holds no readable picture. Check its files")
        raise DataError(
            f"{found.root}: it holds {names('folder', folders)} but none called 'train'. "
            "Add it, or choose a folder that holds one folder per class"
        )
    place = {folder: SPLITS.index(split) for split, folder in by_split.items()}
    return _label(found, 1, lambda parts: place[parts[0]])


def read_classes(found: Scan) -> Part:
    """One folder per class, with further folders below allowed."""
    return _label(found, 0, lambda parts: NO_SPLIT)


def _label(found: Scan, level: int, fixed: Callable[[list[str]], int]) -> Part:
    items: list[Labelled] = []
    unlabelled: list[Skipped] = []
    for file in found.files:
        parts = file.path.split("/")
        if len(parts) < level + 2:
            reason = "no class: it does not lie in a class folder"
            unlabelled.append(Skipped(file.path, "no class", reason))
        else:
            items.append(Labelled(file, parts[level], fixed(parts)))
    if not items:
        raise DataError(_nothing(found, len(unlabelled)))
    skipped = tuple(sorted([*found.skipped, *unlabelled], key=lambda skip: skip.path))
    return Part(found.root, tuple(items), skipped, _bare_folders(found, items, level))


def _nothing(found: Scan, unlabelled: int) -> str:
    if unlabelled:
        return (
            f"{found.root}: I found {pictures(unlabelled)} but no classes. Put the pictures of each "
            "class into a folder of its own, named as the class, and choose the folder that holds them"
        )
    kinds = Counter(skip.kind for skip in found.skipped)
    seen = f" ({', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))})" if kinds else ""
    return (
        f"{found.root}: I found no readable pictures{seen}. Choose the folder that holds one folder "
        "per class, with JPEG, PNG, TIFF, WebP, GIF or BMP files in them"
    )


def _bare_folders(found: Scan, items: Sequence[Labelled], level: int) -> tuple[str, ...]:
    """A warning about class folders in which nothing readable lies."""
    if level:
        named = {skip.path.split("/")[1] for skip in found.skipped if skip.path.count("/") >= 2}
    else:
        named = set(found.folders)
    bare = sorted(named - {item.label for item in items})
    return (
        (f"No readable picture lies in {names('folder', bare)}, which is no class therefore",) if bare else ()
    )
