"""What the verbs give the two front ends: plain values, no torch, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.core.events import Status
from workbench.core.options import Option
from workbench.core.posterior import PosteriorTable
from workbench.core.samples import Samples, Skipped, Split


@dataclass(frozen=True, slots=True)
class PartCard:
    """A head or a policy, as forms and help show it."""

    name: str
    title: str
    summary: str
    source: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class BackboneCard:
    """A backbone, as lists show it."""

    name: str
    title: str
    features: int
    parameters: int
    gflops: float
    image_size: int
    weights_mb: float
    on_disk: bool
    packaged: bool
    licence: str
    source: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that can stand in a recipe."""

    heads: tuple[PartCard, ...]
    policies: tuple[PartCard, ...]
    backbones: tuple[BackboneCard, ...]
    training: tuple[Option, ...]
    augmentation: tuple[Option, ...]
    backbone: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class HeadCounts:
    """Size and cost of one head at given features and classes."""

    name: str
    options: Mapping[str, Any]
    parameters: int
    multiplications: int
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class DataView:
    """A data set looked at: the pictures, the proposed split, and what is wrong with either.

    `problem` says why training cannot start, or is empty.
    """

    samples: Samples
    split: Split | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RunView:
    """One run, as lists and `runs --json` show it."""

    run: str
    experiment: str
    name: str  # the experiment's name
    label: str
    head: str
    head_options: Mapping[str, Any]
    seed: int
    status: Status
    created: float  # seconds since 1970
    ended: float | None
    epochs_done: int
    best_epoch: int
    parameters: Mapping[str, int]
    metrics: Mapping[str, Any]  # split -> metrics; the test split only once opened
    seconds: Mapping[str, Any]
    device: str
    engine: str
    precision: str
    decoder: str
    backbone: str
    data: str  # one line: kind and folder
    split: str  # the split sentence
    sealed: int  # pictures kept aside for the test; 0: there is none
    opened: int  # how often the test set of this run's data was opened
    message: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One line over epochs; `epochs` counts from 1."""

    name: str  # loss, accuracy, macro_f1 ...
    split: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class RunResult:
    """A run with its posterior table and everything derived from it.

    intervals: metric -> (low, high), 95 %; per class: class -> metric -> (low, high).
    confusion [C, C]: rows true, columns predicted.
    """

    view: RunView
    table: PosteriorTable
    metrics: Mapping[str, Any]
    intervals: Mapping[str, tuple[float, float]]
    class_intervals: Mapping[str, Mapping[str, tuple[float, float]]]
    confusion: NDArray[np.int64]
    curves: tuple[Curve, ...]
    files: tuple[str, ...]  # absolute path of each sample's picture, in table order


@dataclass(frozen=True, slots=True)
class Difference:
    """Metric of `b` minus metric of `a` on the same samples, with a 95 % interval."""

    a: str
    b: str
    metric: str
    value: float
    low: float
    high: float
    only_a_right: tuple[str, ...]  # sample names
    only_b_right: tuple[str, ...]
    p_value: float  # McNemar, exact
    clear: bool  # whether the verdict names a winner
    verdict: str  # in words


@dataclass(frozen=True, eq=False)
class Comparison:
    """Runs side by side on the samples they share.

    `notes` say what the reader must know (different splits, samples left out ...).
    """

    split: str
    results: tuple[RunResult, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Predicted:
    """What came of classifying a folder."""

    pictures: int
    skipped: tuple[Skipped, ...]  # files that were left out, with the reason
