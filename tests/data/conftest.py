"""Small pictures to scan, deal and decode."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.samples import NO_SPLIT, Samples

Paint = Callable[..., Path]


@pytest.fixture
def paint(tmp_path: Path) -> Paint:
    """paint("cat/1.png", seed=3): a picture of seeded noise below tmp_path; equal seeds, equal bytes."""

    def _paint(name: str, seed: int | None = None, size: tuple[int, int] = (9, 7)) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(abs(hash_of(name)) if seed is None else seed)
        pixels = noise.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
        return path

    return _paint


def hash_of(text: str) -> int:
    """A number that differs between names and not between sessions."""
    return int.from_bytes(text.encode()[-16:], "big")


@pytest.fixture(scope="session")
def make_samples() -> Callable[..., Samples]:
    """make_samples(target, content=..., fixed=..., group=...): samples without files."""

    def _make(
        target: list[int],
        content: list[str] | None = None,
        fixed: list[int] | None = None,
        group: list[str] | None = None,
        names: list[str] | None = None,
    ) -> Samples:
        count = len(target)
        classes = tuple(f"class{index}" for index in range(max(target, default=-1) + 1))
        return Samples(
            roots=(Path("/pictures"),),
            classes=classes,
            paths=tuple(names or [f"{index:05d}.png" for index in range(count)]),
            root=np.zeros(count, dtype=np.uint8),
            target=np.array(target, dtype=np.int32),
            content=tuple(content or [f"{index:032x}" for index in range(count)]),
            size_px=np.full((count, 2), 8, dtype=np.int32),
            fixed=np.array(fixed or [NO_SPLIT] * count, dtype=np.int8),
            metadata={} if group is None else {"patient": tuple(group)},
        )

    return _make
