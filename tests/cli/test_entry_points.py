"""The program as it is started from a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def start(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, "-m", "workbench", *words],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display")
@pytest.mark.parametrize(("words", "platform"), [((), ""), (("gui",), "wayland;xcb")])
def test_without_a_display_the_window_says_so_and_qt_does_not_abort(
    tmp_path: Path, words: tuple[str, ...], platform: str
) -> None:
    ended = start(*words, folder=tmp_path, QT_QPA_PLATFORM=platform)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: there is no display")
    assert "workbench demo" in ended.stderr


def test_a_mistake_and_its_absence_end_with_the_documented_status(tmp_path: Path) -> None:
    assert start("heads", "linear", "--features", "8", "--classes", "2", folder=tmp_path).returncode == 0
    ended = start("runs", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: ")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end differently there")
def test_a_reader_that_stops_reading_is_no_fault(tmp_path: Path) -> None:
    program = f"{sys.executable} -m workbench heads --features 8 --classes 2 | true; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(
        ["bash", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert "Traceback" not in ended.stderr
    assert "BrokenPipe" not in ended.stderr
