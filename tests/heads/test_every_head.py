"""What holds for every registered head."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from workbench.core.errors import RecipeError
from workbench.core.options import describe, validated
from workbench.heads import HEADS, Head

NAMES = HEADS.names()
VARIANTS: dict[str, tuple[dict[str, object], ...]] = {
    "linear": ({},),
    "mlp": (
        {},
        {"hidden": [7]},
        {"hidden": [9, 5, 6], "dropout": 0.3, "batch_norm": True, "activation": "leaky_relu"},
    ),
    "spinal": (
        {},
        {"layers": 1},
        {"layers": 3, "splits": 5, "width": 4},
        {"layers": 6, "width": 5, "dropout": 0.3, "batch_norm": True, "activation": "leaky_relu"},
    ),
    "spinal_shared": (
        {},
        {"layers": 1},
        {"layers": 2, "splits": 3, "width": 4},
        {"layers": 5, "splits": 3, "width": 6, "dropout": 0.2, "activation": "leaky_relu"},
    ),
}
CASES = [(name, options) for name in NAMES for options in VARIANTS.get(name, ({},))]


def made(name: str, options: dict[str, object]) -> Head:
    return validated(HEADS[name], dict(options))


def test_names_options_and_counts_are_there_without_torch() -> None:
    code = (
        "import sys; from workbench.heads import HEADS; "
        "[HEADS[n]().parameters(64, 3) + len(HEADS[n]().notes(64, 3)) for n in HEADS]; "
        "assert len(HEADS.names()) >= 4; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_head_describes_itself_and_every_option(name: str) -> None:
    kind = HEADS[name]
    assert kind.title
    assert kind.summary.endswith(".")
    for option in describe(kind):
        assert option.help.endswith("."), option.name
        assert option.default is not None, "every option has a default"


@pytest.mark.parametrize(("name", "options"), CASES)
@given(features=st.integers(1, 70), classes=st.integers(2, 9))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_a_head_takes_any_number_of_features(
    name: str, options: dict[str, object], features: int, classes: int
) -> None:
    head = made(name, options)
    net = head.build(features, classes).eval()
    with torch.no_grad():
        logits = net(torch.randn(3, features))
    assert logits.shape == (3, classes)
    assert logits.dtype == torch.float32
    assert sum(p.numel() for p in net.parameters()) == head.parameters(features, classes)


@pytest.mark.parametrize(("name", "options"), CASES)
@pytest.mark.parametrize("features", [5, 16, 37])
def test_multiplications_are_those_of_the_linear_layers_that_run(
    name: str, options: dict[str, object], features: int
) -> None:
    head = made(name, options)
    net = head.build(features, 4).eval()
    counted = 0

    def count(layer: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        nonlocal counted
        counted += inputs[0].shape[1] * output.shape[1]

    for part in net.modules():
        if isinstance(part, nn.Linear):
            part.register_forward_hook(count)
    net(torch.randn(1, features))
    assert counted == head.multiplications(features, 4)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_the_gradient_reaches_every_parameter(name: str, options: dict[str, object]) -> None:
    torch.manual_seed(0)
    net = made(name, options).build(24, 3)
    net(torch.randn(32, 24)).logsumexp(dim=1).sum().backward()
    for label, parameter in net.named_parameters():
        if "batch_norm" in options and label.endswith("bias"):
            continue  # a bias before batch-norm cancels out
        assert parameter.grad is not None, label
        assert parameter.grad.abs().sum() > 0, label


@pytest.mark.parametrize(("name", "options"), CASES)
def test_the_same_seed_builds_the_same_head(name: str, options: dict[str, object]) -> None:
    def states() -> list[torch.Tensor]:
        torch.manual_seed(7)
        return list(made(name, options).build(24, 3).state_dict().values())

    assert all(torch.equal(a, b) for a, b in zip(states(), states(), strict=True))


@pytest.mark.parametrize(("name", "options"), CASES)
def test_weights_saved_and_loaded_give_the_same_answers(name: str, options: dict[str, object]) -> None:
    head = made(name, options)
    trained, restored = head.build(24, 3), head.build(24, 3)
    picture = torch.randn(8, 24)
    trained(picture)  # moves batch-norm statistics, which must travel too
    restored.load_state_dict(trained.state_dict())
    assert torch.equal(trained.eval()(picture), restored.eval()(picture))


@pytest.mark.parametrize(("name", "options"), CASES)
def test_one_sample_is_judged_alone_as_in_a_batch(name: str, options: dict[str, object]) -> None:
    net = made(name, options).build(24, 3).eval()
    batch = torch.randn(5, 24)
    assert torch.allclose(net(batch[2:3]), net(batch)[2:3], atol=1e-6)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_head_learns_classes_that_lie_apart(name: str, options: dict[str, object]) -> None:
    torch.manual_seed(0)
    target = torch.arange(90) % 3
    # Each run of three features knows all classes: some heads only see the first few.
    features = torch.eye(3).repeat(1, 8)[target] * 4 + torch.randn(90, 24)
    net = made(name, options).build(24, 3)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(60):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(features), target).backward()
        optimizer.step()
    accuracy = (net.eval()(features).argmax(dim=1) == target).float().mean().item()
    assert accuracy > 0.9


def test_layers_two_to_last_of_the_shared_head_are_one_set_of_weights() -> None:
    """Its gradient is the sum of the gradients that the same weights get in the unshared head."""
    torch.manual_seed(0)
    shared = made("spinal_shared", {"layers": 4, "splits": 3, "width": 5}).build(17, 3).double()
    unshared = made("spinal", {"layers": 4, "splits": 3, "width": 5}).build(17, 3).double()
    first, again, output = (part for part in shared.modules() if isinstance(part, nn.Linear))
    chain = [part for part in unshared.modules() if isinstance(part, nn.Linear)]
    for target, source in zip(chain, [first, again, again, again, output], strict=True):
        target.load_state_dict(source.state_dict())
    features = torch.randn(6, 17, dtype=torch.float64)
    for net in (shared, unshared):
        net(features).square().sum().backward()
    assert torch.allclose(shared(features), unshared(features))
    for kind in ("weight", "bias"):
        single = [getattr(layer, kind).grad for layer in chain[1:4]]
        assert not torch.allclose(single[0], single[1])
        assert torch.allclose(getattr(again, kind).grad, sum(single))


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("spinal", {"width": 0}, r"heads\.0\.width: expected a whole number from 1 to \d+, got 0"),
        ("spinal", {"widht": 3}, r"heads\.0\.widht: unknown key; did you mean 'width'\?"),
        ("spinal", {"activation": "tanh"}, r"heads\.0\.activation: expected one of"),
        ("mlp", {"hidden": []}, r"heads\.0\.hidden: expected at least one entry, got none"),
        ("mlp", {"hidden": [64, 0]}, r"heads\.0\.hidden\.1: expected a whole number from 1 to \d+, got 0"),
        ("mlp", {"dropout": 1}, r"heads\.0\.dropout: expected a number of at least 0 and less than 1, got 1"),
        ("linear", {"width": 3}, r"heads\.0\.width: unknown key"),
    ],
)
def test_a_bad_option_is_named_with_its_fix(name: str, options: dict[str, object], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        validated(HEADS[name], options, "heads.0")


@pytest.mark.parametrize("name", ["prototype", "ridge", "svm", "knn"])
def test_a_planned_head_is_refused_as_planned(name: str) -> None:
    with pytest.raises(RecipeError, match="planned but not in this version"):
        HEADS[name]
