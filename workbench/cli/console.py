"""What is written to the terminal. The only place that prints."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

UPDATE_EVERY_S = 0.05  # more often than that nobody can read


class Console:
    """Lines for people, or with `as_json` one JSON object per line; never both on stdout."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.live = not as_json and sys.stdout.isatty()
        self._open = 0  # length of the unfinished line on a terminal
        self._updated = 0.0
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                # A class name outside the terminal's alphabet must not end a training run.
                stream.reconfigure(errors="backslashreplace")

    def say(self, text: str = "") -> None:
        """One or several finished lines for people; nothing with `--json`."""
        if not self.as_json:
            self._end_update()
            print(text, flush=True)

    def update(self, text: str) -> None:
        """Put `text` in place of the unfinished line; nothing where lines cannot be replaced."""
        if not self.live or time.monotonic() - self._updated < UPDATE_EVERY_S:
            return
        self._updated = time.monotonic()
        text = text[: shutil.get_terminal_size().columns - 1]
        print("\r" + text.ljust(self._open), end="", flush=True)
        self._open = len(text)

    def finish_update(self, text: str) -> None:
        """Put a finished line in place of the unfinished one."""
        if self._open:
            print("\r" + " " * self._open + "\r", end="")
            self._open = 0
        self.say(text)

    def write_json(self, value: Any) -> None:
        """One JSON object on one line, at once."""
        print(json.dumps(plain(value), ensure_ascii=False, allow_nan=False), flush=True)

    def aside(self, text: str) -> None:
        """A line on stderr."""
        self._end_update()
        print(text, file=sys.stderr, flush=True)

    def say_aside(self, text: str) -> None:
        """A line on stderr for people; nothing with `--json`."""
        if not self.as_json:
            self.aside(text)

    def error(self, message: str) -> None:
        """What went wrong: on stderr, and with `--json` also as a last line of JSON."""
        self.aside(f"error: {message}")
        if self.as_json:
            try:
                self.write_json({"event": "error", "message": message})
            except BrokenPipeError:
                self.close_pipe()

    def close_pipe(self) -> None:
        """The reader has gone: say no more, and keep Python from complaining at exit."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)

    def _end_update(self) -> None:
        if self._open:
            print(flush=True)
            self._open = 0


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: NaN and infinity become null, arrays lists, paths texts."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Path):
        return value.as_posix()
    return value
