"""The deal: shares, groups, copies, folders that fix it, and what is said about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import DataError
from workbench.core.recipe import SplitSettings
from workbench.core.samples import NO_SPLIT, TEST, TRAIN, VAL, Samples, Split
from workbench.data.splits import deal

Make = Callable[..., Samples]
SHARES = st.sampled_from(
    [(0.7, 0.15, 0.15), (0.85, 0.15, 0.0), (0.5, 0.25, 0.25), (0.34, 0.33, 0.33), (1.0, 0.0, 0.0)]
)


def counts(samples: Samples, split: Split) -> np.ndarray:
    """Samples per class and split: [C, 3]."""
    table = np.zeros((len(samples.classes), 3), dtype=int)
    placed = split.part != NO_SPLIT
    np.add.at(table, (samples.target[placed], split.part[placed]), 1)
    return table


def splits_of(tags: tuple[str, ...], split: Split) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for tag, part in zip(tags, split.part.tolist(), strict=True):
        if part != NO_SPLIT:
            found[tag].add(part)
    return found


@settings(deadline=None, max_examples=60)
@given(data=st.data(), shares=SHARES, seed=st.integers(0, 1000))
def test_no_group_and_no_content_stands_in_two_splits(
    make_samples: Make, data: st.DataObject, shares: tuple[float, float, float], seed: int
) -> None:
    count = data.draw(st.integers(1, 60))
    target = data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    content = data.draw(st.lists(st.integers(0, 50).map(str), min_size=count, max_size=count))
    group = data.draw(st.lists(st.sampled_from(["", *"abcdefghijkl"]), min_size=count, max_size=count))
    samples = make_samples(target, content=content, group=group)
    split = deal(samples, SplitSettings(fractions=shares, group="patient", seed=seed))
    assert (split.part != NO_SPLIT).all()
    assert all(len(found) == 1 for found in splits_of(samples.content, split).values())
    by_group = splits_of(samples.metadata["patient"], split)
    assert all(len(found) == 1 for tag, found in by_group.items() if tag)
    assert split.shared_groups == 0
    # Every class can be learned.
    assert all(counts(samples, split)[label, TRAIN] > 0 for label in set(target))


@settings(deadline=None, max_examples=60)
@given(sizes=st.lists(st.integers(1, 80), min_size=1, max_size=6), shares=SHARES, seed=st.integers(0, 1000))
def test_without_ties_each_class_comes_within_one_sample_of_its_shares(
    make_samples: Make, sizes: list[int], shares: tuple[float, float, float], seed: int
) -> None:
    samples = make_samples([label for label, size in enumerate(sizes) for _ in range(size)])
    split = deal(samples, SplitSettings(fractions=shares, seed=seed))
    used = [part for part in range(3) if shares[part] > 0]
    for label, row in enumerate(counts(samples, split)):
        wanted = np.array(shares) * sizes[label]
        assert row[TRAIN] >= 1
        if sizes[label] >= len(used):
            assert (row[used] >= 1).all()
        if (wanted[used] >= 1).all():
            assert np.abs(row - wanted).max() <= 1


@settings(deadline=None, max_examples=60)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_a_class_with_three_groups_of_its_own_stands_in_every_split(
    make_samples: Make, data: st.DataObject, seed: int
) -> None:
    target: list[int] = []
    group: list[str] = []
    for label in range(data.draw(st.integers(1, 4))):
        for number in range(data.draw(st.integers(3, 8))):
            size = data.draw(st.integers(1, 12))
            target += [label] * size
            group += [f"{label}-{number}"] * size
    samples = make_samples(target, group=group)
    assert (counts(samples, deal(samples, SplitSettings(group="patient", seed=seed))) > 0).all()


@settings(deadline=None, max_examples=30)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_the_split_does_not_depend_on_the_order_of_the_files(
    make_samples: Make, data: st.DataObject, seed: int
) -> None:
    count = data.draw(st.integers(2, 40))
    rows = list(range(count))
    target = [row % 3 for row in rows]
    group = [str(row * 7 % 11) for row in rows]
    names = [f"{row:03d}" for row in rows]
    mixed = data.draw(st.permutations(rows))
    chosen = SplitSettings(group="patient", seed=seed)
    content = [f"{row % 30:032x}" for row in rows]
    straight = deal(make_samples(target, content=content, group=group, names=names), chosen)
    shuffled = deal(
        make_samples(
            [target[row] for row in mixed],
            content=[content[row] for row in mixed],
            group=[group[row] for row in mixed],
            names=[names[row] for row in mixed],
        ),
        chosen,
    )
    assert shuffled.part.tolist() == [straight.part[row] for row in mixed]


def test_even_groups_are_dealt_to_their_shares(make_samples: Make) -> None:
    target = [label for label in range(3) for _ in range(200)]
    group = [str(row // 5) for row in range(600)]
    samples = make_samples(target, group=group)
    table = counts(samples, deal(samples, SplitSettings(group="patient")))
    assert np.abs(table - [140, 30, 30]).max() <= 5


def test_a_rare_class_keeps_its_shares_among_large_mixed_groups(make_samples: Make) -> None:
    # 40 patients with 20 pictures each, one of which in every second patient is of the rare class.
    target = [int(row % 20 == 0 and row // 20 % 2 == 0) for row in range(800)]
    samples = make_samples(target, group=[str(row // 20) for row in range(800)])
    table = counts(samples, deal(samples, SplitSettings(group="patient")))
    assert np.abs(table[1] - [14, 3, 3]).max() <= 1
    assert np.abs(table[0] - [546, 117, 117]).max() <= 20


def test_the_seed_decides_and_repeats(make_samples: Make) -> None:
    samples = make_samples([0, 1] * 50)
    parts = [deal(samples, SplitSettings(seed=seed)).fingerprint() for seed in (0, 0, 1)]
    assert parts[0] == parts[1] != parts[2]


def test_the_sentence_says_how_it_was_dealt(make_samples: Make) -> None:
    samples = make_samples([0, 1] * 50, group=["a", "b", "c", "d"] * 25)
    assert deal(samples, SplitSettings()).sentence == "0.70 / 0.15 / 0.15, stratified, seed 0"
    split = deal(samples, SplitSettings(group="patient", seed=3))
    assert split.sentence == "0.70 / 0.15 / 0.15, stratified, grouped by patient, seed 3 — 0 groups shared"
    assert (split.group, split.groups) == ("patient", 4)


def test_an_unknown_group_column_names_the_known_ones(make_samples: Make) -> None:
    with pytest.raises(DataError, match=r"no metadata column 'doctor'\. Known columns: 'patient'"):
        deal(make_samples([0, 1], group=["a", "b"]), SplitSettings(group="doctor"))
    with pytest.raises(DataError, match=r"name a CSV in data\.metadata"):
        deal(make_samples([0, 1]), SplitSettings(group="doctor"))


def test_samples_without_a_group_are_groups_of_their_own_and_counted(make_samples: Make) -> None:
    samples = make_samples([0] * 40, group=["a"] * 10 + [""] * 30)
    split = deal(samples, SplitSettings(group="patient"))
    assert split.groups == 31
    assert any(note.startswith("30 pictures without a value in patient") for note in split.notes)
    assert set(split.part[10:].tolist()) == {TRAIN, VAL, TEST}


def test_folders_fix_the_split_and_fractions_then_are_an_error(make_samples: Make) -> None:
    fixed = [TRAIN, TRAIN, VAL, VAL, TEST, TEST]
    samples = make_samples([0, 1] * 3, fixed=fixed)
    split = deal(samples, SplitSettings())
    assert split.part.tolist() == fixed
    assert split.sentence == "train, val and test as the folders say"
    with pytest.raises(DataError, match=r"split\.fractions: the folders train, val and test fix the split"):
        deal(samples, SplitSettings(fractions=(0.7, 0.15, 0.15)))


def test_a_missing_val_is_cut_from_train_by_class_and_group(make_samples: Make) -> None:
    group = [str(row // 4) for row in range(160)]
    samples = make_samples(
        [0] * 80 + [1] * 80 + [0, 1], fixed=[TRAIN] * 160 + [TEST] * 2, group=[*group, "x", "y"]
    )
    split = deal(samples, SplitSettings(group="patient"))
    assert counts(samples, split).tolist() == [[68, 12, 1], [68, 12, 1]]
    assert split.shared_groups == 0
    assert split.sentence == (
        "train and test as the folders say, val 0.15 of train, stratified, grouped by patient, seed 0 "
        "— 0 groups shared"
    )


def test_beside_a_test_set_of_its_own_the_rest_is_train_and_val(make_samples: Make) -> None:
    samples = make_samples([0] * 100 + [0] * 9, fixed=[NO_SPLIT] * 100 + [TEST] * 9)
    split = deal(samples, SplitSettings())
    assert counts(samples, split).tolist() == [[85, 15, 9]]
    assert split.sentence == "0.85 / 0.15, stratified, seed 0, test set from its own folder"
    assert counts(samples, deal(samples, SplitSettings(fractions=(0.6, 0.4, 0)))).tolist() == [[60, 40, 9]]
    with pytest.raises(DataError, match=r"the test set has a folder of its own, and a share of 0\.1"):
        deal(samples, SplitSettings(fractions=(0.8, 0.1, 0.1)))


def test_what_is_tied_to_a_test_picture_is_neither_trained_nor_tuned_on(make_samples: Make) -> None:
    content = [f"c{row}" for row in range(20)] + ["c0", "fresh"]
    group = ["p"] * 2 + [f"g{row}" for row in range(2, 20)] + ["q", "g19"]
    samples = make_samples([0] * 22, content=content, group=group, fixed=[NO_SPLIT] * 20 + [TEST] * 2)
    plain = deal(samples, SplitSettings())
    assert np.flatnonzero(plain.part == NO_SPLIT).tolist() == [0]
    assert any(note.startswith("1 picture outside the test set") for note in plain.notes)
    grouped = deal(samples, SplitSettings(group="patient"))
    assert np.flatnonzero(grouped.part == NO_SPLIT).tolist() == [0, 1, 19]
    assert grouped.shared_groups == 0


def test_what_folders_tear_apart_is_left_and_reported(make_samples: Make) -> None:
    samples = make_samples(
        [0, 1, 0, 1, 0, 1],
        content=["a", "b", "c", "d", "a", "b"],
        fixed=[TRAIN, TRAIN, VAL, VAL, TEST, TEST],
        group=["p", "q", "p", "r", "s", "t"],
    )
    split = deal(samples, SplitSettings(group="patient"))
    assert split.part.tolist() == [TRAIN, TRAIN, VAL, VAL, TEST, TEST]
    assert split.duplicates == 4
    assert split.shared_groups == 1
    assert split.sentence == "train, val and test as the folders say — 1 group shared"
    assert "2 pictures appear in train and test (identical content), as the folders say" in split.notes
    assert "1 group of patient stands in several splits, as the folders say" in split.notes


def test_small_classes_and_empty_splits_are_said(make_samples: Make) -> None:
    samples = make_samples([0] * 40 + [1] * 2)
    notes = deal(samples, SplitSettings()).notes
    assert any(note.startswith("Fewer than 5 training pictures of the class 'class1'") for note in notes)
    assert any(note == "No test picture of the class 'class1'" for note in notes)
    one_group = deal(make_samples([0, 1] * 9, group=["p"] * 18), SplitSettings(group="patient"))
    assert one_group.part.tolist() == [TRAIN] * 18
    assert sum("set is empty" in note for note in one_group.notes) == 2


def test_a_large_set_is_dealt_in_seconds(make_samples: Make) -> None:
    samples = make_samples([row % 100 for row in range(100_000)])
    assert counts(samples, deal(samples, SplitSettings())).tolist() == [[700, 150, 150]] * 100
