"""The gallery shows exactly the pictures it is given, and never stalls."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from workbench.gui import thumbnails as thumbnails_module
from workbench.gui.gallery import AHEAD, GalleryView
from workbench.gui.picture_panel import PicturePanel
from workbench.gui.picture_window import PictureWindow
from workbench.gui.selection import PictureItem, PictureList, SampleKey
from workbench.gui.services import Services
from workbench.gui.thumbnails import Thumbnails, read_picture

STALL_MS = 250  # generous: other work shares the machine; without laziness it is seconds


@pytest.fixture
def thumbnails(qtbot: QtBot) -> Iterator[Thumbnails]:
    made = Thumbnails()
    yield made
    made.close()


@pytest.fixture
def panel(qtbot: QtBot, services: Services, thumbnails: Thumbnails) -> PicturePanel:
    made = PicturePanel(thumbnails, services.selection, services.background)
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.show()
    return made


def items(count: int, folder: Path | None = None) -> list[PictureItem]:
    return [
        PictureItem(f"{i}.png", str((folder or Path("/nowhere")) / f"{i}.png"), "ab"[i % 2], "val")
        for i in range(count)
    ]


class Many(Sequence[PictureItem]):
    def __len__(self) -> int:
        return 100_000

    def __getitem__(self, index: int) -> PictureItem:  # type: ignore[override]
        return PictureItem(f"{index}", f"/nowhere/{index}.png", "cat", "train")


def test_the_count_says_how_many_of_how_many_and_which_split(panel: PicturePanel) -> None:
    panel.show_pictures(PictureList("true = a", items(17), 412))
    assert panel.findChild(QLabel, "picture_count").text() == "17 of 412 · val"
    assert [item.name for item in panel.gallery.items] == [f"{i}.png" for i in range(17)]


def test_the_chip_names_the_filter_and_removes_it(qtbot: QtBot, panel: PicturePanel) -> None:
    panel.show_pictures(PictureList("true = cat, predicted = dog (A linear)", items(3), 10))
    chip = panel.findChild(QPushButton, "filter_chip")
    assert "true = cat, predicted = dog (A linear)" in chip.text()
    with qtbot.waitSignal(panel.filter_removed):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)


def test_choosing_a_picture_selects_it_for_the_whole_window(panel: PicturePanel, services: Services) -> None:
    panel.show_pictures(PictureList("", items(4)))
    panel.gallery.choose(2)
    assert services.selection.sample == SampleKey("val", "2.png", "/nowhere/2.png")


def test_arrow_keys_move_and_space_opens_the_large_picture(qtbot: QtBot, panel: PicturePanel) -> None:
    panel.show_pictures(PictureList("", items(4)))
    panel.gallery.choose(0)
    qtbot.keyClick(panel.gallery, Qt.Key.Key_Right)
    assert panel.gallery.current is not None
    assert panel.gallery.current.name == "1.png"
    qtbot.keyClick(panel.gallery, Qt.Key.Key_Space)
    window = panel.findChild(PictureWindow)
    assert window.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert window.windowTitle() == "2.png"
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not window.isVisible()


def test_wrong_pictures_can_come_first(panel: PicturePanel) -> None:
    listed = [
        PictureItem("right.png", "", "a", "val", (("A", "a", True),)),
        PictureItem("wrong.png", "", "a", "val", (("A", "b", False),)),
    ]
    panel.show_pictures(PictureList("", listed))
    panel.findChild(QComboBox, "picture_order").setCurrentIndex(3)
    assert [item.name for item in panel.gallery.items] == ["wrong.png", "right.png"]


def test_a_filter_without_hits_says_so(panel: PicturePanel) -> None:
    panel.show_pictures(PictureList("true = owl", (), 10))
    assert not panel.gallery.isVisible()
    assert any("true = owl" in words.text() for words in panel.findChildren(QLabel) if words.isVisible())


def test_thumbnails_come_from_threads_the_visible_ones_only(
    qtbot: QtBot, thumbnails: Thumbnails, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def read(file: str, box_px: int) -> QImage:
        asked.append(file)
        image = QImage(8, 8, QImage.Format.Format_RGB888)
        image.fill(Qt.GlobalColor.red)
        return image

    monkeypatch.setattr(thumbnails_module, "read_picture", read)
    view = GalleryView(thumbnails)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show_items(Many())
    with qtbot.waitSignal(thumbnails.arrived):
        view.show()
    qtbot.waitUntil(lambda: thumbnails.get("/nowhere/0.png", _box(view)) is not None)
    assert len(set(asked)) <= 4 * 6 + AHEAD


def _box(view: GalleryView) -> int:
    from workbench.gui.gallery import BOX

    return round(BOX * view.devicePixelRatioF())


def test_a_hundred_thousand_pictures_scroll_without_a_stall(qtbot: QtBot, thumbnails: Thumbnails) -> None:
    view = GalleryView(thumbnails)
    qtbot.addWidget(view)
    view.resize(900, 600)
    late: list[float] = []
    last = [time.perf_counter()]
    timer = QTimer()
    timer.setInterval(5)

    def tick() -> None:
        now = time.perf_counter()
        late.append(1000 * (now - last[0]))
        last[0] = now

    timer.timeout.connect(tick)
    began = time.perf_counter()
    view.show_items(Many())
    view.show()
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 0)
    assert 1000 * (time.perf_counter() - began) < 4 * STALL_MS
    last[0] = time.perf_counter()
    timer.start()
    bar = view.verticalScrollBar()
    for step in range(20):
        bar.setValue(bar.value() + (50 if step < 10 else bar.maximum() // 12))
        qtbot.wait(10)
    timer.stop()
    assert max(late) < STALL_MS


def test_the_cache_keeps_to_its_bound(qtbot: QtBot, tmp_path: Path) -> None:
    files = []
    for number in range(12):
        file = tmp_path / f"{number}.png"
        Image.new("RGB", (50, 50), (number, 0, 0)).save(file)
        files.append(str(file))
    small = Thumbnails(cache_bytes=5 * 50 * 50 * 4)
    small.want(files, 50)
    qtbot.waitUntil(lambda: small.get(files[-1], 50) is not None)
    assert sum(small.get(file, 50) is not None for file in files) <= 5
    small.close()


def test_a_turned_photograph_is_shown_upright(tmp_path: Path) -> None:
    picture = Image.new("RGB", (60, 30), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    picture.save(tmp_path / "turned.jpg", exif=exif)
    shown = read_picture(str(tmp_path / "turned.jpg"), 30)
    assert (shown.width(), shown.height()) == (15, 30)


def test_kinds_of_files_that_qt_cannot_read_are_shown_as_training_sees_them(tmp_path: Path) -> None:
    Image.fromarray(np.linspace(0, 65535, 400).reshape(20, 20).astype(np.uint16)).save(tmp_path / "deep.tif")
    shown = read_picture(str(tmp_path / "deep.tif"), 20)
    assert not shown.isNull()
    assert shown.pixelColor(19, 19).red() > shown.pixelColor(0, 0).red() + 100


def test_a_damaged_file_is_no_picture_and_no_error(
    qtbot: QtBot, thumbnails: Thumbnails, tmp_path: Path
) -> None:
    (tmp_path / "torn.png").write_bytes(b"\x89PNG nothing more")
    file = str(tmp_path / "torn.png")
    thumbnails.want([file], 40)
    qtbot.waitUntil(lambda: thumbnails.get(file, 40) is not None)
    assert thumbnails.get(file, 40).isNull()


def test_tiny_pictures_keep_hard_pixels(tmp_path: Path) -> None:
    image = Image.new("L", (2, 1))
    image.putpixel((1, 0), 255)
    image.save(tmp_path / "two.png")
    shown = read_picture(str(tmp_path / "two.png"), 100)
    assert {shown.pixelColor(x, 10).red() for x in range(100)} == {0, 255}
