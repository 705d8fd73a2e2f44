"""How the window looks: two palettes of our own, one accent colour, six run styles.

The platform's palette is not used: asking Qt for a dark scheme does nothing on bare X servers and
offscreen. A widget that paints itself asks the functions below while painting, and repaints on
`QEvent.Type.PaletteChange`; it keeps no colour. What a style sheet cannot know is said by the
dynamic property `role` (see `mark`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLabel, QWidget

Scheme = Literal["system", "light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("system", "light", "dark")

PADDING_PX = 6  # between a field's border and its text
MAX_RUNS = 6  # letters A to F: more lines than that cannot be told apart


@dataclass(frozen=True, slots=True)
class Tones:
    """The colours of one scheme; text stands on window and surface with a contrast of 4.5:1 or more."""

    window: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str  # fills; `on_accent` is written on it
    on_accent: str
    link: str  # the accent as a text colour
    accent_soft: str  # a quiet fill: the chosen rail entry, a selected row
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str


LIGHT = Tones(
    window="#F4F6F9",
    surface="#FFFFFF",
    raised="#EBEFF4",
    line="#D9DFE7",
    text="#1B222C",
    muted="#596372",
    accent="#2563C9",
    on_accent="#FFFFFF",
    link="#1F5ABB",
    accent_soft="#E1EBFB",
    warn="#8A5A00",
    warn_soft="#FFF4DC",
    bad="#B3261E",
    bad_soft="#FDECEA",
)

DARK = Tones(
    window="#16191F",
    surface="#1F232B",
    raised="#2A303A",
    line="#353C48",
    text="#E3E8EF",
    muted="#A3ADBB",
    accent="#2F6FDB",
    on_accent="#FFFFFF",
    link="#8BB8FF",
    accent_soft="#23354F",
    warn="#F0C36D",
    warn_soft="#3A3018",
    bad="#FF9D94",
    bad_soft="#43211F",
)

# Six colours each, at least 3:1 against the surface. Their smallest distance in CIELAB, also as seen with
# protanopia, deuteranopia or tritanopia (Machado, Oliveira and Fernandes 2009), is 25; a test holds it.
_RUN_COLORS = {
    "light": ("#2457C5", "#E06A10", "#0E9F74", "#B277BA", "#76340F", "#2F2A38"),
    "dark": ("#4F79FF", "#E66C3C", "#63E39A", "#E2A4C3", "#F0EC6A", "#9376C8"),
}
# Splits are shades of one hue, not runs: they must not be taken for one.
_SPLIT_COLORS = {
    "light": {"train": "#3E6FB8", "val": "#8FB2E3", "test": "#C9D3E0"},
    "dark": {"train": "#5C8FDD", "val": "#3A5F99", "test": "#4A5362"},
}
_DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
    Qt.PenStyle.SolidLine,
)
_HATCHES = (
    Qt.BrushStyle.SolidPattern,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.Dense4Pattern,
    Qt.BrushStyle.FDiagPattern,
    Qt.BrushStyle.DiagCrossPattern,
    Qt.BrushStyle.HorPattern,
)
_SYMBOLS = ("s", "t1", "o", "d", "t", "star")  # pyqtgraph's names


@dataclass(frozen=True, slots=True)
class RunStyle:
    """How one run looks everywhere: a letter, a colour, and shapes for eyes that see no colour."""

    letter: str
    color: QColor
    dash: Qt.PenStyle
    hatch: Qt.BrushStyle
    symbol: str


def run_style(index: int) -> RunStyle:
    """The style of run number `index`, counted from 0; the seventh differs from the first by its letter."""
    turn = index % MAX_RUNS
    return RunStyle(
        letter=chr(ord("A") + index % 26),
        color=QColor(_RUN_COLORS[_name()][turn]),
        dash=_DASHES[turn],
        hatch=_HATCHES[turn],
        symbol=_SYMBOLS[turn],
    )


def is_dark() -> bool:
    """Whether the window is dark at this moment."""
    return QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


def tones() -> Tones:
    """The colours in use at this moment."""
    return DARK if is_dark() else LIGHT


def muted_text() -> QColor:
    """For what is read second: units, notes, axis labels."""
    return QColor(tones().muted)


def surface() -> QColor:
    """The background of cards, tables and charts."""
    return QColor(tones().surface)


def line() -> QColor:
    """Borders and grid lines."""
    return QColor(tones().line)


def accent() -> QColor:
    """The one accent colour, as a fill."""
    return QColor(tones().accent)


def split_color(split: str) -> QColor:
    """The fill of bars that count the pictures of `split`: train, val or test."""
    return QColor(_SPLIT_COLORS[_name()][split])


def picture_ground() -> QColor:
    """The neutral grey behind pictures: the same in both schemes, so that pictures look the same."""
    return QColor("#7D8187")


def apply(app: QApplication, scheme: Scheme) -> None:
    """Dress the whole program; `system` follows the desktop, also when the desktop changes its mind."""
    from workbench.gui.style_sheet import sheet

    watch = app.findChild(_SystemScheme)
    if watch is None:
        watch = _SystemScheme(app)
    watch.following = scheme == "system"
    dark = scheme == "dark" or (scheme == "system" and watch.is_dark())
    chosen = DARK if dark else LIGHT
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    # Without a sheet in between, Qt compares old and new rules widget by widget: 0.9 s instead of 0.2 s.
    app.setStyleSheet("")
    app.setPalette(_palette(chosen))
    app.setStyleSheet(sheet(chosen, app.font().pointSizeF()))


def mark(widget: QWidget, role: str) -> None:
    """Tell the style sheet what `widget` is.

    Labels: title, heading, muted, small, number, badge, warn, bad. Frames: card, zone, notice. Buttons:
    primary, link, quiet, danger, chip.
    """
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # else Qt reads it when it first shows
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def label(text: str, role: str = "") -> QLabel:
    """A label that wraps and is dressed for `role`."""
    made = QLabel(text)
    made.setWordWrap(True)
    if role:
        mark(made, role)
    return made


def pad(box: QAbstractSpinBox) -> None:
    """Move a number box's text off its border: style sheets pad every field but this one."""
    box.lineEdit().setTextMargins(PADDING_PX, 0, 0, 0)


class _SystemScheme(QObject):
    """Applies the theme again when the desktop turns dark or light."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.following = False
        self._app = app
        app.styleHints().colorSchemeChanged.connect(self.on_desktop_changed)

    def is_dark(self) -> bool:
        return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def on_desktop_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self.following:
            apply(self._app, "system")


def _name() -> str:
    return "dark" if is_dark() else "light"


def _palette(chosen: Tones) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for name, color in (
        (role.Window, chosen.window),
        (role.WindowText, chosen.text),
        (role.Base, chosen.surface),
        (role.AlternateBase, chosen.raised),
        (role.Text, chosen.text),
        (role.PlaceholderText, chosen.muted),
        (role.Button, chosen.surface),
        (role.ButtonText, chosen.text),
        (role.BrightText, chosen.bad),
        (role.ToolTipBase, chosen.raised),
        (role.ToolTipText, chosen.text),
        (role.Highlight, chosen.accent),
        (role.HighlightedText, chosen.on_accent),
        (role.Accent, chosen.accent),
        (role.Link, chosen.link),
        (role.LinkVisited, chosen.link),
        (role.Light, chosen.surface),
        (role.Midlight, chosen.raised),
        (role.Mid, chosen.line),
        (role.Dark, chosen.line),
        (role.Shadow, chosen.line),
    ):
        palette.setColor(name, QColor(color))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, name, QColor(chosen.muted))
    palette.setColor(group.Disabled, role.Highlight, QColor(chosen.line))
    return palette
