"""A project: a folder that holds everything an analysis leaves behind.

`workbench.db` (data sets, splits, edits, runs, numbers), `runs/<run>/` (posterior tables, weights,
checkpoints), `cache/` (features, can be made anew), `exports/`, `trash/`, `sample/`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from workbench import __version__
from workbench.core.errors import ProjectError
from workbench.store import faults, upgrade
from workbench.store.database import FILE, Database
from workbench.store.disks import bytes_below
from workbench.store.experiments import ExperimentStore
from workbench.store.journal import Journal
from workbench.store.metrics import MetricStore
from workbench.store.pictures import PictureStore
from workbench.store.records import (
    KEPT,
    Change,
    EditRecord,
    ExperimentRecord,
    FileFact,
    Metric,
    NewRun,
    RunFields,
    RunRecord,
)
from workbench.store.trash import Trash

__all__ = [
    "KEPT",
    "Change",
    "EditRecord",
    "ExperimentRecord",
    "FileFact",
    "Metric",
    "NewRun",
    "Project",
    "RunFields",
    "RunRecord",
]


class Project(PictureStore, Journal, ExperimentStore, MetricStore, Trash):
    """An open project. Every thread may use it; several programs may have it open at once.

    Every method may raise ProjectError when the disk is full, gone, damaged or read-only.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Use `open`, `create` or `open_or_create`."""
        self.path = path
        self._database = Database(path, read_only)
        try:
            self._make_current()
            self.id = self._identity()
            if not self.read_only:
                self._settle()
                self.mark_lost()
        except BaseException:
            self._database.close()
            raise

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new project in the folder `path`, which is made if it is not there.

        What else lies in the folder is left alone. Raises ProjectError when it is a project already, or
        cannot be written.
        """
        path = _absolute(path)
        if cls.is_project(path):
            raise ProjectError(f"{path}: is a Workbench project already; open it")
        for name in ("", "runs", "cache", "exports", "trash", "sample"):
            if (path / name).exists() and not (path / name).is_dir():
                raise ProjectError(f"{path / name}: is a file, and a folder is needed; choose another place")
        with faults.in_words(path, faults.unwritable):
            path.mkdir(parents=True, exist_ok=True)
        Database.create(path, _first_rows)
        return cls(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """The project in the folder `path`; on a disk that cannot be written it opens read-only.

        Runs whose program died are marked as lost. Raises ProjectError when there is no project, it is
        damaged, of a newer version, or must not be read.
        """
        path = _absolute(path)
        with faults.in_words(path):
            if not path.exists():
                raise ProjectError(f"{path}: there is no such folder; look whether it was moved or renamed")
            if not path.is_dir():
                raise ProjectError(f"{path}: is a file; a project is a folder, choose the folder it lies in")
            if not cls.is_project(path):
                raise ProjectError(
                    f"{path}: is no Workbench project (there is no {FILE} in it); choose the project's "
                    "folder, or make one there with `workbench train RECIPE --project FOLDER`"
                )
            if not os.access(path / FILE, os.R_OK):
                raise ProjectError(f"{path}: you have no permission to read this project; ask its owner")
        return cls(path, read_only=read_only)

    @classmethod
    def open_or_create(cls, path: Path) -> Self:
        """The project in `path`, new if there is none."""
        if not cls.is_project(path):
            try:
                return cls.create(path)
            except ProjectError:
                if not cls.is_project(path):  # else another program made it just now
                    raise
        return cls.open(path)

    @staticmethod
    def is_project(path: Path) -> bool:
        """Whether the folder `path` holds a project, be it damaged or of another version."""
        # Size only: reading the file here would drop the locks of connections that are open.
        try:
            return (Path(path) / FILE).stat().st_size > 0
        except OSError:
            return False

    def close(self) -> None:
        """End all connections; threads in the midst of a transaction finish it first."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written."""
        return self._database.read_only

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.name

    @property
    def cache(self) -> Path:
        """The folder of what can be computed anew."""
        return self.path / "cache"

    @property
    def sample_home(self) -> Path:
        """The folder that the packaged sample is drawn into."""
        return self.path / "sample"

    @property
    def exports(self) -> Path:
        """The folder of reports and exported nets."""
        return self.path / "exports"

    def setting(self, key: str, default: Any = None) -> Any:
        """What `set_setting` kept under `key`, else `default`."""
        with self._database.read() as connection:
            row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row[0])

    def set_setting(self, key: str, value: Any) -> None:
        """Keep plain data under `key`, for good."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (key, json.dumps(value), time.time())
            )

    def space_used(self) -> int:
        """The bytes of all files in the project's folders, and of its database."""
        with faults.in_words(self.path):
            folders = (self.run_home, self.cache, self.exports, self.path / "trash", self.sample_home)
            files = (self.path / f"{FILE}{ending}" for ending in ("", "-wal", "-shm"))
            database = sum(file.stat().st_size for file in files if file.exists())
            return database + sum(map(bytes_below, folders))

    @property
    def run_home(self) -> Path:
        """The folder of all runs' folders."""
        return self.path / "runs"

    def _make_current(self) -> None:
        with self._database.alone() as connection:
            if not upgrade.check(connection, self.path):
                return
            if self.read_only:
                raise ProjectError(
                    f"{self.path}: this project is of an older version of Workbench and has to be brought "
                    "to the present form, but it is read-only here; copy it to a folder you may write to and "
                    "open the copy"
                )
            upgrade.upgrade(connection, self.path, self.path / FILE)

    def _identity(self) -> str:
        with self._database.read() as connection:
            row = connection.execute("SELECT id FROM project").fetchone()
        if row is None:
            raise faults.damaged(self.path, FILE)
        return str(row[0])


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _first_rows(connection: sqlite3.Connection) -> None:
    upgrade.create(connection)
    connection.execute(
        "INSERT INTO project VALUES (1, ?, ?, ?)", (uuid.uuid4().hex, time.time(), __version__)
    )
