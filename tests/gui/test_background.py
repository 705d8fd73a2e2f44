"""Questions asked in threads are answered in the window's thread, or not at all."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from workbench.core.errors import DataError
from workbench.core.stopping import Interrupted, Stop
from workbench.gui.background import Background
from workbench.gui.messages import Messages, Notice


class Asker(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = []
        self.errors: list[Exception] = []
        self.threads: list[threading.Thread] = []

    @Slot(object)
    def on_answer(self, answer: Any) -> None:
        self.answers.append(answer)
        self.threads.append(threading.current_thread())

    @Slot(object)
    def on_failed(self, error: Exception) -> None:
        self.errors.append(error)


@pytest.fixture
def messages(qtbot: QtBot) -> Messages:
    return Messages()


@pytest.fixture
def background(messages: Messages) -> Any:
    made = Background(messages)
    yield made
    made.close()


def texts(messages: Messages) -> list[str]:
    return [notice.text for notice in messages.log]


def raising(error: Exception) -> Any:
    def work() -> None:
        raise error

    return work


def test_work_runs_in_a_thread_and_its_answer_comes_in_the_windows_thread(
    qtbot: QtBot, background: Background
) -> None:
    asker = Asker()
    background.ask(threading.current_thread, asker.on_answer)
    qtbot.waitUntil(lambda: bool(asker.answers))
    assert asker.answers != [threading.current_thread()]
    assert asker.threads == [threading.current_thread()]


def test_only_the_newest_question_of_a_key_is_answered(qtbot: QtBot, background: Background) -> None:
    asker, gate = Asker(), threading.Event()
    background.ask(lambda: gate.wait() and "old", asker.on_answer, key="split")
    background.ask(lambda: "new", asker.on_answer, key="split")
    qtbot.waitUntil(lambda: bool(asker.answers))
    gate.set()
    qtbot.waitUntil(lambda: background.is_idle)
    background.ask(lambda: "last", asker.on_answer)
    qtbot.waitUntil(lambda: "last" in asker.answers)
    assert asker.answers == ["new", "last"]


def test_a_forgotten_question_is_not_answered(qtbot: QtBot, background: Background) -> None:
    asker, gate = Asker(), threading.Event()
    background.ask(lambda: gate.wait() and "old", asker.on_answer, key="look")
    background.forget("look")
    assert background.is_idle
    gate.set()
    background.ask(lambda: "next", asker.on_answer)
    qtbot.waitUntil(lambda: bool(asker.answers))
    assert asker.answers == ["next"]


def test_an_error_the_user_can_mend_becomes_a_notice_in_its_own_words(
    qtbot: QtBot, background: Background, messages: Messages
) -> None:
    background.ask(raising(DataError("the folder is gone; choose another")), Asker().on_answer)
    qtbot.waitUntil(lambda: bool(messages.log))
    assert texts(messages) == ["the folder is gone; choose another"]


def test_the_asker_may_handle_the_error_instead(
    qtbot: QtBot, background: Background, messages: Messages
) -> None:
    asker = Asker()
    background.ask(raising(DataError("no")), asker.on_answer, asker.on_failed)
    qtbot.waitUntil(lambda: bool(asker.errors))
    assert not messages.log


def test_a_bug_becomes_a_notice_that_hides_the_traceback_behind_copy_details(
    qtbot: QtBot, background: Background, messages: Messages
) -> None:
    background.ask(raising(ZeroDivisionError("by zero")), Asker().on_answer)
    qtbot.waitUntil(lambda: bool(messages.log))
    notice: Notice = messages.log[0]
    assert "Traceback" not in notice.text
    assert "ZeroDivisionError" in notice.details


def test_work_that_was_interrupted_says_nothing(
    qtbot: QtBot, background: Background, messages: Messages
) -> None:
    background.ask(raising(Interrupted(Stop.LEAVE)), Asker().on_answer)
    qtbot.waitUntil(lambda: background.is_idle)
    assert not messages.log


def test_an_asker_that_has_gone_is_not_called(
    qtbot: QtBot, background: Background, messages: Messages
) -> None:
    asker, gate = Asker(), threading.Event()
    background.ask(gate.wait, asker.on_answer)
    asker.deleteLater()
    qtbot.wait(1)  # lets the deletion happen
    gate.set()
    qtbot.waitUntil(lambda: background.is_idle)
    assert not messages.log


def test_closing_waits_for_work_and_answers_nothing_more(qtbot: QtBot, messages: Messages) -> None:
    background, asker, ran = Background(messages), Asker(), []
    started = threading.Event()

    def work() -> None:
        started.set()
        while background.stopped() is Stop.NO:
            pass
        ran.append(True)

    background.ask(work, asker.on_answer)
    started.wait()
    background.close()
    assert ran == [True]
    qtbot.wait(1)
    assert not asker.answers
