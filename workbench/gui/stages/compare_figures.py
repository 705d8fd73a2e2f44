"""The figures of Compare: curves, classes and confusions of the same runs on the same pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.experiment.views import RunResult
from workbench.gui.charts.class_bars import METRICS, ClassBarsView, ClassScores
from workbench.gui.charts.curves import CurvesView, RunCurves
from workbench.gui.charts.legend import RunKey
from workbench.gui.charts.matrix import MatrixView, RunMatrix

FIGURE_EM = 22  # height of curves and bars, in lines of text: both are seen whole in a small window


class CompareFigures(QWidget):
    """Three figures that share runs, letters and class order."""

    cell_chosen = Signal(int, int, int)  # position of the run, true, predicted
    bar_chosen = Signal(int, str, str)  # position of the run, class, metric

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = CurvesView()
        self.class_bars = ClassBarsView()
        self.class_bars.bar_chosen.connect(self.bar_chosen)
        self.matrices = MatrixView()
        self.matrices.cell_chosen.connect(self.cell_chosen)
        upper = QHBoxLayout()
        upper.setSpacing(10)
        upper.addWidget(self.curves, 3)
        upper.addWidget(self.class_bars, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(upper)
        layout.addWidget(self.matrices)
        for figure in (self.curves, self.class_bars):
            figure.setFixedHeight(self.fontMetrics().height() * FIGURE_EM)

    def show_results(self, results: Sequence[RunResult], keys: Sequence[RunKey], subtitle: str) -> None:
        """Draw all runs; `subtitle` says on what they were measured."""
        self.curves.show_epochs(max((one.view.epochs_done for one in results), default=1))
        self.curves.show_runs(
            [RunCurves(key, one.curves, one.view.best_epoch) for key, one in zip(keys, results, strict=True)],
            subtitle,
        )
        classes = results[0].table.classes
        scores = [_scores(key, one) for key, one in zip(keys, results, strict=True)]
        support = {name: int((results[0].table.target == i).sum()) for i, name in enumerate(classes)}
        self.class_bars.show_scores(classes, scores, support, subtitle + " · " + self.tr("95 % intervals"))
        matrices = [RunMatrix(key, one.confusion) for key, one in zip(keys, results, strict=True)]
        same = [one for one, result in zip(matrices, results, strict=True) if result.table.classes == classes]
        self.matrices.show_matrices(classes, same, subtitle)


def _scores(key: RunKey, result: RunResult) -> ClassScores:
    """A run's metrics per class with intervals."""
    per_class = result.metrics.get("per_class", {})
    values = {
        metric: {name: float(one.get(metric, math.nan)) for name, one in per_class.items()}
        for metric in METRICS
    }
    intervals = {
        metric: {name: one[metric] for name, one in result.class_intervals.items() if metric in one}
        for metric in METRICS
    }
    return ClassScores(key, values, intervals)
