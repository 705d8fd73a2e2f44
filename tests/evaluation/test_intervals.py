"""Intervals: Wilson's numbers, what resampling must keep, and what groups do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from workbench.core.posterior import PosteriorTable
from workbench.evaluation.intervals import class_intervals, intervals, wilson, wilson_f1
from workbench.evaluation.metrics import CLASS_METRICS, METRICS, summary


def table(target: NDArray[np.int64], logits: NDArray[np.float64]) -> PosteriorTable:
    names = tuple(f"{row}.png" for row in range(len(target)))
    classes = tuple("abcdefgh"[: logits.shape[1]])
    return PosteriorTable(names, target.astype(np.int64), logits.astype(np.float32), classes, "val", "run")


def random_table(seed: int, samples: int = 120, classes: int = 4) -> PosteriorTable:
    generator = np.random.default_rng(seed)
    target = generator.integers(0, classes, samples)
    logits = generator.normal(size=(samples, classes))
    logits[np.arange(samples), target] += 1.5
    return table(target, logits)


def perfect_table(samples: int) -> PosteriorTable:
    target = np.arange(samples) % 2
    return table(target, 4.0 * np.eye(2)[target])


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (10, 10), (27, 58), (1, 2), (7989, 8000)])
def test_wilson_agrees_with_scipy(hits: int, n: int) -> None:
    expected = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_nothing_counted_excludes_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_accuracy_has_wilsons_interval() -> None:
    given = random_table(0)
    hits = int(np.sum(given.predicted == given.target))
    assert intervals(given)["accuracy"] == wilson(hits, len(given))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("grouped", [False, True])
def test_every_interval_holds_its_value_and_has_width(seed: int, grouped: bool) -> None:
    given = random_table(seed)
    groups = [str(row // 3) for row in range(len(given))] if grouped else None
    values = summary(given)
    for metric, (low, high) in intervals(given, groups).items():
        assert low <= values[metric] <= high, metric
        assert high > low, metric
    assert tuple(intervals(given, groups)) == METRICS
    for name, row in class_intervals(given, groups).items():
        assert tuple(row) == CLASS_METRICS
        for metric, (low, high) in row.items():
            assert 0.0 <= low <= values["per_class"][name][metric] <= high <= 1.0, (name, metric)
            assert high > low, (name, metric)


def test_the_same_table_always_gets_the_same_intervals() -> None:
    assert intervals(random_table(2)) == intervals(random_table(2))


def test_the_bootstrap_of_the_log_loss_is_as_wide_as_its_standard_error_says() -> None:
    given = random_table(5, samples=800)
    loss = -np.log(given.probability[np.arange(len(given)), given.target])
    low, high = intervals(given)["log_loss"]
    assert high - low == pytest.approx(2 * 1.96 * loss.std() / np.sqrt(len(given)), rel=0.1)


def test_pictures_copied_ten_times_are_no_more_certain_when_grouped() -> None:
    few = random_table(7, samples=60)
    copies = few.take(np.arange(60))
    many = table(np.repeat(copies.target, 10), np.repeat(copies.logits, 10, axis=0))
    groups = [str(row // 10) for row in range(600)]
    for metric, (low, high) in intervals(few, [str(row) for row in range(60)]).items():
        grouped = intervals(many, groups)[metric]
        assert grouped == pytest.approx((low, high), abs=1e-9), metric
        blind = intervals(many)[metric]
        assert blind[1] - blind[0] < 0.5 * (high - low), metric


def test_five_right_of_five_is_not_certainty() -> None:
    given = perfect_table(10)
    assert intervals(given)["accuracy"] == wilson(10, 10)
    assert intervals(given)["macro_f1"] == wilson(10, 10)
    assert class_intervals(given)["a"]["f1"] == wilson_f1(5, 0, 0)
    assert class_intervals(given)["a"]["f1"][0] < 0.8


def test_all_right_in_two_groups_is_as_uncertain_as_two_samples() -> None:
    given = perfect_table(40)
    groups = ["left" if row < 20 else "right" for row in range(40)]
    assert intervals(given, groups)["accuracy"] == wilson(2, 2)
    assert class_intervals(given, groups)["a"]["recall"] == wilson(2, 2)


def test_a_class_without_samples_excludes_nothing() -> None:
    given = table(np.array([0, 1, 0]), 4.0 * np.eye(3)[[0, 1, 1]])
    assert class_intervals(given)["c"]["recall"] == (0.0, 1.0)
    assert class_intervals(given, ["x", "y", "z"])["c"]["recall"] == (0.0, 1.0)


def test_intervals_of_f1_hold_the_true_value_as_often_as_they_say() -> None:
    n, jaccard = 200, 0.6
    true_f1 = 2 * jaccard / (1 + jaccard)
    coverage = 0.0
    for right in range(n + 1):
        low, high = wilson_f1(right, n - right, 0)
        coverage += stats.binom.pmf(right, n, jaccard) * (low <= true_f1 <= high)
    assert coverage == pytest.approx(0.95, abs=0.01)


def test_a_rare_class_missing_from_a_resample_does_not_count_as_a_failure() -> None:
    target = np.array([0] * 30 + [1] * 30 + [2])
    predicted = target.copy()
    predicted[:2] = 1
    low, high = intervals(table(target, 4.0 * np.eye(3)[predicted]))["macro_f1"]
    assert low > 0.9  # one third of the resamples lack class 2; as a zero it would pull them to 0.65
    assert high == 1.0
