"""The Export stage calls the verbs with what was chosen, and says what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from workbench import experiment
from workbench.core.errors import ProjectError
from workbench.core.events import Status
from workbench.core.samples import Skipped
from workbench.experiment.views import Predicted, RunView
from workbench.gui.services import Services
from workbench.gui.stages.export import ExportStage
from workbench.store.project import Project


def run(name: str, status: Status = "finished") -> RunView:
    return RunView(
        run=name,
        experiment="e1",
        name="animals",
        label="linear",
        head="linear",
        head_options={},
        seed=0,
        status=status,
        created=0.0,
        ended=1.0,
        epochs_done=3,
        best_epoch=2,
        parameters={},
        metrics={"val": {"accuracy": 0.8}},
        seconds={},
        device="cpu",
        engine="eager",
        precision="float32",
        decoder="pillow",
        backbone="efficientnet_lite0",
        data="folder",
        split="stratified",
        sealed=4,
        opened=0,
        message="",
    )


@pytest.fixture
def stage(qtbot: QtBot, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExportStage:
    runs = (run("r2"), run("r1"), run("r0", "failed"))
    monkeypatch.setattr(experiment, "list_runs", lambda _project: runs)
    made = ExportStage(services)
    qtbot.addWidget(made)
    made.show()
    services.project.show_project(Project.create(tmp_path / "project"))
    qtbot.waitUntil(lambda: services.background.is_idle)
    return made


def said(stage: ExportStage, name: str) -> str:
    return stage.findChild(QLabel, name).text()


def test_only_runs_that_can_be_used_are_offered(stage: ExportStage) -> None:
    assert stage.ticked == ("r2", "r1")


def test_the_report_holds_the_ticked_runs(
    qtbot: QtBot, stage: ExportStage, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def write(project: Any, output: Path, runs: Any) -> Path:
        asked.append((project, output, runs))
        return output

    monkeypatch.setattr(experiment, "write_report", write)
    stage.findChild(QListWidget, "report_runs").item(0).setCheckState(Qt.CheckState.Unchecked)
    stage.write_report(str(tmp_path / "report.html"))
    qtbot.waitUntil(lambda: "report.html" in said(stage, "report_said"))
    assert asked == [(services.project.project, tmp_path / "report.html", ("r1",))]
    assert stage.findChild(QPushButton, "open_report").isVisible()


def test_without_a_ticked_run_the_button_says_what_is_missing(stage: ExportStage) -> None:
    runs = stage.findChild(QListWidget, "report_runs")
    for row in range(runs.count()):
        runs.item(row).setCheckState(Qt.CheckState.Unchecked)
    button = stage.findChild(QPushButton, "save_report")
    assert not button.isEnabled()
    assert button.toolTip() == "Tick at least one run."


def test_a_report_that_cannot_be_written_is_a_notice(
    qtbot: QtBot, stage: ExportStage, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: Any) -> Path:
        raise ProjectError("/full: the disk is full; choose another folder")

    monkeypatch.setattr(experiment, "write_report", write)
    with qtbot.waitSignal(services.messages.posted) as caught:
        stage.write_report("/full/report.html")
    assert caught.args[0].text == "/full: the disk is full; choose another folder"
    assert stage.findChild(QPushButton, "save_report").isEnabled()


def test_a_predicted_folder_ends_in_the_projects_exports(
    qtbot: QtBot, stage: ExportStage, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def predict(project: Any, name: str, folder: Path, csv: Path, progress: Any, stopped: Any) -> Predicted:
        asked.append((name, folder, csv))
        progress(3, 3)
        return Predicted(3, (Skipped("torn.png", "damaged", "it ends too early"),))

    monkeypatch.setattr(experiment, "predict_folder", predict)
    stage.predict(str(tmp_path / "new"))
    qtbot.waitUntil(lambda: said(stage, "predict_said").startswith("3 pictures"))
    assert "torn.png" in said(stage, "predict_said")
    exports = services.project.project.exports
    assert asked == [("r2", tmp_path / "new", exports / "new r2.csv")]


def test_a_project_without_runs_shows_the_way_to_train(
    qtbot: QtBot, services: Services, tmp_path: Path
) -> None:
    stage = ExportStage(services)
    qtbot.addWidget(stage)
    stage.show()
    services.project.show_project(Project.create(tmp_path / "empty"))
    qtbot.waitUntil(lambda: services.background.is_idle)
    assert not stage.findChild(QPushButton, "save_report").isVisible()
    with qtbot.waitSignal(stage.train_wanted):
        button = next(button for button in stage.findChildren(QPushButton) if button.isVisible())
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
