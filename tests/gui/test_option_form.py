from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QSpinBox, QToolButton

from workbench.core.options import Option, describe
from workbench.core.recipe import BackboneSettings, TrainingSettings
from workbench.gui.option_form import OptionForm

OPTIONS = (
    Option("width", "whole", 20, "Neurons of each layer.", unit="neurons", minimum=1, maximum=500),
    Option("dropout", "number", 0.0, "Share of silenced values.", minimum=0, maximum=1),
    Option("activation", "choice", "relu", "What a neuron does.", choices=("relu", "leaky_relu")),
    Option("exact", "switch", False, "As the authors cut."),
    Option("hidden", "list", (64, 32), "Layer sizes."),
    Option("device", "text", "auto", "Where to compute."),
)


@pytest.fixture
def form(qtbot):
    made = OptionForm(OPTIONS)
    qtbot.addWidget(made)
    return made


def test_a_fresh_form_says_the_defaults(form):
    assert form.values() == {
        "width": 20,
        "dropout": 0.0,
        "activation": "relu",
        "exact": False,
        "hidden": [64, 32],
        "device": "auto",
    }
    assert form.changed_values() == {}


def test_values_come_back_as_they_were_shown(form):
    values = {
        "width": 7,
        "dropout": 1e-05,
        "activation": "leaky_relu",
        "exact": True,
        "hidden": [8],
        "device": "cuda:1",
    }
    form.show_values(values)
    assert form.values() == values
    assert form.changed_values() == values


def test_typing_tells_once_and_showing_tells_nothing(form, qtbot):
    told = []
    form.changed.connect(lambda: told.append(form.values()["width"]))
    form.show_values({"width": 9})
    assert told == []
    box = form.findChild(QSpinBox, "width")
    box.setValue(10)
    assert told == [10]


def test_a_reset_brings_the_default_back_and_hides_itself(form, qtbot):
    form.show()
    form.show_values({"width": 9})
    resets = [b for b in form.findChildren(QToolButton) if b.isVisible()]
    assert [b.accessibleName() for b in resets] == ["Reset Width"]
    qtbot.mouseClick(resets[0], Qt.MouseButton.LeftButton)
    assert form.values()["width"] == 20
    assert not [b for b in form.findChildren(QToolButton) if b.isVisible()]


def test_a_text_that_is_no_number_is_left_out(form):
    form.findChild(QLineEdit, "dropout").setText("-")
    assert "dropout" not in form.values()


def test_every_editor_explains_itself(form):
    for option in OPTIONS:
        widget = form.editor(option.name)
        assert option.help in widget.toolTip()
        assert widget.accessibleName()


@pytest.mark.parametrize("settings", [TrainingSettings, BackboneSettings])
def test_the_settings_of_a_recipe_survive_the_form(qtbot, settings):
    form = OptionForm(describe(settings))
    qtbot.addWidget(form)
    said = form.values()
    assert settings.model_validate({**said}) == settings()
