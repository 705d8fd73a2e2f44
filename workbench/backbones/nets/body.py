"""A network without its classifier, on its way to becoming a backbone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.backbones import Block
from workbench.core import seeds

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class Body:
    """A module that maps pictures [B, 3, H, W] to features [B, D], cut into blocks.

    A weights file holds the same tensors under the publisher's names: `renamed` turns such a name
    into ours; names that match `classifier` belong to the part that was cut off.
    """

    module: nn.Module
    blocks: tuple[Block, ...]
    classifier: re.Pattern[str]
    renamed: Callable[[str], str]


def same_name(name: str) -> str:
    """The publisher's names are ours."""
    return name


@contextmanager
def seeded() -> Iterator[None]:
    """Random weights drawn inside are the same every time; torch's own generator is left untouched."""
    import torch

    before = torch.get_rng_state()
    torch.default_generator.manual_seed(seeds.derive(0, "backbone"))
    try:
        yield
    finally:
        torch.set_rng_state(before)
