"""The training loop.

What it iterates over is decided before it; what is frozen is a pure function of the epoch;
randomness is re-derived per epoch, so a run that went on from a checkpoint is bit for bit the run
that was never interrupted (on the CPU).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from workbench.core.errors import WorkbenchError
from workbench.core.events import EpochDone, Event, StepDone
from workbench.core.posterior import PosteriorTable
from workbench.core.recipe import TrainingSettings
from workbench.core.seeds import derive
from workbench.core.stopping import Interrupted, Stop, Stopped
from workbench.evaluation.metrics import summary
from workbench.training.checkpoint import Checkpoint, State, copied, copied_optimizer, restore_optimizer
from workbench.training.device import Device, pieces
from workbench.training.inputs import Inputs
from workbench.training.optimizers import learning_rate, optimizer


@dataclass(frozen=True, eq=False)
class Task:
    """One run's learning problem, as the loop needs it.

    `freeze(epoch)` sets what stands still, and puts the net into training mode; `piece` is the
    number of samples that go through the net at once while learning, `predict_piece` afterwards.
    """

    run: str
    net: nn.Module
    freeze: Callable[[int], None]
    train: Inputs
    val: Inputs | None
    classes: tuple[str, ...]
    settings: TrainingSettings
    seed: int
    device: Device
    piece: int
    predict_piece: int


@dataclass(frozen=True, eq=False)
class Fitted:
    """Where training ended. `state` are the weights to keep; None before the first epoch was complete."""

    state: State | None
    epochs: int
    best_epoch: int
    stop: Stop


class DivergedError(WorkbenchError):
    """The loss is no longer a number."""

    def __init__(self, epoch: int, settings: TrainingSettings) -> None:
        super().__init__(
            f"training became unstable in epoch {epoch}: the loss is no longer a number. "
            f"Lower training.learning_rate (now {settings.learning_rate:g}) and try again"
        )


def fit(
    task: Task,
    start: Checkpoint | None,
    save: Callable[[Checkpoint, EpochDone], None],
    emit: Callable[[Event], None],
    stopped: Stopped,
) -> Fitted:
    """Train from `start` (or the beginning) to the last epoch, the early stop, or the caller's wish.

    `save` keeps each epoch's state and numbers before `emit` tells of them.
    """
    net, settings, device = task.net, task.settings, task.device
    net.to(device.torch)
    # All parameters, frozen ones too: a policy may free them later. Those without a gradient are skipped.
    rule = optimizer(net.parameters(), settings)
    scaler = torch.amp.GradScaler(device.torch.type, enabled=device.precision == "float16")
    weight = (
        class_weights(task.train.target, len(task.classes)) if settings.class_weights == "balanced" else None
    )
    loss_of = nn.CrossEntropyLoss(weight=weight, reduction="none").to(device.torch)
    best: State | None = None
    best_epoch, losses, first = 0, [], 1
    if start is not None:
        net.load_state_dict(start.net)
        restore_optimizer(rule, start.optimizer)
        best, best_epoch, losses, first = (
            start.best,
            start.best_epoch,
            list(start.val_losses),
            start.epoch + 1,
        )
    epoch = first - 1
    for epoch in range(first, settings.epochs + 1):
        if given_up(losses, settings):
            epoch -= 1
            break
        began = time.perf_counter()
        task.freeze(epoch)
        torch.manual_seed(derive(task.seed, "dropout", epoch))
        task.train.begin_epoch(task.seed, epoch)
        batches = shuffled_batches(len(task.train.target), settings.batch_size, task.seed, epoch)
        total, right, seen = 0.0, 0, 0
        for step, rows in enumerate(batches):
            rate = learning_rate(settings, epoch, step, len(batches))
            for group in rule.param_groups:
                group["lr"] = rate
            # None, not zero: momentum would still move a frozen block.
            rule.zero_grad(set_to_none=True)
            share = float(weight[task.train.target[rows]].sum()) if weight is not None else float(len(rows))
            batch_loss = 0.0
            for piece in pieces(len(rows), task.piece):
                if (wish := stopped()) is not Stop.NO:
                    return Fitted(best if best is not None else None, epoch - 1, best_epoch, wish)
                chosen = rows[piece]
                target = task.train.target[chosen].to(device.torch)
                with device.autocast():
                    logits = net(task.train.batch(chosen, device.torch))
                loss = loss_of(logits.float(), target).sum() / share
                scaler.scale(loss).backward()
                batch_loss += loss.item()
                right += int((logits.argmax(1) == target).sum())
            if not math.isfinite(batch_loss):
                raise DivergedError(epoch, settings)
            scaler.step(rule)
            scaler.update()
            total, seen = total + batch_loss * len(rows), seen + len(rows)
            emit(StepDone(task.run, epoch, step + 1, len(batches), batch_loss, rate))
        val, per_class = validate(task, epoch, stopped)
        losses.append(val.get("loss", math.nan))
        if is_best(losses, settings, task.val is not None):
            best, best_epoch = copied(net), epoch
        state = Checkpoint(epoch, copied(net), copied_optimizer(rule), best, best_epoch, tuple(losses))
        train = {"loss": total / seen, "accuracy": right / seen}
        seconds = time.perf_counter() - began
        done = EpochDone(task.run, epoch, settings.epochs, train, val, per_class, best_epoch, seconds)
        save(state, done)
        emit(done)
    return Fitted(best, epoch, best_epoch, Stop.NO)


def shuffled_batches(count: int, size: int, seed: int, epoch: int) -> list[torch.Tensor]:
    """Rows 0..count-1 in this epoch's order, in batches; a last batch of one joins the one before.

    (Batch-norm cannot learn from a single sample.)
    """
    numbers = torch.Generator().manual_seed(derive(seed, "order", epoch))
    batches = list(torch.randperm(count, generator=numbers).split(size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        last = batches.pop()
        batches[-1] = torch.cat([batches[-1], last])
    return batches


def is_best(losses: Sequence[float], settings: TrainingSettings, has_validation: bool) -> bool:
    """Whether the last epoch is the one to keep so far: the lowest validation loss, the earliest on ties."""
    if settings.keep == "last" or not has_validation:
        return True
    return len(losses) == 1 or losses[-1] < min(losses[:-1])


def given_up(losses: Sequence[float], settings: TrainingSettings) -> bool:
    """Whether early stopping ends training: so many epochs without a better validation loss."""
    patience = settings.early_stopping
    if not patience or len(losses) <= patience or any(math.isnan(loss) for loss in losses):
        return False
    return min(losses[-patience:]) >= min(losses[:-patience])


def class_weights(target: torch.Tensor, classes: int) -> torch.Tensor:
    """Weights [C] inversely proportional to class counts, 1 on average over samples ("balanced")."""
    counts = torch.bincount(target, minlength=classes).float()
    return len(target) / (classes * counts.clamp(min=1))


def validate(
    task: Task, epoch: int, stopped: Stopped
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Loss, accuracy and macro-F1 on validation, and recall and F1 of each class; empty without one."""
    if task.val is None:
        return {}, {}
    logits = predict(task.net, task.val, task.device, task.predict_piece, stopped)
    if not np.isfinite(logits).all():
        raise DivergedError(epoch, task.settings)
    target = task.val.target.numpy()
    rows = tuple(str(row) for row in range(len(target)))
    found = summary(PosteriorTable(rows, target, logits, task.classes, "val", task.run))
    val = {"loss": found["log_loss"], "accuracy": found["accuracy"], "macro_f1": found["macro_f1"]}
    per_class = {
        name: {"recall": scores["recall"], "f1": scores["f1"]} for name, scores in found["per_class"].items()
    }
    return val, per_class


def predict(
    net: nn.Module, inputs: Inputs, device: Device, piece: int, stopped: Stopped
) -> NDArray[np.float32]:
    """Logits [N, C] of all samples, in their order.

    Raises Interrupted when the caller wants to leave or discard; "keep" needs the logits and waits.
    """
    was_training = net.training
    net.eval()
    parts = []
    with torch.inference_mode():
        for rows in torch.arange(len(inputs.target)).split(piece):
            if (wish := stopped()) in (Stop.DISCARD, Stop.LEAVE):
                raise Interrupted(wish)
            with device.autocast():
                parts.append(net(inputs.batch(rows, device.torch)).float().cpu())
    net.train(was_training)
    return torch.cat(parts).numpy()
