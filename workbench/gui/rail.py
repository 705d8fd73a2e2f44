"""The rail at the left: five stages, always reachable, each with a small word on its state."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QToolButton, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.icon import icon

STAGES = ("data", "train", "compare", "inspect", "export")
ICON_PX = 24
WIDTH_LETTERS = 14  # average letters that fit: "1,234 pictures"


class Rail(QFrame):
    """Shows which stage is open. `actions` are the window's own, so that menu and rail agree."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName(self.tr("Stages"))
        theme.mark(self, "rail")
        self.setFixedWidth(WIDTH_LETTERS * self.fontMetrics().averageCharWidth() + 14)
        self._buttons: dict[str, QToolButton] = {}
        self._badges: dict[str, QLabel] = {}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 10, 6, 10)
        layout.setSpacing(1)
        for stage in STAGES:
            layout.addWidget(self._button(stage, actions[stage]))
            badge = QLabel()
            badge.setObjectName(f"badge_{stage}")
            badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
            theme.mark(badge, "small")
            self._badges[stage] = badge
            layout.addWidget(badge)
            layout.addSpacing(8)
        layout.addStretch(1)
        self._draw_icons()

    def _button(self, stage: str, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"rail_{stage}")
        button.setText(action.text())
        button.setAccessibleName(action.text())
        button.setToolTip(action.toolTip())
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().verticalPolicy())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.mark(button, "stage")
        button.clicked.connect(action.trigger)
        self._group.addButton(button)
        self._buttons[stage] = button
        return button

    def show_stage(self, stage: str) -> None:
        """Mark `stage` as the open one."""
        self._buttons[stage].setChecked(True)

    def show_badge(self, stage: str, text: str) -> None:
        """The small word under a stage: "412 pictures", or ""."""
        self._badges[stage].setText(text)
        button = self._buttons[stage]
        button.setAccessibleDescription(text)

    def badge(self, stage: str) -> str:
        return self._badges[stage].text()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    def _draw_icons(self) -> None:
        for stage, button in self._buttons.items():
            button.setIcon(icon(stage))
