"""One line per run while it learns: progress, epoch, time left, best epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from workbench.core.events import RunPlan
from workbench.gui import numbers, theme
from workbench.gui.answers import head_title, metric_of
from workbench.gui.charts.figure import ElidedLabel
from workbench.gui.charts.legend import RunKey, swatch
from workbench.gui.training_progress import RunProgress

PER_MILLE = 1000
SWATCH = QSize(26, 14)
BAR_EM = 10


class RunRows(QWidget):
    """The runs of an experiment, one below the other."""

    mistakes_wanted = Signal(str)  # run id

    def __init__(self, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = titles
        self._lines: list[_Line] = []
        self._keys: tuple[RunKey, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(5, 1)

    def key_of(self, plan: RunPlan, index: int) -> RunKey:
        """A run as figures name it."""
        return RunKey(index, head_title(plan.label, plan.head, self._titles))

    def show_runs(self, runs: Sequence[RunProgress]) -> None:
        """Show where every run stands."""
        keys = tuple(self.key_of(run.plan, run.index) for run in runs)
        if keys != self._keys:
            self._rebuild(keys)
        for line, run in zip(self._lines, runs, strict=True):
            line.show_run(run)

    def _rebuild(self, keys: tuple[RunKey, ...]) -> None:
        self._keys = keys
        for line in self._lines:
            line.remove()
        self._lines = [_Line(key, self._grid, row, self) for row, key in enumerate(keys)]

    def texts(self) -> list[str]:
        """What stands beside each run: for tests and for screen readers."""
        return [line.state.text() for line in self._lines]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for line in self._lines:
                line.paint_swatch()


class _Line:
    """The widgets of one run."""

    def __init__(self, key: RunKey, grid: QGridLayout, row: int, owner: RunRows) -> None:
        self._owner = owner
        self._run = ""
        self._key = key
        self._swatch = QLabel()
        self._name = QLabel(str(key))
        self._bar = QProgressBar()
        self._bar.setRange(0, PER_MILLE)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(owner.fontMetrics().horizontalAdvance("m") * BAR_EM)
        self._bar.setAccessibleName(owner.tr("Progress of {run}").format(run=key))
        self.state = QLabel()
        self.state.setObjectName(f"run_state_{key.letter}")
        self._door = QPushButton()
        self._door.setObjectName(f"run_accuracy_{key.letter}")
        self._door.setToolTip(owner.tr("Accuracy on validation; click to see the mistakes"))
        theme.mark(self._door, "link")
        self._door.clicked.connect(lambda: owner.mistakes_wanted.emit(self._run))
        self._door.hide()
        self._best = ElidedLabel()
        self._widgets = (self._swatch, self._name, self._bar, self.state, self._door, self._best)
        for column, widget in enumerate(self._widgets):
            grid.addWidget(widget, row, column)
        self.paint_swatch()

    def remove(self) -> None:
        for widget in self._widgets:
            widget.setParent(None)
            widget.deleteLater()

    def paint_swatch(self) -> None:
        ratio = self._owner.devicePixelRatioF()
        self._swatch.setPixmap(swatch(self._key.index, SWATCH, ratio, line=True))

    def show_run(self, run: RunProgress) -> None:
        self._bar.setValue(round(run.fraction() * PER_MILLE))
        self.state.setText(self._state(run))
        self.state.setToolTip(run.message)
        self._run = run.plan.run
        val = run.metrics.get("val")
        if isinstance(val, Mapping):
            accuracy = numbers.percent(metric_of(val, "accuracy"))
            self._door.setText(self._owner.tr("val {a}").format(a=accuracy))
        self._door.setVisible(isinstance(val, Mapping))
        self._best.setText(
            self._owner.tr("best epoch {n}").format(n=run.best_epoch) if run.best_epoch else ""
        )

    def _state(self, run: RunProgress) -> str:
        tr = self._owner.tr
        words = {
            "queued": tr("waiting"),
            "paused": tr("left, can be resumed"),
            "stopped": tr("stopped, best epoch kept"),
            "failed": tr("failed: {why}").format(why=run.message.partition("\n")[0]),
            "lost": tr("interrupted"),
            "finished": tr("done"),
            "not begun": tr("not begun"),
            "discarded": tr("thrown away"),
        }
        if run.status != "running":
            return words.get(run.status, run.status)
        if run.predicting:
            return tr("measuring")
        at = min(run.epoch + 1, run.epochs)
        text = tr("epoch {n} of {total}").format(n=at, total=run.epochs)
        if run.epoch == 0 and run.steps:
            text += tr(", step {n} of {total}").format(n=run.step, total=run.steps)
        left = run.left_s()
        return text if left is None else f"{text} · " + tr("{time} left").format(time=numbers.about(left))
