"""The loop: what it keeps, how it stops, and that going on is the same as never having stopped."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from workbench.core.events import EpochDone, Event, StepDone
from workbench.core.recipe import TrainingSettings
from workbench.core.stopping import Stop, never
from workbench.training.checkpoint import Checkpoint
from workbench.training.device import Device, pieces
from workbench.training.inputs import FeatureInputs
from workbench.training.loop import (
    DivergedError,
    Fitted,
    Task,
    class_weights,
    fit,
    given_up,
    is_best,
    shuffled_batches,
)
from workbench.training.optimizers import learning_rate

CPU = Device("cpu", torch.device("cpu"), "float32")
CLASSES = ("cat", "dog", "eel")


def blobs(count: int, views: int = 1, seed: int = 0) -> FeatureInputs:
    """Three overlapping clouds in 8 dimensions."""
    numbers = np.random.default_rng(seed)
    target = np.arange(count) % 3
    centres = np.random.default_rng(99).normal(size=(3, 8))
    features = centres[target] + numbers.normal(size=(views, count, 8)) * 1.5
    return FeatureInputs(torch.from_numpy(features.astype(np.float32)), torch.from_numpy(target))


def task(
    settings: TrainingSettings, views: int = 1, val: int = 30, dropout: float = 0.3, seed: int = 0
) -> Task:
    torch.manual_seed(5)
    net = nn.Sequential(
        nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 3)
    )
    return Task(
        run="r",
        net=net,
        freeze=lambda epoch: net.train(),
        train=blobs(61, views),
        val=blobs(val, seed=1) if val else None,
        classes=CLASSES,
        settings=settings,
        seed=seed,
        device=CPU,
        piece=1000,
        predict_piece=1000,
    )


def trained(
    job: Task, start: Checkpoint | None = None, stopped=never
) -> tuple[Fitted, list[Event], list[Checkpoint]]:
    events: list[Event] = []
    saved: list[Checkpoint] = []
    return fit(job, start, lambda state, done: saved.append(state), events.append, stopped), events, saved


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("schedule", ["constant", "step", "cosine"])
def test_a_resumed_run_is_bit_for_bit_the_uninterrupted_one(optimizer: str, schedule: str) -> None:
    settings = TrainingSettings(
        epochs=6,
        batch_size=16,
        optimizer=optimizer,
        schedule=schedule,
        step_size=2,
        warmup_epochs=1,
        weight_decay=1e-3,
        learning_rate=0.01,
    )
    whole, events, saved = trained(task(settings, views=3))
    restored = Checkpoint.from_arrays(*saved[2].to_arrays())
    rest, later, _ = trained(task(settings, views=3), start=restored)
    assert whole.state is not None
    assert rest.state is not None
    assert all(torch.equal(whole.state[name], rest.state[name]) for name in whole.state)
    assert rest.best_epoch == whole.best_epoch
    strip = [replace(e, seconds=0) for e in events if isinstance(e, EpochDone)][3:]
    assert strip == [replace(e, seconds=0) for e in later if isinstance(e, EpochDone)]


def test_the_epoch_with_the_lowest_validation_loss_is_kept() -> None:
    settings = TrainingSettings(
        epochs=25, batch_size=8, learning_rate=0.05, optimizer="adam", schedule="constant"
    )
    fitted, events, saved = trained(task(settings, dropout=0.0))
    losses = [e.val["loss"] for e in events if isinstance(e, EpochDone)]
    best = int(np.argmin(losses)) + 1
    assert best < 25, "the task must overfit, or this test cannot fail"
    assert fitted.best_epoch == best
    assert fitted.state is not None
    assert all(torch.equal(fitted.state[name], saved[best - 1].net[name]) for name in fitted.state)


def test_of_two_equally_good_epochs_the_earlier_is_kept_and_counts_as_no_progress() -> None:
    settings = TrainingSettings(epochs=9, early_stopping=2)
    assert is_best([0.7, 0.5], settings, has_validation=True)
    assert not is_best([0.7, 0.5, 0.5], settings, has_validation=True)
    assert not given_up([0.7, 0.5, 0.5], settings)
    assert given_up([0.7, 0.5, 0.5, 0.5], settings)


def test_keep_last_keeps_the_last_epoch() -> None:
    settings = TrainingSettings(epochs=25, batch_size=8, learning_rate=0.05, schedule="constant", keep="last")
    fitted, _, saved = trained(task(settings))
    assert fitted.best_epoch == 25
    assert fitted.state is not None
    assert all(torch.equal(fitted.state[name], saved[-1].net[name]) for name in fitted.state)


def test_without_validation_the_last_epoch_is_kept() -> None:
    fitted, events, _ = trained(task(TrainingSettings(epochs=3, early_stopping=1), val=0))
    assert fitted.best_epoch == fitted.epochs == 3
    assert [e.val for e in events if isinstance(e, EpochDone)] == [{}, {}, {}]


def test_early_stopping_ends_after_so_many_epochs_without_a_better_loss() -> None:
    settings = TrainingSettings(
        epochs=60, batch_size=8, learning_rate=0.05, schedule="constant", early_stopping=4
    )
    fitted, _events, saved = trained(task(settings, dropout=0.0))
    assert fitted.epochs == fitted.best_epoch + 4
    assert fitted.epochs < 60
    again, more, _ = trained(task(settings, dropout=0.0), start=saved[-1])
    assert (again.epochs, again.best_epoch, more) == (fitted.epochs, fitted.best_epoch, [])


@pytest.mark.parametrize("wish", [Stop.LEAVE, Stop.KEEP, Stop.DISCARD])
def test_a_wish_is_obeyed_before_the_next_step_and_the_last_epoch_is_kept(wish: Stop) -> None:
    settings = TrainingSettings(epochs=9, batch_size=16)
    steps = 0

    def stopped() -> Stop:
        return wish if steps >= 6 else Stop.NO

    def count(event: Event) -> None:
        nonlocal steps
        steps += isinstance(event, StepDone)

    saved: list[Checkpoint] = []
    fitted = fit(task(settings), None, lambda state, done: saved.append(state), count, stopped)
    assert steps == 6
    assert (fitted.stop, fitted.epochs, [c.epoch for c in saved]) == (wish, 1, [1])
    assert fitted.state is not None


def test_nothing_is_kept_before_the_first_epoch_is_complete() -> None:
    fitted, events, saved = trained(task(TrainingSettings(epochs=2)), stopped=lambda: Stop.KEEP)
    assert (fitted.state, fitted.epochs, events, saved) == (None, 0, [], [])


def test_a_loss_that_is_no_number_is_said_with_the_cure() -> None:
    settings = TrainingSettings(
        epochs=50, learning_rate=100, optimizer="sgd", momentum=0.99, schedule="constant"
    )
    wild = task(settings)
    object.__setattr__(wild, "net", nn.Sequential(nn.Linear(8, 64), nn.Linear(64, 64), nn.Linear(64, 3)))
    object.__setattr__(wild, "freeze", lambda epoch: None)
    with pytest.raises(DivergedError, match="learning_rate"):
        trained(wild)


def test_pieces_of_a_batch_learn_what_the_whole_batch_learns() -> None:
    settings = TrainingSettings(
        epochs=2, batch_size=20, class_weights="balanced", optimizer="sgd", learning_rate=0.1
    )
    torch.manual_seed(0)
    results = []
    for piece in (20, 3):
        job = task(settings)
        torch.manual_seed(3)
        net = nn.Linear(8, 3)
        object.__setattr__(job, "net", net)
        object.__setattr__(job, "freeze", lambda epoch: None)
        object.__setattr__(job, "piece", piece)
        results.append(trained(job)[2][-1].net["weight"])
    torch.testing.assert_close(results[0], results[1], rtol=1e-5, atol=1e-6)


def test_a_last_batch_of_one_joins_the_one_before() -> None:
    batches = shuffled_batches(61, 20, seed=0, epoch=1)
    assert [len(batch) for batch in batches] == [20, 20, 21]
    assert sorted(torch.cat(batches).tolist()) == list(range(61))
    assert [len(batch) for batch in shuffled_batches(1, 20, 0, 1)] == [1]


def test_each_epoch_and_seed_has_its_own_order() -> None:
    orders = {
        tuple(torch.cat(shuffled_batches(50, 8, seed, epoch)).tolist()) for seed in (0, 1) for epoch in (1, 2)
    }
    assert len(orders) == 4


@pytest.mark.parametrize(("rows", "size"), [(64, 10), (21, 20), (1, 5), (7, 7), (9, 2)])
def test_pieces_cover_all_rows_nearly_equally(rows: int, size: int) -> None:
    cut = [piece.stop - piece.start for piece in pieces(rows, size)]
    assert sum(cut) == rows
    assert max(cut) <= size
    assert max(cut) - min(cut) <= 1


def test_balanced_class_weights_are_scikit_learns() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    target = np.array([0] * 7 + [1] * 2 + [2] * 11)
    truth = compute_class_weight("balanced", classes=np.arange(3), y=target)
    np.testing.assert_allclose(class_weights(torch.from_numpy(target), 3).numpy(), truth, rtol=1e-6)


def test_the_step_schedule_is_pytorchs() -> None:
    settings = TrainingSettings(epochs=20, schedule="step", step_size=7, gamma=0.1, learning_rate=0.01)
    rule = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.01)
    truth = torch.optim.lr_scheduler.StepLR(rule, step_size=7, gamma=0.1)
    for epoch in range(1, 21):
        assert learning_rate(settings, epoch, 3, 10) == pytest.approx(truth.get_last_lr()[0])
        rule.step()
        truth.step()


def test_warm_up_rises_to_the_full_rate_and_cosine_falls_to_zero() -> None:
    settings = TrainingSettings(epochs=4, warmup_epochs=1, schedule="cosine", learning_rate=1.0)
    rates = [learning_rate(settings, epoch, step, 4) for epoch in range(1, 5) for step in range(4)]
    assert rates[:5] == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0])
    assert all(later < earlier for earlier, later in itertools.pairwise(rates[4:]))
    assert rates[10] == pytest.approx(0.5)  # halfway down
    assert 0 < rates[-1] < 0.05


def test_views_are_drawn_anew_each_epoch_and_evaluation_sees_the_plain_one() -> None:
    inputs = blobs(40, views=4)
    rows, cpu = torch.arange(40), torch.device("cpu")
    assert torch.equal(inputs.batch(rows, cpu), inputs.features[0])
    inputs.begin_epoch(seed=0, epoch=1)
    first = inputs.batch(rows, cpu)
    inputs.begin_epoch(seed=0, epoch=2)
    assert not torch.equal(first, inputs.batch(rows, cpu))
    inputs.begin_epoch(seed=0, epoch=1)
    assert torch.equal(first, inputs.batch(rows, cpu))
