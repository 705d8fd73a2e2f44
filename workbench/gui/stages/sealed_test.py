"""The line about the sealed test set: opening it is one deliberate click, and counted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.experiment.views import RunResult, RunView
from workbench.gui import numbers, theme
from workbench.gui.answers import metric_of
from workbench.gui.charts.legend import RunKey
from workbench.gui.messages import sentence


class SealedTest(QFrame):
    """Closed, asking once more, opening, or open."""

    open_wanted = Signal(str)  # run id, confirmed
    mistakes_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._runs: dict[str, RunKey] = {}
        self._opened = 0
        self._kept_aside = 0  # pictures of the test set
        self._which = QComboBox()
        self._which.setObjectName("test_run")
        self._which.setAccessibleName(self.tr("Run to test"))
        self._which.setToolTip(self.tr("The head you have chosen"))
        self._closed_text = theme.label("", "muted")
        self._question = theme.label("")
        self._result = theme.label("")
        self._result.setObjectName("test_result")
        self._busy = theme.label(self.tr("Opening the test set…"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._closed_page())
        self._pages.addWidget(self._question_page())
        self._pages.addWidget(_row(self._busy))
        self._mistakes = self._button(self.tr("Show mistakes"), "link", self.mistakes_wanted.emit)
        again = self._button(self.tr("Another run…"), "link", self.close_again)
        self._pages.addWidget(_row(self._result, self._mistakes, again))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.addWidget(self._pages)

    def _closed_page(self) -> QWidget:
        self._ask = self._button(self.tr("Open test…"), "", self.on_ask)
        self._ask.setObjectName("open_test")
        return _row(self._closed_text, self._which, self._ask)

    def _question_page(self) -> QWidget:
        yes = self._button(self.tr("Open it"), "", self.on_confirmed)
        yes.setObjectName("open_test_confirmed")
        no = self._button(self.tr("Not yet"), "quiet", self.close_again)
        return _row(self._question, yes, no)

    def _button(self, text: str, role: str, slot: object) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(text)
        if role:
            theme.mark(button, role)
        button.clicked.connect(slot)
        return button

    def show_runs(self, views: Sequence[RunView], keys: Sequence[RunKey]) -> None:
        """The compared runs; the test may have been opened before."""
        runs = {view.run: key for view, key in zip(views, keys, strict=True)}
        self._opened = max((view.opened for view in views), default=0)
        self._kept_aside = max((view.sealed for view in views), default=0)
        self.setVisible(bool(runs))
        if runs != self._runs:
            self._runs = runs
            self._which.clear()
            for run, key in runs.items():
                self._which.addItem(str(key), run)
            self.close_again()
        self._say_closed()

    def _say_closed(self) -> None:
        self._ask.setVisible(bool(self._kept_aside))
        self._which.setVisible(bool(self._kept_aside))
        if not self._kept_aside:
            self._closed_text.setText(self.tr("No pictures were kept aside for a test in this split."))
            return
        if self._opened:
            state = self.tr("The test set has been opened {n}×.").format(n=self._opened)
        else:
            state = self.tr("Test is sealed: {n} pictures are kept aside.").format(
                n=numbers.whole(self._kept_aside)
            )
        self._closed_text.setText(
            state
            + " "
            + self.tr("Open it when you have chosen a head; every opening is counted in the report.")
        )

    @Slot()
    def on_ask(self) -> None:
        key = self._runs[self._which.currentData()]
        self._question.setText(
            self.tr(
                "Measure {run} on the pictures kept aside? Opening number {n}; it cannot be undone."
            ).format(run=key, n=self._opened + 1)
        )
        self._pages.setCurrentIndex(1)

    @Slot()
    def on_confirmed(self) -> None:
        self._pages.setCurrentIndex(2)
        self.open_wanted.emit(str(self._which.currentData()))

    def show_result(self, result: RunResult) -> None:
        """What the run reached on the test set."""
        self._opened = result.view.opened
        parts = []
        for name, title in (("accuracy", self.tr("accuracy")), ("macro_f1", self.tr("macro-F1"))):
            low, high = result.intervals.get(name, (float("nan"), float("nan")))
            parts.append(f"{title} {numbers.measured(name, metric_of(result.metrics, name), low, high)}")
        key = self._runs.get(result.view.run)
        self._result.setText(
            self.tr("<b>{run} on test</b>, n = {n}: {numbers}. Opened {k}×.").format(
                run=key, n=numbers.whole(len(result.table)), numbers=", ".join(parts), k=self._opened
            )
        )
        self._pages.setCurrentIndex(3)
        self._say_closed()

    def show_problem(self, problem: str) -> None:
        """Why it could not be opened."""
        self._pages.setCurrentIndex(0)
        self._closed_text.setText(sentence(problem))

    @Slot()
    def close_again(self) -> None:
        """Back to the first line."""
        self._pages.setCurrentIndex(0)
        self._say_closed()


def _row(first: QLabel, *others: QWidget) -> QWidget:
    """A sentence, and below it what can be done."""
    page = QWidget()
    line = QHBoxLayout()
    line.setSpacing(8)
    line.addStretch(1)
    for widget in others:
        line.addWidget(widget)
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    layout.addWidget(first, 1)
    layout.addLayout(line)
    return page
