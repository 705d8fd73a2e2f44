"""The report of a project: what its runs are, how good, and on which pictures they stumble."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from workbench.core.errors import DataError, ProjectError
from workbench.core.posterior import PosteriorTable
from workbench.core.samples import TEST, TRAIN, VAL, Samples, Split
from workbench.data.images import decode
from workbench.evaluation import comparison, uncertainty
from workbench.experiment.diagnosis import versions
from workbench.experiment.results import (
    compare_runs,
    letter,
    run_result,
    run_samples,
    test_fingerprint,
    view_of,
)
from workbench.experiment.views import Comparison, RunResult
from workbench.export.content import ClassCount, Measured, ReportCase, ReportContent, ReportRun
from workbench.store.project import Project
from workbench.store.records import RunRecord

log = logging.getLogger(__name__)

SPLIT = "val"
CASES_EACH = 4  # pictures per reason: enough to see a pattern, few enough to print
CASE_PX = 320  # longer side of an embedded picture
MEASURED = ("finished", "stopped")


def write_report(project: Project, output: Path, runs: Sequence[str] = ()) -> Path:
    """Write one HTML file about `runs`, or about the newest experiment; returns its path.

    Raises ProjectError when there is no run to report on.
    """
    records = [project.run(run) for run in runs] or _newest(project)
    if not records:
        raise ProjectError(
            f"{project.path}: there is no trained run to report on yet; `workbench train` makes some"
        )
    from workbench.export.report import write

    write(_content(project, records), Path(output))
    return Path(output).absolute()


def _newest(project: Project) -> list[RunRecord]:
    for experiment in project.experiments():
        found = [run for run in map(project.run, experiment.runs) if run.deleted_at is None]
        if any(run.status in MEASURED for run in found):
            return found
    return []


def _content(project: Project, records: Sequence[RunRecord]) -> ReportContent:
    # Those that were measured first: letters then are those of the comparison's sentences.
    records = sorted(records, key=lambda record: not _has_posterior(project, record))
    measured = [record.id for record in records if _has_posterior(project, record)]
    compared = compare_runs(project, measured, SPLIT)
    results = {result.view.run: result for result in compared.results}
    first = project.experiment(records[0].experiment)
    samples, split = run_samples(project, records[0]), project.split(first.split)
    recipes = dict.fromkeys(project.experiment(record.experiment).recipe_toml for record in records)
    letters = {record.id: letter(place) for place, record in enumerate(records)}
    sealed = test_fingerprint(project, first)
    return ReportContent(
        title=first.name,
        project=project.name,
        created=time.strftime("%Y-%m-%d %H:%M"),
        data=_data_sentence(project, records[0], samples),
        split=split.sentence,
        classes=samples.classes,
        counts=_counts(samples, split),
        runs=[_run(project, record, letters[record.id], results.get(record.id)) for record in records],
        recipe="\n".join(recipes),
        versions=versions(),
        split_name=SPLIT,
        grouped_by=split.group,
        differences=[found.verdict for found in compared.differences if found.metric == "macro_f1"],
        warnings=[*samples.warnings, *split.notes, *compared.notes],
        cases=_cases(compared, letters) if compared.results else (),
        opened=project.test_openings(sealed) if sealed else 0,
    )


def _has_posterior(project: Project, record: RunRecord) -> bool:
    return record.status in MEASURED and project.has_posterior(record.id, SPLIT)


def _data_sentence(project: Project, record: RunRecord, samples: Samples) -> str:
    view = view_of(project, record)
    return f"{view.data}: {len(samples):,} pictures of {len(samples.classes)} classes"


def _counts(samples: Samples, split: Split) -> list[ClassCount]:
    def count(part: int) -> np.ndarray:
        return np.bincount(samples.target[split.indices(part)], minlength=len(samples.classes))

    train, val, test = count(TRAIN), count(VAL), count(TEST)
    return [
        ClassCount(name, int(train[i]), int(val[i]), int(test[i])) for i, name in enumerate(samples.classes)
    ]


def _run(project: Project, record: RunRecord, letter: str, result: RunResult | None) -> ReportRun:
    view = result.view if result is not None else view_of(project, record)
    opened = project.has_posterior(record.id, "test")
    return ReportRun(
        letter=letter,
        run=record.id,
        label=view.label,
        head=view.head,
        seed=view.seed,
        status=view.status,
        backbone=view.backbone,
        parameters=view.parameters,
        seconds={name: value for name, value in view.seconds.items() if name != "shared"},
        epochs_done=view.epochs_done,
        best_epoch=view.best_epoch,
        device=view.device,
        engine=view.engine,
        precision=view.precision,
        decoder=view.decoder,
        measured=_measured(result) if result is not None else None,
        test=_measured(run_result(project, record.id, "test")) if opened else None,
        curves=result.curves if result is not None else (),
        message=view.message,
    )


def _measured(result: RunResult) -> Measured:
    return Measured(
        split=result.table.split,
        n=len(result.table),
        metrics=result.metrics,
        intervals=result.intervals,
        class_intervals=result.class_intervals,
        confusion=result.confusion,
    )


def _cases(compared: Comparison, letters: dict[str, str]) -> list[ReportCase]:
    """Pictures worth a look, each once, under the first reason that names it."""
    tables = [result.table for result in compared.results]
    rows = comparison.common_rows(tables)
    shared = [table.take(own) for table, own in zip(tables, rows, strict=True)]
    files = compared.results[0].files
    reasons: list[tuple[str, Callable[[Sequence[PosteriorTable]], np.ndarray]]] = [
        ("sure and wrong", uncertainty.sure_and_wrong),
        ("heads disagree", uncertainty.disagree),
        ("least sure", uncertainty.least_sure),
    ]
    probability = [table.probability for table in shared]
    cases: list[ReportCase] = []
    taken: set[int] = set()
    for reason, order in reasons:
        found = [int(row) for row in order(shared) if int(row) not in taken][:CASES_EACH]
        taken.update(found)
        for row in found:
            cases.append(
                ReportCase(
                    sample=shared[0].sample[row],
                    picture=_picture(files[int(rows[0][row])]),
                    true=shared[0].classes[int(shared[0].target[row])],
                    reason=reason,
                    probability={
                        letters[result.view.run]: probability[place][row].tolist()
                        for place, result in enumerate(compared.results)
                    },
                )
            )
    return cases


def _picture(file: str) -> bytes:
    try:
        picture = decode(Path(file), CASE_PX)
    except DataError as error:
        log.warning("a picture of the report cannot be shown: %s", error)
        return b""
    picture.thumbnail((CASE_PX, CASE_PX))
    packed = io.BytesIO()
    picture.save(packed, "PNG" if min(picture.size) < CASE_PX // 4 else "JPEG", quality=88)
    return packed.getvalue()
