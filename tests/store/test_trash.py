"""Deleting: into the trash, out of it, and for good."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from workbench.core.errors import ProjectError
from workbench.core.posterior import PosteriorTable
from workbench.store.project import Metric, Project

MakeRuns = Callable[..., tuple[str, ...]]


def test_a_deleted_run_is_in_the_trash_and_comes_back_whole(project: Project, table: PosteriorTable) -> None:
    run = table.source
    project.save_posterior(table)
    project.add_metrics(run, [Metric(1, "val", "", "loss", 1.0)])
    project.delete_run(run)
    assert project.runs() == ()
    assert [one.id for one in project.runs(deleted=True)] == [run]
    assert not project.run_folder(run).exists()
    assert project.posterior(run, "val").sample == table.sample
    project.restore_run(run)
    assert [one.id for one in project.runs()] == [run]
    assert project.run(run).deleted_at is None
    assert project.posterior(run, "val").sample == table.sample
    assert len(project.metrics(run)) == 1


def test_emptying_the_trash_gives_back_what_lay_in_it(project: Project, make_runs: MakeRuns) -> None:
    one, other = make_runs("linear", "mlp")
    for run in (one, other):
        project.save_tensors(run, "weights", {"a": np.zeros(10_000)}, {})
    assert project.empty_trash() == 0
    project.delete_run(one)
    assert project.empty_trash() > 80_000
    assert [run.id for run in project.runs()] == [other]
    assert project.load_tensors(other, "weights")[0]["a"].size == 10_000
    with pytest.raises(ProjectError, match="no run"):
        project.restore_run(one)
    project.delete_run(other)
    project.empty_trash()
    assert project.experiments() == ()
    assert list((project.path / "trash").iterdir()) == []


def test_a_running_run_is_not_deleted(project: Project, run: str) -> None:
    project.update_run(run, status="running")
    with pytest.raises(ProjectError, match="stop it first"):
        project.delete_run(run)
    assert project.run(run).deleted_at is None


def test_a_discarded_experiment_leaves_nothing(project: Project, make_runs: MakeRuns) -> None:
    kept, (run, other) = make_runs("linear"), make_runs("linear", "mlp")
    project.update_run(run, status="running")
    project.save_tensors(run, "weights", {"a": np.zeros(10)}, {})
    project.forget_experiment(project.run(run).experiment)
    assert [one.id for one in project.runs()] == list(kept)
    assert not project.run_folder(run).exists()
    assert list((project.path / "trash").iterdir()) == []
    with pytest.raises(ProjectError, match="no run"):
        project.save_tensors(other, "weights", {"a": np.zeros(10)}, {})
    assert not project.run_folder(other).exists()


def test_links_in_the_trash_are_removed_but_not_followed(project: Project, run: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    project.save_tensors(run, "weights", {"a": np.zeros(10)}, {})
    (project.run_folder(run) / "link").symlink_to(tmp_path / "mine")
    project.delete_run(run)
    (project.path / "trash" / "another").symlink_to(tmp_path / "mine")
    project.empty_trash()
    assert list((project.path / "trash").iterdir()) == []
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("action", ["delete_run", "restore_run"])
def test_a_move_that_was_killed_half_way_is_completed_at_the_next_opening(
    project: Project, table: PosteriorTable, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    project.save_posterior(table)
    if action == "restore_run":
        project.delete_run(table.source)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        getattr(project, action)(table.source)
    monkeypatch.undo()
    project.close()
    with Project.open(project.path) as opened:
        deleted = action == "delete_run"
        assert (opened.run(table.source).deleted_at is not None) == deleted
        assert opened.run_folder(table.source).exists() != deleted
        assert opened.posterior(table.source, "val").sample == table.sample
