"""Keeps the computer from falling asleep while it trains."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys

log = logging.getLogger(__name__)

# Windows, SetThreadExecutionState (winbase.h): the state lasts until it is set again.
ES_CONTINUOUS = 0x80000000
ES_SYSTEM_REQUIRED = 0x00000001

GOODBYE_S = 2.0  # how long the system's own tool may take to end


def command(platform: str = sys.platform, process: int | None = None) -> list[str]:
    """The system's tool that prevents sleep while it runs; empty where there is none.

    On Linux it guards a `cat` that ends when our end of its pipe closes, on macOS it watches our
    process: neither outlives us, even if we are killed.
    """
    if platform == "darwin" and shutil.which("caffeinate"):
        return ["caffeinate", "-i", "-w", str(process or os.getpid())]
    if platform.startswith("linux") and shutil.which("systemd-inhibit"):
        what = ["--what=sleep:idle", "--mode=block", "--who=Workbench", "--why=A training run is going on"]
        return ["systemd-inhibit", *what, "cat"]
    return []


class KeepAwake:
    """Between `hold` and `release` the computer does not fall asleep, where its system can do that."""

    def __init__(self) -> None:
        self._tool: subprocess.Popen[bytes] | None = None
        self._held = False

    @property
    def held(self) -> bool:
        """Whether sleep is to be prevented now."""
        return self._held

    def hold(self) -> None:
        """Prevent sleep from now on; does nothing when already held or where the system has no way."""
        if self._held:
            return
        self._held = True
        if sys.platform == "win32":
            _set_windows_state(ES_CONTINUOUS | ES_SYSTEM_REQUIRED)
            return
        words = command()
        if not words:
            return
        quiet = subprocess.DEVNULL
        try:
            self._tool = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        except OSError as error:
            log.info("cannot keep the computer awake: %s", error)

    def release(self) -> None:
        """Let the computer sleep again."""
        if not self._held:
            return
        self._held = False
        if sys.platform == "win32":
            _set_windows_state(ES_CONTINUOUS)
            return
        if self._tool is None:
            return
        tool, self._tool = self._tool, None
        if tool.stdin is not None:
            tool.stdin.close()
        tool.terminate()
        try:
            tool.wait(GOODBYE_S)
        except subprocess.TimeoutExpired:
            tool.kill()
            tool.wait()


def _set_windows_state(state: int) -> None:
    import ctypes

    ctypes.windll.kernel32.SetThreadExecutionState(state)  # type: ignore[attr-defined]
