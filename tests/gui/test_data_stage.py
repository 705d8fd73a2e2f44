"""The Data stage, on real files: what lies in the folder is what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QPushButton, QSpinBox, QTableWidget
from pytestqt.qtbot import QtBot

from tests.dropping import drop
from workbench.core.recipe import DataSettings, SplitSettings
from workbench.gui.data_bars import SplitLegend
from workbench.gui.services import Services
from workbench.gui.stages.data import DataStage
from workbench.gui.thumbnails import Thumbnails
from workbench.store.project import Project

MakePictures = Callable[[Path, dict[str, int]], Path]


@pytest.fixture
def stage(qtbot: QtBot, services: Services, tmp_path: Path) -> Iterator[DataStage]:
    services.project.show_project(Project.create(tmp_path / "project"))
    thumbnails = Thumbnails()
    made = DataStage(services, thumbnails)
    qtbot.addWidget(made)
    made.resize(1180, 640)
    made.show()
    yield made
    thumbnails.close()


def look(qtbot: QtBot, stage: DataStage, folder: Path, split: SplitSettings | None = None) -> None:
    with qtbot.waitSignal(stage.recipe_data_changed, timeout=20_000):
        stage.look_at(DataSettings(kind="folder", path=folder.as_posix()), split)


def text(stage: DataStage, name: str) -> str:
    return stage.findChild(QLabel, name).text()


def test_a_dropped_folder_is_reported(qtbot: QtBot, stage: DataStage, pictures: Path) -> None:
    with qtbot.waitSignal(stage.dropped) as caught:
        drop(stage.drop_zone, pictures)
    assert caught.args == [(pictures,)]


def test_the_bars_count_what_lies_in_the_folders(qtbot: QtBot, stage: DataStage, pictures: Path) -> None:
    look(qtbot, stage, pictures)
    counts = stage.overview.bars.counts
    assert {count.name: count.total for count in counts} == {"cat": 10, "dog": 8, "owl": 6}
    assert stage.view is not None
    assert sum(count.parts[0] for count in counts) == len(stage.view.split.indices(0))
    assert text(stage, "data_title") == "24 pictures, 3 classes"


def test_a_click_on_a_bar_shows_exactly_the_pictures_it_counts(
    qtbot: QtBot, stage: DataStage, pictures: Path
) -> None:
    look(qtbot, stage, pictures)
    bars = stage.overview.bars
    for class_name, part, number in (("dog", "", 8), ("cat", "train", bars.counts[0].parts[0])):
        bars.pictures_wanted.emit(class_name, part)
        shown = stage.overview.pictures.gallery.items
        assert len(shown) == number
        assert {item.target for item in shown} == {class_name}
        assert all(Path(item.file).is_file() for item in shown)
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(3, bars.height() - 5))
    assert {item.target for item in stage.overview.pictures.gallery.items} == {"owl"}


def test_the_table_says_the_same_as_the_bars(qtbot: QtBot, stage: DataStage, pictures: Path) -> None:
    look(qtbot, stage, pictures)
    table = stage.findChild(QTableWidget, "class_table")
    rows = [[table.item(row, column).text() for column in range(5)] for row in range(3)]
    assert rows == [
        [count.name, *(str(part) for part in count.parts), str(count.total)]
        for count in stage.overview.bars.counts
    ]


def test_editing_a_share_deals_anew_and_keeps_the_sum(qtbot: QtBot, stage: DataStage, pictures: Path) -> None:
    look(qtbot, stage, pictures)
    with qtbot.waitSignal(stage.recipe_data_changed, timeout=20_000):
        stage.findChild(QSpinBox, "share_test").setValue(50)
    assert stage.split_settings.fractions == (0.35, 0.15, 0.5)
    assert stage.view is not None
    assert len(stage.view.split.indices(2)) == 12
    assert "0.35" in text(stage, "split_sentence")


def test_another_seed_is_a_different_split(qtbot: QtBot, stage: DataStage, pictures: Path) -> None:
    look(qtbot, stage, pictures)
    before = stage.view.split.part.copy()
    with qtbot.waitSignal(stage.recipe_data_changed, timeout=20_000):
        stage.findChild(QSpinBox, "split_seed").setValue(7)
    assert stage.split_settings == SplitSettings(seed=7)
    assert (stage.view.split.part != before).any()


def test_a_table_beside_the_pictures_is_offered_and_its_groups_kept_together(
    qtbot: QtBot, stage: DataStage, pictures: Path
) -> None:
    lines = [
        f"{path.relative_to(pictures).as_posix()},p{i // 3}"
        for i, path in enumerate(sorted(pictures.rglob("*.png")))
    ]
    (pictures / "groups.csv").write_text("\n".join(["path,patient", *lines]))
    look(qtbot, stage, pictures)
    use = stage.findChild(QPushButton, "use_found_table")
    assert use.text() == "Use groups.csv"
    with qtbot.waitSignal(stage.recipe_data_changed, timeout=20_000):
        qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert stage.split_settings.group == "patient"
    assert text(stage, "split_leakage") == "0 of 8 groups shared between splits"
    assert stage.findChild(QComboBox, "split_group").currentText() == "patient"


def test_folders_that_fix_the_split_lock_the_shares_and_say_why(
    qtbot: QtBot, stage: DataStage, tmp_path: Path, make_pictures: MakePictures
) -> None:
    make_pictures(tmp_path / "set" / "train", {"a": 6, "b": 6})
    make_pictures(tmp_path / "set" / "val", {"a": 3, "b": 3})
    look(qtbot, stage, tmp_path / "set")
    share = stage.findChild(QSpinBox, "share_val")
    assert not share.isEnabled()
    assert "folders" in share.toolTip()
    assert share.value() == 33


def test_skipped_files_are_counted_by_kind_and_listed_with_reasons(
    qtbot: QtBot, stage: DataStage, pictures: Path
) -> None:
    (pictures / "cat" / "empty.png").touch()
    (pictures / "cat" / "notes.txt").write_text("hello")
    (pictures / "dog" / "torn.png").write_bytes((pictures / "dog" / "00.png").read_bytes()[:40])
    look(qtbot, stage, pictures)
    sentence = text(stage, "skipped_sentence")
    assert sentence.startswith("3 of 27 files were skipped:")
    assert "1 damaged" in sentence
    assert "1 empty" in sentence
    qtbot.mouseClick(stage.findChild(QPushButton, "show_skipped"), Qt.MouseButton.LeftButton)
    table = stage.findChild(QDialog, "skipped_dialog").findChild(QTableWidget)
    listed = {table.item(row, 0).text(): table.item(row, 2).text() for row in range(table.rowCount())}
    assert set(listed) == {"cat/empty.png", "cat/notes.txt", "dog/torn.png"}
    assert all(listed.values())


def test_one_class_shows_the_pictures_and_says_why_training_cannot_start(
    qtbot: QtBot, stage: DataStage, tmp_path: Path, make_pictures: MakePictures
) -> None:
    look(qtbot, stage, make_pictures(tmp_path / "one", {"only": 5}))
    assert "one class" in text(stage, "data_problem")
    train = stage.findChild(QPushButton, "go_to_train")
    assert not train.isEnabled()
    assert "one class" in train.toolTip()


@pytest.mark.parametrize("kind", ["missing", "without pictures"])
def test_a_folder_that_cannot_be_used_is_a_sentence_and_the_stage_stays_empty(
    qtbot: QtBot, stage: DataStage, services: Services, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "gone"
    if kind == "without pictures":
        folder.mkdir()
    with qtbot.waitSignal(services.messages.posted, timeout=20_000) as caught:
        stage.look_at(DataSettings(kind="folder", path=folder.as_posix()))
    assert "gone" in caught.args[0].text
    assert "Traceback" not in caught.args[0].text
    assert stage.drop_zone.isVisible()
    assert stage.view is None


def test_a_fault_after_a_good_look_keeps_what_was_shown(
    qtbot: QtBot, stage: DataStage, services: Services, pictures: Path
) -> None:
    look(qtbot, stage, pictures)
    with qtbot.waitSignal(services.messages.posted, timeout=20_000):
        stage.look_at(DataSettings(kind="folder", path="/nowhere/at/all"))
    assert stage.data_settings == DataSettings(kind="folder", path=pictures.as_posix())
    assert text(stage, "data_title") == "24 pictures, 3 classes"


def test_a_cancelled_look_leaves_the_stage_as_it_was(qtbot: QtBot, stage: DataStage, pictures: Path) -> None:
    stage.look_at(DataSettings(kind="folder", path=pictures.as_posix()))
    qtbot.mouseClick(stage.findChild(QPushButton, "cancel_scan"), Qt.MouseButton.LeftButton)
    assert stage.drop_zone.isVisible()
    look(qtbot, stage, pictures)
    assert stage.view is not None


def test_identical_copies_can_be_looked_at(qtbot: QtBot, stage: DataStage, pictures: Path) -> None:
    (pictures / "cat" / "copy.png").write_bytes((pictures / "cat" / "03.png").read_bytes())
    look(qtbot, stage, pictures)
    qtbot.mouseClick(stage.findChild(QPushButton, "show_copies"), Qt.MouseButton.LeftButton)
    assert {item.name for item in stage.overview.pictures.gallery.items} == {"cat/03.png", "cat/copy.png"}


def test_another_folder_shows_all_its_classes(
    qtbot: QtBot, stage: DataStage, tmp_path: Path, make_pictures: MakePictures
) -> None:
    look(qtbot, stage, make_pictures(tmp_path / "one", {"cat": 6}))
    assert text(stage, "data_title") == "6 pictures, 1 class"
    look(qtbot, stage, make_pictures(tmp_path / "many", {f"class {i}": 2 for i in range(7)}))
    bars = stage.overview.bars
    assert bars.height() >= 7 * bars.fontMetrics().height()


def test_a_split_in_the_legend_opens_its_pictures(qtbot: QtBot, stage: DataStage, pictures: Path) -> None:
    look(qtbot, stage, pictures)
    legend = stage.findChild(SplitLegend)
    at = next(x for x in range(legend.width()) if legend.part_at(x) == "val")
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton, pos=QPoint(at + 2, 4))
    shown = stage.overview.pictures.gallery.model()
    assert shown.rowCount() == len(stage.view.split.indices(1))
