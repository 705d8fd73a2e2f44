"""Own drawings as icons, tinted with the theme's colours."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from workbench.gui import theme
from workbench.gui.style_sheet import ICONS

SIZES = (16, 20, 24)
RATIOS = (1, 2, 3)  # device pixels per logical pixel
DRAWN_IN = "#808a98"  # the stroke colour in the files


def icon(name: str) -> QIcon:
    """The icon `name` in the theme of this moment: quiet, and in the accent colour when checked."""
    return _icon(name, theme.tones())


@cache
def _icon(name: str, tones: theme.Tones) -> QIcon:
    drawing = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    made = QIcon()
    for color, mode, state in (
        (tones.muted, QIcon.Mode.Normal, QIcon.State.Off),
        (tones.link, QIcon.Mode.Normal, QIcon.State.On),
        (tones.text, QIcon.Mode.Active, QIcon.State.Off),
        (tones.link, QIcon.Mode.Active, QIcon.State.On),
        (tones.line, QIcon.Mode.Disabled, QIcon.State.Off),
    ):
        renderer = QSvgRenderer(QByteArray(drawing.replace(DRAWN_IN, color).encode()))
        for size in SIZES:
            for ratio in RATIOS:
                made.addPixmap(_drawn(renderer, size, ratio), mode, state)
    return made


def picture(name: str, size: int, color: str, ratio: float) -> QPixmap:
    """The drawing `name` as one pixmap of `size` logical pixels."""
    drawing = (ICONS / f"{name}.svg").read_text(encoding="utf-8").replace(DRAWN_IN, color)
    return _drawn(QSvgRenderer(QByteArray(drawing.encode())), size, ratio)


def application_icon() -> QIcon:
    """The program's own icon."""
    return QIcon(str(ICONS / "workbench.svg"))


def _drawn(renderer: QSvgRenderer, size: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
