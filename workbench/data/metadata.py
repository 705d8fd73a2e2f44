"""What a CSV says about pictures: for example the patient each comes from."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.core.errors import DataError
from workbench.core.samples import Samples, Skipped
from workbench.data.wording import counted, listed, pictures

PATH = "path"  # the column that names the picture, relative to the CSV's own folder


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    values: tuple[str, ...]  # in order of the columns


def read_metadata(samples: Samples, file: Path) -> Samples:
    """`samples` with the columns of `file`, and warnings about rows and pictures without a partner.

    Rows and pictures meet by where they lie on disk, so the CSV may stand above, in or beside the
    folder of pictures. Raises DataError naming the file and the line.
    """
    columns, rows = _table(file)
    names: list[tuple[str, ...]] = []
    used: set[str] = set()
    blank = ("",) * len(columns)
    real_roots = [os.path.realpath(root) for root in samples.roots]
    for root, path in zip(samples.root, samples.paths, strict=True):
        place = _place(real_roots[root], path)
        row = rows.get(place)
        if row is not None:
            used.add(place)
        names.append(blank if row is None else row.values)
    metadata = {column: tuple(row[i] for row in names) for i, column in enumerate(columns)}
    warnings = _warnings(samples, file, rows, used)
    skipped = tuple(skip for skip in samples.skipped if not _is(skip, file, real_roots))
    return replace(samples, metadata=metadata, skipped=skipped, warnings=(*samples.warnings, *warnings))


def _is(skip: Skipped, file: Path, real_roots: list[str]) -> bool:
    """Whether a skipped file is the table itself: named in the recipe, it is no stray."""
    place = _place(os.path.realpath(file.parent), file.name)
    return any(_place(root, skip.path) == place for root in real_roots)


def _warnings(samples: Samples, file: Path, rows: Mapping[str, _Row], used: set[str]) -> list[str]:
    unknown = len(rows) - len(used)
    # Placed by distinct file, as rows are: a sample and its row make one.
    bare = len(samples) - len(used)
    found = []
    if unknown:
        found.append(
            f"{file.name}: {unknown:,} of {counted(len(rows), 'row')} name no picture of this data set"
        )
    if bare:
        found.append(
            f"{file.name}: {pictures(bare)} of {len(samples):,} have no row; their metadata is empty"
        )
    return found


def _table(file: Path) -> tuple[tuple[str, ...], dict[str, _Row]]:
    """The columns besides `path`, and the rows by the place of the picture they name."""
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    rows: dict[str, _Row] = {}
    folder = os.path.realpath(file.parent)
    try:
        header = [name.strip() for name in next(reader, [])]
        at = _path_column(file, header)
        columns = tuple(name for i, name in enumerate(header) if i != at)
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise DataError(
                    f"{file}, line {reader.line_num}: {counted(len(cells), 'cell')} under "
                    f"{counted(len(header), 'column')}. Put texts that hold a comma into double quotes"
                )
            row = _Row(reader.line_num, tuple(cell.strip() for i, cell in enumerate(cells) if i != at))
            place = _place(folder, cells[at].strip())
            earlier = rows.setdefault(place, row)
            if earlier.values != row.values:
                raise DataError(
                    f"{file}, line {row.line}: says something else about {cells[at]!r} than line "
                    f"{earlier.line}. Keep one of the two rows"
                )
    except csv.Error as error:
        raise DataError(f"{file}, line {reader.line_num}: not a valid CSV row ({error}). Mend it") from None
    return columns, rows


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{file}: there is no such metadata file. Check data.metadata") from None
    except OSError as error:
        raise DataError(f"{file}: the metadata cannot be read: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"{file}, line {line}: not text in UTF-8. Save the table as CSV in UTF-8") from None


def _path_column(file: Path, header: list[str]) -> int:
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DataError(f"{file}, line 1: the column {listed(twice)} stands there twice. Rename one")
    if PATH not in header:
        if len(header) == 1 and ";" in header[0]:
            raise DataError(f"{file}, line 1: its columns are parted by ';'. Save it with commas instead")
        raise DataError(
            f"{file}, line 1: there is no column '{PATH}'; the columns are {listed(header)}. Name the column "
            f"'{PATH}' that holds each picture's path relative to this file"
        )
    return header.index(PATH)


def _place(folder: str, path: str) -> str:
    """One text for one file, however its path is written."""
    return os.path.normcase(os.path.normpath(os.path.join(folder, path)))
