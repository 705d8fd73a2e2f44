from __future__ import annotations

import math

import pytest

from workbench.core.events import (
    EpochDone,
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
from workbench.gui.training_progress import TrainingProgress, remarks

PLANS = (RunPlan("r0", "linear", 0, "linear"), RunPlan("r1", "mlp", 0, "mlp"))


def epoch(number, *, run="r0", epochs=10, loss=0.5, train=0.9, val=0.8, best=1, per_class=None):
    return EpochDone(
        run, number, epochs, {"loss": loss, "accuracy": train}, {"loss": 0.6, "accuracy": val},
        per_class or {}, best, 1.0,
    )  # fmt: skip


@pytest.fixture
def progress():
    made = TrainingProgress()
    made.take([ExperimentStarted("e", "pets", PLANS)], 0)
    return made


def test_the_features_rate_and_time_left_appear_with_the_third_look(progress):
    progress.take([StageStarted(None, "features", 100, "net")], 0)
    progress.take([StageAdvanced(None, "features", 10, 100)], 1)
    progress.take([StageAdvanced(None, "features", 30, 100)], 2)
    assert progress.stages["features"].left_s() is None
    progress.take([StageAdvanced(None, "features", 50, 100)], 3)
    assert progress.stages["features"].rate() == pytest.approx(20)
    assert progress.stages["features"].left_s() == pytest.approx(2.5)


def test_time_left_appears_after_the_third_epoch_and_counts_waiting_runs(progress):
    progress.take([RunStarted("r0", "linear", 0, 10, {})], 10)
    for number in (1, 2):
        progress.take([epoch(number)], 10 + 2 * number)
        assert progress.left_s() is None
    progress.take([epoch(3)], 16)
    assert progress.runs["r0"].left_s() == pytest.approx(14)
    assert progress.left_s() == pytest.approx(14 + 20)


def test_a_slow_first_epoch_knows_after_three_steps(progress):
    progress.take([RunStarted("r0", "linear", 0, 2, {})], 0)
    progress.take([StepDone("r0", 1, 1, 10, 0.7, 0.1), StepDone("r0", 1, 2, 10, 0.7, 0.1)], 4)
    assert progress.runs["r0"].left_s() is None
    progress.take([StepDone("r0", 1, 3, 10, 0.7, 0.1)], 6)
    assert progress.runs["r0"].left_s() == pytest.approx(34)


def test_a_resumed_run_does_not_take_old_epochs_for_fast_ones(progress):
    progress.take([RunStarted("r0", "linear", 0, 10, {})], 0)
    for number in (5, 6, 7):
        progress.take([epoch(number)], 2.0 * (number - 4))
    assert progress.runs["r0"].left_s() == pytest.approx(6)


def test_curves_hold_every_epoch(progress):
    progress.take([RunStarted("r0", "linear", 0, 10, {}), epoch(1, loss=0.9), epoch(2, loss=0.4)], 1)
    lines = {(c.name, c.split): (c.epochs, c.values) for c in progress.runs["r0"].curves()}
    assert lines["loss", "train"] == ((1, 2), (0.9, 0.4))
    assert lines["accuracy", "val"] == ((1, 2), (0.8, 0.8))


def test_the_end_is_remembered_and_stages_are_over(progress):
    progress.take([StageStarted(None, "data", 0, ""), StageStarted(None, "features", 5, "")], 0)
    assert progress.stages["data"].over
    assert not progress.stages["features"].over
    ended = ExperimentEnded("e", "finished", ())
    progress.take([RunEnded("r0", "finished", {"val": {"accuracy": 0.9}}), ended], 1)
    assert progress.ended is ended
    assert progress.stages["features"].over
    assert progress.runs["r0"].fraction() == 1


def test_a_warning_is_kept_once(progress):
    progress.take([Warned(None, "two pictures are the same"), Warned(None, "two pictures are the same")], 0)
    assert progress.warnings == ["two pictures are the same"]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (epoch(9, best=2), "not improved for 7 epochs (best: epoch 2)"),
        (epoch(6, train=0.99, val=0.6, best=6), "learns by heart"),
        (epoch(6, best=6, per_class={"owl": {"recall": 0.0}}), "never finds owl (n = 4)"),
        (epoch(2, loss=math.nan), "smaller learning rate"),
    ],
)
def test_what_stands_out_is_said(progress, event, words):
    progress.take([RunStarted("r0", "linear", 0, 10, {}), event], 1)
    said = " ".join(remarks(progress.runs["r0"], "A Linear", {"owl": 4}))
    assert words in said
    assert said.startswith("A Linear")


def test_a_healthy_run_is_not_remarked_upon(progress):
    healthy = epoch(6, best=6, per_class={"owl": {"recall": 0.5}})
    progress.take([RunStarted("r0", "linear", 0, 10, {}), healthy], 1)
    assert remarks(progress.runs["r0"], "A Linear", {"owl": 4}) == []


def test_after_a_discard_nothing_is_said_to_be_waiting_or_resumable(progress):
    left = RunEnded("r0", "paused", message="discarded")
    progress.take([RunStarted("r0", "linear", 0, 10, {}), left], 0)
    progress.take([ExperimentEnded("e", "stopped", (), "discarded")], 1)
    assert {run.status for run in progress.runs.values()} == {"discarded"}


def test_a_stage_that_was_stopped_is_not_called_done(progress):
    progress.take([StageStarted(None, "features", 100, "net")], 0)
    progress.take([StageAdvanced(None, "features", 10, 100), ExperimentEnded("e", "stopped", ())], 1)
    assert progress.stages["features"].broken_off


def test_runs_that_never_began_do_not_wait_for_ever(progress):
    progress.take([ExperimentEnded("e", "failed", (), "the folder is gone")], 1)
    assert {run.status for run in progress.runs.values()} == {"not begun"}
