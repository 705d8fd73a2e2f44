"""From a recipe to runs: finished, stopped, resumed, failed, discarded."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.experiment.conftest import draw, recipe_for
from workbench.core.errors import DataError, ProjectError, WeightsError, WorkbenchError
from workbench.core.events import (
    EpochDone,
    Event,
    ExperimentEnded,
    ExperimentStarted,
    RunEnded,
    RunStarted,
    StageAdvanced,
    StepDone,
    Warned,
    name_of,
)
from workbench.core.posterior import PosteriorTable
from workbench.core.recipe import Recipe
from workbench.core.stopping import Stop
from workbench.evaluation.metrics import summary
from workbench.experiment import empty_trash, list_runs, resume_experiment, run_experiment, run_result
from workbench.store.project import Project


def stopping_after(kind: type, count: int, wish: Stop) -> tuple[Callable[[Event], None], Callable[[], Stop]]:
    """An `emit` and a `stopped` that wishes `wish` once `count` events of `kind` have come."""
    seen = 0

    def emit(event: Event) -> None:
        nonlocal seen
        seen += isinstance(event, kind)

    return emit, lambda: wish if seen >= count else Stop.NO


def without_clocks(project: Project, run: str) -> tuple[PosteriorTable, list[tuple[object, ...]]]:
    rows = [(m.epoch, m.split, m.class_name, m.name, m.value) for m in project.metrics(run)]
    return project.posterior(run, "val"), rows


def test_an_experiment_leaves_a_run_per_head_and_seed(project: Project, pictures: Path) -> None:
    events: list[Event] = []
    ended = run_experiment(recipe_for(pictures, training__seeds=[0, 1]), project, events.append)
    assert ended.outcome == "finished"
    assert [(run["head"], run["seed"], run["status"]) for run in ended.runs] == [
        ("linear", 0, "finished"),
        ("linear", 1, "finished"),
        ("spinal_shared", 0, "finished"),
        ("spinal_shared", 1, "finished"),
    ]
    assert isinstance(events[0], ExperimentStarted)
    assert events[-1] == ended
    for plan in events[0].runs:
        names = [name_of(event) for event in events if getattr(event, "run", None) == plan.run]
        assert names[0] == "run_started"
        assert names[-1] == "run_ended"
        assert names.count("epoch_done") == 4
    for run in ended.runs:
        table = project.posterior(run["run"], "val")
        assert len(table) == 9
        np.testing.assert_allclose(table.probability.sum(axis=1), 1, atol=1e-6)
        stored = {name: run["metrics"]["val"][name] for name in ("accuracy", "macro_f1", "log_loss", "ece")}
        assert stored == {name: summary(table)[name] for name in stored}
        assert run["parameters"]["head"] == run["parameters"]["trainable"] < run["parameters"]["total"]
        assert run["seconds"]["shared"] is True


def test_the_kept_weights_are_those_of_the_best_epoch(project: Project, pictures: Path) -> None:
    events: list[Event] = []
    ended = run_experiment(
        recipe_for(
            pictures,
            heads=[{"name": "mlp"}],
            training__learning_rate=0.3,
            training__epochs=12,
            training__schedule="constant",
        ),
        project,
        events.append,
    )
    losses = [event.val["loss"] for event in events if isinstance(event, EpochDone)]
    run = ended.runs[0]
    assert losses[-1] > 1.1 * min(losses), "the last epoch must be worse, or this test cannot fail"
    assert run["best_epoch"] == int(np.argmin(losses)) + 1
    assert run["metrics"]["val"]["log_loss"] == pytest.approx(min(losses), rel=1e-6)


def test_features_are_computed_once_for_all_heads_seeds_and_experiments(
    project: Project, pictures: Path
) -> None:
    def computed(recipe: Recipe) -> int:
        events: list[Event] = []
        run_experiment(recipe, project, events.append)
        return sum(
            event.done
            for event in events
            if isinstance(event, StageAdvanced) and event.stage == "features" and event.done == event.total
        )

    assert computed(recipe_for(pictures, training__epochs=1)) == 24
    assert computed(recipe_for(pictures, training__seeds=[3, 4], heads=[{"name": "mlp"}])) == 0


POLICIES = [
    pytest.param({}, id="heads_only"),
    pytest.param(
        {"augmentation": {"name": "flip", "views": 2}, "training__optimizer": "sgd"}, id="heads_only, views"
    ),
    pytest.param(
        {
            "policy": {"name": "everything"},
            "augmentation": {"name": "paper_spinal"},
            "training__epochs": 2,
            "heads": [{"name": "spinal", "dropout": 0.2}],
        },
        id="everything",
    ),
]


@pytest.mark.parametrize("changes", POLICIES)
def test_a_stopped_experiment_resumes_to_the_same_result_bit_for_bit(
    tmp_path: Path, pictures: Path, changes: dict[str, object]
) -> None:
    recipe = recipe_for(pictures, **changes)
    with Project.create(tmp_path / "a") as whole, Project.create(tmp_path / "b") as parts:
        truth = run_experiment(recipe, whole, lambda event: None)
        emit, stopped = stopping_after(StepDone, 3, Stop.LEAVE)
        left = run_experiment(recipe, parts, emit, stopped)
        assert left.outcome == "stopped"
        assert left.runs[0]["status"] == "paused"
        assert all(run["status"] == "queued" for run in left.runs[1:])
        ended = resume_experiment(left.runs[-1]["run"], parts, lambda event: None)
        assert ended.outcome == "finished"
        assert [run["run"] for run in ended.runs] == [run["run"] for run in left.runs]
        for one, other in zip(truth.runs, ended.runs, strict=True):
            table, rows = without_clocks(whole, one["run"])
            resumed, resumed_rows = without_clocks(parts, other["run"])
            np.testing.assert_array_equal(table.logits, resumed.logits)
            assert rows == resumed_rows


def test_stop_and_keep_leaves_a_measured_run_that_can_go_on(project: Project, pictures: Path) -> None:
    emit, stopped = stopping_after(EpochDone, 2, Stop.KEEP)
    ended = run_experiment(recipe_for(pictures), project, emit, stopped)
    assert ended.outcome == "stopped"
    first, second = ended.runs
    assert (first["status"], second["status"]) == ("stopped", "queued")
    assert first["metrics"]["val"]["n"] == 9
    assert resume_experiment(first["run"], project, lambda event: None).outcome == "finished"
    assert [view.epochs_done for view in list_runs(project)] == [4, 4]


@pytest.mark.parametrize("moment", [RunStarted, StepDone, EpochDone])
def test_discarded_runs_lie_in_the_trash(project: Project, pictures: Path, moment: type) -> None:
    emit, stopped = stopping_after(moment, 1, Stop.DISCARD)
    ended = run_experiment(recipe_for(pictures), project, emit, stopped)
    assert (ended.outcome, ended.runs) == ("stopped", ())
    assert list_runs(project) == ()
    assert len(project.runs(deleted=True)) == 2
    empty_trash(project)
    assert project.runs(deleted=True) == ()


def test_discarding_a_resumed_experiment_spares_what_was_finished(project: Project, pictures: Path) -> None:
    emit, stopped = stopping_after(EpochDone, 6, Stop.LEAVE)
    left = run_experiment(recipe_for(pictures), project, emit, stopped)
    assert [run["status"] for run in left.runs] == ["finished", "paused"]
    emit, stopped = stopping_after(StepDone, 1, Stop.DISCARD)
    resume_experiment(left.runs[1]["run"], project, emit, stopped)
    assert [view.run for view in list_runs(project)] == [left.runs[0]["run"]]


def test_discarding_before_anything_was_trained_leaves_nothing(project: Project, pictures: Path) -> None:
    emit, stopped = stopping_after(StageAdvanced, 1, Stop.DISCARD)
    run_experiment(recipe_for(pictures), project, emit, stopped)
    assert list_runs(project) == project.runs(deleted=True) == ()


def test_a_stop_while_features_are_computed_can_be_resumed(
    project: Project, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.training.features.BATCH", 4)
    computing = False

    def emit(event: Event) -> None:
        nonlocal computing
        computing = computing or (isinstance(event, StageAdvanced) and event.stage == "features")

    left = run_experiment(recipe_for(pictures), project, emit, lambda: Stop.LEAVE if computing else Stop.NO)
    assert {run["status"] for run in left.runs} == {"queued"}
    assert resume_experiment(left.runs[0]["run"], project, lambda event: None).outcome == "finished"


def test_an_epoch_whose_state_could_not_be_kept_is_trained_again(
    project: Project, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the program had been killed between an epoch's numbers and its state."""
    recipe = recipe_for(pictures, heads=[{"name": "mlp", "dropout": 0.5}])
    save, saved = Project.save_tensors, 0

    def failing(self: Project, run: str, name: str, arrays: object, meta: object) -> None:
        nonlocal saved
        saved += name == "checkpoint"
        if saved == 3 and name == "checkpoint":
            raise ProjectError("no space left")
        save(self, run, name, arrays, meta)  # type: ignore[arg-type]

    monkeypatch.setattr(Project, "save_tensors", failing)
    left = run_experiment(recipe, project, lambda event: None).runs[0]
    assert left["status"] == "failed"
    assert {m.epoch for m in project.metrics(left["run"])} == {1, 2, 3}
    epochs: list[int] = []

    def emit(event: Event) -> None:
        if isinstance(event, RunStarted):
            assert {m.epoch for m in project.metrics(left["run"])} == {1, 2}
        if isinstance(event, EpochDone):
            epochs.append(event.epoch)

    assert resume_experiment(left["run"], project, emit).outcome == "finished"
    assert epochs == [3, 4]


def test_one_head_that_fails_does_not_stop_the_others(project: Project, pictures: Path) -> None:
    # 1280 features are 4m + 0, so only the layer count makes the published head impossible.
    heads = [{"name": "spinal", "exact": True, "layers": 1}, {"name": "linear"}]
    events: list[Event] = []
    ended = run_experiment(recipe_for(pictures, heads=heads), project, events.append)
    assert ended.outcome == "partial"
    assert [run["status"] for run in ended.runs] == ["failed", "finished"]
    (failed,) = [event for event in events if isinstance(event, RunEnded) and event.status == "failed"]
    assert "at least 2 layers" in failed.message
    assert failed.message in [view.message for view in list_runs(project)]


def test_pictures_that_changed_meanwhile_are_not_mixed_into_a_resumed_run(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(pictures, folder)
    emit, stopped = stopping_after(EpochDone, 1, Stop.LEAVE)
    left = run_experiment(recipe_for(folder), project, emit, stopped)
    draw(folder / "red" / "new.png", (200, 50, 40), 7)
    with pytest.raises(WorkbenchError, match="have changed since it began"):
        resume_experiment(left.runs[0]["run"], project, lambda event: None)
    (folder / "red" / "new.png").unlink()
    assert resume_experiment(left.runs[0]["run"], project, lambda event: None).outcome == "finished"


def test_what_cannot_begin_leaves_nothing_half_written(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "one" / "only").mkdir(parents=True)
    draw(tmp_path / "one" / "only" / "a.png", (1, 2, 3), 0)
    broken = tmp_path / "weights.pth"
    broken.write_bytes(b"not weights")
    for recipe, error in (
        (recipe_for(tmp_path / "vanished"), DataError),
        (recipe_for(tmp_path / "one"), DataError),
        (recipe_for(pictures, backbone__weights=str(broken)), WeightsError),
        (recipe_for(pictures, backbone={"name": "resnet50"}), WeightsError),
        (recipe_for(pictures, split={"group": "patient"}), DataError),
    ):
        with pytest.raises(error):
            run_experiment(recipe, project, lambda event: None)
        assert list_runs(project) == ()


def test_files_that_were_left_out_are_told_with_their_reason(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(pictures, folder)
    (folder / "red" / "empty.png").touch()
    (folder / "red" / "a-list.txt").write_text("not a picture")
    events: list[Event] = []
    run_experiment(recipe_for(folder, training__epochs=1), project, events.append)
    (said,) = [event.message for event in events if isinstance(event, Warned) and "left out" in event.message]
    assert said.startswith("2 of 32 files were left out (")
    assert "1 empty" in said
    assert "1 not a picture" in said
    assert said.endswith("for example red/empty.png: empty: the file has 0 bytes")


def test_a_read_only_project_is_refused_before_work_starts(project: Project, pictures: Path) -> None:
    with Project.open(project.path, read_only=True) as sealed, pytest.raises(ProjectError, match="read-only"):
        run_experiment(recipe_for(pictures), sealed, lambda event: None)


def test_without_validation_a_run_keeps_its_last_epoch_and_has_no_metrics(
    project: Project, pictures: Path
) -> None:
    ended = run_experiment(
        recipe_for(pictures, split={"fractions": [1.0, 0.0, 0.0]}), project, lambda event: None
    )
    assert ended.outcome == "finished"
    assert ended.runs[0]["metrics"] == {}
    assert ended.runs[0]["best_epoch"] == 4
    with pytest.raises(ProjectError, match="posterior"):
        run_result(project, ended.runs[0]["run"])


def test_heads_of_one_name_are_told_apart_by_what_differs(project: Project, pictures: Path) -> None:
    heads = [
        {"name": "spinal", "width": 4},
        {"name": "spinal", "width": 6},
        {"name": "linear"},
        {"name": "linear"},
    ]
    ended: ExperimentEnded = run_experiment(
        recipe_for(pictures, heads=heads, training__epochs=1), project, lambda event: None
    )
    assert [run["label"] for run in ended.runs] == [
        "spinal (width 4)",
        "spinal (width 6)",
        "linear #1",
        "linear #2",
    ]
