"""One picture as large as the window allows."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.gallery import describe
from workbench.gui.selection import PictureItem
from workbench.gui.thumbnails import fitted, read_picture

LARGEST_PX = 2048  # a screenful; larger originals are read smaller


class PictureView(QWidget):
    """A picture fitted into the widget, on neutral grey."""

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picture")
        self.setAccessibleName(self.tr("Picture"))
        self._background = background
        self._image = QImage()
        self._words = ""
        self._scaled = QImage()
        self.setMinimumSize(160, 120)

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def show_file(self, file: str) -> None:
        """Read and show `file`."""
        self._words = self.tr("Reading…")
        self.update()
        self._background.ask(lambda: read_picture(file, LARGEST_PX), self.on_read, key=f"picture{id(self)}")

    def show_nothing(self) -> None:
        """Forget the picture."""
        self._background.forget(f"picture{id(self)}")
        self._image, self._scaled, self._words = QImage(), QImage(), ""
        self.update()

    @Slot(object)
    def on_read(self, image: QImage) -> None:
        self._image, self._scaled = image, QImage()
        self._words = self.tr("This picture cannot be read any more.") if image.isNull() else ""
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scaled = QImage()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.picture_ground())
        if self._words and self._image.isNull():
            painter.setPen(Qt.GlobalColor.white)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
            return
        if self._image.isNull():
            return
        ratio = self.devicePixelRatioF()
        if self._scaled.isNull():
            self._scaled = fitted(self._image, self.size() * ratio)
            self._scaled.setDevicePixelRatio(ratio)
        size = self._scaled.deviceIndependentSize().toSize()
        place = QRect((self.width() - size.width()) // 2, (self.height() - size.height()) // 2, 0, 0)
        painter.drawImage(place.topLeft(), self._scaled)


class PictureWindow(QDialog):
    """A picture at large with what is known of it; arrow keys go on, Space and Esc close."""

    stepped = Signal(int)  # 1: next, -1: previous

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picture_window")
        self.setModal(False)
        self.resize(900, 680)
        self._view = PictureView(background, self)
        self._words = theme.label("")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self._view, 1)
        layout.addWidget(self._words)

    def show_item(self, item: PictureItem) -> None:
        """Show a picture and its words."""
        self.setWindowTitle(item.name)
        self._words.setText(" · ".join(describe(item).splitlines()))
        self._view.show_file(item.file)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_J: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_K: -1}
        if event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Space:
            self.close()
        else:
            super().keyPressEvent(event)
