"""Projects, pictures and runs for the store's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from workbench.core.posterior import PosteriorTable
from workbench.core.samples import NO_SPLIT, Samples, Skipped, Split
from workbench.store.project import NewRun, Project

MakeSamples = Callable[..., Samples]
MakeRuns = Callable[..., tuple[str, ...]]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "project") as made:
        yield made


@pytest.fixture
def make_samples(tmp_path: Path) -> MakeSamples:
    """A data set of four pictures in a folder that exists; keywords replace what it holds."""

    def make(**changes: object) -> Samples:
        root = tmp_path / "pictures"
        root.mkdir(exist_ok=True)
        values: dict[str, object] = {
            "roots": (root,),
            "classes": ("cat", "dog"),
            "paths": ("cat/1.png", "cat/2.png", "dog/\udce9t\udce9.png", "dog/ünï 1.png"),
            "root": np.zeros(4, np.uint8),
            "target": np.array([0, 0, 1, 1], np.int32),
            "content": tuple(f"{n:032x}" for n in (1, 2, 3, 1)),
            "size_px": np.array([[3, 4], [5, 6], [70_000, 8], [9, 10]], np.int32),
            "fixed": np.array([NO_SPLIT, 0, 1, 2], np.int8),
            "metadata": {"patient": ("P1", "", "P2", "P2"), "age": ("", "", "", "")},
            "skipped": (Skipped("cat/torn.png", "damaged", "the file ends too early"),),
            "warnings": ("1 file was left out",),
        }
        return Samples(**{**values, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def split() -> Split:
    return Split(
        part=np.array([0, 0, 1, NO_SPLIT], np.int8),
        group="patient",
        groups=2,
        shared_groups=1,
        duplicates=2,
        sentence="0.70 / 0.15 / 0.15, stratified, seed 0",
        notes=("1 patient is in two splits",),
    )


@pytest.fixture
def make_runs(project: Project) -> MakeRuns:
    """Runs of one new experiment: one of each head named."""

    def make(*heads: str) -> tuple[str, ...]:
        new = [NewRun(head, {}, 0, head) for head in heads or ("linear",)]
        return project.add_experiment("clothing", 'name = "clothing"\n', "f" * 32, new)[1]

    return make


@pytest.fixture
def run(make_runs: MakeRuns) -> str:
    return make_runs()[0]


@pytest.fixture
def table(run: str) -> PosteriorTable:
    """What `run` believes about three pictures, one of them with a name that is not UTF-8."""
    return PosteriorTable(
        sample=("a/1.png", "a/\udce9.png", "ünï.png"),
        target=np.array([0, 1, 1]),
        logits=np.array([[1.5, -2.0], [0.25, 0.5], [-3.0, np.float32(0.1)]], np.float32),
        classes=("a", "b"),
        split="val",
        source=run,
    )
