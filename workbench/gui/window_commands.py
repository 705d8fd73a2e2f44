"""What the window's commands do, and when they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QApplication

from workbench.core import places
from workbench.gui import theme
from workbench.gui.about import AboutDialog
from workbench.gui.command_palette import CommandPalette
from workbench.gui.shortcuts import ShortcutsDialog

if TYPE_CHECKING:
    from workbench.gui.main_window import MainWindow

# Commands that make no sense before a run is trained.
NEED_RUNS = (
    "predict_folder",
    "save_report",
    "compare_newest",
    "inspect_newest",
    "next_unsure",
    "next_disagreement",
    "next_wrong",
)


class WindowCommands(QObject):
    """The slots behind the menus of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def connect(self) -> None:
        """Give every action its slot."""
        window = self._window
        opening, controller, layout = window.opening, window.controller, window.layout_
        window.actions_.connect(
            {
                "new_project": opening.new_project,
                "open_project": opening.open_project,
                "open_folder": opening.open_folder,
                "use_sample": opening.use_sample,
                "predict_folder": self.on_predict_wanted,
                "save_report": self.on_report_wanted,
                "quit": window.close,
                "filter_pictures": self.on_filter_wanted,
                "command_palette": self.on_palette_wanted,
                "next_panel": layout.next_panel,
                "previous_panel": layout.previous_panel,
                "full_screen": layout.toggle_full_screen,
                "reset_layout": layout.reset,
                "add_table": window.data_stage.overview.split_card.on_table_clicked,
                "show_copies": self.on_copies_wanted,
                "read_again": self.on_read_again_wanted,
                "train": self.on_train_wanted,
                "pause": controller.toggle_pause,
                "stop": controller.stop_and_keep,
                "discard": controller.discard,
                "compare_newest": self.on_compare_newest,
                "inspect_newest": self.on_inspect_newest,
                "next_unsure": self.on_next_unsure,
                "next_disagreement": self.on_next_disagreement,
                "next_wrong": self.on_next_wrong,
                "export_report": self.on_export_wanted,
                "open_exports": self.on_exports_wanted,
                "shortcuts": self.on_shortcuts_wanted,
                "open_logs": self.on_logs_wanted,
                "about": self.on_about_wanted,
            }
        )
        for action in window.actions_.schemes.actions():
            action.setChecked(action.data() == window.services.settings.scheme)
        window.actions_.schemes.triggered.connect(self.on_scheme_chosen)
        controller.state_changed.connect(self.on_state_changed)
        self.on_state_changed("idle")
        self.allow_data_actions()

    @Slot()
    def on_train_wanted(self) -> None:
        self._window.show_stage("train")
        self._window.train_stage.start_training()

    @Slot()
    def on_copies_wanted(self) -> None:
        self._window.show_stage("data")
        self._window.data_stage.overview.show_copies()

    @Slot()
    def on_read_again_wanted(self) -> None:
        data = self._window.data_stage.data_settings
        if data is not None:
            self.on_data_wanted(data, self._window.data_stage.split_settings)

    @Slot()
    def on_compare_newest(self) -> None:
        self._window.following.show_newest()
        self._window.show_stage("compare")

    @Slot()
    def on_inspect_newest(self) -> None:
        self._window.following.show_newest()
        self._window.show_stage("inspect")

    @Slot()
    def on_next_unsure(self) -> None:
        self._window.show_stage("inspect")
        self._window.inspect_stage.next_unsure()

    @Slot()
    def on_next_disagreement(self) -> None:
        self._window.show_stage("inspect")
        self._window.inspect_stage.next_disagreement()

    @Slot()
    def on_next_wrong(self) -> None:
        self._window.show_stage("inspect")
        self._window.inspect_stage.next_wrong()

    @Slot()
    def on_export_wanted(self) -> None:
        self._window.show_stage("export")

    @Slot()
    def on_predict_wanted(self) -> None:
        self._window.show_stage("export")
        self._window.export_stage.predict_folder()

    @Slot()
    def on_report_wanted(self) -> None:
        self._window.show_stage("export")
        self._window.export_stage.save_report()

    @Slot()
    def on_exports_wanted(self) -> None:
        project = self._window.services.project.project
        if project is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(project.exports)))

    @Slot()
    def on_filter_wanted(self) -> None:
        panel = (
            self._window.data_stage.overview.pictures
            if self._window.current_stage == "data"
            else self._window.strip
        )
        panel.focus_filters()

    @Slot()
    def on_palette_wanted(self) -> None:
        palette = CommandPalette(self._window.actions_.all(), self._window)
        palette.move(self._window.mapToGlobal(self._window.rect().center()) - palette.rect().center())
        palette.show()

    @Slot()
    def on_shortcuts_wanted(self) -> None:
        ShortcutsDialog(self._window.actions_.all(), self._window).show()

    @Slot()
    def on_logs_wanted(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(places.log_dir())))

    @Slot()
    def on_about_wanted(self) -> None:
        AboutDialog(self._window).show()

    @Slot(QAction)
    def on_scheme_chosen(self, action: QAction) -> None:
        self._window.services.settings.scheme = action.data()
        theme.apply(QApplication.instance(), action.data())

    @Slot(str)
    def on_state_changed(self, state: str) -> None:
        reason = "" if state != "idle" else self.tr("Nothing is training.")
        stopping = self.tr("Training is already stopping.") if state == "stopping" else ""
        for name in ("pause", "stop", "discard"):
            self._window.actions_.allow(name, reason or stopping)
        paused = state in ("pausing", "paused")
        self._window.actions_["pause"].setText(self.tr("&Go on training") if paused else self.tr("&Pause"))
        self._window.rail.show_badge(
            "train", {"running": self.tr("running"), "paused": self.tr("paused")}.get(state, "")
        )
        self._window.setWindowModified(state != "idle")

    def allow_data_actions(self) -> None:
        project, view = self._window.services.project.project, self._window.data_stage.view
        no_data = self.tr("Needs pictures; open a folder first.") if view is None or project is None else ""
        for name in ("add_table", "read_again", "show_copies"):
            self._window.actions_.allow(name, no_data)
        if view is not None and view.split is not None and not view.split.duplicates:
            self._window.actions_.allow("show_copies", self.tr("There are no identical copies."))
        self._window.actions_.allow("open_exports", "" if project else self.tr("Needs an open project."))
        if project is None:
            for name in NEED_RUNS:
                self._window.actions_.allow(name, self.tr("Needs a trained run; train heads first."))
