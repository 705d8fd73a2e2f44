"""The Inspect stage: picture by picture, what every head believes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.experiment.views import Comparison, DataView
from workbench.gui import numbers, theme
from workbench.gui.answers import Answers, Order
from workbench.gui.charts.figure import WholeLabel
from workbench.gui.charts.posterior_bars import PosteriorBars
from workbench.gui.picture_window import PictureView
from workbench.gui.selection import SampleKey
from workbench.gui.services import Services
from workbench.gui.stages.decision import decision_in_words, split_name
from workbench.gui.stages.sample_list import SampleDelegate, SampleListModel

ANSWERS_KEY = "inspect/answers"
ORDERS: tuple[Order, ...] = ("unsure", "wrong", "disagree", "all")
LIST_EM = 22


class InspectStage(QWidget):
    """A list in a telling order, the picture, the bars, and the decision in words.

    Keys: ← → or K J previous and next; U, D, W the next unsure, disputed, wrong picture.
    """

    compare_wanted = Signal()

    def __init__(self, services: Services, titles: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._services = services
        self._titles = titles
        self._runs: tuple[str, ...] = ()
        self._stale = False
        self._answers: Answers | None = None
        self._row: int | None = None
        self._data: DataView | None = None
        self._model = SampleListModel(self)
        self._pages = QStackedWidget()
        self._nothing = theme.label(
            self.tr("Select runs in Compare, or train some heads, to see what each thinks of every picture."),
            "muted",
        )
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(self._nothing)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(12)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self._build_list())
        halves.addWidget(self._build_picture())
        halves.addWidget(self._build_answers())
        for position, stretch in enumerate((2, 3, 4)):
            halves.setStretchFactor(position, stretch)
        self._pages.addWidget(halves)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(self._pages)
        self._bind_keys()
        # The keyboard goes to the pictures, so that the keys act as soon as the stage is in front.
        self.setFocusProxy(self._list)
        services.selection.sample_changed.connect(self.on_sample_changed)
        services.project.project_changed.connect(self.on_project_changed)

    def _build_list(self) -> QWidget:
        self._orders = QButtonGroup(self)
        self._orders.setExclusive(True)
        names = {
            "unsure": (self.tr("Least sure"), self.tr("All pictures, the least sure answers first (U)")),
            "wrong": (self.tr("Wrong"), self.tr("At least one head is wrong, the surest mistakes first (W)")),
            "disagree": (self.tr("Heads disagree"), self.tr("The heads say different classes (D)")),
            "all": (self.tr("All"), self.tr("As in the data")),
        }
        self._order_names = {order: name for order, (name, _tip) in names.items()}
        buttons = QVBoxLayout()
        buttons.setSpacing(4)
        for position, order in enumerate(ORDERS):
            button = QPushButton(names[order][0])
            button.setObjectName(f"order_{order}")
            button.setCheckable(True)
            button.setToolTip(names[order][1])
            button.setChecked(position == 0)
            self._orders.addButton(button, position)
            if position % 2 == 0:
                line = QHBoxLayout()
                line.setSpacing(4)
                buttons.addLayout(line)
            line.addWidget(button)
        self._orders.idToggled.connect(self.on_order_toggled)
        self._where = theme.label("", "muted")
        self._list = QListView()
        self._list.setObjectName("sample_list")
        self._list.setAccessibleName(self.tr("Pictures"))
        self._list.setToolTip(self.tr("← → or K J: previous and next"))
        self._list.setModel(self._model)
        self._list.setItemDelegate(SampleDelegate(self._list))
        self._list.setUniformItemSizes(True)
        self._list.selectionModel().currentChanged.connect(self.on_current_changed)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(buttons)
        column.addWidget(self._where)
        column.addWidget(self._list, 1)
        left.setMinimumWidth(self.fontMetrics().horizontalAdvance("m") * LIST_EM)
        return left

    def _build_picture(self) -> QWidget:
        card = QFrame()
        theme.mark(card, "card")
        self._picture = PictureView(self._services.background)
        self._name = theme.label("", "heading")
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts = theme.label("", "muted")
        self._facts.setObjectName("sample_facts")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(6)
        column.addWidget(self._picture, 1)
        column.addWidget(self._name)
        column.addWidget(self._facts)
        return card

    def _build_answers(self) -> QWidget:
        card = QFrame()
        theme.mark(card, "card")
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._decision = WholeLabel()
        self._decision.setObjectName("decision")
        box = QVBoxLayout(card)
        box.setContentsMargins(14, 10, 14, 12)
        box.addWidget(theme.label(self.tr("Decision"), "heading"))
        box.addWidget(self._decision)
        self._bars = PosteriorBars()
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(card)
        column.addWidget(self._bars, 1)
        return right

    def _bind_keys(self) -> None:
        for keys, slot in (
            (("Left", "K"), self.previous),
            (("Right", "J"), self.next),
            (("U",), self.next_unsure),
            (("D",), self.next_disagreement),
            (("W",), self.next_wrong),
        ):
            for key in keys:
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(slot)

    @property
    def bars(self) -> PosteriorBars:
        """The bars."""
        return self._bars

    @property
    def model(self) -> SampleListModel:
        """The list."""
        return self._model

    @property
    def decision(self) -> str:
        """The decision in words."""
        return self._decision.text()

    # --- asking

    @Slot(object)
    def on_project_changed(self, _project: Any) -> None:
        self._data = None
        self.show_runs(())

    def show_data(self, view: DataView) -> None:
        """Where pictures' metadata come from."""
        self._data = view
        self._show_sample()

    def show_runs(self, runs: Sequence[str]) -> None:
        """Whose answers to show. They are read when the stage is first seen."""
        self._runs, self._stale = tuple(runs)[: theme.MAX_RUNS], True
        if self.isVisible() or not runs:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the answers again."""
        project, runs = self._services.project.project, self._runs
        self._stale = False
        if project is None or not runs:
            self._services.background.forget(ANSWERS_KEY)
            self._show_answers(None)
            return
        titles = self._titles

        def work() -> Answers | None:
            from workbench import experiment

            names = titles or {card.name: card.title for card in experiment.catalogue().heads}
            return Answers.of(experiment.compare_runs(project, runs), names)

        self._services.background.ask(work, self._show_answers, self._show_problem, key=ANSWERS_KEY)

    def show_comparison(self, comparison: Comparison, titles: Mapping[str, str]) -> None:
        """Show answers that are already at hand."""
        self._stale = False
        self._show_answers(Answers.of(comparison, titles))

    def _show_problem(self, error: Exception) -> None:
        self._show_answers(None)
        self._nothing.setText(str(error))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    # --- showing

    def _show_answers(self, answers: Answers | None) -> None:
        self._answers, self._row = answers, None
        self._pages.setCurrentIndex(0 if answers is None else 1)
        for position, order in enumerate(ORDERS):
            count = 0 if answers is None else len(answers.rows(order))
            button = self._orders.button(position)
            name = self._order_names[order]
            button.setText(f"{name} ({numbers.whole(count)})" if order != "unsure" else name)
        self._show_order()

    @property
    def order(self) -> Order:
        """The chosen order."""
        return ORDERS[self._orders.checkedId()]

    def show_order(self, order: Order) -> None:
        """Choose an order; the list begins anew."""
        self._orders.button(ORDERS.index(order)).setChecked(True)

    @Slot(int, bool)
    def on_order_toggled(self, _id: int, checked: bool) -> None:
        if checked:
            self._show_order()

    def _show_order(self) -> None:
        rows = self._answers.rows(self.order) if self._answers else np.zeros(0, np.intp)
        self._model.show_rows(self._answers, rows)
        sample = self._services.selection.sample
        row = self._answers.row_of(sample.name) if self._answers and sample else None
        place = self._model.place_of(row) if row is not None else None
        if len(rows):
            self._list.setCurrentIndex(self._model.index(place or 0))
        else:
            self._row = None
            self._show_sample()
        self._show_where()

    def _show_where(self) -> None:
        total = self._model.rowCount()
        if not total:
            words = {
                "wrong": self.tr("No head is wrong."),
                "disagree": self.tr("The heads agree on every picture."),
            }
            self._where.setText(words.get(self.order, self.tr("No pictures.")))
            return
        at = self._list.currentIndex().row() + 1
        self._where.setText(
            self.tr("{n} of {total}").format(n=numbers.whole(max(at, 1)), total=numbers.whole(total))
        )

    @Slot(QModelIndex, QModelIndex)
    def on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not current.isValid() or self._answers is None:
            return
        self._row = int(self._model.rows[current.row()])
        self._show_sample()
        self._show_where()
        self._services.selection.select_sample(self._answers.key(self._row))

    @Slot(object)
    def on_sample_changed(self, sample: SampleKey | None) -> None:
        if self._answers is None or sample is None:
            return
        row = self._answers.row_of(sample.name)
        if row is None or row == self._row:
            return
        place = self._model.place_of(row)
        if place is None:
            self._row = row
            self._list.clearSelection()
            self._show_sample()
        else:
            self._list.setCurrentIndex(self._model.index(place))

    def _show_sample(self) -> None:
        answers, row = self._answers, self._row
        if answers is None or row is None:
            self._picture.show_nothing()
            self._name.setText("")
            self._facts.setText("")
            self._decision.setText(self.tr("Select a picture to see what each head thinks."))
            self._bars.show_posteriors((), (), None)
            return
        self._picture.show_file(answers.file[row])
        self._name.setText(answers.sample[row])
        self._facts.setText(self._facts_of(answers, row))
        posteriors = answers.posteriors(row)
        target = int(answers.target[row])
        self._decision.setText(decision_in_words(answers, row))
        note = self.tr("raw softmax, uncalibrated · {split}, n = {n} · ◀ its prediction").format(
            split=split_name(answers.split), n=numbers.whole(len(answers))
        )
        self._bars.show_posteriors(answers.classes, posteriors, target, note)

    def _facts_of(self, answers: Answers, row: int) -> str:
        parts = [
            self.tr("true class: {name}").format(name=answers.classes[answers.target[row]]),
            split_name(answers.split),
        ]
        if self._data is not None and answers.sample[row] in self._data.samples.paths:
            samples = self._data.samples
            at = samples.paths.index(answers.sample[row])
            width, height = (int(px) for px in samples.size_px[at])
            parts.append(f"{width} × {height} px")
            parts += [f"{column}: {texts[at]}" for column, texts in samples.metadata.items() if texts[at]]
        return " · ".join(parts)

    # --- walking

    def _step(self, by: int) -> None:
        at = self._list.currentIndex().row() + by
        if 0 <= at < self._model.rowCount():
            self._list.setCurrentIndex(self._model.index(at))

    @Slot()
    def previous(self) -> None:
        """The picture before."""
        self._step(-1)

    @Slot()
    def next(self) -> None:
        """The next picture of the list."""
        self._step(1)

    @Slot()
    def next_unsure(self) -> None:
        """The next of the least sure pictures."""
        self._walk("unsure")

    @Slot()
    def next_disagreement(self) -> None:
        """The next picture the heads disagree on."""
        self._walk("disagree")

    @Slot()
    def next_wrong(self) -> None:
        """The next mistake, the surest first."""
        self._walk("wrong")

    def _walk(self, order: Order) -> None:
        if self.order == order:
            self._step(1)
            return
        self._services.selection.select_sample(None)
        self.show_order(order)
