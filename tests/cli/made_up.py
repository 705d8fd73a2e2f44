"""Made-up answers of the experiment's verbs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from workbench.core.posterior import PosteriorTable
from workbench.experiment.views import Comparison, Difference, RunResult, RunView

METRICS = {
    "accuracy": 0.75,
    "macro_f1": 0.7,
    "log_loss": 0.5,
    "ece": float("nan"),
    "per_class": {
        "cat": {"precision": 1.0, "recall": 0.5, "f1": 0.67, "support": 2},
        "dog": {"precision": 0.67, "recall": 1.0, "f1": 0.8, "support": 2},
    },
}


def run_object(run: str, head: str, status: str = "finished") -> dict[str, Any]:
    return {
        "run": run,
        "label": head,
        "head": head,
        "seed": 0,
        "status": status,
        "message": "",
        "sealed": 12,
        "parameters": {"head": 1234, "trainable": 1234, "total": 3_400_000},
        "metrics": {"val": METRICS} if status == "finished" else {},
        "seconds": {"data": 0.1, "features": 1.0, "fit": 2.0, "predict": 0.1, "total": 3.2, "shared": True},
    }


def run_view(run: str, head: str, **changes: Any) -> RunView:
    fields: dict[str, Any] = {
        **{key: run_object(run, head)[key] for key in ("run", "label", "head", "seed", "status", "message")},
        **{key: run_object(run, head)[key] for key in ("parameters", "metrics", "seconds")},
        "experiment": "e1",
        "name": "pets",
        "head_options": {},
        "created": 1_700_000_000.0,
        "ended": None,
        "epochs_done": 30,
        "best_epoch": 12,
        "device": "cpu",
        "engine": "torch",
        "precision": "float32",
        "decoder": "pillow",
        "backbone": "efficientnet_lite0",
        "data": "/pets",
        "split": "0.70 / 0.15 / 0.15",
        "sealed": 12,
        "opened": 0,
    }
    return RunView(**{**fields, **changes})


def run_result(run: str, head: str, split: str = "val", **changes: Any) -> RunResult:
    table = PosteriorTable(
        sample=("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"),
        target=np.array([0, 0, 1, 1]),
        logits=np.array([[2, 0], [0, 1], [0, 3], [-1, 1]], dtype=np.float32),
        classes=("cat", "dog"),
        split=split,
        source=run,
    )
    return RunResult(
        view=run_view(run, head, **changes),
        table=table,
        metrics=METRICS,
        intervals={"accuracy": (0.5, 0.9), "ece": (float("nan"), float("nan"))},
        class_intervals={"cat": {"f1": (0.1, 0.9)}},
        confusion=np.array([[1, 1], [0, 2]]),
        curves=(),
        files=("/pets/cat/1.png",) * 4,
    )


def comparison(split: str = "val") -> Comparison:
    differences = tuple(
        Difference(
            "r1", "r2", metric, 0.05, -0.01, 0.11, ("cat/1.png",), (), 0.25, False, "No clear difference."
        )
        for metric in ("accuracy", "log_loss")
    )
    results = (run_result("r1", "linear", split), run_result("r2", "mlp", split))
    return Comparison(split, results, differences, ("A note to the reader.",))


class Said:
    """What one command line said and how it ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each line of stdout as strict JSON."""
        return [json.loads(line, parse_constant=_no_constant) for line in self.out.splitlines()]


def _no_constant(word: str) -> float:
    raise AssertionError(f"{word} is no JSON")
