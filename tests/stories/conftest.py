"""The window as a user has it: real pictures, the real core, a project folder of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.dropping import drop
from tests.experiment.conftest import COLOURS, draw
from workbench.gui import theme
from workbench.gui.app import name_program
from workbench.gui.main_window import MainWindow
from workbench.gui.services import Services

TRAINED_MS = 120_000
DRAWN_MS = 20_000
LOOK_EVERY_MS = 10


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application, named and dressed."""
    name_program()
    theme.apply(qapp, "light")
    return qapp


def draw_flowers(root: Path) -> Path:
    """Three classes of twelve pictures, not quite easy."""
    for place, (name, colour) in enumerate(COLOURS.items()):
        pale = tuple((3 * 128 + part) // 4 for part in colour)
        for index in range(12):
            draw(root / name / f"{index:02}.png", pale, 100 * place + index)
    return root


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """A folder of pictures."""
    return draw_flowers(tmp_path / "flowers")


@pytest.fixture
def make_window(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], MainWindow]]:
    """Opens the window as at a new start of the program."""
    monkeypatch.setenv("WORKBENCH_PROJECTS", str(tmp_path / "projects"))
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(Services.create(tmp_path / "settings.ini"))
        qtbot.addWidget(window)
        window.show()
        made.append(window)
        return window

    yield make
    for window in made:
        window.controller.close()
        window.close()


@pytest.fixture(scope="module")
def trained(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """A window after two events: a folder dropped on it, and Train. Tests only look at it."""
    home = tmp_path_factory.mktemp("story")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_PROJECTS", str(home / "projects"))
        window = MainWindow(Services.create(home / "settings.ini"))
        window.show()
        drop(window, draw_flowers(home / "flowers"))
        wait_until(window.actions_["train"].isEnabled, DRAWN_MS)
        QTest.keyClick(window, Qt.Key.Key_F5)
        wait_until(lambda: bool(window.compare_stage.matrices.grids), TRAINED_MS)
        wait_until(lambda: not window.controller.busy and window.services.background.is_idle, DRAWN_MS)
        yield window
        window.close()
        window.deleteLater()


def wait_until(ready: Callable[[], bool], at_most_ms: int) -> None:
    """Let the window work until `ready`, as qtbot does for one test only."""
    end = time.monotonic() + at_most_ms / 1000
    while not ready() and time.monotonic() < end:
        # An event loop of its own: QTest.qWait keeps Python's lock, and the worker would hardly advance.
        loop = QEventLoop()
        QTimer.singleShot(LOOK_EVERY_MS, loop.quit)
        loop.exec()
    assert ready(), "this took too long"
