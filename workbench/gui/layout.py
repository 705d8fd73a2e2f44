"""Where docks stand, what of it is remembered, and how the keyboard moves between panels."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QStyle, QWidget

from workbench.gui.settings import LAYOUT_VERSION, Settings

DEFAULT_SIZE = QSize(1280, 720)
SMALLEST_SIZE = QSize(960, 600)
TITLE = QStyle.PixelMetric.PM_TitleBarHeight
TITLE_AIR = 8


class StageStack(QStackedWidget):
    """Shows one stage; only that one says how little room is enough, so that docks can use the rest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stages")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        stage = self.currentWidget()
        return super().minimumSizeHint() if stage is None else stage.minimumSizeHint()


class WindowLayout(QObject):
    """Keeps the docks of one window. All docks exist before `restore`."""

    def __init__(self, window: QMainWindow, docks: dict[str, QDockWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._docks = docks
        self._strip_open = False
        self._stage = "data"
        window.setMinimumSize(SMALLEST_SIZE)
        window.setDockNestingEnabled(False)
        self.reset()

    @Slot()
    def reset(self) -> None:
        """Put every dock back to its place: tabs at the bottom, closed until there is something to show."""
        area = Qt.DockWidgetArea.BottomDockWidgetArea
        first: QDockWidget | None = None
        for dock in self._docks.values():
            dock.setFloating(False)
            self._window.addDockWidget(area, dock)
            if first is not None:
                self._window.tabifyDockWidget(first, dock)
            else:
                first = dock
            dock.hide()
        if self._strip_open and self._stage != "data":
            self._docks["pictures"].show()
            self._docks["pictures"].raise_()

    def restore(self, settings: Settings) -> None:
        """Size and docks as they were left; the default where that is unknown or off every screen."""
        self._window.resize(DEFAULT_SIZE)
        if not settings.geometry.isEmpty():
            self._window.restoreGeometry(settings.geometry)
        if not settings.layout.isEmpty() and not self._window.restoreState(settings.layout, LAYOUT_VERSION):
            self.reset()
        # Nothing to show yet, wherever the strip stood.
        self._docks["pictures"].hide()
        self._bring_back(self._window)
        for dock in self._docks.values():
            if dock.isFloating() and not self._on_a_screen(dock):
                dock.setFloating(False)

    def keep(self, settings: Settings) -> None:
        """Remember size and docks."""
        settings.keep_window(self._window.saveGeometry(), self._window.saveState(LAYOUT_VERSION))
        settings.sync()

    def open_strip(self, stage: str) -> None:
        """There are pictures to show; beside the Data stage they wait."""
        self._strip_open = True
        self.show_strip_beside(stage)

    def show_strip_beside(self, stage: str) -> None:
        """The strip stands beside every stage but Data, once it has something to show."""
        dock = self._docks["pictures"]
        if self._stage != "data" and stage == "data":
            self._strip_open = self._strip_open and not dock.isHidden()
        self._stage = stage
        wanted = self._strip_open and stage != "data"
        if wanted and dock.isHidden():
            dock.show()
            # Later: the window has no place for it before its own layout has run.
            QTimer.singleShot(0, self.on_strip_shown)
        if wanted:
            dock.raise_()
        else:
            dock.hide()

    @Slot()
    def on_strip_shown(self) -> None:
        """Make one row of pictures fit, unless the user has made the dock larger."""
        dock = self._docks["pictures"]
        needed = dock.widget().sizeHint().height() + dock.style().pixelMetric(TITLE) + TITLE_AIR
        if dock.isVisible() and dock.height() < needed:
            self._window.resizeDocks([dock], [needed], Qt.Orientation.Vertical)

    @Slot()
    def next_panel(self) -> None:
        self._move_panel(1)

    @Slot()
    def previous_panel(self) -> None:
        self._move_panel(-1)

    def _move_panel(self, step: int) -> None:
        center = self._window.centralWidget()
        panels = [center, *(dock for dock in self._docks.values() if dock.isVisible())]
        focus = QGuiApplication.focusObject()
        here = next(
            (i for i, panel in enumerate(panels) if isinstance(focus, QWidget) and panel.isAncestorOf(focus)),
            0,
        )
        target = panels[(here + step) % len(panels)]
        child = target if target is not center else center
        found = next(
            (
                widget
                for widget in child.findChildren(QWidget)
                if widget.isVisible()
                and widget.isEnabled()
                and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            ),
            None,
        )
        if found is not None:
            found.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def toggle_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _on_a_screen(self, widget: QWidget) -> bool:
        frame = widget.frameGeometry()
        return any(screen.availableGeometry().intersects(frame) for screen in QGuiApplication.screens())

    def _bring_back(self, window: QWidget) -> None:
        if not self._on_a_screen(window):
            window.move(QGuiApplication.primaryScreen().availableGeometry().topLeft())
