"""The gallery with its head line: which pictures, how many of how many, and in what order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.gallery import GalleryView
from workbench.gui.numbers import whole
from workbench.gui.picture_window import PictureWindow
from workbench.gui.selection import PictureItem, PictureList, Selection
from workbench.gui.thumbnails import Thumbnails

SORTABLE = 200_000  # sorting more in the window's thread would be felt
LONGEST_CHIP = 60  # letters; the rest is in the tooltip


class PicturePanel(QWidget):
    """Shows the pictures behind a number; the chip says which, its ✕ returns to all pictures."""

    filter_removed = Signal()

    def __init__(self, thumbnails: Thumbnails, selection: Selection, background: Background) -> None:
        super().__init__()
        self.setObjectName("picture_panel")
        self._selection = selection
        self._list = PictureList("", ())
        self._window = PictureWindow(background, self)
        self._chip = QPushButton()
        self._chip.setObjectName("filter_chip")
        theme.mark(self._chip, "chip")
        self._chip.setCursor(Qt.CursorShape.PointingHandCursor)
        self._count = QLabel()
        self._count.setObjectName("picture_count")
        theme.mark(self._count, "muted")
        self._order = QComboBox()
        self._order.setObjectName("picture_order")
        self._order.setAccessibleName(self.tr("Order"))
        self._order.setToolTip(self.tr("In which order the pictures are shown"))
        self._order.addItems(
            [self.tr("as listed"), self.tr("by name"), self.tr("by class"), self.tr("wrong first")]
        )
        self.gallery = GalleryView(thumbnails, self)
        self._empty = theme.label("", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.gallery)
        self._pages.addWidget(self._empty)
        self._lay_out()
        self._chip.clicked.connect(self.filter_removed)
        self._order.currentIndexChanged.connect(self.on_order_chosen)
        self.gallery.item_chosen.connect(self.on_item_chosen)
        self.gallery.item_opened.connect(self.on_item_opened)
        self._window.stepped.connect(self.gallery.step)
        self.show_pictures(PictureList("", ()))

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        self._head.setSpacing(10)
        self._head.addWidget(self._chip)
        self._head.addWidget(self._count)
        self._head.addStretch(1)
        self._head.addWidget(self._order)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 8)
        layout.setSpacing(6)
        layout.addLayout(self._head)
        layout.addWidget(self._pages, 1)

    def add_control(self, widget: QWidget) -> None:
        """Put a filter of the owner's into the head line, before the order."""
        self._head.insertWidget(self._head.count() - 1, widget)

    def focus_filters(self) -> None:
        """Bring the keyboard to the first filter, or to the pictures where there is none."""
        target = next((box for box in self.findChildren(QComboBox) if box.isVisible()), self.gallery)
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def pictures(self) -> PictureList:
        return self._list

    @Slot(object)
    def show_pictures(self, pictures: PictureList) -> None:
        """Show exactly these pictures."""
        self._list = pictures
        title = pictures.title
        self._chip.setVisible(bool(title))
        self._chip.setText(
            (title if len(title) <= LONGEST_CHIP else title[: LONGEST_CHIP - 1] + "…") + "   ✕"
        )
        self._chip.setToolTip(self.tr("{filter}\nClick to show all pictures again").format(filter=title))
        self._chip.setAccessibleName(self.tr("Remove the filter {filter}").format(filter=title))
        self._count.setText(_count_text(pictures))
        if title:
            self._empty.setText(self.tr("No picture matches “{filter}”.").format(filter=title))
        else:
            self._empty.setText(self.tr("Click a number or a bar to see the pictures behind it."))
        self._pages.setCurrentIndex(0 if len(pictures.items) else 1)
        self._order.setVisible(1 < len(pictures.items) <= SORTABLE)
        self._show_ordered()

    @Slot(int)
    def on_order_chosen(self, _index: int) -> None:
        self._show_ordered()

    @Slot(object)
    def on_item_chosen(self, item: PictureItem) -> None:
        self._selection.select_sample(item.key)
        if self._window.isVisible():
            self._window.show_item(item)

    @Slot(object)
    def on_item_opened(self, item: PictureItem) -> None:
        self._window.show_item(item)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def _show_ordered(self) -> None:
        items = self._list.items
        order = self._order.currentIndex()
        if order and len(items) <= SORTABLE:
            items = _ordered(items, order)
        self.gallery.show_items(items)


def _ordered(items: Sequence[PictureItem], order: int) -> list[PictureItem]:
    if order == 1:
        return sorted(items, key=lambda item: item.name)
    if order == 2:
        return sorted(items, key=lambda item: (item.target, item.name))
    # Python's sort keeps the listed order among equals.
    return sorted(items, key=lambda item: -sum(not right for _, _, right in item.predictions))


def _count_text(pictures: PictureList) -> str:
    count = len(pictures.items)
    if not count and not pictures.total:
        return ""
    splits = {item.split for item in pictures.items} if count <= SORTABLE else set()
    text = whole(count)
    if pictures.total and pictures.total != count:
        text += f" of {whole(pictures.total)}"
    split = next(iter(splits)) if len(splits) == 1 else ""
    return f"{text} · {split}" if split else f"{text} pictures" if count != 1 else "1 picture"
