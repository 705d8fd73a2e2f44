"""The posterior table: one row per sample, probabilities derived from logits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.core.posterior import PosteriorTable


def table(logits: object, temperature: float = 1.0) -> PosteriorTable:
    values = np.asarray(logits, dtype=np.float32)
    rows, columns = values.shape
    return PosteriorTable(
        sample=tuple(f"{i}.png" for i in range(rows)),
        target=np.zeros(rows, dtype=np.int64),
        logits=values,
        classes=tuple(f"class {c}" for c in range(columns)),
        split="val",
        source="r1",
        temperature=temperature,
    )


LOGITS = arrays(np.float32, (5, 4), elements=st.floats(-1e4, 1e4, width=32))


@given(LOGITS, st.floats(0.05, 20))
def test_probabilities_are_the_softmax_and_rows_sum_to_one(logits: np.ndarray, temperature: float) -> None:
    probability = table(logits, temperature).probability
    assert probability.dtype == np.float64
    np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-6)
    expected = scipy.special.softmax(logits.astype(np.float64) / temperature, axis=1)
    np.testing.assert_allclose(probability, expected, atol=1e-12)


def test_logits_too_large_for_the_exponential_still_give_probabilities() -> None:
    assert table([[3e38, 0.0, -3e38]]).probability.tolist() == [[1.0, 0.0, 0.0]]


def test_the_prediction_is_the_first_of_equal_largest_logits() -> None:
    assert table([[1, 2, 2], [5, 5, 5], [0, 1, 3]]).predicted.tolist() == [1, 0, 2]


@given(LOGITS, st.floats(0.05, 20))
def test_temperature_changes_no_decision(logits: np.ndarray, temperature: float) -> None:
    assert table(logits).predicted.tolist() == table(logits, temperature).predicted.tolist()


def test_no_sample_stands_twice_and_every_row_has_a_name_and_every_column_a_class() -> None:
    zeros = np.zeros((2, 2), dtype=np.float32)
    target = np.zeros(2, dtype=np.int64)
    for sample, classes in [(("a", "a"), ("x", "y")), (("a",), ("x", "y")), (("a", "b"), ("x", "y", "z"))]:
        with pytest.raises(AssertionError):
            PosteriorTable(sample, target, zeros, classes, "val", "r1")


def test_taking_rows_keeps_names_targets_and_logits_together() -> None:
    whole = table(np.arange(12).reshape(4, 3))
    part = whole.take(np.array([3, 1]))
    assert part.sample == ("3.png", "1.png")
    assert part.logits.tolist() == [[9, 10, 11], [3, 4, 5]]
    assert (part.split, part.source, part.classes) == (whole.split, whole.source, whole.classes)


def test_a_table_survives_a_file_without_pickle(tmp_path: Path) -> None:
    before = table([[0.5, -1.25], [3.0, 2.0]], temperature=1.5)
    np.savez(tmp_path / "table.npz", **before.to_arrays())
    with np.load(tmp_path / "table.npz", allow_pickle=False) as stored:
        after = PosteriorTable.from_arrays(stored)
    assert after.sample == before.sample
    assert after.classes == before.classes
    assert (after.split, after.source, after.temperature) == ("val", "r1", 1.5)
    assert after.target.dtype == np.int64
    np.testing.assert_array_equal(after.logits, before.logits)


def test_an_empty_table_is_a_table() -> None:
    empty = table(np.zeros((0, 3)))
    assert len(empty) == 0
    assert empty.probability.shape == (0, 3)
    assert empty.predicted.shape == (0,)
