"""Backbone and head learn together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from workbench.policies import POLICIES, Policy


@POLICIES.register("everything")
class Everything(Policy):
    title: ClassVar[str] = "Everything"
    summary: ClassVar[str] = (
        "The whole network learns, starting from the pretrained weights. Slow without a GPU; use a small "
        "learning rate."
    )

    def frozen(self, blocks: Sequence[str], epoch: int, seed: int) -> frozenset[str]:
        return frozenset()
