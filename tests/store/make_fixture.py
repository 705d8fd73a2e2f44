"""Writes a small project with the present schema, to be kept as a fixture.

    python tests/store/make_fixture.py tests/store/fixtures/project_schema_1

Run it once for each schema, before the migration after it lands, and never again: the fixture stands
for the projects that people made with that version. A new schema extends `fill` and the test that
reads the fixtures.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np

from workbench.core.posterior import PosteriorTable
from workbench.core.samples import NO_SPLIT, Samples, Skipped, Split
from workbench.store.project import KEPT, Change, FileFact, Metric, NewRun, Project

RECIPE = 'name = "clothing"\n\n[data]\nkind = "folder"\npath = "/data/clothing"\n'
# SQLite's smallest page: a table costs at least one, and there are twenty.
PAGE_BYTES = 512


def fill(project: Project) -> None:
    """Put one of everything into `project`."""
    samples = Samples(
        roots=(Path("/data/clothing"),),
        classes=("cat", "dog"),
        paths=("cat/1.png", "cat/2.png", "dog/\udce9.png"),
        root=np.zeros(3, np.uint8),
        target=np.array([0, 0, 1], np.int32),
        content=("1" * 32, "2" * 32, "3" * 32),
        size_px=np.array([[30, 40], [50, 60], [70, 80]], np.int32),
        fixed=np.array([NO_SPLIT, 0, 1], np.int8),
        metadata={"patient": ("P1", "", "P2")},
        skipped=(Skipped("cat/torn.png", "damaged", "the file ends too early"),),
        warnings=("1 file was left out",),
    )
    dataset = project.add_dataset(samples, {"kind": "folder"})
    split = project.add_split(
        dataset,
        Split(np.array([0, 1, 1], np.int8), "patient", 2, 0, 0, "0.70 / 0.30 / 0.00, seed 0", ("a note",)),
        {"seed": 0},
    )
    project.remember_files(Path("/data/clothing"), [FileFact("cat/1.png", 123, 456, "1" * 32, 30, 40)])
    project.edit(dataset, "relabel", "Relabel 1 picture", [Change(0, "label", "dog")])
    project.edit(dataset, "exclude", "Exclude 1 picture", [Change(1, "excluded", "yes")])
    project.undo_last()
    new = [NewRun("linear", {}, 0, "linear"), NewRun("spinal", {"width": 20}, 1, "spinal", "an older run")]
    _, (run, _) = project.add_experiment("clothing", RECIPE, "f" * 32, new, dataset, split, {"study": "a"})
    project.add_metrics(
        run,
        [
            Metric(1, "val", "", "loss", 0.5),
            Metric(1, "val", "dog", "recall", float("nan")),
            Metric(KEPT, "val", "", "accuracy", 0.75),
        ],
    )
    project.save_posterior(
        PosteriorTable(
            sample=("cat/2.png", "dog/\udce9.png"),
            target=np.array([0, 1]),
            logits=np.array([[1.5, -0.5], [0.25, 0.125]], np.float32),
            classes=("cat", "dog"),
            split="val",
            source=run,
        )
    )
    project.save_tensors(run, "weights", {"head.bias": np.array([1.0, 2.0], np.float32)}, {"epoch": "1"})
    project.update_run(
        run,
        status="finished",
        started=1_790_000_000.0,
        ended=1_790_000_060.5,
        device="cpu",
        engine="torch",
        precision="float32",
        decoder="pillow",
        weights_sha256="a" * 64,
        piece=64,
        versions={"torch": "2.8"},
        parameters={"head": 6, "trainable": 6, "total": 100},
        seconds={"fit": 1.5, "shared": True},
        details={"kind": "plain"},
        epochs_done=1,
        best_epoch=1,
        label_state=3,
        message="all went well",
    )
    project.record_test_opening(run, "t" * 32)
    project.set_setting("view/mistakes", {"true": "cat"})


def main(folder: Path) -> None:
    """Write the fixture into `folder`, which must not hold a project."""
    with Project.create(folder) as project:
        fill(project)
    with closing(sqlite3.connect(folder / "workbench.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # the page size cannot change under WAL
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("VACUUM")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
