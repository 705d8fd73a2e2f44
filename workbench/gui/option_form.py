"""A form that builds itself from options: one line per option, with help, unit and a way back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QLocale, QObject, Qt, Signal, Slot
from PySide6.QtGui import QDoubleValidator, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from workbench.core.options import Option
from workbench.gui import theme

FIELD_EM = 8  # the least width of a field
MAX_WHOLE = 2**31 - 1  # what a spin box can hold


class Editor(QObject):
    """One option's widget: reads and shows its value."""

    changed = Signal()
    widget: QWidget

    @abstractmethod
    def value(self) -> Any:
        """The value as a recipe holds it; None if the text is no value."""

    @abstractmethod
    def show_value(self, value: Any) -> None:
        """Show `value`."""


class _CalmSpinBox(QSpinBox):
    """A spin box that a page scrolled with the wheel does not change by accident."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _CalmComboBox(QComboBox):
    """A combo box that a page scrolled with the wheel does not change by accident."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _Whole(Editor):
    def __init__(self, option: Option, parent: QObject) -> None:
        super().__init__(parent)
        self._box = self.widget = _CalmSpinBox()
        theme.pad(self._box)
        low = -MAX_WHOLE if option.minimum is None else int(option.minimum)
        high = MAX_WHOLE if option.maximum is None else int(option.maximum)
        self._box.setRange(low, high)
        self._box.setGroupSeparatorShown(True)
        self._box.valueChanged.connect(self.changed)

    def value(self) -> int:
        return self._box.value()

    def show_value(self, value: Any) -> None:
        self._box.setValue(int(value))


class _Number(Editor):
    """A line for a number: spin boxes cannot show 1e-5 and 0.9 alike."""

    def __init__(self, option: Option, parent: QObject) -> None:
        super().__init__(parent)
        self._line = self.widget = QLineEdit()
        validator = QDoubleValidator(self._line)
        validator.setLocale(QLocale.c())  # as recipes are written: a point, no group separators
        if option.minimum is not None:
            validator.setBottom(option.minimum)
        if option.maximum is not None:
            validator.setTop(option.maximum)
        self._line.setValidator(validator)
        self._line.textChanged.connect(self.changed)

    def value(self) -> float | None:
        number, valid = QLocale.c().toDouble(self._line.text())
        return number if valid else None

    def show_value(self, value: Any) -> None:
        self._line.setText(f"{float(value):g}")


class _Choice(Editor):
    def __init__(self, option: Option, parent: QObject) -> None:
        super().__init__(parent)
        self._box = self.widget = _CalmComboBox()
        self._box.addItems([word.replace("_", " ") for word in option.choices])
        self._choices = option.choices
        self._box.currentIndexChanged.connect(self.changed)

    def value(self) -> str:
        return self._choices[self._box.currentIndex()]

    def show_value(self, value: Any) -> None:
        self._box.setCurrentIndex(self._choices.index(str(value)))


class _Switch(Editor):
    def __init__(self, _option: Option, parent: QObject) -> None:
        super().__init__(parent)
        self._box = self.widget = QCheckBox()
        self._box.toggled.connect(self.changed)

    def value(self) -> bool:
        return self._box.isChecked()

    def show_value(self, value: Any) -> None:
        self._box.setChecked(bool(value))


class _Text(Editor):
    def __init__(self, _option: Option, parent: QObject) -> None:
        super().__init__(parent)
        self._line = self.widget = QLineEdit()
        self._line.textChanged.connect(self.changed)

    def value(self) -> str:
        return self._line.text().strip()

    def show_value(self, value: Any) -> None:
        self._line.setText(str(value or ""))


class _List(_Text):
    """Numbers or words between commas."""

    def value(self) -> list[Any]:  # type: ignore[override]
        words = [word.strip() for word in self._line.text().split(",") if word.strip()]
        return [_number(word) for word in words]

    def show_value(self, value: Any) -> None:
        self._line.setText(", ".join(str(entry) for entry in value or ()))


_EDITORS: dict[str, type[Editor]] = {
    "whole": _Whole,
    "number": _Number,
    "choice": _Choice,
    "switch": _Switch,
    "text": _Text,
    "list": _List,
}


class OptionForm(QWidget):
    """Edits the values of some options.

    `names` changes how options are called on screen; an option that is not in `names` is called
    as it is in a recipe, with spaces.
    """

    changed = Signal()

    def __init__(
        self,
        options: Sequence[Option] = (),
        names: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._names = names or {}
        self._options: dict[str, Option] = {}
        self._editors: dict[str, Editor] = {}
        self._resets: dict[str, QToolButton] = {}
        self._quiet = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        for option in options:
            self._add(option)
        self.show_values({})

    def _add(self, option: Option) -> None:
        editor = _EDITORS[option.kind](option, self)
        title = self._names.get(option.name, option.name.replace("_", " ").capitalize())
        editor.widget.setObjectName(option.name)
        editor.widget.setToolTip(_tooltip(option))
        editor.widget.setAccessibleName(title)
        editor.widget.setAccessibleDescription(option.help)
        if option.kind != "switch":
            # A spin box that may hold two thousand million would else be as wide as that.
            editor.widget.setMinimumWidth(self.fontMetrics().horizontalAdvance("m") * FIELD_EM)
        label = QLabel(title)
        label.setBuddy(editor.widget)
        label.setToolTip(_tooltip(option))
        reset = QToolButton()
        reset.setText("↺")
        reset.setToolTip(self.tr("Back to {value}").format(value=_shown(option.default)))
        reset.setAccessibleName(self.tr("Reset {name}").format(name=title))
        policy = reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(policy)
        reset.clicked.connect(lambda _checked=False, name=option.name: self.reset(name))
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(editor.widget, row, 1)
        unit = theme.label(option.unit, "muted")
        unit.setWordWrap(False)
        self._grid.addWidget(unit, row, 2)
        self._grid.addWidget(reset, row, 3)
        hint = theme.label(option.help, "muted")
        self._grid.addWidget(hint, row + 1, 0, 1, 4)
        self._grid.setRowMinimumHeight(row + 2, 4)
        self._options[option.name] = option
        self._editors[option.name] = editor
        self._resets[option.name] = reset
        editor.changed.connect(self.on_edited)

    def values(self) -> dict[str, Any]:
        """What the form says; a text that is no value is left out, so that its default holds."""
        said = {name: editor.value() for name, editor in self._editors.items()}
        return {name: value for name, value in said.items() if value is not None}

    def changed_values(self) -> dict[str, Any]:
        """Only what differs from the defaults."""
        return {
            name: value
            for name, value in self.values().items()
            if not _same(value, self._options[name].default)
        }

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show `values`; what is missing among them gets its default. Emits nothing."""
        self._quiet = True
        for name, editor in self._editors.items():
            value = values.get(name, self._options[name].default)
            if value is not None:
                editor.show_value(value)
        self._quiet = False
        self._show_resets()

    def reset(self, name: str) -> None:
        """Give one option its default again."""
        self._editors[name].show_value(self._options[name].default)
        self._editors[name].widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def editor(self, name: str) -> QWidget:
        """The widget that edits one option."""
        return self._editors[name].widget

    @Slot()
    def on_edited(self) -> None:
        if not self._quiet:
            self._show_resets()
            self.changed.emit()

    def _show_resets(self) -> None:
        for name, editor in self._editors.items():
            self._resets[name].setVisible(not _same(editor.value(), self._options[name].default))


def _same(value: Any, default: Any) -> bool:
    if isinstance(default, list | tuple) and isinstance(value, list | tuple):
        return list(value) == list(default)
    return bool(value == default)


def _number(word: str) -> Any:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _tooltip(option: Option) -> str:
    parts = [option.help]
    if option.minimum is not None and option.maximum is not None:
        parts.append(f"{option.minimum:g} – {option.maximum:g} {option.unit}".strip())
    if option.source:
        parts.append(option.source)
    return "\n".join(part for part in parts if part)
