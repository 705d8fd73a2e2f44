from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from workbench import experiment
from workbench.core.errors import DataError, ProjectError
from workbench.experiment.views import Comparison
from workbench.gui.stages.compare import CompareStage
from workbench.gui.stages.run_table import COLUMNS, telling


@pytest.fixture
def verbs(monkeypatch, comparison, result_of, view_of):
    """Verbs that answer from plain values; `asked` records what was compared."""

    class Verbs:
        def __init__(self):
            self.runs = (
                *map(view_of, ("r0", "r1", "r2")),
                view_of("left", experiment="e0", status="paused"),
                view_of("old", experiment="e0"),
            )
            self.asked = []

    made = Verbs()

    def compare(project, runs, split="val"):
        made.asked.append(tuple(runs))
        if "old" in runs:
            raise ProjectError("old: its posterior table is gone")
        return Comparison(
            split,
            tuple(result_of(run) for run in runs),
            tuple(one for one in comparison.differences if one.a in runs and one.b in runs),
        )

    monkeypatch.setattr(experiment, "list_runs", lambda project: made.runs)
    monkeypatch.setattr(experiment, "compare_runs", compare)
    return made


@pytest.fixture
def stage(qtbot, services, titles, verbs):
    made = CompareStage(services, titles)
    qtbot.addWidget(made)
    made.resize(1200, 1400)
    made.show()
    services.project.show_project("a project")
    qtbot.waitUntil(lambda: bool(made.matrices.grids), timeout=3000)
    return made


def cell(stage, row, column):
    return stage.model.index(row, COLUMNS.index(column))


def texts(stage, column):
    return [cell(stage, row, column).data() for row in range(stage.model.rowCount())]


def shown_pictures(services):
    return [item.name for item in services.selection.pictures.items]


def test_the_newest_experiment_is_compared_in_training_order(stage, verbs):
    assert texts(stage, "letter") == ["A", "B", "C", "", ""]
    assert texts(stage, "run")[:3] == ["Linear", "MLP", "Linear, seed 1"]
    assert verbs.asked == [("r0", "r1", "r2")]


def test_numbers_carry_their_interval_and_the_page_names_split_and_n(stage):
    assert texts(stage, "accuracy")[0].replace("\xa0", " ") == "66.7 % [25.0, 75.0]"
    assert stage.findChild(QLabel, "compare_state").text() == "validation, n = 6"


def test_unticking_compares_the_rest(stage, qtbot, verbs):
    chosen = []
    stage.runs_chosen.connect(chosen.append)
    stage.model.setData(cell(stage, 1, "letter"), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert texts(stage, "letter")[:3] == ["A", "", "B"]
    assert chosen == [("r0", "r2")]
    qtbot.waitUntil(lambda: len(stage.matrices.grids) == 2, timeout=3000)
    assert verbs.asked[-1] == ("r0", "r2")


def test_a_seventh_run_is_refused_with_the_reason(qtbot, services, titles, verbs, view_of, result_of):
    verbs.runs = tuple(view_of(f"x{i}") for i in range(7))
    stage = CompareStage(services, titles)
    qtbot.addWidget(stage)
    notices = []
    services.messages.posted.connect(notices.append)
    stage._show_list(verbs.runs)
    assert len(stage.model.chosen) == 6
    row = texts(stage, "letter").index("")
    assert not stage.model.setData(
        cell(stage, row, "letter"), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole
    )
    assert "At most 6 runs" in notices[0].text


def test_a_cell_of_a_matrix_opens_exactly_its_pictures(stage, services):
    grid = stage.matrices.grids[0]
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.rect_of(0, 1).center().toPoint())
    assert shown_pictures(services) == ["cat/1.png"]
    assert services.selection.pictures.title == "A Linear: true cat, predicted dog"
    assert services.selection.pictures.items[0].predictions[0] == ("A", "dog", False)


def test_every_cell_opens_as_many_pictures_as_it_counts(stage, services, result_of):
    for position, run in enumerate(("r0", "r1", "r2")):
        confusion = result_of(run).confusion
        for true in range(3):
            for predicted in range(3):
                stage.matrices.cell_chosen.emit(position, true, predicted)
                assert len(services.selection.pictures.items) == confusion[true, predicted]


def test_a_bar_opens_the_pictures_of_its_class(stage, services):
    bars = stage.class_bars.bars
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.rect_of(2, 1).center().toPoint())
    assert shown_pictures(services) == ["owl/5.png", "owl/4.png"]


def test_a_metric_opens_the_mistakes_behind_it(stage, services):
    stage.table.on_cell_chosen(cell(stage, 0, "accuracy"))
    assert shown_pictures(services) == ["owl/5.png", "cat/1.png"]


def test_discordant_counts_are_links_to_their_pictures(stage, services, qtbot):
    link = stage.findChild(QPushButton, "only_B_of_AB")
    assert link.text() == "only B right: 1"
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert shown_pictures(services) == ["cat/1.png"]
    assert stage.findChild(QLabel, "verdict_AB").text() == "No clear winner at n = 6."


def test_a_verdict_names_the_runs_as_the_page_does(stage):
    verdict = stage.findChild(QLabel, "verdict_BC").text()
    assert verdict.startswith("C Linear, seed 1 is better than B MLP by 3.9 points")


def test_of_many_runs_every_head_is_compared_before_further_seeds(view_of):
    heads = [("linear", 0), ("linear", 1), ("linear", 2), ("mlp", 0), ("mlp", 1), ("mlp", 2), ("spinal", 0)]
    runs = [replace(view_of("r0"), run=f"{head}{seed}", head=head, seed=seed) for head, seed in heads]
    assert telling(runs, most=4) == ["linear0", "mlp0", "spinal0", "linear1"]


def test_curves_and_classes_show_the_results(stage):
    assert ("A Linear", "val", "loss", 2, 0.6) in stage.curves.table.rows
    assert stage.class_bars.table.rows[0] == ("cat", 0.5, 1.0, 0.5)


def test_a_run_that_cannot_be_compared_says_why(stage, qtbot):
    stage.model.setData(cell(stage, 4, "letter"), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    said = stage.findChild(QLabel, "compare_state")
    qtbot.waitUntil(lambda: said.text() == "old: its posterior table is gone", timeout=3000)


def test_an_unfinished_run_has_no_tick_box(stage):
    row = texts(stage, "status").index("can be resumed")
    assert cell(stage, row, "letter").data(Qt.ItemDataRole.CheckStateRole) is None
    before = stage.model.chosen
    stage.model.setData(cell(stage, row, "letter"), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert stage.model.chosen == before


def test_one_run_invites_to_add_another(stage, qtbot):
    stage.show_runs(("r1",))
    wanted = []
    stage.train_wanted.connect(lambda: wanted.append(True))
    qtbot.waitUntil(lambda: len(stage.matrices.grids) == 1, timeout=3000)
    add = [b for b in stage.findChildren(QPushButton) if b.text() == "Add a head" and b.isVisible()]
    qtbot.mouseClick(add[0], Qt.MouseButton.LeftButton)
    assert wanted == [True]


def test_without_runs_the_page_says_what_to_do(qtbot, services, titles, verbs):
    verbs.runs = ()
    stage = CompareStage(services, titles)
    qtbot.addWidget(stage)
    stage.show()
    stage.refresh()
    labels = [label.text() for label in stage.findChildren(QLabel) if label.isVisible()]
    assert "Nothing to compare yet" in labels


def test_the_test_set_opens_only_after_a_second_deliberate_click(
    stage, qtbot, monkeypatch, result_of, services
):
    opened = []

    def open_test(project, run):
        opened.append(run)
        return result_of(run, "test")

    monkeypatch.setattr(experiment, "open_test", open_test)
    qtbot.mouseClick(stage.findChild(QPushButton, "open_test"), Qt.MouseButton.LeftButton)
    assert opened == []
    qtbot.mouseClick(stage.findChild(QPushButton, "open_test_confirmed"), Qt.MouseButton.LeftButton)
    said = stage.findChild(QLabel, "test_result")
    qtbot.waitUntil(lambda: "A Linear on test" in said.text(), timeout=3000)
    assert opened == ["r0"]
    assert "n = 6" in said.text()
    assert "Opened 1×" in said.text()
    stage.sealed.mistakes_wanted.emit()
    assert shown_pictures(services) == ["owl/5.png", "cat/1.png"]
    assert {item.split for item in services.selection.pictures.items} == {"test"}


def test_a_test_set_that_does_not_exist_is_said_in_place(stage, qtbot, monkeypatch):
    def open_test(project, run):
        raise DataError("this experiment kept no pictures aside for a test")

    monkeypatch.setattr(experiment, "open_test", open_test)
    stage.open_test("r0")

    def said():
        return any("kept no pictures aside" in label.text() for label in stage.sealed.findChildren(QLabel))

    qtbot.waitUntil(said, timeout=3000)


def test_a_deleted_run_can_be_taken_back(stage, qtbot, monkeypatch, services):
    done, notices = [], []
    monkeypatch.setattr(experiment, "delete_run", lambda project, run: done.append(("delete", run)))
    monkeypatch.setattr(experiment, "restore_run", lambda project, run: done.append(("restore", run)))
    services.messages.posted.connect(notices.append)
    stage.delete_run("r1")
    qtbot.waitUntil(lambda: bool(notices), timeout=3000)
    notices[0].action()
    qtbot.waitUntil(lambda: done == [("delete", "r1"), ("restore", "r1")], timeout=3000)
