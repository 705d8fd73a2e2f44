"""Who is better than whom, in sentences whose numbers open their pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.experiment.views import Difference, RunView
from workbench.gui import theme
from workbench.gui.charts.class_bars import scrolled
from workbench.gui.charts.figure import hint_label
from workbench.gui.charts.legend import RunKey

LINES_SHOWN = 4


class Verdicts(QFrame):
    """One sentence per pair of runs for the chosen metric."""

    pictures_wanted = Signal(object, str)  # tuple of sample names, title

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._differences: tuple[Difference, ...] = ()
        self._keys: dict[str, RunKey] = {}
        self._labels: dict[str, str] = {}
        self._metric = QComboBox()
        self._metric.setObjectName("verdict_metric")
        self._metric.setAccessibleName(self.tr("Metric of the verdict"))
        self._metric.setToolTip(self.tr("By which number the runs are compared"))
        for name, title in (
            ("accuracy", self.tr("Accuracy")),
            ("macro_f1", self.tr("Macro-F1")),
            ("log_loss", self.tr("Log loss")),
            ("ece", self.tr("ECE")),
        ):
            self._metric.addItem(title, name)
        self._metric.currentIndexChanged.connect(self.on_metric_changed)
        header = QHBoxLayout()
        header.addWidget(theme.label(self.tr("Is the difference real?"), "heading"), 1)
        header.addWidget(self._metric)
        self._page = QWidget()
        self._lines = QVBoxLayout(self._page)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(2)
        self._area = scrolled(self._page)
        self._notes = hint_label("")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 10)
        column.setSpacing(6)
        column.addLayout(header)
        column.addWidget(self._area)
        column.addWidget(self._notes)

    def show_differences(
        self,
        differences: Sequence[Difference],
        views: Sequence[RunView],
        keys: Sequence[RunKey],
        notes: Sequence[str],
    ) -> None:
        """Show the pairs; `keys` name the runs, `notes` are what the reader must know."""
        self._differences = tuple(differences)
        self._keys = {view.run: key for view, key in zip(views, keys, strict=True)}
        self._labels = {view.run: view.label for view in views}
        self._notes.setText(" ".join(notes))
        self._notes.setVisible(bool(notes))
        self.setVisible(bool(differences) or bool(notes))
        self._fill()

    def _fill(self) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        metric = self._metric.currentData()
        shown = [one for one in self._differences if one.metric == metric]
        for one in shown:
            self._lines.addWidget(self._line(one))
        line = max((row.sizeHint().height() for row in self._rows()), default=0) + self._lines.spacing()
        self._area.setFixedHeight(line * min(len(shown), LINES_SHOWN))

    def _rows(self) -> list[QWidget]:
        return [self._lines.itemAt(i).widget() for i in range(self._lines.count())]

    def _line(self, one: Difference) -> QWidget:
        a, b = self._keys[one.a], self._keys[one.b]
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        pair = theme.label(f"<b>{a.letter} · {b.letter}</b>")
        pair.setTextFormat(Qt.TextFormat.RichText)
        pair.setFixedWidth(self.fontMetrics().horizontalAdvance("m") * 4)
        verdict = theme.label(self._with_titles(one))
        verdict.setObjectName(f"verdict_{a.letter}{b.letter}")
        verdict.setToolTip(self.tr("McNemar's exact test: p = {p}").format(p=f"{one.p_value:.3f}"))
        layout.addWidget(pair)
        layout.addWidget(verdict, 1)
        for key, names in ((a, one.only_a_right), (b, one.only_b_right)):
            layout.addWidget(self._link(key, names, a, b))
        return row

    def _with_titles(self, one: Difference) -> str:
        """The verdict with the runs named as everywhere on this page: B MLP, not B mlp."""
        words = one.verdict
        for run in (one.a, one.b):
            key = self._keys[run]
            words = words.replace(f"{key.letter} {self._labels[run]} ", f"{key} ")
        return words

    def _link(self, key: RunKey, names: tuple[str, ...], a: RunKey, b: RunKey) -> QPushButton:
        text = self.tr("only {letter} right: {n}").format(letter=key.letter, n=len(names))
        button = QPushButton(text)
        theme.mark(button, "link")
        button.setObjectName(f"only_{key.letter}_of_{a.letter}{b.letter}")
        button.setEnabled(bool(names))
        button.setToolTip(self.tr("Show these pictures") if names else self.tr("There is no such picture"))
        title = self.tr("of {a} and {b} only {who} is right").format(a=a, b=b, who=key.letter)
        button.clicked.connect(lambda _checked=False: self.pictures_wanted.emit(names, title))
        return button

    @Slot(int)
    def on_metric_changed(self, _index: int) -> None:
        self._fill()
