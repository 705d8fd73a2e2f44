"""A project's SQLite database for many threads and processes: short transactions, faults in words."""

from __future__ import annotations

import os
import sqlite3
import threading
import urllib.parse
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from workbench.core.errors import ProjectError
from workbench.store import disks, faults

FILE = "workbench.db"

# How long a transaction waits for another process; ours take milliseconds, a huge scan seconds.
BUSY_S = 15.0
# Pages kept in memory per connection, in KiB (SQLite: negative means KiB).
CACHE_KIB = 16_384

# write: as usual. look: shared with writers, changes refused. read: the folder cannot be written.
# still: as `read`, and nobody can be writing, so SQLite may leave out locks and its memory file.
Mode = Literal["write", "look", "read", "still"]


class _Session:
    """One thread's connection. The lock lets close() wait for a thread that is in a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.lock = threading.RLock()
        self.closed = False

    def close(self) -> None:
        with self.lock:
            self.closed = True
            self.connection.close()

    def __del__(self) -> None:
        self.connection.close()


class Database:
    """The database in `folder`; raises ProjectError when it cannot be opened.

    The file must exist. No code but SQLite may open it meanwhile: closing any handle of a file drops
    this process's POSIX locks on it.
    """

    def __init__(self, folder: Path, read_only: bool = False) -> None:
        self.folder = folder
        self.file = folder / FILE
        self._local = threading.local()
        self._sessions: weakref.WeakSet[_Session] = weakref.WeakSet()
        self._guard = threading.Lock()
        self._closed = False
        with faults.in_words(folder):
            self._mode = self._found_mode(read_only)
            if self._mode == "write":
                self._choose_journal()

    @classmethod
    def create(cls, folder: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
        """Make the database in `folder` and `fill` it; if that fails or is killed, none is there.

        The file may exist if it is empty: what a killed creation left. Raises ProjectError when it holds
        anything.
        """
        file = folder / FILE
        with faults.in_words(folder, faults.unwritable):
            made = not file.exists()
            file.touch()
            try:
                with closing(_connected(file, "write")) as connection:
                    # Before the first table, or it has no effect: a deleted run gives its pages back.
                    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                    connection.execute("BEGIN EXCLUSIVE")
                    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                        made = False
                        raise ProjectError(f"{folder}: is a Workbench project already; open it")
                    fill(connection)
                    connection.execute("COMMIT")
            except BaseException:
                if made:
                    file.unlink(missing_ok=True)
                raise

    @property
    def read_only(self) -> bool:
        return self._mode != "write"

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the database throughout."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on disk when the block ends, or, if it raises, not at all.

        Raises ProjectError when the project is read-only.
        """
        if self.read_only:
            raise faults.read_only(self.folder)
        # IMMEDIATE: a transaction that reads first and writes later could meet a newer state and fail.
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """The thread's connection outside of a transaction, for PRAGMA and migrations."""
        session = self._session()
        with session.lock, faults.in_words(self.folder):
            self._assert_open(session)
            yield session.connection

    def close(self) -> None:
        """Close every thread's connection, after its transaction has ended."""
        with self._guard:
            self._closed = True
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self.alone() as connection:
            assert not connection.in_transaction, "transactions do not nest; pass the connection on"
            if not self.file.exists():
                # SQLite would go on in the removed file, and all that follows would be lost.
                raise faults.gone(self.folder)
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _session(self) -> _Session:
        session: _Session | None = getattr(self._local, "session", None)
        if session is None:
            with faults.in_words(self.folder):
                session = _Session(_connected(self.file, self._mode))
            with self._guard:
                if not self._closed:
                    self._sessions.add(session)
                    self._local.session = session
                    return session
            session.close()
        self._assert_open(session)
        return session

    def _assert_open(self, session: _Session) -> None:
        if session.closed:
            raise ProjectError(f"{self.folder}: this project was closed; open it again")

    def _found_mode(self, read_only: bool) -> Mode:
        """The freest mode in which the database can be read at all."""
        may_write = disks.writable(self.folder, self.file)
        modes: tuple[Mode, ...]
        modes = (("look",) if read_only else ("write",)) if may_write else ("read", "still")
        for mode in modes:
            if mode == "still" and self._has_unmerged_work():
                raise ProjectError(
                    f"{self.folder}: the last program that worked here ended unexpectedly, and its last work "
                    "can only be taken in where the project can be written; copy the project to a folder you "
                    "may write to and open the copy"
                )
            try:
                with closing(_connected(self.file, mode)) as connection:
                    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                return mode
            except sqlite3.OperationalError:
                # Read-only folders without SQLite's memory file: only `still` can read there.
                if mode == modes[-1]:
                    raise
        raise AssertionError("some mode was tried")

    def _has_unmerged_work(self) -> bool:
        beside = [self.file.with_name(self.file.name + ending) for ending in ("-wal", "-journal")]
        return any(path.exists() and path.stat().st_size > 0 for path in beside)

    def _choose_journal(self) -> None:
        """Write-ahead log, where readers never wait; a rollback journal on a network share."""
        wanted = "delete" if disks.on_network(self.folder) else "wal"
        session = self._session()
        if session.connection.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
            # It answers with the mode it could get, and is refused while another program reads. The other
            # mode is correct too, only slower; the next one to open tries again.
            try:
                session.connection.execute(f"PRAGMA journal_mode = {wanted}")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise


def _connected(file: Path, mode: Mode) -> sqlite3.Connection:
    options = {"write": "mode=rw", "look": "mode=rw", "read": "mode=ro", "still": "mode=ro&immutable=1"}
    connection = sqlite3.connect(
        f"{_uri(file)}?{options[mode]}",
        uri=True,
        timeout=BUSY_S,
        isolation_level=None,  # transactions are ours, begun and ended in one place
        check_same_thread=False,  # close() is called by another thread
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        # A hostile database must not bring functions of its own into our queries.
        connection.execute("PRAGMA trusted_schema = OFF")
        if mode != "write":
            connection.execute("PRAGMA query_only = ON")
    except BaseException:  # the first of them may be the one to find the file unreadable
        connection.close()
        raise
    return connection


def _uri(file: Path) -> str:
    posix = file.as_posix()
    slash = "" if posix.startswith("/") else "/"  # C:/ ... of Windows
    return f"file://{slash}{urllib.parse.quote(os.fsencode(posix), safe='/:')}"
