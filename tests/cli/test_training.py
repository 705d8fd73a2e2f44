"""`train`, `resume` and `demo`: events out, exit status, signals."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.made_up import METRICS, Said, comparison, run_object
from workbench.cli import main
from workbench.core.errors import DataError
from workbench.core.events import (
    EpochDone,
    Event,
    ExperimentEnded,
    ExperimentStarted,
    RunEnded,
    RunPlan,
    RunStarted,
    StageAdvanced,
    StageStarted,
    StepDone,
    Warned,
)
from workbench.core.stopping import Stop
from workbench.store.project import NewRun, Project

Call = Callable[..., Said]
Verbs = Callable[..., None]

EVENTS: tuple[Event, ...] = (
    ExperimentStarted("e1", "pets", (RunPlan("r1", "linear", 0, "linear"), RunPlan("r2", "mlp", 0, "mlp"))),
    StageStarted(None, "data", 4),
    StageAdvanced(None, "data", 4, 4),
    Warned(None, "1 file is damaged"),
    RunStarted("r1", "linear", 0, 2, {"head": 1234, "trainable": 1234, "total": 3_400_000}),
    StepDone("r1", 1, 1, 1, 0.7, 1e-3),
    EpochDone(
        "r1",
        1,
        2,
        {"loss": 0.7, "accuracy": 0.5},
        {"loss": 0.6, "accuracy": float("nan"), "macro_f1": 0.5},
        {"cat": {"recall": 0.5, "f1": 0.6}},
        1,
        0.01,
    ),
    RunEnded("r1", "finished", {"val": METRICS}, {"total": 3.2}),
    RunEnded("r2", "failed", message="the loss is not a number"),
)


def ended(outcome: str, *statuses: str) -> ExperimentEnded:
    heads = zip(("r1", "r2"), ("linear", "mlp"), statuses, strict=False)
    return ExperimentEnded("e1", outcome, tuple(run_object(*one) for one in heads))  # type: ignore[arg-type]


def playing(end: ExperimentEnded, events: Sequence[Event] = EVENTS) -> Callable[..., ExperimentEnded]:
    def run_experiment(recipe: Any, project: Any, emit: Any, stopped: Any) -> ExperimentEnded:
        for event in (*events, end):
            emit(event)
        return end

    return run_experiment


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text('name = "pets"\n[data]\nkind = "sample"\n')
    return path


@pytest.mark.parametrize(
    ("outcome", "status"), [("finished", 0), ("partial", 1), ("failed", 1), ("stopped", 130)]
)
def test_the_exit_status_follows_the_outcome(
    outcome: str, status: int, recipe: Path, project: Path, verbs: Verbs, workbench: Call
) -> None:
    verbs(run_experiment=playing(ended(outcome, "finished", "failed")))
    assert workbench("train", recipe).status == status


def test_json_gives_one_event_per_line_and_nothing_else(
    recipe: Path, project: Path, verbs: Verbs, workbench: Call
) -> None:
    verbs(run_experiment=playing(ended("partial", "finished", "failed")))
    said = workbench("train", recipe, "--json")
    assert [line["event"] for line in said.lines] == [
        "experiment_started",
        "stage_started",
        "stage_advanced",
        "warned",
        "run_started",
        "step_done",
        "epoch_done",
        "run_ended",
        "run_ended",
        "experiment_ended",
    ]
    assert said.err == ""
    assert said.lines[6]["val"]["accuracy"] is None, "what is not a number is null"
    assert said.lines[-1]["runs"][0]["parameters"]["head"] == 1234


def test_people_read_stages_epochs_a_table_and_how_to_open_the_test_set(
    recipe: Path, project: Path, verbs: Verbs, workbench: Call
) -> None:
    verbs(run_experiment=playing(ended("partial", "finished", "failed")))
    out = workbench("train", recipe).out
    for part in [
        "pets: 2 runs",
        "warning: 1 file is damaged",
        "linear, seed 0: 1,234 trainable parameters, 2 epochs",
        "epoch 1/2  loss 0.700  val loss 0.600  val accuracy -",
        "failed: the loss is not a number",
        "Validation set, n = 4",
        "75.0 %",
        "`workbench test RUN`",
    ]:
        assert part in out
    assert "\r" not in out, "lines are replaced in place on a terminal only"


def test_the_overrides_and_the_project_reach_the_experiment(
    recipe: Path, tmp_path: Path, verbs: Verbs, workbench: Call
) -> None:
    seen: list[Any] = []

    def run_experiment(recipe: Any, project: Project, emit: Any, stopped: Any) -> ExperimentEnded:
        seen.extend([recipe, project.path])
        return ended("finished", "finished")

    verbs(run_experiment=run_experiment)
    folder = tmp_path / "new" / "project"
    words = ["--set", "training.epochs=5", "--set", "training.seeds=[0, 1]", "--project", folder]
    assert workbench("train", recipe, *words).status == 0
    assert (seen[0].training.epochs, seen[0].training.seeds) == (5, (0, 1))
    assert seen[1] == folder
    assert Project.is_project(folder), "train creates the project"


def test_data_that_cannot_be_used_is_one_sentence_and_leaves_no_new_project(
    recipe: Path, tmp_path: Path, verbs: Verbs, workbench: Call
) -> None:
    def run_experiment(*anything: Any) -> ExperimentEnded:
        raise DataError("pets: holds no pictures; choose another folder")

    verbs(run_experiment=run_experiment)
    here = tmp_path / "here"
    here.mkdir()
    (here / "runs").mkdir()
    (here / "runs" / "diary.txt").write_text("mine")
    for folder, left in [(tmp_path / "new", None), (here, ["runs"])]:
        said = workbench("train", recipe, "--project", folder, "--json")
        assert said.status == 2
        assert said.err == "error: pets: holds no pictures; choose another folder\n"
        assert said.lines[-1] == {
            "event": "error",
            "message": "pets: holds no pictures; choose another folder",
        }
        assert (sorted(os.listdir(folder)) if folder.exists() else None) == left
    assert (here / "runs" / "diary.txt").read_text() == "mine"


def test_a_project_that_was_there_stays_when_training_cannot_begin(
    recipe: Path, project: Path, verbs: Verbs, workbench: Call
) -> None:
    with Project.open(project) as before:
        before.add_experiment(
            "earlier", "", "f", (NewRun(head="linear", head_options={}, seed=0, label="linear"),)
        )

    def run_experiment(*anything: Any) -> ExperimentEnded:
        raise DataError("no")

    verbs(run_experiment=run_experiment)
    assert workbench("train", recipe).status == 2
    with Project.open(project) as after:
        assert len(after.runs()) == 1


def test_a_fault_of_the_program_shows_its_trace_and_is_not_blamed_on_the_user(
    recipe: Path, project: Path, verbs: Verbs, workbench: Call
) -> None:
    def run_experiment(*anything: Any) -> ExperimentEnded:
        raise ZeroDivisionError("oh")

    verbs(run_experiment=run_experiment)
    said = workbench("train", recipe, "--json")
    assert said.status == 1
    assert "Traceback" in said.err
    assert "a fault of the program" in said.err
    assert said.lines[-1]["event"] == "error"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_work_leave_by_itself_and_ends_with_130(
    number: signal.Signals, recipe: Path, project: Path, verbs: Verbs, workbench: Call
) -> None:
    answers: list[Stop] = []
    before = signal.getsignal(number)

    def run_experiment(recipe: Any, project: Any, emit: Any, stopped: Any) -> ExperimentEnded:
        answers.append(stopped())
        os.kill(os.getpid(), number)
        answers.append(stopped())
        assert signal.getsignal(number) is signal.SIG_DFL, "a second signal ends the program at once"
        return ended("stopped", "paused", "queued")

    verbs(run_experiment=run_experiment)
    said = workbench("train", recipe)
    assert said.status == 130
    assert answers == [Stop.NO, Stop.LEAVE]
    assert "workbench resume r1" in said.out
    assert signal.getsignal(number) == before


def test_a_signal_to_work_that_asks_nothing_ends_it_with_130(
    project: Path, verbs: Verbs, workbench: Call
) -> None:
    def list_runs(project: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("the signal came too late")

    verbs(list_runs=list_runs)
    assert workbench("runs").status == 130


def test_resume_completes_with_the_same_events(project: Path, verbs: Verbs, workbench: Call) -> None:
    def resume_experiment(run: str, project: Any, emit: Any, stopped: Any) -> ExperimentEnded:
        assert run == "r1"
        return playing(ended("finished", "finished", "finished"))(None, project, emit, stopped)

    verbs(resume_experiment=resume_experiment)
    said = workbench("resume", "r1", "--json")
    assert said.status == 0
    assert said.lines[-1]["outcome"] == "finished"


def test_a_reader_that_goes_away_ends_training_where_it_can_be_resumed(
    recipe: Path, project: Path, verbs: Verbs, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, write = os.pipe()
    os.close(read)
    answers: list[Stop] = []

    def run_experiment(recipe: Any, project: Any, emit: Any, stopped: Any) -> ExperimentEnded:
        for event in EVENTS:
            emit(event)
        answers.append(stopped())
        emit(ended("stopped", "paused", "queued"))
        return ended("stopped", "paused", "queued")

    verbs(run_experiment=run_experiment)
    with os.fdopen(write, "w") as gone:
        monkeypatch.setattr("sys.stdout", gone)
        assert main(["train", str(recipe), "--json"]) == 130
    assert answers == [Stop.LEAVE]


def test_the_demo_trains_reports_and_compares_in_a_project_of_its_own(
    tmp_path: Path, verbs: Verbs, workbench: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_PROJECTS", str(tmp_path / "projects"))
    asked: list[Any] = []

    def run_experiment(recipe: Any, project: Project, emit: Any, stopped: Any) -> ExperimentEnded:
        asked.append((recipe.data.kind, recipe.training.epochs, [head.name for head in recipe.heads]))
        return playing(ended("finished", "finished", "finished"))(recipe, project, emit, stopped)

    def write_report(project: Project, output: Path, runs: Sequence[str]) -> Path:
        asked.append(list(runs))
        output.write_text("<html>")
        return output

    verbs(
        run_experiment=run_experiment,
        write_report=write_report,
        compare_runs=lambda project, runs: comparison(),
    )
    said = workbench("demo", "--epochs", 2, "--output", tmp_path / "demo.html")
    assert said.status == 0
    assert asked == [("sample", 2, ["linear", "mlp", "spinal", "spinal_shared"]), ["r1", "r2"]]
    assert f"Report: {tmp_path / 'demo.html'}" in said.out
    assert "B mlp minus A linear" in said.out
    assert len(list((tmp_path / "projects").iterdir())) == 1
    again = workbench("demo", "--epochs", 2, "--json")
    assert again.status == 0, "safe to run twice"
    assert again.lines[-1]["event"] == "report_written"
    assert Path(again.lines[-1]["path"]).is_file()
