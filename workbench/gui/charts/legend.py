"""Which letter, colour and shape belong to which run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from workbench.gui import theme
from workbench.gui.charts.flow import FlowLayout

SOFT_ALPHA = 70  # of 255: the ground below a hatch


@dataclass(frozen=True, slots=True)
class RunKey:
    """A run as figures show it: its place in the order (which gives letter and colour) and its name."""

    index: int
    label: str

    @property
    def letter(self) -> str:
        return theme.run_style(self.index).letter

    def __str__(self) -> str:
        return f"{self.letter} {self.label}"


def fill_bar(painter: QPainter, rect: QRectF, index: int) -> None:
    """Paint a bar in the colour and hatch of run `index`."""
    style = theme.run_style(index)
    soft = QColor(style.color)
    if style.hatch != Qt.BrushStyle.SolidPattern:
        soft.setAlpha(SOFT_ALPHA)
    painter.fillRect(rect, soft)
    if style.hatch != Qt.BrushStyle.SolidPattern:
        painter.fillRect(rect, QBrush(style.color, style.hatch))
    painter.setPen(QPen(style.color, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)


def swatch(index: int, size: QSize, ratio: float, *, line: bool) -> QPixmap:
    """A sample of run `index`: its line with its dash, or its bar with its hatch."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    style = theme.run_style(index)
    if line:
        painter.setPen(QPen(style.color, 2, style.dash))
        middle = size.height() / 2
        painter.drawLine(QPointF(1, middle), QPointF(size.width() - 1, middle))
    else:
        side = size.height() - 4
        fill_bar(painter, QRectF(size.width() - side - 1.5, 2.5, side - 1, side - 1), index)
    painter.end()
    return pixmap


class RunLegend(QWidget):
    """The runs of a figure in one or more lines; with `checkable`, boxes that show and hide them."""

    toggled = Signal(int, bool)  # run index, shown

    def __init__(
        self, *, checkable: bool = False, lines: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._checkable = checkable
        self._lines = lines
        self._runs: tuple[RunKey, ...] = ()
        self._entries: list[QWidget] = []
        self._flow = FlowLayout(self, spacing=16)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_runs(self, runs: Sequence[RunKey]) -> None:
        """Replace the entries, unless they are the same."""
        if tuple(runs) == self._runs:
            return
        self._runs = tuple(runs)
        while self._flow.takeAt(0) is not None:
            pass
        for entry in self._entries:
            entry.setParent(None)
            entry.deleteLater()
        self._entries = [self._entry(run) for run in runs]
        for entry in self._entries:
            self._flow.addWidget(entry)
            entry.show()
        self._paint_entries()
        self.updateGeometry()

    def _entry(self, run: RunKey) -> QWidget:
        if not self._checkable:
            return _Sample(run)
        box = QCheckBox(str(run))
        box.setChecked(True)
        box.setToolTip(self.tr("Show or hide {run}").format(run=run))
        box.toggled.connect(lambda shown, index=run.index: self.toggled.emit(index, shown))
        return box

    def _paint_entries(self) -> None:
        ratio = self.devicePixelRatioF()
        size = QSize(26 if self._lines else 14, 14)
        for run, entry in zip(self._runs, self._entries, strict=True):
            pixmap = swatch(run.index, size, ratio, line=self._lines)
            if isinstance(entry, QCheckBox):
                entry.setIconSize(size)
                entry.setIcon(QIcon(pixmap))
            elif isinstance(entry, _Sample):
                entry.picture.setPixmap(pixmap)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_entries()


class _Sample(QWidget):
    """A swatch and the run's name."""

    def __init__(self, run: RunKey) -> None:
        super().__init__()
        self.picture = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.picture)
        layout.addWidget(QLabel(str(run)))


def letter_font(base: QFont) -> QFont:
    """The font of a run's letter beside its bar."""
    font = QFont(base)
    font.setBold(True)
    font.setPointSizeF(max(6.0, base.pointSizeF() * 0.85))
    return font
