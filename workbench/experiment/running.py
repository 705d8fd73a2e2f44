"""Carrying a recipe out: data, features, then one run per head and seed."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench import backbones
from workbench.core.errors import ProjectError, WorkbenchError
from workbench.core.events import (
    Event,
    ExperimentEnded,
    ExperimentStarted,
    Outcome,
    RunEnded,
    RunPlan,
    StageAdvanced,
    StageStarted,
    Warned,
)
from workbench.core.recipe import Recipe
from workbench.core.samples import Samples, Split
from workbench.core.stopping import Interrupted, Stop, Stopped, never
from workbench.experiment import dataset
from workbench.experiment.recipes import labels, parse_recipe, parse_stored
from workbench.store.project import Project
from workbench.store.records import NewRun

if TYPE_CHECKING:
    from workbench.experiment.preparing import Prepared

log = logging.getLogger(__name__)

Emit = Callable[[Event], None]

# Between two StageAdvanced events, so that a scan of a million files does not send a million.
ADVANCE_EVERY_S = 0.1


@dataclass(eq=False)
class Job:
    """An experiment while it is carried out."""

    recipe: Recipe
    project: Project
    emit: Emit
    stopped: Stopped
    experiment: str
    plans: tuple[RunPlan, ...]
    to_do: tuple[RunPlan, ...]  # those not finished when it was started or resumed
    seconds: dict[str, float] = field(default_factory=dict)  # of the stages that all runs share

    def advancing(self, stage: Any, run: str | None = None) -> Callable[[int, int], None]:
        """A progress function (done, total) that emits at most ten events a second, and the last."""
        last = 0.0

        def advance(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if done >= total or now - last >= ADVANCE_EVERY_S:
                last = now
                self.emit(StageAdvanced(run, stage, done, total))

        return advance


def run_experiment(recipe: Recipe, project: Project, emit: Emit, stopped: Stopped = never) -> ExperimentEnded:
    """Carry `recipe` out and leave one run per head and seed in `project`.

    Raises WorkbenchError when it cannot begin (data, weights, device); then nothing stays in the
    project. One head that fails does not stop the others.
    """
    _writable(project)
    recipe = parse_recipe(recipe.canonical())
    names = labels(recipe)
    new = tuple(
        NewRun(
            head=choice.name,
            head_options=choice.options,
            seed=seed,
            label=names[i * len(recipe.training.seeds) + j],
        )
        for i, choice in enumerate(recipe.heads)
        for j, seed in enumerate(recipe.training.seeds)
    )
    experiment, ids = project.add_experiment(recipe.name, recipe.to_toml(), recipe.fingerprint(), new)
    plans = tuple(RunPlan(run, plan.head, plan.seed, plan.label) for run, plan in zip(ids, new, strict=True))
    job = Job(recipe, project, emit, stopped, experiment, plans, plans)
    emit(ExperimentStarted(experiment, recipe.name, plans))
    try:
        prepared = _prepare(job)
    except Interrupted as interrupted:
        return _left(job, interrupted.wish)
    except WorkbenchError:
        project.forget_experiment(experiment)
        raise
    return _carry_out(job, prepared)


def resume_experiment(run: str, project: Project, emit: Emit, stopped: Stopped = never) -> ExperimentEnded:
    """Complete the whole experiment that `run` belongs to, from its last completed epochs.

    Raises WorkbenchError when the pictures have changed since it began.
    """
    _writable(project)
    record = project.experiment(project.run(run).experiment)
    recipe = parse_stored(record.recipe_toml)
    runs = [project.run(one) for one in record.runs]
    plans = tuple(RunPlan(one.id, one.head, one.seed, one.label) for one in runs)
    to_do = tuple(
        plan
        for plan, one in zip(plans, runs, strict=True)
        if one.status != "finished" and one.deleted_at is None
    )
    job = Job(recipe, project, emit, stopped, record.id, plans, to_do)
    emit(ExperimentStarted(record.id, recipe.name, plans))
    if not to_do:
        return _ended(job, Stop.NO, "every run of this experiment is already finished")
    try:
        prepared = _prepare(job)
    except Interrupted as interrupted:
        return _left(job, interrupted.wish)
    return _carry_out(job, prepared)


def _writable(project: Project) -> None:
    if project.read_only:
        raise ProjectError(
            f"{project.path}: this project is read-only, so nothing can be trained in it. Copy it to a "
            "folder that can be written, or name another project"
        )


def _prepare(job: Job) -> Prepared:
    """Everything all runs share: device, backbone, samples, split, features or pictures."""
    from workbench.experiment import preparing
    from workbench.training import device

    chosen = device.choose(job.recipe.training.device, job.recipe.training.precision)
    backbone = backbones.build(job.recipe.backbone)
    began = time.perf_counter()
    job.emit(StageStarted(None, "data", 0, "Looking at the pictures"))
    samples, split = _data(job)
    job.seconds["data"] = time.perf_counter() - began
    began = time.perf_counter()
    prepared = preparing.prepare(job, samples, split, backbone, chosen)
    job.seconds["features"] = time.perf_counter() - began
    return prepared


def _data(job: Job) -> tuple[Samples, Split]:
    project, recipe = job.project, job.recipe
    record = project.experiment(job.experiment)
    samples = dataset.scan(recipe, project, job.advancing("data"), job.stopped)
    if record.dataset and samples.fingerprint() != record.dataset:
        raise WorkbenchError(
            f"the pictures of {recipe.name!r} have changed since it began, so it cannot go on as it was. "
            "Put the folder back as it was, or train anew (the recipe is stored with the run)"
        )
    if record.split:
        return samples, project.split(record.split)
    split = dataset.ready(samples, recipe)
    for note in (dataset.left_out(samples), *samples.warnings, *split.notes):
        if note:
            job.emit(Warned(None, note))
    found = project.add_dataset(samples, recipe.data.model_dump(mode="json"))
    dealt = project.add_split(found, split, recipe.split.model_dump(mode="json"))
    project.set_experiment_data(job.experiment, found, dealt)
    return samples, split


def _carry_out(job: Job, prepared: Prepared) -> ExperimentEnded:
    from workbench.experiment import fitting

    for plan in job.to_do:
        try:
            wish = fitting.carry_out(job, prepared, plan)
        except Interrupted as interrupted:
            wish = interrupted.wish
            if wish is not Stop.DISCARD:
                job.project.update_run(plan.run, status="paused")
                job.emit(RunEnded(plan.run, "paused", message="stopped; it can be resumed"))
        except WorkbenchError as error:
            wish = Stop.NO
            _failed(job, plan, str(error))
        except Exception as bug:
            wish = Stop.NO
            log.exception("run %s", plan.run)
            _failed(job, plan, f"a fault inside Workbench: {bug!r}", traceback.format_exc())
        if wish is not Stop.NO:
            return _left(job, wish)
    return _ended(job, Stop.NO)


def _failed(job: Job, plan: RunPlan, message: str, details: str = "") -> None:
    job.project.update_run(plan.run, status="failed", message=message, ended=time.time())
    job.emit(RunEnded(plan.run, "failed", message=message + ("\n" + details if details else "")))


def _left(job: Job, wish: Stop) -> ExperimentEnded:
    if wish is not Stop.DISCARD:
        return _ended(job, wish)
    _discard(job)
    return _emitted(job, ExperimentEnded(job.experiment, "stopped", (), "discarded"))


def _discard(job: Job) -> None:
    """Throw away what this call trained: into the trash, from where it can be taken back.

    An experiment of which nothing was trained is forgotten.
    """
    project = job.project
    if all(project.run(plan.run).status == "queued" for plan in job.plans):
        project.forget_experiment(job.experiment)
        return
    for plan in job.to_do:
        if project.run(plan.run).status == "running":
            project.update_run(plan.run, status="paused", message="discarded")
            job.emit(RunEnded(plan.run, "paused", message="discarded"))
        project.delete_run(plan.run)


def _ended(job: Job, wish: Stop, message: str = "") -> ExperimentEnded:
    from workbench.experiment.results import run_object

    runs = [job.project.run(plan.run) for plan in job.plans]
    statuses = {run.status for run in runs if run.deleted_at is None}
    outcome: Outcome
    if wish is not Stop.NO:
        outcome = "stopped"
    elif statuses <= {"finished"}:
        outcome = "finished"
    else:
        outcome = "failed" if statuses == {"failed"} else "partial"
    objects = tuple(run_object(job.project, run) for run in runs)
    return _emitted(job, ExperimentEnded(job.experiment, outcome, objects, message))


def _emitted(job: Job, ended: ExperimentEnded) -> ExperimentEnded:
    job.emit(ended)
    return ended
