"""How far chance could have moved a number: 95 % intervals of every metric.

Proportions get Wilson's score interval, the others a percentile bootstrap. Where samples come in
groups (pictures of one patient), whole groups are drawn, for proportions too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workbench.core.posterior import PosteriorTable
from workbench.evaluation.metrics import CLASS_METRICS, METRICS, class_report, confusion, summary
from workbench.evaluation.resampling import percentiles, resample, units

Interval = tuple[float, float]
Z = 1.959963984540054  # 97.5 % point of the normal distribution
UNKNOWN: Interval = (0.0, 1.0)  # nothing was counted, so nothing is excluded


def wilson(hits: float, n: float) -> Interval:
    """Wilson's 95 % score interval of hits / n (Wilson 1927); (0, 1) when n is 0."""
    if n <= 0:
        return UNKNOWN
    p = hits / n
    centre = p + Z * Z / (2.0 * n)
    half = Z * math.sqrt(p * (1.0 - p) / n + Z * Z / (4.0 * n * n))
    scale = 1.0 + Z * Z / n
    low = 0.0 if hits <= 0 else max(0.0, (centre - half) / scale)
    high = 1.0 if hits >= n else min(1.0, (centre + half) / scale)
    return low, high


def wilson_f1(right: float, missed: float, false: float) -> Interval:
    """95 % interval of F1 = 2J / (1 + J), from Wilson's interval of J = right / (right + missed + false).

    J is a proportion and F1 rises with it, so the ends carry over. Unlike a bootstrap it does not
    shrink to a point when a class of five samples was called right five times.
    """
    low, high = wilson(right, right + missed + false)
    return 2.0 * low / (1.0 + low), 2.0 * high / (1.0 + high)


def intervals(table: PosteriorTable, groups: Sequence[str] | None = None) -> dict[str, Interval]:
    """The 95 % interval of accuracy, macro-F1, log loss and ECE; `groups` names each row's group.

    A resample says nothing about a class that is absent from it, so such a class is left out of its
    macro-F1. Where every answer is right, or every one wrong, all resamples agree; accuracy and
    macro-F1 then take Wilson's interval, over groups where there are any.
    """
    values = summary(table)
    drawn = resample([table], groups, "intervals")[0]
    found = {metric: percentiles(drawn.draws(metric), values[metric]) for metric in METRICS}
    hits = float(np.sum(table.predicted == table.target))
    if groups is None:
        found["accuracy"] = wilson(hits, len(table))
    if hits in (0.0, float(len(table))):
        count = units(groups, len(table))[1]
        exact = wilson(count if hits else 0.0, count)
        found["accuracy"] = exact
        found["macro_f1"] = _holding(exact, values["macro_f1"])
    return found


def class_intervals(
    table: PosteriorTable, groups: Sequence[str] | None = None
) -> dict[str, dict[str, Interval]]:
    """The 95 % interval of each class's precision, recall and F1; (0, 1) where nothing was counted."""
    matrix = confusion(table)
    if groups is None:
        return {name: _class_without_groups(matrix, index) for index, name in enumerate(table.classes)}
    report = class_report(matrix)
    drawn = resample([table], groups, "intervals")[0]
    unit, _ = units(groups, len(table))
    result: dict[str, dict[str, Interval]] = {name: {} for name in table.classes}
    for metric in CLASS_METRICS:
        draws, values = drawn.class_draws(metric), getattr(report, metric)
        for index, name in enumerate(table.classes):
            counted = unit[_counted(table, index, metric)]
            result[name][metric] = _over_groups(
                draws[:, index], float(values[index]), len(np.unique(counted))
            )
    return result


def _class_without_groups(matrix: NDArray[np.int64], index: int) -> dict[str, Interval]:
    right = float(matrix[index, index])
    support, called = float(matrix[index].sum()), float(matrix[:, index].sum())
    return {
        "precision": wilson(right, called),
        "recall": wilson(right, support),
        "f1": wilson_f1(right, support - right, called - right),
    }


def _counted(table: PosteriorTable, index: int, metric: str) -> NDArray[np.bool_]:
    """The rows that a metric of class `index` looks at."""
    true, called = table.target == index, table.predicted == index
    return np.asarray({"precision": called, "recall": true, "f1": true | called}[metric], dtype=np.bool_)


def _over_groups(draws: NDArray[np.float64], value: float, groups: int) -> Interval:
    """The middle 95 % of `draws`; where all draws agree, Wilson's interval over the groups."""
    if groups == 0:
        return UNKNOWN
    low, high = percentiles(draws, value)
    return _holding(wilson(value * groups, groups), value) if low == high else (low, high)


def _holding(interval: Interval, value: float) -> Interval:
    return min(interval[0], value), max(interval[1], value)
