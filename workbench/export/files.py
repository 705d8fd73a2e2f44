"""Writing a file so that it is either there in full or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from workbench.core.errors import ProjectError


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A text file in UTF-8 that takes its place at `path` when the block ends well.

    It is written beside its place and renamed, so that nobody meets half of it. File names that are
    not valid Unicode are written with backslash escapes. Raises ProjectError when it cannot be written.
    """
    beside = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            with open(beside, "x", encoding="utf-8", errors="backslashreplace", newline="") as file:
                yield file
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ProjectError(f"{path}: {_reason(path, error)}") from error


def _reason(path: Path, error: OSError) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}; create it or choose another place"
    if path.is_dir():
        return "this is a folder; add a file name"
    return f"cannot be written ({error.strerror or error}); choose another place or make room"
