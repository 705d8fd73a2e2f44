"""The part of a project that deletes: into a trash first, and what a killed process left behind."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from pathlib import Path

from workbench.core.errors import ProjectError
from workbench.store import faults, owners, recorder
from workbench.store.arrays import ArrayStore
from workbench.store.disks import bytes_below
from workbench.store.experiments import owner_of, run_key

# The message of a run that was found without its process.
LOST = "the program ended while it trained; resume goes on after the last complete epoch"

# The database says where a run's folder belongs; the folder follows. A process killed in between is
# made good when the project is opened next.


class Trash(ArrayStore):
    """Deleting, restoring and mending in a project."""

    def delete_run(self, run: str) -> None:
        """Move a run to the trash; raises ProjectError while it trains."""
        with self._database.write() as connection:
            self._assert_idle(connection, run, own=False)
            connection.execute("UPDATE runs SET deleted_at = ? WHERE id = ?", (time.time(), run))
        with faults.in_words(self.path):
            self._move(self._inside("runs", run), self._inside("trash", run))

    def restore_run(self, run: str) -> None:
        """Take a run out of the trash."""
        with self._database.write() as connection:
            connection.execute("UPDATE runs SET deleted_at = NULL WHERE key = ?", (run_key(connection, run),))
        with faults.in_words(self.path):
            self._move(self._inside("trash", run), self._inside("runs", run))

    def empty_trash(self) -> int:
        """Remove what lies in the trash for good; returns the bytes that gives back."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM runs WHERE deleted_at IS NOT NULL")
            connection.execute("DELETE FROM experiments WHERE id NOT IN (SELECT experiment FROM runs)")
            kept = {row[0] for row in connection.execute("SELECT id FROM runs")}
        with faults.in_words(self.path):
            freed = sum(self._removed(folder) for folder in self._trashed() if folder.name not in kept)
        with self._database.alone() as connection:
            connection.execute("PRAGMA incremental_vacuum").fetchall()
        return freed

    def forget_experiment(self, experiment: str) -> None:
        """Remove an experiment with its runs and their files for good; raises ProjectError while another
        program works on one of them."""
        with self._database.write() as connection:
            rows = connection.execute("SELECT id FROM runs WHERE experiment = ?", (experiment,))
            runs = [row[0] for row in rows.fetchall()]
            for run in runs:
                self._assert_idle(connection, run, own=True)
            # Out of the way before the rows go: a folder without a row is only ever in the trash.
            for run in runs:
                self._move(self._inside("runs", run), self._inside("trash", run))
            connection.execute("DELETE FROM experiments WHERE id = ?", (experiment,))
        with faults.in_words(self.path):
            for run in runs:
                self._removed(self._inside("trash", run))

    def mark_lost(self) -> tuple[str, ...]:
        """Find the runs whose process died while it trained them, set them to `lost` and clear what it
        left half-written; returns their ids. Opening a project does this."""
        now = time.time()
        with self._database.read() as connection:
            running = [row[0] for row in connection.execute("SELECT id FROM runs WHERE status = 'running'")]
        if not running:
            return ()
        lost = []
        with self._database.write() as connection:
            for run in running:
                owner, seen = owner_of(connection, run)
                if owner is not None and not owners.gone(owner, seen, now):
                    continue
                changed = connection.execute(
                    "UPDATE runs SET status = 'lost', host = NULL, pid = NULL, process_started = NULL, "
                    "ended = seen, message = ? WHERE id = ? AND status = 'running'",
                    (LOST, run),
                )
                if changed.rowcount:
                    lost.append(run)
            for run in lost:
                key = run_key(connection, run)
                files = connection.execute("SELECT file FROM arrays WHERE run = ?", (key,))
                recorder.sweep(self._home(run), frozenset(row[0] for row in files))
        return tuple(lost)

    def _settle(self) -> None:
        """Put folders where the database says that their runs are."""
        with self._database.read() as connection:
            deleted = {row[0]: row[1] for row in connection.execute("SELECT id, deleted_at FROM runs")}
        with faults.in_words(self.path):
            for folder in self._trashed():
                if folder.name in deleted and deleted[folder.name] is None:
                    self._move(folder, self._inside("runs", folder.name))
            for run, when in deleted.items():
                if when is not None:
                    self._move(self._inside("runs", run), self._inside("trash", run))

    def _assert_idle(self, connection: sqlite3.Connection, run: str, *, own: bool) -> None:
        owner, seen = owner_of(connection, run)
        if owner is None or (own and owner == owners.this_process()) or owners.gone(owner, seen, time.time()):
            return
        raise ProjectError(
            f"{run}: this run is being worked on (process {owner.pid} on {owner.host}); stop it first"
        )

    def _trashed(self) -> list[Path]:
        trash = self.path / "trash"
        if trash.is_symlink():
            raise ProjectError(
                f"{trash}: is a link that leads out of the project; put a real folder in its place"
            )
        return [Path(entry.path) for entry in os.scandir(trash)] if trash.is_dir() else []

    def _move(self, source: Path, target: Path) -> None:
        if source.is_dir() and not target.exists():
            target.parent.mkdir(exist_ok=True)
            try:
                os.rename(source, target)
            except FileNotFoundError:
                return  # another process opened the project just now and moved it there

    def _removed(self, folder: Path) -> int:
        """Remove a folder of the trash; returns its bytes. Links in it go, not what they lead to."""
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
            return 0
        if not folder.is_dir():
            return 0
        size = bytes_below(folder)
        shutil.rmtree(folder)
        return size
