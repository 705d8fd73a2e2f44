"""What an empty window shows: drop a folder here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.icon import picture


def paths_in(mime: QMimeData) -> tuple[Path, ...]:
    """The files and folders that are being dragged: all are taken, so that a wrong one is answered."""
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())


class DropZone(QFrame):
    """Says what to drop, takes it, and offers the other ways in."""

    dropped = Signal(object)  # tuple[Path, ...]
    open_wanted = Signal()
    sample_wanted = Signal()
    recent_chosen = Signal(object)  # Path

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drop_zone")
        self.setAcceptDrops(True)
        theme.mark(self, "zone")
        self._open = QPushButton(self.tr("Open folder…"))
        self._open.setObjectName("open_folder")
        theme.mark(self._open, "primary")
        self._open.setToolTip(self.tr("Choose a folder that holds one sub-folder of pictures per class"))
        self._sample = QPushButton(self.tr("Use sample pictures"))
        self._sample.setObjectName("use_sample")
        self._sample.setToolTip(self.tr("Packaged handwritten digits, ten classes: nothing is downloaded"))
        self._recent = QPushButton(self.tr("Open recent"))
        self._recent.setObjectName("open_recent")
        self._recent.setToolTip(self.tr("Projects opened before"))
        self._menu = QMenu(self)
        self._recent.setMenu(self._menu)
        self._lay_out()
        self._open.clicked.connect(self.open_wanted)
        self._sample.clicked.connect(self.sample_wanted)
        self.show_recent(())

    def _lay_out(self) -> None:
        title = theme.label(self.tr("Drop a folder of pictures here"), "title")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = theme.label(
            self.tr(
                "One sub-folder per class. Your files are only read, never changed, "
                "and nothing leaves this computer."
            ),
            "muted",
        )
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layouts = QHBoxLayout()
        layouts.setSpacing(28)
        layouts.addStretch(1)
        for tree, caption in (
            (((0, "cats/"), (1, ""), (0, "dogs/"), (1, "")), self.tr("classes")),
            (((0, "train/"), (1, "cats/"), (1, "dogs/"), (0, "test/")), self.tr("fixed splits")),
            (((0, "cats/"), (1, "2024/"), (2, ""), (0, "dogs/")), self.tr("nested folders")),
        ):
            layouts.addWidget(_Layout(tree, caption))
        layouts.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        for button in (self._open, self._sample, self._recent):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 32, 32, 32)
        layout.setSpacing(16)
        layout.addStretch(2)
        layout.addWidget(_Emblem(), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(title)
        layout.addWidget(words)
        layout.addSpacing(8)
        layout.addLayout(layouts)
        layout.addSpacing(12)
        layout.addLayout(buttons)
        layout.addStretch(3)

    def show_recent(self, projects: tuple[Path, ...]) -> None:
        """Offer these projects; those that are gone say so."""
        self._menu.clear()
        for project in projects:
            action = self._menu.addAction(project.name)
            action.setToolTip(str(project))
            if project.is_dir():
                action.triggered.connect(lambda _checked=False, path=project: self.recent_chosen.emit(path))
            else:
                action.setText(self.tr("{name} (not found)").format(name=project.name))
                action.setEnabled(False)
        self._recent.setVisible(bool(projects))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths_in(event.mimeData()):
            self._glow(hot=True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._glow(hot=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._glow(hot=False)
        paths = paths_in(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def _glow(self, *, hot: bool) -> None:
        self.setProperty("hot", "true" if hot else "false")
        self.style().unpolish(self)
        self.style().polish(self)


class _Emblem(QWidget):
    """The folder above the words."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(56, 52)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(2, 0, picture("folder", 52, theme.tones().link, ratio))


class _Layout(QWidget):
    """A small drawing of folders that are understood."""

    def __init__(self, tree: tuple[tuple[int, str], ...], caption: str) -> None:
        super().__init__()
        self._tree, self._caption = tree, caption
        words = ", ".join(name.rstrip("/") for _, name in tree if name)
        self.setAccessibleName(
            self.tr("Accepted layout: {caption} ({words})").format(caption=caption, words=words)
        )
        self.setToolTip(self.accessibleName())

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(15 * metrics.averageCharWidth() + 40, (len(self._tree) + 2) * (metrics.height() + 6))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, tones = self.fontMetrics(), theme.tones()
        pitch = metrics.height() + 6
        painter.setPen(QPen(QColor(tones.line), 1))
        painter.setBrush(QColor(tones.window))
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, len(self._tree) * pitch + 13), 8, 8)
        for row, (depth, name) in enumerate(self._tree):
            corner = QPoint(12 + 16 * depth, 8 + row * pitch)
            if name:
                self._folder(painter, corner, QColor(tones.accent))
                painter.setPen(QColor(tones.text))
                painter.drawText(corner.x() + 20, corner.y() + metrics.ascent() + 1, name)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                for number, shade in enumerate(("#8FA3BF", "#A9B8A4", "#C2A78F", "#9C9BB5")):
                    painter.setBrush(QColor(shade))
                    painter.drawRoundedRect(corner.x() + number * 18, corner.y() + 1, 14, 13, 2, 2)
        painter.setPen(QColor(tones.muted))
        caption = self.rect().adjusted(0, len(self._tree) * pitch + 18, 0, 0)
        painter.drawText(caption, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self._caption)

    def _folder(self, painter: QPainter, corner: QPoint, color: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(corner.x(), corner.y() + 2, 7, 5, 1.5, 1.5)
        painter.drawRoundedRect(corner.x(), corner.y() + 4, 14, 10, 2, 2)
