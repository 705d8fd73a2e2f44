from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtCore import QEventLoop, QTimer

from workbench.core.errors import DataError
from workbench.core.events import ExperimentEnded, ExperimentStarted, StepDone
from workbench.core.stopping import Stop
from workbench.gui.keep_awake import KeepAwake, command
from workbench.gui.run_controller import RunController

ACKNOWLEDGED_S = 0.3  # the promise made to users


def ended(outcome="finished"):
    return ExperimentEnded("e", outcome, ())


def wait_for_end(qtbot, controller):
    with qtbot.waitSignal(controller.ended, timeout=5000) as blocker:
        pass
    return blocker.args[0]


@pytest.fixture
def controller_of(qapp):
    made = []

    def make(work):
        controller = RunController(work=work, resume_work=work)
        made.append(controller)
        return controller

    yield make
    for controller in made:
        controller.close()


def until_told(outcome_of):
    """Work that asks at once and again until it is told to end."""

    def work(recipe, project, emit, stopped):
        while True:
            wish = stopped()
            if wish is not Stop.NO:
                outcome_of.append(wish)
                return ended("stopped")
            threading.Event().wait(0.001)

    return work


def test_events_arrive_in_order_and_the_end_comes_last(qtbot, controller_of):
    def work(recipe, project, emit, stopped):
        emit(ExperimentStarted("e", recipe, ()))
        for step in range(1, 4):
            emit(StepDone("r", 1, step, 3, 0.5, 0.1))
        return ended()

    controller, seen = controller_of(work), []
    controller.events_arrived.connect(seen.extend)
    controller.start("recipe", None)
    assert wait_for_end(qtbot, controller).outcome == "finished"
    assert isinstance(seen[0], ExperimentStarted)
    assert [event.step for event in seen[1:]] == [1, 2, 3]
    assert not controller.busy
    assert controller.state == "idle"


def test_twenty_thousand_events_come_in_few_lists_and_do_not_block(qtbot, controller_of):
    flood = 20_000

    def work(recipe, project, emit, stopped):
        for step in range(flood):
            emit(StepDone("r", 1, step, flood, 0.5, 0.1))
        return ended()

    controller, lists = controller_of(work), []
    controller.events_arrived.connect(lists.append)
    beginning = time.perf_counter()
    controller.start("recipe", None)
    wait_for_end(qtbot, controller)
    assert sum(map(len, lists)) == flood
    assert len(lists) < 60
    assert time.perf_counter() - beginning < 2


def test_a_pause_is_acknowledged_at_once_and_holds_until_go_on(qtbot, controller_of):
    wishes, states = [], []
    controller = controller_of(until_told(wishes))
    controller.state_changed.connect(states.append)
    controller.start("recipe", None)
    beginning = time.perf_counter()
    controller.pause()
    assert states[-1] == "pausing"
    assert time.perf_counter() - beginning < ACKNOWLEDGED_S
    qtbot.waitUntil(lambda: controller.state == "paused", timeout=2000)
    assert controller.busy
    controller.go_on()
    assert controller.state == "running"
    controller.stop_and_keep()
    assert controller.state == "stopping"
    wait_for_end(qtbot, controller)
    assert wishes == [Stop.KEEP]


@pytest.mark.parametrize(
    ("verb", "wish"),
    [("stop_and_keep", Stop.KEEP), ("discard", Stop.DISCARD), ("leave", Stop.LEAVE)],
)
def test_each_way_to_end_reaches_a_paused_worker(qtbot, controller_of, verb, wish):
    wishes = []
    controller = controller_of(until_told(wishes))
    controller.start("recipe", None)
    controller.pause()
    qtbot.waitUntil(lambda: controller.state == "paused", timeout=2000)
    getattr(controller, verb)()
    wait_for_end(qtbot, controller)
    assert wishes == [wish]


def test_an_error_the_user_can_mend_ends_with_its_message(qtbot, controller_of):
    def work(recipe, project, emit, stopped):
        raise DataError("pictures: only one class was found; add a second folder")

    controller, bugs = controller_of(work), []
    controller.bug_found.connect(bugs.append)
    controller.start("recipe", None)
    end = wait_for_end(qtbot, controller)
    assert end.outcome == "failed"
    assert end.message == "pictures: only one class was found; add a second folder"
    assert bugs == []


def test_a_bug_is_reported_with_its_traceback(qtbot, controller_of):
    def work(recipe, project, emit, stopped):
        return 1 / 0

    controller, bugs = controller_of(work), []
    controller.bug_found.connect(bugs.append)
    controller.start("recipe", None)
    end = wait_for_end(qtbot, controller)
    assert end.outcome == "failed"
    assert "ZeroDivisionError" in end.message
    assert "return 1 / 0" in bugs[0]


def test_closing_joins_the_worker_and_leaves_the_run_resumable(qtbot, controller_of):
    wishes = []
    controller = controller_of(until_told(wishes))
    controller.start("recipe", None)
    controller.pause()
    controller.close()
    assert wishes == [Stop.LEAVE]
    assert not [thread for thread in threading.enumerate() if thread.name == "training"]


def test_a_second_experiment_can_follow_the_first(qtbot, controller_of):
    seen = []

    def work(recipe, project, emit, stopped):
        seen.append((recipe, project, stopped()))
        return ended()

    controller = controller_of(work)
    controller.start("one", "p")
    wait_for_end(qtbot, controller)
    controller.resume("run-2", "p")
    wait_for_end(qtbot, controller)
    assert seen == [("one", "p", Stop.NO), ("run-2", "p", Stop.NO)]


def test_the_window_stays_alive_while_the_worker_computes(qtbot, controller_of):
    def work(recipe, project, emit, stopped):
        for step in range(2000):
            emit(StepDone("r", 1, step, 2000, sum(range(200)) / 1e5, 0.1))
        return ended()

    ticks = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start(5)
    controller = controller_of(work)
    controller.start("recipe", None)
    wait_for_end(qtbot, controller)
    loop = QEventLoop()
    QTimer.singleShot(0, loop.quit)
    loop.exec()
    timer.stop()
    assert ticks


def test_staying_awake_never_outlives_its_release(monkeypatch):
    monkeypatch.setattr("workbench.gui.keep_awake.command", lambda: ["cat"])
    awake = KeepAwake()
    awake.hold()
    awake.hold()
    assert awake.held
    awake.release()
    awake.release()
    assert not awake.held


def test_a_system_without_a_tool_is_left_alone(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert command("linux") == []
    assert command("darwin") == []
