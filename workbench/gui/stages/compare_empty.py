"""What Compare says when there is nothing, or only one run, to compare."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.gui import theme


class NothingYet(QWidget):
    """Before the first run."""

    train_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        title = theme.label(self.tr("Nothing to compare yet"), "title")
        text = theme.label(
            self.tr("Train some heads; they appear here side by side, on the same pictures."), "muted"
        )
        button = QPushButton(self.tr("Go to Train"))
        button.setToolTip(self.tr("Open the Train stage"))
        button.clicked.connect(self.train_wanted)
        for widget in (title, text):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(widget)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(2)


class OneRun(QWidget):
    """With one run only."""

    train_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        text = self.tr("One head so far. Add another on the same features: that takes seconds.")
        row.addWidget(theme.label(text), 1)
        button = QPushButton(self.tr("Add a head"))
        button.setToolTip(self.tr("Open the Train stage"))
        button.clicked.connect(self.train_wanted)
        row.addWidget(button)
