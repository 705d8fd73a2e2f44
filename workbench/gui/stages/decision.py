"""What the runs decide about one picture, in words."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QCoreApplication

from workbench.gui import numbers, theme
from workbench.gui.answers import Answers


def decision_in_words(answers: Answers, row: int) -> str:
    """Who says what, and whether they agree and are right; rich text, one line per run."""
    parts = []
    for one in answers.posteriors(row):
        color = theme.run_style(one.run.index).color.name()
        name = escape(answers.classes[one.predicted])
        sure = numbers.probability(one.probability[one.predicted])
        parts.append(
            f"<span style='color:{color}'>■</span> <b>{one.run.letter}</b> {escape(one.run.label)}: "
            f"<b>{name}</b> {sure}"
        )
    return "<br>".join([*parts, f"→ {_verdict(answers, row)}"])


def _verdict(answers: Answers, row: int) -> str:
    predicted, right = answers.predicted[:, row], answers.right[:, row]
    if len(predicted) == 1:
        return _tr("right") if right[0] else _tr("wrong")
    if (predicted != predicted[0]).any():
        return _tr("heads disagree")
    return _tr("all agree and are right") if right[0] else _tr("all agree and are wrong")


def _tr(text: str) -> str:
    return QCoreApplication.translate("inspect", text)


def split_name(split: str) -> str:
    """A split as people say it."""
    return {"val": _tr("validation"), "train": _tr("training")}.get(split, split)
