"""Work that the window must not wait for: questions asked in threads, answered in the window's thread."""

from __future__ import annotations

import itertools
import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from workbench.core.errors import WorkbenchError
from workbench.core.stopping import Interrupted, Stop
from workbench.gui.messages import Messages

T = TypeVar("T")
log = logging.getLogger(__name__)

THREADS = 2  # questions at the same time; thumbnails have their own pool


@dataclass(frozen=True, slots=True)
class _Answer:
    ticket: int
    key: str
    value: Any
    error: Exception | None
    trace: str


class _Question(QRunnable):
    def __init__(
        self, work: Callable[[], Any], answered: Callable[[Any, Exception | None, str], None]
    ) -> None:
        super().__init__()
        self._work = work
        self._answered = answered

    def run(self) -> None:
        try:
            value = self._work()
        except Exception as error:  # the window goes on: the fault is shown as a notice
            self._answered(None, error, traceback.format_exc())
        else:
            self._answered(value, None, "")


class Background(QObject):
    """Runs work in threads. Nothing is answered after `close`."""

    idle_changed = Signal(bool)  # whether nothing is under way
    _arrived = Signal(object)  # _Answer

    def __init__(self, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages = messages
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._tickets = itertools.count(1)
        self._newest: dict[str, int] = {}
        self._waiting: dict[int, tuple[Callable[[Any], None], Callable[[Exception], None] | None]] = {}
        self._closing = threading.Event()
        self._arrived.connect(self.on_arrived, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        return not self._waiting

    def stopped(self) -> Stop:
        """What long work asks between its steps: the window is closing, or go on."""
        return Stop.LEAVE if self._closing.is_set() else Stop.NO

    def ask(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        key: str = "",
    ) -> None:
        """Run `work` in a thread, then `done` with its answer in the window's thread.

        With a `key`, only the newest question of that key is answered. `failed` gets the
        WorkbenchError, which else becomes a notice; any other exception is a bug and always
        becomes a notice, after `failed`.
        """
        if self._closing.is_set():
            return
        ticket = next(self._tickets)
        if key:
            stale = self._newest.get(key)
            if stale is not None:
                self._waiting.pop(stale, None)
            self._newest[key] = ticket
        self._waiting[ticket] = (done, failed)
        if len(self._waiting) == 1:
            self.idle_changed.emit(False)

        def answered(value: Any, error: Exception | None, trace: str) -> None:
            if not self._closing.is_set():
                self._arrived.emit(_Answer(ticket, key, value, error, trace))

        self._pool.start(_Question(work, answered))

    def forget(self, key: str) -> None:
        """Drop the answer to the question of `key`, if one is still on its way."""
        ticket = self._newest.pop(key, None)
        if ticket is not None and self._waiting.pop(ticket, None) and not self._waiting:
            self.idle_changed.emit(True)

    def close(self) -> None:
        """End: waiting questions are dropped, running ones are waited for."""
        self._closing.set()
        self._pool.clear()
        self._pool.waitForDone()
        self._waiting.clear()

    @Slot(object)
    def on_arrived(self, answer: _Answer) -> None:
        callbacks = self._waiting.pop(answer.ticket, None)
        if callbacks is None:
            return
        if answer.key and self._newest.get(answer.key) == answer.ticket:
            del self._newest[answer.key]
        if not self._waiting:
            self.idle_changed.emit(True)
        done, failed = callbacks
        if answer.error is None:
            if _is_alive(done):
                done(answer.value)
        else:
            self._say(answer.error, answer.trace, failed)

    def _say(self, error: Exception, trace: str, failed: Callable[[Exception], None] | None) -> None:
        if isinstance(error, Interrupted):
            return
        ours = not isinstance(error, WorkbenchError)
        if failed is not None and _is_alive(failed):
            failed(error)
        elif not ours:
            self._messages.error(str(error))
        if ours:
            log.error("a background question failed\n%s", trace)
            self._messages.bug(trace)


def _is_alive(callback: Callable[..., Any]) -> bool:
    """Whether the widget that asked still exists."""
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)
