"""The heads of a recipe: added, duplicated, removed, each with its options and its size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.errors import RecipeError
from workbench.core.recipe import PartChoice
from workbench.experiment.views import HeadCounts, PartCard
from workbench.gui import numbers, theme
from workbench.gui.icon import icon
from workbench.gui.option_form import OptionForm

Counts = Callable[[str, Mapping[str, Any], int, int], HeadCounts]
COUNT_DELAY_MS = 120  # while somebody types, count once


class HeadRow(QFrame):
    """One head: title, size, options behind a fold."""

    changed = Signal()
    duplicated = Signal()
    removed = Signal()

    def __init__(self, card: PartCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons: list[tuple[QToolButton, str]] = []
        theme.mark(self, "card")
        self.card = card
        self._title = QLabel(f"<b>{card.title}</b>")
        self._title.setToolTip(card.summary + (f"\n{card.source}" if card.source else ""))
        self._size = theme.label("", "muted")
        self._notes = theme.label("", "muted")
        self._notes.hide()
        self._form = OptionForm(card.options)
        self._form.hide()
        self._form.changed.connect(self.changed)
        self._more = self._button("options", self.tr("Options of {head}").format(head=card.title))
        self._more.setCheckable(True)
        self._more.setVisible(bool(card.options))
        self._more.toggled.connect(self._form.setVisible)
        duplicate = self._button("duplicate", self.tr("Duplicate {head}").format(head=card.title))
        duplicate.clicked.connect(self.duplicated)
        self._remove = self._button("close", self.tr("Remove {head}").format(head=card.title))
        self._remove.clicked.connect(self.removed)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self._title, 1)
        for button in (self._more, duplicate, self._remove):
            top.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 8)
        layout.setSpacing(3)
        layout.addLayout(top)
        layout.addWidget(self._size)
        layout.addWidget(self._form)
        layout.addWidget(self._notes)

    def _button(self, picture: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(picture))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        self._icons.append((button, picture))
        return button

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for button, picture in self._icons:
                button.setIcon(icon(picture))

    @property
    def form(self) -> OptionForm:
        """The options' form."""
        return self._form

    def choice(self) -> PartChoice:
        """The head as a recipe holds it."""
        return PartChoice(name=self.card.name, **self._form.values())

    def show_choice(self, choice: PartChoice) -> None:
        """Show a head of a recipe."""
        self._form.show_values(choice.options)

    def show_counts(self, counts: HeadCounts) -> None:
        """Its size at the present features and classes."""
        self._size.setText(
            self.tr("{parameters} parameters · {products} multiplications").format(
                parameters=numbers.whole(counts.parameters), products=numbers.brief(counts.multiplications)
            )
        )
        self._say(" ".join(counts.notes), "muted")

    def show_problem(self, problem: str) -> None:
        """Why these options cannot work."""
        self._size.setText("")
        self._say(problem, "warn")

    def set_removable(self, removable: bool) -> None:
        """The last head stays."""
        self._remove.setEnabled(removable)
        tip = self.tr("Remove {head}") if removable else self.tr("A recipe needs at least one head")
        self._remove.setToolTip(tip.format(head=self.card.title))

    def _say(self, text: str, role: str) -> None:
        self._notes.setText(text)
        theme.mark(self._notes, role)
        self._notes.setVisible(bool(text))


class HeadRows(QWidget):
    """The list of heads with its "Add head" button."""

    changed = Signal()

    def __init__(self, cards: Sequence[PartCard], counts: Counts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = {card.name: card for card in cards}
        self._counts = counts
        self._features, self._classes = 0, 0
        self._rows: list[HeadRow] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        add = QPushButton(self.tr("Add head"))
        add.setObjectName("add_head")
        add.setToolTip(self.tr("Train another head on the same features"))
        menu = QMenu(add)
        menu.setToolTipsVisible(True)
        for card in cards:
            action = menu.addAction(card.title)
            action.setToolTip(card.summary)
            action.triggered.connect(lambda _checked=False, name=card.name: self.add_head(name))
        add.setMenu(menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._column)
        row = QHBoxLayout()
        row.addWidget(add)
        row.addStretch(1)
        layout.addLayout(row)
        self._later = QTimer(self, singleShot=True, interval=COUNT_DELAY_MS)
        self._later.timeout.connect(self.count_now)

    @property
    def rows(self) -> tuple[HeadRow, ...]:
        """The heads from top to bottom."""
        return tuple(self._rows)

    def choices(self) -> tuple[PartChoice, ...]:
        """The heads as a recipe holds them."""
        return tuple(row.choice() for row in self._rows)

    def titles(self) -> list[str]:
        """The heads' titles."""
        return [row.card.title for row in self._rows]

    def show_choices(self, choices: Sequence[PartChoice]) -> None:
        """Show the heads of a recipe."""
        while self._rows:
            self._drop(self._rows[-1])
        for choice in choices:
            self._insert(choice, len(self._rows))
        self.count_now()

    def show_size(self, features: int, classes: int) -> None:
        """Count for this many features and classes."""
        if (features, classes) != (self._features, self._classes):
            self._features, self._classes = features, classes
            self.count_now()

    def add_head(self, name: str) -> None:
        """Append a head with its default options."""
        self._insert(PartChoice(name=name), len(self._rows))
        self._tell()

    def _insert(self, choice: PartChoice, at: int) -> None:
        row = HeadRow(self._cards[choice.name])
        row.show_choice(choice)
        row.changed.connect(self.on_row_changed)
        row.duplicated.connect(self.on_duplicated)
        row.removed.connect(self.on_removed)
        self._rows.insert(at, row)
        self._column.insertWidget(at, row)
        self._set_removable()

    def _drop(self, row: HeadRow) -> None:
        self._rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _set_removable(self) -> None:
        for row in self._rows:
            row.set_removable(len(self._rows) > 1)

    def _tell(self) -> None:
        self.count_now()
        self.changed.emit()

    @Slot()
    def on_row_changed(self) -> None:
        self._later.start()
        self.changed.emit()

    @Slot()
    def on_duplicated(self) -> None:
        row = self.sender()
        assert isinstance(row, HeadRow)
        self._insert(row.choice(), self._rows.index(row) + 1)
        self._tell()

    @Slot()
    def on_removed(self) -> None:
        row = self.sender()
        assert isinstance(row, HeadRow)
        self._drop(row)
        self._set_removable()
        self._tell()

    @Slot()
    def count_now(self) -> None:
        """Show every head's size."""
        if not self._features or not self._classes:
            return
        for row in self._rows:
            choice = row.choice()
            try:
                row.show_counts(self._counts(choice.name, choice.options, self._features, self._classes))
            except RecipeError as error:
                row.show_problem(str(error))
