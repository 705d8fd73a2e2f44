"""What runs found: lists, one run in full, runs side by side."""

from __future__ import annotations

import hashlib
import itertools
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.errors import ProjectError
from workbench.core.posterior import PosteriorTable
from workbench.core.recipe import Recipe
from workbench.core.samples import TEST, Samples
from workbench.evaluation import comparison
from workbench.evaluation.intervals import class_intervals, intervals
from workbench.evaluation.metrics import METRICS, confusion, summary
from workbench.experiment.recipes import parse_stored
from workbench.experiment.views import Comparison, Curve, Difference, RunResult, RunView
from workbench.store.project import Project
from workbench.store.records import KEPT, ExperimentRecord, Metric, RunRecord

COMPARED_METRICS = METRICS


def list_runs(project: Project) -> tuple[RunView, ...]:
    """All runs of a project, newest first."""
    experiments = {experiment.id: experiment for experiment in project.experiments()}
    recipes = {key: parse_stored(experiment.recipe_toml) for key, experiment in experiments.items()}
    kept = project.kept_metrics()
    return tuple(
        _view(project, run, experiments[run.experiment], recipes[run.experiment], kept.get(run.id, ()))
        for run in project.runs()
    )


def view_of(project: Project, run: RunRecord) -> RunView:
    """One run as lists show it."""
    experiment = project.experiment(run.experiment)
    recipe = parse_stored(experiment.recipe_toml)
    return _view(project, run, experiment, recipe, project.metrics(run.id, KEPT))


def _view(
    project: Project, run: RunRecord, experiment: ExperimentRecord, recipe: Recipe, kept: Sequence[Metric]
) -> RunView:
    of_split = _of_split(project, experiment)
    return RunView(
        run=run.id,
        experiment=run.experiment,
        name=experiment.name,
        label=run.label,
        head=run.head,
        head_options=run.head_options,
        seed=run.seed,
        status=run.status,
        created=run.created,
        ended=run.ended,
        epochs_done=run.epochs_done,
        best_epoch=run.best_epoch,
        parameters=run.parameters,
        metrics=_final_metrics(kept),
        seconds=run.seconds,
        device=run.device,
        engine=run.engine,
        precision=run.precision,
        decoder=run.decoder,
        backbone=recipe.backbone.name,
        data=_data_line(recipe),
        split=of_split.sentence,
        sealed=of_split.sealed,
        opened=project.test_openings(of_split.test) if of_split.test else 0,
        message=run.message,
    )


def run_object(project: Project, run: RunRecord) -> dict[str, Any]:
    """One run as `--json` prints it in experiment_ended."""
    experiment = project.experiment(run.experiment)
    return {
        "run": run.id,
        "name": experiment.name,
        "experiment": run.experiment,
        "label": run.label,
        "head": run.head,
        "options": dict(run.head_options),
        "seed": run.seed,
        "status": run.status,
        "message": run.message,
        "parameters": dict(run.parameters),
        "metrics": _final_metrics(project.metrics(run.id, KEPT)),
        "seconds": dict(run.seconds),
        "best_epoch": run.best_epoch,
        "sealed": _of_split(project, experiment).sealed,
        "device": run.device,
        "engine": run.engine,
        "precision": run.precision,
        "decoder": run.decoder,
    }


def _final_metrics(rows: Sequence[Metric]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        of_split = found.setdefault(row.split, {"per_class": {}})
        scores = of_split["per_class"].setdefault(row.class_name, {}) if row.class_name else of_split
        scores[row.name] = int(row.value) if row.name in ("n", "support") else row.value
    for of_split in found.values():
        of_split["per_class"] = of_split.pop("per_class")  # last, after the overall metrics
    return found


def _data_line(recipe: Recipe) -> str:
    if recipe.data.kind == "sample":
        return "packaged handwritten digits"
    return recipe.data.path + (f" + test {recipe.data.test_path}" if recipe.data.test_path else "")


def run_samples(project: Project, run: RunRecord) -> Samples:
    """The samples a run learned from; raises ProjectError when it never got that far."""
    experiment = project.experiment(run.experiment)
    if not experiment.dataset:
        raise ProjectError(f"{run.id}: this run ended before its pictures were read; resume it first")
    return project.dataset(experiment.dataset)


@dataclass(frozen=True, slots=True)
class _OfSplit:
    """What lists need of a split."""

    sentence: str
    sealed: int  # pictures of the test set
    test: str  # fingerprint of their contents; "" without one


# A stored split never changes, and lists ask for every run: (project's folder, data set, split) -> found.
_SPLITS: dict[tuple[Path, str, str], _OfSplit] = {}


def test_fingerprint(project: Project, experiment: ExperimentRecord) -> str:
    """Names the test set of an experiment by its contents, whatever else the data holds; "" without one."""
    return _of_split(project, experiment).test


def _of_split(project: Project, experiment: ExperimentRecord) -> _OfSplit:
    if not experiment.dataset or not experiment.split:
        return _OfSplit("", 0, "")
    key = (project.path, experiment.dataset, experiment.split)
    if key not in _SPLITS:
        split = project.split(experiment.split)
        rows = split.indices(TEST)
        contents = project.dataset(experiment.dataset).content if len(rows) else ()
        digest = hashlib.sha256("\n".join(sorted(contents[int(row)] for row in rows)).encode()).hexdigest()
        _SPLITS[key] = _OfSplit(split.sentence, len(rows), digest[:32] if len(rows) else "")
    return _SPLITS[key]


def _groups(project: Project, run: RunRecord, table: PosteriorTable, samples: Samples) -> list[str] | None:
    """The group of each row of `table`, where the split kept groups together."""
    split = project.split(project.experiment(run.experiment).split)
    if not split.group:
        return None
    column = samples.metadata[split.group]
    rows = {samples.paths[int(i)]: int(i) for i in np.flatnonzero(_in_split(split.part, table.split))}
    # A sample without a group stands for itself.
    return [column[rows[name]] or f"\0{name}" for name in table.sample]


def _in_split(part: np.ndarray, split: str) -> np.ndarray:
    return part == ("train", "val", "test").index(split)


def run_result(project: Project, run: str, split: str = "val") -> RunResult:
    """A run's posterior table of one split, with everything derived from it.

    Raises ProjectError when the run has none; the test split has one only once it was opened.
    """
    record = project.run(run)
    samples = run_samples(project, record)
    table = project.posterior(record.id, split)
    groups = _groups(project, record, table, samples)
    part = project.split(project.experiment(record.experiment).split).part
    files = {samples.paths[int(i)]: str(samples.file(int(i))) for i in np.flatnonzero(_in_split(part, split))}
    return RunResult(
        view=view_of(project, record),
        table=table,
        metrics=summary(table),
        intervals=intervals(table, groups),
        class_intervals=class_intervals(table, groups),
        confusion=confusion(table),
        curves=_curves(project.metrics(record.id)),
        files=tuple(files[name] for name in table.sample),
    )


def _curves(rows: Sequence[Metric]) -> tuple[Curve, ...]:
    lines: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        if row.epoch > 0 and not row.class_name:
            lines.setdefault((row.name, row.split), {})[row.epoch] = row.value
    return tuple(
        Curve(name, split, tuple(sorted(points)), tuple(points[epoch] for epoch in sorted(points)))
        for (name, split), points in sorted(lines.items())
    )


def compare_runs(project: Project, runs: Sequence[str], split: str = "val") -> Comparison:
    """Runs side by side. Where they saw different samples, differences are over the shared ones.

    Raises WorkbenchError when they share none, or know different classes.
    """
    ids = list(dict.fromkeys(project.run(run).id for run in runs))
    results = [run_result(project, run, split) for run in ids]
    if not results:
        return Comparison(split, (), ())
    tables = [result.table for result in results]
    rows = comparison.common_rows(tables)
    notes = []
    if any(len(table) != len(rows[0]) for table in tables):
        notes.append(
            f"The runs were measured on different pictures; differences are over the {len(rows[0])} "
            "they share."
        )
    shared = [table.take(own) for table, own in zip(tables, rows, strict=True)]
    first = project.run(ids[0])
    groups = _groups(project, first, shared[0], run_samples(project, first))
    differences = tuple(
        _difference((i, results[i]), (j, results[j]), (shared[i], shared[j]), metric, groups)
        for i, j in itertools.combinations(range(len(results)), 2)
        for metric in COMPARED_METRICS
    )
    return Comparison(split, tuple(results), differences, tuple(notes))


def letter(place: int) -> str:
    """How the run at `place` of a comparison is called everywhere: A, B ... Z, AA, AB ..."""
    alphabet = string.ascii_uppercase
    prefix = letter(place // len(alphabet) - 1) if place >= len(alphabet) else ""
    return prefix + alphabet[place % len(alphabet)]


def _difference(
    first: tuple[int, RunResult],
    second: tuple[int, RunResult],
    tables: tuple[PosteriorTable, PosteriorTable],
    metric: str,
    groups: Sequence[str] | None,
) -> Difference:
    a, b = first[1].view, second[1].view
    # With its letter a run has a name of its own even where two share a label.
    labels = (f"{letter(first[0])} {a.label}", f"{letter(second[0])} {b.label}")
    found = comparison.compare(*tables, metric, groups, labels)
    return Difference(
        a=a.run,
        b=b.run,
        metric=metric,
        value=found.value,
        low=found.low,
        high=found.high,
        only_a_right=tuple(tables[0].sample[int(row)] for row in found.only_a_right),
        only_b_right=tuple(tables[0].sample[int(row)] for row in found.only_b_right),
        p_value=found.p_value,
        clear=found.clear,
        verdict=found.verdict,
    )


def delete_run(project: Project, run: str) -> None:
    """Move a run to the project's trash."""
    project.delete_run(project.run(run).id)


def restore_run(project: Project, run: str) -> None:
    """Take a run out of the trash."""
    project.restore_run(run)


def empty_trash(project: Project) -> int:
    """Remove what lies in the trash for good; returns the bytes freed."""
    return project.empty_trash()
