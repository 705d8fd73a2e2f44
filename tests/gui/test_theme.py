"""Colours that everybody can read and tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui import theme

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
EYES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(color: QColor) -> NDArray[np.float64]:
    values = np.array([color.redF(), color.greenF(), color.blueF()])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(a: str | QColor, b: str | QColor) -> float:
    """WCAG 2 contrast ratio."""
    light = sorted(float(XYZ[1] @ linear(QColor(color))) for color in (a, b))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(color: QColor, eye: str) -> NDArray[np.float64]:
    seen = np.clip(EYES[eye] @ linear(color), 0, 1)
    ratio = XYZ @ seen / WHITE
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.fixture(params=["light", "dark"])
def scheme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[str]:
    theme.apply(qapp, request.param)
    yield request.param
    theme.apply(qapp, "light")


def test_the_scheme_is_the_one_asked_for_even_where_qt_ignores_it(scheme: str, qapp: QApplication) -> None:
    assert theme.is_dark() == (scheme == "dark")
    assert (qapp.palette().color(QPalette.ColorRole.Base).lightness() < 128) == (scheme == "dark")


def test_text_stands_out_from_every_ground(scheme: str) -> None:
    tones = theme.tones()
    for ground in (tones.window, tones.surface, tones.raised):
        for text in (tones.text, tones.muted, tones.link, tones.bad, tones.warn):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(tones.on_accent, tones.accent) >= 4.5
    assert contrast(tones.text, tones.accent_soft) >= 4.5
    assert contrast(tones.text, tones.warn_soft) >= 4.5
    assert contrast(tones.text, tones.bad_soft) >= 4.5


def test_run_colours_stand_out_from_the_surface(scheme: str) -> None:
    for index in range(theme.MAX_RUNS):
        assert contrast(theme.run_style(index).color, theme.tones().surface) >= 3, index


@pytest.mark.parametrize("eye", EYES)
def test_run_colours_are_told_apart_by_every_kind_of_eye(scheme: str, eye: str) -> None:
    seen = [lab(theme.run_style(index).color, eye) for index in range(theme.MAX_RUNS)]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 15


def test_runs_differ_without_any_colour(scheme: str) -> None:
    styles = [theme.run_style(index) for index in range(theme.MAX_RUNS)]
    assert [style.letter for style in styles] == list("ABCDEF")
    assert len({style.hatch for style in styles}) == theme.MAX_RUNS
    assert len({style.symbol for style in styles}) == theme.MAX_RUNS


def test_a_widget_learns_of_a_new_scheme(qapp: QApplication, qtbot: QtBot) -> None:
    class Listener(QWidget):
        heard = 0

        def changeEvent(self, event: QEvent) -> None:
            self.heard += event.type() == QEvent.Type.PaletteChange

    listener = Listener()
    qtbot.addWidget(listener)
    listener.show()
    theme.apply(qapp, "dark")
    try:
        assert listener.heard > 0
    finally:
        theme.apply(qapp, "light")
