"""What the window remembers."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray
from pytestqt.qtbot import QtBot

from workbench.gui import settings as module
from workbench.gui.settings import MAX_RECENT, Settings


def test_settings_survive_a_restart(qtbot: QtBot, tmp_path: Path) -> None:
    first = Settings(tmp_path / "s.ini")
    first.scheme = "dark"
    first.add_recent(tmp_path / "a")
    first.keep_window(QByteArray(b"geometry"), QByteArray(b"layout"))
    first.sync()
    second = Settings(tmp_path / "s.ini")
    assert second.scheme == "dark"
    assert second.recent == (tmp_path / "a",)
    assert second.geometry == b"geometry"
    assert second.layout == b"layout"


def test_recent_projects_are_ten_the_newest_first_each_once(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.ini")
    for number in [*range(MAX_RECENT + 3), 5]:
        settings.add_recent(tmp_path / str(number))
    names = [path.name for path in settings.recent]
    assert names == ["5", "12", "11", "10", "9", "8", "7", "6", "4", "3"]


def test_a_layout_of_another_version_is_not_used(qtbot: QtBot, tmp_path: Path, monkeypatch) -> None:
    settings = Settings(tmp_path / "s.ini")
    settings.keep_window(QByteArray(b"g"), QByteArray(b"old docks"))
    monkeypatch.setattr(module, "LAYOUT_VERSION", module.LAYOUT_VERSION + 1)
    assert settings.layout.isEmpty()
    assert settings.geometry == b"g"


def test_nonsense_in_the_file_is_read_as_the_default(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "s.ini").write_text("[view]\nscheme=mauve\n")
    assert Settings(tmp_path / "s.ini").scheme == "system"
