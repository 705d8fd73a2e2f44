"""What is seen while an experiment runs: stages, runs, curves, classes, words, and the way out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.core.events import Event, ExperimentEnded
from workbench.gui import numbers, theme
from workbench.gui.charts.class_bars import ClassBarsView, ClassScores, scrolled
from workbench.gui.charts.curves import CurvesView, RunCurves
from workbench.gui.charts.figure import ElidedLabel
from workbench.gui.messages import sentence
from workbench.gui.stages.run_rows import PER_MILLE, RunRows
from workbench.gui.theme import MAX_RUNS
from workbench.gui.training_progress import DISCARDED, RunProgress, StageProgress, TrainingProgress, remarks

MAX_WORDS = 3  # sentences shown at a time
ROWS_SHOWN = 6  # runs seen without scrolling


class Clock:
    """Seconds of work: stands still while paused."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._away = 0.0
        self._since: float | None = None

    def __call__(self) -> float:
        return (self._now() if self._since is None else self._since) - self._away

    def halt(self) -> None:
        """Stand still."""
        if self._since is None:
            self._since = self._now()

    def run(self) -> None:
        """Go on."""
        if self._since is not None:
            self._away += self._now() - self._since
            self._since = None


class Monitor(QWidget):
    """Shows one experiment, live or ended. `take` gets its events in lists and draws once per list."""

    pause_wanted = Signal()
    stop_wanted = Signal()
    discard_wanted = Signal()
    compare_wanted = Signal()
    class_chosen = Signal(str, str, str)  # run id, class, metric
    mistakes_wanted = Signal(str)  # run id

    def __init__(self, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = TrainingProgress()
        self._clock = Clock()
        self._support: Mapping[str, int] = {}
        self._shown: list[RunProgress] = []
        self._headline = theme.label("", "heading")
        self._headline.setObjectName("training_headline")
        self._rows = RunRows(titles)
        self._rows.mistakes_wanted.connect(self.mistakes_wanted)
        self._stage_lines = {
            "data": _StageLine(self.tr("Pictures")),
            "features": _StageLine(self.tr("Features")),
        }
        self._curves = CurvesView()
        self._bars = ClassBarsView()
        self._bars.bar_chosen.connect(self.on_bar_chosen)
        self._bars.show_metric("recall")
        self._words = theme.label("")
        self._words.setObjectName("training_words")
        card = QFrame()
        theme.mark(card, "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addLayout(self._build_top())
        for line in self._stage_lines.values():
            column.addWidget(line)
        self._rows_area = scrolled(self._rows)
        column.addWidget(self._rows_area)
        column.addWidget(self._words)
        self._figures = QSplitter(Qt.Orientation.Horizontal)
        self._figures.setHandleWidth(10)
        self._figures.setChildrenCollapsible(False)
        self._figures.addWidget(self._curves)
        self._figures.addWidget(self._bars)
        self._figures.setStretchFactor(0, 3)
        self._figures.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        self._before = theme.label(self.tr("The curves begin with the first epoch."), "muted")
        self._before.setAlignment(Qt.AlignmentFlag.AlignCenter)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._before, 1)
        layout.addWidget(self._figures, 1)

    def _build_top(self) -> QHBoxLayout:
        self._pause = QPushButton(self.tr("Pause"))
        self._pause.setObjectName("pause")
        self._pause.setToolTip(self.tr("Stand still after the current step; nothing is lost (Ctrl+F5)"))
        self._pause.clicked.connect(self.pause_wanted)
        self._stop = QPushButton(self.tr("Stop and keep best"))
        self._stop.setObjectName("stop_and_keep")
        self._stop.setToolTip(
            self.tr("End after the current step; the best epoch so far is measured and kept (Shift+F5)")
        )
        self._stop.clicked.connect(self.stop_wanted)
        self._discard = QPushButton(self.tr("Discard"))
        self._discard.setObjectName("discard")
        self._discard.setToolTip(self.tr("End after the current step and throw these runs away"))
        theme.mark(self._discard, "danger")
        self._discard.clicked.connect(self.discard_wanted)
        self._compare = QPushButton(self.tr("Compare"))
        self._compare.setObjectName("open_compare")
        self._compare.setToolTip(self.tr("Put these runs side by side"))
        theme.mark(self._compare, "primary")
        self._compare.clicked.connect(self.compare_wanted)
        self._compare.hide()
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._headline, 1)
        for button in (self._pause, self._stop, self._discard, self._compare):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return top

    @property
    def progress(self) -> TrainingProgress:
        """What the events add up to."""
        return self._progress

    @property
    def curves(self) -> CurvesView:
        """The curves."""
        return self._curves

    @property
    def class_bars(self) -> ClassBarsView:
        """The bars per class."""
        return self._bars

    @property
    def rows(self) -> RunRows:
        """The lines of the runs."""
        return self._rows

    def begin(self, support: Mapping[str, int]) -> None:
        """Forget the former experiment. `support`: validation pictures per class."""
        self._progress = TrainingProgress()
        self._clock = Clock()
        self._support = support
        self._compare.hide()
        for button in (self._pause, self._stop, self._discard):
            button.show()
        self._draw()

    def show_state(self, state: str) -> None:
        """Acknowledge at once what the user asked for."""
        if state == "paused":
            self._clock.halt()
        else:
            self._clock.run()
        busy = state != "idle"
        going = state in ("running", "pausing", "paused")
        for button in (self._stop, self._discard):
            button.setEnabled(going)
            button.setVisible(busy)
        self._pause.setEnabled(going)
        self._pause.setVisible(busy)
        self._pause.setText(self.tr("Go on") if state in ("pausing", "paused") else self.tr("Pause"))
        self._show_headline(state)

    def take(self, events: list[Event]) -> None:
        """Add a list of events and draw once."""
        self._progress.take(events, self._clock())
        self._draw()

    def show_end(self, end: ExperimentEnded) -> None:
        """Say how it ended."""
        self._progress.take([end], self._clock())
        self._draw()
        self.show_state("idle")
        self._compare.setVisible(any(run.metrics for run in self._progress.runs.values()))

    # --- drawing

    def _draw(self) -> None:
        progress = self._progress
        for name, line in self._stage_lines.items():
            line.show_stage(progress.stages.get(name))
        runs = list(progress.runs.values())
        self._rows.show_runs(runs)
        line_px = self._rows.fontMetrics().height() + 7
        height = self._rows.sizeHint().height() + 2
        self._rows_area.setFixedHeight(min(height, ROWS_SHOWN * line_px) if runs else 0)
        self._rows_area.setVisible(bool(runs))
        started = [run for run in runs if run.points]
        self._shown = started[-MAX_RUNS:]  # more than six lines cannot be told apart
        self._figures.setVisible(bool(started))
        self._bars.setVisible(any(run.per_class for run in self._shown))
        self._before.setVisible(not started and progress.ended is None)
        self._draw_figures()
        self._words.setText("\n".join(self._sentences()))
        self._words.setVisible(bool(self._words.text()))
        self._show_headline("running" if progress.ended is None else "idle")

    def _draw_figures(self) -> None:
        keys = {run.plan.run: self._rows.key_of(run.plan, run.index) for run in self._shown}
        if self._progress.epochs:
            self._curves.show_epochs(self._progress.epochs)
        self._curves.show_runs(
            [RunCurves(keys[run.plan.run], run.curves(), run.best_epoch) for run in self._shown],
            self._on_validation(),
        )
        scores = [
            ClassScores(
                keys[run.plan.run],
                {
                    metric: {name: one[metric] for name, one in run.per_class.items() if metric in one}
                    for metric in ("recall", "f1")
                },
            )
            for run in self._shown
            if run.per_class
        ]
        classes = list(next((run.per_class for run in self._shown if run.per_class), self._support))
        self._bars.show_scores(classes, scores, self._support, self._on_validation())

    def _on_validation(self) -> str:
        n = sum(self._support.values())
        return self.tr("validation, n = {n}").format(n=numbers.whole(n)) if n else ""

    def _sentences(self) -> list[str]:
        said = []
        for run in self._shown:
            title = str(self._rows.key_of(run.plan, run.index))
            said += remarks(run, title, self._support)
        return [*self._progress.warnings[-1:], *said[:MAX_WORDS]]

    def _show_headline(self, state: str) -> None:
        ended = self._progress.ended
        words = {
            "pausing": self.tr("Pausing after this step…"),
            "paused": self.tr("Paused. Nothing is lost; go on when you like."),
            "stopping": self.tr("Stopping after this step…"),
            "running": self._running_text(),
        }
        self._headline.setText(words.get(state, "") if ended is None else self._end_text(ended))

    def _running_text(self) -> str:
        over = sum(run.is_over for run in self._progress.runs.values())
        total = len(self._progress.runs)
        text = self.tr("Training {n} of {total} runs").format(n=min(over + 1, total), total=total)
        if not any(run.status == "running" for run in self._progress.runs.values()):
            text = self.tr("Preparing")
        left = self._progress.left_s()
        return (
            text if left is None else f"{text} · " + self.tr("{time} left").format(time=numbers.about(left))
        )

    def _end_text(self, end: ExperimentEnded) -> str:
        if end.message == DISCARDED:
            return self.tr("Discarded: these runs are thrown away.")
        if end.message:
            return sentence(end.message)
        words = {
            "finished": self.tr("Finished in {time}."),
            "stopped": self.tr("Stopped after {time}."),
            "partial": self.tr("Finished in {time}; some heads failed."),
            "failed": self.tr("Failed after {time}."),
        }
        return words[end.outcome].format(time=numbers.duration(self._worked()))

    def _worked(self) -> float:
        stages = [stage.began for stage in self._progress.stages.values()]
        return self._clock() - min(stages) if stages else 0.0

    @Slot(int, str, str)
    def on_bar_chosen(self, run: int, name: str, metric: str) -> None:
        self.class_chosen.emit(self._shown[run].plan.run, name, metric)


class _StageLine(QWidget):
    """One shared stage in a line: name, bar, what it does, speed and time left."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._name = QLabel(title)
        self._name.setMinimumWidth(self.fontMetrics().horizontalAdvance("m") * 7)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(title)
        self._bar.setFixedWidth(self.fontMetrics().horizontalAdvance("m") * 14)
        self._text = ElidedLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._name)
        layout.addWidget(self._bar)
        layout.addWidget(self._text, 1)

    def show_stage(self, stage: StageProgress | None) -> None:
        """Show where the stage stands; None: not begun."""
        self.setVisible(stage is not None)
        if stage is None:
            return
        known = stage.total > 0
        self._bar.setRange(0, PER_MILLE if known or stage.over else 0)
        if stage.over and not stage.broken_off:
            self._bar.setValue(PER_MILLE)
        elif known:
            self._bar.setValue(round(PER_MILLE * stage.done / stage.total))
        self._text.setText(self._words(stage))

    def _words(self, stage: StageProgress) -> str:
        parts = [stage.text] if stage.text else []
        if stage.over:
            done = self.tr("{n} of {total}, then stopped").format(
                n=numbers.whole(stage.done), total=numbers.whole(stage.total)
            )
            parts.append(done if stage.broken_off else self.tr("done"))
        elif stage.total:
            parts.append(
                self.tr("{n} of {total}").format(
                    n=numbers.whole(stage.done), total=numbers.whole(stage.total)
                )
            )
            if stage.rate() > 0:
                parts.append(self.tr("{n} pictures/s").format(n=numbers.brief(stage.rate())))
            left = stage.left_s()
            if left is not None:
                parts.append(self.tr("{time} left").format(time=numbers.about(left)))
        return " · ".join(parts)
