"""Every command of the window as one action, shared by menus, rail and palette."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from workbench.gui.commands import Command, commands
from workbench.gui.theme import SCHEMES

MENUS = ("File", "Edit", "View", "Data", "Train", "Compare", "Inspect", "Export", "Help")


def _tr(text: str) -> str:
    return QCoreApplication.translate("actions", text)


class Actions:
    """The window's actions by name, placed in its menus."""

    def __init__(self, window: QMainWindow) -> None:
        self._by_name: dict[str, QAction] = {}
        self._tips: dict[str, str] = {}
        self.menus: dict[str, QMenu] = {}
        for name in MENUS:
            menu = window.menuBar().addMenu(_tr(f"&{name}"))
            menu.setToolTipsVisible(True)
            self.menus[name] = menu
        for command in commands():
            self._add(window, command)
        self.schemes = self._scheme_group(window)

    def _add(self, window: QMainWindow, command: Command) -> None:
        action = QAction(command.text, window)
        action.setObjectName(command.name)
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        action.setMenuRole(command.role)
        action.setCheckable(command.checkable)
        menu = self.menus[command.menu]
        if command.separated:
            menu.addSeparator()
        menu.addAction(action)
        window.addAction(action)
        self._by_name[command.name] = action
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self._tips[command.name] = f"{command.tip} ({keys})" if keys else command.tip
        action.setToolTip(self._tips[command.name])
        action.setStatusTip(command.tip)

    def _scheme_group(self, window: QMainWindow) -> QActionGroup:
        menu = QMenu(_tr("&Theme"), window)
        self.menus["View"].insertMenu(self["next_panel"], menu)
        group = QActionGroup(window)
        words = {"system": _tr("System"), "light": _tr("Light"), "dark": _tr("Dark")}
        for scheme in SCHEMES:
            action = QAction(words[scheme], group)
            action.setObjectName(f"scheme_{scheme}")
            action.setData(scheme)
            action.setCheckable(True)
            menu.addAction(action)
        return group

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def all(self) -> tuple[QAction, ...]:
        return tuple(self._by_name.values())

    def connect(self, slots: dict[str, Callable[[], object]]) -> None:
        """Let each action named in `slots` call its slot."""
        for name, slot in slots.items():
            self._by_name[name].triggered.connect(slot)

    def allow(self, name: str, reason: str) -> None:
        """Enable the action if `reason` is empty, else disable it and say why in its tooltip."""
        action = self._by_name[name]
        action.setEnabled(not reason)
        action.setToolTip(reason or self._tips[name])
