"""Pictures of every stage of the real window, for people to look at; no test.

    python tests/gui/screenshots.py FOLDER [PICTURES] [--epochs 30]

drives the window offscreen on PICTURES (the packaged sample if none are named), trains three heads and
writes PNGs at one and two device pixels per logical pixel, light and dark, into FOLDER.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SIZE = (1280, 720)
TRAINING_S = 1800
SHOWN_EPOCH = 3  # of the picture while training


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("pictures", type=Path, nargs="?")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--project", type=Path, help="keep the project here and use it again")
    parser.add_argument("--ratio", type=int, choices=(1, 2))
    parser.add_argument("--scheme", choices=("light", "dark"))
    options = parser.parse_args()
    if options.ratio is None:
        return _all(options)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = str(options.ratio)
    options.folder.mkdir(parents=True, exist_ok=True)
    _drive(options)
    return 0


def _all(options: argparse.Namespace) -> int:
    """One process for each ratio and scheme: the scale of Qt is fixed when it starts."""
    with tempfile.TemporaryDirectory() as home:
        project = options.project or Path(home) / "project"
        for ratio in (1, 2):
            for scheme in ("light", "dark"):
                words = [sys.executable, __file__, str(options.folder)]
                words += [str(options.pictures)] if options.pictures else []
                words += ["--project", str(project), "--epochs", str(options.epochs)]
                words += ["--ratio", str(ratio), "--scheme", scheme]
                subprocess.run(words, check=True)
    return 0


def _drive(options: argparse.Namespace) -> None:
    from PySide6.QtWidgets import QApplication

    from workbench.core.recipe import DataSettings
    from workbench.gui import theme
    from workbench.gui.app import name_program
    from workbench.gui.main_window import MainWindow
    from workbench.gui.services import Services
    from workbench.store.project import Project

    app = QApplication.instance() or QApplication([])
    name_program()
    theme.apply(app, options.scheme)
    with tempfile.TemporaryDirectory() as home:
        services = Services.create(Path(home) / "settings.ini")
        window = MainWindow(services)
        window.resize(*SIZE)
        window.show()

        def wait(until: Callable[[], bool], at_most_s: float = 60) -> None:
            end = time.monotonic() + at_most_s
            while not until() and time.monotonic() < end:
                app.processEvents()
                time.sleep(0.005)
            assert until(), "this took too long"

        def settle(seconds: float = 1.0) -> None:
            end = time.monotonic() + seconds
            wait(lambda: time.monotonic() > end and services.background.is_idle)

        def shoot(name: str) -> None:
            settle()
            path = options.folder / f"{name}-{options.scheme}-{options.ratio}x.png"
            assert window.grab().save(str(path)), f"{path} cannot be written"
            print(path)

        shoot("0-empty")
        known = Project.is_project(options.project)
        window.opening.create(str(options.project))
        wait(lambda: services.project.project is not None)
        if not known:
            data = (
                DataSettings(kind="folder", path=options.pictures.as_posix())
                if options.pictures
                else DataSettings(kind="sample")
            )
            window.following.on_data_wanted(data, window.data_stage.split_settings)
        wait(lambda: window.data_stage.view is not None)
        shoot("1-data")
        window.data_stage.overview.show_class(window.data_stage.view.samples.classes[0], "val")
        window.data_stage.overview.pictures.gallery.choose(1)
        shoot("1-data-class")
        window.show_stage("train")
        shoot("2-train-before")
        if not known:
            window.actions_["train"].trigger()
            wait(
                lambda: any(run.epoch >= 3 for run in window.train_stage.monitor.progress.runs.values()),
                TRAINING_S,
            )
            shoot("2-train-running")
            wait(lambda: not window.controller.busy, TRAINING_S)
            settle()
            window.show_stage("train")
            shoot("2-train-after")
        window.show_stage("compare")
        shoot("3-compare")
        window.compare_stage.matrices.setFocus()
        wait(lambda: services.background.is_idle)
        window.commands.on_next_wrong()
        shoot("4-inspect")
        window.show_stage("export")
        shoot("5-export")
        window.commands.on_about_wanted()
        window.close()


if __name__ == "__main__":
    sys.exit(main())
