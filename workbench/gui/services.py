"""What every stage is built with: the window's shared parts, in one bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.gui.background import Background
from workbench.gui.messages import Messages
from workbench.gui.selection import Selection
from workbench.gui.settings import Settings

if TYPE_CHECKING:
    from workbench.gui.run_controller import RunController
    from workbench.store import Project


class ProjectHolder(QObject):
    """The open project, or none."""

    project_changed = Signal(object)  # store.Project | None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None

    @property
    def project(self) -> Project | None:
        return self._project

    def show_project(self, project: Project | None) -> None:
        """Make `project` the open one; whoever opened the former closes it."""
        self._project = project
        self.project_changed.emit(project)


@dataclass(slots=True)
class Services:
    """Shared parts; `controller` is set by the main window before the stages are built."""

    background: Background
    selection: Selection
    messages: Messages
    settings: Settings
    project: ProjectHolder
    controller: RunController | None = None

    @classmethod
    def create(cls, settings_path: Path | None = None, parent: QObject | None = None) -> Services:
        """A fresh bundle, without project and controller."""
        messages = Messages(parent)
        return cls(
            background=Background(messages, parent),
            selection=Selection(parent),
            messages=messages,
            settings=Settings(settings_path, parent),
            project=ProjectHolder(parent),
        )
