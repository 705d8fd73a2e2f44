"""One run, from its initial weights to its posterior table."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from workbench.core.events import EpochDone, RunEnded, RunPlan, RunStarted, StageStarted, Status
from workbench.core.posterior import PosteriorTable
from workbench.core.recipe import PartChoice, Recipe
from workbench.core.stopping import Stop
from workbench.data.images import DECODER
from workbench.evaluation.metrics import summary
from workbench.experiment.diagnosis import versions
from workbench.experiment.preparing import Prepared
from workbench.experiment.recipes import head_of, policy_of
from workbench.store.project import Project
from workbench.store.records import KEPT, Metric
from workbench.training.checkpoint import Checkpoint
from workbench.training.device import piece_size, threads_for
from workbench.training.features import engine_name
from workbench.training.loop import Fitted, Task, fit, predict
from workbench.training.nets import (
    counts,
    freezing,
    from_arrays,
    new_classifier,
    new_head,
    to_arrays,
)

if TYPE_CHECKING:
    from torch import nn

    from workbench.experiment.running import Job

# Rows per forward pass when only features go through a head.
FEATURE_ROWS = 4096


def carry_out(job: Job, prepared: Prepared, plan: RunPlan) -> Stop:
    """Train, keep, predict and record one run; returns what the caller wished meanwhile."""
    settings, width, classes = job.recipe.training, prepared.backbone.features, len(prepared.samples.classes)
    options = head_of(PartChoice(name=plan.head, **job.project.run(plan.run).head_options))
    head = new_head(options, width, classes, plan.seed)
    task = _task(job.recipe, prepared, plan, head)
    _begin(job, prepared, plan, task, head)
    cost = options.multiplications(width, classes) * settings.batch_size if prepared.on_features else math.inf
    with threads_for(cost, prepared.device):
        began = time.perf_counter()
        fitted = fit(
            task,
            load_checkpoint(job.project, plan.run),
            lambda state, done: _keep_epoch(job.project, state, done),
            job.emit,
            job.stopped,
        )
        fit_seconds = time.perf_counter() - began
        if fitted.stop in (Stop.LEAVE, Stop.DISCARD) or fitted.state is None:
            if fitted.stop is not Stop.DISCARD:
                _paused(job, plan, fitted)
            return fitted.stop
        job.emit(StageStarted(plan.run, "predict", 0))
        began = time.perf_counter()
        task.net.load_state_dict(fitted.state)
        metrics = _judge(job, prepared, plan, task)
    _keep(job, prepared, plan, fitted, metrics, (fit_seconds, time.perf_counter() - began))
    return fitted.stop


def _begin(job: Job, prepared: Prepared, plan: RunPlan, task: Task, head: nn.Module) -> None:
    """Record what carries the run out, and forget what a former try did after its last checkpoint."""
    project, device = job.project, prepared.device
    start = load_checkpoint(project, plan.run)
    project.claim_run(plan.run)
    project.drop_metrics(plan.run, after_epoch=start.epoch if start else 0)
    sizes = counts(prepared.backbone, head, prepared.frozen)
    project.update_run(
        plan.run,
        status="running",
        started=time.time(),
        message="",
        device=device.name,
        engine=engine_name(),
        precision=device.precision,
        decoder=DECODER,
        weights_sha256=prepared.backbone.weights.sha256,
        versions=versions(),
        parameters=sizes,
        piece=task.piece,
        label_state=project.label_state(),
    )
    job.emit(RunStarted(plan.run, plan.head, plan.seed, task.settings.epochs, sizes))
    job.emit(StageStarted(plan.run, "fit", task.settings.epochs))


def _keep(
    job: Job,
    prepared: Prepared,
    plan: RunPlan,
    fitted: Fitted,
    metrics: dict[str, Any],
    seconds: tuple[float, float],
) -> None:
    """Store the weights and close the run; a finished one needs no checkpoint any more."""
    assert fitted.state is not None
    prefix = "head." if prepared.on_features else ""
    state = {f"{prefix}{name}": tensor for name, tensor in fitted.state.items()}
    job.project.save_tensors(plan.run, "weights", to_arrays(state), {})
    status: Status = "finished" if fitted.stop is Stop.NO else "stopped"
    parts = _seconds(job, *seconds)
    job.project.update_run(
        plan.run,
        status=status,
        ended=time.time(),
        seconds=parts,
        epochs_done=fitted.epochs,
        best_epoch=fitted.best_epoch,
    )
    if status == "finished":
        job.project.drop_tensors(plan.run, "checkpoint")
    job.emit(RunEnded(plan.run, status, metrics, parts))


def _task(recipe: Recipe, prepared: Prepared, plan: RunPlan, head: nn.Module) -> Task:
    """The net that learns, and its data, as the loop needs them."""
    settings, backbone, device = recipe.training, prepared.backbone, prepared.device
    if prepared.on_features:
        net, piece, predict_piece = head, settings.batch_size, FEATURE_ROWS
        freeze: Callable[[int], object] = lambda epoch: head.train()  # noqa: E731
    else:
        classifier = new_classifier(backbone, head)
        net, card = classifier, backbone.card
        cost = card.gflops * 1e9 * (recipe.backbone.image_size / card.image_size) ** 2
        piece = predict_piece = piece_size(settings.batch_size, cost, classifier, device)
        freeze = freezing(classifier, backbone, policy_of(recipe.policy), plan.seed)
    return Task(
        run=plan.run,
        net=net,
        freeze=freeze,
        train=prepared.train,
        val=prepared.val,
        classes=prepared.samples.classes,
        settings=settings,
        seed=plan.seed,
        device=device,
        piece=piece,
        predict_piece=predict_piece,
    )


def _judge(job: Job, prepared: Prepared, plan: RunPlan, task: Task) -> dict[str, Any]:
    """The posterior table on validation, stored, and the metrics that follow from it."""
    if prepared.val is None:
        return {}
    logits = predict(task.net, prepared.val, task.device, task.predict_piece, job.stopped)
    table = PosteriorTable(
        sample=tuple(prepared.samples.paths[row] for row in prepared.val_rows),
        target=prepared.val.target.numpy(),
        logits=logits,
        classes=prepared.samples.classes,
        split="val",
        source=plan.run,
    )
    job.project.save_posterior(table)
    return record_metrics(job.project, table)


def record_metrics(project: Project, table: PosteriorTable) -> dict[str, Any]:
    """Store the metrics of a posterior table; returns them as {split: metrics}."""
    found = summary(table)
    rows = [
        Metric(KEPT, table.split, "", name, float(found[name]))
        for name in ("n", "accuracy", "macro_f1", "log_loss", "ece")
    ]
    rows += [
        Metric(KEPT, table.split, class_name, name, float(value))
        for class_name, scores in found["per_class"].items()
        for name, value in scores.items()
    ]
    project.add_metrics(table.source, rows)
    return {table.split: found}


def _keep_epoch(project: Project, checkpoint: Checkpoint, done: EpochDone) -> None:
    """Store an epoch's numbers, then its state.

    In this order: an epoch whose state was not kept is trained again, and its numbers are dropped then.
    """
    rows = [Metric(done.epoch, "train", "", name, value) for name, value in done.train.items()]
    rows += [Metric(done.epoch, "val", "", name, value) for name, value in done.val.items()]
    rows += [
        Metric(done.epoch, "val", class_name, name, value)
        for class_name, scores in done.per_class.items()
        for name, value in scores.items()
    ]
    project.add_metrics(done.run, rows)
    arrays, text = checkpoint.to_arrays()
    project.save_tensors(done.run, "checkpoint", arrays, text)
    project.update_run(done.run, epochs_done=done.epoch, best_epoch=done.best_epoch)


def load_checkpoint(project: Project, run: str) -> Checkpoint | None:
    """The last training state of a run, or None before its first epoch was complete."""
    if not project.has_tensors(run, "checkpoint"):
        return None
    return Checkpoint.from_arrays(*project.load_tensors(run, "checkpoint"))


def load_weights(project: Project, run: str) -> dict[str, torch.Tensor]:
    """The weights a run kept: `head.*`, and `backbone.*` where the backbone learned too."""
    arrays, _ = project.load_tensors(run, "weights")
    return from_arrays(arrays)


def _paused(job: Job, plan: RunPlan, fitted: Fitted) -> None:
    if fitted.stop is Stop.KEEP:
        message = "stopped before the first epoch was complete, so there is nothing to keep; resume to go on"
    else:
        message = f"stopped after epoch {fitted.epochs}; resume to go on"
    job.project.update_run(plan.run, status="paused", message=message)
    job.emit(RunEnded(plan.run, "paused", message=message))


def _seconds(job: Job, fit_seconds: float, predict_seconds: float) -> dict[str, Any]:
    """Seconds per stage. Data and features are shared by all runs of the experiment."""
    own = {"fit": fit_seconds, "predict": predict_seconds}
    parts = {**job.seconds, **own}
    return {
        **{name: round(value, 3) for name, value in parts.items()},
        "total": round(sum(parts.values()), 3),
        "shared": True,
    }
