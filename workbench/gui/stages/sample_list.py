"""The pictures of a comparison in a telling order, as a list that never holds more rows than are seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.gui import numbers, theme
from workbench.gui.answers import Answers

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
MARGIN_PX = 8


class SampleListModel(QAbstractListModel):
    """Rows of an Answers in some order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answers: Answers | None = None
        self._rows: NDArray[np.intp] = np.zeros(0, np.intp)
        self._sure: NDArray[np.float64] = np.zeros(0)

    def show_rows(self, answers: Answers | None, rows: NDArray[np.intp]) -> None:
        """Replace the list."""
        self.beginResetModel()
        self._answers, self._rows = answers, rows
        self._sure = answers.sureness() if answers is not None else np.zeros(0)
        self.endResetModel()

    @property
    def rows(self) -> NDArray[np.intp]:
        """The rows of the answers, in the order of the list."""
        return self._rows

    def place_of(self, row: int) -> int | None:
        """Where a row of the answers stands in the list."""
        found = np.flatnonzero(self._rows == row)
        return int(found[0]) if found.size else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._answers is None:
            return None
        row = int(self._rows[index.row()])
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self._answers.sample[row].rpartition("/")[2]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return self.words(row)
        return None

    def words(self, row: int) -> str:
        """A picture in one sentence."""
        assert self._answers is not None
        item = self._answers.picture(row)
        said = ", ".join(f"{letter}: {name}" for letter, name, _right in item.predictions)
        return f"{item.name} · " + self.tr("true {target} · {said}").format(target=item.target, said=said)

    def marks(self, row: int) -> list[tuple[str, bool]]:
        """Every run's letter and whether it is right."""
        assert self._answers is not None
        return [(letter, right) for letter, _name, right in self._answers.picture(row).predictions]

    def line(self, row: int) -> str:
        """The second line: true class and how sure the runs are."""
        assert self._answers is not None
        target = self._answers.classes[self._answers.target[row]]
        return f"{target} · {numbers.probability(float(self._sure[row]))}"


class SampleDelegate(QStyledItemDelegate):
    """Two lines: the name; the true class, how sure, and a ✓ or ✗ per run."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, round(QFontMetrics(option.font).height() * 2.6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, SampleListModel)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.tones().accent_soft))
            painter.drawRoundedRect(option.rect.adjusted(2, 1, -2, -1), 6, 6)
        box = option.rect.adjusted(MARGIN_PX, 4, -MARGIN_PX, -4)
        metrics = QFontMetrics(option.font)
        upper = QRect(box.left(), box.top(), box.width(), box.height() // 2)
        lower = upper.translated(0, box.height() // 2)
        row = int(index.data(ROW_ROLE))
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        left = self._paint_marks(painter, lower, option.font, model.marks(row))
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, upper.width())
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        painter.drawText(upper, middle, name)
        painter.setPen(theme.muted_text())
        room = left - lower.left() - MARGIN_PX
        painter.drawText(
            lower, middle, metrics.elidedText(model.line(row), Qt.TextElideMode.ElideRight, room)
        )
        painter.restore()

    def _paint_marks(self, painter: QPainter, box: QRect, base: QFont, marks: list[tuple[str, bool]]) -> int:
        """Marks from the right end; returns where they begin."""
        metrics = QFontMetrics(base)
        x = box.right()
        for position, (letter, right) in reversed(list(enumerate(marks))):
            text = f"{letter}{'✓' if right else '✗'}"
            width = metrics.horizontalAdvance(text)
            x -= width
            painter.setPen(theme.run_style(position).color)
            painter.drawText(
                QRect(x, box.top(), width + 2, box.height()), Qt.AlignmentFlag.AlignVCenter, text
            )
            x -= MARGIN_PX // 2
        return x
