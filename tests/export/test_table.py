"""CSV files: exact numbers, safe cells, whole files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from workbench.core.errors import ProjectError
from workbench.core.posterior import PosteriorTable
from workbench.export.table import write_posterior_csv, write_predictions_csv


def table(samples: tuple[str, ...], classes: tuple[str, ...] = ("cat", "dog")) -> PosteriorTable:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(len(samples), len(classes))).astype(np.float32)
    target = np.arange(len(samples), dtype=np.int64) % len(classes)
    return PosteriorTable(samples, target, logits, classes, "val", "run")


def rows_of(path: Path) -> list[list[str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_posterior_table_has_the_promised_columns_and_exact_probabilities(tmp_path: Path) -> None:
    given = table(("cat/b.png", "cat/a, 1.png", "dog/ö.png"))
    write_posterior_csv(given, tmp_path / "out.csv")
    header, *rows = rows_of(tmp_path / "out.csv")
    assert header == ["sample", "target", "predicted", "cat", "dog"]
    assert [row[0] for row in rows] == list(given.sample)
    assert [row[1] for row in rows] == ["cat", "dog", "cat"]
    assert [row[2] for row in rows] == [given.classes[index] for index in given.predicted]
    np.testing.assert_array_equal([[float(cell) for cell in row[3:]] for row in rows], given.probability)


def test_predictions_have_their_extra_columns_last(tmp_path: Path) -> None:
    probability = np.array([[0.25, 0.75], [0.9, 0.1]])
    write_predictions_csv(
        tmp_path / "out.csv", ["x.png", "y.png"], probability, ("cat", "dog"), {"note": ["", "=1"]}
    )
    assert rows_of(tmp_path / "out.csv") == [
        ["sample", "predicted", "cat", "dog", "note"],
        ["x.png", "dog", "0.25", "0.75", ""],
        ["y.png", "cat", "0.9", "0.1", "'=1"],
    ]


def test_predictions_of_no_pictures_are_a_header(tmp_path: Path) -> None:
    write_predictions_csv(tmp_path / "out.csv", [], np.empty((0, 2)), ("cat", "dog"))
    assert rows_of(tmp_path / "out.csv") == [["sample", "predicted", "cat", "dog"]]


def test_names_that_a_spreadsheet_would_run_get_an_apostrophe_and_no_others(tmp_path: Path) -> None:
    names = ("=HYPERLINK(1).png", "+a", "-b", "@c", "\td", "plain=.png", "-1", "it's.png")
    write_posterior_csv(table(names, ("-1", "=x")), tmp_path / "out.csv")
    header, *rows = rows_of(tmp_path / "out.csv")
    assert header[3:] == ["-1", "'=x"]
    assert [row[0] for row in rows] == [
        "'=HYPERLINK(1).png", "'+a", "'-b", "'@c", "'\td", "plain=.png", "-1", "it's.png"
    ]  # fmt: skip
    assert {row[1] for row in rows} == {"-1", "'=x"}


def test_a_file_name_that_is_no_unicode_still_gives_a_readable_file(tmp_path: Path) -> None:
    write_posterior_csv(table(("caf\udce9.png",)), tmp_path / "out.csv")
    assert rows_of(tmp_path / "out.csv")[1][0] == r"caf\udce9.png"


def test_an_old_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("old")
    write_posterior_csv(table(("a.png",)), tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert rows_of(tmp_path / "out.csv")[0][0] == "sample"


def test_a_failure_midway_leaves_the_old_file_and_no_half_one(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("old")
    short = {"note": ["only one"]}
    with pytest.raises(IndexError):
        write_predictions_csv(tmp_path / "out.csv", ["x", "y"], np.full((2, 2), 0.5), ("a", "b"), short)
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert (tmp_path / "out.csv").read_text() == "old"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"there is no folder .*nowhere; create it"):
        write_posterior_csv(table(("a.png",)), tmp_path / "nowhere" / "out.csv")


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(ProjectError, match="this is a folder"):
        write_posterior_csv(table(("a.png",)), tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
