"""Experiments and runs: names, changes, numbers, and who works on them."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from workbench.core.errors import ProjectError
from workbench.core.samples import Samples, Split
from workbench.store import owners
from workbench.store.project import KEPT, Metric, NewRun, Project

MakeSamples = Callable[..., Samples]
MakeRuns = Callable[..., tuple[str, ...]]


def test_all_runs_of_an_experiment_exist_queued_and_in_order(
    project: Project, make_samples: MakeSamples, split: Split
) -> None:
    dataset = project.add_dataset(make_samples(), {})
    dealt = project.add_split(dataset, split, {})
    new = [
        NewRun("spinal_shared", {"layers": 8}, 0, "spinal_shared"),
        NewRun("linear", {}, 1, "linear", parent="20250101-000000-linear-0"),
    ]
    experiment, runs = project.add_experiment("clothing", "name = 'clothing'", "abc", new)
    record = project.experiment(experiment)
    assert (record.runs, record.name, record.recipe_toml) == (runs, "clothing", "name = 'clothing'")
    assert (record.dataset, record.split) == ("", "")
    project.set_experiment_data(experiment, dataset, dealt)
    assert project.experiments()[0] == project.experiment(experiment)
    assert project.experiment(experiment).split == dealt
    found = [project.run(run) for run in runs]
    assert [(run.head, run.seed, run.status, run.ordinal) for run in found] == [
        ("spinal_shared", 0, "queued", 0),
        ("linear", 1, "queued", 1),
    ]
    assert found[0].head_options == {"layers": 8}
    assert found[1].parent == "20250101-000000-linear-0"


def test_run_names_are_safe_sortable_and_never_the_same(project: Project) -> None:
    heads = ("linear", "linear", "linear_2", "../../../etc", "CON", "Ünï!", "x" * 300, "linear")
    new = [NewRun(head, {}, 0, head) for head in heads]
    names = [run for _ in range(3) for run in project.add_experiment("a", "", "", new)[1]]
    assert len({name.casefold() for name in names}) == 24
    assert all(re.fullmatch(r"\d{8}-\d{6}-[a-z0-9_]{1,30}-0", name) for name in names)
    assert re.fullmatch(r"\d{8}-\d{6}-linear-0", names[0])
    assert names[0] < names[8] < names[16]


def test_runs_are_listed_newest_experiment_first(project: Project, make_runs: MakeRuns) -> None:
    old, new = make_runs("linear", "mlp"), make_runs("spinal", "linear")
    assert [run.id for run in project.runs()] == [*new, *old]


def test_a_run_is_found_by_the_beginning_of_its_name(project: Project, make_runs: MakeRuns) -> None:
    linear, mlp = make_runs("linear", "mlp")
    assert project.run(mlp[:-3]).id == mlp
    with pytest.raises(ProjectError, match=f"may be any of .*{linear}"):
        project.run(linear[:15])
    with pytest.raises(ProjectError, match=f"did you mean .*{linear}"):
        project.run(linear[:-1] + "7")
    with pytest.raises(ProjectError, match="no run ''"):
        project.run("")


def test_changes_of_a_run_come_back(project: Project, run: str) -> None:
    project.update_run(run, device="cuda:0", versions={"torch": "2.8"}, seconds={"fit": 1.5, "shared": True})
    project.update_run(
        run, parameters={"head": 3}, epochs_done=4, best_epoch=2, label_state=9, details={"t": 1}
    )
    found = project.run(run)
    assert (found.device, found.versions, found.parameters) == ("cuda:0", {"torch": "2.8"}, {"head": 3})
    assert found.seconds == {"fit": 1.5, "shared": True}
    assert (found.epochs_done, found.best_epoch, found.label_state, found.details) == (4, 2, 9, {"t": 1})
    with pytest.raises(AssertionError, match="seed"):
        project.update_run(run, seed=1)  # type: ignore[call-arg]
    with pytest.raises(ProjectError, match="no run 'abc'"):
        project.update_run("abc", device="cpu")


def test_a_run_belongs_to_this_process_while_it_runs(project: Project, run: str) -> None:
    project.update_run(run, status="running")
    me = owners.this_process()
    assert (project.run(run).host, project.run(run).pid) == (me.host, me.pid)
    assert project.mark_lost() == ()
    project.claim_run(run)  # once more does no harm
    project.update_run(run, status="finished")
    assert project.run(run).pid is None


_LEFT_RUNNING = """
import os, sys
from pathlib import Path
from workbench.store.project import Project
Project.open(Path(sys.argv[1])).update_run(sys.argv[2], status="running", epochs_done=3)
(Path(sys.argv[1]) / "runs" / sys.argv[2]).mkdir(parents=True)
(Path(sys.argv[1]) / "runs" / sys.argv[2] / "weights-0.part").touch()
os._exit(1)
"""


def test_a_run_whose_process_died_is_lost_when_the_project_is_opened_next(project: Project, run: str) -> None:
    project.close()
    subprocess.run([sys.executable, "-c", _LEFT_RUNNING, project.path, run], check=False)
    with Project.open(project.path) as opened:
        found = opened.run(run)
        assert (found.status, found.epochs_done, found.pid) == ("lost", 3, None)
        assert "resume" in found.message
        assert list(opened.run_folder(run).iterdir()) == []
        opened.claim_run(run)


_HOLD = """
import sys
from pathlib import Path
from workbench.store.project import Project
Project.open(Path(sys.argv[1])).update_run(sys.argv[2], status="running")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_run_that_another_program_trains_is_left_to_it(project: Project, run: str) -> None:
    command = [sys.executable, "-c", _HOLD, str(project.path), run]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with Project.open(project.path) as opened:
            assert opened.run(run).status == "running"
            for refused in (opened.claim_run, opened.delete_run):
                with pytest.raises(ProjectError, match=f"process {other.pid} on"):
                    refused(run)
            with pytest.raises(ProjectError, match=f"process {other.pid} on"):
                opened.forget_experiment(opened.run(run).experiment)
        other.kill()
        other.wait()
    assert project.mark_lost() == (run,)
    project.claim_run(run)


def test_a_process_with_the_same_number_but_another_start_is_another(
    project: Project, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = owners.this_process()
    former = owners.Owner(me.host, me.pid, me.started - 60)
    monkeypatch.setattr(owners, "this_process", lambda: former)
    project.update_run(run, status="running")
    assert project.mark_lost() == (run,)


def test_a_run_of_another_computer_is_lost_only_after_a_day_of_silence(
    project: Project, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = owners.Owner("another-computer", 1, 0.0)
    monkeypatch.setattr(owners, "this_process", lambda: elsewhere)
    project.update_run(run, status="running")
    assert project.mark_lost() == ()
    monkeypatch.setattr(owners, "FOREIGN_SILENCE_S", -1.0)
    assert project.mark_lost() == (run,)


def test_numbers_come_back_and_not_a_number_stays_so(project: Project, run: str) -> None:
    rows = [
        Metric(1, "val", "", "loss", 0.25),
        Metric(1, "val", "cat", "recall", math.nan),
        Metric(2, "val", "", "loss", math.inf),
        Metric(KEPT, "val", "", "accuracy", np.float32(0.5)),
    ]
    project.add_metrics(run, rows)
    project.add_metrics(run, [Metric(1, "val", "", "loss", 0.125)])
    found = {(m.epoch, m.class_name, m.name): m.value for m in project.metrics(run)}
    assert len(found) == 4
    assert found[1, "", "loss"] == 0.125
    assert math.isnan(found[1, "cat", "recall"])
    assert found[2, "", "loss"] == math.inf
    assert project.metrics(run, epoch=KEPT) == (rows[3],)
    assert project.kept_metrics() == {run: (rows[3],)}


def test_resuming_forgets_the_epochs_after_the_checkpoint(project: Project, make_runs: MakeRuns) -> None:
    one, other = make_runs("linear", "mlp")
    for run in (one, other):
        project.add_metrics(run, [Metric(epoch, "val", "", "loss", 1.0) for epoch in (KEPT, 1, 2, 3)])
    project.drop_metrics(one, after_epoch=2)
    assert [m.epoch for m in project.metrics(one)] == [1, 2]
    assert [m.epoch for m in project.metrics(other)] == [KEPT, 1, 2, 3]


def test_numbers_of_a_run_that_is_not_there_are_refused(project: Project) -> None:
    with pytest.raises(ProjectError, match="no run 'abc'"):
        project.add_metrics("abc", [Metric(1, "val", "", "loss", 1.0)])


def test_openings_of_a_test_set_are_counted_even_after_the_run_is_gone(project: Project, run: str) -> None:
    assert project.test_openings("t" * 32) == 0
    assert project.record_test_opening(run, "t" * 32) == 1
    assert project.record_test_opening(run, "other") == 1
    project.delete_run(run)
    project.empty_trash()
    assert project.record_test_opening("another run", "t" * 32) == 2
    assert project.test_openings("t" * 32) == 2


def test_what_is_not_there_is_said(project: Project) -> None:
    with pytest.raises(ProjectError, match="no experiment 'abc'"):
        project.experiment("abc")
    with pytest.raises(ProjectError, match=r"no run 'abc'.*workbench runs"):
        project.metrics("abc")
