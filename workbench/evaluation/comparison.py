"""Which of two runs is better on the same samples, and whether chance could have made the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.core.errors import DataError
from workbench.core.posterior import PosteriorTable
from workbench.evaluation.metrics import METRICS, summary
from workbench.evaluation.resampling import percentiles, resample, units

TITLES = {"accuracy": "accuracy", "macro_f1": "macro-F1", "log_loss": "log loss", "ece": "calibration error"}
LOWER_IS_BETTER = frozenset({"log_loss", "ece"})
COUNTING = frozenset({"accuracy", "macro_f1"})  # change only where an answer changes
SIGNIFICANCE = 0.05
# With five samples or fewer on which only one run is right, McNemar's exact test cannot reach 5 %
# (2 * 0.5 ** 5 = 0.0625), while a bootstrap of so few would already exclude zero.
FEWEST_DISCORDANT = 6


@dataclass(frozen=True, eq=False)
class PairedDifference:
    """Metric of `b` minus metric of `a` over the same samples, with its 95 % interval."""

    metric: str
    value: float
    low: float
    high: float
    n: int
    only_a_right: NDArray[np.intp]  # rows of `a`
    only_b_right: NDArray[np.intp]  # rows of `a` as well
    p_value: float  # McNemar, exact, two-sided; it knows nothing of groups
    clear: bool  # whether the verdict names a winner
    verdict: str


def common_rows(tables: Sequence[PosteriorTable]) -> tuple[NDArray[np.intp], ...]:
    """For each table the rows of the samples that all of them hold, in the order of the first.

    Raises DataError when classes differ, a sample has two labels, or no sample is common.
    """
    assert tables, "no tables to compare"
    first = tables[0]
    for other in tables[1:]:
        if other.classes != first.classes:
            raise DataError(
                f"runs {first.source} and {other.source} know different classes "
                f"({len(first.classes)} and {len(other.classes)}); compare runs of the same data"
            )
    places = [{name: row for row, name in enumerate(table.sample)} for table in tables]
    shared = [name for name in first.sample if all(name in place for place in places[1:])]
    if not shared:
        raise DataError(
            "these runs were measured on different pictures; compare runs of one data set and split"
        )
    rows = tuple(np.array([place[name] for name in shared], dtype=np.intp) for place in places)
    for table, own in zip(tables[1:], rows[1:], strict=True):
        differing = np.flatnonzero(table.target[own] != first.target[rows[0]])
        if len(differing):
            raise DataError(
                f"{len(differing)} of {len(shared)} pictures were labelled otherwise when run {table.source} "
                f"was trained ('{shared[differing[0]]}' is the first); train it again with today's labels"
            )
    return rows


def compare(
    a: PosteriorTable,
    b: PosteriorTable,
    metric: str,
    groups: Sequence[str] | None = None,
    labels: tuple[str, str] = ("A", "B"),
) -> PairedDifference:
    """How much better `b` is than `a` in `metric`, on the samples both hold.

    `groups` names the group of each row of `a`; whole groups are then drawn in the bootstrap.
    `labels` are the names of `a` and `b` in the verdict. Raises DataError as `common_rows`.
    """
    assert metric in METRICS, f"no metric is called {metric}"
    rows_a, rows_b = common_rows([a, b])
    left, right = a.take(rows_a), b.take(rows_b)
    chosen = None if groups is None else [groups[row] for row in rows_a]
    values = [summary(table)[metric] for table in (left, right)]
    drawn = [part.draws(metric) for part in resample([left, right], chosen, "comparison")]
    value = values[1] - values[0]
    low, high = percentiles(drawn[1] - drawn[0], value)
    a_right, b_right = left.predicted == left.target, right.predicted == right.target
    only_a, only_b = rows_a[a_right & ~b_right], rows_a[b_right & ~a_right]
    found = PairedDifference(
        metric=metric,
        value=value,
        low=low,
        high=high,
        n=len(left),
        only_a_right=only_a,
        only_b_right=only_b,
        p_value=mcnemar(len(only_a), len(only_b)),
        clear=False,
        verdict="",
    )
    return _with_verdict(found, units(chosen, len(left))[1] if chosen else None, labels)


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided exact p-value that `only_a` and `only_b` differ by chance alone (binomial, one half)."""
    from scipy.special import bdtr

    n = only_a + only_b
    return 1.0 if n == 0 else min(1.0, 2.0 * float(bdtr(min(only_a, only_b), n, 0.5)))


def _with_verdict(found: PairedDifference, groups: int | None, labels: tuple[str, str]) -> PairedDifference:
    size = f"n = {found.n}" + (f" in {groups} groups" if groups is not None else "")
    if not _clear(found, grouped=groups is not None):
        return replace(found, verdict=f"No clear winner at {size}.")
    b_better = (found.value > 0) != (found.metric in LOWER_IS_BETTER)
    winner, loser = (labels[1], labels[0]) if b_better else (labels[0], labels[1])
    ends = sorted((abs(found.low), abs(found.high)))
    if found.metric in COUNTING:
        amount = f"{100 * abs(found.value):.1f} points of {TITLES[found.metric]}"
        span = f"[{100 * ends[0]:.1f}, {100 * ends[1]:.1f}]"
    else:
        amount = f"{abs(found.value):.3f} of {TITLES[found.metric]}"
        span = f"[{ends[0]:.3f}, {ends[1]:.3f}]"
    return replace(found, clear=True, verdict=f"{winner} is better than {loser} by {amount} {span}, {size}.")


def _clear(found: PairedDifference, *, grouped: bool) -> bool:
    """Whether the interval excludes zero and, for right and wrong answers, enough of them differ."""
    if found.low <= 0.0 <= found.high:
        return False
    if found.metric not in COUNTING:
        return True
    if found.metric == "accuracy" and not grouped:
        return found.p_value < SIGNIFICANCE
    return len(found.only_a_right) + len(found.only_b_right) >= FEWEST_DISCORDANT
