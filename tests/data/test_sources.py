"""Folders as users keep them: layouts, classes, test sets, and what is said about the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.core.errors import DataError
from workbench.core.recipe import DataSettings, SplitSettings
from workbench.core.samples import NO_SPLIT, TEST, TRAIN, VAL, Samples
from workbench.data.sources import open_data, training_problem
from workbench.data.splits import deal

Paint = Callable[..., Path]


def opened(path: Path, **more: str) -> Samples:
    settings = DataSettings(kind="folder", path=str(path), **more)
    return open_data(settings, sample_home=path / "unused")


def test_the_first_folder_is_the_class_however_deep_the_picture_lies(paint: Paint, tmp_path: Path) -> None:
    for name in ("tulip/1.png", "rose/2019/may/1.png", "rose/2.png", "Rose/1.png"):
        paint(name)
    samples = opened(tmp_path)
    assert samples.classes == ("Rose", "rose", "tulip")
    assert samples.paths == ("Rose/1.png", "rose/2.png", "rose/2019/may/1.png", "tulip/1.png")
    assert samples.target.tolist() == [0, 1, 1, 2]
    assert set(samples.fixed.tolist()) == {NO_SPLIT}
    assert samples.file(2) == tmp_path / "rose/2019/may/1.png"
    assert samples.size_px.tolist() == [[9, 7]] * 4


@pytest.mark.parametrize(
    "names", [("train", "val", "test"), ("Training", "VALID", "Testing"), ("train", "validation", "test")]
)
def test_train_val_and_test_folders_fix_the_split(
    paint: Paint, tmp_path: Path, names: tuple[str, str, str]
) -> None:
    for folder in names:
        for label in ("a", "b"):
            paint(f"{folder}/{label}/1.png")
    samples = opened(tmp_path)
    assert samples.classes == ("a", "b")
    by_folder = dict(zip([p.split("/")[0] for p in samples.paths], samples.fixed.tolist(), strict=True))
    assert by_folder == {names[0]: TRAIN, names[1]: VAL, names[2]: TEST}


def test_a_split_folder_beside_class_folders_is_an_error_that_explains(paint: Paint, tmp_path: Path) -> None:
    for name in ("train/a/1.png", "train/b/1.png", "extra/1.png"):
        paint(name)
    with pytest.raises(DataError, match=r"'train'.*'extra'.*only train, val and test"):
        opened(tmp_path)


def test_trains_may_be_told_from_cars(paint: Paint, tmp_path: Path) -> None:
    for name in ("train/1.png", "car/1.png"):
        paint(name)
    samples = opened(tmp_path)
    assert samples.classes == ("car", "train")
    assert any("Read as a class" in warning and "'train'" in warning for warning in samples.warnings)


def test_two_folders_for_one_split_are_an_error(paint: Paint, tmp_path: Path) -> None:
    for name in ("train/a/1.png", "val/a/1.png", "validation/a/1.png"):
        paint(name)
    with pytest.raises(DataError, match="both mean val"):
        opened(tmp_path)


def test_a_test_folder_without_a_train_folder_is_an_error(paint: Paint, tmp_path: Path) -> None:
    paint("test/a/1.png")
    with pytest.raises(DataError, match=r"it holds the folder.* none called 'train'"):
        opened(tmp_path)


def test_a_train_folder_full_of_torn_pictures_says_so(paint: Paint, tmp_path: Path) -> None:
    paint("test/a/1.png")
    paint("train/a/1.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    with pytest.raises(DataError, match="the train folder holds no readable picture"):
        opened(tmp_path)


def test_pictures_without_a_class_are_listed_beside_classes(paint: Paint, tmp_path: Path) -> None:
    for name in ("a/1.png", "b/1.png", "stray.png"):
        paint(name)
    samples = opened(tmp_path)
    assert len(samples) == 2
    assert [(skip.path, skip.kind) for skip in samples.skipped] == [("stray.png", "no class")]


def test_pictures_without_any_class_are_counted_and_told_what_to_do(paint: Paint, tmp_path: Path) -> None:
    for number in range(3):
        paint(f"{number}.png")
    with pytest.raises(DataError, match=r"3 pictures but no classes\. Put the pictures of each class"):
        opened(tmp_path)


def test_pictures_directly_in_split_folders_have_no_class(paint: Paint, tmp_path: Path) -> None:
    for name in ("train/1.png", "test/1.png"):
        paint(name)
    with pytest.raises(DataError, match="2 pictures but no classes"):
        opened(tmp_path)


def test_a_folder_without_pictures_says_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DataError, match=r"no readable pictures \(1 not a picture\)"):
        opened(tmp_path)
    (tmp_path / "letter.txt").unlink()
    with pytest.raises(DataError, match=r"no readable pictures\. Choose"):
        opened(tmp_path)


def test_a_path_that_vanished_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such folder"):
        opened(tmp_path / "gone")


def test_a_test_path_adds_samples_of_the_test_split_after_the_others(paint: Paint, tmp_path: Path) -> None:
    for name in ("fit/a/1.png", "fit/b/1.png", "check/a/0.png"):
        paint(name)
    samples = opened(tmp_path / "fit", test_path=str(tmp_path / "check"))
    assert samples.paths == ("a/1.png", "b/1.png", "a/0.png")
    assert samples.root.tolist() == [0, 0, 1]
    assert samples.fixed.tolist() == [NO_SPLIT, NO_SPLIT, TEST]
    assert samples.file(2) == tmp_path / "check" / "a" / "0.png"
    assert any("test set has no picture of the class 'b'" in warning for warning in samples.warnings)


def test_a_class_only_in_the_test_set_is_an_error(paint: Paint, tmp_path: Path) -> None:
    for name in ("fit/a/1.png", "fit/b/1.png", "check/a/0.png", "check/z/0.png"):
        paint(name)
    with pytest.raises(DataError, match=r"class 'z', of which there is no training picture.*'a', 'b'"):
        opened(tmp_path / "fit", test_path=str(tmp_path / "check"))


def test_a_test_set_from_two_sources_is_an_error(paint: Paint, tmp_path: Path) -> None:
    for name in ("fit/train/a/1.png", "fit/test/a/1.png", "check/a/0.png"):
        paint(name)
    with pytest.raises(DataError, match=r"has a test folder, and data\.test_path names another"):
        opened(tmp_path / "fit", test_path=str(tmp_path / "check"))


@pytest.mark.parametrize(("path", "test_path"), [("fit", "fit"), ("fit", "fit/a"), ("fit/a", "fit")])
def test_a_test_path_that_overlaps_the_training_folder_is_an_error(
    paint: Paint, tmp_path: Path, path: str, test_path: str
) -> None:
    paint("fit/a/1.png")
    with pytest.raises(DataError, match=r"same folder|inside one another"):
        opened(tmp_path / path, test_path=str(tmp_path / test_path))


def test_copies_that_folders_part_are_not_said_to_fall_into_one_split(paint: Paint, tmp_path: Path) -> None:
    for name, seed in (("train/a/1.png", 1), ("train/b/1.png", 2), ("test/a/1.png", 1), ("test/b/1.png", 3)):
        paint(name, seed=seed)
    assert opened(tmp_path).warnings == ("2 pictures have an identical copy",)


def test_copies_are_counted_and_copies_under_two_classes_are_named(paint: Paint, tmp_path: Path) -> None:
    for name, seed in (("a/1.png", 1), ("a/2.png", 1), ("b/1.png", 1), ("b/2.png", 2), ("b/3.png", 3)):
        paint(name, seed=seed)
    warnings = opened(tmp_path).warnings
    assert "3 pictures have an identical copy; copies always fall into one split" in warnings
    assert any(
        warning.startswith("Identical content under different classes: 1 picture,")
        and "a/2.png (a) and b/1.png (b)" in warning
        for warning in warnings
    )


def test_a_folder_in_which_nothing_is_readable_is_no_class_and_said(paint: Paint, tmp_path: Path) -> None:
    for name in ("a/1.png", "b/1.png"):
        paint(name)
    (tmp_path / "c").mkdir()
    samples = opened(tmp_path)
    assert samples.classes == ("a", "b")
    assert any("No readable picture lies in the folder 'c'" in warning for warning in samples.warnings)


def test_one_class_can_be_looked_at_but_not_trained_on(paint: Paint, tmp_path: Path) -> None:
    paint("cat/1.png")
    for number in (2, 3):
        paint(f"cat/{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    samples = opened(tmp_path)
    problem = training_problem(samples, deal(samples, SplitSettings()))
    assert problem.startswith(
        "There is only one class, 'cat', with 1 picture (2 of 3 files are damaged or empty)"
    )
    assert "telling apart takes two" in problem


def test_a_class_without_training_pictures_stands_in_the_way(paint: Paint, tmp_path: Path) -> None:
    for name in ("train/a/1.png", "train/a/2.png", "val/a/3.png", "val/b/1.png"):
        paint(name)
    samples = opened(tmp_path)
    assert "No training picture is left of the class 'b'" in training_problem(
        samples, deal(samples, SplitSettings())
    )


def test_two_classes_with_pictures_can_be_trained_on(paint: Paint, tmp_path: Path) -> None:
    for name in ("a/1.png", "b/1.png"):
        paint(name)
    samples = opened(tmp_path)
    assert training_problem(samples, deal(samples, SplitSettings())) == ""


def test_the_sample_is_drawn_once_and_reused(tmp_path: Path) -> None:
    home = tmp_path / "sample"
    settings = DataSettings(kind="sample")
    known: dict = {}
    samples = open_data(settings, home, known=known)
    assert samples.classes == tuple("0123456789")
    assert len(samples) == 1797
    assert samples.paths[0] == "0/0000.png"
    assert set(map(tuple, samples.size_px.tolist())) == {(64, 64)}
    assert samples.skipped == ()
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*.png")}
    again = open_data(settings, home, known=known)
    assert again.fingerprint() == samples.fingerprint()
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*.png")} == before
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]
