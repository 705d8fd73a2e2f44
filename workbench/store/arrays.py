"""The part of a project that keeps arrays of runs: posterior tables, weights, checkpoints."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from workbench.core.errors import ProjectError
from workbench.core.posterior import PosteriorTable
from workbench.store import faults, recorder
from workbench.store.database import Database
from workbench.store.experiments import run_key
from workbench.store.recorder import Arrays

_RUN_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,127}")
# A reader that finds its file replaced looks the new one up; a writer would have to be faster thrice.
_READ_ATTEMPTS = 3
# Split -> when there is a posterior table of it.
_WHEN = {
    "train": "tables are kept of the validation set and, once opened, of the test set",
    "val": "it has one when its training has ended, if the split has a validation set",
    "test": "workbench test opens it",
}


class ArrayStore:
    """The folders of a project's runs, and the arrays in them."""

    path: Path
    _database: Database

    def run_folder(self, run: str) -> Path:
        """Where the files of a run lie; it may not exist yet.

        Raises ProjectError when the name or a link would lead out of the project.
        """
        return self._inside("runs", run)

    def save_posterior(self, table: PosteriorTable) -> None:
        """Keep what the run `table.source` believes about a split, in the place of an earlier table."""
        self.save_tensors(table.source, _posterior(table.split), table.to_arrays(), {})

    def posterior(self, run: str, split: str) -> PosteriorTable:
        """A run's table of one split; raises ProjectError when it has none or it is damaged."""
        if not self.has_posterior(run, split):
            raise ProjectError(f"{run}: no posterior table of the {split} set is stored; {_WHEN[split]}")
        return PosteriorTable.from_arrays(self.load_tensors(run, _posterior(split))[0])

    def has_posterior(self, run: str, split: str) -> bool:
        """Whether the run has a table of this split."""
        return self.has_tensors(run, _posterior(split))

    def save_tensors(
        self, run: str, name: str, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, str]
    ) -> None:
        """Keep `arrays` and the texts `meta` under `name`, in the place of what stood there.

        Killed at any moment, either the old or the new is there, whole.
        """
        if self._database.read_only:
            raise faults.read_only(self.path)
        former = self._entry(run, name)
        folder = self._home(run)
        with faults.in_words(self.path):
            stored = recorder.write(folder, name, arrays, meta)
        with self._database.write() as connection:
            key = run_key(connection, run)
            connection.execute(
                "INSERT OR REPLACE INTO arrays VALUES (?, ?, ?, ?, ?, ?)",
                (key, name, stored.file, stored.sha256, stored.bytes, time.time()),
            )
        if former is not None and former[0] != stored.file:
            recorder.remove(folder, former[0])

    def load_tensors(self, run: str, name: str) -> tuple[Arrays, dict[str, str]]:
        """What `save_tensors` kept; raises ProjectError when there is nothing or it is damaged."""
        missing = ""
        for _ in range(_READ_ATTEMPTS):
            row = self._entry(run, name)
            if row is None:
                raise ProjectError(f"{run}: nothing is stored under {name!r}; resume the run to make it")
            if row[0] == missing:
                break
            with faults.in_words(self.path):
                try:
                    return recorder.read(self._home(run), *row)
                except FileNotFoundError:  # or just replaced
                    missing = row[0]
        raise faults.damaged(self.run_folder(run), f"{missing} is missing, so the run")

    def has_tensors(self, run: str, name: str) -> bool:
        """Whether something stands under `name`."""
        return self._entry(run, name) is not None

    def drop_tensors(self, run: str, name: str) -> None:
        """Remove what stands under `name`, if anything does."""
        row = self._entry(run, name)
        if row is None:
            return
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM arrays WHERE run = ? AND name = ?", (run_key(connection, run), name)
            )
        recorder.remove(self._home(run), row[0])

    def _entry(self, run: str, name: str) -> tuple[str, str] | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT file, sha256 FROM arrays WHERE run = ? AND name = ?", (run_key(connection, run), name)
            ).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def _home(self, run: str) -> Path:
        """The run's folder, in the trash if it was moved there."""
        folder, trashed = self._inside("runs", run), self._inside("trash", run)
        return trashed if trashed.is_dir() and not folder.is_dir() else folder

    def _inside(self, kind: str, run: str) -> Path:
        if not _RUN_ID.fullmatch(run):
            raise ProjectError(f"{self.path}: {run!r} cannot be the name of a run")
        folder = self.path / kind / run
        if folder.is_symlink() or folder.parent.is_symlink():
            raise ProjectError(
                f"{folder}: is a link that leads out of the project; put the real folder in its place"
            )
        return folder


def _posterior(split: str) -> str:
    return f"posterior-{split}"
