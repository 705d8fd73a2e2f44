"""The main job in the real window with the real backbone: two events lead to a comparison."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from workbench.core.events import ExperimentEnded
from workbench.gui.main_window import MainWindow
from workbench.gui.services import Services

TRAINING_MS = 120_000


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    made = MainWindow(Services.create(tmp_path / "settings.ini"))
    qtbot.addWidget(made)
    made.show()
    return made


def test_drop_and_train_lead_from_an_empty_window_to_a_comparison(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, make_pictures: Callable[[Path, dict[str, int]], Path]
) -> None:
    folder = make_pictures(tmp_path / "animals", {"cat": 14, "dog": 14})
    ended: list[ExperimentEnded] = []
    window.controller.ended.connect(ended.append)

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with qtbot.waitSignal(window.data_stage.recipe_data_changed, timeout=20_000):  # first event
        window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, button, key))
    window.actions_["train"].trigger()  # second event
    qtbot.waitUntil(lambda: bool(ended), timeout=TRAINING_MS)
    qtbot.waitUntil(lambda: window.services.background.is_idle, timeout=20_000)

    assert ended[0].outcome == "finished", ended[0].message
    assert window.current_stage == "compare"
    assert len(window.compare_stage.model.chosen) == 3
    assert window.rail.badge("compare") == "3 runs"
    assert window.export_stage.ticked
    assert all(n.level == "info" for n in window.services.messages.log), window.services.messages.log

    with qtbot.waitSignal(window.services.selection.pictures_shown, timeout=20_000):
        window.compare_stage.on_cell_chosen(0, 0, 0)
    shown = window.strip.gallery.items
    assert shown
    assert {item.target for item in shown} == {"cat"}
    assert all(item.predictions[0][1] == "cat" for item in shown)

    window.commands.on_next_unsure()
    qtbot.waitUntil(lambda: window.inspect_stage.model.rowCount() > 0, timeout=20_000)
    assert window.inspect_stage.decision
    with qtbot.waitSignal(window.closed, timeout=20_000):
        window.close()
