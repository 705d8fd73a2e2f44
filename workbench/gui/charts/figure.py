"""What every figure offers: the same content as a table, a copy, and one sentence for screen readers."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QGuiApplication,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.gui import theme

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Table:
    """The content of a figure in rows."""

    headers: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()

    def to_csv(self) -> str:
        """The table as CSV text, numbers in full."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.headers)
        writer.writerows(self.rows)
        return text.getvalue()


class TableModel(QAbstractTableModel):
    """Shows a Table in a view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = Table()

    def show_table(self, table: Table) -> None:
        """Replace the content."""
        self.beginResetModel()
        self._table = table
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._table.headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value = self._table.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{value:.4f}" if isinstance(value, float) else str(value)
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(value, int | float):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._table.headers[section]
        return None


class Figure(QFrame):
    """A titled card around a drawing. Subclasses add the drawing with `add_drawing`.

    The menu (right click, or the button at the top right) shows the figure as a table and copies
    it as a picture or as CSV.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._title = theme.label(title, "heading")
        self._title.setWordWrap(False)
        self._subtitle = ElidedLabel()
        self.tools = QHBoxLayout()
        self.tools.setSpacing(6)
        header = QHBoxLayout()
        header.setSpacing(10)
        header.addWidget(self._title)
        header.addWidget(self._subtitle, 1)
        header.addLayout(self.tools)
        header.addWidget(self._menu_button())
        self._stack = QStackedWidget()
        self._model = TableModel(self)
        self._table_view = self._build_table()
        self._table = Table()
        self._stack.addWidget(self._table_view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 12)
        layout.setSpacing(8)
        layout.addLayout(header)
        layout.addWidget(self._stack, 1)
        self.setAccessibleName(title)

    def _menu_button(self) -> QToolButton:
        self._as_table = QAction(self.tr("View as table"), self, checkable=True)
        self._as_table.toggled.connect(self.on_as_table)
        copy_picture = QAction(self.tr("Copy picture"), self)
        copy_picture.setShortcut(QKeySequence("Ctrl+Shift+C"))
        copy_picture.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy_picture.triggered.connect(self.on_copy_picture)
        copy_csv = QAction(self.tr("Copy data as CSV"), self)
        copy_csv.triggered.connect(self.on_copy_csv)
        self.addActions([self._as_table, copy_picture, copy_csv])
        self._menu = QMenu(self)
        self._menu.addActions(self.actions())
        button = QToolButton()
        button.setText("⋯")
        button.setToolTip(self.tr("View as table, copy picture, copy data"))
        button.setAccessibleName(self.tr("Figure menu"))
        button.setMenu(self._menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _build_table(self) -> QTableView:
        view = QTableView()
        view.setModel(self._model)
        view.setObjectName("figure_table")
        view.setAccessibleName(self.tr("The figure as a table"))
        view.setToolTip(self.tr("The same content as the figure"))
        view.verticalHeader().hide()
        view.setShowGrid(False)
        view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        return view

    def add_drawing(self, drawing: QWidget) -> None:
        """Show `drawing` as the figure."""
        self._stack.insertWidget(0, drawing)
        self._stack.setCurrentIndex(0)

    def show_title(self, title: str) -> None:
        """Change what stands above the figure."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def show_subtitle(self, text: str) -> None:
        """What the numbers were measured on, beside the title."""
        self._subtitle.setText(text)

    def show_content(self, table: Table, sentence: str) -> None:
        """Keep the figure's content as a table and as one sentence."""
        self._table = table
        self.setAccessibleDescription(sentence)
        if self._as_table.isChecked():
            self._model.show_table(table)

    @property
    def table(self) -> Table:
        """What "View as table" shows."""
        return self._table

    @Slot(bool)
    def on_as_table(self, checked: bool) -> None:
        """Show the table instead of the drawing, or the drawing again."""
        if checked:
            self._model.show_table(self._table)
        self._as_table.setChecked(checked)
        self._stack.setCurrentWidget(self._table_view if checked else self._stack.widget(0))

    @Slot()
    def on_copy_picture(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.grab())

    @Slot()
    def on_copy_csv(self) -> None:
        QGuiApplication.clipboard().setText(self._table.to_csv())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._menu.popup(event.globalPos())


class ElidedLabel(QLabel):
    """A quiet line that ends in … where it does not fit; the tooltip has it in full."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        theme.mark(self, "muted")
        self.setToolTip(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.muted_text())
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class WholeLabel(QLabel):
    """A text of several lines that is never cut: what stands below it has to make room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setMinimumHeight(max(0, self.heightForWidth(self.width())))


def hint_label(text: str) -> QLabel:
    """One quiet line below a figure."""
    made = theme.label(text, "muted")
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    return made
