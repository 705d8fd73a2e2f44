"""Small pictures for lists, decoded in threads: visible ones first, those scrolled away not at all."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QImageReader, QPixmap

from workbench.core.errors import WorkbenchError

DECODERS = 2  # threads; more would take the cores from training
CACHE_BYTES = 128 * 2**20
TICK_MS = 33  # decoded pictures are shown 30 times a second, all that have come at once


def read_picture(file: str, box_px: int) -> QImage:
    """The picture at `file` upright, fitted into a square of `box_px`; a null image when unreadable.

    May be called in any thread.
    """
    reader = QImageReader(file)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > box_px:
        # Asked of the decoder: a JPEG is then decoded at an eighth of its size, many times faster.
        reader.setScaledSize(size.scaled(box_px, box_px, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        image = _read_like_training(file)
    return image if image.isNull() else fitted(image, QSize(box_px, box_px))


def fitted(image: QImage, box: QSize) -> QImage:
    """`image` scaled into `box`; tiny pictures keep their hard pixels, so that one sees what is there."""
    size = image.size().scaled(box, Qt.AspectRatioMode.KeepAspectRatio)
    if size == image.size():
        return image
    enlarged = size.width() >= 2 * image.width()
    mode = (
        Qt.TransformationMode.FastTransformation if enlarged else Qt.TransformationMode.SmoothTransformation
    )
    return image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, mode)


def _read_like_training(file: str) -> QImage:
    """What the heads would see, for kinds of files that Qt cannot read."""
    from workbench.data.images import decode

    try:
        picture = decode(Path(file))
    except (WorkbenchError, OSError):
        return QImage()
    width, height = picture.size
    # copy(): the bytes end with this function.
    return QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class _Shelf:
    """What is wanted and what has been decoded: the one object that both sides touch, under a lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wanted: deque[tuple[str, int]] = deque()
        self.ready: list[tuple[tuple[str, int], QImage]] = []
        self.workers = 0

    def next(self) -> tuple[str, int] | None:
        with self.lock:
            if self.wanted:
                return self.wanted.popleft()
            self.workers -= 1
            return None

    def put(self, key: tuple[str, int], image: QImage) -> None:
        with self.lock:
            self.ready.append((key, image))


class _Decoder(QRunnable):
    def __init__(self, shelf: _Shelf) -> None:
        super().__init__()
        self._shelf = shelf

    def run(self) -> None:
        while (key := self._shelf.next()) is not None:
            self._shelf.put(key, read_picture(*key))


class Thumbnails(QObject):
    """A bounded cache of small pictures; the least recently shown ones go first."""

    arrived = Signal(object)  # frozenset[str]: files whose picture can now be had

    def __init__(self, parent: QObject | None = None, cache_bytes: int = CACHE_BYTES) -> None:
        super().__init__(parent)
        self._cache: OrderedDict[tuple[str, int], QPixmap] = OrderedDict()
        self._cache_bytes, self._used_bytes = cache_bytes, 0
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(DECODERS)
        self._shelf = _Shelf()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.take_ready)

    def get(self, file: str, box_px: int) -> QPixmap | None:
        """The picture if it is here; a null pixmap if it cannot be read; None if it must be asked for."""
        key = (file, box_px)
        found = self._cache.get(key)
        if found is not None:
            self._cache.move_to_end(key)
        return found

    def want(self, files: Sequence[str], box_px: int) -> None:
        """Decode these, in this order; what was asked for before and is not among them is dropped."""
        missing = [key for file in files if (key := (file, box_px)) not in self._cache]
        with self._shelf.lock:
            self._shelf.wanted = deque(missing)
            fresh = min(len(missing), DECODERS) - self._shelf.workers
            self._shelf.workers += max(fresh, 0)
        for _ in range(fresh):
            self._pool.start(_Decoder(self._shelf))
        if missing:
            self._timer.start()

    def close(self) -> None:
        """End the threads."""
        with self._shelf.lock:
            self._shelf.wanted.clear()
        self._timer.stop()
        self._pool.waitForDone()

    @Slot()
    def take_ready(self) -> None:
        """Make pixmaps of what the threads have decoded; called by the timer."""
        with self._shelf.lock:
            ready, self._shelf.ready = self._shelf.ready, []
            busy = self._shelf.workers > 0
        for key, image in ready:
            self._keep(key, QPixmap.fromImage(image))
        if ready:
            self.arrived.emit(frozenset(file for (file, _), _ in ready))
        elif not busy:
            self._timer.stop()

    def _keep(self, key: tuple[str, int], pixmap: QPixmap) -> None:
        if key in self._cache:
            return
        self._cache[key] = pixmap
        self._used_bytes += _bytes(pixmap)
        while self._used_bytes > self._cache_bytes and len(self._cache) > 1:
            _, dropped = self._cache.popitem(last=False)
            self._used_bytes -= _bytes(dropped)


def _bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
