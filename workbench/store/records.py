"""What a project remembers, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from workbench.core.events import Status

# The epoch under which the metrics of the weights that were kept stand; epochs count from 1.
KEPT = 0

OverlayField = Literal["label", "excluded", "split", "note", "flag"]


@dataclass(frozen=True, slots=True)
class FileFact:
    """What a scan found out about a file; holds as long as size and time of the file are these."""

    path: str  # POSIX, relative to its root
    size: int  # bytes
    mtime_ns: int
    content: str  # hash of the bytes
    width: int  # pixels, as shown
    height: int


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run before it has an id."""

    head: str
    head_options: Mapping[str, Any]
    seed: int
    label: str
    parent: str = ""  # the run it was pruned or refined from


@dataclass(frozen=True, slots=True)
class ExperimentRecord:
    """A recipe that was started, and its runs in the recipe's order, deleted ones too."""

    id: str
    name: str
    recipe_toml: str
    recipe_fingerprint: str
    dataset: str  # "" until the pictures were read
    split: str
    created: float  # seconds since 1970, like all times here
    details: Mapping[str, Any]
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as it stands in the project."""

    id: str
    experiment: str
    ordinal: int  # place in the recipe, from 0
    label: str
    head: str
    head_options: Mapping[str, Any]
    seed: int
    status: Status
    parent: str
    created: float
    started: float | None
    ended: float | None
    device: str
    engine: str
    precision: str
    decoder: str
    weights_sha256: str  # of the backbone
    piece: int  # rows computed at once
    versions: Mapping[str, Any]
    parameters: Mapping[str, int]
    seconds: Mapping[str, Any]
    details: Mapping[str, Any]
    epochs_done: int
    best_epoch: int
    label_state: int  # the journal position it saw
    message: str
    host: str | None  # who works on it, while somebody does
    pid: int | None
    deleted_at: float | None  # when it was moved to the trash


class RunFields(TypedDict, total=False):
    """What may change in a run."""

    label: str
    status: Status
    started: float | None
    ended: float | None
    device: str
    engine: str
    precision: str
    decoder: str
    weights_sha256: str
    piece: int
    versions: Mapping[str, Any]
    parameters: Mapping[str, int]
    seconds: Mapping[str, Any]
    details: Mapping[str, Any]
    epochs_done: int
    best_epoch: int
    label_state: int
    message: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of a run. class_name "" speaks of all classes; value may be nan."""

    epoch: int  # from 1; KEPT: of the weights that were kept
    split: str
    class_name: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Change:
    """One picture's field set to a value, or, with None, back to what the folder says."""

    sample: int  # index in the data set
    field: OverlayField
    value: str | None


@dataclass(frozen=True, slots=True)
class EditRecord:
    """One entry of the journal. Undoing and redoing are entries too, which name what they are about."""

    id: int
    time: float
    kind: str
    sentence: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None
    undone: bool = False
