"""The command line with nothing made up: a small folder of pictures, trained, asked and misused."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cli.made_up import Said
from workbench.cli import main

RECIPE = """
name = "pets"
[data]
kind = "folder"
path = "pictures"
[backbone]
weights = "none"
image_size = 32
[[heads]]
name = "linear"
[[heads]]
name = "spinal_shared"
layers = 2
splits = 2
width = 4
[training]
epochs = 2
device = "cpu"
"""
PICTURES_PER_CLASS = 12


def workbench(*words: object) -> Said:
    """Carry out a command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(word) for word in words])
    return Said(status, out.getvalue(), err.getvalue())


def draw(folder: Path, count: int, grey: int) -> None:
    folder.mkdir(parents=True)
    random = np.random.default_rng(grey)
    for number in range(count):
        pixels = np.clip(random.normal(grey, 40, (20, 24, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")


@dataclass(frozen=True)
class Place:
    """A trained project, its recipe, and the events of its training."""

    folder: Path
    project: Path
    recipe: Path
    said: Said

    def ask(self, *words: object) -> Said:
        return workbench(*words, "--project", self.project)

    @property
    def runs(self) -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = self.said.lines[-1]["runs"]
        return runs


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("pets")
    draw(folder / "pictures" / "cat", PICTURES_PER_CLASS, 60)
    draw(folder / "pictures" / "dog", PICTURES_PER_CLASS, 190)
    recipe = folder / "pets.toml"
    recipe.write_text(RECIPE)
    said = workbench("train", recipe, "--project", folder / "project", "--json")
    assert said.status == 0, said.err
    return Place(folder, folder / "project", recipe, said)


def test_the_events_come_in_order_and_the_last_one_holds_every_run(place: Place) -> None:
    names = [line["event"] for line in place.said.lines]
    assert names[0] == "experiment_started"
    assert names[-1] == "experiment_ended"
    assert set(names) <= {
        *("experiment_started", "run_started", "stage_started", "stage_advanced", "step_done"),
        *("epoch_done", "watched_posteriors", "warned", "run_ended", "experiment_ended"),
    }
    for run in place.runs:
        of_run = [line for line in place.said.lines if line.get("run") == run["run"]]
        order = [
            line["event"] for line in of_run if line["event"] in ("run_started", "epoch_done", "run_ended")
        ]
        assert order == ["run_started", "epoch_done", "epoch_done", "run_ended"]
        assert [line["epoch"] for line in of_run if line["event"] == "epoch_done"] == [1, 2]
    shared = [
        line["stage"] for line in place.said.lines if line["event"] == "stage_started" and line["run"] is None
    ]
    assert shared == ["data", "features"], "features are computed once for all heads"


def test_each_run_object_has_the_documented_fields(place: Place) -> None:
    end = place.said.lines[-1]
    assert end["outcome"] == "finished"
    assert [run["head"] for run in end["runs"]] == ["linear", "spinal_shared"]
    for run in end["runs"]:
        assert {"run", "head", "seed", "status", "parameters", "metrics", "seconds"} <= set(run)
        assert (run["seed"], run["status"]) == (0, "finished")
        assert set(run["parameters"]) == {"head", "trainable", "total"}
        assert run["parameters"]["head"] == run["parameters"]["trainable"] < run["parameters"]["total"]
        assert {"data", "features", "fit", "predict", "total", "shared"} <= set(run["seconds"])
        assert run["seconds"]["shared"] is True
        val = run["metrics"]["val"]
        assert {"accuracy", "macro_f1", "log_loss", "ece", "per_class"} <= set(val)
        assert set(val["per_class"]) == {"cat", "dog"}
        for scores in val["per_class"].values():
            assert set(scores) == {"precision", "recall", "f1", "support"}
        assert set(run["metrics"]) == {"val"}, "no number of the test set before it is opened"
    assert end["runs"][0]["parameters"]["head"] == 1280 * 2 + 2


def test_runs_lists_them_newest_first_with_the_experiments_name(place: Place) -> None:
    (answer,) = place.ask("runs", "--json").lines
    listed = {run["run"]: run for run in answer["runs"]}
    for run in place.runs:
        assert listed[run["run"]]["name"] == "pets"
        assert listed[run["run"]]["parameters"] == run["parameters"]
    created = [run["created"] for run in answer["runs"]]
    assert created == sorted(created, reverse=True)


def test_the_posterior_has_one_row_per_validation_picture_in_sample_order(place: Place) -> None:
    file = place.folder / "posterior.csv"
    run = place.runs[0]
    assert place.ask("posterior", run["run"], "--csv", file).status == 0
    with file.open(encoding="utf-8", newline="") as lines:
        head, *rows = list(csv.reader(lines))
    assert head == ["sample", "target", "predicted", "cat", "dog"]
    n = sum(scores["support"] for scores in run["metrics"]["val"]["per_class"].values())
    assert len(rows) == n > 0
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert all(row[0].split("/")[0] == row[1] for row in rows)
    right = sum(row[1] == row[2] for row in rows)
    assert right / n == pytest.approx(run["metrics"]["val"]["accuracy"])
    for row in rows:
        probability = np.array(row[3:], dtype=float)
        assert probability.sum() == pytest.approx(1)
        assert ["cat", "dog"][int(probability.argmax())] == row[2]


def test_the_test_set_is_sealed_until_it_is_opened_and_every_opening_is_counted(place: Place) -> None:
    first, second = (run["run"] for run in place.runs)
    sealed = place.ask("posterior", first, "--split", "test", "--json")
    assert sealed.status == 2
    assert sealed.lines[-1]["event"] == "error"
    (before,) = (run for run in place.ask("runs", "--json").lines[0]["runs"] if run["run"] == first)
    assert (before["opened"], set(before["metrics"])) == (0, {"val"})
    (opened,) = place.ask("test", first, "--json").lines
    assert (opened["run"], opened["opened"]) == (first, 1)
    assert set(opened["metrics"]["test"]["per_class"]) == {"cat", "dog"}
    (again,) = place.ask("test", second, "--json").lines
    assert again["opened"] == 2, "counted for the test set, not for the run"
    assert place.ask("posterior", first, "--split", "test").status == 0


def test_compare_gives_metrics_with_intervals_and_the_pairs_difference(place: Place) -> None:
    ids = [run["run"] for run in place.runs]
    (answer,) = place.ask("compare", *ids, "--json").lines
    assert [run["run"] for run in answer["runs"]] == ids
    low, high = answer["runs"][0]["intervals"]["val"]["accuracy"]
    assert low <= answer["runs"][0]["metrics"]["val"]["accuracy"] <= high
    difference = next(found for found in answer["differences"] if found["metric"] == "accuracy")
    a, b = (run["metrics"]["val"]["accuracy"] for run in answer["runs"])
    assert difference["value"] == pytest.approx(b - a)
    assert difference["low"] <= difference["value"] <= difference["high"]


def test_predict_writes_a_row_for_every_picture_that_can_be_read(place: Place, tmp_path: Path) -> None:
    shutil.copytree(place.folder / "pictures" / "cat", tmp_path / "new" / "deep")
    (tmp_path / "new" / "torn.png").write_bytes((tmp_path / "new" / "deep" / "0.png").read_bytes()[:100])
    file = tmp_path / "answers.csv"
    (answer,) = place.ask("predict", place.runs[0]["run"], tmp_path / "new", "--csv", file, "--json").lines
    assert answer["pictures"] == PICTURES_PER_CLASS
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["sample"] for row in rows] == sorted(f"deep/{i}.png" for i in range(PICTURES_PER_CLASS))
    assert {row["predicted"] for row in rows} <= {"cat", "dog"}


def test_the_report_is_written_where_asked(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert place.ask("report", "--output", file).status == 0
    assert "spinal_shared" in file.read_text(encoding="utf-8")


def test_a_deleted_run_comes_back_from_the_trash_until_it_is_emptied(place: Place, tmp_path: Path) -> None:
    project = tmp_path / "copy"
    shutil.copytree(place.project, project)
    run = place.runs[0]["run"]

    def listed() -> set[str]:
        return {one["run"] for one in workbench("runs", "--json", "--project", project).lines[0]["runs"]}

    assert workbench("delete", run, "--project", project).status == 0
    assert run not in listed()
    assert workbench("delete", run, "--restore", "--project", project).status == 0
    assert run in listed()
    workbench("delete", run, "--project", project)
    (emptied,) = workbench("delete", "--empty", "--json", "--project", project).lines
    assert emptied["freed_bytes"] > 0
    assert workbench("delete", run, "--restore", "--project", project).status == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT between processes there")
def test_after_ctrl_c_the_whole_experiment_can_be_completed(place: Place, tmp_path: Path) -> None:
    project = tmp_path / "interrupted"
    words = ["train", str(place.recipe), "--project", str(project), "--json", "--set", "training.epochs=60"]
    with subprocess.Popen(
        [sys.executable, "-m", "workbench", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for text in process.stdout:
            lines.append(json.loads(text))
            if lines[-1]["event"] == "epoch_done" and lines[-1]["epoch"] == 2:
                process.send_signal(signal.SIGINT)
                break
        rest, err = process.communicate(timeout=120)
        lines += [json.loads(text) for text in rest.splitlines()]
    assert process.returncode == 130, err
    assert (lines[-1]["event"], lines[-1]["outcome"]) == ("experiment_ended", "stopped")
    planned = [run["run"] for run in lines[0]["runs"]]
    (listed,) = workbench("runs", "--project", project, "--json").lines
    assert {run["run"] for run in listed["runs"]} == set(planned), "all runs exist from the start"
    assert any(run["status"] != "finished" for run in listed["runs"])
    resumed = workbench("resume", planned[0], "--project", project, "--json")
    assert resumed.status == 0, resumed.err
    end = resumed.lines[-1]
    assert end["outcome"] == "finished"
    assert [(run["run"], run["status"]) for run in end["runs"]] == [(run, "finished") for run in planned]
    again = [
        line["epoch"] for line in resumed.lines if line["event"] == "epoch_done" and line["run"] == planned[0]
    ]
    assert 1 not in again, "epochs that were done are not done again"
    assert again[-1] == 60


def one_class(folder: Path) -> None:
    draw(folder / "pictures" / "cat", 3, 60)


def no_pictures(folder: Path) -> None:
    (folder / "pictures" / "cat").mkdir(parents=True)
    (folder / "pictures" / "cat" / "notes.txt").write_text("no picture")


def two_of_three_torn(folder: Path) -> None:
    draw(folder / "pictures" / "cat", 2, 60)
    draw(folder / "pictures" / "dog", 1, 190)
    for name in ("cat/1.png", "dog/0.png"):
        whole = (folder / "pictures" / name).read_bytes()
        (folder / "pictures" / name).write_bytes(whole[: len(whole) // 2])


def no_folder(folder: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (one_class, "cat"),
        (no_pictures, "pictures"),
        (two_of_three_torn, "cat"),
        (no_folder, "pictures"),
    ],
)
def test_unusable_pictures_are_a_sentence_and_leave_nothing_behind(
    prepare: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    prepare(tmp_path)
    (tmp_path / "r.toml").write_text(RECIPE)
    answer = workbench("train", tmp_path / "r.toml", "--project", tmp_path / "project", "--json")
    assert answer.status == 2
    assert answer.err.startswith("error: ")
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert answer.lines[-1]["event"] == "error"
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("training.epoch=3", "training.epoch: unknown key; did you mean 'epochs'?"),
        ("heads.1.width=wide", "heads.1.width: expected a whole number"),
        ("heads.0.name=linaer", "did you mean 'linear'?"),
        ("backbone.name=resnet81", "resnet"),
        ("training.device=cuda:7", "cuda"),
        ("backbone.weights=absent.pth", "absent.pth"),
        ("split.group=patient", "patient"),
    ],
)
def test_a_recipe_that_cannot_be_carried_out_names_the_place_and_the_fix(
    setting: str, said: str, place: Place, tmp_path: Path
) -> None:
    answer = workbench("train", place.recipe, "--project", tmp_path / "project", "--set", setting)
    assert answer.status == 2
    assert answer.err.startswith("error: ")
    assert said in answer.err
    assert not (tmp_path / "project").exists()


def test_weights_of_another_network_are_refused_and_never_replaced_by_random_ones(
    place: Place, tmp_path: Path
) -> None:
    from safetensors.numpy import save_file

    file = tmp_path / "other.safetensors"
    save_file({"layer9.weight": np.zeros((3, 3), dtype=np.float32)}, file)
    answer = workbench(
        "train", place.recipe, "--project", tmp_path / "project", "--set", f"backbone.weights={file}"
    )
    assert answer.status == 2
    assert "other.safetensors" in answer.err
    assert not (tmp_path / "project").exists()


def test_a_run_without_a_test_set_has_nothing_to_open(place: Place, tmp_path: Path) -> None:
    project = tmp_path / "project"
    trained = workbench(
        *("train", place.recipe, "--project", project, "--json"),
        *("--set", "split.fractions=[0.8, 0.2, 0]", "--set", 'heads=[{name="linear"}]'),
    )
    assert trained.status == 0, trained.err
    answer = workbench("test", trained.lines[-1]["runs"][0]["run"], "--project", project)
    assert answer.status == 2
    assert "test" in answer.err


def test_a_project_of_a_newer_version_is_refused_and_left_as_it_is(place: Place, tmp_path: Path) -> None:
    project = tmp_path / "newer"
    shutil.copytree(place.project, project)
    with contextlib.closing(sqlite3.connect(project / "workbench.db")) as database:
        database.execute("PRAGMA user_version = 9999")
    for words in (("runs",), ("train", place.recipe)):
        answer = workbench(*words, "--project", project)
        assert answer.status == 2
        assert "newer version" in answer.err
    with contextlib.closing(sqlite3.connect(project / "workbench.db")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (9999,)


def test_an_unknown_run_is_answered_with_what_there_is(place: Place) -> None:
    for words in (
        ("test", "nobody"),
        ("posterior", "nobody"),
        ("resume", "nobody"),
        ("compare", "nobody", "noone"),
    ):
        answer = place.ask(*words)
        assert answer.status == 2
        assert "nobody" in answer.err
