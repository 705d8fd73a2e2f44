"""Arrays of runs: kept whole or not at all, and checked when read."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from workbench.core.errors import ProjectError
from workbench.core.posterior import PosteriorTable
from workbench.store import database
from workbench.store.project import Project


def _files(project: Project, run: str) -> list[Path]:
    return sorted(project.run_folder(run).iterdir())


def test_a_posterior_table_comes_back_bit_for_bit(project: Project, table: PosteriorTable) -> None:
    project.save_posterior(table)
    found = project.posterior(table.source, "val")
    assert (found.sample, found.classes) == (table.sample, table.classes)
    assert (found.split, found.source, found.temperature) == ("val", table.source, 1.0)
    assert found.logits.dtype == np.float32
    assert found.logits.tobytes() == table.logits.tobytes()
    assert found.target.dtype == np.int64
    assert np.array_equal(found.target, table.target)


def test_an_empty_table_comes_back_too(project: Project, table: PosteriorTable) -> None:
    project.save_posterior(table.take(np.zeros(0, np.intp)))
    assert len(project.posterior(table.source, "val")) == 0


def test_a_table_that_is_not_there_is_said(project: Project, run: str) -> None:
    with pytest.raises(ProjectError, match="no posterior table of the test set"):
        project.posterior(run, "test")
    with pytest.raises(ProjectError, match="train set is stored; tables are kept of the validation set"):
        project.posterior(run, "train")


def test_arrays_of_every_shape_and_their_texts_come_back(project: Project, run: str) -> None:
    arrays = {
        "scalar": np.array(3, np.int64),
        "empty": np.zeros((0, 4), np.float16),
        "turned": np.arange(6.0).reshape(2, 3).T,
        "flags": np.array([True, False]),
        "names": np.array([["a", "\udce9"], ["", "ü"]]),
        "no names": np.zeros(0, np.str_),
        "one empty name": np.array([""]),
    }
    project.save_tensors(run, "checkpoint", arrays, {"epoch": "3"})
    found, meta = project.load_tensors(run, "checkpoint")
    assert meta == {"epoch": "3"}
    assert sorted(found) == sorted(arrays)
    for name, array in arrays.items():
        assert found[name].shape == array.shape
        assert found[name].dtype.kind == array.dtype.kind
        assert np.array_equal(found[name], array)
        assert found[name].flags.writeable  # torch warns of arrays it must not write to


def test_only_the_newest_arrays_of_a_name_stay(project: Project, run: str) -> None:
    assert not project.has_tensors(run, "checkpoint")
    for epoch in range(3):
        project.save_tensors(run, "checkpoint", {"a": np.full(4, epoch)}, {})
    project.save_tensors(run, "checkpoint", {"a": np.full(4, 2)}, {})
    project.save_tensors(run, "checkpoint-last", {"a": np.full(4, 7)}, {})
    assert project.load_tensors(run, "checkpoint")[0]["a"][0] == 2
    assert len(_files(project, run)) == 2
    project.drop_tensors(run, "checkpoint")
    project.drop_tensors(run, "checkpoint")
    assert not project.has_tensors(run, "checkpoint")
    assert len(_files(project, run)) == 1
    with pytest.raises(ProjectError, match="nothing is stored under 'checkpoint'"):
        project.load_tensors(run, "checkpoint")


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "link"])
def test_damaged_arrays_are_never_read(
    project: Project, table: PosteriorTable, tmp_path: Path, damage: str
) -> None:
    project.save_posterior(table)
    (file,) = _files(project, table.source)
    data = bytearray(file.read_bytes())
    if damage == "flip":
        data[-1] ^= 1
        file.write_bytes(data)
    elif damage == "cut":
        file.write_bytes(data[:-1])
    elif damage == "gone":
        file.unlink()
    else:
        (tmp_path / "elsewhere").write_bytes(file.read_bytes())
        file.unlink()
        file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProjectError, match=r"posterior-val-.*damaged"):
        project.posterior(table.source, "val")


def test_nothing_is_written_through_a_link_out_of_the_project(
    project: Project, run: str, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (project.path / "runs").mkdir(exist_ok=True)
    (project.path / "runs" / run).symlink_to(tmp_path / "outside")
    with pytest.raises(ProjectError, match="link that leads out of the project"):
        project.save_tensors(run, "weights", {"a": np.zeros(1)}, {})
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("run", ["../../outside", "/etc", "", "a/b", "a\\b"])
def test_a_run_folder_lies_inside_the_project(project: Project, run: str) -> None:
    with pytest.raises(ProjectError, match="cannot be the name of a run"):
        project.run_folder(run)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_arrays_before(
    project: Project, run: str, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    project.save_tensors(run, "checkpoint", {"a": np.zeros(3)}, {"epoch": "1"})
    before = _files(project, run)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(ProjectError, match="the disk is full"):
        project.save_tensors(run, "checkpoint", {"a": np.ones(3)}, {"epoch": "2"})
    monkeypatch.undo()
    assert _files(project, run) == before
    assert project.load_tensors(run, "checkpoint")[1] == {"epoch": "1"}


def test_a_new_file_that_the_database_never_learned_of_is_not_read(
    project: Project, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.save_tensors(run, "checkpoint", {"a": np.zeros(3)}, {"epoch": "1"})
    monkeypatch.setattr(database, "BUSY_S", 0.02)
    file = project.path / "workbench.db"
    with Project.open(project.path) as other, closing(sqlite3.connect(file)) as holder:
        holder.execute("BEGIN IMMEDIATE")  # so the file is written, and then the database is not
        with pytest.raises(ProjectError, match="busy"):
            other.save_tensors(run, "checkpoint", {"a": np.ones(3)}, {"epoch": "2"})
    assert len(_files(project, run)) == 2
    assert project.load_tensors(run, "checkpoint")[1] == {"epoch": "1"}
    project.save_tensors(run, "checkpoint", {"a": np.ones(3)}, {"epoch": "2"})
    assert len(_files(project, run)) == 1


_TRAIN = """
import sys
from pathlib import Path
import numpy as np
from workbench.store.project import Metric, Project
project = Project.open(Path(sys.argv[1]))
project.update_run(sys.argv[2], status="running")
for epoch in range(1, 1000):
    project.add_metrics(sys.argv[2], [Metric(epoch, "val", "", "loss", 1.0)])
    project.save_tensors(sys.argv[2], "checkpoint", {"a": np.full(100_000, epoch)}, {"epoch": str(epoch)})
    print(epoch, flush=True)
"""


def test_a_killed_training_keeps_every_epoch_it_had_completed(project: Project, run: str) -> None:
    project.close()
    for kill_at in (1, 4):
        command = [sys.executable, "-c", _TRAIN, str(project.path), run]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as training:
            assert training.stdout is not None
            for line in training.stdout:
                if int(line) == kill_at:
                    training.kill()
                    break
        with Project.open(project.path) as opened:
            assert opened.run(run).status == "lost"
            arrays, meta = opened.load_tensors(run, "checkpoint")
            assert int(meta["epoch"]) >= kill_at
            assert set(arrays["a"]) == {int(meta["epoch"])}
            assert max(m.epoch for m in opened.metrics(run)) >= int(meta["epoch"])
            assert len(_files(opened, run)) == 1
