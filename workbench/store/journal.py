"""The part of a project that remembers edits: an overlay over what the folders say, and its journal.

The journal only grows: undoing and redoing append the reverse or the same changes once more. So a
position in it names a state for good, and a run can say which one it saw.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence

from workbench.core.errors import ProjectError
from workbench.store.database import Database
from workbench.store.records import Change, EditRecord

# root, path, content, field: whose what; a path that is not UTF-8 is bytes.
_Place = tuple[int, str | bytes, str, str]
_Changes = dict[_Place, tuple[str | None, str | None]]  # before, after


class Journal:
    """Edits of a project."""

    _database: Database

    def edit(
        self,
        dataset: str,
        kind: str,
        sentence: str,
        changes: Sequence[Change],
        payload: Mapping[str, object] | None = None,
    ) -> int:
        """Write an edit of pictures into overlay and journal, as one step to undo; returns its position.

        `sentence` says it in the user's words ("Relabel 14 pictures"). Edits undone before can no longer
        be redone.
        """
        with self._database.write() as connection:
            found: _Changes = {}
            for change in changes:
                place = _place(connection, dataset, change)
                found[place] = (_value(connection, place), change.value)
            connection.execute("UPDATE edits SET state = 'dropped' WHERE state = 'undone'")
            return _append(connection, kind, sentence, json.dumps(dict(payload or {})), dataset, found)

    def undo_last(self) -> EditRecord | None:
        """Take the last edit that stands back; returns the journal's new entry, None if there is none."""
        return self._again("undo", "SELECT max(id) FROM edits WHERE undoes IS NULL AND state = 'done'")

    def redo_last(self) -> EditRecord | None:
        """Make the edit undone last anew; returns the journal's new entry, None if there is none."""
        return self._again("redo", "SELECT min(id) FROM edits WHERE undoes IS NULL AND state = 'undone'")

    def edits(self) -> tuple[EditRecord, ...]:
        """The whole journal, oldest entry first."""
        with self._database.read() as connection:
            return _records(connection, "ORDER BY id", ())

    def label_state(self) -> int:
        """The journal's present position; 0: nothing was ever edited."""
        with self._database.read() as connection:
            return int(connection.execute("SELECT coalesce(max(id), 0) FROM edits").fetchone()[0])

    def overlay(self, dataset: str, position: int | None = None) -> dict[int, dict[str, str]]:
        """What edits say about the pictures of a data set: sample index -> field -> value.

        With a position: as it stood there.
        """
        with self._database.read() as connection:
            if position is None:
                rows = connection.execute("SELECT root, path, content, field, value FROM label_overlay")
            else:
                # The last change of each field wins, None included.
                rows = connection.execute(
                    "SELECT root, path, content, field, after FROM edit_changes WHERE edit <= ? "
                    "ORDER BY edit",
                    (position,),
                )
            values = {(root, path, content, field): value for root, path, content, field, value in rows}
            fields: dict[tuple[int, str | bytes, str], dict[str, str]] = {}
            for (root, path, content, field), value in values.items():
                if value is not None:
                    fields.setdefault((root, path, content), {})[field] = value
            if not fields:
                return {}
            samples = connection.execute(
                "SELECT ordinal, root, path, content FROM samples WHERE dataset = "
                "(SELECT key FROM datasets WHERE id = ?) ORDER BY ordinal",
                (dataset,),
            )
            return {
                ordinal: fields[root, path, content]
                for ordinal, root, path, content in samples
                if (root, path, content) in fields
            }

    def _again(self, kind: str, which: str) -> EditRecord | None:
        with self._database.write() as connection:
            (target,) = connection.execute(which).fetchone()
            if target is None:
                return None
            sentence, payload, dataset = connection.execute(
                "SELECT sentence, payload, dataset FROM edits WHERE id = ?", (target,)
            ).fetchone()
            rows = connection.execute(
                "SELECT root, path, content, field, before, after FROM edit_changes WHERE edit = ?", (target,)
            )
            undo = kind == "undo"
            changes: _Changes = {
                (root, path, content, field): (after, before) if undo else (before, after)
                for root, path, content, field, before, after in rows.fetchall()
            }
            state = "undone" if undo else "done"
            connection.execute("UPDATE edits SET state = ? WHERE id = ?", (state, target))
            entry = _append(connection, kind, sentence, payload, dataset, changes, undoes=target)
            return _records(connection, "WHERE id = ?", (entry,))[0]


def _place(connection: sqlite3.Connection, dataset: str, change: Change) -> _Place:
    row = connection.execute(
        "SELECT root, path, content FROM samples WHERE ordinal = ? AND dataset = "
        "(SELECT key FROM datasets WHERE id = ?)",
        (change.sample, dataset),
    ).fetchone()
    if row is None:
        raise ProjectError(f"data set {dataset!r} has no picture {change.sample}; read the pictures again")
    return (row[0], row[1], row[2], change.field)


def _value(connection: sqlite3.Connection, place: _Place) -> str | None:
    row = connection.execute(
        "SELECT value FROM label_overlay WHERE root = ? AND path = ? AND content = ? AND field = ?", place
    ).fetchone()
    return None if row is None else str(row[0])


def _append(
    connection: sqlite3.Connection,
    kind: str,
    sentence: str,
    payload: str,
    dataset: str,
    changes: _Changes,
    undoes: int | None = None,
) -> int:
    entry = connection.execute(
        "INSERT INTO edits (time, kind, sentence, payload, dataset, undoes, state) "
        "VALUES (?, ?, ?, ?, ?, ?, 'done')",
        (time.time(), kind, sentence, payload, dataset, undoes),
    ).lastrowid
    assert entry is not None
    for place, (before, after) in changes.items():
        connection.execute(
            "INSERT INTO edit_changes VALUES (?, ?, ?, ?, ?, ?, ?)", (entry, *place, before, after)
        )
        if after is None:
            connection.execute(
                "DELETE FROM label_overlay WHERE root = ? AND path = ? AND content = ? AND field = ?", place
            )
        else:
            connection.execute(
                "INSERT OR REPLACE INTO label_overlay VALUES (?, ?, ?, ?, ?, ?)", (*place, after, entry)
            )
    return entry


def _records(connection: sqlite3.Connection, rest: str, values: tuple[object, ...]) -> tuple[EditRecord, ...]:
    rows = connection.execute(
        f"SELECT id, time, kind, sentence, payload, undoes, state FROM edits {rest}", values
    ).fetchall()
    return tuple(
        EditRecord(id, time, kind, sentence, json.loads(payload), undoes, state != "done")
        for id, time, kind, sentence, payload, undoes, state in rows
    )
