"""All runs of a project: who they are, what they reached, and which are compared."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from workbench.experiment.views import RunResult, RunView
from workbench.gui import numbers, theme
from workbench.gui.answers import metric_of, run_title

METRICS = ("accuracy", "macro_f1", "log_loss", "ece")
COMPARABLE = ("finished", "stopped")
RESUMABLE = ("queued", "paused", "lost", "failed")
Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("letter", "run", "seed", "parameters", *METRICS, "status", "experiment", "when")


def telling(runs: Sequence[RunView], most: int = theme.MAX_RUNS) -> list[str]:
    """Which of many runs to compare first: one of each head, then further seeds."""
    heads = {(view.head, str(view.head_options)): view.run for view in reversed(runs)}
    first = [view.run for view in runs if view.run in heads.values()]
    rest = [view.run for view in runs if view.run not in first]
    return [*first, *rest][:most]


class RunTableModel(QAbstractTableModel):
    """The runs as rows; the first column holds the tick box and the letter."""

    chosen_changed = Signal()
    refused = Signal(str)

    def __init__(self, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = titles
        self._runs: list[RunView] = []
        self._chosen: list[str] = []
        self._results: dict[str, RunResult] = {}

    def show_runs(self, runs: Sequence[RunView], chosen: Sequence[str]) -> None:
        """Replace the rows; `chosen` are ticked."""
        self.beginResetModel()
        self._runs = list(runs)
        known = {view.run for view in runs}
        self._chosen = [run for run in chosen if run in known]
        self._results = {run: result for run, result in self._results.items() if run in known}
        self.endResetModel()

    def show_results(self, results: Sequence[RunResult]) -> None:
        """Numbers with their intervals, for the compared runs."""
        self._results = {result.view.run: result for result in results}
        self._redraw()

    def _redraw(self) -> None:
        if self._runs:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._runs) - 1, len(COLUMNS) - 1))

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ticked runs from top to bottom."""
        return tuple(view.run for view in self._runs if view.run in self._chosen)

    def view(self, row: int) -> RunView:
        """The run of a row."""
        return self._runs[row]

    def letter_index(self, run: str) -> int | None:
        """The place of a run among the chosen ones, which gives its letter; None: not chosen."""
        chosen = self.chosen
        return chosen.index(run) if run in chosen else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        comparable = self._runs[index.row()].status in COMPARABLE
        if index.column() == 0 and comparable:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        names = {
            "letter": "",
            "run": self.tr("Head"),
            "experiment": self.tr("Experiment"),
            "seed": self.tr("Seed"),
            "parameters": self.tr("Parameters"),
            "accuracy": self.tr("Accuracy"),
            "macro_f1": self.tr("Macro-F1"),
            "log_loss": self.tr("Log loss"),
            "ece": self.tr("ECE"),
            "status": self.tr("Status"),
            "when": self.tr("Begun"),
        }
        return names[COLUMNS[section]]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        view, column = self._runs[index.row()], COLUMNS[index.column()]
        at = self.letter_index(view.run)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(view, column, at)
        if role == Qt.ItemDataRole.CheckStateRole and column == "letter" and view.status in COMPARABLE:
            return Qt.CheckState.Checked if view.run in self._chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and column in ("seed", "parameters"):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._color(column, at)
        if role == Qt.ItemDataRole.FontRole and column == "letter":
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(view, column)
        return None

    def _text(self, view: RunView, column: str, at: int | None) -> str:
        if column in METRICS:
            return self._metric_text(view, column)
        return {
            "letter": "" if at is None else theme.run_style(at).letter,
            "run": run_title(view, self._titles),
            "experiment": view.name,
            "seed": str(view.seed),
            "parameters": numbers.whole(int(view.parameters.get("head", 0))),
            "status": self._status(view),
            "when": time.strftime("%d %b %H:%M", time.localtime(view.created)),
        }[column]

    def _metric_text(self, view: RunView, metric: str) -> str:
        result = self._results.get(view.run)
        if result is not None:
            low, high = result.intervals.get(metric, (float("nan"), float("nan")))
            return numbers.measured(metric, metric_of(result.metrics, metric), low, high)
        val = view.metrics.get("val")
        return numbers.measured(metric, metric_of(val, metric)) if isinstance(val, Mapping) else "–"

    def _status(self, view: RunView) -> str:
        words = {
            "finished": self.tr("done"),
            "stopped": self.tr("stopped early"),
            "paused": self.tr("can be resumed"),
            "lost": self.tr("interrupted"),
            "queued": self.tr("not begun"),
            "running": self.tr("running"),
            "failed": self.tr("failed"),
        }
        return words.get(view.status, view.status)

    def _color(self, column: str, at: int | None) -> QColor | None:
        if column == "letter" and at is not None:
            return theme.run_style(at).color
        return None if at is not None else theme.muted_text()

    def _tip(self, view: RunView, column: str) -> str:
        if column in METRICS:
            if view.run in self._results:
                return self.tr("Validation, with a 95 % interval. Click to see the pictures behind it.")
            return self.tr("Validation. Tick the run to see its 95 % interval and its pictures.")
        if column == "letter":
            if view.status in COMPARABLE:
                return self.tr("Tick to compare")
            return self.tr("Only runs that are done can be compared")
        lines = [view.run, f"{view.backbone} · {view.data} · {view.split}", view.message]
        return "\n".join(line for line in lines if line)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != 0:
            return False
        view = self._runs[index.row()]
        if view.status not in COMPARABLE:
            return False
        run = view.run
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            if len(self._chosen) >= theme.MAX_RUNS:
                self.refused.emit(
                    self.tr("At most {n} runs can be told apart. Untick one first.").format(n=theme.MAX_RUNS)
                )
                return False
            self._chosen.append(run)
        elif run in self._chosen:
            self._chosen.remove(run)
        self._results = {}
        self._redraw()
        self.chosen_changed.emit()
        return True


class RunTable(QTableView):
    """Shows the runs. Ticks choose, a metric of a chosen run opens its pictures."""

    metric_chosen = Signal(str, str)  # run id, metric
    resume_wanted = Signal(str)  # run id
    delete_wanted = Signal(str)  # run id

    def __init__(self, model: RunTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setObjectName("run_table")
        self.setAccessibleName(self.tr("Runs"))
        self.setToolTip(self.tr("Space ticks a run, Enter opens the pictures behind a number"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.9))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.on_menu_requested)
        self.clicked.connect(self.on_cell_chosen)
        self.activated.connect(self.on_cell_chosen)

    @Slot(QModelIndex)
    def on_cell_chosen(self, index: QModelIndex) -> None:
        run = self._model.view(index.row()).run
        column = COLUMNS[index.column()]
        if column in METRICS and self._model.letter_index(run) is not None:
            self.metric_chosen.emit(run, column)

    @Slot(QPoint)
    def on_menu_requested(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if not index.isValid():
            return
        view = self._model.view(index.row())
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if view.status in RESUMABLE:
            resume = menu.addAction(self.tr("Resume its experiment"))
            resume.triggered.connect(lambda _checked=False, run=view.run: self.resume_wanted.emit(run))
        delete = menu.addAction(self.tr("Move to trash"))
        delete.setEnabled(view.status != "running")
        delete.triggered.connect(lambda _checked=False, run=view.run: self.delete_wanted.emit(run))
        menu.popup(self.viewport().mapToGlobal(at))

    def rows_height(self, most: int) -> int:
        """The height that shows all rows, up to `most`."""
        rows = min(self._model.rowCount(), most)
        return (
            self.horizontalHeader().sizeHint().height()
            + rows * self.verticalHeader().defaultSectionSize()
            + 16
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
