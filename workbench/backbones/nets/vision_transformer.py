"""A vision transformer whose every parameter belongs to a block."""

from __future__ import annotations

import torch
from torch import nn
from torchvision.models import VisionTransformer

from workbench.backbones import Block


class PatchEmbedding(nn.Module):
    """Pictures [B, 3, H, W] to tokens [B, 1 + patches, D]: the class token first, positions added."""

    def __init__(self, net: VisionTransformer) -> None:
        super().__init__()
        self.conv_proj = net.conv_proj
        self.class_token = net.class_token
        self.pos_embedding = net.encoder.pos_embedding

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        patches = self.conv_proj(pictures).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(patches), -1, -1), patches], dim=1)
        embedded: torch.Tensor = tokens + self.pos_embedding
        return embedded


class VisionTransformerBody(nn.Module):
    """Pictures to the class token after the final norm [B, D]."""

    def __init__(self, net: VisionTransformer) -> None:
        super().__init__()
        self.patches = PatchEmbedding(net)
        self.dropout = net.encoder.dropout
        self.layers = nn.Sequential(*net.encoder.layers)
        self.norm = net.encoder.ln

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        tokens = self.layers(self.dropout(self.patches(pictures)))
        features: torch.Tensor = self.norm(tokens)[:, 0]
        return features

    def blocks(self) -> tuple[Block, ...]:
        """Patch embedding, encoder blocks, final norm."""
        encoder = [Block(f"encoder.{index}", (layer,)) for index, layer in enumerate(self.layers)]
        return (Block("patch_embedding", (self.patches,)), *encoder, Block("norm", (self.norm,)))


_STARTS = {
    "class_token": "patches.class_token",
    "encoder.pos_embedding": "patches.pos_embedding",
    "conv_proj.": "patches.conv_proj.",
    "encoder.layers.encoder_layer_": "layers.",
    "encoder.ln.": "norm.",
}


def file_name_to_ours(name: str) -> str:
    """torchvision's name of a tensor, also as its older files spell it, as this module names it."""
    for theirs, ours in _STARTS.items():
        if name.startswith(theirs):
            name = ours + name.removeprefix(theirs)
            break
    return name.replace(".mlp.linear_1.", ".mlp.0.").replace(".mlp.linear_2.", ".mlp.3.")
