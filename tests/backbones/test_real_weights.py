"""Real weights on real pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from workbench.backbones import HALF, Backbone, build, card, on_disk
from workbench.core.errors import WeightsError
from workbench.core.recipe import BackboneSettings

CLASSES = ("hat", "shoes", "dress")
EACH = 5  # pictures to learn from, and as many to judge
SIDE_PX = 160  # less than the weights were trained for: quicker, and still enough


def pictures(folder: Path, count: int) -> torch.Tensor:
    files = sorted(folder.iterdir())[:count]
    arrays = []
    for file in files:
        with Image.open(file) as image:
            square = image.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
        arrays.append(torch.from_numpy(np.array(square)).permute(2, 0, 1))
    return torch.stack(arrays)


def nearest_class_mean_accuracy(backbone: Backbone, shared: Path) -> float:
    """Share of clothing pictures whose features lie nearest (cosine) to their own class's mean."""
    folder = shared / "data" / "clothing" / "train"
    known, new = [], []
    with torch.inference_mode():
        for name in CLASSES:
            features = backbone.module(backbone.normalised(pictures(folder / name, 2 * EACH)))
            assert torch.isfinite(features).all()
            assert features.std(dim=0).mean() > 1e-3, "pictures differ in their features"
            known.append(features[:EACH].mean(dim=0))
            new.append(features[EACH:])
    means = torch.nn.functional.normalize(torch.stack(known), dim=1)
    judged = (torch.nn.functional.normalize(torch.cat(new), dim=1) @ means.T).argmax(dim=1)
    return (judged == torch.arange(len(CLASSES)).repeat_interleave(EACH)).float().mean().item()


def test_the_packaged_weights_are_found_checked_and_loaded() -> None:
    backbone = build(BackboneSettings())
    assert backbone.weights.source == "default"
    assert backbone.weights.sha256 == card("efficientnet_lite0").weights_sha256
    assert backbone.preset == HALF
    assert backbone.features == 1280


def test_the_packaged_file_named_by_its_path_is_the_same(tmp_path: Path) -> None:
    packaged = on_disk(card("efficientnet_lite0"))
    assert packaged is not None
    copy = shutil.copy(packaged, tmp_path / "mine.pth")
    by_path = build(BackboneSettings(weights=str(copy))).module.state_dict()
    for key, tensor in build(BackboneSettings()).module.state_dict().items():
        assert torch.equal(tensor, by_path[key])


def test_the_packaged_backbone_s_own_weights_load_under_timm_s_names(tmp_path: Path) -> None:
    state = build(BackboneSettings()).module.state_dict()
    torch.save(state, tmp_path / "finetuned.pth")
    again = build(BackboneSettings(weights=str(tmp_path / "finetuned.pth")))
    assert torch.equal(again.module.state_dict()["conv_stem.weight"], state["conv_stem.weight"])


@pytest.mark.real_data
def test_the_packaged_backbone_tells_clothes_apart(shared: Path) -> None:
    assert nearest_class_mean_accuracy(build(BackboneSettings()), shared) > 0.7


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "file"),
    [("mobilenet_v2", "mobilenet_v2-b0353104.pth"), ("squeezenet1_1", "squeezenet1_1_from_ndf.pth")],
)
def test_published_weights_fit_and_tell_clothes_apart(shared: Path, name: str, file: str) -> None:
    backbone = build(BackboneSettings(name=name, weights=str(shared / "weights" / file)))
    assert nearest_class_mean_accuracy(backbone, shared) > 0.6


@pytest.mark.real_data
def test_published_weights_in_the_program_s_folder_are_the_default(shared: Path, weights_dir: Path) -> None:
    file = weights_dir / "mobilenet_v2-b0353104.pth"
    shutil.copy(shared / "weights" / file.name, file)
    assert on_disk(card("mobilenet_v2")) == file
    backbone = build(BackboneSettings(name="mobilenet_v2"))
    assert backbone.weights.source == "default"
    assert backbone.weights.sha256.startswith("b0353104")


@pytest.mark.real_data
def test_real_weights_of_another_network_are_refused(shared: Path) -> None:
    squeezenet = shared / "weights" / "squeezenet1_1_from_ndf.pth"
    with pytest.raises(WeightsError, match=r"does not fit mobilenet_v2: 0 of 312 tensors fit"):
        build(BackboneSettings(name="mobilenet_v2", weights=str(squeezenet)))
