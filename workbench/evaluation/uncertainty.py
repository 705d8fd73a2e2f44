"""How sure runs are of single samples, where they disagree, and which samples to look at first.

Entropies are in nats. Orders give rows of the tables, the most interesting first; ties stay in
table order. All tables of one call hold the same samples row for row (`comparison.common_rows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.core.posterior import PosteriorTable

SURE = 0.9  # a wrong answer given with at least this probability is worth a look at the label


@dataclass(frozen=True, eq=False)
class Disagreement:
    """Doubt about each of N samples over several runs, split by its source.

    entropy_of_mean = mean_entropy (classes that look alike to every run) + mutual_information (runs
    that contradict each other).
    """

    mean_entropy: NDArray[np.float64]  # [N]
    entropy_of_mean: NDArray[np.float64]  # [N]
    mutual_information: NDArray[np.float64]  # [N], at least 0
    predictions: NDArray[np.int64]  # [N] number of distinct predicted classes


def entropy(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """-sum p ln p over the last axis, 0 (certain) to ln C (all classes alike)."""
    logs = np.log(probability, out=np.zeros_like(probability), where=probability > 0)
    return np.asarray(-(probability * logs).sum(axis=-1) + 0.0, dtype=np.float64)


def normalised_entropy(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy over ln C: 0 to 1; 0 with a single class."""
    classes = probability.shape[-1]
    found = entropy(probability)
    return found / np.log(classes) if classes > 1 else found


def top(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest probability of each row."""
    return np.asarray(probability.max(axis=-1), dtype=np.float64)


def margin(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest minus the second largest probability of each row; the largest with a single class."""
    if probability.shape[-1] < 2:
        return top(probability)
    two = np.partition(probability, -2, axis=-1)[..., -2:]
    return np.asarray(two[..., 1] - two[..., 0], dtype=np.float64)


def disagreement(probabilities: Sequence[NDArray[np.float64]]) -> Disagreement:
    """Doubt within and between runs, from one probability array [N, C] per run."""
    assert len({array.shape for array in probabilities}) == 1, "the same samples and classes in every run"
    mean_entropy = np.mean([entropy(array) for array in probabilities], axis=0)
    entropy_of_mean = entropy(np.mean(probabilities, axis=0))
    predicted = np.sort(np.stack([array.argmax(axis=-1) for array in probabilities]), axis=0)
    return Disagreement(
        mean_entropy=mean_entropy,
        entropy_of_mean=entropy_of_mean,
        # Concavity makes it at least 0; rounding does not.
        mutual_information=np.maximum(entropy_of_mean - mean_entropy, 0.0),
        predictions=1 + (predicted[1:] != predicted[:-1]).sum(axis=0, dtype=np.int64),
    )


def least_sure(tables: Sequence[PosteriorTable]) -> NDArray[np.intp]:
    """All rows, the smallest top probability of the runs' mean posterior first."""
    mean = np.mean([table.probability for table in _aligned(tables)], axis=0)
    return _ascending(top(mean))


def wrong(tables: Sequence[PosteriorTable]) -> NDArray[np.intp]:
    """Rows that at least one run gets wrong: those most runs get wrong first, then the surest mistake."""
    mistakes = np.stack([table.predicted != table.target for table in _aligned(tables)])
    rows = np.flatnonzero(mistakes.any(axis=0))
    order = np.lexsort((-_surest_mistake(tables)[rows], -mistakes.sum(axis=0)[rows]))
    return rows[order]


def disagree(tables: Sequence[PosteriorTable]) -> NDArray[np.intp]:
    """Rows on which predictions differ, the largest mutual information first."""
    predicted = np.stack([table.predicted for table in _aligned(tables)])
    rows = np.flatnonzero((predicted != predicted[0]).any(axis=0))
    between = disagreement([table.probability for table in tables]).mutual_information
    return rows[_ascending(-between[rows])]


def sure_and_wrong(tables: Sequence[PosteriorTable], sure: float = SURE) -> NDArray[np.intp]:
    """Rows where some run gives a wrong answer with probability `sure` or more, the surest first.

    These are the rows to check for wrong labels.
    """
    surest = _surest_mistake(_aligned(tables))
    rows = np.flatnonzero(surest >= sure)
    return rows[_ascending(-surest[rows])]


def _surest_mistake(tables: Sequence[PosteriorTable]) -> NDArray[np.float64]:
    """The largest probability with which any run is wrong about each row; 0 where none is."""
    sure = [np.where(table.predicted != table.target, top(table.probability), 0.0) for table in tables]
    return np.asarray(np.max(sure, axis=0), dtype=np.float64)


def _aligned(tables: Sequence[PosteriorTable]) -> Sequence[PosteriorTable]:
    assert tables, "no tables"
    assert all(table.sample == tables[0].sample for table in tables), "the same samples, row for row"
    return tables


def _ascending(values: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(values, kind="stable").astype(np.intp)
