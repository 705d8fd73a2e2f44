"""What the caller of a long piece of work may want of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class Stop(Enum):
    """The answer to `stopped()`, asked between steps."""

    NO = "no"  # go on
    LEAVE = "leave"  # end now; the last completed epoch is kept and the run can be resumed
    KEEP = "keep"  # end training now, evaluate and keep the best epoch so far
    DISCARD = "discard"  # end now and delete the runs of this experiment


Stopped = Callable[[], Stop]


def never() -> Stop:
    """Go on to the end."""
    return Stop.NO


class Interrupted(Exception):  # noqa: N818 - it is no error
    """Raised inside stages that have nothing to keep when the caller wants to end."""

    def __init__(self, wish: Stop) -> None:
        super().__init__(wish.value)
        self.wish = wish
