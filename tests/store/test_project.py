"""Making, opening and refusing projects."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from workbench.core.errors import ProjectError
from workbench.store import database, disks
from workbench.store.project import Project


def _pragma(folder: Path, statement: str) -> object:
    with closing(sqlite3.connect(folder / "workbench.db")) as connection:
        row = connection.execute(f"PRAGMA {statement}").fetchone()
    return None if row is None else row[0]


def _forbid_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer as a read-only disk does, to the administrator too: SQLite cannot make its memory file."""
    access, connect = os.access, sqlite3.connect

    def connected(name: str, **options: object) -> sqlite3.Connection:
        if "immutable" not in name:
            raise sqlite3.OperationalError("unable to open database file")
        return connect(name, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
    monkeypatch.setattr(sqlite3, "connect", connected)


def test_a_new_project_can_be_opened_again_and_is_the_same(tmp_path: Path) -> None:
    with Project.create(tmp_path / "a" / "my project #1?") as made:
        identity = made.id
    with Project.open(tmp_path / "a" / "my project #1?") as opened:
        assert opened.id == identity
        assert opened.name == "my project #1?"
        assert not opened.read_only


def test_a_project_is_made_beside_what_already_lies_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text("name = 'x'")
    Project.create(tmp_path).close()
    assert (tmp_path / "recipe.toml").read_text() == "name = 'x'"
    assert Project.is_project(tmp_path)


def test_a_project_is_not_made_over_another(project: Project) -> None:
    with pytest.raises(ProjectError, match="is a Workbench project already"):
        Project.create(project.path)


@pytest.mark.parametrize("call", ["mkdir", "touch"])
def test_a_new_project_on_a_read_only_disk_asks_for_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refused(*args: object, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, call, refused)
    with pytest.raises(ProjectError, match=r"no project can be made there.*choose a folder you may write to"):
        Project.create(tmp_path)


def test_a_file_where_a_folder_is_needed_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(ProjectError, match=r"runs: is a file, and a folder is needed"):
        Project.create(tmp_path)
    assert not Project.is_project(tmp_path)


def test_open_or_create_does_what_is_needed(tmp_path: Path) -> None:
    with Project.open_or_create(tmp_path / "p") as made, Project.open_or_create(tmp_path / "p") as again:
        assert made.id == again.id


def test_a_creation_that_was_killed_can_be_repeated(tmp_path: Path) -> None:
    (tmp_path / "workbench.db").touch()  # what a process killed while creating leaves
    assert not Project.is_project(tmp_path)
    Project.create(tmp_path).close()
    assert Project.is_project(tmp_path)


def test_a_creation_that_fails_leaves_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.store.schema.MIGRATIONS", (("CREATE TABLE a (b)", "no SQL"),))
    with pytest.raises(sqlite3.OperationalError):
        Project.create(tmp_path / "p")
    assert list((tmp_path / "p").iterdir()) == []


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: None, "there is no such folder"),
        (lambda folder: folder.write_text(""), "is a file; a project is a folder"),
        (lambda folder: folder.mkdir(), "is no Workbench project"),
    ],
)
def test_what_is_no_project_is_said(tmp_path: Path, make: object, sentence: str) -> None:
    make(tmp_path / "p")  # type: ignore[operator]
    with pytest.raises(ProjectError, match=sentence):
        Project.open(tmp_path / "p")


@pytest.mark.parametrize(
    "contents", [b"Dear diary, today I wrote no database.\n" * 40, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path, contents: bytes) -> None:
    (tmp_path / "workbench.db").write_bytes(contents)
    with pytest.raises(ProjectError, match=r"workbench\.db is damaged"):
        Project.open(tmp_path)
    with pytest.raises(ProjectError, match="already"):
        Project.create(tmp_path)
    assert (tmp_path / "workbench.db").read_bytes() == contents


def test_a_database_cut_short_is_called_damaged(project: Project) -> None:
    project.close()
    file = project.path / "workbench.db"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(ProjectError, match="damaged"):
        Project.open(project.path)


def test_a_project_of_a_newer_version_is_refused_and_unchanged(project: Project) -> None:
    project.close()
    _pragma(project.path, "user_version = 7")
    before = (project.path / "workbench.db").read_bytes()
    for read_only in (False, True):
        with pytest.raises(ProjectError, match=r"newer version of Workbench \(schema 7, this one knows 1\)"):
            Project.open(project.path, read_only=read_only)
    assert (project.path / "workbench.db").read_bytes() == before


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "workbench.db")) as connection:
        connection.execute("CREATE TABLE songs (title)")
    with pytest.raises(ProjectError, match="belongs to another program"):
        Project.open(tmp_path)


def test_a_project_opened_read_only_reads_and_refuses_to_write(project: Project, run: str) -> None:
    with Project.open(project.path, read_only=True) as looking:
        assert looking.read_only
        assert looking.run(run).status == "queued"
        with pytest.raises(ProjectError, match=r"read-only here.*copy the project"):
            looking.set_setting("key", 1)
        with pytest.raises(ProjectError, match="read-only"):
            looking.save_tensors(run, "weights", {}, {})
        project.update_run(run, status="finished")  # it goes on beside a writer, and sees what that does
        assert looking.run(run).status == "finished"


def test_a_project_on_a_disk_that_cannot_be_written_opens_read_only(
    project: Project, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.close()
    before = sorted(entry.name for entry in project.path.iterdir())
    _forbid_writing(monkeypatch)
    with Project.open(project.path) as opened:
        assert opened.read_only
        assert opened.run(run).head == "linear"
        with pytest.raises(ProjectError, match="read-only"):
            opened.update_run(run, status="finished")
    assert sorted(entry.name for entry in project.path.iterdir()) == before


def test_unmerged_work_on_a_read_only_disk_is_not_overlooked(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.set_setting("key", 1)  # in the log, not yet in the database
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("workbench.db", "workbench.db-wal"):
        shutil.copyfile(project.path / name, copy / name)
    _forbid_writing(monkeypatch)
    with pytest.raises(ProjectError, match="ended unexpectedly"):
        Project.open(copy)
    monkeypatch.undo()
    with Project.open(copy) as mended:
        assert mended.setting("key") == 1


def test_a_local_project_uses_the_write_ahead_log_with_full_syncing(project: Project) -> None:
    project.close()
    assert _pragma(project.path, "journal_mode") == "wal"


def test_on_a_network_share_the_log_is_a_rollback_journal(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.close()
    _mount(monkeypatch, {"/": "ext4", str(project.path.parent): "nfs4", str(project.path / "runs"): "ext4"})
    with Project.open(project.path) as opened:
        opened.set_setting("key", 1)
        assert not (project.path / "workbench.db-wal").exists()
    assert _pragma(project.path, "journal_mode") == "delete"


def test_a_local_disk_below_a_network_share_is_local(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    _mount(monkeypatch, {str(project.path): "ext4", str(project.path.parent): "fuse.sshfs", "/": "nfs"})
    with Project.open(project.path) as opened:
        opened.set_setting("key", 1)
    assert _pragma(project.path, "journal_mode") == "wal"


def _mount(monkeypatch: pytest.MonkeyPatch, kinds: dict[str, str]) -> None:
    found = [SimpleNamespace(mountpoint=place, fstype=kind, opts="rw") for place, kind in kinds.items()]
    monkeypatch.setattr(disks.psutil, "disk_partitions", lambda all: found)


def test_a_full_disk_is_said_and_leaves_what_was_there(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.set_setting("before", 1)
    project.close()
    connect = sqlite3.connect

    def full(*arguments: object, **options: object) -> sqlite3.Connection:
        connection = connect(*arguments, **options)  # type: ignore[call-overload]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(sqlite3, "connect", full)
    with Project.open(project.path) as opened:
        with pytest.raises(ProjectError, match=r"the disk is full.*Free some space"):
            opened.set_setting("large", "x" * 100_000)
        assert opened.setting("before") == 1
        assert opened.setting("large") is None


def test_a_database_kept_busy_is_said(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.02)
    with (
        Project.open(project.path) as other,
        closing(sqlite3.connect(project.path / "workbench.db")) as holder,
    ):
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProjectError, match="busy"):
            other.set_setting("key", 1)
        holder.rollback()
        other.set_setting("key", 1)
        assert project.setting("key") == 1


def test_a_closed_project_says_so(project: Project) -> None:
    project.close()
    project.close()
    with pytest.raises(ProjectError, match="was closed"):
        project.runs()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps folders whose files are open")
def test_a_project_that_vanishes_is_told_and_not_written_into_the_void(project: Project) -> None:
    project.path.rename(project.path.with_name("elsewhere"))
    with pytest.raises(ProjectError, match="no longer there"):
        project.set_setting("key", 1)
    with pytest.raises(ProjectError, match="no longer there"):
        project.runs()
    assert not project.path.exists()


def test_settings_hold_plain_data(project: Project) -> None:
    assert project.setting("view/mistakes", "nothing") == "nothing"
    project.set_setting("view/mistakes", {"true": "cat", "predicted": ["dog"]})
    project.set_setting("view/mistakes", {"true": "dog"})
    assert project.setting("view/mistakes") == {"true": "dog"}


def test_space_used_counts_the_projects_files_and_no_others(project: Project) -> None:
    before = project.space_used()
    (project.cache / "features").mkdir(parents=True)
    (project.cache / "features" / "a.npy").write_bytes(b"x" * 5000)
    (project.path / "my pictures").mkdir()
    (project.path / "my pictures" / "a.png").write_bytes(b"x" * 9000)
    assert project.space_used() - before == 5000
