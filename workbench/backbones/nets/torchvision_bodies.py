"""torchvision's networks without their classifiers, cut into the blocks that fine-tuning opens.

Blocks follow block-wise fine-tuning (arXiv 2301.06133): VGG between max-pools, ResNet by residual
unit, MobileNet by feature module, DenseNet by dense block, transformers by encoder block.
"""

from __future__ import annotations

import re

from torch import nn
from torchvision import models

from workbench.backbones import Block
from workbench.backbones.nets.body import Body, same_name
from workbench.backbones.nets.vision_transformer import VisionTransformerBody, file_name_to_ours


def torchvision_body(name: str, image_size: int) -> Body:
    """The body of torchvision's network `name`, with random weights, for pictures of `image_size` px.

    Only vision transformers depend on the size; it must be a multiple of their patch.
    """
    if name.startswith("vit_"):
        transformer = VisionTransformerBody(models.get_model(name, weights=None, image_size=image_size))
        return Body(transformer, transformer.blocks(), re.compile(r"heads\."), file_name_to_ours)
    net = models.get_model(name, weights=None)
    cut, classifier = _CUTS[type(net)]
    blocks = tuple(Block(label, parts) for label, parts in cut(net))
    renamed = _densenet_name if isinstance(net, models.DenseNet) else same_name
    return Body(net, blocks, re.compile(classifier), renamed)


_Named = list[tuple[str, tuple[nn.Module, ...]]]


def _resnet(net: models.ResNet) -> _Named:
    net.fc = nn.Identity()
    units = [
        (f"{stage}.{index}", (unit,))
        for stage in ("layer1", "layer2", "layer3", "layer4")
        for index, unit in enumerate(getattr(net, stage))
    ]
    return [("stem", (net.conv1, net.bn1)), *units]


def _between_pools(net: models.VGG | models.AlexNet) -> _Named:
    """Features after the fixed-size average pool, flattened; the whole classifier goes."""
    net.classifier = nn.Identity()
    blocks: list[list[nn.Module]] = [[]]
    for layer in net.features:
        blocks[-1].append(layer)
        if isinstance(layer, nn.MaxPool2d):
            blocks.append([])
    assert not blocks[-1], "the last layer is a max-pool"
    return [(f"block{number}", tuple(layers)) for number, layers in enumerate(blocks[:-1], start=1)]


def _squeezenet(net: models.SqueezeNet) -> _Named:
    net.classifier = nn.AdaptiveAvgPool2d(1)  # its own classifier is a convolution before this pool
    return _modules(net.features)


def _features(net: models.MobileNetV2 | models.MobileNetV3 | models.EfficientNet) -> _Named:
    net.classifier = nn.Identity()
    return _modules(net.features)


def _convnext(net: models.ConvNeXt) -> _Named:
    net.classifier = net.classifier[:2]  # the norm and the flattening belong to the features
    return [*_modules(net.features), ("norm", (net.classifier,))]


def _swin(net: models.SwinTransformer) -> _Named:
    net.head = nn.Identity()
    return [*_modules(net.features), ("norm", (net.norm,))]


def _densenet(net: models.DenseNet) -> _Named:
    net.classifier = nn.Identity()
    stem = ("stem", (net.features.conv0, net.features.norm0))
    stages = [
        (label, (part,))
        for label, part in net.features.named_children()
        if label.startswith(("denseblock", "transition"))
    ]
    return [stem, *stages, ("norm", (net.features.norm5,))]


def _regnet(net: models.RegNet) -> _Named:
    net.fc = nn.Identity()
    units = [
        (f"{stage}.{index}", (unit,))
        for stage, part in net.trunk_output.named_children()
        for index, unit in enumerate(part)
    ]
    return [("stem", (net.stem,)), *units]


def _modules(features: nn.Sequential) -> _Named:
    """One block per feature module; a stage of like units is one block per unit."""
    blocks: _Named = []
    for index, part in enumerate(features):
        if type(part) is nn.Sequential and len({type(unit) for unit in part}) == 1:
            blocks.extend((f"features.{index}.{place}", (unit,)) for place, unit in enumerate(part))
        elif any(True for _ in part.parameters()):
            blocks.append((f"features.{index}", (part,)))
    return blocks


# How each kind of network is cut, and what its classifier's tensors are called in published files.
_CUTS = {
    models.ResNet: (_resnet, r"fc\."),
    models.VGG: (_between_pools, r"classifier\."),
    models.AlexNet: (_between_pools, r"classifier\."),
    models.SqueezeNet: (_squeezenet, r"classifier\."),
    models.MobileNetV2: (_features, r"classifier\."),
    models.MobileNetV3: (_features, r"classifier\."),
    models.EfficientNet: (_features, r"classifier\."),
    models.ConvNeXt: (_convnext, r"classifier\.2\."),
    models.SwinTransformer: (_swin, r"head\."),
    models.DenseNet: (_densenet, r"classifier\."),
    models.RegNet: (_regnet, r"fc\."),
}


def _densenet_name(name: str) -> str:
    """The published files write norm.1 and conv.2 where the network says norm1 and conv2."""
    return re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2.", name)
