"""What happens while an experiment runs, as small plain values.

Experiment events bracket everything, run events bracket each run. A stage that all runs share
(data, features) carries run = None. Every event turns into JSON and back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Outcome = Literal["finished", "stopped", "partial", "failed"]
Status = Literal["queued", "running", "paused", "finished", "stopped", "failed", "lost"]
Stage = Literal["data", "features", "fit", "predict"]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run before it starts: which head, which seed."""

    run: str
    head: str
    seed: int
    label: str  # how people tell it apart: the head's name, with its options where they differ


@dataclass(frozen=True, slots=True)
class ExperimentStarted:
    experiment: str
    name: str
    runs: tuple[RunPlan, ...]


@dataclass(frozen=True, slots=True)
class RunStarted:
    run: str
    head: str
    seed: int
    epochs: int
    parameters: Mapping[str, int]  # head, trainable, total


@dataclass(frozen=True, slots=True)
class StageStarted:
    run: str | None
    stage: Stage
    total: int  # how many pieces of work; 0: not known
    text: str = ""


@dataclass(frozen=True, slots=True)
class StageAdvanced:
    run: str | None
    stage: Stage
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class StepDone:
    run: str
    epoch: int  # counted from 1
    step: int  # counted from 1 within the epoch
    steps: int
    loss: float
    learning_rate: float


@dataclass(frozen=True, slots=True)
class EpochDone:
    run: str
    epoch: int  # counted from 1
    epochs: int
    train: Mapping[str, float]  # loss, accuracy: means over the epoch, while learning
    val: Mapping[str, float]  # loss, accuracy, macro_f1; empty without a validation set
    per_class: Mapping[str, Mapping[str, float]]  # class -> recall, f1 on validation
    best_epoch: int
    seconds: float


@dataclass(frozen=True, slots=True)
class WatchedPosteriors:
    run: str
    epoch: int
    samples: tuple[str, ...]
    probability: tuple[tuple[float, ...], ...]  # [samples][classes]


@dataclass(frozen=True, slots=True)
class Warned:
    run: str | None
    message: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    run: str
    status: Status
    metrics: Mapping[str, Any] = field(default_factory=dict)  # split -> metric -> value
    seconds: Mapping[str, float] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True)
class ExperimentEnded:
    experiment: str
    outcome: Outcome
    runs: tuple[Mapping[str, Any], ...]  # one run object each, as `--json` prints them
    message: str = ""


Event = (
    ExperimentStarted
    | RunStarted
    | StageStarted
    | StageAdvanced
    | StepDone
    | EpochDone
    | WatchedPosteriors
    | Warned
    | RunEnded
    | ExperimentEnded
)


def name_of(event: Event) -> str:
    """The event's name in snake case: EpochDone -> epoch_done."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def to_json(event: Event) -> dict[str, Any]:
    """Plain data of `event`, with its name under the key `event`."""
    return {"event": name_of(event), **asdict(event)}
