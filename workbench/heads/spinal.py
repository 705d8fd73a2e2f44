"""The spinal head: a chain of narrow layers, each with weights of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from workbench.heads import HEADS, Head
from workbench.heads.nets import segments
from workbench.heads.nets.sentences import spinal_notes

if TYPE_CHECKING:
    from torch import nn


@HEADS.register("spinal")
class Spinal(Head):
    title: ClassVar[str] = "Spinal"
    summary: ClassVar[str] = (
        "A chain of narrow layers, each fed one part of the features and the layer before; all of them vote. "
        "Far smaller than fully connected layers with a similar reach."
    )
    source: ClassVar[str] = "SpinalNet: Deep Neural Network with Gradual Input, arXiv 2007.03347"

    layers: int = Field(
        4,
        ge=1,
        le=256,
        description="Length of the chain.",
        json_schema_extra={"unit": "layers", "source": "4 in the published transfer heads"},
    )
    splits: int = Field(
        2,
        ge=1,
        le=4096,
        description="Into how many parts the features are cut; layers take them in turn.",
        json_schema_extra={"unit": "parts", "source": "2 in the published transfer heads"},
    )
    width: int = Field(
        20,
        ge=1,
        le=65_536,
        description="Neurons of each layer. Small for ResNet-like, large (512) for VGG-like backbones.",
        json_schema_extra={"unit": "neurons", "source": "20 in the published CIFAR-10 transfer head"},
    )
    dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of values silenced at random before each linear layer; 0: none.",
        json_schema_extra={"source": "0.5 in the published VGG heads"},
    )
    batch_norm: bool = Field(False, description="Normalise each neuron over the batch.")
    activation: Literal["relu", "leaky_relu"] = Field("relu", description="What a neuron does to its sum.")
    exact: bool = Field(
        False,
        description="Cut odd numbers of features exactly as the authors' code does, instead of filling the "
        "last part with zeros.",
    )

    def parameters(self, features: int, classes: int) -> int:
        size, width = self._segments(features).size, self.width
        chain = (size * width + width) + (self.layers - 1) * ((size + width) * width + width)
        normalised = 2 * width * self.layers if self.batch_norm else 0
        return chain + normalised + self.layers * width * classes + classes

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
            dropout=self.dropout,
            batch_norm=self.batch_norm,
            activation=self.activation,
        )

    def _segments(self, features: int) -> segments.Segments:
        if not self.exact:
            return segments.padded(features, self.splits, self.layers)
        if self.splits == 2:
            return segments.half_split(features, self.layers)
        return segments.tiled(features, self.splits, self.layers)
