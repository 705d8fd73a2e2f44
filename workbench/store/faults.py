"""What goes wrong on disks, in the user's words."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.core.errors import ProjectError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


def read_only(folder: Path) -> ProjectError:
    """The error of writing into a project that can only be read."""
    return ProjectError(
        f"{folder}: this project is read-only here, so nothing was written; copy the project to a folder "
        "you may write to and open the copy"
    )


def unwritable(folder: Path) -> ProjectError:
    """The error of making a project where nothing can be written."""
    return ProjectError(
        f"{folder}: no project can be made there, because the folder cannot be written (a read-only disk, or "
        "you have no permission); choose a folder you may write to"
    )


def damaged(folder: Path, what: str) -> ProjectError:
    """The error of a project file whose contents are not what was written."""
    return ProjectError(
        f"{folder}: {what} is damaged (the disk, or another program, changed it). Bring the project back "
        "from a copy, or make a new one"
    )


def gone(folder: Path) -> ProjectError:
    """The error of a project that was there and no longer is."""
    return ProjectError(
        f"{folder}: the project is no longer there (moved, renamed, removed, or its disk is gone), so "
        "nothing more was written. Bring it back, then open it again; runs go on after their last whole "
        "epoch"
    )


def _full(folder: Path) -> ProjectError:
    return ProjectError(
        f"{folder}: the disk is full, so the last step was not written; everything before it is safe. "
        "Free some space (workbench delete --empty clears the project's trash), then go on"
    )


@contextmanager
def in_words(folder: Path, refused: Callable[[Path], ProjectError] = read_only) -> Iterator[None]:
    """Turn faults of the disk and of the database into ProjectError; bugs pass through.

    `refused` makes the error of a disk that does not let us write.
    """
    try:
        yield
    except sqlite3.Error as error:
        found = _of_database(folder, error)
        if found is None:
            raise
        raise found from error
    except OSError as error:
        if error.errno in _FULL:
            raise _full(folder) from error
        if error.errno in _FORBIDDEN:
            raise refused(folder) from error
        reason = error.strerror or str(error)
        raise ProjectError(f"{folder}: {reason}; look after the disk, then try again") from error


def _of_database(folder: Path, error: sqlite3.Error) -> ProjectError | None:
    # The low byte is the kind; the rest says more exactly where (sqlite.org/rescode.html).
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    kind = code & 0xFF
    if kind == sqlite3.SQLITE_FULL:
        return _full(folder)
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(folder, "workbench.db")
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return read_only(folder)
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ProjectError(
            f"{folder}: another program keeps this project's database busy; close the project there, or try "
            "again in a moment"
        )
    if kind in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return ProjectError(
            f"{folder}: workbench.db cannot be read or written ({error}); look whether its disk is still "
            "there and has room, then try again"
        )
    return None
