"""A trained run meets pictures it has not seen: the sealed test set, or a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench import backbones
from workbench.core.errors import DataError, ProjectError, WeightsError
from workbench.core.events import Event, StageAdvanced, StageStarted
from workbench.core.posterior import PosteriorTable, softmax
from workbench.core.recipe import PartChoice
from workbench.core.samples import TEST
from workbench.core.stopping import Stopped, never
from workbench.data.index import scan
from workbench.experiment.recipes import head_of, parse_stored
from workbench.experiment.results import run_result, run_samples, test_fingerprint
from workbench.experiment.views import Predicted, RunResult
from workbench.export.table import write_predictions_csv
from workbench.store.project import Project
from workbench.store.records import RunRecord

if TYPE_CHECKING:
    from numpy.typing import NDArray

Progress = Callable[[int, int], None]


def open_test(project: Project, run: str, emit: Callable[[Event], None] | None = None) -> RunResult:
    """Measure a run on the sealed test set. Every opening is counted and reported.

    Raises DataError when the experiment has no test set.
    """
    from workbench.experiment.fitting import record_metrics

    record = project.run(run)
    samples = run_samples(project, record)
    rows = project.split(project.experiment(record.experiment).split).indices(TEST)
    if not len(rows):
        raise DataError(
            f"{record.id}: this experiment kept no pictures aside for a test. Give split.fractions a third "
            "share, or name data.test_path, and train anew"
        )
    _trained(record)
    if project.read_only:
        raise ProjectError(
            f"{project.path}: this project is read-only, and opening the test set must be counted in it. "
            "Copy the project to a folder that can be written"
        )

    def progress(done: int, total: int) -> None:
        if emit is not None:
            emit(StageAdvanced(record.id, "predict", done, total))

    if emit is not None:
        emit(StageStarted(record.id, "predict", len(rows), "Opening the test set"))
    files = [samples.file(int(row)) for row in rows]
    contents = [samples.content[int(row)] for row in rows]
    logits = logits_of(project, record, files, contents, progress, never)
    table = PosteriorTable(
        sample=tuple(samples.paths[int(row)] for row in rows),
        target=samples.target[rows].astype(np.int64),
        logits=logits,
        classes=samples.classes,
        split="test",
        source=record.id,
    )
    # Counted before anything of it can be read.
    project.record_test_opening(record.id, test_fingerprint(project, project.experiment(record.experiment)))
    project.save_posterior(table)
    record_metrics(project, table)
    return run_result(project, record.id, "test")


def predict_folder(
    project: Project,
    run: str,
    folder: Path,
    csv: Path,
    progress: Progress | None = None,
    stopped: Stopped = never,
) -> Predicted:
    """Write what a run believes of every picture under `folder` to `csv`.

    Files that are no readable pictures are left out and returned with their reasons. Raises
    DataError when there is no picture.
    """
    record = project.run(run)
    _trained(record)
    classes = run_samples(project, record).classes
    found = scan(folder, None, stopped)
    if not found.files:
        raise DataError(
            f"{found.root}: there is no readable picture in this folder"
            + (f" ({found.skipped[0].path}: {found.skipped[0].reason})" if found.skipped else "")
            + "; choose the folder that holds the pictures"
        )
    names = [facts.path for facts in found.files]
    files = [found.root / name for name in names]
    logits = logits_of(project, record, files, [facts.content for facts in found.files], progress, stopped)
    write_predictions_csv(csv, names, softmax(logits.astype(np.float64)), classes)
    return Predicted(len(names), found.skipped)


def _trained(record: RunRecord) -> None:
    if record.status not in ("finished", "stopped"):
        raise ProjectError(
            f"{record.id}: this run is {record.status}, so it has no weights to use yet; "
            f"`workbench resume {record.id}` completes it"
        )


def logits_of(
    project: Project,
    record: RunRecord,
    files: Sequence[Path],
    contents: Sequence[str],
    progress: Progress | None,
    stopped: Stopped,
) -> NDArray[np.float32]:
    """Logits [N, C] of pictures under a trained run, computed as its validation logits were."""
    import torch

    from workbench.core.stopping import Interrupted, Stop
    from workbench.data.loading import stream
    from workbench.experiment.fitting import load_weights
    from workbench.training import device
    from workbench.training.features import BATCH, FeatureStore
    from workbench.training.nets import new_classifier, picture_spec

    recipe = parse_stored(project.experiment(record.experiment).recipe_toml)
    chosen = device.choose(recipe.training.device, recipe.training.precision)
    backbone = backbones.build(recipe.backbone)
    if backbone.weights.sha256 != record.weights_sha256:
        raise WeightsError(
            f"{recipe.backbone.name}: the weights on this computer are not those that {record.id} was "
            f"trained on; put the original file back ({recipe.backbone.weights})"
        )
    classes = len(run_samples(project, record).classes)
    head = head_of(PartChoice(name=record.head, **record.head_options)).build(backbone.features, classes)
    weights = load_weights(project, record.id)
    spec = picture_spec(backbone, recipe.backbone.image_size, recipe.backbone.resize)
    total, done = len(files), 0

    def advanced(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, total)

    if not any(name.startswith("backbone.") for name in weights):
        head.load_state_dict({name.removeprefix("head."): tensor for name, tensor in weights.items()})
        head.to(chosen.torch).eval()
        store = FeatureStore(project.cache, backbone, chosen, keep=not project.read_only)
        features = store.features(files, contents, spec, advanced=advanced, stopped=stopped)
        with torch.inference_mode(), chosen.autocast():
            return head(torch.from_numpy(features).to(chosen.torch)).float().cpu().numpy()
    net = new_classifier(backbone, head)
    net.load_state_dict(weights)
    net.to(chosen.torch).eval()
    parts = []
    with torch.inference_mode(), chosen.autocast():
        for pixels in stream(files, spec, BATCH):
            if (wish := stopped()) is not Stop.NO:
                raise Interrupted(wish)
            batch = torch.from_numpy(pixels).to(chosen.torch).permute(0, 3, 1, 2)
            parts.append(net(backbone.normalised(batch)).float().cpu().numpy())
            advanced(len(pixels))
    return np.concatenate(parts)
