"""The tables of a project, and the numbered steps that lead from one version of them to the next.

Migration n (counted from 1) turns schema n - 1 into schema n. A landed migration is never edited:
projects in the world stand behind it. Whoever adds one commits a small project written by the
version before it (see tests/store/make_fixture.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

# "WkBn" in ASCII: tells a project's database from any other SQLite file.
APPLICATION_ID = 0x576B426E

Step = str | Callable[[sqlite3.Connection], None]
Migration = tuple[Step, ...]

# Names, labels and values are free text without CHECK: a new status, stage or column name of the
# overlay must not need a migration. Paths are POSIX. A path that is not UTF-8 is kept as a BLOB.
_PROJECT: Migration = (
    """CREATE TABLE project (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        id TEXT NOT NULL,
        created REAL NOT NULL,
        version TEXT NOT NULL  -- of the application that made it
    )""",
    """CREATE TABLE settings (
        key TEXT PRIMARY KEY,  -- named views stand under view/NAME
        value TEXT NOT NULL,  -- JSON
        changed REAL NOT NULL
    ) WITHOUT ROWID""",
)

_PICTURES: Migration = (
    """CREATE TABLE file_roots (
        key INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE  -- relative to the project inside of it, else absolute
    )""",
    """CREATE TABLE file_facts (
        root INTEGER NOT NULL REFERENCES file_roots (key) ON DELETE CASCADE,
        path TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        content TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        PRIMARY KEY (root, path)
    ) WITHOUT ROWID""",
    """CREATE TABLE datasets (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,  -- Samples.fingerprint()
        settings TEXT NOT NULL,  -- JSON
        roots TEXT NOT NULL,  -- JSON: [{path, near}]; near is relative to the project
        classes TEXT NOT NULL,  -- JSON
        warnings TEXT NOT NULL,  -- JSON
        created REAL NOT NULL
    )""",
    """CREATE TABLE samples (
        dataset INTEGER NOT NULL REFERENCES datasets (key) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        root INTEGER NOT NULL,
        path TEXT NOT NULL,
        class INTEGER NOT NULL,
        content TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        fixed INTEGER NOT NULL,
        PRIMARY KEY (dataset, ordinal)
    ) WITHOUT ROWID""",
    """CREATE TABLE metadata_columns (
        key INTEGER PRIMARY KEY,
        dataset INTEGER NOT NULL REFERENCES datasets (key) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        name TEXT NOT NULL,
        UNIQUE (dataset, name)
    )""",
    """CREATE TABLE metadata_values (
        column INTEGER NOT NULL REFERENCES metadata_columns (key) ON DELETE CASCADE,
        sample INTEGER NOT NULL,  -- ordinal; an empty text has no row
        value TEXT NOT NULL,
        PRIMARY KEY (column, sample)
    ) WITHOUT ROWID""",
    """CREATE TABLE skipped (
        dataset INTEGER NOT NULL REFERENCES datasets (key) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        path TEXT NOT NULL,
        kind TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (dataset, ordinal)
    ) WITHOUT ROWID""",
    """CREATE TABLE splits (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        dataset TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
        rule TEXT NOT NULL,  -- JSON
        sentence TEXT NOT NULL,
        group_column TEXT NOT NULL,
        groups INTEGER NOT NULL,
        shared_groups INTEGER NOT NULL,
        duplicates INTEGER NOT NULL,
        notes TEXT NOT NULL,  -- JSON
        part BLOB NOT NULL,  -- int8, one per sample
        created REAL NOT NULL
    )""",
)

# An edit is of a picture (its place, name and content), not of a data set: a data set changes its
# fingerprint when one picture is added, and nobody's corrections may be lost over that.
_EDITS: Migration = (
    """CREATE TABLE edits (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- the journal position; never used twice
        time REAL NOT NULL,
        kind TEXT NOT NULL,  -- relabel, exclude ...; undo and redo are entries of their own
        sentence TEXT NOT NULL,
        payload TEXT NOT NULL,  -- JSON
        dataset TEXT NOT NULL,
        undoes INTEGER REFERENCES edits (id),  -- the entry that an undo or redo is about
        state TEXT NOT NULL  -- done, undone, or dropped (undone, then something else was done)
    )""",
    """CREATE TABLE edit_changes (
        edit INTEGER NOT NULL REFERENCES edits (id) ON DELETE CASCADE,
        root INTEGER NOT NULL,
        path TEXT NOT NULL,
        content TEXT NOT NULL,
        field TEXT NOT NULL,
        before TEXT,
        after TEXT,
        PRIMARY KEY (edit, root, path, content, field)
    ) WITHOUT ROWID""",
    """CREATE TABLE label_overlay (
        root INTEGER NOT NULL,
        path TEXT NOT NULL,
        content TEXT NOT NULL,
        field TEXT NOT NULL,  -- label, excluded, split, note, flag
        value TEXT NOT NULL,
        edit INTEGER NOT NULL REFERENCES edits (id),
        PRIMARY KEY (root, path, content, field)
    ) WITHOUT ROWID""",
)

# Runs refer to each other and test openings to runs by name only: a parent may be deleted, and
# deleting a run must not undo that the test set was opened.
_RUNS: Migration = (
    """CREATE TABLE experiments (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        recipe TEXT NOT NULL,  -- TOML
        fingerprint TEXT NOT NULL,  -- of the recipe
        dataset TEXT REFERENCES datasets (id),  -- NULL until the pictures were read
        split TEXT REFERENCES splits (id),
        details TEXT NOT NULL DEFAULT '{}',  -- JSON: what a later kind of experiment has to remember
        created REAL NOT NULL
    )""",
    """CREATE TABLE runs (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        experiment TEXT NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        label TEXT NOT NULL,
        head TEXT NOT NULL,
        head_options TEXT NOT NULL,  -- JSON
        seed INTEGER NOT NULL,
        status TEXT NOT NULL,
        parent TEXT NOT NULL,
        created REAL NOT NULL,
        started REAL,
        ended REAL,
        seen REAL,  -- last sign of life of the process that works on it
        host TEXT,
        pid INTEGER,
        process_started REAL,
        device TEXT NOT NULL DEFAULT '',
        engine TEXT NOT NULL DEFAULT '',
        precision TEXT NOT NULL DEFAULT '',
        decoder TEXT NOT NULL DEFAULT '',
        weights_sha256 TEXT NOT NULL DEFAULT '',
        piece INTEGER NOT NULL DEFAULT 0,
        versions TEXT NOT NULL DEFAULT '{}',  -- JSON
        parameters TEXT NOT NULL DEFAULT '{}',  -- JSON
        seconds TEXT NOT NULL DEFAULT '{}',  -- JSON
        details TEXT NOT NULL DEFAULT '{}',  -- JSON: what a later kind of run has to remember
        epochs_done INTEGER NOT NULL DEFAULT 0,
        best_epoch INTEGER NOT NULL DEFAULT 0,
        label_state INTEGER NOT NULL DEFAULT 0,  -- journal position it saw
        message TEXT NOT NULL DEFAULT '',
        deleted_at REAL
    )""",
    "CREATE INDEX runs_of_experiment ON runs (experiment)",
    """CREATE TABLE metrics (
        run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,  -- 0: of the weights that were kept
        split TEXT NOT NULL,
        class TEXT NOT NULL,
        name TEXT NOT NULL,
        value REAL,  -- NULL: not a number (SQLite has no NaN)
        PRIMARY KEY (run, epoch, split, class, name)
    ) WITHOUT ROWID""",
    """CREATE TABLE arrays (
        run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
        name TEXT NOT NULL,
        file TEXT NOT NULL,  -- in the run's folder
        sha256 TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        created REAL NOT NULL,
        PRIMARY KEY (run, name)
    ) WITHOUT ROWID""",
    """CREATE TABLE test_openings (
        key INTEGER PRIMARY KEY,
        time REAL NOT NULL,
        run TEXT NOT NULL,
        test TEXT NOT NULL  -- fingerprint of the test set's contents
    )""",
    "CREATE INDEX openings_of_test ON test_openings (test)",
)

MIGRATIONS: tuple[Migration, ...] = (_PROJECT + _PICTURES + _EDITS + _RUNS,)
