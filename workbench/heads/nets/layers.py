"""The dense layer that all heads with hidden layers are made of."""

from __future__ import annotations

from torch import nn

LEAK = 0.01  # slope below zero, as in the published hymenoptera and regression heads


def activation_of(name: str) -> nn.Module:
    """relu or leaky_relu as a module."""
    return nn.LeakyReLU(LEAK) if name == "leaky_relu" else nn.ReLU()


def dense(inputs: int, width: int, dropout: float, batch_norm: bool, activation: nn.Module) -> nn.Sequential:
    """Dropout, linear, batch-norm, activation: the order of the published heads. Unused ones are left out."""
    layer = nn.Sequential()
    if dropout > 0:
        layer.append(nn.Dropout(dropout))
    layer.append(nn.Linear(inputs, width))
    if batch_norm:
        layer.append(nn.BatchNorm1d(width))
    layer.append(activation)
    return layer
