"""What a report says, as plain values. Whoever knows the project fills it in; `report` lays it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]


class Curve(Protocol):
    """One line over epochs, counted from 1."""

    @property
    def name(self) -> str: ...  # loss, accuracy ...

    @property
    def split(self) -> str: ...

    @property
    def epochs(self) -> Sequence[int]: ...

    @property
    def values(self) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many pictures of one class stand in each split."""

    name: str
    train: int
    val: int
    test: int


@dataclass(frozen=True, eq=False)
class Measured:
    """A run's numbers on one split.

    metrics: accuracy, macro_f1, log_loss, ece and per_class (class -> precision, recall, f1, support).
    intervals: metric -> 95 % (low, high). class_intervals: class -> metric -> (low, high).
    confusion [C, C]: rows true.
    """

    split: str
    n: int
    metrics: Mapping[str, Any]
    intervals: Mapping[str, Interval]
    class_intervals: Mapping[str, Mapping[str, Interval]]
    confusion: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ReportRun:
    """One run. `measured` is None for a run that ended before it could be measured."""

    letter: str  # A, B, C ...: how charts and sentences name it
    run: str  # its id in the project
    label: str
    head: str
    seed: int
    status: str
    backbone: str
    parameters: Mapping[str, int] = field(default_factory=dict)  # head, trainable, total
    seconds: Mapping[str, float] = field(default_factory=dict)  # data, features, fit, predict, total
    epochs_done: int = 0
    best_epoch: int = 0  # 0: none
    device: str = ""
    engine: str = ""
    precision: str = ""
    decoder: str = ""
    measured: Measured | None = None
    test: Measured | None = None  # only once the test set was opened
    curves: Sequence[Curve] = ()
    message: str = ""  # why it failed or stopped


@dataclass(frozen=True, eq=False)
class ReportCase:
    """One picture worth looking at, with what each run believes of it.

    probability: letter -> C probabilities, in class order.
    """

    sample: str
    picture: bytes  # PNG, JPEG, GIF or WebP; empty if the file is gone
    true: str
    reason: str  # least sure | wrong | heads disagree ...
    probability: Mapping[str, Sequence[float]]


@dataclass(frozen=True, eq=False)
class ReportContent:
    """Everything a report says.

    `split_name` is the split that runs were chosen on ("val"). `opened` counts openings of the test set.
    """

    title: str
    project: str
    created: str  # as people read it
    data: str  # one sentence: kind, folder, number of pictures
    split: str  # the split sentence
    classes: tuple[str, ...]
    counts: Sequence[ClassCount]
    runs: Sequence[ReportRun]
    recipe: str  # TOML; several recipes one after the other
    versions: Mapping[str, str]
    split_name: str = "val"
    grouped_by: str = ""  # metadata column that intervals resample by, if any
    differences: Sequence[str] = ()  # verdicts in words, one for each pair of runs
    warnings: Sequence[str] = ()
    cases: Sequence[ReportCase] = ()
    opened: int = 0
