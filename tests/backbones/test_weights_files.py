"""Weights files: good, foreign, damaged, dangerous."""

from __future__ import annotations

import os
import pickle
import random
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision import models

from workbench.backbones import HALF, build, card, on_disk
from workbench.backbones.weights.reading import tensors
from workbench.core.errors import RecipeError, WeightsError
from workbench.core.recipe import BackboneSettings

State = dict[str, torch.Tensor]


def settings(path: Path | str, name: str = "squeezenet1_1", **more: object) -> BackboneSettings:
    return BackboneSettings(name=name, weights=str(path), **more)


@pytest.fixture(scope="module")
def squeezenet() -> models.SqueezeNet:
    """torchvision's network, classifier included, as a user may have trained it."""
    torch.manual_seed(11)
    net: models.SqueezeNet = models.squeezenet1_1(weights=None, num_classes=7)
    return net.eval()


@pytest.fixture
def state(squeezenet: models.SqueezeNet) -> State:
    return dict(squeezenet.state_dict())


@pytest.mark.parametrize(
    "name",
    ["mobilenet_v3_small", "resnet18", "densenet121", "regnet_y_400mf", "convnext_tiny", "swin_t"],
)
def test_the_classifier_on_our_features_gives_torchvision_s_answers(name: str, tmp_path: Path) -> None:
    torch.manual_seed(3)
    net = models.get_model(name, weights=None, num_classes=5).eval()
    for part in net.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_mean, -0.1, 0.1)
    save_file(net.state_dict(), tmp_path / "net.safetensors")
    backbone = build(settings(tmp_path / "net.safetensors", name))
    pictures = torch.randn(2, 3, 64, 64)
    last = {"convnext_tiny": "classifier", "swin_t": "head"}.get(name)
    last = last or ("classifier" if hasattr(net, "classifier") else "fc")
    classifier = getattr(net, last)[2] if name == "convnext_tiny" else getattr(net, last)
    with torch.no_grad():
        assert torch.allclose(classifier(backbone.module(pictures)), net(pictures), atol=1e-5)


def test_squeezenet_s_features_are_its_maps_averaged(
    squeezenet: models.SqueezeNet, state: State, tmp_path: Path
) -> None:
    torch.save(state, tmp_path / "net.pth")
    pictures = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        features = build(settings(tmp_path / "net.pth")).module(pictures)
        assert torch.allclose(features, squeezenet.features(pictures).mean(dim=(2, 3)), atol=1e-6)


@pytest.mark.parametrize("form", ["plain", "old", "state_dict", "model", "parallel", "safetensors", "half"])
def test_a_weights_file_is_read_in_each_form_that_scripts_write(
    form: str, state: State, tmp_path: Path
) -> None:
    path = tmp_path / ("net.safetensors" if form == "safetensors" else "net.pt")
    if form == "safetensors":
        save_file(state, path)
    elif form == "parallel":
        torch.save({f"module.{key}": tensor for key, tensor in state.items()}, path)
    elif form == "half":
        torch.save({key: tensor.half() for key, tensor in state.items()}, path)
    elif form in ("state_dict", "model"):
        torch.save({form: state, "epoch": 3}, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=form != "old")
    backbone = build(settings(path))
    for key, tensor in backbone.module.state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.allclose(tensor, state[key], atol=1e-3 if form == "half" else 0)
    assert backbone.weights.source == path.name
    assert backbone.weights.file == str(path)
    assert len(backbone.weights.sha256) == 64


def test_loaded_weights_can_be_trained(state: State, tmp_path: Path) -> None:
    torch.save(state, tmp_path / "net.pth")
    backbone = build(settings(tmp_path / "net.pth"))
    backbone.module(torch.randn(1, 3, 32, 32)).sum().backward()
    assert all(parameter.grad is not None for parameter in backbone.module.parameters())


def test_a_file_without_batch_norm_s_step_counters_is_taken(tmp_path: Path) -> None:
    """Files from before 2018 lack batch-norm's step counters."""
    net = models.mobilenet_v3_small(weights=None)
    torch.save({k: v for k, v in net.state_dict().items() if "num_batches" not in k}, tmp_path / "old.pth")
    assert build(settings(tmp_path / "old.pth", "mobilenet_v3_small")).features == 576


def refusal(path: Path | str, name: str = "squeezenet1_1") -> str:
    with pytest.raises(WeightsError) as caught:
        build(settings(path, name))
    return str(caught.value)


def test_weights_of_another_network_are_refused_with_how_many_tensors_fit(tmp_path: Path) -> None:
    torch.save(models.resnet18(weights=None).state_dict(), tmp_path / "other.pth")
    message = refusal(tmp_path / "other.pth", "resnet50")
    assert " of 318 tensors fit; the first that does not: layer1.0.conv1.weight is [64, 64, 3, 3] " in message
    assert "[64, 64, 1, 1] in the network" in message
    assert "another network" in message


def test_a_missing_tensor_is_named(state: State, tmp_path: Path) -> None:
    del state["features.3.squeeze.weight"]
    torch.save(state, tmp_path / "net.pth")
    message = refusal(tmp_path / "net.pth")
    assert "49 of 50 tensors fit" in message
    assert "features.3.squeeze.weight is not in the file" in message


def test_a_tensor_that_is_left_over_is_named(state: State, tmp_path: Path) -> None:
    torch.save({**state, "extra.weight": torch.ones(2)}, tmp_path / "net.pth")
    message = refusal(tmp_path / "net.pth")
    assert "50 of 50 tensors fit; 1 more are left over, the first is extra.weight" in message


def test_whole_numbers_do_not_pass_for_weights(state: State, tmp_path: Path) -> None:
    torch.save({key: tensor.to(torch.int64) for key, tensor in state.items()}, tmp_path / "net.pth")
    assert "0 of 50 tensors fit" in refusal(tmp_path / "net.pth")


def test_weights_that_are_not_finite_are_refused(state: State, tmp_path: Path) -> None:
    state["features.0.bias"] = torch.full_like(state["features.0.bias"], float("nan"))
    torch.save(state, tmp_path / "net.pth")
    assert "features.0.bias holds values that are no finite numbers" in refusal(tmp_path / "net.pth")


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.mkdir, (str(self.path), 0o700)


@pytest.mark.parametrize("form", ["pickle", "zip", "old"])
def test_code_in_a_weights_file_is_never_run(form: str, state: State, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    path = tmp_path / "net.pth"
    if form == "pickle":
        path.write_bytes(pickle.dumps({"state_dict": Trap(sprung)}, protocol=2))
    else:
        torch.save({**state, "trap": Trap(sprung)}, path, _use_new_zipfile_serialization=form == "zip")
    message = refusal(path)
    assert not sprung.exists()
    assert "holds Python objects" in message
    assert "it was not opened" in message


def test_a_pickle_that_torch_did_not_write_is_refused_unopened(tmp_path: Path) -> None:
    path, sprung = tmp_path / "net.pth", tmp_path / "sprung"
    path.write_bytes(pickle.dumps({"state_dict": Trap(sprung)}))
    assert "not a weights file" in refusal(path)
    assert not sprung.exists()


def test_a_whole_pickled_network_is_refused_with_what_to_save_instead(
    squeezenet: models.SqueezeNet, tmp_path: Path
) -> None:
    torch.save(squeezenet, tmp_path / "net.pth")
    message = refusal(tmp_path / "net.pth")
    assert "torchvision.models.squeezenet.SqueezeNet" in message
    assert "Save the state_dict alone" in message


def test_files_that_hold_no_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pth").touch()
    (tmp_path / "text.pth").write_text("ten thousand words")
    (tmp_path / "picture.safetensors").write_bytes(b"\x89PNG\r\n\x1a\n" * 20)
    torch.save([torch.ones(3)], tmp_path / "list.pth")
    torch.save({"epoch": 3}, tmp_path / "numbers.pth")
    (tmp_path / "folder.pth").mkdir()
    assert "is empty" in refusal(tmp_path / "empty.pth")
    assert "is not a weights file" in refusal(tmp_path / "text.pth")
    assert "is not a weights file" in refusal(tmp_path / "picture.safetensors")
    assert "holds no named tensors" in refusal(tmp_path / "list.pth")
    assert "holds no named tensors" in refusal(tmp_path / "numbers.pth")
    assert "is a folder" in refusal(tmp_path / "folder.pth")
    assert "there is no file" in refusal(tmp_path / "absent.pth")


@pytest.mark.filterwarnings("ignore")  # torch warns about some of the odd values it meets in damaged files
@pytest.mark.parametrize("form", ["new", "old", "safetensors"])
def test_a_damaged_file_is_refused_or_read_but_never_crashes(form: str, tmp_path: Path) -> None:
    small = {"weight": torch.ones(3, 4), "bias": torch.zeros(3), "steps": torch.tensor(2)}
    whole = tmp_path / "whole"
    if form == "safetensors":
        save_file(small, whole)
    else:
        torch.save(small, whole, _use_new_zipfile_serialization=form == "new")
    good = whole.read_bytes()
    dice = random.Random(5)
    damaged = tmp_path / "damaged"
    refused = 0
    for turn in range(400):
        data = bytearray(good)
        if turn % 2:
            del data[dice.randrange(len(data)) :]
        else:
            for _ in range(3):
                data[dice.randrange(len(data))] = dice.randrange(256)
        damaged.write_bytes(data)
        try:
            tensors(damaged)
        except WeightsError:
            refused += 1
    assert refused > 200, "every torn file is refused"


def test_a_torn_real_file_is_refused(state: State, tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save(state, path)
    path.write_bytes(path.read_bytes()[:-1000])
    assert refusal(path).endswith("is damaged or not a weights file. Copy it again.")


def test_missing_default_weights_say_where_to_put_them(weights_dir: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        build(BackboneSettings(name="resnet18"))
    message = str(caught.value)
    assert "resnet18: its weights (resnet18-f37072fd.pth, 45 MB) are not on this computer." in message
    assert "Nothing is downloaded unasked." in message
    assert str(weights_dir) in message
    assert "efficientnet_lite0, which is packaged" in message
    assert on_disk(card("resnet18")) is None


def test_a_file_with_a_published_name_but_other_contents_is_refused(weights_dir: Path, state: State) -> None:
    torch.save(state, weights_dir / "squeezenet1_1-b8a52dc0.pth")
    assert on_disk(card("squeezenet1_1")) is not None
    with pytest.raises(
        WeightsError, match=r"is not the published file: its SHA-256 begins with \w{8}, not b8a5"
    ):
        build(BackboneSettings(name="squeezenet1_1"))


def test_torch_s_own_folder_of_weights_is_searched_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elsewhere" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "resnet18-f37072fd.pth").touch()
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "elsewhere"))
    assert on_disk(card("resnet18")) == folder / "resnet18-f37072fd.pth"
    monkeypatch.delenv("TORCH_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert on_disk(card("resnet18")) is None
    (tmp_path / "cache").mkdir()
    (tmp_path / "elsewhere").rename(tmp_path / "cache" / "torch")
    assert on_disk(card("resnet18")) is not None


def test_a_bare_file_follows_the_preset_that_the_recipe_names(state: State, tmp_path: Path) -> None:
    torch.save(state, tmp_path / "net.pth")
    path = tmp_path / "net.pth"
    assert build(settings(path)).preset == card("squeezenet1_1").preset
    assert build(settings(path, preset="efficientnet_lite0")).preset == HALF
    with pytest.raises(RecipeError, match=r"backbone.preset: no backbone is called 'imagenet'"):
        build(settings(path, preset="imagenet"))


@pytest.mark.parametrize("weights", ["default", "none"])
def test_the_preset_of_published_weights_cannot_be_changed(weights: str) -> None:
    with pytest.raises(RecipeError, match=r"Remove backbone\.preset"):
        build(settings(weights, "efficientnet_lite0", preset="resnet18"))


def test_a_vision_transformer_s_file_says_which_picture_size_it_is_for(tmp_path: Path) -> None:
    net = models.VisionTransformer(
        image_size=64, patch_size=32, num_layers=1, num_heads=1, hidden_dim=8, mlp_dim=8
    )
    torch.save(net.state_dict(), tmp_path / "vit.pth")
    with pytest.raises(RecipeError, match=r"is for pictures of 64 px, got 224; set backbone.image_size = 64"):
        build(settings(tmp_path / "vit.pth", "vit_b_32"))
