"""The MLP head: hidden layers between features and classes, each connected to all of the one before."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from workbench.heads import HEADS, Head

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, Field(ge=1, le=65_536)]


@HEADS.register("mlp")
class Mlp(Head):
    title: ClassVar[str] = "MLP"
    summary: ClassVar[str] = (
        "Hidden layers in which every neuron sees every feature. Can bend the borders between classes, "
        "but is large: it wants more pictures or some dropout."
    )
    source: ClassVar[str] = "Simonyan and Zisserman, arXiv 1409.1556 (4096, 4096 is VGG's own classifier)"

    hidden: tuple[Width, ...] = Field(
        (256,),
        min_length=1,
        max_length=16,
        description="Neurons of each hidden layer, first to last.",
        json_schema_extra={"unit": "neurons"},
    )
    dropout: float = Field(
        0.0, ge=0, lt=1, description="Share of values silenced at random before each linear layer; 0: none."
    )
    batch_norm: bool = Field(False, description="Normalise each hidden neuron over the batch.")
    activation: Literal["relu", "leaky_relu"] = Field(
        "relu", description="What a hidden neuron does to its sum."
    )

    def parameters(self, features: int, classes: int) -> int:
        linear = sum(a * b + b for a, b in pairwise((features, *self.hidden, classes)))
        return linear + (2 * sum(self.hidden) if self.batch_norm else 0)

    def multiplications(self, features: int, classes: int) -> int:
        return sum(a * b for a, b in pairwise((features, *self.hidden, classes)))

    def build(self, features: int, classes: int) -> nn.Module:
        from torch import nn

        from workbench.heads.nets.layers import activation_of, dense

        net = nn.Sequential()
        for inputs, width in pairwise((features, *self.hidden)):
            net.append(dense(inputs, width, self.dropout, self.batch_norm, activation_of(self.activation)))
        if self.dropout > 0:
            net.append(nn.Dropout(self.dropout))
        net.append(nn.Linear(self.hidden[-1], classes))
        return net
