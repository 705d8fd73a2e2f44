"""One linear layer from features to classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from workbench.heads import HEADS, Head

if TYPE_CHECKING:
    from torch import nn


@HEADS.register("linear")
class Linear(Head):
    title: ClassVar[str] = "Linear"
    summary: ClassVar[str] = (
        "One weighted sum of the features per class. The baseline: quick, hard to overfit, and often enough "
        "on good features."
    )

    def parameters(self, features: int, classes: int) -> int:
        return features * classes + classes

    def multiplications(self, features: int, classes: int) -> int:
        return features * classes

    def build(self, features: int, classes: int) -> nn.Module:
        from torch import nn

        return nn.Linear(features, classes)
