"""Which process works on a run, and whether it still lives."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cache

import psutil

# Start times are derived from clock ticks and the boot time, which a clock correction shifts a little.
START_TOLERANCE_S = 2.0
# After this long without a sign of life from another computer, its process counts as gone.
FOREIGN_SILENCE_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, told apart from a later one with the same number by its start."""

    host: str
    pid: int
    started: float


@cache
def _me(pid: int) -> Owner:
    return Owner(platform.node(), pid, psutil.Process(pid).create_time())


def this_process() -> Owner:
    """The process that runs this code."""
    return _me(os.getpid())


def gone(owner: Owner, seen: float, now: float) -> bool:
    """Whether `owner`, last heard of at `seen`, no longer works."""
    if owner.host != platform.node():
        return now - seen > FOREIGN_SILENCE_S
    try:
        started = psutil.Process(owner.pid).create_time()
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:  # it lives, and is somebody else's
        return False
    return bool(abs(started - owner.started) > START_TOLERANCE_S)
