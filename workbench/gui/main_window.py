"""The window: constructs its parts, places them, and connects them; nothing else."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.actions import Actions
from workbench.gui.closing import Closing
from workbench.gui.drop_zone import paths_in
from workbench.gui.following import Following
from workbench.gui.icon import application_icon
from workbench.gui.layout import StageStack, WindowLayout
from workbench.gui.notice_bar import NoticeBar
from workbench.gui.opening import Opening
from workbench.gui.panels import JobsPanel, LogPanel
from workbench.gui.picture_panel import PicturePanel
from workbench.gui.rail import STAGES, Rail
from workbench.gui.run_controller import RunController
from workbench.gui.services import Services
from workbench.gui.stages.compare import CompareStage
from workbench.gui.stages.data import DataStage
from workbench.gui.stages.export import ExportStage
from workbench.gui.stages.inspect import InspectStage
from workbench.gui.stages.train import TrainStage
from workbench.gui.status_bar import StatusBar
from workbench.gui.thumbnails import Thumbnails
from workbench.gui.window_commands import WindowCommands


class MainWindow(QMainWindow):
    """Five stages, docks, notices and status around one project."""

    closed = Signal()

    def __init__(self, services: Services, controller: RunController | None = None) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowIcon(application_icon())
        self.setAcceptDrops(True)
        self.services = services
        services.controller = self.controller = controller or RunController(self)
        self.thumbnails = Thumbnails(self)
        self.actions_ = Actions(self)
        self.opening = Opening(services, self)
        self._closing = Closing(self.controller, self)
        self._build()
        self._place()
        self._connect()
        self.commands = WindowCommands(self)
        self.commands.connect()
        self.following = Following(self)
        self.following.connect()
        self.layout_.restore(services.settings)
        self.show_stage("data")
        self.show_recent()

    def _build(self) -> None:
        self.rail = Rail({stage: self.actions_[f"stage_{stage}"] for stage in STAGES})
        self.notices = NoticeBar()
        self.status = StatusBar()
        self.data_stage = DataStage(self.services, self.thumbnails)
        self.train_stage = TrainStage(self.services)
        self.compare_stage = CompareStage(self.services)
        self.inspect_stage = InspectStage(self.services)
        self.export_stage = ExportStage(self.services)
        self.strip = PicturePanel(self.thumbnails, self.services.selection, self.services.background)
        self.strip.setObjectName("gallery_strip")
        self.jobs = JobsPanel()
        self.log = LogPanel()

    def _place(self) -> None:
        self._stages = StageStack()
        for stage in STAGES:
            self._stages.addWidget(self.stage(stage))
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.notices)
        middle.addWidget(self._stages, 1)
        center = QWidget()
        row = QHBoxLayout(center)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(middle, 1)
        self.setCentralWidget(center)
        self.setStatusBar(self.status)
        self.docks = {
            name: self._dock(name, title, widget)
            for name, title, widget in (
                ("pictures", self.tr("Pictures"), self.strip),
                ("jobs", self.tr("Jobs"), self.jobs),
                ("log", self.tr("Log"), self.log),
            )
        }
        self.layout_ = WindowLayout(self, self.docks)
        panels = QMenu(self.tr("&Panels"), self)
        for dock in self.docks.values():
            panels.addAction(dock.toggleViewAction())
        self.actions_.menus["View"].insertMenu(self.actions_["next_panel"], panels)
        self._recent_menu = QMenu(self.tr("Open &recent"), self)
        self.actions_.menus["File"].insertMenu(self.actions_["open_folder"], self._recent_menu)

    def _dock(self, name: str, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock_{name}")
        dock.setAccessibleName(title)
        dock.setWidget(widget)
        return dock

    def _connect(self) -> None:
        services, data, opening = self.services, self.data_stage, self.opening
        for stage in STAGES:
            self.actions_[f"stage_{stage}"].triggered.connect(self.on_stage_action)
        data.dropped.connect(opening.take)
        data.open_wanted.connect(opening.open_folder)
        data.sample_wanted.connect(opening.use_sample)
        data.recent_chosen.connect(opening.open)
        self.inspect_stage.compare_wanted.connect(self.actions_["stage_compare"].trigger)
        for stage in (data, self.compare_stage, self.export_stage):
            stage.train_wanted.connect(self.actions_["stage_train"].trigger)
        services.messages.posted.connect(self.notices.show_notice)
        services.messages.logged.connect(self.log.show_notice)
        services.settings.recent_changed.connect(self.show_recent)
        self.controller.events_arrived.connect(self.status.show_events)
        self.controller.events_arrived.connect(self.jobs.show_events)
        self.controller.state_changed.connect(self.status.show_state)
        self._closing.may_close.connect(self.close)

    def stage(self, name: str) -> QWidget:
        """The stage called data, train, compare, inspect or export."""
        return {
            "data": self.data_stage,
            "train": self.train_stage,
            "compare": self.compare_stage,
            "inspect": self.inspect_stage,
            "export": self.export_stage,
        }[name]

    def show_stage(self, name: str) -> None:
        """Bring a stage to the front."""
        self._stages.setCurrentWidget(self.stage(name))
        self.stage(name).setFocus()
        self.rail.show_stage(name)
        # The Data stage has the gallery in its middle; the strip would show the same twice.
        self.layout_.show_strip_beside(name)

    @property
    def current_stage(self) -> str:
        """The name of the stage in front."""
        return STAGES[self._stages.currentIndex()]

    @Slot()
    def on_stage_action(self) -> None:
        self.show_stage(self.sender().objectName().removeprefix("stage_"))

    @Slot()
    def show_recent(self) -> None:
        """Offer the projects opened last; those that are gone say so."""
        recent = self.services.settings.recent
        self.data_stage.show_recent(recent)
        self._recent_menu.clear()
        self._recent_menu.setEnabled(bool(recent))
        for path in recent:
            action = self._recent_menu.addAction(path.name if path.is_dir() else f"{path.name} (not found)")
            action.setToolTip(str(path))
            action.setEnabled(path.is_dir())
            action.triggered.connect(lambda _checked=False, path=path: self.opening.open(path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths_in(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = paths_in(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.opening.take(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._closing.must_wait:
            event.ignore()
            self._closing.ask()
            return
        self.layout_.keep(self.services.settings)
        self.data_stage.cancel()
        self.controller.close()
        self.services.background.close()
        self.thumbnails.close()
        project = self.services.project.project
        if project is not None:
            project.close()
        event.accept()
        self.closed.emit()
