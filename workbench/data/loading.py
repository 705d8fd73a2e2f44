"""Many pictures as arrays: decoded ahead in threads, in order, and kept if they are wanted again."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workbench.core.errors import ProjectError
from workbench.core.stopping import Interrupted, Stop, Stopped, never
from workbench.data.images import DECODER, PictureSpec, read_square

# More threads than this bring nothing: the rest of a picture's way runs under the interpreter's lock.
MOST_THREADS = 4

WRITE_BATCH = 64  # pictures between two questions whether to stop, while an array is written

# A kept array: this mark, the header's length, the header, pixels from HEADER_BYTES on.
MARK = b"workbench pictures 1\n"
HEADER_BYTES = 1024


def stream(
    files: Sequence[Path], spec: PictureSpec, batch_size: int, threads: int = 0
) -> Iterator[NDArray[np.uint8]]:
    """Batches [B, S, S, 3] of `files` in their order; the last one may be smaller.

    At most two batches are decoded ahead of the one handed out. `threads` 0: as many as help.
    Closing the generator ends its threads. Raises PictureError (a DataError) at the picture that
    cannot be decoded.
    """
    pool = ThreadPoolExecutor(threads or min(MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="decode")
    ahead: deque[list[Future[NDArray[np.uint8]]]] = deque()
    try:
        for start in range(0, len(files), batch_size):
            ahead.append([pool.submit(read_square, f, spec) for f in files[start : start + batch_size]])
            if len(ahead) > 2:
                yield _batch(ahead.popleft())
        while ahead:
            yield _batch(ahead.popleft())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _batch(futures: list[Future[NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    return np.stack([future.result() for future in futures])


def cached(
    files: Sequence[Path],
    contents: Sequence[str],
    spec: PictureSpec,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
    stopped: Stopped = never,
) -> NDArray[np.uint8]:
    """All pictures [N, S, S, 3], memory-mapped from `folder`; decoded now if they are not there yet.

    The file is named by decoder, spec and contents [N] in their order, so renamed pictures are found
    again and changed ones are not mistaken. A file whose header or length does not fit is written
    anew. Raises PictureError, ProjectError when it cannot be written, Interrupted.
    """
    header = _header(contents, spec)
    place = folder / f"{hashlib.sha256(header).hexdigest()[:32]}.pictures"
    shape = (len(files), spec.size_px, spec.size_px, 3)
    if not _fits(place, header, shape):
        _write(place, header, files, spec, progress, stopped)
    return np.memmap(place, dtype=np.uint8, mode="r", offset=HEADER_BYTES, shape=shape)


def _header(contents: Sequence[str], spec: PictureSpec) -> bytes:
    values = {
        "shape": [len(contents), spec.size_px, spec.size_px, 3],
        "spec": spec.fingerprint(),
        "decoder": DECODER,
        "contents": hashlib.sha256("\n".join(contents).encode()).hexdigest(),
    }
    header = MARK + json.dumps(values, sort_keys=True).encode() + b"\n"
    assert len(header) <= HEADER_BYTES, "the header has a fixed place"
    return header.ljust(HEADER_BYTES)


def _fits(place: Path, header: bytes, shape: tuple[int, ...]) -> bool:
    try:
        with place.open("rb") as file:
            whole = os.fstat(file.fileno()).st_size == HEADER_BYTES + int(np.prod(shape, dtype=np.int64))
            return whole and file.read(HEADER_BYTES) == header
    except OSError:
        return False


def _write(
    place: Path,
    header: bytes,
    files: Sequence[Path],
    spec: PictureSpec,
    progress: Callable[[int, int], None] | None,
    stopped: Stopped,
) -> None:
    beside = place.with_name(f"{place.name}.{uuid.uuid4().hex}.part")
    done = 0
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(header)
            for batch in stream(files, spec, WRITE_BATCH):
                file.write(batch.data)
                done += len(batch)
                if progress is not None:
                    progress(done, len(files))
                if (wish := stopped()) is not Stop.NO:
                    raise Interrupted(wish)
        os.replace(beside, place)
    except OSError as error:
        raise ProjectError(
            f"decoded pictures could not be kept in {place.parent}: {error.strerror}. Free some space "
            "or check that the project's folder can be written, then start again"
        ) from None
    finally:
        beside.unlink(missing_ok=True)
