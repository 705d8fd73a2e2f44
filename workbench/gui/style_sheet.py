"""The style sheet, written from the tones of one scheme; sizes follow the desktop's font."""

from __future__ import annotations

from pathlib import Path
from string import Template

from workbench.gui.theme import Tones

ICONS = Path(__file__).parent / "icons"

_SHEET = Template(
    """
QLabel[role="title"] { font-size: ${title}pt; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading}pt; font-weight: 600; }
QLabel[role="number"] { font-size: ${title}pt; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${small}pt; }
QLabel[role="warn"] { color: $warn; }
QLabel[role="bad"] { color: $bad; }
QLabel[role="badge"] { color: $muted; background: $raised; border-radius: 8px; padding: 2px 8px; }

QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: 10px; }
QFrame[role="zone"] { background: $surface; border: 2px dashed $line; border-radius: 16px; }
QFrame[role="zone"][hot="true"] { background: $accent_soft; border-color: $accent; }
QFrame[role="notice"] { border: 1px solid $line; border-radius: 8px; background: $surface; }
QFrame[role="notice"][level="warn"] { background: $warn_soft; border-color: $warn; }
QFrame[role="notice"][level="error"] { background: $bad_soft; border-color: $bad; }
QFrame[role="rail"] { background: $surface; border: 0; border-right: 1px solid $line; }

QPushButton { background: $surface; color: $text; border: 1px solid $line; border-radius: 7px;
  padding: 6px 14px; }
QPushButton:hover { background: $raised; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border: 1px solid $accent; }
QPushButton:disabled { color: $muted; background: $window; }
QPushButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent;
  font-weight: 600; padding: 8px 20px; }
QPushButton[role="primary"]:hover, QPushButton[role="primary"]:focus { border: 1px solid $text; }
QPushButton[role="primary"]:disabled { background: $raised; color: $muted; border: 1px solid $line; }
QPushButton[role="link"] { background: transparent; border: 1px solid transparent; color: $link;
  padding: 3px 6px; text-align: left; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border: 1px solid $accent; }
QPushButton[role="link"]:disabled { color: $muted; }
QPushButton[role="quiet"] { background: transparent; border: 1px solid transparent; padding: 5px 10px; }
QPushButton[role="quiet"]:hover { background: $raised; }
QPushButton[role="quiet"]:focus { border: 1px solid $accent; }
QPushButton[role="danger"] { color: $bad; }
QPushButton[role="chip"] { background: $accent_soft; color: $text; border: 1px solid transparent;
  border-radius: 11px; padding: 3px 10px; }
QPushButton[role="chip"]:focus, QPushButton[role="chip"]:hover { border: 1px solid $accent; }
QPushButton::menu-indicator { image: none; width: 0; }

QToolButton { border: 1px solid transparent; border-radius: 7px; padding: 4px; background: transparent; }
QToolButton:hover { background: $raised; }
QToolButton:focus { border: 1px solid $accent; }
QToolButton::menu-indicator { image: none; }
QToolButton[role="stage"] { padding: 8px 2px 6px 2px; border-radius: 10px; color: $muted; }
QToolButton[role="stage"]:checked { background: $accent_soft; color: $text; font-weight: 600; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: $surface; color: $text; border: 1px solid $line; border-radius: 7px; padding: 4px 8px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
  border: 1px solid $accent; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { color: $muted;
  background: $window; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: ${field}px; }
QSpinBox, QDoubleSpinBox { padding: 4px 20px 4px 8px; }
QAbstractSpinBox > QLineEdit { border: 0; padding: 0; min-height: 0; background: transparent; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-origin: border; subcontrol-position: top right;
  width: 18px; border: 0; margin: 2px 2px 0 0; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-origin: border;
  subcontrol-position: bottom right; width: 18px; border: 0; margin: 0 2px 2px 0; }
QSpinBox::up-button:hover, QDoubleSpinBox::up-button:hover, QSpinBox::down-button:hover,
QDoubleSpinBox::down-button:hover { background: $raised; border-radius: 4px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$icons/chevron-up.svg"); width: 9px; height: 9px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$icons/chevron-down.svg"); width: 9px;
  height: 9px; }
QComboBox { padding-right: 22px; }
QComboBox::drop-down { subcontrol-origin: border; subcontrol-position: center right; width: 22px; border: 0; }
QComboBox::down-arrow { image: url("$icons/chevron-down.svg"); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $line;
  selection-background-color: $accent_soft; selection-color: $text; outline: 0; padding: 4px; }

QCheckBox::indicator, QTableView::indicator, QListView::indicator {
  width: 14px; height: 14px; border: 1px solid $muted;
  border-radius: 4px; background: $surface; }
QCheckBox::indicator:focus { border: 2px solid $accent; }
QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked {
  background: $accent; border-color: $accent;
  image: url("$icons/check.svg"); }

QAbstractScrollArea { border: 0; }
QScrollArea { background: transparent; }
QTableView, QTreeView, QListView { background: $surface; alternate-background-color: $window; color: $text;
  border: 1px solid $line; border-radius: 8px; gridline-color: $line; outline: 0;
  selection-background-color: $accent_soft; selection-color: $text; }
QListWidget::item { padding: 5px 6px; }
QListView#gallery { background: transparent; border: 1px solid transparent; }
QListView#gallery:focus { border: 1px solid $line; }
QTableView::item, QTreeView::item { padding: 4px 6px; }
QTableView::item:focus { border: 1px solid $accent; }
QTableView:focus, QTreeView:focus, QListView:focus { border: 1px solid $accent; }
QHeaderView { background: $surface; border: 0; }
QHeaderView::section { background: $surface; color: $muted; border: 0; border-bottom: 1px solid $line;
  padding: 6px 8px; font-weight: 600; }
QTableCornerButton::section { background: $surface; border: 0; }

QTabWidget::pane { border: 0; border-top: 1px solid $line; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $muted; border: 0; border-bottom: 2px solid transparent;
  padding: 6px 14px; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:focus { color: $link; }

QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 4px; }
QScrollBar::handle:vertical { min-height: 28px; margin: 2px; }
QScrollBar::handle:horizontal { min-width: 28px; margin: 2px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $raised; border: 0; border-radius: 4px; min-height: 8px; max-height: 8px;
  color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }

QMenuBar { background: $surface; border-bottom: 1px solid $line; padding: 2px 4px; }
QMenuBar::item { padding: 5px 10px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: $raised; }
QMenu { background: $surface; border: 1px solid $line; padding: 5px; }
QMenu::item { padding: 6px 28px 6px 24px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 5px 7px; }

QStatusBar { background: $surface; border-top: 1px solid $line; color: $muted; }
QStatusBar::item { border: 0; }
QStatusBar QLabel { color: $muted; padding: 0 6px; }
QMainWindow::separator { background: $window; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $accent; }
QDockWidget { color: $muted; titlebar-close-icon: url("$icons/close.svg");
  titlebar-normal-icon: url("$icons/float.svg"); }
QDockWidget::close-button, QDockWidget::float-button { border: 0; border-radius: 4px; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: $raised; }
QDockWidget::title { background: $window; padding: 6px 10px; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $accent_soft; }
"""
)


def sheet(tones: Tones, point_size: float) -> str:
    """The program's style sheet; `point_size` is the body text in points."""
    names = {name: getattr(tones, name) for name in tones.__slots__}
    return _SHEET.substitute(
        names,
        title=round(point_size * 1.6, 1),
        heading=round(point_size * 1.18, 1),
        small=round(point_size * 0.88, 1),
        field=round(point_size * 2),  # a line of text with air, in logical pixels
        icons=ICONS.as_posix(),
    )
