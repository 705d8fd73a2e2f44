"""The metadata table: how its rows meet the pictures, and what is said when they do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.core.errors import DataError
from workbench.core.recipe import DataSettings
from workbench.core.samples import Samples
from workbench.data.sources import open_data

Paint = Callable[..., Path]
TABLE = "path,patient,site\nfit/a/1.png,p1,Ulm\nfit/b/1.png,p2,\n"


@pytest.fixture
def folder(paint: Paint, tmp_path: Path) -> Path:
    for name in ("fit/a/1.png", "fit/b/1.png"):
        paint(name)
    return tmp_path


def opened(folder: Path, table: str | bytes, path: str = "fit", name: str = "groups.csv") -> Samples:
    file = folder / name
    file.write_bytes(table.encode() if isinstance(table, str) else table)
    settings = DataSettings(kind="folder", path=str(folder / path), metadata=str(file))
    return open_data(settings, sample_home=folder / "unused")


def test_columns_become_metadata_of_the_pictures(folder: Path) -> None:
    samples = opened(folder, TABLE)
    assert samples.metadata == {"patient": ("p1", "p2"), "site": ("Ulm", "")}
    assert samples.warnings == ()


@pytest.mark.parametrize("written", ["./a/1.png", "../fit/a/1.png", "b/../a/1.png"])
def test_paths_are_relative_to_the_table_however_they_are_written(folder: Path, written: str) -> None:
    samples = opened(folder, f"patient,path\np1,{written}\np2,b/1.png\n", name="fit/groups.csv")
    assert samples.metadata == {"patient": ("p1", "p2")}


def test_the_table_itself_is_not_listed_as_skipped(folder: Path) -> None:
    assert opened(folder, "path,patient\na/1.png,p1\nb/1.png,p2\n", name="fit/groups.csv").skipped == ()


def test_rows_and_pictures_without_a_partner_are_counted(folder: Path) -> None:
    samples = opened(folder, "path,patient\nfit/a/1.png,p1\nfit/a/9.png,p1\nfit/a/8.png,p1\n")
    assert samples.metadata == {"patient": ("p1", "")}
    assert samples.warnings == (
        "groups.csv: 2 of 3 rows name no picture of this data set",
        "groups.csv: 1 picture of 2 have no row; their metadata is empty",
    )


def test_a_spreadsheets_byte_order_mark_and_line_ends_do_no_harm(folder: Path) -> None:
    table = '\ufeffpath,patient\r\nfit/a/1.png,"Müller, Ä."\r\n\r\nfit/b/1.png,p2\r\n'
    assert opened(folder, table).metadata == {"patient": ("Müller, Ä.", "p2")}


def test_a_row_that_stands_twice_is_fine_until_it_contradicts_itself(folder: Path) -> None:
    twice = TABLE + "fit/a/1.png,p1,Ulm\n"
    assert opened(folder, twice).metadata["patient"] == ("p1", "p2")
    with pytest.raises(
        DataError, match=r"groups\.csv, line 4: says something else about 'fit/a/1.png' than line 2"
    ):
        opened(folder, TABLE + "fit/a/1.png,p7,Ulm\n")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            "file,patient\nfit/a/1.png,p1\n",
            r"line 1: there is no column 'path'; the columns are 'file', 'patient'",
        ),
        ("path;patient\nfit/a/1.png;p1\n", r"line 1: its columns are parted by ';'"),
        ("path,patient,patient\n", r"line 1: the column 'patient' stands there twice"),
        ("path,patient\nfit/a/1.png,p1,p2\n", r"line 2: 3 cells under 2 columns"),
        (b"path,patient\nfit/a/1.png,p1\nfit/b/1.png,M\xfcller\n", r"line 3: not text in UTF-8"),
        ('path,patient\nfit/a/1.png,"p1\n', r"line 2: not a valid CSV row"),
        ("", r"line 1: there is no column 'path'"),
    ],
)
def test_a_faulty_table_names_its_file_and_line(folder: Path, table: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=r"groups\.csv, " + message):
        opened(folder, table)


def test_a_table_that_is_not_there_is_a_sentence(folder: Path) -> None:
    settings = DataSettings(kind="folder", path=str(folder / "fit"), metadata=str(folder / "gone.csv"))
    with pytest.raises(DataError, match=r"gone\.csv: there is no such metadata file"):
        open_data(settings, sample_home=folder / "unused")
