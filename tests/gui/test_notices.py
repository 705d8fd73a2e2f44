"""Notices: at most two, none lost, none in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from workbench.gui.messages import Messages, Notice
from workbench.gui.notice_bar import NoticeBar
from workbench.gui.panels import LogPanel


def bar_with(qtbot: QtBot, *notices: Notice) -> NoticeBar:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    for notice in notices:
        bar.show_notice(notice)
    return bar


def test_the_third_notice_pushes_the_oldest_out(qtbot: QtBot) -> None:
    bar = bar_with(qtbot, *(Notice("info", text) for text in ("one", "two", "three")))
    assert [notice.text for notice in bar.notices] == ["two", "three"]


def test_the_same_words_are_shown_once(qtbot: QtBot) -> None:
    bar = bar_with(qtbot, *(Notice("warn", text) for text in ("again", "other", "again")))
    assert [notice.text for notice in bar.notices] == ["other", "again"]


def test_a_closed_notice_leaves_and_an_empty_bar_takes_no_room(qtbot: QtBot) -> None:
    bar = bar_with(qtbot, Notice("error", "broken"))
    qtbot.mouseClick(bar.findChild(QToolButton, "close_notice"), Qt.MouseButton.LeftButton)
    assert not bar.notices
    assert bar.isHidden()


def test_the_action_is_carried_out_and_the_notice_closed(qtbot: QtBot) -> None:
    done: list[bool] = []
    bar = bar_with(qtbot, Notice("info", "left", "Go on", lambda: done.append(True)))
    qtbot.mouseClick(bar.findChild(QPushButton, "notice_action"), Qt.MouseButton.LeftButton)
    assert done == [True]
    assert not bar.notices


def test_copy_details_copies_the_traceback(qtbot: QtBot) -> None:
    bar = bar_with(qtbot, Notice("error", "wrong", details="Traceback ..."))
    qtbot.mouseClick(bar.findChild(QPushButton, "copy_details"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Traceback ..."


def test_every_notice_is_kept_in_the_log(qtbot: QtBot) -> None:
    messages, panel = Messages(), LogPanel()
    qtbot.addWidget(panel)
    messages.logged.connect(panel.show_notice)
    messages.info("first")
    messages.bug("Traceback (most recent call last)")
    text = panel.findChild(object, "log_text").toPlainText()
    assert "first" in text
    assert "Traceback" in text


def test_a_notice_goes_when_what_it_is_about_is_over(qtbot: QtBot) -> None:
    bar = bar_with(qtbot, Notice("warn", "busy", topic="training"), Notice("info", "saved"))
    bar.dismiss("training")
    assert [notice.text for notice in bar.notices] == ["saved"]


def test_a_notice_ends_with_a_full_stop(qtbot: QtBot) -> None:
    bar = bar_with(qtbot, Notice("error", "there is no such folder"))
    words = [label.text() for label in bar.findChildren(QLabel)]
    assert "there is no such folder." in words
