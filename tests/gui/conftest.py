"""Fixtures of the window's tests: nothing modal, nothing of the user's, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

from workbench.gui import theme
from workbench.gui.app import name_program
from workbench.gui.services import Services

CLASSES = {"cat": 10, "dog": 8, "owl": 6}


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application, named and dressed; without a font every letter would be an empty box."""
    name_program()
    assert QFontDatabase.families(), "no font is installed"
    theme.apply(qapp, "light")
    return qapp


@pytest.fixture(autouse=True)
def nothing_modal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialog that waits for an answer would hang the tests: the window must not have one."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a modal dialog was opened")

    monkeypatch.setattr(QDialog, "exec", refuse)
    monkeypatch.setattr(QMessageBox, "exec", refuse)
    for name in ("about", "critical", "information", "question", "warning"):
        monkeypatch.setattr(QMessageBox, name, refuse)
    for name in ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"):
        monkeypatch.setattr(QFileDialog, name, refuse)


@pytest.fixture(autouse=True)
def projects_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the window puts new projects."""
    home = tmp_path / "projects"
    monkeypatch.setenv("WORKBENCH_PROJECTS", str(home))
    return home


@pytest.fixture
def services(qapp: QApplication, tmp_path: Path) -> Iterator[Services]:
    made = Services.create(tmp_path / "settings.ini")
    yield made
    made.background.close()
    if made.project.project is not None:
        made.project.project.close()


@pytest.fixture
def make_pictures() -> Callable[[Path, dict[str, int]], Path]:
    """Fills a folder with small pictures, all different: {class: how many}."""

    def fill(folder: Path, classes: dict[str, int]) -> Path:
        for shade, (name, count) in enumerate(classes.items()):
            (folder / name).mkdir(parents=True)
            for number in range(count):
                color = (40 + 60 * shade, 10 + 7 * number, 200 - 40 * shade)
                Image.new("RGB", (24 + number, 20), color).save(folder / name / f"{number:02}.png")
        return folder

    return fill


@pytest.fixture
def pictures(tmp_path: Path, make_pictures: Callable[[Path, dict[str, int]], Path]) -> Path:
    """A folder of three classes."""
    return make_pictures(tmp_path / "animals", CLASSES)
