"""What the docks at the bottom hold besides the pictures: jobs and the log."""

from __future__ import annotations

import time

from PySide6.QtCore import QDateTime, QLocale, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core.events import Event, ExperimentStarted
from workbench.gui import theme
from workbench.gui.messages import Notice
from workbench.gui.numbers import about
from workbench.gui.training_progress import RunProgress, TrainingProgress

LOG_LINES = 5000


class JobsPanel(QWidget):
    """The runs of this session, each with where it stands."""

    COLUMNS = 4

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobs_panel")
        self._progress = TrainingProgress()
        self._first_row = 0
        self._table = QTableWidget(0, self.COLUMNS)
        self._table.setObjectName("jobs_table")
        self._table.setAccessibleName(self.tr("Jobs"))
        self._table.setHorizontalHeaderLabels(
            [self.tr("Run"), self.tr("State"), self.tr("Epoch"), self.tr("Time left")]
        )
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self._table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._empty = theme.label(
            self.tr("Nothing running. Finished jobs stay here while the window is open."), "muted"
        )
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 8)
        layout.addWidget(self._pages)

    @Slot(list)
    def show_events(self, events: list[Event]) -> None:
        """Follow an experiment."""
        if any(isinstance(event, ExperimentStarted) for event in events):
            self._progress = TrainingProgress()
            self._first_row = self._table.rowCount()
        self._progress.take(events, time.monotonic())
        runs = list(self._progress.runs.values())
        if not runs:
            return
        self._table.setRowCount(self._first_row + len(runs))
        for row, run in enumerate(runs, self._first_row):
            self._show_run(row, run)
        self._pages.setCurrentIndex(1)

    def _show_run(self, row: int, run: RunProgress) -> None:
        left = run.left_s()
        texts = (
            f"{self._progress.name} · {run.plan.label}",
            run.status,
            f"{run.epoch} / {run.epochs}" if run.epochs else "",
            about(left) if left is not None and not run.is_over else "",
        )
        for column, text in enumerate(texts):
            cell = self._table.item(row, column)
            if cell is None:
                cell = QTableWidgetItem()
                self._table.setItem(row, column, cell)
            if cell.text() != text:
                cell.setText(text)
            cell.setToolTip(run.message or text)


class LogPanel(QWidget):
    """All notices of this session, as text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log_panel")
        self._text = QPlainTextEdit()
        self._text.setObjectName("log_text")
        self._text.setAccessibleName(self.tr("Log"))
        self._text.setReadOnly(True)
        self._text.setMaximumBlockCount(LOG_LINES)
        self._text.setPlaceholderText(self.tr("Nothing has happened yet."))
        copy = QPushButton(self.tr("Copy all"))
        copy.setObjectName("copy_log")
        theme.mark(copy, "link")
        copy.clicked.connect(self.on_copy_clicked)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 8)
        layout.setSpacing(4)
        layout.addWidget(self._text, 1)
        layout.addLayout(row)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Add a line, with the details below it."""
        when = QDateTime.fromSecsSinceEpoch(int(notice.when)).time()
        clock = QLocale().toString(when, "HH:mm:ss")
        self._text.appendPlainText(f"{clock}  {notice.level}  {notice.text}")
        if notice.details:
            self._text.appendPlainText(notice.details)

    @Slot()
    def on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
