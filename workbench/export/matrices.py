"""Who is taken for whom: confusion matrices on one scale, or the most confused pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workbench.export import svg, words
from workbench.export.markup import Markup, tag

CLASSES_IN_MATRIX = 20  # beyond, cells are too small to read and pairs are listed
PAIRS = 20
NAME_LENGTH = 14
DARK_FROM = 0.66  # share of the row above which light digits have the better contrast; 4.4:1 at the least


def matrix(counts: NDArray[np.int64], classes: Sequence[str], letter: str) -> Markup:
    """Counts [C, C], rows true; the shade is the share of the row, 0 to 100 % in every matrix."""
    size = 34 if len(classes) <= 10 else 25
    margin = 12 + round(max(svg.text_width(words.shortened(name, NAME_LENGTH)) for name in classes))
    side = size * len(classes)
    rows = np.maximum(counts.sum(axis=1), 1)
    drawn: list[Markup] = []
    for true, name in enumerate(classes):
        y = margin + size * true
        middle = y + size / 2 + 4
        drawn.append(_name(name, margin - 6, middle, "end", 0))
        drawn.append(_name(name, margin + size * (true + 0.5) + 4, margin - 6, "start", -90))
        for called in np.flatnonzero(counts[true]).tolist():
            amount = int(counts[true, called])
            x = margin + size * called
            drawn.append(_cell(amount, amount / rows[true], x, y, size, f"{name} called {classes[called]}"))
    drawn.append(tag("rect", x=margin, y=margin, width=side, height=side, class_="frame"))
    right = int(np.trace(counts))
    return svg.chart(
        margin + side + 2,
        margin + side + 2,
        *drawn,
        label=f"Confusion matrix of run {letter} (rows true, columns called): "
        f"{right} of {int(counts.sum())} right",
    )


def _cell(amount: int, share: float, x: float, y: float, size: int, title: str) -> Markup:
    # Even one picture of a large class must be seen.
    shade = tag(
        "rect", x=x, y=y, width=size, height=size, fill_opacity=float(0.06 + 0.94 * share), class_="heat"
    )
    written = str(amount) if amount < 10_000 else f"{amount // 1000}k"
    style = "count" + (" on" if share > DARK_FROM else "") + (" dense" if len(written) > size // 8 else "")
    number = svg.text(x + size / 2, y + size / 2 + 4, written, anchor="middle", style=style)
    return tag("g", tag("title", f"{title}: {amount}"), shade, number)


def _name(name: str, x: float, y: float, anchor: str, turn: float) -> Markup:
    return svg.group(
        tag("title", name),
        svg.text(x, y, words.shortened(name, NAME_LENGTH), anchor=anchor, turn=turn),
        style="class-name",
    )


def scale() -> Markup:
    """The legend of all matrices: shades of 0 to 100 % of a row."""
    steps = [
        tag("rect", x=8 + 16 * index, y=2, width=16, height=12, fill_opacity=share, class_="heat")
        for index, share in enumerate(np.linspace(0.0, 1.0, 11).tolist())
    ]
    return svg.chart(
        200,
        30,
        *steps,
        tag("rect", x=8, y=2, width=176, height=12, class_="frame"),
        svg.text(8, 26, "0 %", style="tick"),
        svg.text(184, 26, "100 % of the row", anchor="end", style="tick"),
        label="Shades from 0 to 100 % of the row",
    )


def confused_pairs(counts: NDArray[np.int64], most: int = PAIRS) -> list[tuple[int, int, int, int]]:
    """(true, called, how often, of how many), the most frequent first; only real confusions."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    support = counts.sum(axis=1)
    cells = [np.unravel_index(place, counts.shape) for place in order]
    return [
        (int(true), int(called), int(wrong[true, called]), int(support[true]))
        for true, called in cells
        if wrong[true, called] > 0
    ]
