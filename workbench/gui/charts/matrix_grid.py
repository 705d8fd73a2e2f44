"""One confusion matrix, painted: rows are true classes, columns predicted ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
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

from workbench.gui import numbers, theme

LABEL_PX = 110  # class names longer than that are elided; the tooltip has them in full
CELL_PX = (22, 64)  # smallest and largest side of a cell
DARK_SHARE = 0.55  # from here on the shade is so strong that white text reads better


class MatrixGrid(QWidget):
    """Shade: share of the true class (0 to 1, the same scale everywhere); number: pictures.

    Arrow keys walk, Enter opens; a click opens the pictures of the cell.
    """

    cell_clicked = Signal(int, int)  # true, predicted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[str, ...] = ()
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._share: NDArray[np.float64] = np.zeros((0, 0))
        self._cell = float(CELL_PX[0])
        self._current: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def counts(self) -> NDArray[np.int64]:
        """What is shown: [C, C], rows true, columns predicted."""
        return self._counts

    def show_counts(self, classes: Sequence[str], counts: NDArray[np.int64]) -> None:
        """counts [C, C]: rows true, columns predicted."""
        self._classes, self._counts = tuple(classes), counts
        total = counts.sum(axis=1, keepdims=True)
        self._share = np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)
        self._current = None
        self.updateGeometry()
        self.update()

    def set_cell(self, side_px: float) -> None:
        """The side of a cell, kept within readable bounds."""
        self._cell = float(min(CELL_PX[1], max(CELL_PX[0], side_px)))
        self.updateGeometry()
        self.update()

    def labels_px(self) -> tuple[float, float]:
        """Room for row labels (width) and column labels (height)."""
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name in self._classes), default=0) + 8
        width = min(widest, LABEL_PX)
        upright = widest > self._cell
        return width, (width if upright else metrics.height() * 1.3)

    def sizeHint(self) -> QSize:
        left, top = self.labels_px()
        side = self._cell * len(self._classes)
        return QSize(math.ceil(left + side + 2), math.ceil(top + side + 2))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def rect_of(self, true: int, predicted: int) -> QRectF:
        """Where a cell stands."""
        left, top = self.labels_px()
        return QRectF(left + predicted * self._cell, top + true * self._cell, self._cell, self._cell)

    def sentence_of(self, true: int, predicted: int) -> str:
        """A cell in words."""
        n, total = int(self._counts[true, predicted]), int(self._counts[true].sum())
        return self.tr("true {true}, predicted {predicted}: {n} of {total} ({share})").format(
            true=self._classes[true],
            predicted=self._classes[predicted],
            n=numbers.whole(n),
            total=numbers.whole(total),
            share=numbers.percent(float(self._share[true, predicted])),
        )

    # --- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_labels(painter)
        font = QFont(self.font())
        largest = max(len(numbers.whole(int(self._counts.max()))) if self._counts.size else 1, 2)
        font.setPixelSize(max(8, int(min(self._cell * 0.42, 1.45 * self._cell / largest))))
        painter.setFont(font)
        for true in range(len(self._classes)):
            for predicted in range(len(self._classes)):
                self._paint_cell(painter, true, predicted)
        if self.hasFocus() and self._current is not None:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect_of(*self._current).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_cell(self, painter: QPainter, true: int, predicted: int) -> None:
        share, n = float(self._share[true, predicted]), int(self._counts[true, predicted])
        box = self.rect_of(true, predicted).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.fillRect(box, shade(share))
        painter.setPen(QPen(theme.line(), 1 if true != predicted else 1.6))
        painter.drawRect(box)
        if n:
            strong = QColor("white") if share > DARK_SHARE else self._text()
            painter.setPen(strong)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, numbers.whole(n))

    def _text(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.WindowText)

    def _paint_labels(self, painter: QPainter) -> None:
        metrics = self.fontMetrics()
        left, top = self.labels_px()
        upright = top > metrics.height() * 1.5
        painter.setPen(theme.muted_text())
        middle = Qt.AlignmentFlag.AlignVCenter
        for i, name in enumerate(self._classes):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, int(left) - 6)
            row = QRectF(0, top + i * self._cell, left - 6, self._cell)
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | middle, text)
            if upright:
                painter.save()
                painter.translate(left + i * self._cell, top - 5)
                painter.rotate(-90)
                box = QRectF(0, 0, top - 6, self._cell)
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft | middle, text)
                painter.restore()
            else:
                box = QRectF(left + i * self._cell, 0, self._cell, top - 2)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    # --- doors

    def _at(self, point: QPointF) -> tuple[int, int] | None:
        left, top = self.labels_px()
        column, row = (int((point.x() - left) // self._cell), int((point.y() - top) // self._cell))
        inside = 0 <= row < len(self._classes) and 0 <= column < len(self._classes)
        return (row, column) if inside else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(cell)
            self.cell_clicked.emit(*cell)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        inside = self._at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if inside else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        key = Qt.Key(event.key())
        last = len(self._classes) - 1
        if key in steps and last >= 0:
            row, column = self._current or (0, 0)
            if self._current is not None:
                row, column = row + steps[key][0], column + steps[key][1]
            self._go_to((max(0, min(last, row)), max(0, min(last, column))))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._current:
            self.cell_clicked.emit(*self._current)
        else:
            super().keyPressEvent(event)

    def _go_to(self, cell: tuple[int, int]) -> None:
        self._current = cell
        self.setAccessibleDescription(self.sentence_of(*cell))
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._at(QPointF(event.pos()))
            QToolTip.showText(QPoint(event.globalPos()), self.sentence_of(*cell) if cell else "", self)
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.updateGeometry()
            self.update()


def shade(share: float) -> QColor:
    """From the surface (0) to the accent colour (1)."""
    ground, full = theme.surface(), theme.accent()
    strength = math.sqrt(share)  # small shares must be seen: they are the mistakes
    mixed = (
        round(a + (b - a) * strength) for a, b in zip(ground.getRgb()[:3], full.getRgb()[:3], strict=True)
    )
    return QColor(*mixed)
