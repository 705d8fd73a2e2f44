"""An experiment without torch: made-up answers of the verbs, to see what the command line makes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.made_up import Said
from workbench import experiment
from workbench.cli import main
from workbench.store.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project in the current folder."""
    folder = tmp_path / "project"
    Project.create(folder).close()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts other answers in place of the experiment's verbs: verbs(list_runs=lambda project: ())."""

    def put(**answers: Any) -> None:
        for name, answer in answers.items():
            monkeypatch.setattr(experiment, name, answer)

    return put


@pytest.fixture
def workbench(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Carries out a command line in this process."""

    def call(*words: object) -> Said:
        capsys.readouterr()
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return call
