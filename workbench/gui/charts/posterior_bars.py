"""What each run believes about one picture: bars grouped by class, one bar per run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from workbench.gui import numbers
from workbench.gui.charts.class_bars import scrolled
from workbench.gui.charts.figure import Figure, Table, hint_label
from workbench.gui.charts.grouped_bars import Bar, BarGroup, GroupedBars
from workbench.gui.charts.legend import RunKey, RunLegend

MAX_CLASSES = 8  # more are summed as "others": nobody reads twenty groups of bars


@dataclass(frozen=True, slots=True)
class RunPosterior:
    """One run's probabilities [C] for one picture, in the order of the classes; they sum to 1."""

    run: RunKey
    probability: tuple[float, ...]

    @property
    def predicted(self) -> int:
        """The class with the largest probability, the first one on ties."""
        return max(range(len(self.probability)), key=self.probability.__getitem__)


def shown_classes(posteriors: Sequence[RunPosterior], target: int | None) -> tuple[int, ...]:
    """Which classes get a group of their own, in class order.

    The likeliest by the mean over runs; the true class and every run's prediction are always there.
    """
    if not posteriors:
        return ()
    count = len(posteriors[0].probability)
    if count <= MAX_CLASSES:
        return tuple(range(count))
    mean = [sum(one.probability[c] for one in posteriors) / len(posteriors) for c in range(count)]
    must = {one.predicted for one in posteriors} | ({target} if target is not None else set())
    rest = sorted((c for c in range(count) if c not in must), key=lambda c: (-mean[c], c))
    return tuple(sorted([*must, *rest[: max(0, MAX_CLASSES - len(must))]]))


class PosteriorBars(Figure):
    """The bars of one picture. Bars are raw softmax unless the note below says otherwise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("What each head believes"), parent)
        self._bars = GroupedBars()
        self._bars.set_door(False)
        self._bars.setAccessibleName(self.tr("Probability of each class"))
        self.add_drawing(scrolled(self._bars))
        self._legend = RunLegend()
        self._note = hint_label("")
        self.layout().addWidget(self._legend)
        self.layout().addWidget(self._note)

    @property
    def bars(self) -> GroupedBars:
        """The painted part."""
        return self._bars

    def show_posteriors(
        self,
        classes: Sequence[str],
        posteriors: Sequence[RunPosterior],
        target: int | None,
        note: str = "",
    ) -> None:
        """Draw the bars of one picture; `target` is its true class, if known."""
        self._legend.show_runs([one.run for one in posteriors])
        self._note.setText(note)
        self._note.setVisible(bool(note))
        shown = shown_classes(posteriors, target)
        groups = [self._group(classes, posteriors, c, target) for c in shown]
        others = len(classes) - len(shown)
        if posteriors and others > 0:
            groups.append(self._others(posteriors, shown, others))
        self._bars.show_groups(groups)
        self.show_content(_rows(groups, posteriors), self._sentence(classes, posteriors, target))

    def _group(
        self, classes: Sequence[str], posteriors: Sequence[RunPosterior], c: int, target: int | None
    ) -> BarGroup:
        bars = []
        for one in posteriors:
            value, chosen = one.probability[c], one.predicted == c
            text = numbers.probability(value) + (" ◀" if chosen else "")
            hint = f"{one.run}: {classes[c]} {numbers.probability(value)}"
            if chosen:
                hint += " · " + self.tr("its prediction")
            bars.append(Bar(one.run.index, value, text, hint, marked=chosen))
        true = c == target
        return BarGroup(classes[c], tuple(bars), self.tr("true class") if true else "", strong=true)

    def _others(self, posteriors: Sequence[RunPosterior], shown: Sequence[int], count: int) -> BarGroup:
        label = self.tr("others ({n})").format(n=count)
        bars = []
        for one in posteriors:
            value = sum(p for c, p in enumerate(one.probability) if c not in shown)
            text = numbers.probability(value)
            bars.append(Bar(one.run.index, value, text, f"{one.run}: {label} {text}"))
        return BarGroup(label, tuple(bars))

    def _sentence(
        self, classes: Sequence[str], posteriors: Sequence[RunPosterior], target: int | None
    ) -> str:
        parts = [
            f"{one.run}: {classes[one.predicted]} {numbers.probability(one.probability[one.predicted])}"
            for one in posteriors
        ]
        if target is not None:
            parts.append(self.tr("true class: {name}").format(name=classes[target]))
        return "; ".join(parts)


def _rows(groups: Sequence[BarGroup], posteriors: Sequence[RunPosterior]) -> Table:
    headers = ("class", *(str(one.run) for one in posteriors))
    rows = tuple((group.label, *(bar.value for bar in group.bars)) for group in groups)
    return Table(headers, rows)
