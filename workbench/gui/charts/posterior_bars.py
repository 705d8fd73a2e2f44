"""What each run believes about one picture: bars grouped by class, one bar per run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from workbench.gui import numbers
from workbench.gui.charts.class_bars import scrolled
from workbench.gui.charts.figure import Figure, Table, hint_label
from workbench.gui.charts.grouped_bars import Bar, BarGroup, GroupedBars
from workbench.gui.charts.legend import RunKey, RunLegend

MAX_CLASSES = 8  # more are summed as "others": nobody reads twenty groups of bars
OTHERS_NAMED = 12  # in the tooltip of what is summed


@dataclass(frozen=True, slots=True)
class RunPosterior:
    """One run's probabilities [C] for one picture, in the order of the classes; they sum to 1."""

    run: RunKey
    probability: tuple[float, ...]

    @property
    def predicted(self) -> int:
        """The class with the largest probability, the first one on ties."""
        return max(range(len(self.probability)), key=self.probability.__getitem__)


def shown_classes(
    posteriors: Sequence[RunPosterior], target: int | None, room: int = MAX_CLASSES + 1
) -> tuple[int, ...]:
    """Which classes get a group of their own, in class order; `room` is how many groups can be seen.

    The likeliest by the mean over runs; the true class and every run's prediction are always there.
    """
    if not posteriors:
        return ()
    count = len(posteriors[0].probability)
    room = min(room, MAX_CLASSES + 1)
    if count <= room:
        return tuple(range(count))
    own = room - 1  # one group is for the others
    mean = [sum(one.probability[c] for one in posteriors) / len(posteriors) for c in range(count)]
    must = {one.predicted for one in posteriors} | ({target} if target is not None else set())
    rest = sorted((c for c in range(count) if c not in must), key=lambda c: (-mean[c], c))
    return tuple(sorted([*must, *rest[: max(0, own - len(must))]]))


class PosteriorBars(Figure):
    """The bars of one picture. Bars are raw softmax unless the note below says otherwise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("What each head believes"), parent)
        self._classes: tuple[str, ...] = ()
        self._posteriors: tuple[RunPosterior, ...] = ()
        self._target: int | None = None
        self._bars = GroupedBars()
        self._bars.set_door(False)
        self._bars.setAccessibleName(self.tr("Probability of each class"))
        self._area = scrolled(self._bars)
        self._area.installEventFilter(self)
        self.add_drawing(self._area)
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
        self._classes, self._posteriors, self._target = tuple(classes), tuple(posteriors), target
        self._draw()
        self.show_content(_rows(classes, posteriors), self._sentence(classes, posteriors, target))

    def _draw(self) -> None:
        """As many classes as can be seen at once: what was predicted is never below the fold."""
        classes, posteriors = self._classes, self._posteriors
        room = self._bars.groups_that_fit(len(posteriors), self._area.height())
        shown = shown_classes(posteriors, self._target, room)
        groups = [self._group(classes, posteriors, c, self._target) for c in shown]
        if len(shown) < len(classes) and posteriors:
            groups.append(self._others(classes, posteriors, shown))
        self._bars.show_groups(groups)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._area:
            self._draw()
        return super().eventFilter(watched, event)

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

    def _others(
        self, classes: Sequence[str], posteriors: Sequence[RunPosterior], shown: Sequence[int]
    ) -> BarGroup:
        names = [name for c, name in enumerate(classes) if c not in shown]
        label = self.tr("others ({n})").format(n=numbers.whole(len(names)))
        listed = ", ".join(names[:OTHERS_NAMED]) + (", …" if len(names) > OTHERS_NAMED else "")
        bars = []
        for one in posteriors:
            value = sum(p for c, p in enumerate(one.probability) if c not in shown)
            text = numbers.probability(value)
            bars.append(Bar(one.run.index, value, text, f"{one.run}: {label} {text} · {listed}"))
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


def _rows(classes: Sequence[str], posteriors: Sequence[RunPosterior]) -> Table:
    """Every class, those summed as "others" in the drawing too."""
    headers = ("class", *(str(one.run) for one in posteriors))
    rows = tuple((name, *(one.probability[c] for one in posteriors)) for c, name in enumerate(classes))
    return Table(headers, rows if posteriors else ())
