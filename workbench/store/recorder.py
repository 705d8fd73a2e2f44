"""Arrays on disk: named by their content, written beside and renamed, checked when read."""

from __future__ import annotations

import hashlib
import json
import os
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from workbench.store import faults

Arrays = dict[str, NDArray[Any]]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_FILE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}-[0-9a-f]{16}\.safetensors")
_PART = ".part"
# Meta keys of ours: where texts stand, which safetensors cannot hold, and their shape.
_TEXT = "text:"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in a run's folder."""

    file: str
    sha256: str
    bytes: int


def write(folder: Path, name: str, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, str]) -> StoredFile:
    """Put `arrays` into a file in `folder`; it is complete on disk when this returns, or not there.

    The file is named by its content, so the one it follows stays whole until the database has turned
    to the new one.
    """
    assert _NAME.fullmatch(name), f"{name!r} does not serve as a file name"
    plain, texts = _encoded(arrays)
    data: bytes = safetensors.numpy.save(plain, metadata={**meta, **texts})
    sha256 = hashlib.sha256(data).hexdigest()
    file = f"{name}-{sha256[:16]}.safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{name}-{uuid.uuid4().hex}{_PART}"
    try:
        with part.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, folder / file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return StoredFile(file, sha256, len(data))


def read(folder: Path, file: str, sha256: str) -> tuple[Arrays, dict[str, str]]:
    """The arrays and meta texts of a file that `write` left.

    Raises ProjectError when its bytes are not those, FileNotFoundError when it is not there.
    """
    if not _FILE.fullmatch(file) or (folder / file).is_symlink():
        raise faults.damaged(folder, f"the entry {file!r}, which leads out of the run's folder,")
    data = (folder / file).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise faults.damaged(folder, file)
    try:
        stored = safetensors.numpy.load(data)
    except safetensors.SafetensorError as error:
        raise faults.damaged(folder, file) from error
    length = int.from_bytes(data[:8], "little")  # of the header (safetensors format)
    meta: dict[str, str] = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    return _decoded(stored, meta), {key: text for key, text in meta.items() if not key.startswith(_TEXT)}


def remove(folder: Path, file: str) -> None:
    """Remove a file that nothing refers to any more."""
    if _FILE.fullmatch(file):
        try:
            (folder / file).unlink(missing_ok=True)
        except PermissionError:
            # Windows, while somebody reads it: `sweep` takes it later.
            return


def sweep(folder: Path, kept: frozenset[str]) -> None:
    """Remove what a killed process left in `folder`: unfinished files, and whole ones not in `kept`."""
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        left = entry.name.endswith(_PART) or (_FILE.fullmatch(entry.name) and entry.name not in kept)
        if left and not entry.is_dir(follow_symlinks=False):
            Path(entry.path).unlink(missing_ok=True)


def _encoded(arrays: Mapping[str, NDArray[Any]]) -> tuple[Arrays, dict[str, str]]:
    """Arrays that safetensors can hold: texts become bytes, a quarter of NumPy's size and less."""
    plain: Arrays = {}
    texts: dict[str, str] = {}
    for name, array in arrays.items():
        if array.dtype.kind == "U":
            joined = "\0".join(array.ravel().tolist()).encode("utf-8", "surrogateescape")
            plain[name] = np.frombuffer(joined, dtype=np.uint8)
            texts[_TEXT + name] = json.dumps(array.shape)
        else:
            plain[name] = np.asarray(array, order="C")
    return plain, texts


def _decoded(stored: Arrays, meta: Mapping[str, str]) -> Arrays:
    arrays = dict(stored)
    for key, shape in meta.items():
        if key.startswith(_TEXT):
            name = key.removeprefix(_TEXT)
            sizes = tuple(json.loads(shape))
            joined = arrays[name].tobytes().decode("utf-8", "surrogateescape")
            rows = joined.split("\0") if int(np.prod(sizes)) else []
            arrays[name] = np.array(rows, dtype=np.str_).reshape(sizes)
    return arrays


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut; Windows has no such call and needs none."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
