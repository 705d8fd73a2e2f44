"""Events as plain data."""

from __future__ import annotations

import json
import typing

from workbench.core.events import (
    EpochDone,
    Event,
    ExperimentEnded,
    ExperimentStarted,
    RunPlan,
    StageStarted,
    WatchedPosteriors,
    name_of,
    to_json,
)


def test_every_event_has_its_documented_name() -> None:
    assert {name_of(kind.__new__(kind)) for kind in typing.get_args(Event)} == {
        "experiment_started",
        "run_started",
        "stage_started",
        "stage_advanced",
        "step_done",
        "epoch_done",
        "watched_posteriors",
        "warned",
        "run_ended",
        "experiment_ended",
    }


def test_an_event_survives_json_with_its_name_and_all_its_fields() -> None:
    plans = (RunPlan("r1", "linear", 0, "linear"), RunPlan("r2", "mlp", 1, "mlp, seed 1"))
    started = to_json(ExperimentStarted("e1", "flowers", plans))
    assert json.loads(json.dumps(started)) == {
        "event": "experiment_started",
        "experiment": "e1",
        "name": "flowers",
        "runs": [
            {"run": "r1", "head": "linear", "seed": 0, "label": "linear"},
            {"run": "r2", "head": "mlp", "seed": 1, "label": "mlp, seed 1"},
        ],
    }


def test_nested_measurements_survive_json() -> None:
    epoch = EpochDone(
        "r1",
        2,
        30,
        {"loss": 0.5},
        {"loss": 0.4, "accuracy": 0.9},
        {"rose": {"recall": 1.0, "f1": 0.5}},
        2,
        0.1,
    )
    written = json.loads(json.dumps(to_json(epoch)))
    assert written["per_class"]["rose"] == {"recall": 1.0, "f1": 0.5}
    assert written["best_epoch"] == 2
    ended = ExperimentEnded("e1", "partial", ({"run": "r1", "metrics": {"val": {"accuracy": 0.5}}},))
    assert json.loads(json.dumps(to_json(ended)))["runs"][0]["metrics"]["val"] == {"accuracy": 0.5}


def test_a_stage_of_the_whole_experiment_has_no_run() -> None:
    assert to_json(StageStarted(None, "features", 120))["run"] is None


def test_watched_posteriors_keep_their_rows() -> None:
    event = WatchedPosteriors("r1", 1, ("a.png",), ((0.25, 0.75),))
    assert name_of(event) == "watched_posteriors"
    assert json.loads(json.dumps(to_json(event)))["probability"] == [[0.25, 0.75]]
