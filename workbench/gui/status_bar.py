"""The line at the bottom: saved, what runs and how long still, device, offline, seed."""

from __future__ import annotations

import time

from PySide6.QtCore import QDateTime, QLocale, Slot
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from workbench.core.events import Event
from workbench.gui.numbers import about
from workbench.gui.training_progress import TrainingProgress

BAR_PX = 130


class StatusBar(QStatusBar):
    """Shows the front job and the state of the project."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setSizeGripEnabled(False)
        self._progress = TrainingProgress()
        self._saved = self._part("saved", self.tr("Everything is kept in the project as it happens"))
        self._job = self._part("job", self.tr("What is running now"))
        self._bar = QProgressBar()
        self._bar.setObjectName("job_progress")
        self._bar.setAccessibleName(self.tr("Progress of the running job"))
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(BAR_PX)
        self._bar.setRange(0, 1000)
        self._device = self._part("device", self.tr("What computes here"))
        self._offline = self._part(
            "offline", self.tr("Nothing is sent anywhere and nothing is downloaded unless you ask")
        )
        self._seed = self._part("seed", self.tr("The seed of the split"))
        self.addWidget(self._saved)
        self.addWidget(self._job)
        self.addWidget(self._bar)
        for widget in (self._device, self._offline, self._seed):
            self.addPermanentWidget(widget)
        self._offline.setText(self.tr("Offline"))
        self._device.setText("")
        self.show_idle()

    def _part(self, name: str, tip: str) -> QLabel:
        part = QLabel()
        part.setObjectName(f"status_{name}")
        part.setToolTip(tip)
        return part

    def show_saved(self) -> None:
        """Say that everything up to now is in the project."""
        now = QLocale().toString(QDateTime.currentDateTime().time(), QLocale.FormatType.ShortFormat)
        self._saved.setText(self.tr("Saved {time}").format(time=now))

    def show_no_project(self) -> None:
        self._saved.setText(self.tr("No project open"))
        self._seed.setText("")

    def show_seed(self, seed: int) -> None:
        self._seed.setText(self.tr("Seed {seed}").format(seed=seed))

    @Slot(str)
    def show_device(self, text: str) -> None:
        self._device.setText(text)

    @Slot()
    def show_idle(self) -> None:
        """Nothing is running."""
        self._progress = TrainingProgress()
        self._job.setText("")
        self._bar.hide()

    @Slot(list)
    def show_events(self, events: list[Event]) -> None:
        """Follow an experiment; called once per tick with all events since the last."""
        self._progress.take(events, time.monotonic())
        runs = list(self._progress.runs.values())
        over = sum(run.is_over for run in runs)
        stage = next((stage for stage in self._progress.stages.values() if not stage.over), None)
        if stage is not None:
            text, done = stage.text or self.tr("Preparing"), stage.done / stage.total if stage.total else 0.0
            left = stage.left_s()
        else:
            text = self.tr("Training {number} of {all}").format(
                number=min(over + 1, len(runs)), all=len(runs)
            )
            done = sum(1.0 if run.is_over else run.fraction() for run in runs) / max(1, len(runs))
            left = self._progress.left_s()
        self._bar.setValue(round(1000 * done))
        self._bar.show()
        words = text if left is None else self.tr("{job} · {time} left").format(job=text, time=about(left))
        self._job.setText(words)

    @Slot(str)
    def show_state(self, state: str) -> None:
        """The controller's state in words; events say the rest."""
        words = {
            "pausing": self.tr("Pausing after this step"),
            "paused": self.tr("Paused"),
            "stopping": self.tr("Stopping after this step"),
        }
        if state == "idle":
            self.show_idle()
        elif state in words:
            self._job.setText(words[state])
