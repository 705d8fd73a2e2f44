"""Pieces that all charts share: the frame, axes, marks of a run, and labels that keep apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from workbench.export.markup import Markup, join, tag

RUNS_PER_CHART = 6  # colours, dashes and hatches that can be told apart; more runs get another panel
FONT_PX = 11


def chart(width: float, height: float, *children: Markup, label: str) -> Markup:
    """An inline picture that says in words (`label`) what it shows."""
    return tag(
        "svg",
        tag("title", label),
        *children,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=round(width),
        height=round(height),
        role="img",
        class_="chart",
    )


def text(
    x: float, y: float, words: str, *, anchor: str = "start", style: str = "", turn: float = 0.0
) -> Markup:
    """Words at a place, turned by `turn` degrees about it."""
    return tag(
        "text",
        words,
        x=float(x),
        y=float(y),
        text_anchor=None if anchor == "start" else anchor,
        class_=style or None,
        transform=f"rotate({turn:.0f} {x:.1f} {y:.1f})" if turn else None,
    )


def stroke(x1: float, y1: float, x2: float, y2: float, style: str) -> Markup:
    """A straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=style)


def bar(x: float, y: float, width: float, height: float, slot: int, title: str) -> Markup:
    """A bar in the colour and hatch of run number `slot`, with words for the pointer."""
    return tag(
        "rect",
        tag("title", title),
        x=float(x),
        y=float(y),
        width=max(0.0, float(width)),
        height=float(height),
        fill=f"url(#hatch-{slot % RUNS_PER_CHART})",
        class_=f"bar r{slot % RUNS_PER_CHART}",
    )


def whisker(low: float, high: float, y: float, size: float = 3.0) -> Markup:
    """An interval from x = low to x = high, with end caps and a light edge that shows it on dark bars."""
    path = (
        f"M{low:.1f} {y:.1f}H{high:.1f}M{low:.1f} {y - size:.1f}v{2 * size:.1f}"
        f"M{high:.1f} {y - size:.1f}v{2 * size:.1f}"
    )
    return join([tag("path", d=path, class_="halo"), tag("path", d=path, class_="whisker")])


def text_width(words: str) -> float:
    """About how many pixels a class name takes: fonts differ, so the wide ones are assumed."""
    return sum(
        12.5 if ord(sign) > 0x2E80 else 9.5 if sign.isupper() or sign in "mw%@" else 7.5 for sign in words
    )


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) from low to high, about `wanted` of them."""
    if not high > low:
        return [low]
    raw = (high - low) / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def whole_ticks(low: int, high: int, wanted: int = 6) -> list[int]:
    """Whole numbers among round ones, for epochs."""
    return sorted({round(value) for value in ticks(low, high, wanted)} | {low} if high > low else {low})


def tick_words(values: Sequence[float]) -> list[str]:
    """As many decimals as tell the ticks apart, the same for all."""
    step = min((b - a for a, b in itertools.pairwise(values)), default=abs(values[0]) or 1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{value:.{decimals}f}" for value in values]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near to the wanted ones as can be when they are at least `gap` apart, within low ... high."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    # With rank * gap taken off, "at least gap apart" becomes "never falling": pool what falls.
    pools: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        mean, size = wanted[index] - rank * gap, 1
        while pools and pools[-1][0] > mean:
            other, count = pools.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        pools.append((mean, size))
    level = [mean for mean, size in pools for _ in range(size)]
    ceiling = high - gap * (len(wanted) - 1)
    result = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        result[index] = max(low, min(level[rank], ceiling)) + rank * gap
    return result


def hatches() -> Markup:
    """The fills of bars, one for each place in a chart; drawn once for the whole page."""
    marks = (
        (tag("rect", width=8, height=8, class_="solid"),),
        (tag("path", d="M-2 2L2 -2M0 8L8 0M6 10L10 6"),),
        tuple(tag("circle", cx=x, cy=y, r=1.3, class_="dot") for x, y in ((2, 2), (6, 6))),
        (tag("path", d="M-2 6L2 10M0 0L8 8M6 -2L10 2"),),
        (tag("path", d="M0 4H8M4 0V8"),),
        (tag("path", d="M0 2H8M0 6H8"),),
    )
    patterns = [
        tag(
            "pattern",
            tag("rect", width=8, height=8, class_="ground"),
            *mark,
            id=f"hatch-{slot}",
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
            class_=f"hatch r{slot}",
        )
        for slot, mark in enumerate(marks)
    ]
    return tag("svg", tag("defs", *patterns), width=0, height=0, class_="defs", aria_hidden="true")


def panels(count: int) -> list[range]:
    """Runs 0 ... count - 1 in panels of at most six, as even as possible."""
    number = max(1, math.ceil(count / RUNS_PER_CHART))
    size = math.ceil(count / number)
    return [range(start, min(start + size, count)) for start in range(0, count, max(1, size))]


def group(*children: Markup, style: str) -> Markup:
    """Children under one style."""
    return tag("g", join(children), class_=style)
