"""The gallery: one list of pictures, used for the data set, a matrix cell, a disagreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.gui import theme
from workbench.gui.selection import PictureItem
from workbench.gui.thumbnails import Thumbnails

ItemRole = int(Qt.ItemDataRole.UserRole) + 1
BOX = 104  # side of a thumbnail, in logical pixels
MARGIN = 6
WANT_DELAY_MS = 15  # after scrolling stops moving for this long, the visible pictures are asked for
AHEAD = 24  # pictures decoded beyond the visible ones

AnyIndex = QModelIndex | QPersistentModelIndex


class PictureModel(QAbstractListModel):
    """A list of pictures; nothing is decoded here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: Sequence[PictureItem] = ()

    def show_items(self, items: Sequence[PictureItem]) -> None:
        self.beginResetModel()
        self._items = items
        self.endResetModel()

    @property
    def items(self) -> Sequence[PictureItem]:
        return self._items

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role == ItemRole:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return item.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return describe(item)
        return None


def describe(item: PictureItem) -> str:
    """A picture in words, for tooltips and screen readers."""
    lines = [item.name, " · ".join(part for part in (item.target, item.split) if part)]
    lines += [f"{letter}: {name} {'✓' if right else '✗'}" for letter, name, right in item.predictions]
    return "\n".join(lines)


class PictureDelegate(QStyledItemDelegate):
    """Draws a thumbnail, its class, and a ✓ or ✗ for each run that has seen it."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def cell(self, metrics: QFontMetrics) -> QSize:
        """The size of one cell, the same for all."""
        return QSize(BOX + 2 * MARGIN, BOX + 3 * MARGIN + 2 * metrics.height())

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return self.cell(option.fontMetrics)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        item: PictureItem = index.data(ItemRole)
        tones = theme.tones()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = option.rect.adjusted(1, 1, -1, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(tones.accent), 2))
            painter.setBrush(QColor(tones.accent_soft))
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 7, 7)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tones.raised))
            painter.drawRoundedRect(frame, 7, 7)
        box = QRect(option.rect.left() + MARGIN, option.rect.top() + MARGIN, BOX, BOX)
        self._paint_picture(painter, box, item)
        self._paint_words(painter, box, option, item)
        painter.restore()

    def _paint_picture(self, painter: QPainter, box: QRect, item: PictureItem) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        ratio = painter.device().devicePixelRatioF()
        pixmap = self._thumbnails.get(item.file, round(BOX * ratio))
        if pixmap is None or pixmap.isNull():
            painter.setBrush(QColor(theme.tones().raised))
            painter.drawRoundedRect(box, 4, 4)
            if pixmap is not None:
                painter.setPen(theme.muted_text())
                painter.drawText(
                    box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.tr("not readable")
                )
            return
        width, height = round(pixmap.width() / ratio), round(pixmap.height() / ratio)
        place = QRect(box.left() + (BOX - width) // 2, box.top() + (BOX - height) // 2, width, height)
        painter.drawPixmap(place, pixmap)

    def _paint_words(
        self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, item: PictureItem
    ) -> None:
        metrics = option.fontMetrics
        line = QRect(box.left(), box.bottom() + MARGIN, BOX, metrics.height())
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        # Centred like the picture: with many sizes of pictures a ragged left edge looks disordered.
        painter.drawText(
            line,
            Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextSingleLine,
            metrics.elidedText(item.target, Qt.TextElideMode.ElideRight, BOX),
        )
        line.translate(0, metrics.height())
        if item.predictions:
            self._paint_marks(painter, line, metrics, item)
        else:
            painter.setPen(theme.muted_text())
            painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, item.split)

    def _paint_marks(self, painter: QPainter, line: QRect, metrics: QFontMetrics, item: PictureItem) -> None:
        marks = [f"{letter}{'✓' if right else '✗'}" for letter, _, right in item.predictions]
        gap = metrics.horizontalAdvance(" ")
        widths = [metrics.horizontalAdvance(mark) for mark in marks]
        left = line.left() + max(0, (BOX - sum(widths) - gap * (len(marks) - 1)) // 2)
        for mark, width, (_, _, right) in zip(marks, widths, item.predictions, strict=True):
            painter.setPen(QColor(theme.tones().muted if right else theme.tones().bad))
            painter.drawText(left, line.top() + metrics.ascent(), mark)
            left += width + gap


class GalleryView(QListView):
    """Pictures in rows. Arrow keys move, Enter and Space ask for the large picture."""

    item_chosen = Signal(object)  # PictureItem: the current one changed
    item_opened = Signal(object)  # PictureItem: the user wants to see it large

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gallery")
        self.setAccessibleName(self.tr("Pictures"))
        self._thumbnails = thumbnails
        self._model = PictureModel(self)
        self._delegate = PictureDelegate(thumbnails, self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        # A wrapping list, not IconMode: the latter keeps a tree of all items and stalls at 50,000.
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(2000)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setMinimumHeight(BOX // 2)
        self._size_cells()
        self._want_timer = QTimer(self)
        self._want_timer.setSingleShot(True)
        self._want_timer.setInterval(WANT_DELAY_MS)
        self._want_timer.timeout.connect(self.want_visible)
        self.verticalScrollBar().valueChanged.connect(self.on_moved)
        self.verticalScrollBar().rangeChanged.connect(self.on_moved)
        self.activated.connect(self.on_activated)
        self.selectionModel().currentChanged.connect(self.on_current_changed)
        thumbnails.arrived.connect(self.on_arrived)

    @property
    def items(self) -> Sequence[PictureItem]:
        """The pictures shown."""
        return self._model.items

    @property
    def current(self) -> PictureItem | None:
        index = self.currentIndex()
        return index.data(ItemRole) if index.isValid() else None

    def show_items(self, items: Sequence[PictureItem]) -> None:
        """Show exactly these pictures."""
        self._model.show_items(items)
        self.scrollToTop()
        self._want_timer.start()

    def choose(self, row: int) -> None:
        """Make picture `row` the current one and bring it into sight."""
        if 0 <= row < self._model.rowCount():
            index = self._model.index(row)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def step(self, by: int) -> None:
        """The next (1) or previous (-1) picture."""
        row = self.currentIndex().row() if self.currentIndex().isValid() else (-1 if by > 0 else 1)
        self.choose(min(max(row + by, 0), self._model.rowCount() - 1))

    def sizeHint(self) -> QSize:
        """One row of pictures."""
        cell = self.gridSize()
        return QSize(6 * cell.width(), cell.height() + 2 * MARGIN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._want_timer.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._size_cells()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current:
            self.item_opened.emit(self.current)
            return
        if event.key() in (Qt.Key.Key_J, Qt.Key.Key_K) and not event.modifiers():
            self.step(-1 if event.key() == Qt.Key.Key_K else 1)
            return
        super().keyPressEvent(event)

    @Slot()
    def on_moved(self) -> None:
        self._want_timer.start()

    @Slot(QModelIndex)
    def on_activated(self, index: QModelIndex) -> None:
        self.item_opened.emit(index.data(ItemRole))

    @Slot(QModelIndex, QModelIndex)
    def on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.item_chosen.emit(current.data(ItemRole))

    @Slot(object)
    def on_arrived(self, _files: frozenset[str]) -> None:
        # One repaint of what is visible; only that was asked for.
        self.viewport().update()

    @Slot()
    def want_visible(self) -> None:
        """Ask for the visible pictures and a few after them."""
        first, last = self._visible_rows()
        if first < 0 or not self.isVisible():
            return
        rows = range(first, min(last + AHEAD, self._model.rowCount() - 1) + 1)
        items = self._model.items
        box_px = round(BOX * self.devicePixelRatioF())
        self._thumbnails.want([items[row].file for row in rows], box_px)

    def _visible_rows(self) -> tuple[int, int]:
        """First and last visible row by arithmetic on the uniform grid; (-1, -1) when there is none."""
        count = self._model.rowCount()
        if not count:
            return -1, -1
        grid = self.gridSize()
        columns = max(1, self.viewport().width() // grid.width())
        top = self.verticalScrollBar().value() // grid.height()
        bottom = (self.verticalScrollBar().value() + self.viewport().height()) // grid.height()
        return min(top * columns, count - 1), min((bottom + 1) * columns - 1, count - 1)

    def _size_cells(self) -> None:
        self.setGridSize(self._delegate.cell(self.fontMetrics()))
