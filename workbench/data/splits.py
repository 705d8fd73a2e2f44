"""Dealing samples to training, validation and test: stratified by class, what belongs together kept together.

The rule. Samples with equal content, or with the same value in the group column, form one unit.
Units go, largest first and otherwise in an order drawn from the seed, to the split whose classes
lag furthest behind their shares. Afterwards units move where a class would have no training
sample, or none in a split although it has enough units. The result depends on names and contents,
not on the order in which the file system listed them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workbench.core.errors import DataError
from workbench.core.recipe import SplitSettings
from workbench.core.samples import NO_SPLIT, SPLITS, TEST, TRAIN, VAL, Samples, Split
from workbench.core.seeds import generator
from workbench.data.dealing import deal_units
from workbench.data.wording import counted, listed, names, pictures

DEFAULT = (0.7, 0.15, 0.15)
DEFAULT_BESIDE_TEST = (0.85, 0.15, 0.0)  # also where only a missing val is cut from train

FEW = 5  # a class with fewer training samples than this is pointed out


def deal(samples: Samples, settings: SplitSettings) -> Split:
    """The split each sample stands in.

    Folders train/val/test fix it; a missing val is cut from train. With a test set of its own, the
    rest is dealt to train and val, and what is tied to a test picture stays out of both. Raises
    DataError when the settings contradict the folders or name an unknown column.
    """
    group = _column(samples, settings.group)
    fixed = samples.fixed
    by_folders = bool((fixed == TRAIN).any())
    cut_val = by_folders and not (fixed == VAL).any()
    has_test = bool((fixed == TEST).any())
    _refuse_contradictions(settings, by_folders, has_test)
    fractions = settings.fractions or (DEFAULT_BESIDE_TEST if by_folders or has_test else DEFAULT)
    part = fixed.astype(np.int8).copy()
    units = _units(samples, group)
    notes: list[str] = []
    if not by_folders or cut_val:
        free = fixed == (TRAIN if by_folders else NO_SPLIT)
        if has_test and not by_folders:
            free, left_out = _without_tied(free, fixed, units)
            notes += left_out
        order = _by_name(samples, free)
        part[order] = deal_units(
            _numbered(units[order]), samples.target[order], fractions, generator(settings.seed, "split")
        )
    sentence = _sentence(settings, fractions, by_folders, cut_val, has_test)
    shared = _in_several(group, part) if settings.group else 0
    if settings.group:
        sentence += f" — {counted(shared, 'group')} shared"
    blank = sum(not value for value in group) if settings.group else 0
    copies = Counter(samples.content)
    return Split(
        part=part,
        group=settings.group,
        groups=len(set(group) - {""}) + blank,
        shared_groups=shared,
        duplicates=sum(copies[content] > 1 for content in samples.content),
        sentence=sentence,
        notes=(
            *_tied_notes(samples, settings, part, blank, shared),
            *notes,
            *_class_notes(samples, part, fractions),
        ),
    )


def _column(samples: Samples, group: str) -> Sequence[str]:
    if not group:
        return ()
    if group not in samples.metadata:
        known = (
            f"Known columns: {listed(sorted(samples.metadata))}"
            if samples.metadata
            else ("There are no metadata: name a CSV in data.metadata")
        )
        raise DataError(f"split.group: there is no metadata column {group!r}. {known}")
    return samples.metadata[group]


def _refuse_contradictions(settings: SplitSettings, by_folders: bool, has_test: bool) -> None:
    if settings.fractions is None:
        return
    if by_folders:
        raise DataError(
            "split.fractions: the folders train, val and test fix the split already. Remove "
            "fractions, or choose a folder that holds one folder per class"
        )
    if has_test and settings.fractions[TEST] > 0:
        raise DataError(
            f"split.fractions: the test set has a folder of its own, and a share of "
            f"{settings.fractions[TEST]:g} would be a second one. Set the third share to 0 or "
            "remove data.test_path"
        )


def _units(samples: Samples, group: Sequence[str]) -> NDArray[np.int64]:
    """The unit of each sample [N]: connected through equal content or the same group."""
    # Here, not above: importing it takes longer than most commands that never deal.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(samples)
    tags = list(samples.content)
    owners = list(range(count))
    for index, value in enumerate(group):
        if value:
            tags.append(f"group {value}")  # with a space, so never a content's hash
            owners.append(index)
    numbers: dict[str, int] = {}
    columns = [count + numbers.setdefault(tag, len(numbers)) for tag in tags]
    nodes = count + len(numbers)
    ties = coo_array((np.ones(len(tags), dtype=np.int8), (owners, columns)), shape=(nodes, nodes))
    unit: NDArray[np.int64] = connected_components(ties, directed=False)[1][:count].astype(np.int64)
    return unit


def _by_name(samples: Samples, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The chosen samples in order of their names."""
    rows = np.flatnonzero(chosen)
    return np.array(sorted(rows, key=lambda i: (samples.root[i], samples.paths[i])), dtype=np.intp)


def _numbered(units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Units renumbered 0, 1, 2 ... by first appearance."""
    _, first, inverse = np.unique(units, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _without_tied(
    free: NDArray[np.bool_], fixed: NDArray[np.int8], units: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], list[str]]:
    """The free samples that no unit ties to the test set, and a note about the others."""
    tied = free & np.isin(units, units[fixed == TEST])
    count = int(tied.sum())
    if not count:
        return free, []
    note = (
        f"{pictures(count)} outside the test set {'stays' if count == 1 else 'stay'} unused: identical to a "
        "test picture or of the same group, which would give the test away"
    )
    return free & ~tied, [note]


def _sentence(
    settings: SplitSettings,
    fractions: tuple[float, float, float],
    by_folders: bool,
    cut_val: bool,
    has_test: bool,
) -> str:
    grouped = f", grouped by {settings.group}" if settings.group else ""
    if by_folders and not cut_val:
        return f"{'train, val and test' if has_test else 'train and val'} as the folders say"
    how = f"stratified{grouped}, seed {settings.seed}"
    if by_folders:
        kept = "train and test" if has_test else "train"
        return f"{kept} as the folders say, val {fractions[VAL]:.2f} of train, {how}"
    if has_test:
        return f"{fractions[TRAIN]:.2f} / {fractions[VAL]:.2f}, {how}, test set from its own folder"
    return f"{' / '.join(f'{share:.2f}' for share in fractions)}, {how}"


def _in_several(tags: Sequence[str], part: NDArray[np.int8]) -> int:
    """How many different tags stand in more than one split; the empty tag ties nothing."""
    return sum(len(splits) > 1 for splits in _splits_of(tags, part).values())


def _splits_of(tags: Sequence[str], part: NDArray[np.int8]) -> dict[str, set[int]]:
    splits: dict[str, set[int]] = defaultdict(set)
    for tag, split in zip(tags, part.tolist(), strict=True):
        if tag and split != NO_SPLIT:
            splits[tag].add(split)
    return splits


def _tied_notes(
    samples: Samples, settings: SplitSettings, part: NDArray[np.int8], blank: int, shared: int
) -> list[str]:
    """What is tied together and still stands apart, because folders fix it, or is tied to nothing."""
    notes = []
    together = Counter(frozenset(splits) for splits in _splits_of(samples.content, part).values())
    for splits, count in sorted(together.items(), key=lambda item: sorted(item[0])):
        if len(splits) > 1:
            places = " and ".join(SPLITS[split] for split in sorted(splits))
            verb = "appears" if count == 1 else "appear"
            notes.append(f"{pictures(count)} {verb} in {places} (identical content), as the folders say")
    if shared:
        verb = "stands" if shared == 1 else "stand"
        notes.append(
            f"{counted(shared, 'group')} of {settings.group} {verb} in several splits, as the folders say"
        )
    if blank:
        notes.append(
            f"{pictures(blank)} without a value in {settings.group}: each counts as a group of its own"
        )
    return notes


def _class_notes(
    samples: Samples, part: NDArray[np.int8], fractions: tuple[float, float, float]
) -> list[str]:
    """Classes that miss a split or have few training samples, and splits that came out empty."""
    counts = np.zeros((3, len(samples.classes)), dtype=np.int64)
    placed = part != NO_SPLIT
    np.add.at(counts, (part[placed], samples.target[placed]), 1)
    notes = []
    own_test = bool((samples.fixed == TEST).any())  # what it lacks is a warning of the samples
    for split in (TRAIN, VAL) if own_test else (TRAIN, VAL, TEST):
        if not counts[split].any():
            if fractions[split] > 0 and split != TRAIN:
                notes.append(f"The {SPLITS[split]} set is empty: too few pictures or groups to deal")
            continue
        absent = [name for name, count in zip(samples.classes, counts[split], strict=True) if not count]
        if absent:
            notes.append(f"No {SPLITS[split]} picture of {names('class', absent)}")
    few = [name for name, count in zip(samples.classes, counts[TRAIN], strict=True) if 0 < count < FEW]
    if few:
        notes.append(f"Fewer than {FEW} training pictures of {names('class', few)}")
    return notes
