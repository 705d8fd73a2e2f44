"""The scan: every file below a folder, as a picture with its hash and size or as skipped with its reason.

It survives whatever lies there, never leaves the folder through a link, and reads only file times
of pictures that it knows already.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.core.errors import DataError
from workbench.core.samples import Skipped
from workbench.core.stopping import Interrupted, Stop, Stopped, never
from workbench.data.images import PictureError, look

Progress = Callable[[int, int], None]

# Files that operating systems leave in folders of pictures; names that begin with a dot are ignored too.
SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx"})

PROGRESS_S = 0.1  # time between two reports: a window needs no more
MOST_THREADS = 16  # each may hold a picture of half a gigabyte
LOOK_AHEAD = 8  # files handed to each thread in advance, so that none waits and a stop costs little


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A readable picture: POSIX name below its root, what the file system says, and what decoding gave."""

    path: str
    bytes: int
    mtime_ns: int
    content: str  # hash of the file's bytes, 32 hexadecimal digits
    width_px: int  # as shown, after EXIF rotation
    height_px: int


# Absolute POSIX path -> facts of an earlier scan. The scan looks up here and puts in what it learns.
Known = MutableMapping[str, FileFacts]


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies below a folder. `files` and `skipped` are in code-point order of their paths.

    `folders` are the names of the folders directly below the root, pictures in them or not.
    """

    root: Path
    files: tuple[FileFacts, ...]
    skipped: tuple[Skipped, ...]
    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    path: str
    bytes: int
    mtime_ns: int


def scan(
    root: Path,
    progress: Progress | None = None,
    stopped: Stopped = never,
    known: Known | None = None,
) -> Scan:
    """Every picture below `root`, decoded once to find the torn ones.

    `progress(done, total)` counts files; total is 0 while folders are still being listed. Raises
    DataError when `root` itself cannot be read, Interrupted when the caller wants to end.
    """
    root = Path(os.path.abspath(root))
    report = _Throttled(progress)
    skipped: list[Skipped] = []
    folders: list[str] = []
    entries: list[_Entry] = []
    for entry in _listed(root, skipped, folders):
        _leave_if(stopped)
        entries.append(entry)
        report(0, 0)
    files: list[FileFacts] = []
    fresh: dict[str, FileFacts] = {}
    unknown: list[_Entry] = []
    for entry in entries:
        old = known.get(f"{root.as_posix()}/{entry.path}") if known is not None else None
        if old is not None and (old.bytes, old.mtime_ns) == (entry.bytes, entry.mtime_ns):
            files.append(replace(old, path=entry.path))
        else:
            unknown.append(entry)
    try:
        for done, result in enumerate(_looked_at(root, unknown, stopped), start=1 + len(files)):
            if isinstance(result, FileFacts):
                fresh[f"{root.as_posix()}/{result.path}"] = result
            else:
                skipped.append(result)
            report(done, len(entries))
    finally:
        # After a stop, too: what was decoded need not be decoded again.
        if known is not None and fresh:
            known.update(fresh)
    report.last(len(entries))
    return Scan(
        root,
        tuple(sorted([*files, *fresh.values()], key=lambda fact: fact.path)),
        tuple(sorted(skipped, key=lambda skip: skip.path)),
        tuple(sorted(folders)),
    )


def _listed(root: Path, skipped: list[Skipped], folders: list[str]) -> Iterator[_Entry]:
    """The regular files below `root`; what cannot be one goes to `skipped`, first folders to `folders`."""
    real_root = os.path.realpath(root)
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as found:
                entries = list(found)
        except OSError as error:
            if not folder:
                raise DataError(_why_unreadable(root, error)) from None
            skipped.append(Skipped(folder, "unreadable", f"the folder cannot be opened: {error.strerror}"))
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() in SYSTEM_FILES:
                continue
            path = f"{folder}/{entry.name}" if folder else entry.name
            trouble = _trouble(entry, real_root)
            if trouble:
                shown = path.encode("utf-8", "backslashreplace").decode()
                skipped.append(Skipped(shown, "unreadable", trouble))
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
                if not folder:
                    folders.append(entry.name)
            else:
                yield from _file(entry, path, skipped)


def _trouble(entry: os.DirEntry[str], real_root: str) -> str:
    """Why an entry is neither folder nor file to us, or ""."""
    try:
        entry.name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not valid UTF-8; rename it"
    try:
        if entry.is_symlink():
            target = os.path.realpath(entry.path)
            if not os.path.exists(target):
                return "a link that leads nowhere"
            if os.path.commonpath([real_root, target]) != real_root:
                return "a link that leads out of the folder; links are not followed there"
            if os.path.isdir(target):
                return "a link to a folder; its pictures are found where they lie"
        if not entry.is_dir() and not entry.is_file():
            return "not a regular file"
    except (OSError, ValueError) as error:  # ValueError: another drive on Windows
        return f"cannot be looked at: {error}"
    return ""


def _file(entry: os.DirEntry[str], path: str, skipped: list[Skipped]) -> Iterator[_Entry]:
    try:
        status = entry.stat()
    except OSError as error:
        skipped.append(Skipped(path, "unreadable", f"unreadable: {error.strerror}"))
        return
    yield _Entry(path, status.st_size, status.st_mtime_ns)


def _looked_at(root: Path, entries: list[_Entry], stopped: Stopped) -> Iterator[FileFacts | Skipped]:
    """Each file decoded once, in threads: Pillow lets go of the interpreter while it decodes."""
    threads = min(MOST_THREADS, os.cpu_count() or 1)
    pending: deque[Future[FileFacts | Skipped]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="scan")
    try:
        for entry in entries:
            _leave_if(stopped)
            pending.append(pool.submit(_facts, root, entry))
            if len(pending) >= threads * LOOK_AHEAD:
                yield pending.popleft().result()
        while pending:
            _leave_if(stopped)
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _facts(root: Path, entry: _Entry) -> FileFacts | Skipped:
    try:
        seen = look(root / entry.path)
    except PictureError as error:
        return Skipped(entry.path, error.kind, error.reason)
    return FileFacts(entry.path, entry.bytes, entry.mtime_ns, seen.content, seen.width_px, seen.height_px)


def _leave_if(stopped: Stopped) -> None:
    wish = stopped()
    if wish is not Stop.NO:
        raise Interrupted(wish)


def _why_unreadable(root: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{root}: there is no such folder. It may have been moved or renamed: choose it anew"
    if isinstance(error, NotADirectoryError):
        return f"{root}: is a file. Choose the folder that holds one folder per class"
    return f"{root}: cannot be opened ({error.strerror}). Check that you may read this folder"


class _Throttled:
    """Passes progress on, now and then."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        if self._progress is not None and time.monotonic() >= self._next:
            self._progress(done, total)
            self._next = time.monotonic() + PROGRESS_S

    def last(self, total: int) -> None:
        if self._progress is not None:
            self._progress(total, total)
