from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from workbench import experiment
from workbench.experiment.views import Comparison
from workbench.gui.selection import SampleKey
from workbench.gui.stages.inspect import InspectStage


@pytest.fixture
def stage(qtbot, services, titles, comparison):
    made = InspectStage(services, titles)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.show_comparison(comparison, titles)
    return made


def listed(stage):
    return [stage.model.index(row).data().removesuffix(".png") for row in range(stage.model.rowCount())]


def plain(text):
    return text.replace("\u00a0", " ")


def test_the_least_sure_picture_comes_first_and_is_selected(stage, services):
    assert listed(stage) == ["1", "3", "5", "2", "4", "0"]
    assert services.selection.sample == SampleKey("val", "cat/1.png", "/nowhere/cat/1.png")


def test_orders_say_how_many_pictures_they_hold(stage):
    assert stage.findChild(QPushButton, "order_wrong").text() == "Wrong (3)"
    assert stage.findChild(QPushButton, "order_disagree").text() == "Heads disagree (3)"
    stage.show_order("wrong")
    assert listed(stage) == ["5", "3", "1"]


def test_bars_of_every_run_sum_to_one_and_show_the_answers(stage):
    rows = stage.bars.table.rows
    assert [row[0] for row in rows] == ["cat", "dog", "owl"]
    for column in (1, 2, 3):
        assert sum(row[column] for row in rows) == pytest.approx(1, abs=1e-6)
    marked = [(bar.run, group.label) for group in stage.bars.bars.groups for bar in group.bars if bar.marked]
    assert sorted(marked) == [(0, "dog"), (1, "cat"), (2, "dog")]


def test_the_decision_is_seen_whole_in_a_small_window(stage, services):
    stage.resize(1100, 420)
    services.selection.select_sample(SampleKey("val", "cat/0.png", ""))
    label = stage.findChild(QLabel, "decision")
    assert label.height() >= label.heightForWidth(label.width())


def test_the_decision_is_said_in_words_and_follows_the_bars(stage, services):
    words = plain(stage.decision)
    assert "Linear: <b>dog</b> 45 %" in words
    assert "MLP: <b>cat</b> 45 %" in words
    assert words.endswith("→ heads disagree")
    services.selection.select_sample(SampleKey("val", "cat/0.png", ""))
    assert stage.decision.endswith("→ all agree and are right")


def test_the_panel_says_raw_uncalibrated_split_and_n(stage):
    words = " ".join(label.text() for label in stage.bars.findChildren(QLabel))
    assert "raw softmax, uncalibrated · validation, n = 6" in words
    assert "true class: cat · validation" in stage.findChild(QLabel, "sample_facts").text()


def test_it_follows_the_windows_selection_and_sets_it(stage, services):
    services.selection.select_sample(SampleKey("val", "owl/4.png", ""))
    assert stage.bars.bars.groups[2].strong
    QTest.keyClick(stage, Qt.Key.Key_Right)
    assert services.selection.sample.name == "cat/0.png"
    QTest.keyClick(stage, Qt.Key.Key_K)
    assert services.selection.sample.name == "owl/4.png"


def test_keys_walk_through_unsure_disputed_and_wrong_pictures(stage, services):
    QTest.keyClick(stage, Qt.Key.Key_W)
    assert (stage.order, services.selection.sample.name) == ("wrong", "owl/5.png")
    QTest.keyClick(stage, Qt.Key.Key_W)
    assert services.selection.sample.name == "dog/3.png"
    QTest.keyClick(stage, Qt.Key.Key_D)
    assert (stage.order, services.selection.sample.name) == ("disagree", "cat/1.png")
    QTest.keyClick(stage, Qt.Key.Key_U)
    assert (stage.order, services.selection.sample.name) == ("unsure", "cat/1.png")


def test_runs_are_read_when_the_stage_is_seen(qtbot, services, titles, monkeypatch, result_of):
    asked = []

    def compare(project, runs, split="val"):
        asked.append(tuple(runs))
        return Comparison("val", tuple(result_of(run) for run in runs), ())

    monkeypatch.setattr(experiment, "compare_runs", compare)
    stage = InspectStage(services, titles)
    qtbot.addWidget(stage)
    services.project.show_project("a project")
    stage.show_runs(("r0", "r1"))
    assert asked == []
    stage.show()
    qtbot.waitUntil(lambda: stage.model.rowCount() == 6, timeout=3000)
    assert asked == [("r0", "r1")]


def test_heads_that_agree_everywhere_say_so(qtbot, services, titles, result_of):
    stage = InspectStage(services, titles)
    qtbot.addWidget(stage)
    stage.show()
    stage.show_comparison(Comparison("val", (result_of("r0"),), ()), titles)
    stage.show_order("disagree")
    words = [label.text() for label in stage.findChildren(QLabel)]
    assert "The heads agree on every picture." in words
    stage.show_order("all")
    assert stage.decision.endswith("→ wrong")
