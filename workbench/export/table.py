"""Posterior tables and predictions as CSV.

UTF-8, commas, one line per picture. A text cell that a spreadsheet would run as a formula (it begins
with = + - @, a tab or a line break, and is no number) gets an apostrophe in front; all other cells
stand as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.core.posterior import PosteriorTable
from workbench.export.files import replacing

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")  # OWASP, "CSV Injection"


def write_posterior_csv(table: PosteriorTable, path: Path) -> None:
    """Columns sample, target, predicted, then the probability of each class; rows in table order.

    Probabilities have as many digits as give back the same 64-bit number.
    """
    classes = [text_cell(name) for name in table.classes]
    with replacing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sample", "target", "predicted", *classes])
        rows = zip(
            table.sample,
            table.target.tolist(),
            table.predicted.tolist(),
            table.probability.tolist(),
            strict=True,
        )
        for sample, target, predicted, probability in rows:
            writer.writerow([text_cell(sample), classes[target], classes[predicted], *probability])


def write_predictions_csv(
    path: Path,
    names: Sequence[str],
    probability: NDArray[np.float64],
    classes: Sequence[str],
    extra: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Columns sample, predicted, then the probability [N, C] of each class, then the `extra` columns."""
    assert probability.shape == (len(names), len(classes)), "one row per name, one column per class"
    extra = extra or {}
    headers = [text_cell(name) for name in classes]
    with replacing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sample", "predicted", *headers, *map(text_cell, extra)])
        rows = zip(
            names,
            probability.argmax(axis=1).tolist() if len(names) else [],
            probability.tolist(),
            strict=True,
        )
        for index, (name, predicted, values) in enumerate(rows):
            more = [text_cell(column[index]) for column in extra.values()]
            writer.writerow([text_cell(name), headers[predicted], *values, *more])


def text_cell(text: str) -> str:
    """`text`, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
