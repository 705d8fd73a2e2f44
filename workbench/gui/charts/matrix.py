"""Confusion matrices of several runs as small multiples on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QModelIndex, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStackedWidget, QTableView, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.charts.class_bars import scrolled
from workbench.gui.charts.figure import Figure, Table, TableModel
from workbench.gui.charts.flow import FlowLayout
from workbench.gui.charts.legend import RunKey
from workbench.gui.charts.matrix_grid import CELL_PX, MatrixGrid, shade

MAX_CLASSES = 20  # above, the cells would be specks: the most confused pairs are listed instead
MAX_PAIRS = 200
GAP_PX = 28
EDGE_PX = 4
LIST_LINES = 20  # height of the list of pairs, in lines of text


@dataclass(frozen=True, eq=False)
class RunMatrix:
    """One run's confusion counts [C, C]: rows true, columns predicted."""

    run: RunKey
    counts: NDArray[np.int64]


def most_confused(matrices: Sequence[RunMatrix]) -> list[tuple[int, int]]:
    """(true, predicted) pairs that are mistakes, most frequent first over all runs."""
    total = np.sum([one.counts for one in matrices], axis=0).astype(np.int64)
    np.fill_diagonal(total, 0)
    order = np.argsort(-total, axis=None, kind="stable")[:MAX_PAIRS]
    width = total.shape[1]
    return [(int(at) // width, int(at) % width) for at in order if total.flat[at] > 0]


class MatrixView(Figure):
    """One matrix per run, same classes, same scale; every cell opens its pictures."""

    cell_chosen = Signal(int, int, int)  # position of the run, true, predicted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Confusion"), parent)
        self._matrices: tuple[RunMatrix, ...] = ()
        self._classes: tuple[str, ...] = ()
        self._panels: list[_Panel] = []
        self._pairs: list[tuple[int, int]] = []
        self._page = QWidget()
        self._flow = FlowLayout(self._page, spacing=GAP_PX)
        self._area = scrolled(self._page)
        self._list_model = TableModel(self)
        self._list = self._build_list()
        self._either = QStackedWidget()
        self._either.addWidget(self._area)
        self._either.addWidget(self._list)
        self.add_drawing(self._either)
        self._scale = _Scale()
        self.layout().addWidget(self._scale)

    def _build_list(self) -> QTableView:
        view = QTableView()
        view.setObjectName("confused_pairs")
        view.setAccessibleName(self.tr("Most confused pairs"))
        view.setToolTip(self.tr("Click a count to see its pictures"))
        view.setModel(self._list_model)
        view.verticalHeader().hide()
        view.setMinimumHeight(self.fontMetrics().height() * LIST_LINES)
        view.setShowGrid(False)
        view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        view.clicked.connect(self.on_pair_clicked)
        view.activated.connect(self.on_pair_clicked)
        return view

    def show_matrices(
        self, classes: Sequence[str], matrices: Sequence[RunMatrix], subtitle: str = ""
    ) -> None:
        """Draw the matrices of up to six runs."""
        self._classes, self._matrices = tuple(classes), tuple(matrices)
        self.show_subtitle(subtitle)
        many = len(classes) > MAX_CLASSES
        self._either.setCurrentWidget(self._list if many else self._area)
        self._scale.setVisible(not many)
        self.show_title(self.tr("Most confused pairs") if many else self.tr("Confusion"))
        self.show_content(self._as_rows(), self._sentence())
        if many:
            self._show_list()
        else:
            self._show_panels()

    @property
    def grids(self) -> tuple[MatrixGrid, ...]:
        """The painted matrices, one per run."""
        return tuple(panel.grid for panel in self._panels)

    def _show_panels(self) -> None:
        while len(self._panels) > len(self._matrices):
            panel = self._panels.pop()
            self._flow.takeAt(len(self._panels))
            panel.setParent(None)
            panel.deleteLater()
        while len(self._panels) < len(self._matrices):
            panel = _Panel()
            panel.grid.cell_clicked.connect(self.on_cell_clicked)
            self._panels.append(panel)
            self._flow.addWidget(panel)
            panel.show()
        for panel, one in zip(self._panels, self._matrices, strict=True):
            panel.show_matrix(self._classes, one)
        self._fit()

    def _show_list(self) -> None:
        self._pairs = most_confused(self._matrices) if self._matrices else []
        headers = (self.tr("true"), self.tr("predicted"), *(str(one.run) for one in self._matrices))
        rows = tuple(
            (
                self._classes[true],
                self._classes[predicted],
                *(int(one.counts[true, predicted]) for one in self._matrices),
            )
            for true, predicted in self._pairs
        )
        self._list_model.show_table(Table(headers, rows))

    def _as_rows(self) -> Table:
        headers = ("run", "true", "predicted", "pictures")
        rows = tuple(
            (str(one.run), self._classes[true], self._classes[predicted], int(one.counts[true, predicted]))
            for one in self._matrices
            for true, predicted in np.argwhere(one.counts > 0)
        )
        return Table(headers, rows)

    def _sentence(self) -> str:
        parts = []
        for one in self._matrices:
            wrong = int(one.counts.sum() - np.trace(one.counts))
            worst = most_confused([one])[:1]
            text = self.tr("{run}: {n} wrong").format(run=one.run, n=wrong)
            if worst:
                true, predicted = worst[0]
                text += self.tr(", most often {true} taken for {predicted}").format(
                    true=self._classes[true], predicted=self._classes[predicted]
                )
            parts.append(text)
        return "; ".join(parts)

    def _fit(self) -> None:
        """As many matrices in a row as can be read, with cells of one size."""
        if not self._panels or not self._classes:
            return
        count, width = len(self._panels), self._area.viewport().width()
        label = max(panel.grid.labels_px()[0] for panel in self._panels)
        side = 0.0
        for columns in range(count, 0, -1):
            room = (width - GAP_PX * (columns - 1)) / columns - label - EDGE_PX
            side = room / len(self._classes)
            if side >= CELL_PX[0] * 1.25:
                break
        for panel in self._panels:
            panel.grid.set_cell(side)
        # All of them at once: the page scrolls, not the figure within it.
        height = self._flow.heightForWidth(width)
        self._page.setMinimumHeight(height)
        self._area.setFixedHeight(height + EDGE_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)
        self._fit()

    @Slot(int, int)
    def on_cell_clicked(self, true: int, predicted: int) -> None:
        grid = self.sender()
        at = next(i for i, panel in enumerate(self._panels) if panel.grid is grid)
        self.cell_chosen.emit(at, true, predicted)

    @Slot(QModelIndex)
    def on_pair_clicked(self, index: QModelIndex) -> None:
        run = max(0, index.column() - 2)
        self.cell_chosen.emit(run, *self._pairs[index.row()])


class _Panel(QWidget):
    """A matrix below its run's letter and name."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = MatrixGrid()
        self._heading = theme.label("")
        self._heading.setWordWrap(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._heading)
        layout.addWidget(self.grid)

    def show_matrix(self, classes: Sequence[str], one: RunMatrix) -> None:
        right, total = int(np.trace(one.counts)), int(one.counts.sum())
        self._heading.setText(f"<b>{escape(str(one.run))}</b>")
        self._heading.setToolTip(self.tr("{right} of {total} right").format(right=right, total=total))
        self.grid.setAccessibleName(self.tr("Confusion matrix of {run}").format(run=one.run))
        self.grid.show_counts(classes, one.counts)


class _Scale(QWidget):
    """What the shades mean."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Shade: share of the true class"))
        self.setFixedHeight(round(self.fontMetrics().height() * 1.4))

    def sizeHint(self) -> QSize:
        return QSize(300, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self.fontMetrics()
        text = self.tr("rows true, columns predicted · shade: share of the true class   0")
        painter.setPen(theme.muted_text())
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(0, 0, self.width(), self.height()), middle, text)
        x = metrics.horizontalAdvance(text) + 6.0
        steps, side = 24, 5.0
        for i in range(steps):
            painter.fillRect(QRectF(x + i * side, 5, side, self.height() - 10), shade(i / (steps - 1)))
        painter.drawText(QRectF(x + steps * side + 6, 0, 40, self.height()), middle, "1")
        painter.end()
