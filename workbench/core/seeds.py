"""Where randomness comes from: one seed, one purpose, one place in time.

Nothing keeps a generator between epochs. A resumed run re-derives the same numbers, so a
checkpoint holds no generator state.
"""

from __future__ import annotations

import hashlib

import numpy as np


def derive(seed: int, purpose: str, *place: int) -> int:
    """A 63-bit seed for `purpose` at `place` (epoch, view, rank ...), the same on every machine."""
    text = "/".join([str(seed), purpose, *map(str, place)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, purpose: str, *place: int) -> np.random.Generator:
    """A fresh NumPy generator for `purpose` at `place`."""
    return np.random.default_rng(derive(seed, purpose, *place))
