"""Data sets, splits and known files survive the database."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from workbench.core.errors import ProjectError
from workbench.core.samples import Samples, Split
from workbench.store.project import FileFact, Project

MakeSamples = Callable[..., Samples]


def _assert_same(a: Samples, b: Samples) -> None:
    assert a.roots == b.roots
    assert (a.classes, a.paths, a.content) == (b.classes, b.paths, b.content)
    assert (a.metadata, a.skipped, a.warnings) == (b.metadata, b.skipped, b.warnings)
    for name in ("root", "target", "size_px", "fixed"):
        one, other = getattr(a, name), getattr(b, name)
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert np.array_equal(one, other)


def test_a_data_set_comes_back_as_it_was(project: Project, make_samples: MakeSamples) -> None:
    samples = make_samples()
    identity = project.add_dataset(samples, {"kind": "folder"})
    assert identity == samples.fingerprint()
    _assert_same(project.dataset(identity), samples)


def test_an_empty_data_set_comes_back_too(project: Project, make_samples: MakeSamples) -> None:
    empty = make_samples(
        paths=(),
        content=(),
        root=np.zeros(0, np.uint8),
        target=np.zeros(0, np.int32),
        size_px=np.zeros((0, 2), np.int32),
        fixed=np.zeros(0, np.int8),
        metadata={},
    )
    _assert_same(project.dataset(project.add_dataset(empty, {})), empty)


def test_a_data_set_added_twice_is_one_and_its_place_follows(
    project: Project, make_samples: MakeSamples, tmp_path: Path
) -> None:
    first = project.add_dataset(make_samples(), {"kind": "folder"})
    (tmp_path / "moved").mkdir()
    moved = make_samples(roots=(tmp_path / "moved",), skipped=())
    assert project.add_dataset(moved, {"kind": "folder"}) == first
    _assert_same(project.dataset(first), moved)


def test_pictures_that_moved_along_with_the_project_are_found(
    project: Project, make_samples: MakeSamples, tmp_path: Path
) -> None:
    sample = project.sample_home
    sample.mkdir()
    identity = project.add_dataset(make_samples(roots=(tmp_path / "pictures", sample)), {})
    project.close()
    (tmp_path / "elsewhere").mkdir()
    for name in ("project", "pictures"):
        shutil.move(tmp_path / name, tmp_path / "elsewhere" / name)
    with Project.open(tmp_path / "elsewhere" / "project") as moved:
        assert moved.dataset(identity).roots == (tmp_path / "elsewhere" / "pictures", moved.sample_home)


def test_a_data_set_that_is_not_there_is_said(project: Project, split: Split) -> None:
    with pytest.raises(ProjectError, match="no data set 'abc'"):
        project.dataset("abc")
    with pytest.raises(ProjectError, match="no data set 'abc'"):
        project.add_split("abc", split, {})


def test_a_split_comes_back_as_it_was(project: Project, make_samples: MakeSamples, split: Split) -> None:
    dataset = project.add_dataset(make_samples(), {})
    identity = project.add_split(dataset, split, {"seed": 0, "fractions": [0.7, 0.15, 0.15]})
    assert project.add_split(dataset, split, {"fractions": [0.7, 0.15, 0.15], "seed": 0}) == identity
    found = project.split(identity)
    assert found.part.dtype == np.int8
    assert np.array_equal(found.part, split.part)
    for name in ("group", "groups", "shared_groups", "duplicates", "sentence", "notes"):
        assert getattr(found, name) == getattr(split, name)
    with pytest.raises(ProjectError, match="no split 'abc'"):
        project.split("abc")


def test_the_same_parts_by_another_rule_are_another_split(
    project: Project, make_samples: MakeSamples, split: Split
) -> None:
    dataset = project.add_dataset(make_samples(), {})
    assert project.add_split(dataset, split, {"seed": 0}) != project.add_split(dataset, split, {"seed": 1})


def test_what_a_scan_found_is_remembered_per_root(project: Project, tmp_path: Path) -> None:
    one, two = tmp_path / "one", project.sample_home
    facts = [
        FileFact("cat/1.png", 10, 1_700_000_000_123_456_789, "a" * 32, 3, 4),
        FileFact("cat/\udce9.png", 11, 5, "b" * 32, 5, 6),
    ]
    project.remember_files(one, facts)
    project.remember_files(two, [FileFact("0/1.png", 1, 1, "c" * 32, 8, 8)])
    project.remember_files(one, [FileFact("cat/1.png", 12, 6, "d" * 32, 7, 8)])
    assert project.known_files(one) == {
        "cat/1.png": FileFact("cat/1.png", 12, 6, "d" * 32, 7, 8),
        "cat/\udce9.png": facts[1],
    }
    assert list(project.known_files(two)) == ["0/1.png"]
    assert project.known_files(tmp_path / "three") == {}
