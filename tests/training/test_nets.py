"""The networks that runs train, and what stands still in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from workbench.backbones import HALF, Backbone, Block, Card, Weights
from workbench.core.errors import RecipeError
from workbench.core.recipe import TrainingSettings
from workbench.core.stopping import never
from workbench.policies import Policy
from workbench.training.device import CPU_STEP_MULTIPLICATIONS, Device, choose, piece_size
from workbench.training.inputs import PictureInputs, targets
from workbench.training.loop import Task, fit
from workbench.training.nets import Classifier, counts, freezing, new_classifier, new_head

CPU = Device("cpu", torch.device("cpu"), "float32")


class FirstStandsStill(Policy):
    """The first block is frozen in odd epochs."""

    title: ClassVar[str] = "first"
    summary: ClassVar[str] = ""

    def frozen(self, blocks: Sequence[str], epoch: int, seed: int) -> frozenset[str]:
        return frozenset(blocks[:1]) if epoch % 2 else frozenset()


@pytest.fixture
def backbone() -> Backbone:
    torch.manual_seed(0)
    stem = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
    body = nn.Sequential(
        nn.Conv2d(4, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    module = nn.Sequential(stem, body).eval()
    card = Card("tiny", "Tiny", "tiny", 5, 0, 0.0, 8, HALF, "", "", 0.0, "", "")
    blocks = (Block("stem", (stem,)), Block("body", (body,)))
    return Backbone(card, module, blocks, 5, HALF, Weights("none", "", ""))


def trained(backbone: Backbone, epochs: int) -> Classifier:
    net = new_classifier(backbone, nn.Linear(5, 2))
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 3), dtype=np.uint8)
    inputs = PictureInputs(pixels, targets([0, 1] * 6), backbone, 8)
    settings = TrainingSettings(epochs=epochs, batch_size=6, learning_rate=0.01, optimizer="sgd")
    freeze = freezing(net, backbone, FirstStandsStill(), seed=0)
    fit(
        Task("r", net, freeze, inputs, None, ("a", "b"), settings, 0, CPU, 6, 6),
        None,
        lambda state, done: None,
        lambda e: None,
        never,
    )
    return net


def test_a_frozen_block_keeps_its_weights_and_its_batch_norm_statistics(backbone: Backbone) -> None:
    before = {name: value.clone() for name, value in backbone.module.state_dict().items()}
    after = trained(backbone, epochs=1).backbone.state_dict()
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"1"}, "only the second block may learn"


def test_a_block_that_is_opened_later_learns_then(backbone: Backbone) -> None:
    before = {name: value.clone() for name, value in backbone.module.state_dict().items()}
    after = trained(backbone, epochs=2).backbone.state_dict()
    assert {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])} == {"0", "1"}


def test_each_run_starts_from_the_same_pretrained_weights(backbone: Backbone) -> None:
    before = {name: value.clone() for name, value in backbone.module.state_dict().items()}
    trained(backbone, epochs=2)
    assert all(torch.equal(before[name], value) for name, value in backbone.module.state_dict().items())


def test_counts_name_head_trainable_and_total(backbone: Backbone) -> None:
    body = sum(p.numel() for p in backbone.module.parameters())
    stem = 4 * 27 + 4 + 8
    head = nn.Linear(5, 2)
    assert counts(backbone, head, frozenset({"stem", "body"})) == {
        "head": 12,
        "trainable": 12,
        "total": 12 + body,
    }
    assert counts(backbone, head, frozenset({"stem"})) == {
        "head": 12,
        "trainable": 12 + body - stem,
        "total": 12 + body,
    }


def test_a_heads_first_weights_depend_on_its_seed_alone() -> None:
    from workbench.heads import HEADS

    head = HEADS["linear"]()
    first = new_head(head, 6, 3, seed=1).weight
    torch.rand(10)
    assert torch.equal(first, new_head(head, 6, 3, seed=1).weight)
    assert not torch.equal(first, new_head(head, 6, 3, seed=2).weight)


def test_a_step_on_the_cpu_is_cut_so_that_stop_is_answered_in_time() -> None:
    plain, normed = nn.Linear(2, 2), nn.Sequential(nn.BatchNorm1d(2))
    cost = CPU_STEP_MULTIPLICATIONS / 10
    assert piece_size(64, cost, plain, CPU) == 10
    assert piece_size(4, cost, plain, CPU) == 4
    assert piece_size(64, cost * 100, plain, CPU) == 1
    assert piece_size(64, cost * 100, normed, CPU) == 2, "batch-norm cannot learn from one sample"
    gpu = Device("cuda:0", torch.device("cuda", 0), "bfloat16")
    assert piece_size(64, cost, plain, gpu) == 64


def test_a_device_this_computer_lacks_is_refused_in_words() -> None:
    if torch.cuda.is_available():
        pytest.skip("this computer has a GPU")
    with pytest.raises(RecipeError, match="finds none here"):
        choose("cuda", "auto")
    assert choose("auto", "auto").precision == "float32"
    with pytest.raises(RecipeError, match="float16 does not train on the CPU"):
        choose("cpu", "float16")
