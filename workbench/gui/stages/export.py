"""The Export stage: a report to pass on, and what a run believes of a folder of new pictures."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.core.stopping import Stop
from workbench.experiment.views import Predicted, RunView
from workbench.gui import theme
from workbench.gui.answers import metric_of, run_title
from workbench.gui.numbers import measured, pictures, whole
from workbench.gui.services import Services

USABLE = ("finished", "stopped")  # such runs have weights and a posterior table
PROGRESS_MS = 100
FEWEST_ROWS, MOST_ROWS = 3, 12  # of the list of runs; more are scrolled to
RunKeyRole = int(Qt.ItemDataRole.UserRole)


class ExportStage(QWidget):
    """Choose runs, save the report, predict a folder."""

    train_wanted = Signal()
    mistakes_wanted = Signal(str)  # run id: the pictures behind its accuracy

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("export_stage")
        self._services = services
        self._runs: tuple[RunView, ...] = ()
        self._predicting: _Prediction | None = None
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(self._work_page())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._timer = QTimer(self)
        self._timer.setInterval(PROGRESS_MS)
        self._timer.timeout.connect(self.on_progress_tick)
        services.project.project_changed.connect(self.refresh)

    def _empty_page(self) -> QWidget:
        words = theme.label(
            self.tr("No trained run yet. Train heads first; then a report can be saved here."), "muted"
        )
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        button = QPushButton(self.tr("Go to Train"))
        button.clicked.connect(self.train_wanted)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addStretch(1)
        layout.addWidget(words)
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(2)
        return page

    def _work_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(20, 14, 20, 14)
        layout.setSpacing(12)
        layout.addWidget(theme.label(self.tr("Export"), "title"))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._report_card(), 3)
        row.addWidget(self._predict_card(), 2)
        layout.addLayout(row, 1)
        return page

    def _report_card(self) -> QFrame:
        card = QFrame()
        theme.mark(card, "card")
        self._list = QListWidget()
        self._list.setObjectName("report_runs")
        self._list.setAccessibleName(self.tr("Runs in the report"))
        self._save = QPushButton(self.tr("Save report…"))
        self._save.setObjectName("save_report")
        theme.mark(self._save, "primary")
        self._open = QPushButton(self.tr("Open it"))
        self._open.setObjectName("open_report")
        theme.mark(self._open, "link")
        self._open.hide()
        self._said = theme.label("", "muted")
        self._said.setObjectName("report_said")
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QHBoxLayout()
        buttons.addWidget(self._save)
        buttons.addWidget(self._open)
        buttons.addStretch(1)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(16, 14, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(theme.label(self.tr("Report"), "heading"))
        layout.addWidget(
            theme.label(
                self.tr(
                    "One HTML file with curves, tables per class, confusion matrices and posteriors. "
                    "It opens in any browser, offline."
                ),
                "muted",
            )
        )
        layout.addWidget(self._list)
        layout.addLayout(buttons)
        layout.addWidget(self._said)
        layout.addStretch(1)
        self._save.clicked.connect(self.save_report)
        self._open.clicked.connect(self.on_open_clicked)
        self._list.itemChanged.connect(self.on_runs_ticked)
        self._list.itemActivated.connect(self.on_run_activated)
        return card

    def _predict_card(self) -> QFrame:
        card = QFrame()
        theme.mark(card, "card")
        self._run = QComboBox()
        self._run.setObjectName("predict_run")
        self._run.setAccessibleName(self.tr("Run that predicts"))
        self._run.setToolTip(self.tr("The run whose head judges the new pictures"))
        self._predict = QPushButton(self.tr("Predict a folder…"))
        self._predict.setObjectName("predict_folder")
        self._stop = QPushButton(self.tr("Cancel"))
        self._stop.setObjectName("cancel_predict")
        self._stop.hide()
        self._bar = QProgressBar()
        self._bar.setObjectName("predict_progress")
        self._bar.setAccessibleName(self.tr("Progress of the prediction"))
        self._bar.setTextVisible(False)
        self._bar.hide()
        self._predicted = theme.label("", "muted")
        self._predicted.setObjectName("predict_said")
        self._predicted.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QHBoxLayout()
        buttons.addWidget(self._predict)
        buttons.addWidget(self._stop)
        buttons.addStretch(1)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(16, 14, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(theme.label(self.tr("New pictures"), "heading"))
        layout.addWidget(
            theme.label(
                self.tr(
                    "What a run believes of each picture of a folder: a CSV table, one column per class."
                ),
                "muted",
            )
        )
        layout.addWidget(self._run)
        layout.addLayout(buttons)
        layout.addWidget(self._bar)
        layout.addWidget(self._predicted)
        layout.addStretch(1)
        self._predict.clicked.connect(self.predict_folder)
        self._stop.clicked.connect(self.on_cancel_clicked)
        return card

    @Slot()
    def refresh(self) -> None:
        """Read the runs of the project anew."""
        project = self._services.project.project
        if project is None:
            self.on_runs_listed(())
            return

        def work() -> tuple[tuple[RunView, str], ...]:
            from workbench.experiment import catalogue, list_runs

            titles = {card.name: card.title for card in catalogue().heads}
            usable = [run for run in list_runs(project) if run.status in USABLE]
            return tuple((run, _words(run, titles)) for run in usable)

        self._services.background.ask(work, self.on_runs_listed, key="runs to export")

    @Slot(object)
    def on_runs_listed(self, runs: tuple[tuple[RunView, str], ...]) -> None:
        self._runs = tuple(run for run, _ in runs)
        self._pages.setCurrentIndex(1 if self._runs else 0)
        unticked = {
            self._list.item(row).data(RunKeyRole)
            for row in range(self._list.count())
            if self._list.item(row).checkState() == Qt.CheckState.Unchecked
        }
        self._list.blockSignals(True)
        self._list.clear()
        for run, words in runs:
            item = QListWidgetItem(words)
            item.setData(RunKeyRole, run.run)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked if run.run in unticked else Qt.CheckState.Checked)
            item.setToolTip(self.tr("{run}: double-click to see its mistakes").format(run=run.run))
            self._list.addItem(item)
        self._list.blockSignals(False)
        rows = min(max(len(runs), FEWEST_ROWS), MOST_ROWS)
        self._list.setFixedHeight(
            rows * max(self._list.sizeHintForRow(0), 1) + 2 * self._list.frameWidth() + 2
        )
        self.on_runs_ticked()
        chosen = self._run.currentData()
        self._run.clear()
        for run, words in runs:
            # A list entry has room for the accuracy, the closed box only for the name.
            self._run.addItem(words.partition(" · accuracy")[0], run.run)
            self._run.setItemData(self._run.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
        self._run.setCurrentIndex(max(0, self._run.findData(chosen)))

    @Slot(QListWidgetItem)
    def on_run_activated(self, item: QListWidgetItem) -> None:
        self.mistakes_wanted.emit(str(item.data(RunKeyRole)))

    @property
    def ticked(self) -> tuple[str, ...]:
        """The runs that go into the report."""
        items = [self._list.item(row) for row in range(self._list.count())]
        return tuple(item.data(RunKeyRole) for item in items if item.checkState() == Qt.CheckState.Checked)

    @Slot()
    def on_runs_ticked(self) -> None:
        some = bool(self.ticked)
        self._save.setEnabled(some)
        self._save.setToolTip(
            self.tr("Write the ticked runs into one file") if some else self.tr("Tick at least one run.")
        )

    @Slot()
    def save_report(self) -> None:
        """Ask where to, then write the report."""
        project = self._services.project.project
        if project is None or not self.ticked:
            return
        suggested = project.exports / f"{project.name}.html"
        dialog = QFileDialog(self, self.tr("Save report"), str(suggested), self.tr("Web page (*.html)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("html")
        dialog.fileSelected.connect(self.write_report)
        dialog.open()

    @Slot(str)
    def write_report(self, file: str) -> None:
        """Write the ticked runs' report to `file`."""
        project, runs = self._services.project.project, self.ticked
        if project is None:
            return

        def work() -> Path:
            from workbench.experiment import write_report

            return write_report(project, Path(file), runs)

        self._save.setEnabled(False)
        self._said.setText(self.tr("Writing…"))
        self._services.background.ask(work, self.on_report_written, self.on_report_failed)

    @Slot(object)
    def on_report_written(self, path: Path) -> None:
        self._report = path
        self._said.setText(self.tr("Saved as {path}").format(path=path))
        self._open.show()
        self.on_runs_ticked()

    @Slot(object)
    def on_report_failed(self, error: Exception) -> None:
        self._said.setText("")
        self.on_runs_ticked()
        self._services.messages.error(str(error))

    @Slot()
    def on_open_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report)))

    @Slot()
    def predict_folder(self) -> None:
        """Ask for the folder, then predict."""
        if not self._runs or self._predicting is not None:
            return
        dialog = QFileDialog(
            self, self.tr("Choose a folder of pictures"), self._services.settings.text("predict")
        )
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.predict)
        dialog.open()

    @Slot(str)
    def predict(self, folder: str) -> None:
        """Write what the chosen run believes of `folder` into the project's exports."""
        project = self._services.project.project
        if project is None or self._run.currentData() is None:
            return
        self._services.settings.keep_text("predict", folder)
        run, source = self._run.currentData(), Path(folder)
        table = project.exports / f"{source.name} {run}.csv"
        job = self._predicting = _Prediction(table)
        closing = self._services.background.stopped

        def stopped() -> Stop:
            return Stop.LEAVE if job.cancelled.is_set() else closing()

        def work() -> Predicted:
            from workbench.experiment import predict_folder

            table.parent.mkdir(parents=True, exist_ok=True)
            return predict_folder(project, run, source, table, job.advanced, stopped)

        self._predict.setEnabled(False)
        self._stop.show()
        self._bar.setRange(0, 0)
        self._bar.show()
        self._predicted.setText(self.tr("Reading {folder}").format(folder=source.name))
        self._timer.start()
        self._services.background.ask(work, self.on_predicted, self.on_predict_failed, key="predict")

    @Slot()
    def on_progress_tick(self) -> None:
        if self._predicting is not None and self._predicting.progress[1]:
            done, total = self._predicting.progress
            self._bar.setRange(0, total)
            self._bar.setValue(done)
            self._predicted.setText(
                self.tr("{done} of {total} pictures").format(done=whole(done), total=whole(total))
            )

    @Slot(object)
    def on_predicted(self, found: Predicted) -> None:
        assert self._predicting is not None
        words = self.tr("{pictures} in {path}").format(
            pictures=pictures(found.pictures), path=self._predicting.table
        )
        if found.skipped:
            first = found.skipped[0]
            words += self.tr(" · {count} files left out ({path}: {reason})").format(
                count=whole(len(found.skipped)), path=first.path, reason=first.reason
            )
        self._end_prediction(words)

    @Slot(object)
    def on_predict_failed(self, error: Exception) -> None:
        self._end_prediction("")
        self._services.messages.error(str(error))

    @Slot()
    def on_cancel_clicked(self) -> None:
        if self._predicting is not None:
            self._predicting.cancelled.set()
            self._services.background.forget("predict")
            self._end_prediction(self.tr("Cancelled; nothing was written."))

    def _end_prediction(self, words: str) -> None:
        self._predicting = None
        self._timer.stop()
        self._bar.hide()
        self._stop.hide()
        self._predict.setEnabled(True)
        self._predicted.setText(words)


class _Prediction:
    """One prediction under way."""

    def __init__(self, table: Path) -> None:
        self.table = table
        self.progress = (0, 0)
        self.cancelled = threading.Event()

    def advanced(self, done: int, total: int) -> None:
        self.progress = (done, total)


def _words(run: RunView, titles: Mapping[str, str]) -> str:
    """A run in one line: experiment, head, seed, and its accuracy on validation."""
    metrics = run.metrics.get("val", {})
    known = ""
    if "accuracy" in metrics:
        share = measured("accuracy", metric_of(metrics, "accuracy"))
        support = sum(int(one.get("support", 0)) for one in metrics.get("per_class", {}).values())
        known = f" · accuracy {share} (validation, n = {whole(support)})"
    title = run_title(run, titles)
    seed = "" if "seed" in title else f" · seed {run.seed}"
    return f"{run.name} · {title}{seed}{known}"
