"""The heads against the published equations and counts (SpinalNet; spinally shared layers)."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from workbench.core.errors import RecipeError
from workbench.heads import HEADS, Head

CLASSES = 10
FEATURES = (512, 768, 1024, 2048, 4096, 25088)

# Four layers, two splits: width -> parameters at each number of features.
SPINAL_PARAMETERS = {
    20: (22_570, 32_810, 43_050, 84_010, 165_930, 1_005_610),
    128: (185_866, 251_402, 316_938, 579_082, 1_103_370, 6_477_322),
    512: (1_333_258, 1_595_402, 1_857_546, 2_906_122, 5_003_274, 26_499_082),
    1024: (4_239_370, 4_763_658, 5_287_946, 7_385_098, 11_579_402, 54_571_018),
}
SPINAL_WITH_BATCH_NORM = {
    512: (1_337_354, 1_599_498, 1_861_642, 2_910_218, 5_007_370, 26_503_178),
}
SPINAL_MULTIPLICATIONS = {
    20: (22_480, 32_720, 42_960, 83_920, 165_840, 1_005_520),
    512: (1_331_200, 1_593_344, 1_855_488, 2_904_064, 5_001_216, 26_497_024),
}
LINEAR_PARAMETERS = (5_130, 7_690, 10_250, 20_490, 40_970, 250_890)
TWO_LAYERS_OF_4096 = (18_923_530, 19_972_106, 21_020_682, 25_214_986, 33_603_594, 119_586_826)

# Eight layers, eight splits: width -> (shared, unshared, multiplications) at each number of features.
SHARED = {
    10: (
        (2_210, 6_710, 6_620),
        (2_850, 9_270, 9_180),
        (3_490, 11_830, 11_740),
        (6_050, 22_070, 21_980),
        (11_170, 42_550, 42_460),
        (63_650, 252_470, 252_380),
    ),
    20: (
        (4_610, 14_810, 14_640),
        (5_890, 19_930, 19_760),
        (7_170, 25_050, 24_880),
        (12_290, 45_530, 45_360),
        (22_530, 86_490, 86_320),
        (127_490, 506_330, 506_160),
    ),
    50: (
        (13_010, 47_510, 47_100),
        (16_210, 60_310, 59_900),
        (19_410, 73_110, 72_700),
        (32_210, 124_310, 123_900),
        (57_810, 226_710, 226_300),
        (320_210, 1_276_310, 1_275_900),
    ),
    100: (
        (31_010, 130_010, 129_200),
        (37_410, 155_610, 154_800),
        (43_810, 181_210, 180_400),
        (69_410, 283_610, 282_800),
        (120_610, 488_410, 487_600),
        (645_410, 2_587_610, 2_586_800),
    ),
}
SHARED_BREAK_EVEN = (22, 25, 27, 32, 35, 39)

# Single heads of the published scripts: features, classes, options, parameters, multiplications.
PUBLISHED_HEADS = {
    "customizable demo": (2048, 10, {"layers": 10, "width": 512}, 7_658_506, 7_653_376),
    "hymenoptera": (512, 2, {"layers": 6, "width": 5, "activation": "leaky_relu"}, 7_897, None),
    "birds": (2048, 225, {"width": 1024}, 8_265_953, None),
    "birds, batch-norm": (2048, 225, {"width": 1024, "batch_norm": True}, 8_274_145, None),
    "CIFAR-100": (2048, 100, {"width": 512}, 3_090_532, None),
    "CIFAR-100, batch-norm": (2048, 100, {"width": 512, "batch_norm": True}, 3_094_628, None),
    "CIFAR-100 notebook": (2048, 100, {"width": 200}, 1_020_100, None),
    "Fruits360": (2048, 131, {"width": 131}, 657_358, None),
    "Oxford102": (2048, 102, {"width": 102}, 491_130, None),
    "Cars": (2048, 196, {"width": 196}, 1_072_708, None),
    "Caltech101 notebook": (2048, 101, {"width": 101}, 485_608, None),
    "VGG-5": (256, 10, {"width": 128, "dropout": 0.5, "batch_norm": True}, 121_354, 119_808),
    "small CNN, width 8": (320, 10, {"layers": 6, "width": 8}, 8_538, 8_480),
    "small CNN, width 10": (320, 10, {"layers": 6, "width": 10}, 10_770, 10_700),
    "regression": (8, 1, {"layers": 6, "width": 50}, 14_301, 14_000),
}


def head(name: str, **options: object) -> Head:
    return HEADS[name].model_validate(options)


def parameters_of(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def spinal_cells(table: dict[int, tuple[int, ...]]) -> list[tuple[int, int, int]]:
    return [(w, f, number) for w, row in table.items() for f, number in zip(FEATURES, row, strict=True)]


@pytest.mark.parametrize(("width", "features", "number"), spinal_cells(SPINAL_PARAMETERS))
def test_the_spinal_head_has_the_published_size(width: int, features: int, number: int) -> None:
    spinal = head("spinal", width=width)
    assert spinal.parameters(features, CLASSES) == number
    with torch.device("meta"):
        assert parameters_of(spinal.build(features, CLASSES)) == number


@pytest.mark.parametrize(("width", "features", "number"), spinal_cells(SPINAL_WITH_BATCH_NORM))
def test_batch_norm_adds_two_numbers_per_neuron(width: int, features: int, number: int) -> None:
    spinal = head("spinal", width=width, batch_norm=True, dropout=0.5)
    assert spinal.parameters(features, CLASSES) == number
    with torch.device("meta"):
        assert parameters_of(spinal.build(features, CLASSES)) == number


def test_the_widest_published_vgg_head_has_its_size_with_batch_norm() -> None:
    assert head("spinal", width=1024, batch_norm=True).parameters(25088, CLASSES) == 54_579_210


@pytest.mark.parametrize(("width", "features", "number"), spinal_cells(SPINAL_MULTIPLICATIONS))
def test_the_spinal_head_multiplies_as_often_as_published(width: int, features: int, number: int) -> None:
    assert head("spinal", width=width).multiplications(features, CLASSES) == number


@pytest.mark.parametrize(
    ("features", "linear", "two_layers"),
    list(zip(FEATURES, LINEAR_PARAMETERS, TWO_LAYERS_OF_4096, strict=True)),
)
def test_the_heads_to_compare_with_have_the_published_sizes(
    features: int, linear: int, two_layers: int
) -> None:
    assert head("linear").parameters(features, CLASSES) == linear
    assert head("mlp", hidden=[4096, 4096]).parameters(features, CLASSES) == two_layers


@pytest.mark.parametrize(
    ("width", "features", "counts"),
    [(w, f, counts) for w, row in SHARED.items() for f, counts in zip(FEATURES, row, strict=True)],
)
def test_sharing_saves_parameters_but_no_arithmetic(
    width: int, features: int, counts: tuple[int, int, int]
) -> None:
    shared = head("spinal_shared", width=width)
    unshared = head("spinal", layers=8, splits=8, width=width)
    assert shared.parameters(features, CLASSES) == counts[0]
    assert unshared.parameters(features, CLASSES) == counts[1]
    assert shared.multiplications(features, CLASSES) == counts[2]
    assert unshared.multiplications(features, CLASSES) == counts[2]
    with torch.device("meta"):
        assert parameters_of(shared.build(features, CLASSES)) == counts[0]
        assert parameters_of(unshared.build(features, CLASSES)) == counts[1]


@pytest.mark.parametrize(("features", "limit"), list(zip(FEATURES, SHARED_BREAK_EVEN, strict=True)))
def test_the_shared_head_says_up_to_which_width_it_is_smaller_than_a_linear_one(
    features: int, limit: int
) -> None:
    at_limit = head("spinal_shared", width=limit).notes(features, CLASSES)
    beyond = head("spinal_shared", width=limit + 1).notes(features, CLASSES)
    assert any(f"up to width {limit};" in note and note.endswith("smaller.") for note in at_limit)
    assert any(f"up to width {limit};" in note and note.endswith("larger.") for note in beyond)


def test_the_spinal_head_is_smaller_than_a_linear_one_up_to_width_four() -> None:
    for features in FEATURES:
        (note,) = head("spinal").notes(features, CLASSES)
        assert note.startswith("Smaller than a linear head up to width 4;")
    assert head("spinal").notes(512, CLASSES)[0].endswith("this one is 17,440 parameters larger.")


@pytest.mark.parametrize("name", PUBLISHED_HEADS)
def test_each_published_script_s_head_has_its_size(name: str) -> None:
    features, classes, options, parameters, multiplications = PUBLISHED_HEADS[name]
    spinal = head("spinal", **options)
    assert spinal.parameters(features, classes) == parameters
    with torch.device("meta"):
        assert parameters_of(spinal.build(features, classes)) == parameters
    if multiplications is not None:
        assert spinal.multiplications(features, classes) == multiplications


def linears(module: nn.Module) -> list[nn.Linear]:
    return [part for part in module.modules() if isinstance(part, nn.Linear)]


def put(layer: nn.Linear, weight: list[float], bias: float) -> None:
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([weight]))
        layer.bias.fill_(bias)


def test_two_spinal_layers_give_the_worked_example() -> None:
    net = head("spinal", layers=2, splits=2, width=1).build(4, 1)
    first, second, output = linears(net)
    put(first, [1, -1], 0.5)
    put(second, [1, 1, 2], -1)
    put(output, [1, 10], 0)
    assert net(torch.tensor([[1.0, 2, 3, 4]])).item() == pytest.approx(60, abs=1e-6)


def test_three_shared_layers_give_the_worked_example() -> None:
    net = head("spinal_shared", layers=3, splits=2, width=1).build(4, 1)
    first, second, output = linears(net)
    put(first, [1, 1], 0.5)
    put(second, [1, 1, 2], -1)
    put(output, [1, 10, 100], 0.25)
    assert net(torch.tensor([[1.0, 2, 3, 4]])).item() == pytest.approx(2933.75, abs=1e-6)


def test_the_exact_cut_of_five_features_wraps_around_as_published() -> None:
    net = head("spinal_shared", layers=3, splits=2, width=1, exact=True).build(5, 1)
    for layer in linears(net):
        put(layer, [1.0] * layer.in_features, 0)
    assert net(torch.tensor([[1.0, 2, 3, 4, 5]])).item() == pytest.approx(29, abs=1e-6)


def test_five_features_are_filled_up_with_a_zero_unless_the_exact_cut_is_asked_for() -> None:
    net = head("spinal_shared", layers=3, splits=2, width=1).build(5, 1)
    for layer in linears(net):
        put(layer, [1.0] * layer.in_features, 0)
    # 1+2+3 = 6; 4+5+0 + 6 = 15; 1+2+3 + 15 = 21
    assert net(torch.tensor([[1.0, 2, 3, 4, 5]])).item() == pytest.approx(42, abs=1e-6)


def test_the_exact_half_split_ignores_the_last_of_five_features_and_says_so() -> None:
    spinal = head("spinal", layers=4, splits=2, width=3, exact=True)
    net = spinal.build(5, 2).eval()
    a, b = torch.tensor([[1.0, 2, 3, 4, 5]]), torch.tensor([[1.0, 2, 3, 4, -70]])
    assert torch.equal(net(a), net(b))
    assert spinal.notes(5, 2)[0] == "No layer sees the last 1 of 5 features."
    assert spinal.parameters(5, 2) == head("spinal", layers=4, splits=2, width=3).parameters(4, 2)


@pytest.mark.parametrize("features", [3, 7, 515])
def test_the_exact_half_split_refuses_what_the_published_head_cannot_do(features: int) -> None:
    with pytest.raises(RecipeError, match=r"cannot halve .* features .* exact = false"):
        head("spinal", exact=True).build(features, 2)
    head("spinal").build(features, 2)


@pytest.mark.parametrize(
    ("features", "splits", "size"), [(5, 2, 2), (7, 2, 4), (513, 2, 256), (515, 2, 258), (10, 3, 3)]
)
def test_the_exact_cut_rounds_halves_to_the_even_neighbour(features: int, splits: int, size: int) -> None:
    net = head("spinal_shared", layers=2, splits=splits, width=1, exact=True).build(features, 2)
    assert linears(net)[0].in_features == size


@pytest.mark.parametrize("name", ["spinal", "spinal_shared"])
def test_an_exact_head_of_one_layer_is_refused(name: str) -> None:
    with pytest.raises(RecipeError, match="at least 2 layers"):
        head(name, layers=1, exact=True).build(64, 2)
    head(name, layers=1).build(64, 2)


def test_an_exact_cut_into_empty_parts_is_refused() -> None:
    with pytest.raises(RecipeError, match="8 splits of 3 features would be empty"):
        head("spinal_shared", exact=True).build(3, 2)


def test_fewer_layers_than_splits_leave_features_unused_and_the_head_says_so() -> None:
    spinal = head("spinal", layers=2, splits=4)
    assert spinal.notes(64, 5)[0] == "No layer sees the last 32 of 64 features."
    net = spinal.build(64, 5).eval()
    picture = torch.randn(1, 64)
    changed = picture.clone()
    changed[:, 32:] = 9
    assert torch.equal(net(picture), net(changed))


def test_more_splits_than_features_leave_layers_without_input_and_the_head_says_so() -> None:
    assert any("5 layers of 8 only see zeros" in n for n in head("spinal_shared").notes(3, 2))


def test_an_even_exact_cut_is_the_default_cut() -> None:
    torch.manual_seed(0)
    ours = head("spinal").build(64, 5)
    torch.manual_seed(0)
    exact = head("spinal", exact=True).build(64, 5)
    picture = torch.randn(2, 64)
    assert torch.equal(ours(picture), exact(picture))


def test_a_spinal_layer_is_dropout_then_linear_then_batch_norm_then_activation() -> None:
    net = head("spinal", layers=1, dropout=0.5, batch_norm=True, activation="leaky_relu").build(8, 2)
    ran: list[type[nn.Module]] = []
    for part in net.modules():
        if not list(part.children()):
            part.register_forward_hook(lambda part, *_: ran.append(type(part)))
    net(torch.randn(4, 8))
    assert ran == [nn.Dropout, nn.Linear, nn.BatchNorm1d, nn.LeakyReLU, nn.Dropout, nn.Linear]
