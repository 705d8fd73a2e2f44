"""Made-up runs, comparisons and catalogues for the learning views: plain values, no training."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest

from workbench.core.options import Option, describe
from workbench.core.posterior import PosteriorTable
from workbench.core.recipe import AugmentationSettings, BackboneSettings, TrainingSettings
from workbench.experiment.views import (
    BackboneCard,
    Catalogue,
    Comparison,
    Curve,
    Difference,
    PartCard,
    RunResult,
    RunView,
)
from workbench.gui.services import Services

CLASSES = ("cat", "dog", "owl")
# Three runs on six pictures. Rows: logits that make the answers below.
TARGET = (0, 0, 1, 1, 2, 2)
PREDICTED = {"r0": (0, 1, 1, 1, 2, 0), "r1": (0, 0, 1, 2, 2, 0), "r2": (0, 1, 1, 1, 2, 2)}
SURE = (6.0, 0.5, 4.0, 1.0, 5.0, 3.0)  # logit of the predicted class; the others have 0
TITLES = {"linear": "Linear", "mlp": "MLP"}


def made_table(run: str, split: str = "val") -> PosteriorTable:
    predicted = PREDICTED[run]
    logits = np.zeros((len(TARGET), len(CLASSES)), np.float32)
    for row, (answer, sure) in enumerate(zip(predicted, SURE, strict=True)):
        logits[row, answer] = sure
    names = tuple(f"{CLASSES[t]}/{row}.png" for row, t in enumerate(TARGET))
    return PosteriorTable(names, np.array(TARGET, np.int64), logits, CLASSES, split, run)


def made_view(run: str, *, experiment: str = "e1", status: str = "finished", opened: int = 0) -> RunView:
    head = "mlp" if run == "r1" else "linear"
    return RunView(
        run=run,
        experiment=experiment,
        name="pets",
        label=head if run != "r2" else "linear, seed 1",
        head=head,
        head_options={},
        seed=1 if run == "r2" else 0,
        status=status,  # type: ignore[arg-type]
        created=1.79e9,
        ended=1.79e9 + 5,
        epochs_done=3,
        best_epoch=2,
        parameters={"head": 1234, "trainable": 1234, "total": 99_999},
        metrics={"val": {"accuracy": 0.5}} if status == "finished" else {},
        seconds={},
        device="cpu",
        engine="torch",
        precision="float32",
        decoder="pillow",
        backbone="small",
        data="pets",
        split="0.7 / 0.15 / 0.15",
        sealed=6,
        opened=opened,
        message="",
    )


def made_result(run: str, split: str = "val") -> RunResult:
    table = made_table(run, split)
    confusion = np.zeros((3, 3), np.int64)
    np.add.at(confusion, (table.target, table.predicted), 1)
    scores = {
        name: {"recall": float(confusion[i, i]) / 2, "precision": 0.5, "f1": 0.5, "support": 2}
        for i, name in enumerate(CLASSES)
    }
    accuracy = float((table.predicted == table.target).mean())
    epochs = (1, 2, 3)
    return RunResult(
        view=made_view(run, opened=1 if split == "test" else 0),
        table=table,
        metrics={"accuracy": accuracy, "macro_f1": 0.6, "log_loss": 0.7, "ece": 0.1, "per_class": scores},
        intervals=dict.fromkeys(("accuracy", "macro_f1", "log_loss", "ece"), (0.25, 0.75)),
        class_intervals={name: dict.fromkeys(("recall", "precision", "f1"), (0.1, 0.9)) for name in CLASSES},
        confusion=confusion,
        curves=(
            Curve("loss", "train", epochs, (1.0, 0.5, 0.3)),
            Curve("loss", "val", epochs, (1.1, 0.6, 0.7)),
            Curve("accuracy", "val", epochs, (0.4, 0.6, 0.5)),
        ),
        files=tuple(f"/nowhere/{name}" for name in table.sample),
    )


def made_difference(a: str, b: str) -> Difference:
    only_a = tuple(
        f"{CLASSES[t]}/{i}.png" for i, t in enumerate(TARGET) if PREDICTED[a][i] == t and PREDICTED[b][i] != t
    )
    only_b = tuple(
        f"{CLASSES[t]}/{i}.png" for i, t in enumerate(TARGET) if PREDICTED[b][i] == t and PREDICTED[a][i] != t
    )
    clear = (a, b) == ("r1", "r2")
    verdict = "C linear, seed 1 is better than B mlp by 3.9 points of accuracy [0.4, 7.5], n = 6."
    return Difference(
        a=a,
        b=b,
        metric="accuracy",
        value=0.0,
        low=-0.3,
        high=0.3,
        only_a_right=only_a,
        only_b_right=only_b,
        p_value=1.0,
        clear=clear,
        verdict=verdict if clear else "No clear winner at n = 6.",
    )


@pytest.fixture
def result_of() -> Callable[..., RunResult]:
    return made_result


@pytest.fixture
def view_of() -> Callable[..., RunView]:
    return made_view


@pytest.fixture
def comparison() -> Comparison:
    runs = ("r0", "r1", "r2")
    pairs = (("r0", "r1"), ("r0", "r2"), ("r1", "r2"))
    return Comparison("val", tuple(map(made_result, runs)), tuple(made_difference(*pair) for pair in pairs))


@pytest.fixture
def titles() -> dict[str, str]:
    return dict(TITLES)


@pytest.fixture
def services(qapp, tmp_path: Path) -> Iterator[Services]:
    made = Services.create(tmp_path / "settings.ini")
    yield made
    made.background.close()


@pytest.fixture
def catalogue() -> Catalogue:
    width = Option("width", "whole", 20, "Neurons of each layer.", minimum=1, maximum=500)
    card = BackboneCard("small", "Small net", 64, 1000, 0.1, 32, 1.0, True, True, "MIT", "us")
    missing = BackboneCard("big", "Big net", 512, 10**7, 4.0, 224, 90.0, False, False, "BSD", "them")
    return Catalogue(
        heads=(
            PartCard("linear", "Linear", "One layer.", "", ()),
            PartCard("mlp", "MLP", "Layers.", "", (width,)),
            PartCard("spinal_shared", "Spinal, shared weights", "A chain.", "", (width,)),
        ),
        policies=(
            PartCard("everything", "Everything", "All learns.", "", ()),
            PartCard("heads_only", "Heads only", "The heads learn.", "", ()),
        ),
        backbones=(card, missing),
        training=describe(TrainingSettings),
        augmentation=describe(AugmentationSettings),
        backbone=describe(BackboneSettings),
    )
