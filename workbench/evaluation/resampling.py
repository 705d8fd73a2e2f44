"""The bootstrap: what the metrics would have been on other samples of the same kind.

Every metric follows from a few sums over samples. A resample is a row of counts (how often each
sample, or each group of samples, was drawn), and all sums of all resamples are one product of counts
with a sparse matrix of what each sample contributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.core import seeds
from workbench.core.posterior import PosteriorTable
from workbench.evaluation.metrics import ECE_BINS, calibration_bin, outcomes, share

if TYPE_CHECKING:
    from scipy.sparse import csr_array

RESAMPLES = 1000  # R; the ends of an interval then move by about a tenth of its width between seeds
LEVEL = 0.95
BOOTSTRAP_SEED = 0  # fixed: the same tables always get the same intervals
COUNTS_AT_ONCE = 2_000_000  # counts held in memory at a time, 16 MB


@dataclass(frozen=True, eq=False)
class Resamples:
    """Sums over the samples of each of R resamples of one table."""

    loss: NDArray[np.float64]  # [R]
    gap: NDArray[np.float64]  # [R, ECE_BINS] right answers minus confidence
    right: NDArray[np.float64]  # [R, C]
    support: NDArray[np.float64]  # [R, C]
    called: NDArray[np.float64]  # [R, C]

    def draws(self, metric: str) -> NDArray[np.float64]:
        """One of METRICS in each resample: [R]."""
        samples = self.support.sum(axis=1)
        if metric == "accuracy":
            return np.asarray(self.right.sum(axis=1) / samples, dtype=np.float64)
        if metric == "log_loss":
            return np.asarray(self.loss / samples, dtype=np.float64)
        if metric == "ece":
            return np.asarray(np.abs(self.gap).sum(axis=1) / samples, dtype=np.float64)
        assert metric == "macro_f1", f"no metric is called {metric}"
        return self._macro_f1()

    def _macro_f1(self) -> NDArray[np.float64]:
        """A class absent from a resample is left out there; one absent from the whole table counts as 0."""
        both = self.support + self.called
        counted = (both > 0) | ~both.any(axis=0)
        f1 = share(2.0 * self.right, both)
        return np.asarray(f1.sum(axis=1) / counted.sum(axis=1), dtype=np.float64)

    def class_draws(self, metric: str) -> NDArray[np.float64]:
        """One of CLASS_METRICS in each resample, NaN where nothing was counted: [R, C]."""
        part, whole = {
            "precision": (self.right, self.called),
            "recall": (self.right, self.support),
            "f1": (2.0 * self.right, self.support + self.called),
        }[metric]
        return np.asarray(
            np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0), dtype=np.float64
        )


def units(groups: Sequence[str] | None, rows: int) -> tuple[NDArray[np.intp], int]:
    """The unit each row is drawn with, and how many units there are: the groups, else the rows."""
    if groups is None:
        return np.arange(rows, dtype=np.intp), rows
    assert len(groups) == rows, "one group per row"
    names, unit = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    return np.asarray(unit.reshape(-1), dtype=np.intp), len(names)


def resample(tables: Sequence[PosteriorTable], groups: Sequence[str] | None, purpose: str) -> list[Resamples]:
    """R resamples of tables over the same samples, row for row: all tables get the same draws."""
    unit, count = units(groups, len(tables[0]))
    statistics = [_statistics(table, unit, count) for table in tables]
    sums = [
        np.concatenate(blocks)
        for blocks in zip(
            *([drawn @ part for part in statistics] for drawn in _unit_counts(count, purpose)), strict=True
        )
    ]
    return [_parted(total, len(table.classes)) for total, table in zip(sums, tables, strict=True)]


def _statistics(table: PosteriorTable, unit: NDArray[np.intp], count: int) -> csr_array:
    """What each unit contributes: [count, 1 + ECE_BINS + 3 C], columns as in `_parted`."""
    found = outcomes(table)
    classes, first = len(table.classes), 1 + ECE_BINS
    right = np.flatnonzero(found.correct)
    ones = np.ones(len(table))
    entries = (
        (unit, np.zeros(len(table), dtype=np.intp), found.loss),
        (unit, 1 + calibration_bin(found.confidence), found.correct - found.confidence),
        (unit[right], first + table.target[right], ones[right]),
        (unit, first + classes + table.target, ones),
        (unit, first + 2 * classes + table.predicted, ones),
    )
    rows, columns, values = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    from scipy.sparse import csr_array  # here: slow to import, and lists of runs never resample

    return csr_array((values, (rows, columns)), shape=(count, first + 3 * classes))


def _parted(sums: NDArray[np.float64], classes: int) -> Resamples:
    first = 1 + ECE_BINS
    return Resamples(
        loss=sums[:, 0],
        gap=sums[:, 1:first],
        right=sums[:, first : first + classes],
        support=sums[:, first + classes : first + 2 * classes],
        called=sums[:, first + 2 * classes :],
    )


def _unit_counts(count: int, purpose: str) -> Iterator[NDArray[np.float64]]:
    """How often each of `count` units is drawn, in blocks [r, count] of RESAMPLES rows in all."""
    generator = seeds.generator(BOOTSTRAP_SEED, purpose)
    block = max(1, min(RESAMPLES, COUNTS_AT_ONCE // count))
    for start in range(0, RESAMPLES, block):
        counts = np.empty((min(block, RESAMPLES - start), count))
        for row in counts:
            row[:] = np.bincount(generator.integers(0, count, count, dtype=np.intp), minlength=count)
        yield counts


def percentiles(draws: NDArray[np.float64], value: float) -> tuple[float, float]:
    """The middle 95 % of `draws`, widened to hold `value`; undefined draws (NaN) are left out.

    Widened, because calibration errors and the F1 of rare classes are biased in resamples, and an
    interval beside its own value reads as a mistake. (0, 1) when no draw is defined.
    """
    known = draws[np.isfinite(draws)]
    if len(known) == 0:
        return 0.0, 1.0
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(known, [tail, 1.0 - tail])
    return min(float(low), value), max(float(high), value)
