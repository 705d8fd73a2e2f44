"""Curves over epochs, metrics with whiskers, and F1 per class: one chart per six runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from workbench.export import svg, words
from workbench.export.content import Curve, ReportRun
from workbench.export.markup import Markup, tag

CURVE_WIDTH, CURVE_HEIGHT = 490, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 26, 10, 36
POINTS_PER_LINE = 400  # more cannot be told apart on paper
CLASSES_IN_BARS = 20

Slots = Sequence[tuple[int, ReportRun]]  # a run with its place among all runs, which fixes its look

Scale = Callable[[float], float]  # from a value to pixels


def curves(part: Slots, runs: Sequence[ReportRun], name: str) -> Markup | None:
    """One metric over epochs for some of the runs, training thin and validation thick.

    The axes are those of all `runs`, so that charts side by side can be compared. None where nobody
    recorded the metric.
    """
    points = [
        (epoch, value)
        for run in runs
        for curve in run.curves
        if curve.name == name
        for epoch, value in zip(curve.epochs, curve.values, strict=True)
        if math.isfinite(value)
    ]
    lines = [(slot, run, curve) for slot, run in part for curve in run.curves if curve.name == name]
    if not points or not lines:
        return None
    first, last = min(epoch for epoch, _ in points), max(epoch for epoch, _ in points)
    low, high = _range(name, [value for _, value in points])
    right = CURVE_WIDTH - RIGHT
    base = CURVE_HEIGHT - BOTTOM

    def x(epoch: float) -> float:
        return LEFT + (right - LEFT) * ((epoch - first) / (last - first) if last > first else 0.5)

    def y(value: float) -> float:
        return base - (base - TOP) * (value - low) / (high - low)

    drawn = _axes(name, low, high, first, last, x, y)
    for slot, run, curve in lines:
        drawn.append(_line(slot, curve, x, y))
        if curve.split == "val" and run.best_epoch in curve.epochs:
            value = curve.values[list(curve.epochs).index(run.best_epoch)]
            if math.isfinite(value):
                drawn.append(_mark(x(run.best_epoch), y(value), slot))
    drawn += _letters(lines, x, y, base)
    return svg.chart(
        CURVE_WIDTH,
        CURVE_HEIGHT,
        *drawn,
        label=f"{words.TITLES.get(name, name)} over epochs of run "
        + words.listed([run.letter for _, run in part]),
    )


def _range(name: str, values: Sequence[float]) -> tuple[float, float]:
    """From zero for losses; for shares from the tenth below the lowest value up to one."""
    if name == "loss":
        return 0.0, max(values) * 1.05 or 1.0
    return max(0.0, math.floor(min(values) * 10 - 1e-9) / 10), 1.0


def _axes(name: str, low: float, high: float, first: int, last: int, x: Scale, y: Scale) -> list[Markup]:
    right, base = CURVE_WIDTH - RIGHT, CURVE_HEIGHT - BOTTOM
    drawn = []
    values = svg.ticks(low, high)
    for value, written in zip(values, svg.tick_words(values), strict=True):
        drawn.append(svg.stroke(LEFT, y(value), right, y(value), "grid"))
        drawn.append(svg.text(LEFT - 6, y(value) + 4, written, anchor="end", style="tick"))
    for epoch in svg.whole_ticks(first, last):
        drawn.append(svg.stroke(x(epoch), base, x(epoch), base + 4, "axis"))
        drawn.append(svg.text(x(epoch), base + 16, str(epoch), anchor="middle", style="tick"))
    drawn.append(svg.stroke(LEFT, base, right, base, "axis"))
    drawn.append(svg.text((LEFT + right) / 2, CURVE_HEIGHT - 4, "epoch", anchor="middle", style="tick"))
    return drawn


def _line(slot: int, curve: Curve, x: Scale, y: Scale) -> Markup:
    """The line, broken where a value is missing; a single epoch becomes a dot."""
    stride = max(1, math.ceil(len(curve.epochs) / POINTS_PER_LINE))
    last = len(curve.epochs) - 1
    parts: list[str] = []
    pen = "M"
    for index, (epoch, value) in enumerate(zip(curve.epochs, curve.values, strict=True)):
        if not math.isfinite(value):
            pen = "M"
        elif index % stride == 0 or index == last:
            parts.append(f"{pen}{x(epoch):.1f} {y(value):.1f}")
            pen = "L"
    style = f"line {curve.split} r{slot % svg.RUNS_PER_CHART}"
    path = "".join(parts)
    # A path of one point draws nothing but round caps; give it length zero to have them.
    return tag("path", d=f"{path}h0" if len(parts) == 1 else path, class_=style)


def _mark(x: float, y: float, slot: int) -> Markup:
    return tag(
        "circle",
        tag("title", "best epoch, kept"),
        cx=x,
        cy=y,
        r=3.5,
        class_=f"mark r{slot % svg.RUNS_PER_CHART}",
    )


def _letters(lines: Sequence[tuple[int, ReportRun, Curve]], x: Scale, y: Scale, base: float) -> list[Markup]:
    """Each run's letter at the end of its thickest line, moved apart where lines end together."""
    ends: dict[int, tuple[str, float, float]] = {}
    for slot, run, curve in sorted(lines, key=lambda line: line[2].split == "val"):
        known = [(e, v) for e, v in zip(curve.epochs, curve.values, strict=True) if math.isfinite(v)]
        if known:
            ends[slot] = (run.letter, x(known[-1][0]), y(known[-1][1]))
    heights = svg.spread([end[2] for end in ends.values()], svg.FONT_PX + 1, TOP, base)
    return [
        svg.text(end_x + 7, height + 4, letter, style=f"letter r{slot % svg.RUNS_PER_CHART}")
        for (slot, (letter, end_x, _)), height in zip(ends.items(), heights, strict=True)
    ]


def whiskers(runs: Slots, name: str) -> Markup | None:
    """One metric of each run as a dot on its 95 % interval; dots, because bars from zero hide differences."""
    shown = [(slot, run, run.measured) for slot, run in runs if run.measured is not None]
    if not shown:
        return None
    ends = [measured.intervals[name] for _, _, measured in shown]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    pad = 0.06 * (high - low) or 0.05
    low, high = max(0.0, low - pad), high + pad
    if name != "log_loss":
        high = min(1.0, high)
    row, left, width = 24, 24, 380
    bottom = len(shown) * row + 8

    def x(value: float) -> float:
        return left + (width - left - 14) * (value - low) / (high - low)

    drawn: list[Markup] = []
    places = svg.ticks(low, high)
    for place, written in zip(places, svg.tick_words(places), strict=True):
        drawn.append(svg.stroke(x(place), 4, x(place), bottom, "grid"))
        drawn.append(svg.text(x(place), bottom + 14, written, anchor="middle", style="tick"))
    for index, (slot, run, measured) in enumerate(shown):
        y = 6 + row * index + row / 2
        value = float(measured.metrics[name])
        start, end = measured.intervals[name]
        look = f"r{slot % svg.RUNS_PER_CHART}"
        drawn.append(svg.text(4, y + 4, run.letter, style=f"letter {look}"))
        drawn.append(svg.group(svg.whisker(x(start), x(end), y, 4), style=f"colored {look}"))
        drawn.append(tag("circle", cx=x(value), cy=float(y), r=5.0, class_=f"dot {look}"))
    spoken = ", ".join(
        f"{run.letter} {words.metric(name, measured.metrics[name])}" for _, run, measured in shown
    )
    return svg.chart(width, bottom + 22, *drawn, label=f"{words.TITLES[name]}: {spoken}")


def charted_classes(runs: Sequence[ReportRun], classes: Sequence[str], most: int) -> list[int]:
    """The classes to draw, in class order: all, or the `most` with the lowest mean F1."""
    if len(classes) <= most:
        return list(range(len(classes)))
    scores = [
        np.mean([run.measured.metrics["per_class"][name]["f1"] for run in runs if run.measured is not None])
        for name in classes
    ]
    return sorted(np.argsort(scores, kind="stable")[:most].tolist())


def class_bars(runs: Slots, names: Sequence[str]) -> Markup | None:
    """F1 of each class, grouped, one bar per run, with its 95 % interval."""
    shown = [(slot, run, run.measured) for slot, run in runs if run.measured is not None]
    if not shown or not names:
        return None
    thick, gap, left, right, width = 11, 10, 150, 64, 760
    step = thick * len(shown) + gap
    base = TOP + step * len(names)

    def x(value: float) -> float:
        return left + (width - left - right) * value

    drawn: list[Markup] = []
    for place in svg.ticks(0.0, 1.0):
        drawn.append(svg.stroke(x(place), TOP - 4, x(place), base, "grid"))
        drawn.append(svg.text(x(place), base + 14, f"{place:.1f}", anchor="middle", style="tick"))
    for row, name in enumerate(names):
        top = TOP + row * step
        drawn.append(_class_name(name, left - 22, top + thick * len(shown) / 2 + 4))
        for index, (slot, run, measured) in enumerate(shown):
            y = top + index * thick
            score = measured.metrics["per_class"][name]
            low, high = measured.class_intervals[name]["f1"]
            told = (
                f"{run.letter} {name}: F1 {words.metric('f1', score['f1'])} "
                f"{words.interval('f1', (low, high))}, n = {score['support']}"
            )
            drawn.append(svg.text(left - 6, y + 9, run.letter, anchor="end", style="small"))
            drawn.append(svg.bar(left, y + 1, x(score["f1"]) - left, thick - 2, slot, told))
            drawn.append(svg.whisker(x(low), x(high), y + thick / 2))
            drawn.append(svg.text(width - right + 8, y + 9, words.metric("f1", score["f1"]), style="small"))
    drawn.append(svg.stroke(left, TOP - 4, left, base, "axis"))
    return svg.chart(
        width,
        base + 20,
        *drawn,
        label="F1 of each class for run " + words.listed([run.letter for _, run, _ in shown]),
    )


def _class_name(name: str, x: float, y: float) -> Markup:
    return svg.group(
        tag("title", name), svg.text(x, y, words.shortened(name, 18), anchor="end"), style="class-name"
    )
