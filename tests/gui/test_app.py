"""The program starts, imports the heavy parts after its window stands, and ends in order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import experiment

PROGRAM = """
import sys, threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from workbench import experiment
from workbench.gui import app

seen = []

def warm_up():
    window = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main_window")
    seen.append((window.isVisible(), threading.current_thread() is threading.main_thread()))
    {fault}

experiment.warm_up = warm_up
experiment.doctor = lambda project: {{"devices": [{{"name": "cpu"}}]}}
application = QApplication([])

def look():
    window = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main_window")
    device, notices = window.status.findChild(object, "status_device").text(), window.notices.notices
    if device or notices:
        timer.stop()
        print(seen, repr(device), [notice.text for notice in notices])
        window.close()

timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
sys.exit(app.main())
"""


def start(home: Path, fault: str = "pass") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(fault=fault)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
    )


def test_the_heavy_imports_follow_the_window_in_a_thread_of_their_own(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[(True, False)] 'cpu' []"


def test_a_fault_while_importing_is_a_notice_and_the_window_lives(tmp_path: Path) -> None:
    done = start(tmp_path, "raise RuntimeError('libtorch is broken')")
    assert done.returncode == 0, done.stderr
    assert "Something went wrong" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the places differ")
def test_the_log_is_kept_where_logs_belong(tmp_path: Path) -> None:
    assert start(tmp_path).returncode == 0
    assert list((tmp_path / "state").rglob("window.log"))
    assert list((tmp_path / "state").rglob("crash.txt"))


def test_what_the_window_imports_ahead_is_there() -> None:
    experiment.warm_up()
    assert "workbench.training.loop" in sys.modules
