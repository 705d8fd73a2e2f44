"""The recipe: what may stand in it, what it says of a mistake, and when two are the same."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import RecipeError
from workbench.core.recipe import Recipe, parse, parse_toml
from workbench.core.recipe_files import apply_overrides, read_values

SMALLEST: dict[str, Any] = {"data": {"kind": "folder", "path": "/pictures"}}


def with_table(table: str, **values: Any) -> dict[str, Any]:
    return {**SMALLEST, table: values}


def complaint(values: dict[str, Any]) -> str:
    with pytest.raises(RecipeError) as caught:
        parse(values)
    return str(caught.value)


def test_only_data_has_no_default() -> None:
    recipe = parse(SMALLEST)
    assert [head.name for head in recipe.heads] == ["linear", "mlp", "spinal_shared"]
    assert recipe.backbone.name == "efficientnet_lite0"
    assert (recipe.training.epochs, recipe.training.batch_size, recipe.training.seeds) == (30, 64, (0,))
    assert "data: missing" in complaint({})
    assert 'kind = "folder"' in complaint({}), "the fix is shown as TOML"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"data": {}}, "data.kind: missing"),
        (
            {"data": {"kind": "foldr"}},
            "data.kind: expected one of 'folder', 'sample', 'table' or 'torchvision'",
        ),
        ({"data": "pictures"}, "data: expected a table, got 'pictures'"),
        ({"data": {"kind": "folder"}}, "data.path: missing; name the folder"),
        ({"data": {"kind": "sample", "path": "x"}}, "takes no path"),
        (
            {"data": {"kind": "table", "path": "x"}},
            "data.kind: 'table': tables of paths and labels come with",
        ),
        ({"data": {"kind": "torchvision"}}, "data.kind: 'torchvision': torchvision's own data sets come"),
        ({**SMALLEST, "nam": "x"}, "nam: unknown key; did you mean 'name'?"),
        ({**SMALLEST, "zzz": 1}, "zzz: unknown key; known here: name, data"),
        ({**SMALLEST, "name": ""}, "name: expected a text, got an empty one"),
        ({**SMALLEST, "name": 3}, "name: expected a text in quotes, got 3"),
        ({**SMALLEST, "name": "x" * 201}, "name: expected a text of at most 200 characters, got 201"),
        (with_table("split", fractions=[0.5, 0.5]), "split.fractions: expected a list of 3 numbers, got 2"),
        (with_table("split", fractions=[]), "split.fractions: expected a list of 3 numbers, got none"),
        (with_table("split", fractions=0.7), "split.fractions: expected a list of 3 numbers, got 0.7"),
        (
            with_table("split", fractions=[0.5, 0.5, 0.5]),
            "split.fractions: the three shares must lie from 0 to 1",
        ),
        (with_table("split", fractions=[1.5, -0.25, -0.25]), "split.fractions: the three shares must lie"),
        (with_table("split", fractions=[0, 0.5, 0.5]), "split.fractions: the first share is for training"),
        (with_table("split", fractions=["a", 0, 1]), "split.fractions.0: expected a number, got 'a'"),
        (with_table("split", seed=-1), "split.seed: expected a whole number of at least 0, got -1"),
        (with_table("split", seed=True), "split.seed: expected a whole number of at least 0, got true"),
        (with_table("split", seed=2**63), "split.seed: expected at most 9223372036854775807"),
        (with_table("split", seed="1"), "split.seed: expected a whole number of at least 0, got '1'"),
        (with_table("split", frctions=[1, 0, 0]), "split.frctions: unknown key; did you mean 'fractions'?"),
        (
            with_table("backbone", image_size=8),
            "backbone.image_size: expected a whole number from 16 to 2048",
        ),
        (with_table("backbone", resize="fit"), "backbone.resize: expected one of 'squash', 'crop' or 'pad'"),
        (
            with_table("augmentation", views=0),
            "augmentation.views: expected a whole number from 1 to 64, got 0",
        ),
        ({**SMALLEST, "policy": "everything"}, "policy: expected a table, got 'everything'"),
        ({**SMALLEST, "policy": {}}, "policy.name: missing"),
        ({**SMALLEST, "heads": []}, "heads: expected at least one entry, got none"),
        ({**SMALLEST, "heads": {"name": "linear"}}, "heads: expected a list of tables, got a table"),
        ({**SMALLEST, "heads": ["linear"]}, "heads.0: expected a table, got 'linear'"),
        ({**SMALLEST, "heads": [{"width": 3}]}, "heads.0.name: missing"),
        (
            with_table("training", epochs=0),
            "training.epochs: expected a whole number from 1 to 100000, got 0",
        ),
        (
            with_table("training", epochs=1.5),
            "training.epochs: expected a whole number from 1 to 100000, got 1.5",
        ),
        (with_table("training", learning_rate=0), "training.learning_rate: expected a number of more than 0"),
        (with_table("training", learning_rate=float("nan")), "training.learning_rate: expected a number"),
        (
            with_table("training", momentum=1),
            "training.momentum: expected a number of at least 0 and less than 1",
        ),
        (
            with_table("training", optimizer="adma"),
            "training.optimizer: expected one of 'sgd', 'adam' or 'adamw'",
        ),
        (
            with_table("training", device="gpu"),
            "training.device: expected auto, cpu, mps, cuda or cuda:1; got 'gpu'",
        ),
        (with_table("training", seeds=[]), "training.seeds: expected at least one entry, got none"),
        (with_table("training", seeds=3), "training.seeds: expected a list of whole numbers, got 3"),
        (with_table("training", seeds=[1, 1]), "training.seeds: each seed may stand here once, got [1, 1]"),
        (with_table("training", seeds=[-1]), "training.seeds: seeds are whole numbers from 0 to"),
        (with_table("training", seeds=[2**63]), "training.seeds: seeds are whole numbers from 0 to"),
        (
            with_table("training", seeds=list(range(101))),
            "training.seeds: expected at most 100 entries, got 101",
        ),
        (
            with_table("training", warmup_epochs=30),
            "training.warmup_epochs: must be fewer than epochs (30), got 30",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_fix(values: dict[str, Any], said: str) -> None:
    assert said in complaint(values)


def test_each_fault_has_a_line_of_its_own_and_a_wrong_entry_does_not_make_its_list_too_short() -> None:
    lines = complaint({**SMALLEST, "training": {"seeds": ["a"], "epochs": "many"}, "nam": 1}).splitlines()
    assert sorted(line.split(":")[0] for line in lines) == ["nam", "training.epochs", "training.seeds.0"]


def test_a_long_wrong_value_is_not_repeated_in_full() -> None:
    assert len(complaint(with_table("training", epochs="x" * 5000))) < 200


def test_a_recipe_survives_its_own_toml() -> None:
    recipe = parse(
        {
            "name": 'flowers "of" spring',
            "data": {"kind": "folder", "path": "/a b/ä", "metadata": "/g.csv"},
            "split": {"fractions": [0.6, 0.2, 0.2], "group": "patient"},
            "heads": [{"name": "linear"}, {"name": "mlp", "hidden": [512, 64], "dropout": 0.25}],
            "training": {"seeds": [3, 1], "learning_rate": 3e-4},
        }
    )
    again = parse(parse_toml(recipe.to_toml()))
    assert again == recipe
    assert again.fingerprint() == recipe.fingerprint()
    assert again.heads[1].options == {"hidden": [512, 64], "dropout": 0.25}


@given(
    epochs=st.integers(1, 100_000),
    rate=st.floats(1e-12, 100),
    seeds=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=5, unique=True),
    name=st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=50),
)
def test_every_valid_recipe_survives_its_own_toml(
    epochs: int, rate: float, seeds: list[int], name: str
) -> None:
    training = {"epochs": epochs, "learning_rate": rate, "seeds": seeds}
    recipe = parse({**SMALLEST, "name": name, "training": training})
    assert parse(parse_toml(recipe.to_toml())) == recipe


def test_the_canonical_form_spells_out_every_default() -> None:
    written = tomllib.loads(parse(SMALLEST).to_toml())
    assert set(written) == set(Recipe.model_fields)
    assert written["training"]["schedule"] == "cosine"
    assert written["backbone"]["weights"] == "default"
    assert "fractions" not in written["split"], "its default depends on the data"


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("data", {"kind": "folder", "path": "/other"}),
        ("split", {"seed": 1}),
        ("split", {"fractions": [0.8, 0.1, 0.1]}),
        ("split", {"group": "patient"}),
        ("backbone", {"image_size": 96}),
        ("augmentation", {"name": "flip"}),
        ("training", {"epochs": 31}),
        ("training", {"seeds": [0, 1]}),
        ("training", {"keep": "last"}),
        ("training", {"precision": "float32"}),
    ],
)
def test_the_fingerprint_changes_with_anything_that_may_change_a_result(
    table: str, change: dict[str, Any]
) -> None:
    assert parse({**SMALLEST, table: change}).fingerprint() != parse(SMALLEST).fingerprint()


def test_the_fingerprint_does_not_change_with_the_name_or_with_a_spelled_out_default() -> None:
    plain = parse(SMALLEST)
    assert parse({**SMALLEST, "name": "another"}).fingerprint() == plain.fingerprint()
    spelled = {
        **SMALLEST,
        "training": {"epochs": 30, "learning_rate": 0.001},
        "policy": {"name": "heads_only"},
    }
    assert parse(spelled).fingerprint() == plain.fingerprint()
    assert parse(with_table("training", weight_decay=0)) == parse(with_table("training", weight_decay=0.0))


def test_the_order_of_the_heads_counts_but_the_order_of_keys_does_not() -> None:
    one = {**SMALLEST, "heads": [{"name": "mlp", "dropout": 0.5, "hidden": [8]}, {"name": "linear"}]}
    two = {**SMALLEST, "heads": [{"name": "mlp", "hidden": [8], "dropout": 0.5}, {"name": "linear"}]}
    three = {**SMALLEST, "heads": list(reversed(one["heads"]))}
    assert parse(one).fingerprint() == parse(two).fingerprint() != parse(three).fingerprint()


def overridden(values: dict[str, Any], here: Path, *overrides: str) -> dict[str, Any]:
    apply_overrides(values, overrides, here)
    return values


def test_overrides_are_toml_values(tmp_path: Path) -> None:
    values = overridden(
        {"data": {"kind": "sample"}, "heads": [{"name": "spinal"}]},
        tmp_path,
        "training.epochs=5",
        "training.seeds=[0, 1]",
        "heads.0.width=20",
        "training.device=cpu",
        'name="two words"',
        "split.fractions = [0.8, 0.1, 0.1]",
    )
    recipe = parse(values)
    assert (recipe.training.epochs, recipe.training.seeds, recipe.training.device) == (5, (0, 1), "cpu")
    assert recipe.heads[0].options == {"width": 20}
    assert recipe.name == "two words"
    assert recipe.split.fractions == (0.8, 0.1, 0.1)


def test_an_override_of_a_head_reaches_the_default_heads(tmp_path: Path) -> None:
    recipe = parse(overridden({"data": {"kind": "sample"}}, tmp_path, "heads.2.width=7"))
    assert [head.name for head in recipe.heads] == ["linear", "mlp", "spinal_shared"]
    assert recipe.heads[2].options == {"width": 7}


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("training.epochs", "expected KEY=VALUE, for example --set training.epochs=5"),
        ("=5", "expected KEY=VALUE"),
        ("training..epochs=5", "expected KEY=VALUE"),
        ("heads.9.width=5", "there is no entry '9' in heads"),
        ("heads.first.width=5", "there is no entry 'first' in heads"),
        ("name.first=5", "name is not a table"),
    ],
)
def test_a_wrong_override_is_quoted_with_what_is_expected(tmp_path: Path, override: str, said: str) -> None:
    with pytest.raises(RecipeError, match="--set") as caught:
        overridden({"name": "x", "heads": [{"name": "linear"}]}, tmp_path, override)
    assert said in str(caught.value)


def test_paths_in_a_recipe_are_relative_to_it_and_paths_in_overrides_to_the_user(tmp_path: Path) -> None:
    recipes, here = tmp_path / "recipes", tmp_path / "here"
    recipes.mkdir()
    file = recipes / "a.toml"
    file.write_text(
        '[data]\nkind = "folder"\npath = "pictures"\nmetadata = "../groups.csv"\n'
        '[backbone]\nweights = "net.pth"\n'
    )
    values = overridden(
        read_values(file), here, "data.test_path=sealed", 'backbone={weights="other.pth", name="resnet18"}'
    )
    assert values["data"]["path"] == (recipes / "pictures").resolve().as_posix()
    assert values["data"]["metadata"] == (tmp_path / "groups.csv").resolve().as_posix()
    assert values["data"]["test_path"] == (here / "sealed").resolve().as_posix()
    assert values["backbone"]["weights"] == (here / "other.pth").resolve().as_posix()
    unchanged = overridden(read_values(file), here, "training.epochs=1")
    assert unchanged["backbone"]["weights"] == (recipes / "net.pth").resolve().as_posix()
    for word in ("default", "none"):
        assert overridden({}, here, f"backbone.weights={word}")["backbone"]["weights"] == word


def test_a_recipe_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    torn = tmp_path / "torn.toml"
    torn.write_text("[data\nkind = 3")
    for path, said in [
        (tmp_path / "absent.toml", "there is no such recipe file"),
        (tmp_path, "is a folder"),
        (binary, "not a text file in UTF-8"),
        (torn, "not valid TOML"),
    ]:
        with pytest.raises(RecipeError) as caught:
            read_values(path)
        assert said in str(caught.value)
        assert str(path) in str(caught.value)
