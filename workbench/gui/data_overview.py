"""A data set at a glance: class bars, split, checks, and all pictures."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core.recipe import DataSettings, SplitSettings
from workbench.core.samples import SPLITS
from workbench.experiment.views import DataView
from workbench.gui import numbers, theme
from workbench.gui.background import Background
from workbench.gui.data_bars import ClassBars, ClassCount, SplitLegend, count_classes
from workbench.gui.issues_card import IssuesCard
from workbench.gui.numbers import whole
from workbench.gui.picture_panel import PicturePanel
from workbench.gui.sample_pictures import SamplePictures, copies, rows_of
from workbench.gui.selection import PictureList, Selection
from workbench.gui.split_card import SplitCard
from workbench.gui.thumbnails import Thumbnails


class DataOverview(QWidget):
    """Shows a DataView; edits of the split are reported, not carried out."""

    split_edited = Signal(object)  # SplitSettings
    metadata_chosen = Signal(str)
    train_wanted = Signal()

    def __init__(self, thumbnails: Thumbnails, selection: Selection, background: Background) -> None:
        super().__init__()
        self._view: DataView | None = None
        self._title = theme.label("", "title")
        self._title.setObjectName("data_title")
        self._where = theme.label("", "muted")
        self._train = QPushButton(self.tr("Go to Train"))
        self._train.setObjectName("go_to_train")
        self.bars = ClassBars()
        self._legend = SplitLegend()
        self._table = QTableWidget()
        self._as_table = QPushButton(self.tr("View as table"))
        self.split_card = SplitCard()
        self.issues_card = IssuesCard()
        self.pictures = PicturePanel(thumbnails, selection, background)
        self._class = QComboBox()
        self._part = QComboBox()
        self._lay_out()
        self.bars.pictures_wanted.connect(self.show_class)
        self.split_card.split_edited.connect(self.split_edited)
        self.split_card.metadata_chosen.connect(self.metadata_chosen)
        self.issues_card.duplicates_wanted.connect(self.show_copies)
        self._legend.part_wanted.connect(self.show_part)
        self._class.activated.connect(self.on_filter_chosen)
        self._part.activated.connect(self.on_filter_chosen)
        self.pictures.filter_removed.connect(self.show_all)
        self._as_table.toggled.connect(self.on_table_toggled)
        self._train.clicked.connect(self.train_wanted)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._where)
        head.addLayout(words, 1)
        head.addWidget(self._train, 0, Qt.AlignmentFlag.AlignTop)
        theme.mark(self._train, "primary")
        cards = QHBoxLayout()
        cards.setSpacing(12)
        cards.addWidget(self._bars_card(), 5)
        cards.addWidget(_scrolling(self.split_card), 5)
        cards.addWidget(_scrolling(self.issues_card), 4)
        upper = QWidget()
        upper_layout = QVBoxLayout(upper)
        upper_layout.setContentsMargins(20, 14, 20, 4)
        upper_layout.setSpacing(12)
        upper_layout.addLayout(head)
        upper_layout.addLayout(cards, 1)
        self._add_filters()
        lower = QFrame()
        theme.mark(lower, "card")
        lower_layout = QVBoxLayout(lower)
        lower_layout.setContentsMargins(6, 8, 6, 2)
        lower_layout.addWidget(self.pictures)
        framed = QWidget()
        framed_layout = QVBoxLayout(framed)
        framed_layout.setContentsMargins(20, 4, 20, 14)
        framed_layout.addWidget(lower)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setObjectName("data_splitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(upper)
        splitter.addWidget(framed)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([330, 330])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _bars_card(self) -> QFrame:
        card = QFrame()
        theme.mark(card, "card")
        theme.mark(self._as_table, "link")
        self._as_table.setCheckable(True)
        self._as_table.setObjectName("classes_as_table")
        self._as_table.setToolTip(self.tr("The same numbers as a table, for reading aloud and copying"))
        self._table.setObjectName("class_table")
        self._table.setAccessibleName(self.tr("Pictures per class and split"))
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.cellActivated.connect(self.on_cell_activated)
        head = QHBoxLayout()
        head.addWidget(theme.label(self.tr("Classes"), "heading"), 1)
        head.addWidget(self._as_table)
        self._bar_pages = QStackedWidget()
        self._bar_pages.addWidget(_scrolling(self.bars))
        self._bar_pages.addWidget(self._table)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(16, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._bar_pages, 1)
        layout.addWidget(self._legend)
        card.setMinimumHeight(150)
        return card

    def _add_filters(self) -> None:
        for box, name, what in (
            (self._class, "filter_class", self.tr("Class")),
            (self._part, "filter_split", self.tr("Split")),
        ):
            box.setObjectName(name)
            box.setAccessibleName(what)
            box.setToolTip(self.tr("Show only some pictures"))
            self.pictures.add_control(box)

    def show_data(self, view: DataView, data: DataSettings, split: SplitSettings) -> None:
        """Show a data set and its split."""
        self._view = view
        samples = view.samples
        counts = count_classes(samples, view.split)
        self._title.setText(f"{numbers.pictures(len(samples))}, {numbers.classes(len(samples.classes))}")
        self._where.setText(data.path if data.kind == "folder" else self.tr("Sample: handwritten digits"))
        self._train.setEnabled(not view.problem)
        self._train.setToolTip(view.problem or self.tr("Choose heads and start (Ctrl+2)"))
        self.bars.show_counts(counts)
        self._legend.show_totals(
            tuple(sum(count.parts[part] for count in counts) for part in range(len(SPLITS)))
        )
        self._fill_table(counts)
        self.split_card.show_split(samples, view.split, split)
        self.issues_card.show_data(samples, view.problem, view.split.duplicates if view.split else 0)
        for box, first, names in (
            (self._class, self.tr("all classes"), samples.classes),
            (self._part, self.tr("all splits"), SPLITS),
        ):
            kept = box.currentText()
            box.clear()
            box.addItem(first, "")
            for name in names:
                box.addItem(name, name)
            box.setCurrentIndex(max(0, box.findText(kept)))
        self.on_filter_chosen()

    @Slot(str, str)
    def show_class(self, class_name: str, part: str) -> None:
        """Show the pictures of one class and split ("" for all) in the gallery."""
        self._class.setCurrentIndex(max(0, self._class.findData(class_name)))
        self._part.setCurrentIndex(max(0, self._part.findData(part)))
        self.on_filter_chosen()

    @Slot(str)
    def show_part(self, part: str) -> None:
        """Show the pictures of a split, of every class."""
        self.show_class("", part)

    @Slot()
    def show_all(self) -> None:
        self.show_class("", "")

    @Slot()
    def on_filter_chosen(self) -> None:
        if self._view is None:
            return
        samples, split = self._view.samples, self._view.split
        name, part = self._class.currentData() or "", self._part.currentData() or ""
        rows = rows_of(samples, split, name, part)
        title = " · ".join(text for text in (name, part) if text)
        self.pictures.show_pictures(PictureList(title, SamplePictures(samples, split, rows), len(samples)))

    @Slot()
    def show_copies(self) -> None:
        """Show the pictures that have an identical copy."""
        if self._view is not None:
            samples, split = self._view.samples, self._view.split
            found = SamplePictures(samples, split, copies(samples))
            self.pictures.show_pictures(PictureList(self.tr("identical copies"), found, len(samples)))

    @Slot(bool)
    def on_table_toggled(self, on: bool) -> None:
        self._bar_pages.setCurrentIndex(1 if on else 0)
        self._as_table.setText(self.tr("View as bars") if on else self.tr("View as table"))

    @Slot(int, int)
    def on_cell_activated(self, row: int, column: int) -> None:
        part = SPLITS[column - 1] if 1 <= column <= len(SPLITS) else ""
        self.show_class(self.bars.counts[row].name, part)

    def _fill_table(self, counts: tuple[ClassCount, ...]) -> None:
        self._table.setRowCount(len(counts))
        self._table.setColumnCount(2 + len(SPLITS))
        self._table.setHorizontalHeaderLabels([self.tr("class"), *SPLITS, self.tr("all")])
        for row, count in enumerate(counts):
            for column, text in enumerate((count.name, *map(whole, count.parts), whole(count.total))):
                cell = QTableWidgetItem(text)
                if column:
                    cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._table.setItem(row, column, cell)
        self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)


def _scrolling(widget: QWidget) -> QScrollArea:
    """`widget` where it has room, else scrolled."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    # setWidget() turns this on, and the window's grey would show on the white card.
    area.viewport().setAutoFillBackground(False)
    widget.setAutoFillBackground(False)
    return area
