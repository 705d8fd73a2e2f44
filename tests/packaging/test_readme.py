"""The README says what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from workbench.cli.arguments import build_parser
from workbench.core.recipe import parse, parse_toml
from workbench.experiment import parse_recipe

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_recipe_in_the_readme_spells_out_the_defaults_and_nothing_else() -> None:
    data, rest = blocks("toml")
    written = parse_toml(data) | parse_toml(rest)
    smallest = parse({"data": {"kind": "folder", "path": "flowers"}}).canonical()
    smallest["split"]["fractions"] = [0.7, 0.15, 0.15]  # the default where the data brings no test set
    assert written == smallest
    parse_recipe(written)


def test_the_first_screen_has_the_two_commands() -> None:
    first_screen = README.splitlines()[:20]
    for word in ("run", "test"):
        assert any(line.startswith(f"bash packaging/bootstrap.sh {word}") for line in first_screen)


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in block.splitlines()])
def test_every_command_in_the_readme_is_one(line: str) -> None:
    program, *words = shlex.split(line, comments=True)
    if program == "workbench" and words:
        assert build_parser().parse_args(words).command == words[0]


def test_every_picture_and_file_the_readme_names_exists() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (ROOT / target).is_file(), target
