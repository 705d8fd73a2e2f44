"""The scan: what it finds, survives, skips and remembers."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.core.errors import DataError
from workbench.core.stopping import Interrupted, Stop
from workbench.data import index
from workbench.data.index import FileFacts, Scan, scan

Paint = Callable[..., Path]


def kinds(found: Scan) -> dict[str, str]:
    return {skip.path: skip.kind for skip in found.skipped}


def test_pictures_at_every_depth_are_found_in_code_point_order(paint: Paint, tmp_path: Path) -> None:
    for name in ("b/x.png", "B/x.png", "a/deep/er/x.png", "a-b/x.png", "ä/x.png", "top.png"):
        paint(name)
    found = scan(tmp_path)
    paths = [file.path for file in found.files]
    assert paths == sorted(paths)
    assert set(paths) == {"b/x.png", "B/x.png", "a/deep/er/x.png", "a-b/x.png", "ä/x.png", "top.png"}
    assert found.folders == ("B", "a", "a-b", "b", "ä")


def test_what_is_no_picture_is_listed_with_its_kind_and_the_rest_survives(
    paint: Paint, tmp_path: Path
) -> None:
    good = paint("cat/good.png", size=(31, 17))
    torn = paint("cat/torn.png", size=(40, 40))
    torn.write_bytes(torn.read_bytes()[:1500])
    (tmp_path / "cat" / "empty.jpg").touch()
    (tmp_path / "cat" / "notes.txt").write_text("mind the cat")
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    found = scan(tmp_path)
    assert kinds(found) == {
        "cat/empty.jpg": "empty",
        "cat/notes.txt": "not a picture",
        "cat/torn.png": "damaged",
        "table.csv": "not a picture",
    }
    assert next(s.reason for s in found.skipped if s.kind == "damaged") == "damaged: the file ends early"
    (only,) = found.files
    assert (only.path, only.width_px, only.height_px) == ("cat/good.png", 31, 17)
    assert only.bytes == good.stat().st_size


def test_files_that_systems_leave_behind_are_ignored_quietly(paint: Paint, tmp_path: Path) -> None:
    paint("cat/1.png")
    for name in (
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "cat/.DS_Store",
        "cat/._1.png",
        "__MACOSX/cat/._1.png",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"junk")
    paint(".thumbnails/1.png")
    found = scan(tmp_path)
    assert [file.path for file in found.files] == ["cat/1.png"]
    assert found.skipped == ()


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_links_out_of_the_folder_are_listed_and_never_followed(paint: Paint, tmp_path: Path) -> None:
    paint("data/cat/1.png")
    paint("elsewhere/secret.png")
    data = tmp_path / "data"
    (data / "cat" / "out.png").symlink_to(tmp_path / "elsewhere" / "secret.png")
    (data / "away").symlink_to(tmp_path / "elsewhere")
    (data / "nowhere.png").symlink_to(tmp_path / "gone.png")
    (data / "loop").symlink_to(data)
    (data / "cat" / "twin.png").symlink_to("1.png")
    (tmp_path / "data-beside").mkdir()
    (data / "beside").symlink_to(tmp_path / "data-beside")
    found = scan(data)
    assert [file.path for file in found.files] == ["cat/1.png", "cat/twin.png"]
    reasons = {skip.path: skip.reason for skip in found.skipped}
    assert set(reasons) == {"cat/out.png", "away", "nowhere.png", "loop", "beside"}
    assert "leads out of the folder" in reasons["cat/out.png"]
    assert "leads out of the folder" in reasons["away"]
    assert "leads out of the folder" in reasons["beside"]
    assert "a link to a folder" in reasons["loop"]
    assert "leads nowhere" in reasons["nowhere.png"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_does_not_hang_the_scan(paint: Paint, tmp_path: Path) -> None:
    paint("cat/1.png")
    os.mkfifo(tmp_path / "cat" / "pipe.png")
    assert kinds(scan(tmp_path)) == {"cat/pipe.png": "unreadable"}


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are Unicode there")
def test_a_name_that_is_no_text_is_listed(paint: Paint, tmp_path: Path) -> None:
    picture = paint("cat/1.png").read_bytes()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/cat/\xff.png")).write_bytes(picture)
    found = scan(tmp_path)
    assert len(found.files) == 1
    assert [(skip.path, skip.kind) for skip in found.skipped] == [("cat/\\udcff.png", "unreadable")]


def test_a_folder_that_may_not_be_opened_is_listed(
    paint: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint("cat/1.png")
    paint("locked/1.png")
    real = os.scandir

    def denying(path: str | os.PathLike[str]) -> object:
        if os.path.basename(path) == "locked":  # chmod would not stop an administrator
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    monkeypatch.setattr(index.os, "scandir", denying)
    found = scan(tmp_path)
    assert [file.path for file in found.files] == ["cat/1.png"]
    assert [(s.path, s.kind, s.reason) for s in found.skipped] == [
        ("locked", "unreadable", "the folder cannot be opened: Permission denied")
    ]


def test_a_folder_that_vanished_or_is_a_file_is_a_sentence(paint: Paint, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such folder"):
        scan(tmp_path / "gone")
    with pytest.raises(DataError, match="is a file"):
        scan(paint("a.png"))


def test_a_second_scan_reads_only_what_changed(
    paint: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = paint("cat/1.png"), paint("cat/2.png")
    known: dict[str, FileFacts] = {}
    before = scan(tmp_path, known=known)
    assert set(known) == {first.as_posix(), second.as_posix()}
    looked: list[str] = []
    look = index.look

    def counting(path: Path) -> object:
        looked.append(path.name)
        return look(path)

    monkeypatch.setattr(index, "look", counting)
    assert scan(tmp_path, known=known) == before
    assert looked == []
    paint("cat/2.png", seed=99)
    os.utime(second, ns=(1, 1))
    after = scan(tmp_path, known=known)
    assert looked == ["2.png"]
    assert after.files[0] == before.files[0]
    assert after.files[1].content != before.files[1].content


def test_a_stop_ends_the_scan_and_keeps_what_was_learned(paint: Paint, tmp_path: Path) -> None:
    for number in range(60):
        paint(f"cat/{number}.png")
    known: dict[str, FileFacts] = {}
    asked = 0

    def stop_later() -> Stop:
        nonlocal asked
        asked += 1
        return Stop.NO if asked <= 100 else Stop.LEAVE

    with pytest.raises(Interrupted) as caught:
        scan(tmp_path, stopped=stop_later, known=known)
    assert caught.value.wish is Stop.LEAVE
    assert 0 < len(known) < 60


def test_progress_ends_at_the_number_of_files(paint: Paint, tmp_path: Path) -> None:
    for number in range(5):
        paint(f"cat/{number}.png")
    seen: list[tuple[int, int]] = []
    scan(tmp_path, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (5, 5)
    assert all(done <= total or total == 0 for done, total in seen)
