"""The spinal network: a chain of narrow layers, each fed a piece of the features."""

from __future__ import annotations

import torch
from torch import nn

from workbench.heads.nets.layers import activation_of, dense
from workbench.heads.nets.segments import Segments


class Spinal(nn.Module):
    """Features [B, D] to logits [B, C].

    h_1 = f(W_1 a_1 + b_1), h_k = f(W_k [a_k ; h_(k-1)] + b_k), y = W_o [h_1 ; ... ; h_L] + b_o, with a_k
    the k-th segment. `shared`: layers 2..L are one and the same layer, so their gradients add up.
    """

    def __init__(
        self,
        segments: Segments,
        classes: int,
        width: int,
        *,
        shared: bool = False,
        dropout: float = 0.0,
        batch_norm: bool = False,
        activation: str = "relu",
    ) -> None:
        super().__init__()
        assert not (shared and batch_norm), "one set of statistics for several layers is nobody's method"
        self.segments = segments

        def layer(inputs: int) -> nn.Sequential:
            return dense(inputs, width, dropout, batch_norm, activation_of(activation))

        self.first = layer(segments.size)
        own = min(1, segments.layers - 1) if shared else segments.layers - 1
        self.rest = nn.ModuleList(layer(segments.size + width) for _ in range(own))
        self.output = nn.Sequential()
        if dropout > 0:
            self.output.append(nn.Dropout(dropout))
        self.output.append(nn.Linear(segments.layers * width, classes))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        missing = self.segments.period - self.segments.features
        stream = nn.functional.pad(features, (0, missing)) if missing else features  # negative: cut off
        hidden = self.first(self._segment(stream, 0))
        states = [hidden]
        for k in range(1, self.segments.layers):
            layer = self.rest[min(k, len(self.rest)) - 1]  # shared: the one there is
            hidden = layer(torch.cat([self._segment(stream, k), hidden], dim=1))
            states.append(hidden)
        logits: torch.Tensor = self.output(torch.cat(states, dim=1))
        return logits

    def _segment(self, stream: torch.Tensor, layer: int) -> torch.Tensor:
        start, end = self.segments.bounds(layer)
        over = end - self.segments.period
        if over <= 0:
            return stream[:, start:end]
        return torch.cat([stream[:, start:], stream[:, :over]], dim=1)
