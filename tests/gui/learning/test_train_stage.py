from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSpinBox, QToolButton

from workbench.core.errors import DataError
from workbench.core.events import (
    EpochDone,
    ExperimentEnded,
    ExperimentStarted,
    RunEnded,
    RunPlan,
    RunStarted,
    StepDone,
)
from workbench.core.recipe import DataSettings, SplitSettings
from workbench.core.samples import Samples, Split
from workbench.core.stopping import Stop
from workbench.experiment.views import DataView, HeadCounts
from workbench.gui.run_controller import RunController
from workbench.gui.stages.train import TrainStage

ACKNOWLEDGED_S = 0.3


def counts(name, options, features, classes):
    width = int(options.get("width", 0))
    return HeadCounts(name, options, features * classes + width, 1000, ("A note.",) if width > 20 else ())


def data_view(problem=""):
    target = np.array([0, 0, 1, 1], np.int32)
    samples = Samples(
        (Path("/nowhere"),), ("cat", "dog"), ("cat/0", "cat/1", "dog/0", "dog/1"), np.zeros(4, np.uint8),
        target, tuple("abcd"), np.full((4, 2), 8, np.int32), np.full(4, -1, np.int8),
    )  # fmt: skip
    return DataView(samples, Split(np.array([0, 1, 0, 1], np.int8), "", 0, 0, 0, "half"), problem)


def one_run(recipe, project, emit, stopped):
    emit(ExperimentStarted("e", "pets", (RunPlan("r0", "linear", 0, "linear"),)))
    emit(RunStarted("r0", "linear", 0, 3, {}))
    for epoch in range(1, 4):
        emit(
            EpochDone(
                "r0", epoch, 3, {"loss": 1 / epoch, "accuracy": 0.5}, {"loss": 1.0, "accuracy": 0.5},
                {"cat": {"recall": 1.0, "f1": 0.7}, "dog": {"recall": 0.5, "f1": 0.6}}, epoch, 0.1,
            )
        )  # fmt: skip
    emit(RunEnded("r0", "finished", {"val": {"accuracy": 0.5}}))
    return ExperimentEnded("e", "finished", ())


@pytest.fixture
def stage_of(qtbot, services, catalogue):
    made = []

    def make(work=one_run, problem=None, *, read_only=False):
        services.controller = RunController(work=work, resume_work=work)
        services.project.show_project(SimpleNamespace(read_only=read_only))
        stage = TrainStage(services, catalogue, counts)
        qtbot.addWidget(stage)
        made.append(stage)
        if problem is not None:
            stage.show_data(data_view(problem), DataSettings(kind="sample"), SplitSettings())
        stage.resize(1200, 800)
        stage.show()
        return stage

    yield make
    for stage in made:
        stage.controller.close()


def button(stage, name):
    return stage.findChild(QPushButton, name)


def finished(qtbot, stage):
    with qtbot.waitSignal(stage.controller.ended, timeout=5000):
        stage.start_training()


def test_without_pictures_the_button_says_why_it_is_grey(stage_of):
    stage = stage_of()
    assert not button(stage, "train").isEnabled()
    assert "Open a folder" in button(stage, "train").toolTip()


def test_the_datas_problem_is_the_reason(stage_of):
    stage = stage_of(problem="At least two classes are needed. Found: cat.")
    assert not button(stage, "train").isEnabled()
    assert button(stage, "train").toolTip() == "At least two classes are needed. Found: cat."
    assert stage.findChild(QLabel, "train_problem").text() == "At least two classes are needed. Found: cat."


def test_a_project_that_cannot_be_written_is_the_reason(stage_of):
    stage = stage_of(problem="", read_only=True)
    assert not button(stage, "train").isEnabled()
    assert "cannot be written" in button(stage, "train").toolTip()


def test_the_recipe_says_what_the_card_shows(stage_of):
    stage = stage_of(problem="")
    recipe = stage.card.values()
    assert recipe["backbone"]["name"] == "small"
    assert recipe["policy"] == {"name": "heads_only"}
    assert [head["name"] for head in recipe["heads"]] == ["linear", "mlp", "spinal_shared"]
    assert recipe["training"]["epochs"] == 30


def test_the_digits_are_looked_at_in_a_size_that_suits_them_unless_the_user_chose_one(stage_of):
    def size(stage):
        return stage.card.values()["backbone"]["image_size"]

    folder = DataSettings(kind="folder", path="/nowhere")
    stage = stage_of(problem="")
    assert size(stage) == 64
    stage.show_data(data_view(), folder, SplitSettings())
    assert size(stage) == 224
    stage.findChild(QSpinBox, "image_size").setValue(96)
    stage.show_data(data_view(), DataSettings(kind="sample"), SplitSettings())
    assert size(stage) == 96


def test_heads_are_added_duplicated_and_removed(stage_of, qtbot):
    stage = stage_of(problem="")
    heads = stage.card.heads
    heads.add_head("mlp")
    assert [row.card.name for row in heads.rows] == ["linear", "mlp", "spinal_shared", "mlp"]
    heads.rows[1].form.show_values({"width": 99})
    duplicate = next(b for b in heads.rows[1].findChildren(QToolButton) if "Duplicate" in b.toolTip())
    qtbot.mouseClick(duplicate, Qt.MouseButton.LeftButton)
    assert heads.choices()[2].options == {"width": 99}
    remove = next(b for b in heads.rows[0].findChildren(QToolButton) if "Remove" in b.toolTip())
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert [row.card.name for row in heads.rows] == ["mlp", "mlp", "spinal_shared", "mlp"]


def test_the_last_head_cannot_be_removed_and_says_why(stage_of):
    stage = stage_of(problem="")
    heads = stage.card.heads
    heads.show_choices(heads.choices()[:1])
    remove = [b for b in heads.rows[0].findChildren(QToolButton) if b.toolTip().startswith("A recipe needs")]
    assert len(remove) == 1
    assert not remove[0].isEnabled()


def test_a_heads_size_follows_its_options(stage_of, qtbot):
    stage = stage_of(problem="")
    row = stage.card.heads.rows[1]

    def says(text):
        return any(text in label.text() for label in row.findChildren(QLabel))

    assert says(f"{64 * 2 + 20} parameters")
    row.form.editor("width").setValue(40)
    qtbot.waitUntil(lambda: says(f"{64 * 2 + 40} parameters"), timeout=2000)
    assert says("A note.")


def test_missing_weights_are_said_before_training(stage_of):
    stage = stage_of(problem="")
    box = stage.findChild(QComboBox, "backbone")
    box.setCurrentIndex(1)
    assert not button(stage, "train").isEnabled()
    assert "weights of Big net are not on this computer" in button(stage, "train").toolTip()


def test_repeating_sets_the_seeds(stage_of, qtbot):
    stage = stage_of(problem="")
    qtbot.mouseClick(button(stage, "repeat_3"), Qt.MouseButton.LeftButton)
    assert stage.card.values()["training"]["seeds"] == [0, 1, 2]


def test_training_draws_curves_bars_and_rows(stage_of, qtbot, monkeypatch):
    stage = stage_of(problem="")
    monkeypatch.setattr(stage, "recipe", lambda: "recipe")
    ended = []
    stage.runs_ended.connect(ended.append)
    finished(qtbot, stage)
    monitor = stage.monitor
    assert [row for row in monitor.curves.table.rows if row[1:3] == ("train", "loss")] == [
        ("A Linear", "train", "loss", epoch, 1 / epoch) for epoch in (1, 2, 3)
    ]
    assert monitor.class_bars.table.rows == (("cat", 1.0), ("dog", 0.5))
    assert monitor.rows.texts() == ["done"]
    assert stage.findChild(QLabel, "training_headline").text().startswith("Finished in")
    assert ended == [("r0",)]
    assert button(stage, "open_compare").isVisible()
    assert button(stage, "train").isEnabled()


def test_twenty_thousand_events_do_not_block_the_window(stage_of, qtbot, monkeypatch):
    def flood(recipe, project, emit, stopped):
        emit(ExperimentStarted("e", "pets", (RunPlan("r0", "linear", 0, "linear"),)))
        emit(RunStarted("r0", "linear", 0, 100, {}))
        for step in range(20_000):
            emit(StepDone("r0", 1 + step // 200, step % 200, 200, 0.5, 0.1))
        return ExperimentEnded("e", "finished", ())

    stage = stage_of(flood, problem="")
    monkeypatch.setattr(stage, "recipe", lambda: "recipe")
    beginning = time.perf_counter()
    finished(qtbot, stage)
    assert time.perf_counter() - beginning < 3


def test_without_validation_pictures_the_end_says_why_nothing_is_compared(
    stage_of, qtbot, monkeypatch, services
):
    def work(recipe, project, emit, stopped):
        emit(ExperimentStarted("e", "pets", (RunPlan("r0", "linear", 0, "linear"),)))
        emit(RunStarted("r0", "linear", 0, 1, {}))
        emit(EpochDone("r0", 1, 1, {"loss": 1.0, "accuracy": 0.5}, {}, {}, 1, 0.1))
        emit(RunEnded("r0", "finished", {}))
        return ExperimentEnded("e", "finished", ())

    stage = stage_of(work, problem="")
    monkeypatch.setattr(stage, "recipe", lambda: "recipe")
    finished(qtbot, stage)
    assert "no validation pictures" in services.messages.log[-1].text
    assert stage.monitor.class_bars.isHidden()


def test_pause_stop_and_discard_are_acknowledged_at_once(stage_of, qtbot, monkeypatch):
    wishes = []

    def work(recipe, project, emit, stopped):
        while (wish := stopped()) is Stop.NO:
            time.sleep(0.001)
        wishes.append(wish)
        return ExperimentEnded("e", "stopped", ())

    stage = stage_of(work, problem="")
    monkeypatch.setattr(stage, "recipe", lambda: "recipe")
    headline = stage.findChild(QLabel, "training_headline")
    stage.start_training()
    beginning = time.perf_counter()
    qtbot.mouseClick(button(stage, "pause"), Qt.MouseButton.LeftButton)
    assert headline.text() == "Pausing after this step…"
    assert time.perf_counter() - beginning < ACKNOWLEDGED_S
    qtbot.waitUntil(lambda: headline.text().startswith("Paused"), timeout=2000)
    assert button(stage, "pause").text() == "Go on"
    beginning = time.perf_counter()
    with qtbot.waitSignal(stage.controller.ended, timeout=5000):
        qtbot.mouseClick(button(stage, "stop_and_keep"), Qt.MouseButton.LeftButton)
        assert headline.text() == "Stopping after this step…"
        assert not button(stage, "discard").isEnabled()
        assert time.perf_counter() - beginning < ACKNOWLEDGED_S
    assert wishes == [Stop.KEEP]


def test_an_error_ends_with_its_sentence(stage_of, qtbot, monkeypatch):
    def work(recipe, project, emit, stopped):
        raise DataError("pets: the folder is gone; open it again")

    stage = stage_of(work, problem="")
    monkeypatch.setattr(stage, "recipe", lambda: "recipe")
    finished(qtbot, stage)
    assert stage.findChild(QLabel, "training_headline").text() == "pets: the folder is gone; open it again."


def test_while_training_the_button_says_why_it_is_grey(stage_of, qtbot, monkeypatch):
    def work(recipe, project, emit, stopped):
        while stopped() is Stop.NO:
            time.sleep(0.001)
        return ExperimentEnded("e", "stopped", ())

    stage = stage_of(work, problem="")
    monkeypatch.setattr(stage, "recipe", lambda: "recipe")
    stage.start_training()
    assert "An experiment is running" in button(stage, "train").toolTip()


def test_a_saved_recipe_comes_back(qtbot, services, tmp_path):
    services.controller = RunController()
    stage = TrainStage(services)
    qtbot.addWidget(stage)
    stage.show_data(data_view(), DataSettings(kind="sample"), SplitSettings(seed=5))
    stage.card.heads.add_head("spinal")
    stage.card.heads.rows[-1].form.show_values({"width": 7})
    stage.card.repeat(3)
    before = stage.recipe()
    stage.save_recipe(str(tmp_path / "recipe.toml"))
    assert [path.name for path in tmp_path.iterdir() if "recipe" in path.name] == ["recipe.toml"]
    stage.card.heads.show_choices(stage.card.heads.choices()[:1])
    stage.card.repeat(1)
    loaded = []
    stage.recipe_loaded.connect(loaded.append)
    stage.load_recipe(str(tmp_path / "recipe.toml"))
    assert loaded == [before]
    assert stage.recipe() == before


def test_a_recipe_that_cannot_be_read_is_a_notice(qtbot, services, tmp_path):
    services.controller = RunController()
    stage = TrainStage(services)
    qtbot.addWidget(stage)
    notices = []
    services.messages.posted.connect(notices.append)
    (tmp_path / "bad.toml").write_text("[data\n")
    stage.load_recipe(str(tmp_path / "bad.toml"))
    assert len(notices) == 1
    assert "not valid TOML" in notices[0].text
