"""The spinal head whose layers, from the second on, are one layer used again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from workbench.heads import HEADS, Head
from workbench.heads.nets import segments
from workbench.heads.nets.sentences import spinal_notes

if TYPE_CHECKING:
    from torch import nn


@HEADS.register("spinal_shared")
class SpinalShared(Head):
    title: ClassVar[str] = "Spinal, shared weights"
    summary: ClassVar[str] = (
        "The spinal chain with one set of weights for all layers but the first: a few thousand parameters "
        "where fully connected layers take millions."
    )
    source: ClassVar[str] = (
        "Transfer learning with spinally shared layers, Applied Soft Computing 2024, with its notebooks"
    )

    layers: int = Field(
        8,
        ge=1,
        le=256,
        description="Length of the chain. More layers cost arithmetic but hardly any parameters.",
        json_schema_extra={"unit": "layers", "source": "8 in all released notebooks"},
    )
    splits: int = Field(
        8,
        ge=1,
        le=4096,
        description="Into how many parts the features are cut; layers take them in turn.",
        json_schema_extra={"unit": "parts", "source": "8 in all released notebooks"},
    )
    width: int = Field(
        20,
        ge=1,
        le=65_536,
        description="Neurons of each layer.",
        json_schema_extra={"unit": "neurons", "source": "10, 20, 50 and 100 in the released notebooks"},
    )
    dropout: float = Field(
        0.0, ge=0, lt=1, description="Share of values silenced at random before each linear layer; 0: none."
    )
    activation: Literal["relu", "leaky_relu"] = Field("relu", description="What a neuron does to its sum.")
    exact: bool = Field(
        False,
        description="Cut the features exactly as the authors' code does (rounded, parts may wrap around), "
        "instead of filling the last part with zeros.",
    )

    def parameters(self, features: int, classes: int) -> int:
        size, width = self._segments(features).size, self.width
        shared = (size + width) * width + width if self.layers > 1 else 0
        return (size * width + width) + shared + self.layers * width * classes + classes

    def multiplications(self, features: int, classes: int) -> int:
        size, width = self._segments(features).size, self.width
        chain = size * width + (self.layers - 1) * (size + width) * width
        return chain + self.layers * width * classes

    def notes(self, features: int, classes: int) -> tuple[str, ...]:
        return spinal_notes(
            self._segments(features),
            self.width,
            lambda width: self.model_copy(update={"width": width}).parameters(features, classes),
            linear=features * classes + classes,
        )

    def build(self, features: int, classes: int) -> nn.Module:
        from workbench.heads.nets.spinal import Spinal as Net

        return Net(
            self._segments(features),
            classes,
            self.width,
            shared=True,
            dropout=self.dropout,
            activation=self.activation,
        )

    def _segments(self, features: int) -> segments.Segments:
        cut = segments.tiled if self.exact else segments.padded
        return cut(features, self.splits, self.layers)
