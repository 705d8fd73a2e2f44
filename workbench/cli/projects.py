"""The project a command works in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.core.errors import WorkbenchError
from workbench.store.database import FILE
from workbench.store.project import Project

# Everything a project keeps in its folder; what else lies there is the user's.
_FOLDERS = ("runs", "cache", "exports", "trash", "sample")
_FILES = (FILE, f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal")


@contextmanager
def project_to_fill(folder: Path) -> Iterator[Project]:
    """The project in `folder`, made if there is none.

    When training in a new one cannot begin, the new one is taken away again: a recipe with a slip
    must not leave an empty project behind.
    """
    was_project = Project.is_project(folder)
    was_folder = folder.exists()
    before = {name for name in (*_FOLDERS, *_FILES) if (folder / name).exists()}
    with Project.open_or_create(folder) as project:
        try:
            yield project
            return
        except WorkbenchError:
            empty = not was_project and not project.runs()
            if not empty:
                raise
            project.close()
            _take_away(project.path, before, was_folder)
            raise


def _take_away(folder: Path, before: set[str], was_folder: bool) -> None:
    for name in _FOLDERS:
        if name not in before and not (folder / name).is_symlink():
            shutil.rmtree(folder / name, ignore_errors=True)
    for name in _FILES:
        if name not in before:
            (folder / name).unlink(missing_ok=True)
    if not was_folder and not any(folder.iterdir()):
        folder.rmdir()
