"""The part of a project that remembers the numbers of runs, and how often a test set was opened."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any

from workbench.store.database import Database
from workbench.store.experiments import run_key
from workbench.store.records import KEPT, Metric


class MetricStore:
    """Metrics and test openings of a project."""

    _database: Database

    def add_metrics(self, run: str, rows: Iterable[Metric]) -> None:
        """Keep numbers of a run; one with the same epoch, split, class and name is replaced."""
        with self._database.write() as connection:
            key = run_key(connection, run)
            connection.executemany(
                "INSERT OR REPLACE INTO metrics VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (key, r.epoch, r.split, r.class_name, r.name, float(r.value))
                    for r in rows  # SQLite takes nan as NULL
                ),
            )
            connection.execute("UPDATE runs SET seen = ? WHERE key = ?", (time.time(), key))

    def drop_metrics(self, run: str, after_epoch: int) -> None:
        """Forget the epochs after `after_epoch`, and the numbers of weights that were kept then."""
        with self._database.write() as connection:
            key = run_key(connection, run)
            connection.execute(
                "DELETE FROM metrics WHERE run = ? AND (epoch > ? OR epoch = ?)", (key, after_epoch, KEPT)
            )

    def metrics(self, run: str, epoch: int | None = None) -> tuple[Metric, ...]:
        """The numbers of a run, of all epochs or of one, in order of epoch, split, class and name."""
        one = "" if epoch is None else "AND epoch = ?"
        with self._database.read() as connection:
            key = run_key(connection, run)
            rows = connection.execute(
                f"SELECT epoch, split, class, name, value FROM metrics WHERE run = ? {one} "
                "ORDER BY epoch, split, class, name",
                (key,) if epoch is None else (key, epoch),
            ).fetchall()
        return tuple(_metric(row) for row in rows)

    def kept_metrics(self) -> dict[str, tuple[Metric, ...]]:
        """The numbers of the kept weights of every run that has some, in one go: for lists."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT r.id, epoch, split, class, name, value FROM runs r JOIN metrics m ON m.run = r.key "
                "WHERE m.epoch = ? ORDER BY r.key, split, class, name",
                (KEPT,),
            ).fetchall()
        found: dict[str, list[Metric]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(_metric(row[1:]))
        return {run: tuple(metrics) for run, metrics in found.items()}

    def record_test_opening(self, run: str, test_fingerprint: str) -> int:
        """Count that the test set was looked at; returns how often by now, this time included."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO test_openings (time, run, test) VALUES (?, ?, ?)",
                (time.time(), run, test_fingerprint),
            )
            return _openings(connection, test_fingerprint)

    def test_openings(self, test_fingerprint: str) -> int:
        """How often the test set with these contents was looked at, by runs deleted since too."""
        with self._database.read() as connection:
            return _openings(connection, test_fingerprint)


def _metric(row: Sequence[Any]) -> Metric:
    epoch, split, class_name, name, value = row
    return Metric(epoch, split, class_name, name, math.nan if value is None else value)


def _openings(connection: sqlite3.Connection, test: str) -> int:
    return int(connection.execute("SELECT count(*) FROM test_openings WHERE test = ?", (test,)).fetchone()[0])
