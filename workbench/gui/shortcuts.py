"""Every key of the window on one page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from workbench.gui import theme


class ShortcutsDialog(QDialog):
    """Lists the commands that have a key, and the keys of the gallery."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts_dialog")
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        rows = [
            (
                action.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
                action.text().replace("&", ""),
            )
            for action in actions
            if not action.shortcut().isEmpty()
        ]
        rows += [
            (self.tr("Arrow keys, J, K"), self.tr("Next or previous picture")),
            (self.tr("Space, Enter"), self.tr("Large picture, again to close")),
            (self.tr("U, D, W"), self.tr("Inspect: next least sure, next disagreement, next mistake")),
        ]
        page = QWidget()
        grid = QGridLayout(page)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        for row, (keys, text) in enumerate(rows):
            key = QLabel(keys)
            theme.mark(key, "badge")
            grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(QLabel(text.rstrip("…")), row, 1)
        grid.setColumnStretch(1, 1)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(area)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        wide = page.sizeHint().width() + area.verticalScrollBar().sizeHint().width()
        self.resize(wide + 48, 560)
