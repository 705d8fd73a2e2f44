"""Bringing a project's database to the schema this version of Workbench knows."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from workbench.core.errors import ProjectError
from workbench.store import schema
from workbench.store.schema import APPLICATION_ID, Migration


def version_of(connection: sqlite3.Connection) -> int:
    """The number of the schema a database stands at; 0: it has no tables yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check(connection: sqlite3.Connection, folder: Path) -> bool:
    """Whether the project's database needs `upgrade`.

    Raises ProjectError when it is of a newer Workbench or belongs to another program.
    """
    known, found = len(schema.MIGRATIONS), version_of(connection)
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise ProjectError(
            f"{folder}: making this project was interrupted before anything was in it; make it again"
        )
    if application != APPLICATION_ID:
        raise ProjectError(
            f"{folder}: its workbench.db belongs to another program, so this is no Workbench project; "
            "choose another folder"
        )
    if found > known:
        raise ProjectError(
            f"{folder}: this project was made by a newer version of Workbench (schema {found}, this one "
            f"knows {known}). Update Workbench to open it; nothing was changed"
        )
    return found < known


def create(connection: sqlite3.Connection) -> None:
    """Write all tables into an empty database, inside the caller's transaction."""
    for migration in schema.MIGRATIONS:
        _apply(connection, migration)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS)}")


def upgrade(connection: sqlite3.Connection, folder: Path, file: Path) -> None:
    """Apply the missing migrations to the database `file`, all or none, after a copy was put beside it.

    Raises ProjectError when one fails; the database is then as it was.
    """
    # A migration that rebuilds a table must not cascade into the others. Only outside of a transaction.
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            found = version_of(connection)  # another process may just have done it
            if found < len(schema.MIGRATIONS):
                _copy(file, found)
            for number in range(found + 1, len(schema.MIGRATIONS) + 1):
                _apply(connection, schema.MIGRATIONS[number - 1])
                _assert_whole(connection, number)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise ProjectError(
            f"{folder}: this project could not be brought to the present form ({error}). It was left as it "
            "was; make room on its disk or open it with the version of Workbench that made it"
        ) from error
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    # One by one: executescript() would commit what is already there.
    for step in migration:
        if isinstance(step, str):
            connection.execute(step)
        else:
            step(connection)


def _assert_whole(connection: sqlite3.Connection, number: int) -> None:
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise sqlite3.IntegrityError(f"schema {number} would leave a row of {broken[0]} without its owner")


def _copy(file: Path, version: int) -> None:
    """Put a copy of the database beside it, as `workbench.db.schema-<version>`."""
    target = file.with_name(f"{file.name}.schema-{version}")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    os.replace(part, target)
