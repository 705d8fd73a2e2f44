"""One bar per class, stacked by split: how many pictures there are, and the door to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.core.samples import SPLITS, Samples, Split
from workbench.gui import theme
from workbench.gui.numbers import pictures, whole

LONGEST_NAME = 22  # average letters before a class name is elided
GAP = 10
ROUNDING_PX = 2  # of text widths at fractional scales: a name that fits is not elided


@dataclass(frozen=True, slots=True)
class ClassCount:
    """Pictures of one class in train, val and test, and those that stand in none of them."""

    name: str
    parts: tuple[int, int, int]
    unassigned: int = 0

    @property
    def total(self) -> int:
        return sum(self.parts) + self.unassigned


def count_classes(samples: Samples, split: Split | None) -> tuple[ClassCount, ...]:
    """The counts of each class, in class order."""
    classes = len(samples.classes)
    alone = np.bincount(samples.target, minlength=classes)
    if split is None:
        return tuple(
            ClassCount(name, (0, 0, 0), int(n)) for name, n in zip(samples.classes, alone, strict=True)
        )
    parts = np.stack(
        [np.bincount(samples.target[split.part == part], minlength=classes) for part in range(len(SPLITS))],
        axis=1,
    )
    return tuple(
        ClassCount(name, (int(row[0]), int(row[1]), int(row[2])), int(n - row.sum()))
        for name, row, n in zip(samples.classes, parts, alone, strict=True)
    )


class ClassBars(QWidget):
    """Draws the counts. A click, or Enter on the current row, asks for the pictures behind it."""

    pictures_wanted = Signal(str, str)  # class, split ("" for all)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("class_bars")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Pictures per class"))
        self._counts: tuple[ClassCount, ...] = ()
        self._row = 0
        self._hover: tuple[int, str] | None = None

    @property
    def counts(self) -> tuple[ClassCount, ...]:
        return self._counts

    def show_counts(self, counts: tuple[ClassCount, ...]) -> None:
        """Draw these counts."""
        self._counts = counts
        self._row = min(self._row, max(0, len(counts) - 1))
        words = [f"{count.name} {whole(count.total)}" for count in counts]
        self.setAccessibleDescription(", ".join(words))
        # Fixed at once: while the bars are hidden no layout would hear of their new height.
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, max(1, len(self._counts)) * self._pitch())

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _pitch(self) -> int:
        return self.fontMetrics().height() + 7

    def _name_width(self) -> int:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(count.name) for count in self._counts), default=0)
        return min(widest + ROUNDING_PX, LONGEST_NAME * metrics.averageCharWidth(), self.width() // 3)

    def _segments(self, row: int) -> list[tuple[str, QRect]]:
        """The bar of `row` as (split, rectangle)."""
        count = self._counts[row]
        largest = max(1, max(count.total for count in self._counts))
        left = self._name_width() + GAP
        room = self.width() - left - self.fontMetrics().horizontalAdvance(whole(largest)) - GAP
        top, height = row * self._pitch() + 4, self._pitch() - 8
        found, start = [], 0
        for split, number in [*zip(SPLITS, count.parts, strict=True), ("", count.unassigned)]:
            begin, end = round(start / largest * room), round((start + number) / largest * room)
            if end > begin:
                found.append((split, QRect(left + begin, top, end - begin, height)))
            start += number
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, tones = self.fontMetrics(), theme.tones()
        pitch, name_width = self._pitch(), self._name_width()
        first = max(0, event.rect().top() // pitch)
        last = min(len(self._counts) - 1, event.rect().bottom() // pitch)
        for row in range(first, last + 1):
            count = self._counts[row]
            line = QRect(0, row * pitch, self.width(), pitch)
            current = row == self._row and self.hasFocus()
            if current or (self._hover is not None and self._hover[0] == row):
                painter.setPen(QPen(QColor(tones.accent), 1) if current else Qt.PenStyle.NoPen)
                painter.setBrush(QColor(tones.raised))
                painter.drawRoundedRect(line.adjusted(0, 1, -1, -1), 5, 5)
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            name = metrics.elidedText(count.name, Qt.TextElideMode.ElideMiddle, name_width)
            painter.drawText(line.adjusted(4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
            segments = self._segments(row)
            for split, rect in segments:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.split_color(split) if split else QColor(tones.line))
                painter.drawRect(rect)
                if self._hover == (row, split):
                    painter.setPen(QPen(QColor(tones.text), 1.5))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(rect)
            end = segments[-1][1].right() if segments else name_width + GAP
            painter.setPen(theme.muted_text())
            painter.drawText(
                QRect(end + 7, line.top(), line.right() - end, pitch),
                Qt.AlignmentFlag.AlignVCenter,
                whole(count.total),
            )

    def _at(self, event: QMouseEvent | QHelpEvent) -> tuple[int, str] | None:
        position = event.position().toPoint() if isinstance(event, QMouseEvent) else event.pos()
        row = position.y() // self._pitch()
        if not 0 <= row < len(self._counts):
            return None
        for split, rect in self._segments(row):
            if rect.adjusted(0, -4, 0, 4).contains(position):
                return row, split
        return row, ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._at(event)
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._hover else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        found = self._at(event)
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._row = found[0]
            self.pictures_wanted.emit(self._counts[found[0]].name, found[1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps and self._counts:
            self._row = min(max(self._row + steps[Qt.Key(event.key())], 0), len(self._counts) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._counts:
            self.pictures_wanted.emit(self._counts[self._row].name, "")
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._counts:
            self.setFixedHeight(self.sizeHint().height())

    def focusInEvent(self, event: QEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._at(event)
            text = self._words(*found) if found is not None else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _words(self, row: int, split: str) -> str:
        count = self._counts[row]
        if split:
            return self.tr("{name}, {split}: {pictures}").format(
                name=count.name, split=split, pictures=pictures(count.parts[SPLITS.index(split)])
            )
        parts = ", ".join(f"{name} {whole(n)}" for name, n in zip(SPLITS, count.parts, strict=True))
        return self.tr("{name}: {pictures} ({parts})").format(
            name=count.name, pictures=pictures(count.total), parts=parts
        )


class SplitLegend(QWidget):
    """Names the shades of the bars; a click asks for the pictures of a split."""

    part_wanted = Signal(str)  # train, val or test

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._totals: tuple[int, ...] = (0, 0, 0)
        self.setToolTip(self.tr("Click to see the pictures of a split"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_totals(self, totals: tuple[int, ...]) -> None:
        """How many pictures stand in train, val and test."""
        self._totals = totals
        self.setAccessibleName(", ".join(self._texts()))
        self.updateGeometry()
        self.update()

    def _texts(self) -> list[str]:
        return [f"{name} {whole(total)}" for name, total in zip(SPLITS, self._totals, strict=True)]

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = sum(metrics.horizontalAdvance(text) + 34 for text in self._texts())
        return QSize(width, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def part_at(self, x: int) -> str:
        """Which split is named at `x`, or ""."""
        left = 0
        for split, text in zip(SPLITS, self._texts(), strict=True):
            left += self.fontMetrics().horizontalAdvance(text) + 34
            if x < left:
                return split
        return ""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        part = self.part_at(int(event.position().x()))
        if part and event.button() == Qt.MouseButton.LeftButton:
            self.part_wanted.emit(part)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, left = self.fontMetrics(), 0
        middle = self.height() // 2
        for split, text in zip(SPLITS, self._texts(), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.split_color(split))
            painter.drawRoundedRect(left, middle - 5, 10, 10, 2, 2)
            painter.setPen(theme.muted_text())
            painter.drawText(left + 16, middle + metrics.ascent() // 2 - 1, text)
            left += metrics.horizontalAdvance(text) + 34
