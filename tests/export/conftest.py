"""Reports made of made-up but realistic runs."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from workbench.core.posterior import PosteriorTable
from workbench.evaluation.comparison import compare
from workbench.evaluation.intervals import class_intervals, intervals
from workbench.evaluation.metrics import confusion, summary
from workbench.export.content import ClassCount, Measured, ReportCase, ReportContent, ReportRun

NAMES = (
    "dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts", "skirt", "t-shirt",
    "belt", "boots", "cardigan", "coat", "gloves", "jacket", "jeans", "leggings", "pyjamas", "sandals",
    "scarf", "shawl", "slippers", "socks", "suit", "sweater", "swimwear", "tie", "underwear", "vest",
)  # fmt: skip
HEADS = ("Linear", "MLP", "Spinal", "Spinal, shared weights")
EPOCHS = 30


@dataclass(frozen=True)
class Line:
    name: str
    split: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]


def lines(index: int) -> tuple[Line, ...]:
    epochs = tuple(range(1, EPOCHS + 1))
    made = []
    for split, floor in (("train", 0.1), ("val", 0.35 + 0.04 * index)):
        loss = tuple(floor + 1.8 * 0.82 ** (epoch + index) + 0.01 * (epoch % 3) for epoch in epochs)
        made.append(Line("loss", split, epochs, loss))
        made.append(Line("accuracy", split, epochs, tuple(float(np.exp(-0.45 * value)) for value in loss)))
    made.append(Line("macro_f1", "val", epochs, tuple(0.97 * value for value in made[-1].values)))
    return tuple(made)


def posterior(classes: Sequence[str], index: int, split: str, samples: int) -> PosteriorTable:
    shared, own = np.random.default_rng(5), np.random.default_rng(50 + index)
    target = np.sort(shared.integers(0, len(classes), samples))
    logits = shared.normal(size=(samples, len(classes))) * 1.5 + own.normal(size=(samples, len(classes)))
    logits[np.arange(samples), target] += 3.2 + 0.5 * index
    names = tuple(f"{classes[k]}/{row:04}.png" for row, k in enumerate(target))
    return PosteriorTable(
        names, target.astype(np.int64), logits.astype(np.float32), tuple(classes), split, f"r{index}"
    )


def measured(table: PosteriorTable) -> Measured:
    return Measured(
        split=table.split,
        n=len(table),
        metrics=summary(table),
        intervals=intervals(table),
        class_intervals=class_intervals(table),
        confusion=confusion(table),
    )


def picture(index: int) -> bytes:
    ramp = np.linspace(0, 255, 64, dtype=np.uint8)
    pixels = np.stack(
        [np.tile(ramp, (64, 1)), np.full((64, 64), 60 * index % 255, np.uint8), np.tile(ramp, (64, 1)).T], -1
    )
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG" if index % 2 else "JPEG")
    return file.getvalue()


@functools.cache
def make(
    classes: Sequence[str] = NAMES[:10],
    runs: int = 4,
    samples: int = 341,
    *,
    opened: int = 0,
    cases: int = 6,
) -> ReportContent:
    tables = [posterior(classes, index, "val", samples) for index in range(runs)]
    letters = [chr(ord("A") + index) for index in range(runs)]
    made = tuple(
        ReportRun(
            letter=letters[index],
            run=f"20250101-{index:04}",
            label=HEADS[index % 4] + (f" {index // 4 + 1}" if index > 3 else ""),
            head="linear",
            seed=0,
            status="finished",
            backbone="efficientnet_lite0",
            parameters={"head": 12_810 + 900 * index, "trainable": 12_810 + 900 * index, "total": 3_384_000},
            seconds={
                "data": 2.1,
                "features": 41.0,
                "fit": 6.2 + index,
                "predict": 0.2,
                "total": 49.5 + index,
            },
            epochs_done=EPOCHS,
            best_epoch=21 + index,
            device="cpu",
            engine="torch 2.8",
            precision="float32",
            decoder="Pillow 12",
            measured=measured(tables[index]),
            test=measured(posterior(classes, index, "test", samples // 2)) if index < opened else None,
            curves=lines(index),
        )
        for index in range(runs)
    )
    pairs = [(a, b) for a in range(runs) for b in range(a + 1, runs)][:10]
    verdicts = tuple(
        compare(tables[a], tables[b], "macro_f1", labels=(letters[a], letters[b])).verdict for a, b in pairs
    )
    rows = np.linspace(0, samples - 1, cases).astype(int) if cases else []
    shown = tuple(
        ReportCase(
            sample=tables[0].sample[row],
            picture=picture(place),
            true=classes[tables[0].target[row]],
            reason=("least sure", "wrong", "heads disagree")[place % 3],
            probability={
                letter: table.probability[row].tolist() for letter, table in zip(letters, tables, strict=True)
            },
        )
        for place, row in enumerate(rows)
    )
    return ReportContent(
        title="Clothing, three heads",
        project="clothing",
        created="1 March 2025, 14:02",
        data=f"Folder clothing/train: 3,084 pictures of {len(classes)} classes.",
        split="0.70 / 0.15 / 0.15, stratified, seed 0",
        classes=tuple(classes),
        counts=[
            ClassCount(name, 12 + 31 * index % 400, 7 + index, 6 + index)
            for index, name in enumerate(classes)
        ],
        runs=made,
        recipe='name = "clothing"\n\n[data]\npath = "clothing/train"\n\n[[heads]]\nname = "linear"\n',
        versions={"workbench": "0.1.0", "torch": "2.8.0", "Python": "3.11.7"},
        differences=verdicts,
        warnings=("7 of 3,091 files were skipped: 4 are no pictures, 3 are damaged.",),
        cases=shown,
        opened=opened,
    )


@pytest.fixture(scope="session")
def make_content() -> Callable[..., ReportContent]:
    """Builds a report's content: classes, number of runs, samples, test openings, cases."""
    return make
