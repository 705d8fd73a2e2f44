"""Ctrl+C and a polite kill: the work ends where it can be resumed."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from workbench.core.stopping import Stop

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # SIGHUP: the terminal was closed; absent on Windows


class Interruption:
    """Listens for signals while it is entered.

    The first signal ends the work: work that asks `stopped()` leaves between two steps, other work
    ends with KeyboardInterrupt. A second signal ends the program at once, as if nobody listened.
    """

    def __init__(self) -> None:
        self.happened = False
        self._polite = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruption:
        # Python allows signal handlers in the main thread only.
        if threading.current_thread() is threading.main_thread():
            for name in _SIGNALS:
                number = getattr(signal, name, None)
                # Ignored on purpose (nohup): stays ignored.
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def stopped(self) -> Stop:
        """LEAVE once a signal has come."""
        return Stop.LEAVE if self.happened else Stop.NO

    def leave(self) -> None:
        """End the work as a signal would: nobody reads its news any more."""
        self.happened = True

    def expect_questions(self) -> None:
        """From now on the work asks `stopped()`: a signal raises nothing."""
        self._polite = True

    def expect_no_more_questions(self) -> None:
        """The work that asks is over: from now on a signal ends what follows, also one that has come."""
        self._polite = False
        if self.happened:
            raise KeyboardInterrupt

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.happened = True
        for again in self._before:
            signal.signal(again, signal.SIG_DFL)
        if not self._polite:
            raise KeyboardInterrupt
