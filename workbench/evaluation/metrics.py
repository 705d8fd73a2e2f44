"""How good a run is on one split: accuracy, macro-F1, log loss, calibration error, and each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.core.errors import DataError
from workbench.core.posterior import PosteriorTable

ECE_BINS = 15  # equal-width bins of the top probability; Guo et al., ICML 2017, "On Calibration ..."
SMALLEST = float(np.finfo(np.float64).eps)  # the log loss clips probabilities here, as scikit-learn
ROWS_AT_ONCE = 4096  # rows per block, so that exponentials stay in the processor's cache

METRICS = ("accuracy", "macro_f1", "log_loss", "ece")
CLASS_METRICS = ("precision", "recall", "f1")


@dataclass(frozen=True, eq=False)
class ClassReport:
    """Precision, recall and F1 [..., C] of each class; 0 where nothing was predicted or nothing was there."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: NDArray[np.float64]  # samples that truly are of the class


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What each of N predictions came to."""

    correct: NDArray[np.bool_]  # [N] the predicted class is the true one
    confidence: NDArray[np.float64]  # [N] probability of the predicted class
    loss: NDArray[np.float64]  # [N] minus the natural log of the true class's probability


def summary(table: PosteriorTable) -> dict[str, Any]:
    """The run's numbers on this split, as `--json` prints them.

    Macro-F1 is the mean over all classes of the table; a class that has no sample here and is never
    predicted counts as 0, like every F1 that is 0/0 (scikit-learn: labels=all, zero_division=0).
    Raises DataError when logits are not finite numbers.
    """
    report = class_report(confusion(table))
    found = outcomes(table)
    return {
        "n": len(table),
        "accuracy": float(np.mean(found.correct)),
        "macro_f1": float(np.mean(report.f1)),
        "log_loss": float(np.mean(found.loss)),
        "ece": expected_calibration_error(found),
        "per_class": {
            name: {
                "precision": float(report.precision[index]),
                "recall": float(report.recall[index]),
                "f1": float(report.f1[index]),
                "support": int(report.support[index]),
            }
            for index, name in enumerate(table.classes)
        },
    }


def confusion(table: PosteriorTable) -> NDArray[np.int64]:
    """How often each true class (row) was called each class (column): [C, C]."""
    classes = len(table.classes)
    cells = np.bincount(table.target * classes + table.predicted, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def class_report(matrix: NDArray[Any]) -> ClassReport:
    """Precision, recall and F1 of each class from counts [..., C, C], rows true."""
    right = np.diagonal(matrix, axis1=-2, axis2=-1).astype(np.float64)
    support = matrix.sum(axis=-1).astype(np.float64)
    called = matrix.sum(axis=-2).astype(np.float64)
    return ClassReport(
        precision=share(right, called),
        recall=share(right, support),
        f1=share(2.0 * right, support + called),
        support=support,
    )


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """part / whole, and 0 where both are 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def outcomes(table: PosteriorTable) -> Outcomes:
    """Right or wrong, how sure, and at what loss, for each sample."""
    assert len(table) > 0, "metrics of no samples"
    if not np.isfinite(table.logits).all():
        raise DataError(
            f"run {table.source}: its outputs on {table.split} are not finite numbers, so training became "
            "unstable; train again with a lower learning rate"
        )
    top = np.empty(len(table))
    true = np.empty(len(table))
    for start in range(0, len(table), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        logits = table.logits[rows].astype(np.float64) / table.temperature
        logits -= logits.max(axis=1, keepdims=True)
        own = logits[np.arange(len(logits)), table.target[rows]]
        total = np.exp(logits, out=logits).sum(axis=1)
        top[rows] = 1.0 / total
        true[rows] = np.exp(own) / total
    return Outcomes(
        correct=table.predicted == table.target,
        confidence=top,
        loss=-np.log(np.clip(true, SMALLEST, 1.0 - SMALLEST)),
    )


def calibration_bin(confidence: NDArray[np.float64]) -> NDArray[np.intp]:
    """The bin (0 ... ECE_BINS - 1) of each confidence; an edge belongs to the bin below it."""
    edges = np.linspace(0.0, 1.0, ECE_BINS + 1)
    return np.asarray(np.searchsorted(edges[1:-1], confidence, side="left"), dtype=np.intp)


def expected_calibration_error(found: Outcomes) -> float:
    """Mean gap between confidence and accuracy over the bins of confidence, weighted by their counts."""
    gaps = np.bincount(
        calibration_bin(found.confidence), found.correct - found.confidence, minlength=ECE_BINS
    )
    return float(np.abs(gaps).sum() / len(found.correct))
