"""Features: computed once per picture content, whoever asks, and never read half-written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from workbench.backbones import HALF, Backbone, Block, Card, Weights
from workbench.core.errors import ProjectError
from workbench.core.stopping import Interrupted, Stop
from workbench.data.images import PictureSpec
from workbench.training.device import Device
from workbench.training.features import FeatureStore

CPU = Device("cpu", torch.device("cpu"), "float32")
SPEC = PictureSpec(16, "squash", "bilinear", 0.875)


class Counting(nn.Module):
    """Mean colour and its square, and how many pictures went through."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        self.seen += len(pictures)
        mean = pictures.mean(dim=(2, 3))
        left = pictures[..., :8].mean(dim=(2, 3))
        return torch.cat([mean, left], dim=1)


def backbone(sha256: str = "a" * 64) -> Backbone:
    card = Card("tiny", "Tiny", "tiny", 6, 0, 0.0, 16, HALF, "", "", 0.0, "", "")
    module = Counting()
    return Backbone(card, module, (Block("all", (module,)),), 6, HALF, Weights("default", "", sha256))


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[list[Path], list[str]]:
    files, numbers = [], np.random.default_rng(0)
    for index in range(5):
        file = tmp_path / f"{index}.png"
        Image.fromarray(numbers.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(file)
        files.append(file)
    return files, [f"{index:032x}" for index in range(5)]


def test_a_picture_goes_through_the_backbone_once(
    tmp_path: Path, pictures: tuple[list[Path], list[str]]
) -> None:
    files, contents = pictures
    first, second = backbone(), backbone()
    found = FeatureStore(tmp_path, first, CPU).features(files, contents, SPEC)
    again = FeatureStore(tmp_path, second, CPU).features(files[::-1], contents[::-1], SPEC)
    assert (first.module.seen, second.module.seen) == (5, 0)
    np.testing.assert_array_equal(found, again[::-1])
    assert found.dtype == np.float32


def test_a_new_picture_costs_only_itself(tmp_path: Path, pictures: tuple[list[Path], list[str]]) -> None:
    files, contents = pictures
    FeatureStore(tmp_path, backbone(), CPU).features(files[:3], contents[:3], SPEC)
    later = backbone()
    store = FeatureStore(tmp_path, later, CPU)
    assert store.missing(contents, SPEC, "none", 0) == 2
    assert store.features(files, contents, SPEC).shape == (5, 6)
    assert later.module.seen == 2


def test_two_samples_with_the_same_content_are_computed_once(
    tmp_path: Path, pictures: tuple[list[Path], list[str]]
) -> None:
    files, contents = pictures
    net = backbone()
    found = FeatureStore(tmp_path, net, CPU).features([files[0], files[0]], [contents[0]] * 2, SPEC)
    assert net.module.seen == 1
    np.testing.assert_array_equal(found[0], found[1])


@pytest.mark.parametrize("other", ["weights", "size", "precision"])
def test_other_weights_sizes_or_precisions_never_share_features(
    tmp_path: Path, pictures: tuple[list[Path], list[str]], other: str
) -> None:
    files, contents = pictures
    FeatureStore(tmp_path, backbone(), CPU).features(files, contents, SPEC)
    net = backbone("b" * 64 if other == "weights" else "a" * 64)
    spec = PictureSpec(12, "squash", "bilinear", 0.875) if other == "size" else SPEC
    device = Device("cpu", torch.device("cpu"), "bfloat16") if other == "precision" else CPU
    FeatureStore(tmp_path, net, device).features(files, contents, spec)
    assert net.module.seen == 5


def test_a_torn_or_altered_file_is_recomputed(tmp_path: Path, pictures: tuple[list[Path], list[str]]) -> None:
    files, contents = pictures
    truth = FeatureStore(tmp_path, backbone(), CPU).features(files, contents, SPEC)
    for damage in (lambda raw: raw[: len(raw) // 2], lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])):
        (shard,) = (tmp_path / "features").rglob("*.safetensors")
        shard.write_bytes(damage(shard.read_bytes()))
        net = backbone()
        np.testing.assert_array_equal(FeatureStore(tmp_path, net, CPU).features(files, contents, SPEC), truth)
        assert net.module.seen == 5


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, pictures: tuple[list[Path], list[str]]
) -> None:
    resource = pytest.importorskip("resource")  # absent on Windows
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))  # bytes; writing more fails as on a full disk
    try:
        with pytest.raises(ProjectError, match=r"features could not be kept in .*Free some space"):
            FeatureStore(tmp_path, backbone(), CPU).features(*pictures, SPEC)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not [file for file in (tmp_path / "features").rglob("*") if file.is_file()]


def test_without_keeping_nothing_is_written_and_what_is_there_is_used(
    tmp_path: Path, pictures: tuple[list[Path], list[str]]
) -> None:
    files, contents = pictures
    FeatureStore(tmp_path, backbone(), CPU).features(files[:2], contents[:2], SPEC)
    (shard,) = (tmp_path / "features").rglob("*.safetensors")
    before = shard.read_bytes()
    net = backbone()
    found = FeatureStore(tmp_path, net, CPU, keep=False).features(files, contents, SPEC)
    assert net.module.seen == 3
    assert [file for file in (tmp_path / "features").rglob("*") if file.is_file()] == [shard]
    shard.write_bytes(before[:-1])
    torn = FeatureStore(tmp_path, backbone(), CPU, keep=False).features(files, contents, SPEC)
    np.testing.assert_array_equal(found, torn)
    assert shard.read_bytes() == before[:-1], "a torn file stays where nothing may be written"


def test_a_stop_keeps_what_was_computed(
    tmp_path: Path, pictures: tuple[list[Path], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.training.features.BATCH", 2)
    files, contents = pictures
    net = backbone()
    with pytest.raises(Interrupted):
        FeatureStore(tmp_path, net, CPU).features(files, contents, SPEC, stopped=lambda: Stop.LEAVE)
    kept = net.module.seen
    assert 0 < kept < 5
    later = backbone()
    FeatureStore(tmp_path, later, CPU).features(files, contents, SPEC)
    assert later.module.seen == 5 - 2


def test_an_augmented_view_is_the_same_whatever_is_computed_with_it(
    tmp_path: Path, pictures: tuple[list[Path], list[str]]
) -> None:
    files, contents = pictures
    together = FeatureStore(tmp_path / "a", backbone(), CPU).features(
        files, contents, SPEC, "paper_spinal", 1
    )
    alone = FeatureStore(tmp_path / "b", backbone(), CPU).features(
        files[3:4], contents[3:4], SPEC, "paper_spinal", 1
    )
    np.testing.assert_allclose(together[3], alone[0], atol=1e-6)
    plain = FeatureStore(tmp_path / "a", backbone(), CPU).features(files, contents, SPEC)
    other = FeatureStore(tmp_path / "a", backbone(), CPU).features(files, contents, SPEC, "paper_spinal", 2)
    assert not np.allclose(together, plain)
    assert not np.allclose(together, other)
