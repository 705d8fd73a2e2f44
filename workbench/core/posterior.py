"""What one run believes about each sample of one split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PosteriorTable:
    """Logits of N samples over C classes, one row per sample, placed by sample index.

    sample [N] names, target [N] int64 class indices, logits [N, C] float32. No sample stands twice.
    """

    sample: tuple[str, ...]
    target: NDArray[np.int64]
    logits: NDArray[np.float32]
    classes: tuple[str, ...]
    split: str
    source: str  # the run's id
    temperature: float = 1.0  # 1: raw

    def __post_init__(self) -> None:
        rows, columns = self.logits.shape
        assert rows == len(self.sample) == len(self.target), "one row per sample"
        assert columns == len(self.classes), "one column per class"
        assert len(set(self.sample)) == rows, "no sample stands twice"

    def __len__(self) -> int:
        return len(self.sample)

    @property
    def probability(self) -> NDArray[np.float64]:
        """Softmax of logits / temperature: [N, C] float64, rows sum to 1."""
        return softmax(self.logits.astype(np.float64) / self.temperature)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The class with the largest logit, the first one on ties: [N]."""
        return np.asarray(np.argmax(self.logits, axis=1), dtype=np.int64)

    def take(self, rows: NDArray[np.intp]) -> PosteriorTable:
        """The table of some rows."""
        return replace(
            self,
            sample=tuple(self.sample[i] for i in rows),
            target=self.target[rows],
            logits=self.logits[rows],
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays for an .npz without pickle."""
        return {
            "sample": np.array(self.sample, dtype=np.str_),
            "target": self.target,
            "logits": self.logits,
            "classes": np.array(self.classes, dtype=np.str_),
            "split": np.array(self.split),
            "source": np.array(self.source),
            "temperature": np.array(self.temperature, dtype=np.float64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> PosteriorTable:
        """The inverse of `to_arrays`."""
        return cls(
            sample=tuple(str(name) for name in arrays["sample"]),
            target=arrays["target"].astype(np.int64),
            logits=arrays["logits"].astype(np.float32),
            classes=tuple(str(name) for name in arrays["classes"]),
            split=str(arrays["split"]),
            source=str(arrays["source"]),
            temperature=float(arrays["temperature"]),
        )


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax over the last axis, stable for large logits."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float64)
