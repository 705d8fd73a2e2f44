"""The backbone stands still; only the head learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from workbench.policies import POLICIES, Policy


@POLICIES.register("heads_only")
class HeadsOnly(Policy):
    title: ClassVar[str] = "Heads only"
    summary: ClassVar[str] = (
        "The backbone stands still and its features are computed once; only the heads learn, in seconds."
    )

    def frozen(self, blocks: Sequence[str], epoch: int, seed: int) -> frozenset[str]:
        return frozenset(blocks)
