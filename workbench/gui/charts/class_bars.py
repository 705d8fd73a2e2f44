"""Recall, F1 or precision of every class, one bar per run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QScrollArea, QWidget

from workbench.gui import numbers
from workbench.gui.charts.figure import Figure, Table
from workbench.gui.charts.grouped_bars import Bar, BarGroup, GroupedBars
from workbench.gui.charts.legend import RunKey, RunLegend

METRICS = ("recall", "f1", "precision")


@dataclass(frozen=True, slots=True)
class ClassScores:
    """One run's metrics per class: metric -> class -> value, and 95 % intervals where known."""

    run: RunKey
    values: Mapping[str, Mapping[str, float]]
    intervals: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)


class ClassBarsView(Figure):
    """Grouped bars per class; a click on a bar opens the pictures behind it."""

    bar_chosen = Signal(int, str, str)  # position of the run, class, metric

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Per class"), parent)
        self._classes: tuple[str, ...] = ()
        self._scores: tuple[ClassScores, ...] = ()
        self._support: Mapping[str, int] = {}
        self._metric = QComboBox()
        self._metric.setObjectName("class_metric")
        self._metric.setAccessibleName(self.tr("Metric per class"))
        self._metric.setToolTip(
            self.tr(
                "Recall: the share of a class that is found. Precision: the share of its "
                "predictions that is right. F1: the harmonic mean of both."
            )
        )
        names = {"recall": self.tr("Recall"), "f1": self.tr("F1"), "precision": self.tr("Precision")}
        for metric in METRICS:
            self._metric.addItem(names[metric], metric)
        self._metric.currentIndexChanged.connect(self.on_metric_changed)
        self._names = names
        self.tools.addWidget(self._metric)
        self._bars = GroupedBars()
        self._bars.setAccessibleName(self.tr("Bars per class"))
        self._bars.bar_clicked.connect(self.on_bar_clicked)
        self.add_drawing(scrolled(self._bars))
        self._legend = RunLegend()
        self.layout().addWidget(self._legend)

    @property
    def metric(self) -> str:
        """recall, f1 or precision."""
        return str(self._metric.currentData())

    def show_metric(self, metric: str) -> None:
        """Choose what the bars show."""
        self._metric.setCurrentIndex(self._metric.findData(metric))

    def set_door(self, is_door: bool) -> None:
        """Whether a click on a bar opens pictures."""
        self._bars.set_door(is_door)

    def show_scores(
        self,
        classes: Sequence[str],
        scores: Sequence[ClassScores],
        support: Mapping[str, int] | None = None,
        subtitle: str = "",
    ) -> None:
        """Draw all bars once. `support` counts the pictures of each class."""
        self._classes, self._scores = tuple(classes), tuple(scores)
        self._support = support or {}
        self.show_subtitle(subtitle)
        self._legend.show_runs([one.run for one in scores])
        self._draw()

    @property
    def bars(self) -> GroupedBars:
        """The painted part."""
        return self._bars

    def _draw(self) -> None:
        metric = self.metric
        groups = [
            BarGroup(
                label=name,
                bars=tuple(self._bar(one, metric, name) for one in self._scores),
                note=f"n = {numbers.whole(self._support[name])}" if name in self._support else "",
            )
            for name in self._classes
        ]
        self._bars.show_groups(groups)
        self.show_content(self._as_rows(metric), self._sentence(metric))

    def _bar(self, one: ClassScores, metric: str, name: str) -> Bar:
        value = one.values.get(metric, {}).get(name, math.nan)
        low, high = one.intervals.get(metric, {}).get(name, (math.nan, math.nan))
        text = numbers.percent(value)
        hint = f"{one.run}, {name}: {self._names[metric]} {text}"
        if not math.isnan(low):
            hint += f" [{numbers.percent(low)}, {numbers.percent(high)}]"
        return Bar(one.run.index, value, text, hint, low, high)

    def _as_rows(self, metric: str) -> Table:
        headers = ("class", *(f"{one.run} {metric}" for one in self._scores))
        rows = (
            (name, *(one.values.get(metric, {}).get(name, math.nan) for one in self._scores))
            for name in self._classes
        )
        return Table(headers, tuple(rows))

    def _sentence(self, metric: str) -> str:
        parts = []
        for one in self._scores:
            known = {n: v for n, v in one.values.get(metric, {}).items() if not math.isnan(v)}
            if known:
                worst, best = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
                parts.append(
                    self.tr("{run}: best {best} {high}, worst {worst} {low}").format(
                        run=one.run,
                        best=best,
                        high=numbers.percent(known[best]),
                        worst=worst,
                        low=numbers.percent(known[worst]),
                    )
                )
        return f"{self._names[metric]}. " + "; ".join(parts)

    @Slot(int)
    def on_metric_changed(self, _index: int) -> None:
        self._draw()

    @Slot(int, int)
    def on_bar_clicked(self, group: int, bar: int) -> None:
        self.bar_chosen.emit(bar, self._classes[group], self.metric)


def scrolled(widget: QWidget) -> QScrollArea:
    """`widget` in an area that scrolls up and down when it is too high."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.viewport().setAutoFillBackground(False)
    widget.setAutoFillBackground(False)
    return area
