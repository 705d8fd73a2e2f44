"""What holds for every backbone, recounted on the built network and checked against its publisher."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models

from workbench.backbones import Card, build, card, cards, on_disk
from workbench.backbones.nets.body import Body
from workbench.backbones.nets.torchvision_bodies import torchvision_body
from workbench.backbones.packaged import lite0_body
from workbench.core.errors import RecipeError
from workbench.core.recipe import BackboneSettings

CARDS = cards()
NAMES = [each.name for each in CARDS]
PUBLISHED = [each for each in CARDS if each.family == "torchvision"]


@cache
def shape_of(name: str) -> Body:
    """The body on the meta device: shapes without memory."""
    if name == "efficientnet_lite0":
        with torch.device("meta"):
            return lite0_body()
    needs_numbers = name.startswith("regnet")
    with torch.device("cpu" if needs_numbers else "meta"):
        body = torchvision_body(name, card(name).image_size)
    body.module.to("meta")
    return body


def forward(name: str, size: int) -> torch.Tensor:
    features: torch.Tensor = shape_of(name).module.eval()(torch.empty(1, 3, size, size, device="meta"))
    return features


@pytest.mark.parametrize("name", NAMES)
def test_features_and_parameters_are_as_listed(name: str) -> None:
    with torch.no_grad():
        assert forward(name, card(name).image_size).shape == (1, card(name).features)
    counted = sum(parameter.numel() for parameter in shape_of(name).module.parameters())
    assert counted == card(name).parameters


@pytest.mark.parametrize(
    "name",
    [
        "efficientnet_lite0",
        "resnet18",
        "mobilenet_v2",
        "squeezenet1_1",
        "alexnet",
        "vgg16",
        "densenet121",
        "vit_b_16",
    ],
)
def test_multiplications_are_as_listed(name: str) -> None:
    module = shape_of(name).module.train()  # in evaluation mode attention takes a path that is not counted
    size = card(name).image_size
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(torch.empty(2, 3, size, size, device="meta"))
    multiplications = counter.get_total_flops() / 2 / 2  # an addition with each, two pictures
    assert multiplications / 1e9 == pytest.approx(card(name).gflops, abs=6e-4)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_lies_in_exactly_one_block(name: str) -> None:
    body = shape_of(name)
    inside = [id(p) for block in body.blocks for part in block.modules for p in part.parameters()]
    assert len(inside) == len(set(inside))
    assert set(inside) == {id(parameter) for parameter in body.module.parameters()}
    assert len({block.name for block in body.blocks}) == len(body.blocks)


@pytest.mark.parametrize("name", NAMES)
def test_blocks_stand_in_forward_order(name: str) -> None:
    body = shape_of(name)
    entered: list[str] = []
    hooks = [
        part.register_forward_pre_hook(lambda *_, block=block: entered.append(block.name))
        for block in body.blocks
        for part in block.modules
    ]
    with torch.no_grad():
        forward(name, card(name).image_size)
    for hook in hooks:
        hook.remove()
    assert list(dict.fromkeys(entered)) == [block.name for block in body.blocks]


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("vgg16", 5),
        ("vgg19_bn", 5),
        ("alexnet", 3),
        ("resnet18", 9),
        ("resnet50", 17),
        ("wide_resnet101_2", 34),
        ("mobilenet_v2", 19),
        ("densenet121", 9),
        ("vit_b_16", 14),
        ("efficientnet_lite0", 18),
    ],
)
def test_a_network_has_as_many_blocks_as_its_architecture(name: str, blocks: int) -> None:
    assert len(shape_of(name).blocks) == blocks


def test_the_blocks_of_vgg16_have_the_published_sizes() -> None:
    sizes = [
        sum(p.numel() for part in block.modules for p in part.parameters())
        for block in shape_of("vgg16").blocks
    ]
    assert sizes == [38_720, 221_440, 1_475_328, 5_899_776, 7_079_424]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("resnet18", 11_176_512),
        ("resnet50", 23_508_032),
        ("wide_resnet101_2", 124_837_696),
        ("vit_b_16", 85_798_656),
        ("vit_l_16", 303_301_632),
        ("vgg16", 14_714_688),
    ],
)
def test_bodies_have_the_sizes_that_the_papers_state(name: str, parameters: int) -> None:
    assert card(name).parameters == parameters


@pytest.mark.parametrize("each", PUBLISHED, ids=lambda each: each.name)
def test_files_and_presets_are_torchvision_s_own(each: Card) -> None:
    weights = models.get_model_weights(each.name).IMAGENET1K_V1
    transform = weights.transforms()
    assert weights.url == each.source
    assert weights.url.endswith(each.weights_file)
    assert each.weights_file.endswith(f"-{each.weights_sha256}.pth")
    assert each.weights_mb == pytest.approx(weights.meta["_file_size"], abs=0.06)
    assert transform.crop_size == [each.image_size]
    assert each.preset.crop_fraction == transform.crop_size[0] / transform.resize_size[0]
    assert each.preset.interpolation == transform.interpolation.value
    assert (list(each.preset.mean), list(each.preset.std)) == (transform.mean, transform.std)


@pytest.mark.parametrize(
    ("name", "least"), [("alexnet", 63), ("vgg11", 32), ("densenet121", 29), ("squeezenet1_1", 17)]
)
def test_pictures_too_small_for_the_network_are_refused_and_others_are_not(name: str, least: int) -> None:
    with torch.no_grad():
        assert forward(name, least).shape == (1, card(name).features)
    with pytest.raises(RecipeError, match=rf"{name} needs pictures of at least {least} px, got {least - 1}"):
        build(BackboneSettings(name=name, weights="none", image_size=least - 1))


@pytest.mark.parametrize(
    "name", ["resnet18", "mobilenet_v2", "efficientnet_b0", "swin_t", "efficientnet_lite0"]
)
def test_networks_without_a_limit_take_the_smallest_picture_of_a_recipe(name: str) -> None:
    with torch.no_grad():
        assert forward(name, 16).shape == (1, card(name).features)


def test_a_vision_transformer_s_size_must_be_a_multiple_of_its_patch() -> None:
    with pytest.raises(RecipeError, match=r"patches of 16 px, and 100 is no multiple .*image_size = 96"):
        build(BackboneSettings(name="vit_b_16", weights="none", image_size=100))


def test_a_vision_transformer_with_default_weights_takes_one_size_only() -> None:
    with pytest.raises(RecipeError, match=r"takes 224 px pictures, got 384; set backbone.image_size = 224"):
        build(BackboneSettings(name="vit_b_16", image_size=384))


def test_the_list_is_there_without_torch_packaged_first_then_by_size() -> None:
    code = "import sys; from workbench.backbones import cards; cards(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert CARDS[0].packaged
    assert on_disk(CARDS[0]) is not None
    sizes = [each.parameters for each in CARDS if not each.packaged]
    assert sizes == sorted(sizes)
    assert len(set(NAMES)) == len(NAMES) == 38


def test_an_unknown_backbone_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(RecipeError, match=r"no backbone is called 'resnet19'; did you mean 'resnet18'"):
        build(BackboneSettings(name="resnet19"))


def test_random_weights_are_the_same_each_time_and_disturb_nobody() -> None:
    settings = BackboneSettings(name="squeezenet1_1", weights="none")
    torch.manual_seed(1)
    first = build(settings)
    after = torch.rand(3)
    torch.manual_seed(1)
    assert torch.equal(after, torch.rand(3))
    torch.manual_seed(2)
    second = build(settings)
    for key, tensor in first.module.state_dict().items():
        assert torch.equal(tensor, second.module.state_dict()[key])
    assert (first.weights.source, first.weights.file, first.weights.sha256) == ("none", "", "")
    assert first.preset == card("squeezenet1_1").preset


def test_a_backbone_comes_in_evaluation_mode_and_normalises_as_its_weights_want() -> None:
    backbone = build(BackboneSettings(name="squeezenet1_1", weights="none"))
    assert not any(part.training for part in backbone.module.modules())
    pictures = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 3, 4, 4)
    normalised = backbone.normalised(pictures)
    assert normalised.dtype == torch.float32
    assert normalised[0, :, 0, 0].tolist() == pytest.approx([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225])
    assert normalised[1, :, 0, 0].tolist() == pytest.approx([0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225])


def test_our_vision_transformer_computes_what_torchvision_s_does() -> None:
    from workbench.backbones.nets.vision_transformer import VisionTransformerBody, file_name_to_ours

    torch.manual_seed(0)
    net = models.VisionTransformer(
        image_size=32, patch_size=8, num_layers=3, num_heads=2, hidden_dim=16, mlp_dim=24
    ).eval()
    nn.init.normal_(net.class_token)
    theirs = {file_name_to_ours(key) for key in net.state_dict() if not key.startswith("heads.")}
    net.heads = nn.Identity()
    pictures = torch.randn(2, 3, 32, 32)
    expected = net(pictures)
    ours = VisionTransformerBody(net).eval()
    assert torch.allclose(ours(pictures), expected, atol=1e-6)
    assert set(ours.state_dict()) == theirs
