"""The part of a project that remembers experiments and their runs."""

from __future__ import annotations

import difflib
import json
import re
import sqlite3
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from workbench.core.errors import ProjectError
from workbench.store import owners
from workbench.store.database import Database
from workbench.store.owners import Owner
from workbench.store.records import ExperimentRecord, NewRun, RunFields, RunRecord

_JSON = ("head_options", "versions", "parameters", "seconds", "details")
_COLUMNS = tuple(RunRecord.__dataclass_fields__)
_MAY_CHANGE = frozenset(RunFields.__annotations__)
_SLUG_CHARACTERS = 24


class ExperimentStore:
    """Experiments and runs of a project."""

    _database: Database

    def add_experiment(
        self,
        name: str,
        recipe_toml: str,
        recipe_fingerprint: str,
        runs: Sequence[NewRun],
        dataset: str = "",
        split: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> tuple[str, tuple[str, ...]]:
        """Keep an experiment with all its runs, queued; returns its id and theirs, in order.

        An experiment is named by its time, a run by that, its head and its seed:
        `20261122-153012-linear-0`.
        """
        now = time.time()
        with self._database.write() as connection:
            experiment = _free_name(connection, now)
            connection.execute(
                "INSERT INTO experiments (id, name, recipe, fingerprint, dataset, split, details, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    experiment,
                    name,
                    recipe_toml,
                    recipe_fingerprint,
                    dataset or None,
                    split or None,
                    _json(details or {}),
                    now,
                ),
            )
            ids: list[str] = []
            for run in runs:
                ids.append(_run_name(experiment, run, ids))
            connection.executemany(
                "INSERT INTO runs (id, experiment, ordinal, label, head, head_options, seed, status, parent, "
                "created) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
                (
                    (id, experiment, n, r.label, r.head, _json(r.head_options), r.seed, r.parent, now)
                    for n, (id, r) in enumerate(zip(ids, runs, strict=True))
                ),
            )
        return experiment, tuple(ids)

    def set_experiment_data(self, experiment: str, dataset: str, split: str) -> None:
        """Say which pictures and which split an experiment works on, once they were read."""
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE experiments SET dataset = ?, split = ? WHERE id = ?", (dataset, split, experiment)
            )
            if not changed.rowcount:
                raise _unknown("experiment", experiment, ())

    def experiment(self, id: str) -> ExperimentRecord:
        """The experiment `id`; raises ProjectError when there is none."""
        with self._database.read() as connection:
            found = _experiments(connection, "WHERE e.id = ?", (id,))
        if not found:
            raise _unknown("experiment", id, ())
        return found[0]

    def experiments(self) -> tuple[ExperimentRecord, ...]:
        """All experiments, newest first."""
        with self._database.read() as connection:
            return _experiments(connection, "", ())

    def runs(self, *, deleted: bool = False) -> tuple[RunRecord, ...]:
        """All runs, the newest experiment first, its runs in order; or those in the trash."""
        which = "IS NOT NULL" if deleted else "IS NULL"
        with self._database.read() as connection:
            return _runs(
                connection,
                f"JOIN experiments e ON e.id = r.experiment WHERE r.deleted_at {which} "
                "ORDER BY e.created DESC, e.key DESC, r.ordinal",
                (),
            )

    def run(self, id: str) -> RunRecord:
        """The run whose id is `id` or, alone, begins with it; deleted ones too.

        Raises ProjectError, naming those nearest, when none or several do.
        """
        with self._database.read() as connection:
            exact = _runs(connection, "WHERE r.id = ?", (id,))
            if exact:
                return exact[0]
            known = [row[0] for row in connection.execute("SELECT id FROM runs ORDER BY key DESC")]
            found = [one for one in known if id and one.startswith(id)]
            if len(found) != 1:
                raise _unknown("run", id, found or difflib.get_close_matches(id, known, n=3, cutoff=0.3))
            return _runs(connection, "WHERE r.id = ?", (found[0],))[0]

    def update_run(self, id: str, **fields: Unpack[RunFields]) -> None:
        """Change what is known of a run. A run that is set running belongs to this process from then
        on, until it is set to anything else."""
        unknown = set(fields) - _MAY_CHANGE
        assert not unknown, f"a run has no {unknown}, or it cannot change"
        values: dict[str, Any] = {
            name: _json(value) if name in _JSON else value for name, value in fields.items()
        }
        now = time.time()
        if "status" in fields:
            values |= _owned(owners.this_process() if fields["status"] == "running" else None)
        values["seen"] = now
        with self._database.write() as connection:
            _set(connection, id, values)

    def claim_run(self, id: str) -> None:
        """Make this process the one that works on a run, or, if it is already, let it be.

        Raises ProjectError while another living process works on it.
        """
        now, me = time.time(), owners.this_process()
        with self._database.write() as connection:
            owner, seen = owner_of(connection, id)
            if owner is not None and owner != me and not owners.gone(owner, seen, now):
                raise ProjectError(
                    f"{id}: another program works on this run (process {owner.pid} on {owner.host}); "
                    "wait until it has ended, or stop it there"
                )
            _set(connection, id, {**_owned(me), "seen": now})


def run_key(connection: sqlite3.Connection, run: str) -> int:
    """The row of the run with exactly this id; raises ProjectError when there is none."""
    row = connection.execute("SELECT key FROM runs WHERE id = ?", (run,)).fetchone()
    if row is None:
        raise _unknown("run", run, ())
    return int(row[0])


def _unknown(kind: str, id: str, near: Sequence[str]) -> ProjectError:
    several = [one for one in near if id and one.startswith(id)]
    if several:
        listed = ", ".join(several[:6]) + (" ..." if len(several) > 6 else "")
        return ProjectError(f"{kind} {id!r} may be any of {listed}; write more of its name")
    hint = f"did you mean {' or '.join(near)}?" if near else "`workbench runs` lists what is there"
    return ProjectError(f"no {kind} {id!r} in this project; {hint}")


def _json(value: Any) -> str:
    return json.dumps(dict(value))


def _free_name(connection: sqlite3.Connection, now: float) -> str:
    while True:  # a second later until it is free: two programs may start at once
        name = datetime.fromtimestamp(now).strftime("%Y%m%d-%H%M%S")
        if connection.execute("SELECT 1 FROM experiments WHERE id = ?", (name,)).fetchone() is None:
            return name
        now += 1


def _run_name(experiment: str, run: NewRun, taken: Sequence[str]) -> str:
    """Safe as a folder's name on every system: small letters, digits, - and _, begun with the date."""
    slug = re.sub(r"[^a-z0-9]+", "_", run.head.lower()).strip("_")[:_SLUG_CHARACTERS] or "head"
    name, count = f"{experiment}-{slug}-{run.seed}", 1
    while name in taken:
        count += 1
        name = f"{experiment}-{slug}_{count}-{run.seed}"
    return name


def _experiments(
    connection: sqlite3.Connection, where: str, values: tuple[object, ...]
) -> tuple[ExperimentRecord, ...]:
    rows = connection.execute(
        "SELECT id, name, recipe, fingerprint, coalesce(dataset, ''), coalesce(split, ''), created, details "
        f"FROM experiments e {where} ORDER BY created DESC, key DESC",
        values,
    ).fetchall()
    runs: dict[str, list[str]] = {row[0]: [] for row in rows}
    members = connection.execute(
        f"SELECT r.experiment, r.id FROM runs r JOIN experiments e ON e.id = r.experiment {where} "
        "ORDER BY r.ordinal",
        values,
    )
    for experiment, run in members:
        runs[experiment].append(run)
    found = []
    for id, name, recipe, fingerprint, dataset, split, created, details in rows:
        own = tuple(runs[id])
        found.append(
            ExperimentRecord(id, name, recipe, fingerprint, dataset, split, created, json.loads(details), own)
        )
    return tuple(found)


def _runs(connection: sqlite3.Connection, rest: str, values: tuple[object, ...]) -> tuple[RunRecord, ...]:
    names = ", ".join(f"r.{name}" for name in _COLUMNS)
    rows = connection.execute(f"SELECT {names} FROM runs r {rest}", values).fetchall()
    return tuple(_run(dict(zip(_COLUMNS, row, strict=True))) for row in rows)


def _run(row: Mapping[str, Any]) -> RunRecord:
    return RunRecord(**{name: json.loads(value) if name in _JSON else value for name, value in row.items()})


def _set(connection: sqlite3.Connection, run: str, values: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = ?" for name in values)
    changed = connection.execute(f"UPDATE runs SET {assignments} WHERE id = ?", (*values.values(), run))
    if not changed.rowcount:
        raise _unknown("run", run, ())


def _owned(owner: Owner | None) -> dict[str, Any]:
    if owner is None:
        return {"host": None, "pid": None, "process_started": None}
    return {"host": owner.host, "pid": owner.pid, "process_started": owner.started}


def owner_of(connection: sqlite3.Connection, run: str) -> tuple[Owner | None, float]:
    """Who works on a run, if anybody does, and when it was last heard of."""
    key = run_key(connection, run)
    host, pid, started, seen = connection.execute(
        "SELECT host, pid, process_started, seen FROM runs WHERE key = ?", (key,)
    ).fetchone()
    return (None if pid is None else Owner(host, pid, started)), seen or 0.0
