"""Horizontal bars from 0 to 1 in groups: one group per class, one bar per run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.gui import theme
from workbench.gui.charts.legend import fill_bar, letter_font

TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
NARROW_PX = 180  # below, only 0, 0.5 and 1 have room
LABEL_SHARE = 0.28  # of the width at most, for the class names
ROW = (0.95, 1.15, 1.7)  # height of a bar's row in lines of text: tight, as a rule, with room to spare
GROUP_GAP = 0.75  # of a row, between two groups
TIGHT_GAP = 0.3
WHISKER_PX = 4.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `value` from 0 to 1 (NaN: nothing to show), with an interval if `low` is a number."""

    run: int  # gives letter, colour and hatch
    value: float
    text: str
    hint: str = ""  # a sentence: tooltip and what a screen reader hears
    low: float = math.nan
    high: float = math.nan
    marked: bool = False  # the run's prediction


@dataclass(frozen=True, slots=True)
class BarGroup:
    """The bars of one class."""

    label: str
    bars: tuple[Bar, ...]
    note: str = ""  # below the label: "true class", "n = 12"
    strong: bool = False


class GroupedBars(QWidget):
    """Paints the groups one below the other; every bar is a door.

    Up and Down walk from bar to bar, Enter opens.
    """

    bar_clicked = Signal(int, int)  # group, bar

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[BarGroup, ...] = ()
        self._lines = 0  # of text, without the gaps
        self._current: tuple[int, int] | None = None
        self._is_door = True
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)

    def show_groups(self, groups: Sequence[BarGroup]) -> None:
        """Replace the bars; repaints once."""
        shape = [self._group_lines(group) for group in self._groups]
        self._groups = tuple(groups)
        self._lines = sum(self._group_lines(group) for group in groups)
        if shape != [self._group_lines(group) for group in self._groups]:
            self._current = None
            self.setMinimumHeight(self._height(ROW[0], TIGHT_GAP))
            self.updateGeometry()
        self.update()

    def set_door(self, is_door: bool) -> None:
        """Whether a click on a bar opens something."""
        self._is_door = is_door

    @property
    def groups(self) -> tuple[BarGroup, ...]:
        """What is shown."""
        return self._groups

    def rect_of(self, group: int, bar: int) -> QRectF:
        """The row of a bar, label excluded: where a click opens it."""
        left, right = self._plot()
        return QRectF(left, self._row_top(group, bar), right - left, self._row())

    # --- geometry

    def groups_that_fit(self, bars: int, height_px: int) -> int:
        """How many groups of `bars` bars can be seen at once in `height_px`, drawn tightly."""
        line = self.fontMetrics().height()
        return max(0, int((height_px - self._top()) / (line * ROW[0] * (bars + TIGHT_GAP))))

    def _density(self) -> tuple[float, float]:
        """Lines of text per row, and rows between groups, so that the bars fill the height they have."""
        room = (self.height() - self._top()) / self.fontMetrics().height()
        lines, groups = self._lines, len(self._groups)
        if not groups:
            return ROW[1], GROUP_GAP
        roomy = room / (lines + GROUP_GAP * groups)
        if roomy >= ROW[1]:
            return min(ROW[2], roomy), GROUP_GAP
        return min(ROW[1], max(ROW[0], room / (lines + TIGHT_GAP * groups))), TIGHT_GAP

    def _row(self) -> float:
        return self.fontMetrics().height() * self._density()[0]

    def _top(self) -> float:
        return self.fontMetrics().height() * 1.5

    def _group_lines(self, group: BarGroup) -> int:
        return max(len(group.bars), 2 if group.note else 1)

    def _row_top(self, group: int, bar: int) -> float:
        row, gap = self.fontMetrics().height() * self._density()[0], self._density()[1]
        before = self._groups[:group]
        lines = sum(self._group_lines(one) for one in before) + gap * len(before) + bar
        return self._top() + lines * row

    def _height(self, row: float, gap: float) -> int:
        lines = self._lines + gap * len(self._groups)
        return math.ceil(self._top() + lines * row * self.fontMetrics().height())

    def _label_width(self) -> float:
        texts = [text for group in self._groups for text in (group.label, group.note)]
        bold = QFont(self.font())
        bold.setBold(True)
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0) * 1.1 + 6
        return min(widest, self.width() * LABEL_SHARE)

    def _plot(self) -> tuple[float, float]:
        """Left and right end of the bars."""
        metrics = self.fontMetrics()
        left = self._label_width() + 10 + metrics.horizontalAdvance("M") * 1.6
        texts = [bar.text for group in self._groups for bar in group.bars]
        wide = max((metrics.horizontalAdvance(text) for text in texts), default=0)
        return left, max(left + 20, self.width() - wide - metrics.horizontalAdvance("M") * 2.2)

    def sizeHint(self) -> QSize:
        return QSize(320, self._height(ROW[1], GROUP_GAP))

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = self._plot()
        self._paint_axis(painter, left, right)
        for position, group in enumerate(self._groups):
            if self._row_top(position, 0) > event.rect().bottom():
                break
            self._paint_label(painter, position, group)
            for row, bar in enumerate(group.bars):
                self._paint_bar(painter, self.rect_of(position, row), bar, (position, row))
        painter.end()

    def _paint_axis(self, painter: QPainter, left: float, right: float) -> None:
        metrics = self.fontMetrics()
        font = letter_font(self.font())
        font.setBold(False)
        painter.setFont(font)
        narrow = right - left < NARROW_PX
        for tick in TICKS[:: 2 if narrow else 1]:
            x = round(left + tick * (right - left)) + 0.5
            painter.setPen(QPen(theme.line(), 1))
            painter.drawLine(QPointF(x, self._top() - 4), QPointF(x, self.height()))
            painter.setPen(theme.muted_text())
            box = QRectF(x - 30, 0, 60, metrics.height() * 1.2)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{tick:g}")

    def _paint_label(self, painter: QPainter, position: int, group: BarGroup) -> None:
        metrics = self.fontMetrics()
        font = QFont(self.font())
        font.setBold(group.strong)
        painter.setFont(font)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        width = self._label_width()
        lines = 2 if group.note else 1
        top = self._row_top(position, 0)
        top += (self._group_lines(group) - lines) * self._row() / 2
        box = QRectF(0, top, width, self._row())
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        text = metrics.elidedText(group.label, Qt.TextElideMode.ElideMiddle, int(width / 1.05))
        painter.drawText(box, align, text)
        if group.note:
            painter.setFont(self.font())
            painter.setPen(theme.muted_text())
            painter.drawText(box.translated(0, self._row()), align, group.note)

    def _paint_bar(self, painter: QPainter, row: QRectF, bar: Bar, place: tuple[int, int]) -> None:
        style = theme.run_style(bar.run)
        em = self.fontMetrics().horizontalAdvance("M")
        painter.setFont(letter_font(self.font()))
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        letter = QRectF(row.left() - em * 1.7, row.top(), em * 1.4, row.height())
        painter.drawText(letter, Qt.AlignmentFlag.AlignCenter, style.letter)
        end = row.left()
        if not math.isnan(bar.value):
            thickness = min(row.height() * 0.66, self.fontMetrics().height())
            top = row.top() + (row.height() - thickness) / 2
            width = max(1.0, bar.value * row.width())
            fill_bar(painter, QRectF(row.left() + 0.5, top, width, thickness), bar.run)
            end += width
            if not math.isnan(bar.low):
                end = max(end, self._paint_whisker(painter, row, bar))
        painter.setFont(self._text_font(bar))
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        text = QRectF(end + em * 0.6, row.top(), self.width() - end, row.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, bar.text)
        if self.hasFocus() and self._current == place:
            painter.setPen(QPen(theme.accent(), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(row.adjusted(-em * 1.8, 0.5, em * 0.4, -0.5), 3, 3)

    def _text_font(self, bar: Bar) -> QFont:
        font = QFont(self.font())
        font.setBold(bar.marked)
        return font

    def _paint_whisker(self, painter: QPainter, row: QRectF, bar: Bar) -> float:
        middle = row.center().y()
        low, high = (row.left() + min(1.0, max(0.0, at)) * row.width() for at in (bar.low, bar.high))
        ends = (
            (QPointF(low, middle), QPointF(high, middle)),
            (QPointF(low, middle - WHISKER_PX), QPointF(low, middle + WHISKER_PX)),
            (QPointF(high, middle - WHISKER_PX), QPointF(high, middle + WHISKER_PX)),
        )
        halo = QColor(theme.surface())
        for color, wide in ((halo, 3.5), (self.palette().color(QPalette.ColorRole.WindowText), 1.2)):
            painter.setPen(QPen(color, wide))
            for start, stop in ends:
                painter.drawLine(start, stop)
        return high

    # --- doors

    def _at(self, point: QPointF) -> tuple[int, int] | None:
        for position, group in enumerate(self._groups):
            for row in range(len(group.bars)):
                box = self.rect_of(position, row)
                if box.top() <= point.y() < box.bottom() and point.x() >= box.left() - 24:
                    return position, row
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self._go_to(place)
            if self._is_door:
                self.bar_clicked.emit(*place)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        door = self._is_door and self._at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if door else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        places = [(g, b) for g, group in enumerate(self._groups) for b in range(len(group.bars))]
        at = places.index(self._current) if self._current in places else -1
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        opens = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if step and places:
            self._go_to(places[max(0, min(len(places) - 1, at + step))])
        elif opens and at >= 0 and self._is_door:
            self.bar_clicked.emit(*places[at])
        else:
            super().keyPressEvent(event)

    def _go_to(self, place: tuple[int, int]) -> None:
        self._current = place
        self.setAccessibleDescription(self._groups[place[0]].bars[place[1]].hint)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._at(QPointF(event.pos()))
            hint = self._groups[place[0]].bars[place[1]].hint if place else ""
            QToolTip.showText(QPoint(event.globalPos()), hint, self)
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.setMinimumHeight(self._height(ROW[0], TIGHT_GAP))
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
