"""Projects of earlier schemas open in this version, and a failed migration changes nothing."""

from __future__ import annotations

import math
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from workbench.core.errors import ProjectError
from workbench.core.samples import NO_SPLIT, Skipped
from workbench.store import schema
from workbench.store.project import KEPT, FileFact, Metric, Project

FIXTURES = Path(__file__).parent / "fixtures"
FIRST = schema.MIGRATIONS[0]


def _version(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "workbench.db")) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.fixture(params=range(1, len(schema.MIGRATIONS) + 1))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Project]:
    """A project that each schema's version of Workbench wrote, opened by this one."""
    stored = FIXTURES / f"project_schema_{request.param}"
    assert _version(stored) == request.param, "every schema has its fixture"
    shutil.copytree(stored, tmp_path / "old")
    with Project.open(tmp_path / "old") as opened:
        yield opened


def test_the_pictures_of_an_old_project_are_read(old: Project) -> None:
    experiment = old.experiments()[0]
    samples = old.dataset(experiment.dataset)
    assert samples.fingerprint() == experiment.dataset
    assert samples.paths == ("cat/1.png", "cat/2.png", "dog/\udce9.png")
    assert samples.target.tolist() == [0, 0, 1]
    assert samples.size_px.tolist() == [[30, 40], [50, 60], [70, 80]]
    assert samples.fixed.tolist() == [NO_SPLIT, 0, 1]
    assert samples.metadata == {"patient": ("P1", "", "P2")}
    assert samples.skipped == (Skipped("cat/torn.png", "damaged", "the file ends too early"),)
    assert samples.warnings == ("1 file was left out",)
    split = old.split(experiment.split)
    assert split.part.tolist() == [0, 1, 1]
    assert (split.group, split.groups, split.notes) == ("patient", 2, ("a note",))
    assert split.sentence == "0.70 / 0.30 / 0.00, seed 0"
    assert old.known_files(Path("/data/clothing")) == {
        "cat/1.png": FileFact("cat/1.png", 123, 456, "1" * 32, 30, 40)
    }


def test_the_runs_of_an_old_project_are_read(old: Project) -> None:
    experiment = old.experiments()[0]
    assert (experiment.name, experiment.details) == ("clothing", {"study": "a"})
    assert experiment.recipe_toml.startswith('name = "clothing"')
    linear, spinal = old.runs()
    assert experiment.runs == (linear.id, spinal.id)
    assert (linear.head, linear.status, linear.device, linear.piece) == ("linear", "finished", "cpu", 64)
    assert (linear.started, linear.ended) == (1_790_000_000.0, 1_790_000_060.5)
    assert linear.parameters == {"head": 6, "trainable": 6, "total": 100}
    assert (linear.seconds, linear.details) == ({"fit": 1.5, "shared": True}, {"kind": "plain"})
    assert (linear.epochs_done, linear.best_epoch, linear.label_state) == (1, 1, 3)
    assert (linear.weights_sha256, linear.message) == ("a" * 64, "all went well")
    assert (spinal.head_options, spinal.seed, spinal.parent) == ({"width": 20}, 1, "an older run")
    kept, *epochs = old.metrics(linear.id)
    assert kept == Metric(KEPT, "val", "", "accuracy", 0.75)
    assert [(m.class_name, m.name) for m in epochs] == [("", "loss"), ("dog", "recall")]
    assert math.isnan(epochs[1].value)
    table = old.posterior(linear.id, "val")
    assert table.sample == ("cat/2.png", "dog/\udce9.png")
    assert np.array_equal(table.logits, np.array([[1.5, -0.5], [0.25, 0.125]], np.float32))
    arrays, meta = old.load_tensors(linear.id, "weights")
    assert (arrays["head.bias"].tolist(), meta) == ([1.0, 2.0], {"epoch": "1"})


def test_the_edits_and_openings_of_an_old_project_are_read(old: Project) -> None:
    experiment = old.experiments()[0]
    assert old.overlay(experiment.dataset) == {0: {"label": "dog"}}
    assert [(e.kind, e.undone) for e in old.edits()] == [
        ("relabel", False),
        ("exclude", True),
        ("undo", False),
    ]
    assert old.redo_last() is not None
    assert old.overlay(experiment.dataset) == {0: {"label": "dog"}, 1: {"excluded": "yes"}}
    assert old.test_openings("t" * 32) == 1
    assert old.setting("view/mistakes") == {"true": "cat"}


def test_missing_migrations_are_applied_in_order_after_a_copy(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.set_setting("key", "kept")
    project.close()

    def third(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO later VALUES ((SELECT count(*) FROM settings))")

    second = ("CREATE TABLE later (found)", "INSERT INTO later VALUES ('second')")
    monkeypatch.setattr(schema, "MIGRATIONS", (FIRST, second, (third,)))
    with Project.open(project.path) as opened:
        assert opened.setting("key") == "kept"
    assert _version(project.path) == 3
    with closing(sqlite3.connect(project.path / "workbench.db")) as connection:
        assert connection.execute("SELECT found FROM later").fetchall() == [("second",), (1,)]
    copy = project.path / "workbench.db.schema-1"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT value FROM settings").fetchone() == ('"kept"',)
    with Project.create(project.path.parent / "new") as new:
        assert _version(new.path) == 3  # a new project has gone through all of them


@pytest.mark.parametrize(
    "broken",
    [
        ("DROP TABLE settings", "no SQL"),
        ("PRAGMA foreign_keys = OFF", "DELETE FROM experiments"),  # leaves runs without their experiment
    ],
)
def test_a_migration_that_fails_leaves_the_database_as_it_was(
    project: Project, run: str, monkeypatch: pytest.MonkeyPatch, broken: tuple[str, ...]
) -> None:
    project.set_setting("key", "kept")
    project.close()
    before = (project.path / "workbench.db").read_bytes()
    monkeypatch.setattr(schema, "MIGRATIONS", (FIRST, ("CREATE TABLE later (found)",), broken))
    with pytest.raises(ProjectError, match="left as it was"):
        Project.open(project.path)
    assert (project.path / "workbench.db").read_bytes() == before
    monkeypatch.undo()
    with Project.open(project.path) as opened:
        assert opened.setting("key") == "kept"
        assert opened.run(run).head == "linear"


def test_an_old_project_that_cannot_be_written_says_what_to_do(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.close()
    monkeypatch.setattr(schema, "MIGRATIONS", (FIRST, ("CREATE TABLE later (found)",)))
    with pytest.raises(ProjectError, match=r"older version.*read-only here; copy it"):
        Project.open(project.path, read_only=True)
    assert _version(project.path) == 1
