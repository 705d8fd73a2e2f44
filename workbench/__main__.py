"""The program: without words the window, with words the command line."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

from workbench.core.errors import WorkbenchError


def main() -> int:
    """Entry point of the command `workbench`."""
    # First, or a worker process of the bundled program would start the program again.
    multiprocessing.freeze_support()
    from workbench import cli

    return cli.main(open_window=open_window)


def window() -> int:
    """Entry point without a terminal: `workbench-window [PROJECT]`."""
    multiprocessing.freeze_support()
    from workbench import cli

    return cli.main(["gui", *sys.argv[1:]], open_window=open_window)


def open_window(project: Path | None = None, sample: bool = False) -> int:
    """Open the window and return its exit status; raises WorkbenchError where there can be none."""
    _need_a_screen()
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        raise WorkbenchError(
            f"the window cannot open because a library is missing: {error}. "
            "`bash packaging/bootstrap.sh run` says what to install; all commands work without the window"
        ) from None
    from workbench.gui import app

    return app.main(project, sample=sample)


def _need_a_screen() -> None:
    """Qt ends the whole program where it finds no display; say it in a sentence before."""
    if sys.platform in ("win32", "darwin"):
        return
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    needs_screen = not chosen or chosen.split(":")[0].split(";")[0].startswith(("xcb", "wayland"))
    if needs_screen and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise WorkbenchError(
            "there is no display for the window. Use the commands (`workbench --help`, `workbench demo`), "
            "or connect a display"
        )


if __name__ == "__main__":
    sys.exit(main())
