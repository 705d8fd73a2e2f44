"""Stop in the middle, close the program, come back: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.experiment.conftest import recipe_for
from tests.stories.conftest import DRAWN_MS, TRAINED_MS
from workbench.core.recipe import Recipe
from workbench.experiment import run_experiment
from workbench.gui.main_window import MainWindow
from workbench.store.project import Project


def recipe(flowers: Path) -> Recipe:
    """The whole network learns, so that there is time to stop it."""
    return recipe_for(
        flowers,
        policy={"name": "everything"},
        heads=[{"name": "linear"}],
        training__epochs=6,
        training__learning_rate=0.001,
    )


def epochs_seen(window: MainWindow) -> int:
    """How far the run on screen is."""
    return max((run.epoch for run in window.train_stage.monitor.progress.runs.values()), default=0)


def test_a_run_that_was_left_goes_on_to_the_same_result(
    qtbot: QtBot, make_window: Callable[[], MainWindow], flowers: Path, tmp_path: Path
) -> None:
    with Project.create(tmp_path / "truth") as truth:
        whole = run_experiment(recipe(flowers), truth, lambda event: None)
        wanted = truth.posterior(whole.runs[0]["run"], "val")

    window = make_window()
    window.opening.create(str(tmp_path / "mine"))
    qtbot.waitUntil(lambda: window.services.project.project is not None, timeout=DRAWN_MS)
    project = window.services.project.project
    assert project is not None
    window.controller.start(recipe(flowers), project)
    qtbot.waitUntil(lambda: epochs_seen(window) >= 2, timeout=TRAINED_MS)
    with qtbot.waitSignal(window.controller.ended, timeout=TRAINED_MS):
        window.controller.leave()
    (left,) = project.runs()
    assert left.status == "paused"
    assert 1 <= left.epochs_done < 6
    window.close()

    again = make_window()
    again.opening.open(tmp_path / "mine")
    qtbot.waitUntil(lambda: again.services.project.project is not None, timeout=DRAWN_MS)
    reopened = again.services.project.project
    assert reopened is not None
    with qtbot.waitSignal(again.controller.ended, timeout=TRAINED_MS):
        again.controller.resume(left.id, reopened)
    found = reopened.posterior(left.id, "val")
    np.testing.assert_array_equal(found.logits, wanted.logits)


def test_stop_and_keep_best_leaves_a_measured_head(
    qtbot: QtBot, make_window: Callable[[], MainWindow], flowers: Path, tmp_path: Path
) -> None:
    window = make_window()
    window.opening.create(str(tmp_path / "mine"))
    qtbot.waitUntil(lambda: window.services.project.project is not None, timeout=DRAWN_MS)
    project = window.services.project.project
    assert project is not None
    window.controller.start(recipe(flowers), project)
    qtbot.waitUntil(lambda: epochs_seen(window) >= 1, timeout=TRAINED_MS)
    button = window.train_stage.findChild(QPushButton, "stop_and_keep")
    with qtbot.waitSignal(window.controller.ended, timeout=TRAINED_MS):
        button.click()
    (kept,) = project.runs()
    assert kept.status == "stopped"
    assert len(project.posterior(kept.id, "val")) > 0
