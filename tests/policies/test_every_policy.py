"""What holds for every registered policy."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbench.core.errors import RecipeError
from workbench.core.options import describe
from workbench.policies import POLICIES

NAMES = POLICIES.names()
BLOCKS = ("stem", "layer1.0", "layer1.1", "layer2.0", "head")
EPOCHS = 6


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("blocks", [BLOCKS, BLOCKS[:1], ()])
def test_only_blocks_that_exist_stand_still(name: str, blocks: tuple[str, ...]) -> None:
    policy = POLICIES[name]()
    for epoch in range(1, EPOCHS + 1):
        assert policy.frozen(blocks, epoch, seed=0) <= set(blocks)


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_answers_the_same_whenever_it_is_asked(name: str) -> None:
    forward = [POLICIES[name]().frozen(BLOCKS, epoch, seed=3) for epoch in range(1, EPOCHS + 1)]
    policy = POLICIES[name]()
    backward = [policy.frozen(list(BLOCKS), epoch, seed=3) for epoch in range(EPOCHS, 0, -1)]
    assert forward == backward[::-1]


@pytest.mark.parametrize("name", NAMES)
def test_what_always_stands_still_stands_still_in_every_epoch(name: str) -> None:
    policy = POLICIES[name]()
    always = policy.always_frozen(BLOCKS, EPOCHS, seed=0)
    each = [policy.frozen(BLOCKS, epoch, seed=0) for epoch in range(1, EPOCHS + 1)]
    assert always == frozenset.intersection(*each)


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_describes_itself_and_every_option(name: str) -> None:
    assert POLICIES[name].title
    assert POLICIES[name].summary.endswith(".")
    assert all(option.help.endswith(".") for option in describe(POLICIES[name]))


def test_heads_only_lets_the_whole_backbone_stand_still() -> None:
    assert POLICIES["heads_only"]().always_frozen(BLOCKS, EPOCHS, seed=0) == set(BLOCKS)


def test_everything_lets_nothing_stand_still() -> None:
    assert POLICIES["everything"]().frozen(BLOCKS, 1, seed=0) == frozenset()


@pytest.mark.parametrize("name", ["last_blocks", "blocks", "gradual", "random_freezing"])
def test_a_planned_policy_is_refused_as_planned(name: str) -> None:
    with pytest.raises(RecipeError, match="planned but not in this version"):
        POLICIES[name]


def test_policies_are_there_without_torch() -> None:
    code = (
        "import sys; from workbench.policies import POLICIES; POLICIES.names(); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
