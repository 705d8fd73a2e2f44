"""Paired comparisons: aligned by name, honest about chance, in words."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from workbench.core.errors import DataError
from workbench.core.posterior import PosteriorTable
from workbench.evaluation.comparison import common_rows, compare, mcnemar
from workbench.evaluation.metrics import METRICS, summary

CLASSES = ("cat", "dog")


def table(right: list[bool], names: list[str] | None = None, source: str = "run") -> PosteriorTable:
    target = np.arange(len(right)) % 2
    predicted = np.where(right, target, 1 - target)
    logits = 2.0 * np.eye(2)[predicted]
    names = names or [f"{row:03}" for row in range(len(right))]
    return PosteriorTable(
        tuple(names), target.astype(np.int64), logits.astype(np.float32), CLASSES, "val", source
    )


def pair(both: int, only_a: int, only_b: int, neither: int) -> tuple[PosteriorTable, PosteriorTable]:
    a = [True] * both + [True] * only_a + [False] * only_b + [False] * neither
    b = [True] * both + [False] * only_a + [True] * only_b + [False] * neither
    return table(a, source="a"), table(b, source="b")


def test_a_run_compared_with_itself_wins_nothing() -> None:
    a, _ = pair(40, 10, 0, 12)
    for metric in METRICS:
        found = compare(a, a, metric)
        assert (found.value, found.low, found.high, found.p_value) == (0.0, 0.0, 0.0, 1.0)
        assert found.verdict == "No clear winner at n = 62."


def test_a_clear_winner_is_named_with_points_interval_and_n() -> None:
    a, b = pair(60, 2, 30, 8)
    found = compare(a, b, "accuracy", labels=("A", "B"))
    assert found.value == pytest.approx(0.28)
    assert found.low > 0
    assert found.verdict == (
        f"B is better than A by 28.0 points of accuracy "
        f"[{100 * found.low:.1f}, {100 * found.high:.1f}], n = 100."
    )


def test_the_winner_is_the_same_whichever_run_is_named_first() -> None:
    a, b = pair(60, 2, 30, 8)
    found = compare(b, a, "macro_f1", labels=("B", "A"))
    assert found.value < 0
    assert found.high < 0
    assert found.verdict.startswith("B is better than A by ")
    assert "[-" not in found.verdict


def test_a_lower_log_loss_wins() -> None:
    a, b = pair(60, 2, 30, 8)
    found = compare(a, b, "log_loss", labels=("A", "B"))
    assert found.value < 0
    assert found.verdict.startswith("B is better than A by 0.")
    assert "log loss" in found.verdict


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_five_differing_pictures_make_no_winner(metric: str) -> None:
    a, b = pair(57, 0, 5, 0)
    assert compare(a, b, metric).verdict == "No clear winner at n = 62."


def test_differing_pictures_are_counted_as_rows_of_the_first_run() -> None:
    a, b = pair(3, 2, 1, 1)
    found = compare(a, b, "accuracy")
    assert found.only_a_right.tolist() == [3, 4]
    assert found.only_b_right.tolist() == [5]


@pytest.mark.parametrize(("only_a", "only_b"), [(4, 9), (0, 0), (0, 6), (30, 31), (5, 5)])
def test_mcnemar_is_the_exact_binomial_test(only_a: int, only_b: int) -> None:
    n = only_a + only_b
    expected = stats.binomtest(only_a, n, 0.5).pvalue if n else 1.0
    assert mcnemar(only_a, only_b) == pytest.approx(expected)


def test_runs_are_compared_on_common_samples_in_whatever_order_they_stand() -> None:
    a, b = pair(60, 2, 30, 8)
    shuffled = b.take(np.random.default_rng(0).permutation(len(b)))
    assert compare(a, shuffled, "macro_f1").value == compare(a, b, "macro_f1").value
    fewer = b.take(np.arange(50, 100))
    found = compare(a, fewer, "accuracy")
    assert found.n == 50
    expected = summary(fewer)["accuracy"] - summary(a.take(np.arange(50, 100)))["accuracy"]
    assert found.value == pytest.approx(expected)
    assert found.only_b_right.min() >= 50


def test_common_rows_follow_the_first_run() -> None:
    a = table([True] * 3, ["x", "y", "z"])
    target = np.array([1, 0], dtype=np.int64)
    b = PosteriorTable(("y", "x"), target, np.zeros((2, 2), np.float32), CLASSES, "val", "b")
    rows = common_rows([a, b])
    assert [list(row) for row in rows] == [[0, 1], [1, 0]]


def test_runs_on_different_pictures_are_refused() -> None:
    with pytest.raises(DataError, match="different pictures"):
        compare(table([True], ["x"]), table([True], ["y"]), "accuracy")


def test_a_picture_that_was_relabelled_between_the_runs_is_refused_by_name() -> None:
    a = table([True, True], ["x", "y"])
    b = table([True, True], ["y", "x"], source="b7")
    with pytest.raises(DataError, match=r"2 of 2 pictures .*run b7 .*'x'"):
        compare(a, b, "accuracy")


def test_runs_of_different_classes_are_refused() -> None:
    a = table([True])
    b = PosteriorTable(a.sample, a.target, np.zeros((1, 3), np.float32), ("a", "b", "c"), "val", "b")
    with pytest.raises(DataError, match="different classes"):
        compare(a, b, "accuracy")


def test_a_difference_within_one_patient_makes_no_winner_when_grouped() -> None:
    a, b = pair(80, 0, 20, 0)
    groups = ["one patient" if row >= 80 else f"p{row}" for row in range(100)]
    assert compare(a, b, "accuracy").verdict.startswith("B is better")
    assert compare(a, b, "accuracy", groups).verdict == "No clear winner at n = 100 in 81 groups."
