"""The part of a project that remembers pictures: files seen, data sets, splits."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.errors import ProjectError
from workbench.core.samples import Samples, Skipped, Split
from workbench.store.database import Database
from workbench.store.records import FileFact


def text_in(text: str) -> str | bytes:
    """`text` as SQLite takes it: a file name that is not UTF-8 goes in as bytes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
    return text


def text_out(stored: str | bytes) -> str:
    """The inverse of `text_in`."""
    return stored if isinstance(stored, str) else stored.decode("utf-8", "surrogateescape")


class PictureStore:
    """Files, data sets and splits of the project in `path`."""

    path: Path
    _database: Database

    def known_files(self, root: Path) -> dict[str, FileFact]:
        """What earlier scans of `root` found: path -> fact."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT f.path, size, mtime_ns, content, width, height FROM file_facts f "
                "JOIN file_roots r ON r.key = f.root WHERE r.path = ?",
                (text_in(self._place(root)),),
            ).fetchall()
        facts = (FileFact(text_out(path), *rest) for path, *rest in rows)
        return {fact.path: fact for fact in facts}

    def remember_files(self, root: Path, facts: Iterable[FileFact]) -> None:
        """Keep what a scan of `root` found; facts about the same file are replaced."""
        place = text_in(self._place(root))
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO file_roots (path) VALUES (?)", (place,))
            key = connection.execute("SELECT key FROM file_roots WHERE path = ?", (place,)).fetchone()[0]
            connection.executemany(
                "INSERT OR REPLACE INTO file_facts VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((key, text_in(f.path), f.size, f.mtime_ns, f.content, f.width, f.height) for f in facts),
            )

    def add_dataset(self, samples: Samples, settings: Mapping[str, Any]) -> str:
        """Keep a data set and return its id, the fingerprint of its samples.

        If it is known already, only where it lies, its settings and its findings are brought up to date.
        """
        identity = samples.fingerprint()
        roots = json.dumps([self._root_in(root) for root in samples.roots])
        found = (roots, json.dumps(dict(settings)), json.dumps(samples.warnings))
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE datasets SET roots = ?, settings = ?, warnings = ? WHERE id = ?", (*found, identity)
            )
            if not changed.rowcount:
                connection.execute(
                    "INSERT INTO datasets (roots, settings, warnings, id, classes, created) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (*found, identity, json.dumps(samples.classes), time.time()),
                )
            key = _key(connection, identity)
            if not changed.rowcount:
                _insert_samples(connection, key, samples)
            connection.execute("DELETE FROM skipped WHERE dataset = ?", (key,))
            connection.executemany(
                "INSERT INTO skipped VALUES (?, ?, ?, ?, ?)",
                ((key, n, text_in(s.path), s.kind, s.reason) for n, s in enumerate(samples.skipped)),
            )
        return identity

    def dataset(self, id: str) -> Samples:
        """The data set `id`; raises ProjectError when there is none."""
        with self._database.read() as connection:
            key = _key(connection, id)
            roots, classes, warnings = connection.execute(
                "SELECT roots, classes, warnings FROM datasets WHERE key = ?", (key,)
            ).fetchone()
            rows = connection.execute(
                "SELECT path, root, class, content, width, height, fixed FROM samples WHERE dataset = ? "
                "ORDER BY ordinal",
                (key,),
            ).fetchall()
            metadata = _metadata(connection, key, len(rows))
            skipped = connection.execute(
                "SELECT path, kind, reason FROM skipped WHERE dataset = ? ORDER BY ordinal", (key,)
            ).fetchall()
        numbers = np.array([(row[1], row[2], row[4], row[5], row[6]) for row in rows], dtype=np.int32)
        numbers = numbers.reshape(len(rows), 5)
        return Samples(
            roots=tuple(self._root_out(root) for root in json.loads(roots)),
            classes=tuple(json.loads(classes)),
            paths=tuple(text_out(row[0]) for row in rows),
            root=numbers[:, 0].astype(np.uint8),
            target=np.ascontiguousarray(numbers[:, 1]),
            content=tuple(row[3] for row in rows),
            size_px=np.ascontiguousarray(numbers[:, 2:4]),
            fixed=numbers[:, 4].astype(np.int8),
            metadata=metadata,
            skipped=tuple(Skipped(text_out(path), kind, reason) for path, kind, reason in skipped),
            warnings=tuple(json.loads(warnings)),
        )

    def add_split(self, dataset: str, split: Split, rule: Mapping[str, Any]) -> str:
        """Keep a split of `dataset` and return its id; the same split by the same rule is kept once."""
        text = json.dumps(dict(rule), sort_keys=True)
        parts = (dataset, split.fingerprint(), text, split.group, split.sentence)
        identity = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        with self._database.write() as connection:
            _key(connection, dataset)
            connection.execute(
                "INSERT OR IGNORE INTO splits (id, dataset, rule, sentence, group_column, groups, "
                "shared_groups, duplicates, notes, part, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    identity,
                    dataset,
                    text,
                    split.sentence,
                    split.group,
                    split.groups,
                    split.shared_groups,
                    split.duplicates,
                    json.dumps(split.notes),
                    split.part.tobytes(),
                    time.time(),
                ),
            )
        return identity

    def split(self, id: str) -> Split:
        """The split `id`; raises ProjectError when there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT part, group_column, groups, shared_groups, duplicates, sentence, notes "
                "FROM splits WHERE id = ?",
                (id,),
            ).fetchone()
        if row is None:
            raise ProjectError(f"{self.path}: no split {id!r} is stored here; train again to deal it anew")
        part, group, groups, shared_groups, duplicates, sentence, notes = row
        return Split(
            part=np.frombuffer(part, dtype=np.int8).copy(),
            group=group,
            groups=groups,
            shared_groups=shared_groups,
            duplicates=duplicates,
            sentence=sentence,
            notes=tuple(json.loads(notes)),
        )

    def _place(self, folder: Path) -> str:
        """A folder as the project names it: relative if it lies inside, so that the project can move."""
        folder = Path(os.path.abspath(folder))
        if folder.is_relative_to(self.path):
            return folder.relative_to(self.path).as_posix()
        return folder.as_posix()

    def _root_in(self, root: Path) -> dict[str, str]:
        """Where a root lies, and, should it have moved together with the project, where from here."""
        try:
            near = Path(os.path.relpath(root, self.path)).as_posix()
        except ValueError:  # another drive of Windows
            near = ""
        return {"path": self._place(root), "near": near}

    def _root_out(self, stored: Mapping[str, str]) -> Path:
        path = self.path / stored["path"]  # an absolute one stays as it is
        if not path.is_dir() and stored["near"]:
            near = Path(os.path.normpath(self.path / stored["near"]))
            return near if near.is_dir() else path
        return path


def _key(connection: sqlite3.Connection, dataset: str) -> int:
    row = connection.execute("SELECT key FROM datasets WHERE id = ?", (dataset,)).fetchone()
    if row is None:
        raise ProjectError(f"no data set {dataset!r} is stored in this project; read the pictures again")
    return int(row[0])


def _insert_samples(connection: sqlite3.Connection, key: int, samples: Samples) -> None:
    numbers = zip(
        samples.root.tolist(),
        samples.paths,
        samples.target.tolist(),
        samples.content,
        samples.size_px.tolist(),
        samples.fixed.tolist(),
        strict=True,
    )
    connection.executemany(
        "INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (key, n, root, text_in(path), target, content, width, height, fixed)
            for n, (root, path, target, content, (width, height), fixed) in enumerate(numbers)
        ),
    )
    for ordinal, (name, values) in enumerate(samples.metadata.items()):
        column = connection.execute(
            "INSERT INTO metadata_columns (dataset, ordinal, name) VALUES (?, ?, ?)", (key, ordinal, name)
        ).lastrowid
        connection.executemany(
            "INSERT INTO metadata_values VALUES (?, ?, ?)",
            ((column, n, text_in(value)) for n, value in enumerate(values) if value),
        )


def _metadata(connection: sqlite3.Connection, key: int, count: int) -> dict[str, tuple[str, ...]]:
    columns = connection.execute(
        "SELECT key, name FROM metadata_columns WHERE dataset = ? ORDER BY ordinal", (key,)
    ).fetchall()
    found: dict[str, tuple[str, ...]] = {}
    for column, name in columns:
        values = [""] * count
        rows = connection.execute("SELECT sample, value FROM metadata_values WHERE column = ?", (column,))
        for sample, value in rows:
            values[sample] = text_out(value)
        found[name] = tuple(values)
    return found
