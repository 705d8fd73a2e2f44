"""Fine-tuning policies: which blocks of the backbone stand still in which epoch. One file each.

A policy's file does not import torch.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from workbench.core.options import Options
from workbench.core.registry import Registry


class Policy(Options):
    """Options of one policy, and the pure function that it is."""

    title: ClassVar[str]
    summary: ClassVar[str]

    @abstractmethod
    def frozen(self, blocks: Sequence[str], epoch: int, seed: int) -> frozenset[str]:
        """The blocks that stand still in `epoch` (counted from 1), out of `blocks` in forward order.

        Depends on nothing else: a resumed run and all ranks agree without talking.
        """

    def always_frozen(self, blocks: Sequence[str], epochs: int, seed: int) -> frozenset[str]:
        """The blocks that stand still in every epoch."""
        frozen = frozenset(blocks)
        for epoch in range(1, epochs + 1):
            frozen &= self.frozen(blocks, epoch, seed)
        return frozen


POLICIES: Registry[type[Policy]] = Registry(
    "policy", __name__, reserved=("last_blocks", "blocks", "gradual", "random_freezing")
)
