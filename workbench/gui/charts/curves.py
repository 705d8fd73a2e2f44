"""Loss and score of several runs over the epochs: training thin, validation thick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPalette, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.experiment.views import Curve
from workbench.gui import numbers, theme
from workbench.gui.charts.figure import Figure, Table
from workbench.gui.charts.legend import RunKey, RunLegend

THICK_LIMIT = 400  # points; pens wider than 1 px are slow for longer series
TRAIN_ALPHA = 165  # of 255


@dataclass(frozen=True, slots=True)
class RunCurves:
    """One run's curves; `best_epoch` 0: not known yet."""

    run: RunKey
    curves: tuple[Curve, ...]
    best_epoch: int = 0


class CurvesView(Figure):
    """Two plots that share the runs: loss on the left, a score on the right.

    The tick boxes show and hide runs; items are kept and only their data are replaced.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Learning curves"), parent)
        self._runs: tuple[RunCurves, ...] = ()
        self._hidden: set[int] = set()
        self._score = QComboBox()
        self._score.setObjectName("score")
        self._score.setAccessibleName(self.tr("Score shown on the right"))
        self._score.setToolTip(
            self.tr(
                "Accuracy: share of right answers. Macro-F1: mean of the classes' F1, each counts the same."
            )
        )
        self._score.addItem(self.tr("Accuracy"), "accuracy")
        self._score.addItem(self.tr("Macro-F1"), "macro_f1")
        self._score.currentIndexChanged.connect(self.on_score_changed)
        self.tools.addWidget(self._score)
        self._loss_plot = _Plot(self.tr("loss"))
        self._score_plot = _Plot(self.tr("accuracy"))
        self._score_plot.setXLink(self._loss_plot)
        plots = QWidget()
        row = QHBoxLayout(plots)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._loss_plot, 1)
        row.addWidget(self._score_plot, 1)
        drawing = QWidget()
        column = QVBoxLayout(drawing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(plots, 1)
        self.add_drawing(drawing)
        self._legend = RunLegend(checkable=True, lines=True)
        self._legend.toggled.connect(self.on_run_toggled)
        self.layout().addWidget(self._legend)
        self._key = theme.label(self.tr("thick: validation · thin: training · mark: best epoch"), "muted")
        self.layout().addWidget(self._key)

    @property
    def score(self) -> str:
        """accuracy or macro_f1."""
        return str(self._score.currentData())

    def drawn(self, metric: str) -> tuple[tuple[str, str], ...]:
        """Which lines stand in the plot of a metric: letter of the run, split."""
        plot = self._loss_plot if metric == "loss" else self._score_plot
        return tuple((theme.run_style(run).letter, split) for run, split in plot.line_keys())

    def show_epochs(self, epochs: int) -> None:
        """Let the axes reach from the first to the last epoch to come."""
        for plot in (self._loss_plot, self._score_plot):
            plot.show_epochs(epochs)

    def show_runs(self, runs: Sequence[RunCurves], subtitle: str = "") -> None:
        """Draw all runs once."""
        self._runs = tuple(runs)
        self.show_subtitle(subtitle)
        self._legend.show_runs([one.run for one in runs])
        self._hidden &= {one.run.index for one in runs}
        self._draw()

    def _draw(self) -> None:
        self._score_plot.setLabel("left", self._score.currentText())
        self._loss_plot.show_lines(self._lines("loss"))
        self._score_plot.show_lines(self._lines(self.score))
        self.show_content(self._as_rows(), self._sentence())

    def _lines(self, metric: str) -> list[_Line]:
        lines = []
        for one in self._runs:
            if one.run.index in self._hidden:
                continue
            for curve in one.curves:
                if curve.name == metric and curve.epochs:
                    best = one.best_epoch if curve.split == "val" else 0
                    lines.append(_Line(one.run.index, curve, best))
        return lines

    def _as_rows(self) -> Table:
        rows = []
        for one in self._runs:
            for curve in one.curves:
                for epoch, value in zip(curve.epochs, curve.values, strict=True):
                    rows.append((str(one.run), curve.split, curve.name, epoch, value))
        return Table(("run", "split", "metric", "epoch", "value"), tuple(rows))

    def _sentence(self) -> str:
        parts = []
        for one in self._runs:
            last = {(c.split, c.name): c.values[-1] for c in one.curves if c.values}
            known = {split: last.get((split, "accuracy"), math.nan) for split in ("train", "val")}
            text = self.tr("{run}: accuracy training {train}, validation {val}").format(
                run=one.run, train=numbers.percent(known["train"]), val=numbers.percent(known["val"])
            )
            if one.best_epoch:
                text += self.tr(", best epoch {n}").format(n=one.best_epoch)
            parts.append(text)
        return "; ".join(parts)

    @Slot(int)
    def on_score_changed(self, _index: int) -> None:
        self._draw()

    @Slot(int, bool)
    def on_run_toggled(self, index: int, shown: bool) -> None:
        if shown:
            self._hidden.discard(index)
        else:
            self._hidden.add(index)
        self._draw()


@dataclass(frozen=True, slots=True)
class _Line:
    run: int
    curve: Curve
    best_epoch: int

    @property
    def key(self) -> tuple[int, str]:
        return self.run, self.curve.split


class _EpochAxis(pg.AxisItem):
    """Whole epochs only: nothing is measured at epoch 1.5."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        spacings = super().tickSpacing(low, high, size)
        return [(float(max(1, round(step))), offset) for step, offset in spacings]


class _Plot(pg.PlotWidget):
    """One plot in the palette's colours, with one kept item per run and split."""

    def __init__(self, label: str) -> None:
        super().__init__(axisItems={"bottom": _EpochAxis("bottom")})
        self._lines: dict[tuple[int, str], pg.PlotDataItem] = {}
        self._marks: dict[int, pg.ScatterPlotItem] = {}
        self._shown: list[_Line] = []
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.setMinimumSize(180, 130)
        self.setLabel("left", label)
        self.setLabel("bottom", self.tr("epoch"))
        self.setAccessibleName(label)
        self.setToolTip(self.tr("Wheel: zoom · drag: move · double click: everything"))
        item = self.getPlotItem()
        item.showGrid(x=False, y=True, alpha=0.25)
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        item.getAxis("bottom").setStyle(tickLength=-4)
        item.getAxis("left").setStyle(tickLength=0, maxTextLevel=0, maxTickLevel=0)
        item.getAxis("left").enableAutoSIPrefix(False)
        item.getAxis("bottom").enableAutoSIPrefix(False)
        self._dress()

    def show_epochs(self, epochs: int) -> None:
        self.setXRange(0, max(epochs, 2), padding=0.03)

    def line_keys(self) -> list[tuple[int, str]]:
        """The lines that stand here: run, split."""
        return sorted(self._lines)

    def show_lines(self, lines: list[_Line]) -> None:
        self._shown = lines
        wanted = {line.key for line in lines}
        for key in [key for key in self._lines if key not in wanted]:
            self.removeItem(self._lines.pop(key))
        marked = {line.run for line in lines if line.best_epoch}
        for run in [run for run in self._marks if run not in marked]:
            self.removeItem(self._marks.pop(run))
        for line in lines:
            self._show_line(line)

    def _show_line(self, line: _Line) -> None:
        item = self._lines.get(line.key)
        if item is None:
            item = pg.PlotDataItem(connect="finite", antialias=True)
            self._lines[line.key] = item
            self.addItem(item)
        x, y = np.asarray(line.curve.epochs, float), np.asarray(line.curve.values, float)
        item.setPen(_pen(line))
        lonely = len(x) == 1  # a line of one point would not be seen
        item.setSymbol("o" if lonely else None)
        item.setSymbolSize(5)
        item.setSymbolBrush(theme.run_style(line.run).color)
        item.setSymbolPen(None)
        item.setData(x, y)
        at = np.flatnonzero(x == line.best_epoch)
        if line.best_epoch and at.size:
            self._show_mark(line, float(x[at[0]]), float(y[at[0]]))

    def _show_mark(self, line: _Line, x: float, y: float) -> None:
        style = theme.run_style(line.run)
        mark = self._marks.get(line.run)
        if mark is None:
            mark = pg.ScatterPlotItem(size=10)
            mark.setZValue(10)
            self._marks[line.run] = mark
            self.addItem(mark)
        halo = pg.mkPen(theme.surface(), width=1.5)  # cosmetic: symbols are scaled when painted
        mark.setData([x], [y], symbol=style.symbol, brush=style.color, pen=halo, size=11)

    def _dress(self) -> None:
        self.setBackground(theme.surface())
        text = self.palette().color(QPalette.ColorRole.WindowText)
        font = QFont(self.font())
        font.setPointSizeF(max(6.5, font.pointSizeF() * 0.9))
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(theme.line())
            axis.setTextPen(theme.muted_text())
            axis.setTickFont(font)
            axis.label.setDefaultTextColor(text)
            axis.labelStyle = {"color": theme.muted_text().name()}
            axis.setLabel(axis.labelText)

    def mouseDoubleClickEvent(self, event: QEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.enableAutoRange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_shown"):
            self._dress()
            self.show_lines(self._shown)


def _pen(line: _Line) -> QPen:
    style = theme.run_style(line.run)
    color = QColor(style.color)
    thick = line.curve.split != "train" and len(line.curve.epochs) <= THICK_LIMIT
    if line.curve.split == "train":
        color.setAlpha(TRAIN_ALPHA)
    pen = QPen(color, 2.2 if thick else 1, style.dash)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen
