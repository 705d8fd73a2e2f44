"""The linter and the type checker, run with the tests so that nobody has to remember them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=200
    )


def test_the_linter_finds_nothing() -> None:
    ended = run("ruff", "check", "workbench", "tests")
    assert ended.returncode == 0, ended.stdout


def test_every_file_is_formatted() -> None:
    ended = run("ruff", "format", "--check", "workbench", "tests")
    assert ended.returncode == 0, ended.stdout


def test_core_store_and_evaluation_are_typed_throughout() -> None:
    ended = run("mypy")
    assert ended.returncode == 0, ended.stdout
