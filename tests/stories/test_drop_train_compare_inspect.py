"""Two events from an empty window to a trained comparison, and every number opens its pictures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from tests.stories.conftest import DRAWN_MS, wait_until
from workbench.core.posterior import PosteriorTable
from workbench.gui.main_window import MainWindow
from workbench.gui.selection import PictureList


def tables(window: MainWindow) -> list[PosteriorTable]:
    project = window.services.project.project
    assert project is not None
    return [project.posterior(run.id, "val") for run in project.runs()]


def test_drop_and_train_end_in_a_comparison_of_three_heads(trained: MainWindow) -> None:
    assert trained.current_stage == "compare"
    assert trained.rail.badge("compare") == "3 runs"
    assert len(trained.compare_stage.matrices.grids) == 3
    assert trained.export_stage.ticked
    assert all(one.level == "info" for one in trained.services.messages.log), trained.services.messages.log
    shown = trained.compare_stage.matrices.grids
    for grid, table in zip(shown, tables(trained), strict=True):
        truth = np.zeros((3, 3), int)
        np.add.at(truth, (table.target, table.predicted), 1)
        np.testing.assert_array_equal(grid.counts, truth)


def test_a_cell_of_a_matrix_opens_exactly_its_pictures(trained: MainWindow) -> None:
    first = tables(trained)[0]
    true, predicted = int(first.target[0]), int(first.predicted[0])
    trained.compare_stage.matrices.cell_chosen.emit(0, true, predicted)
    pictures = trained.services.selection.pictures
    assert pictures is not None
    rows = np.flatnonzero((first.target == true) & (first.predicted == predicted))
    assert {item.name for item in pictures.items} == {first.sample[int(row)] for row in rows}
    assert all(Path(item.file).is_file() for item in pictures.items)


@pytest.mark.parametrize("compared", [True, False], ids=["compared", "not compared"])
def test_an_accuracy_on_train_and_export_opens_the_mistakes_behind_it(
    trained: MainWindow, compared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not compared:
        monkeypatch.setattr(trained.compare_stage, "_answers", None)
    ids = [run.id for run in trained.services.project.project.runs()]
    listed = trained.export_stage.findChild(QListWidget, "report_runs")
    for place, table in enumerate(tables(trained)):
        wrong = {table.sample[int(row)] for row in np.flatnonzero(table.predicted != table.target)}
        row = next(r for r in range(listed.count()) if ids[place] in listed.item(r).toolTip())
        button = trained.train_stage.findChild(QPushButton, f"run_accuracy_{'ABC'[place]}")
        for open_door in (button.click, lambda row=row: listed.itemActivated.emit(listed.item(row))):
            trained.services.selection.show_pictures(PictureList("", ()))
            open_door()
            wait_until(lambda: bool(trained.services.selection.pictures.title), DRAWN_MS)
            assert {item.name for item in trained.services.selection.pictures.items} == wrong


def test_each_picture_is_inspected_with_the_bars_of_all_heads(qtbot: QtBot, trained: MainWindow) -> None:
    trained.show_stage("inspect")
    stage = trained.inspect_stage
    qtbot.waitUntil(lambda: bool(stage.bars.table.rows), timeout=DRAWN_MS)
    seen = set()
    for _ in range(3):
        sample = trained.services.selection.sample
        assert sample is not None
        seen.add(sample.name)
        for column, table in enumerate(tables(trained), start=1):
            row = table.sample.index(sample.name)
            shown = {cells[0]: cells[column] for cells in stage.bars.table.rows}
            truth = dict(zip(table.classes, table.probability[row], strict=True))
            assert shown == pytest.approx(truth, abs=1e-6)
        QTest.keyClick(trained.focusWidget(), Qt.Key.Key_J)
    assert len(seen) == 3


def test_a_project_opened_again_shows_its_runs(
    qtbot: QtBot, trained: MainWindow, make_window: Callable[[], MainWindow], tmp_path: Path
) -> None:
    project = trained.services.project.project
    assert project is not None
    shutil.copytree(project.path, tmp_path / "copy")
    again = make_window()
    again.opening.open(tmp_path / "copy")
    qtbot.waitUntil(lambda: again.rail.badge("compare") == "3 runs", timeout=DRAWN_MS)
    again.show_stage("compare")
    qtbot.waitUntil(lambda: len(again.compare_stage.matrices.grids) == 3, timeout=DRAWN_MS)
