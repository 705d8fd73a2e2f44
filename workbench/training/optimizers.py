"""Optimisers and learning rates.

The learning rate is a pure function of progress, so a checkpoint holds no schedule.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn

from workbench.core.recipe import TrainingSettings


def optimizer(parameters: Iterable[nn.Parameter], settings: TrainingSettings) -> torch.optim.Optimizer:
    """The optimiser a recipe names, over `parameters`."""
    rate, decay = settings.learning_rate, settings.weight_decay
    if settings.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=settings.momentum, weight_decay=decay)
    kind = torch.optim.Adam if settings.optimizer == "adam" else torch.optim.AdamW
    return kind(parameters, lr=rate, weight_decay=decay)


def learning_rate(settings: TrainingSettings, epoch: int, step: int, steps: int) -> float:
    """The rate of `step` (counted from 0, out of `steps`) in `epoch` (counted from 1).

    Warm-up and cosine move with every step; `step` falls at epoch boundaries, as in PyTorch's StepLR.
    """
    done = epoch - 1 + step / steps
    if done < settings.warmup_epochs:
        # The first step already moves: (step + 1) of all warm-up steps.
        return settings.learning_rate * (done + 1 / steps) / settings.warmup_epochs
    if settings.schedule == "step":
        falls = (epoch - 1 - settings.warmup_epochs) // settings.step_size
        return settings.learning_rate * settings.gamma**falls
    if settings.schedule == "cosine":
        share = (done - settings.warmup_epochs) / (settings.epochs - settings.warmup_epochs)
        return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * share))
    return settings.learning_rate
