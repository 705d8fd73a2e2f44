"""Runs an experiment in one worker thread and hands its events to the window 30 times a second.

The worker touches no Qt object: it appends to an inbox, and a timer of the window empties it.
Drawing once per event instead of once per tick blocked the window for 15 s with 20,000 events.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.core.errors import WorkbenchError
from workbench.core.events import Event, ExperimentEnded
from workbench.core.recipe import Recipe
from workbench.core.stopping import Stop, Stopped
from workbench.gui.keep_awake import KeepAwake

log = logging.getLogger(__name__)

TICK_MS = 33  # 30 looks a second: more than the eye asks of a curve

State = Literal["idle", "running", "pausing", "paused", "stopping"]
Emit = Callable[[Event], None]
Work = Callable[[Any, Any, Emit, Stopped], ExperimentEnded]  # (recipe or run id, project, emit, stopped)


def run_experiment(recipe: Recipe, project: Any, emit: Emit, stopped: Stopped) -> ExperimentEnded:
    """`experiment.run_experiment`, imported by the thread that calls it: the import may take seconds."""
    from workbench import experiment

    return experiment.run_experiment(recipe, project, emit, stopped)


def resume_experiment(run: str, project: Any, emit: Emit, stopped: Stopped) -> ExperimentEnded:
    """`experiment.resume_experiment`, imported by the thread that calls it."""
    from workbench import experiment

    return experiment.resume_experiment(run, project, emit, stopped)


class RunController(QObject):
    """Starts, pauses and ends one experiment at a time.

    `ended` always carries an ExperimentEnded; an error the user can mend is its message. A bug of
    ours is also reported through `bug_found` with its traceback.
    """

    started = Signal(object)  # Recipe, or the run id that is resumed
    events_arrived = Signal(list)  # list[Event], all since the last tick
    state_changed = Signal(str)  # State
    ended = Signal(object)  # ExperimentEnded
    bug_found = Signal(str)  # traceback

    def __init__(
        self,
        parent: QObject | None = None,
        work: Work = run_experiment,
        resume_work: Work = resume_experiment,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._resume_work = resume_work
        self._inbox: deque[Event] = deque()
        self._thread: threading.Thread | None = None
        self._go = threading.Event()
        self._go.set()
        self._waiting = threading.Event()  # set by the worker while it stands still
        self._wish = Stop.NO
        self._end: ExperimentEnded | None = None
        self._bug = ""
        self._state: State = "idle"
        self._awake = KeepAwake()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.take_events)

    @property
    def state(self) -> State:
        """idle, running, pausing (asked, the step still runs), paused, or stopping."""
        return self._state

    @property
    def busy(self) -> bool:
        """Whether an experiment is under way, paused ones included."""
        return self._thread is not None

    def start(self, recipe: Recipe, project: Any) -> None:
        """Carry out `recipe` in `project`."""
        self._begin(self._work, recipe, project)

    def resume(self, run: str, project: Any) -> None:
        """Complete the experiment that `run` belongs to."""
        self._begin(self._resume_work, run, project)

    def _begin(self, work: Work, what: Any, project: Any) -> None:
        assert self._thread is None, "one experiment at a time"
        self._wish, self._end, self._bug = Stop.NO, None, ""
        self._inbox.clear()
        self._go.set()
        self._waiting.clear()
        self._thread = threading.Thread(
            target=self._carry_out, args=(work, what, project), name="training", daemon=False
        )
        self._awake.hold()
        self._thread.start()
        self._timer.start()
        self._set_state("running")
        self.started.emit(what)

    def _carry_out(self, work: Work, what: Any, project: Any) -> None:
        """The worker's whole life; touches no Qt object."""
        try:
            self._end = work(what, project, self._inbox.append, self._stopped)
        except WorkbenchError as error:
            self._end = ExperimentEnded("", "failed", (), str(error))
        except Exception as error:  # the last place where a bug can become a notice
            self._bug = traceback.format_exc()
            log.error("training ended with a bug\n%s", self._bug)
            words = f"Training ended because of an error in the program: {type(error).__name__}: {error}"
            self._end = ExperimentEnded("", "failed", (), words)

    def _stopped(self) -> Stop:
        """Asked by the worker between steps; while the user pauses it does not answer."""
        if not self._go.is_set():
            self._waiting.set()
            self._go.wait()
            self._waiting.clear()
        return self._wish

    @Slot()
    def pause(self) -> None:
        """Stand still after the current step."""
        if self._state == "running":
            self._go.clear()
            self._awake.release()
            self._set_state("pausing")

    @Slot()
    def go_on(self) -> None:
        """Continue after a pause."""
        if self._state in ("pausing", "paused"):
            self._awake.hold()
            self._go.set()
            self._set_state("running")

    @Slot()
    def toggle_pause(self) -> None:
        """Pause, or continue."""
        if self._state == "running":
            self.pause()
        else:
            self.go_on()

    @Slot()
    def stop_and_keep(self) -> None:
        """End after the current step; evaluate and keep the best epoch so far."""
        self._end_with(Stop.KEEP)

    @Slot()
    def discard(self) -> None:
        """End after the current step and delete this experiment's runs."""
        self._end_with(Stop.DISCARD)

    @Slot()
    def leave(self) -> None:
        """End after the current step; the runs can be resumed from their last epoch."""
        self._end_with(Stop.LEAVE)

    def _end_with(self, wish: Stop) -> None:
        if self._thread is None:
            return
        self._wish = wish
        self._go.set()
        self._set_state("stopping")

    def close(self) -> None:
        """Leave if something runs and wait for the worker: an abandoned thread would abort the program."""
        if self._thread is None:
            return
        if self._wish is Stop.NO:
            self.leave()
        self._thread.join()
        self.take_events()

    @Slot()
    def take_events(self) -> None:
        """Hand on everything that has arrived; called by the timer."""
        over = self._thread is not None and not self._thread.is_alive()  # before reading: nothing is missed
        events = [self._inbox.popleft() for _ in range(len(self._inbox))]
        if events:
            self.events_arrived.emit(events)
        if over:
            self._finish()
        elif self._state == "pausing" and self._waiting.is_set():
            self._set_state("paused")

    def _finish(self) -> None:
        assert self._thread is not None
        assert self._end is not None
        self._thread.join()
        self._thread = None
        self._timer.stop()
        self._go.set()
        self._awake.release()
        self._set_state("idle")
        if self._bug:
            self.bug_found.emit(self._bug)
        self.ended.emit(self._end)

    def _set_state(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)
