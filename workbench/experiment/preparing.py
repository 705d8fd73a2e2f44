"""What all runs of an experiment share: features that were computed once, or decoded pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from workbench.backbones import Backbone
from workbench.core.events import StageStarted
from workbench.core.samples import TRAIN, VAL, Samples, Split
from workbench.data.loading import cached
from workbench.data.transforms import margin_px
from workbench.experiment.recipes import policy_of
from workbench.training.device import Device
from workbench.training.features import FeatureStore, engine_name
from workbench.training.inputs import FeatureInputs, Inputs, PictureInputs, targets
from workbench.training.nets import picture_spec

if TYPE_CHECKING:
    from workbench.experiment.running import Job


@dataclass(frozen=True, eq=False)
class Prepared:
    """What all runs of an experiment share."""

    samples: Samples
    split: Split
    backbone: Backbone
    device: Device
    frozen: frozenset[str]  # blocks that never learn; all of them: heads learn from features
    train: Inputs
    val: Inputs | None
    val_rows: np.ndarray

    @property
    def on_features(self) -> bool:
        """Whether the backbone stands still and the runs see only its features."""
        return len(self.frozen) == len(self.backbone.blocks)


def prepare(job: Job, samples: Samples, split: Split, backbone: Backbone, device: Device) -> Prepared:
    """The inputs of all runs: features where the whole backbone stands still, else decoded pictures."""
    recipe = job.recipe
    blocks = tuple(block.name for block in backbone.blocks)
    policy = policy_of(recipe.policy)
    frozen = frozenset(blocks)
    for seed in recipe.training.seeds:
        frozen &= policy.always_frozen(blocks, recipe.training.epochs, seed)
    train_rows, val_rows = split.indices(TRAIN), split.indices(VAL)
    make = _features if len(frozen) == len(blocks) else _pictures
    train, val = make(job, samples, train_rows, val_rows, backbone, device)
    return Prepared(samples, split, backbone, device, frozen, train, val, val_rows)


def _features(
    job: Job,
    samples: Samples,
    train_rows: np.ndarray,
    val_rows: np.ndarray,
    backbone: Backbone,
    device: Device,
) -> tuple[Inputs, Inputs | None]:
    recipe = job.recipe
    spec = picture_spec(backbone, recipe.backbone.image_size, recipe.backbone.resize)
    store = FeatureStore(job.project.cache, backbone, device)
    augmentation = recipe.augmentation.name
    views = recipe.augmentation.views if augmentation != "none" else 1
    # All samples in one go for view 0, so that decoding overlaps computing across the splits.
    plain = np.concatenate([train_rows, val_rows])
    todo = [(plain, 0), *((train_rows, view) for view in range(1, views))]
    total = sum(store.missing(_contents(samples, rows), spec, augmentation, view) for rows, view in todo)
    job.emit(StageStarted(None, "features", total, f"{backbone.card.title}, {engine_name()}"))
    advance, done = job.advancing("features"), 0

    def advanced(more: int) -> None:
        nonlocal done
        done += more
        advance(done, total)

    found = [
        store.features(
            _files(samples, rows), _contents(samples, rows), spec, augmentation, view, advanced, job.stopped
        )
        for rows, view in todo
    ]
    learn = np.stack([found[0][: len(train_rows)], *found[1:]])
    train = FeatureInputs(torch.from_numpy(learn), targets(samples.target[train_rows]))
    if not len(val_rows):
        return train, None
    check = found[0][len(train_rows) :][None]
    return train, FeatureInputs(torch.from_numpy(check), targets(samples.target[val_rows]))


def _pictures(
    job: Job,
    samples: Samples,
    train_rows: np.ndarray,
    val_rows: np.ndarray,
    backbone: Backbone,
    device: Device,
) -> tuple[Inputs, Inputs | None]:
    recipe = job.recipe
    size, augmentation = recipe.backbone.image_size, recipe.augmentation.name
    spec = picture_spec(backbone, size, recipe.backbone.resize)
    folder = job.project.cache / "pictures"
    job.emit(StageStarted(None, "features", len(train_rows) + len(val_rows), "Decoding pictures"))
    advance = job.advancing("features")
    total = len(train_rows) + len(val_rows)
    train_pixels = cached(
        _files(samples, train_rows),
        _contents(samples, train_rows),
        spec.larger(margin_px(augmentation)),
        folder,
        lambda done, _: advance(done, total),
        job.stopped,
    )
    train = PictureInputs(train_pixels, targets(samples.target[train_rows]), backbone, size, augmentation)
    if not len(val_rows):
        return train, None
    val_pixels = cached(
        _files(samples, val_rows),
        _contents(samples, val_rows),
        spec,
        folder,
        lambda done, _: advance(len(train_rows) + done, total),
        job.stopped,
    )
    return train, PictureInputs(val_pixels, targets(samples.target[val_rows]), backbone, size)


def _files(samples: Samples, rows: Sequence[int] | np.ndarray) -> list[Path]:
    return [samples.file(int(row)) for row in rows]


def _contents(samples: Samples, rows: Sequence[int] | np.ndarray) -> list[str]:
    return [samples.content[int(row)] for row in rows]
