"""The command line: the experiment's verbs for people and for other programs."""

from __future__ import annotations

import argparse
import errno
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.cli import commands
from workbench.cli.arguments import UsageError, build_parser
from workbench.cli.console import Console
from workbench.cli.signals import Interruption
from workbench.core.errors import WorkbenchError
from workbench.core.stopping import Interrupted

__all__ = ["FAULT", "FINISHED", "INTERRUPTED", "REFUSED", "main"]

FINISHED = 0
FAULT = 1  # a bug, or runs that failed
REFUSED = 2  # something the user can mend
INTERRUPTED = 130  # what shells report after Ctrl+C

# Errors of the disk that the user can mend; every other OSError is a bug.
_DISK = {
    errno.ENOSPC: "the disk is full; free some space and try again",
    errno.EDQUOT: "your disk quota is used up; free some space and try again",
    errno.EROFS: "the disk is read-only; choose a folder that can be written to",
    errno.EACCES: "you may not read or write there; choose another folder or change its permissions",
    errno.EPERM: "you may not read or write there; choose another folder or change its permissions",
}

OpenWindow = Callable[[Path | None, bool], int]  # project folder, whether to open the sample project


def main(arguments: Sequence[str] | None = None, open_window: OpenWindow | None = None) -> int:
    """Carry out one command line and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    console = Console(as_json="--json" in words)
    try:
        options = build_parser().parse_args(words)
    except UsageError as error:
        return _refuse(console, str(error))
    if options.command in (None, "gui"):
        return _window(console, options, open_window)
    with Interruption() as interruption:
        try:
            return commands.COMMANDS[options.command](options, console, interruption)
        except (UsageError, WorkbenchError) as error:
            return _refuse(console, str(error))
        except (KeyboardInterrupt, Interrupted):
            console.say_aside("Stopped.")
            return INTERRUPTED
        except BrokenPipeError:
            console.close_pipe()
            return FAULT
        except OSError as error:
            if error.errno not in _DISK:
                return _confess(console, error)
            return _refuse(console, f"{error.filename or 'disk'}: {_DISK[error.errno]}")
        except Exception as error:
            return _confess(console, error)


def _window(console: Console, options: argparse.Namespace, open_window: OpenWindow | None) -> int:
    if open_window is None:
        return _refuse(
            console, "this program comes without a window; see `workbench --help` for the commands"
        )
    try:
        if options.command is None:
            return open_window(None, False)
        return open_window(options.folder or options.folder_option, options.sample)
    except WorkbenchError as error:
        return _refuse(console, str(error))


def _refuse(console: Console, message: str) -> int:
    console.error(message)
    return REFUSED


def _confess(console: Console, error: Exception) -> int:
    """A bug: the trace goes to stderr, so that it can be reported."""
    console.aside("".join(traceback.format_exception(error)).rstrip())
    console.error(
        f"this is a fault of the program, not yours: {type(error).__name__}: {error}. "
        "Please report it with the lines above."
    )
    return FAULT
