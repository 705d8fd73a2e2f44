"""Notices: what the user must know without being stopped, and the log of all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QObject, Signal, Slot

Level = Literal["info", "warn", "error"]


def sentence(text: str) -> str:
    """`text` with a full stop, if it ends without any: the core's messages may go on after a colon."""
    return text if not text or text[-1] in ".!?…" else f"{text}."


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: a sentence or two, at most one action, and details for whoever reports a fault."""

    level: Level
    text: str
    action_text: str = ""
    action: Callable[[], None] | None = None
    details: str = ""
    topic: str = ""  # what it is about, where it may cease to be true: "data", "training"
    when: float = field(default_factory=time.time)  # seconds since 1970


class Messages(QObject):
    """Where everything in the window says what happened."""

    posted = Signal(object)  # Notice
    logged = Signal(object)  # Notice

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log: list[Notice] = []

    @property
    def log(self) -> tuple[Notice, ...]:
        """Everything said since the program started, oldest first."""
        return tuple(self._log)

    def post(self, notice: Notice) -> None:
        """Show a notice above the stage, and keep it in the log."""
        self.note(notice)
        self.posted.emit(notice)

    def note(self, notice: Notice) -> None:
        """Keep a line in the log without showing it."""
        self._log.append(notice)
        self.logged.emit(notice)

    def info(self, text: str, action_text: str = "", action: Callable[[], None] | None = None) -> None:
        self.post(Notice("info", text, action_text, action))

    def warn(
        self,
        text: str,
        action_text: str = "",
        action: Callable[[], None] | None = None,
        topic: str = "",
    ) -> None:
        self.post(Notice("warn", text, action_text, action, topic=topic))

    def error(
        self,
        text: str,
        action_text: str = "",
        action: Callable[[], None] | None = None,
        details: str = "",
        topic: str = "",
    ) -> None:
        self.post(Notice("error", text, action_text, action, details, topic))

    @Slot(str)
    def bug(self, details: str) -> None:
        """A fault of ours: the traceback goes to the log and behind "Copy details"."""
        self.post(Notice("error", self.tr("Something went wrong inside Workbench."), details=details))
