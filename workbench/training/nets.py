"""The networks that runs train: a head on features, or a backbone with its head on pictures."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from workbench.backbones import Backbone
from workbench.core.seeds import derive
from workbench.data.images import PictureSpec
from workbench.heads import Head
from workbench.policies import Policy


class Classifier(nn.Module):
    """Pictures [B, 3, H, W], normalised -> logits [B, C]."""

    def __init__(self, backbone: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.backbone(pictures))
        return logits


def picture_spec(backbone: Backbone, size_px: int, resize: str) -> PictureSpec:
    """How pictures become squares for `backbone`: as its weights were trained, at the recipe's size."""
    preset = backbone.preset
    return PictureSpec(size_px, resize, preset.interpolation, preset.crop_fraction)  # type: ignore[arg-type]


def new_head(head: Head, features: int, classes: int, seed: int) -> nn.Module:
    """A head with this seed's initial weights; the same whatever was built before it."""
    torch.manual_seed(derive(seed, "head"))
    return head.build(features, classes)


def new_classifier(backbone: Backbone, head: nn.Module) -> Classifier:
    """A trainable copy of the backbone with `head` on it; other runs start from the same weights."""
    module = copy.deepcopy(backbone.module)
    module.requires_grad_(True)
    return Classifier(module, head)


def freezing(net: Classifier, backbone: Backbone, policy: Policy, seed: int) -> Callable[[int], None]:
    """A function of the epoch that sets which blocks of `net` stand still.

    A frozen block gets no gradient *and* stays in evaluation mode, else its batch-norm statistics
    would drift.
    """
    originals = dict(backbone.module.named_modules())
    names = {id(module): name for name, module in originals.items()}
    copies = dict(net.backbone.named_modules())
    blocks = {
        block.name: [copies[names[id(module)]] for module in block.modules] for block in backbone.blocks
    }

    def freeze(epoch: int) -> None:
        net.train()
        frozen = policy.frozen(tuple(blocks), epoch, seed)
        for name, modules in blocks.items():
            for module in modules:
                module.requires_grad_(name not in frozen)
                module.train(name not in frozen)

    return freeze


def counts(backbone: Backbone, head: nn.Module, frozen: frozenset[str]) -> dict[str, int]:
    """Parameters of the head, of everything that is ever trained, and of the whole network."""
    own = sum(parameter.numel() for parameter in head.parameters())
    opened = [module for block in backbone.blocks if block.name not in frozen for module in block.modules]
    trainable = sum(parameter.numel() for module in opened for parameter in module.parameters())
    body = sum(parameter.numel() for parameter in backbone.module.parameters())
    return {"head": own, "trainable": own + trainable, "total": own + body}


def to_arrays(state: Mapping[str, torch.Tensor]) -> dict[str, NDArray[Any]]:
    """A net's state as NumPy arrays."""
    return {
        name: np.ascontiguousarray(tensor.cpu().numpy()).reshape(tuple(tensor.shape))
        for name, tensor in state.items()
    }


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> dict[str, torch.Tensor]:
    """The inverse of `to_arrays`."""
    return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
