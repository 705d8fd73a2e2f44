"""Every command of the window: its words, its key, its place in the menus."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence


@dataclass(frozen=True, slots=True)
class Command:
    """One command: where it stands, what it is called, and what it does."""

    name: str  # also the action's object name
    menu: str
    text: str
    tip: str
    shortcut: str | QKeySequence.StandardKey = ""
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    separated: bool = False  # a line above it
    checkable: bool = False


def _tr(text: str) -> str:
    return QCoreApplication.translate("actions", text)


def commands() -> tuple[Command, ...]:
    """All commands, in menu order."""
    key = QKeySequence.StandardKey
    stage_tip = _tr("Go to this stage")
    return (
        Command(
            "new_project", "File", _tr("&New project…"), _tr("Make an empty project in a folder"), key.New
        ),
        Command("open_project", "File", _tr("&Open project…"), _tr("Open a project's folder"), key.Open),
        Command(
            "open_folder",
            "File",
            _tr("Open &folder of pictures…"),
            _tr("Read a folder that holds one sub-folder per class"),
            "Ctrl+Shift+O",
            separated=True,
        ),
        Command("use_sample", "File", _tr("Use &sample pictures"), _tr("Packaged handwritten digits")),
        Command(
            "predict_folder",
            "File",
            _tr("&Predict folder…"),
            _tr("What a run believes of each picture of a folder, as CSV"),
            "Ctrl+B",
            separated=True,
        ),
        Command("save_report", "File", _tr("Save &report…"), _tr("Write the runs into one HTML file")),
        Command(
            "quit",
            "File",
            _tr("&Quit"),
            _tr("Close the window"),
            key.Quit,
            QAction.MenuRole.QuitRole,
            separated=True,
        ),
        Command(
            "filter_pictures",
            "Edit",
            _tr("&Filter pictures"),
            _tr("Go to the filters of the pictures"),
            key.Find,
        ),
        Command(
            "command_palette", "Edit", _tr("Find a &command…"), _tr("Every command by its name"), "Ctrl+K"
        ),
        Command("stage_data", "View", _tr("Data"), stage_tip, "Ctrl+1"),
        Command("stage_train", "View", _tr("Train"), stage_tip, "Ctrl+2"),
        Command("stage_compare", "View", _tr("Compare"), stage_tip, "Ctrl+3"),
        Command("stage_inspect", "View", _tr("Inspect"), stage_tip, "Ctrl+4"),
        Command("stage_export", "View", _tr("Export"), stage_tip, "Ctrl+5"),
        Command(
            "next_panel",
            "View",
            _tr("Next panel"),
            _tr("Move the keyboard to the next panel"),
            "F6",
            separated=True,
        ),
        Command(
            "previous_panel",
            "View",
            _tr("Previous panel"),
            _tr("Move the keyboard to the panel before"),
            "Shift+F6",
        ),
        Command(
            "full_screen",
            "View",
            _tr("Full screen"),
            _tr("Use the whole screen"),
            key.FullScreen,
            checkable=True,
        ),
        Command(
            "reset_layout",
            "View",
            _tr("&Reset layout"),
            _tr("Put every panel back to its place"),
            separated=True,
        ),
        Command(
            "add_table",
            "Data",
            _tr("Add a &table…"),
            _tr("A CSV that says, for example, the patient of each picture"),
        ),
        Command(
            "show_copies",
            "Data",
            _tr("Show identical &copies"),
            _tr("Pictures whose file has the content of another"),
        ),
        Command(
            "read_again",
            "Data",
            _tr("&Read the folder again"),
            _tr("Look for added, changed and removed files"),
        ),
        Command("train", "Train", _tr("&Train"), _tr("Train all heads of the recipe"), "F5"),
        Command(
            "pause", "Train", _tr("&Pause"), _tr("Stand still after this step, and go on later"), "Ctrl+F5"
        ),
        Command(
            "stop",
            "Train",
            _tr("&Stop and keep best"),
            _tr("End after this step and keep the best epoch"),
            "Shift+F5",
        ),
        Command(
            "discard", "Train", _tr("&Discard"), _tr("End after this step and delete this experiment's runs")
        ),
        Command(
            "compare_newest",
            "Compare",
            _tr("Compare the &newest runs"),
            _tr("The runs of the newest experiment, side by side"),
        ),
        Command(
            "inspect_newest",
            "Inspect",
            _tr("Inspect the &newest runs"),
            _tr("Picture by picture, what each head believes"),
        ),
        Command(
            "next_unsure",
            "Inspect",
            _tr("Next least &sure"),
            _tr("The picture the heads are least sure of; in the Inspect stage also the key U"),
            separated=True,
        ),
        Command(
            "next_disagreement",
            "Inspect",
            _tr("Next &disagreement"),
            _tr("The next picture the heads call differently; in the Inspect stage also the key D"),
        ),
        Command(
            "next_wrong",
            "Inspect",
            _tr("Next &mistake"),
            _tr("The next wrong one, the surest first; in the Inspect stage also the key W"),
        ),
        Command("export_report", "Export", _tr("&Export"), _tr("Choose runs and save a report"), "Ctrl+E"),
        Command(
            "open_exports",
            "Export",
            _tr("Open the exports &folder"),
            _tr("Where reports and tables of this project lie"),
        ),
        Command("shortcuts", "Help", _tr("&Keyboard shortcuts"), _tr("Every key of the window"), "F1"),
        Command(
            "open_logs",
            "Help",
            _tr("Open the &log folder"),
            _tr("Crash traces and logs, for reporting a fault"),
        ),
        Command(
            "about",
            "Help",
            _tr("&About Workbench"),
            _tr("Version and credits"),
            role=QAction.MenuRole.AboutRole,
            separated=True,
        ),
    )
