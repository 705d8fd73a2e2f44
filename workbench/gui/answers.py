"""What several runs say about the same pictures: which are wrong, unsure or disputed. No Qt widgets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workbench.experiment.views import Comparison, RunView
from workbench.gui.charts.legend import RunKey
from workbench.gui.charts.posterior_bars import RunPosterior
from workbench.gui.selection import PictureItem, PictureList, SampleKey

Order = Literal["unsure", "wrong", "disagree", "all"]


def run_title(view: RunView, titles: Mapping[str, str]) -> str:
    """A run's name as people read it: "Spinal, shared weights (width 50), seed 3"."""
    return head_title(view.label, view.head, titles)


def head_title(label: str, head: str, titles: Mapping[str, str]) -> str:
    """A label of the core with the head's title in place of its name in recipes."""
    title = titles.get(head, head)
    return title + label[len(head) :] if label.startswith(head) else label


@dataclass(frozen=True, eq=False)
class Answers:
    """R runs' answers to the N pictures they share, in the first run's order.

    target [N], probability [R, N, C] float64, predicted [R, N], right [R, N].
    """

    split: str
    runs: tuple[RunKey, ...]
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    sample: tuple[str, ...]
    file: tuple[str, ...]
    target: NDArray[np.int64]
    probability: NDArray[np.float64]
    predicted: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.sample)

    @classmethod
    def of(cls, comparison: Comparison, titles: Mapping[str, str]) -> Answers | None:
        """The answers of a comparison's runs; None when they share no picture or know other classes."""
        results = comparison.results
        if not results or any(one.table.classes != results[0].table.classes for one in results):
            return None
        places = [{name: i for i, name in enumerate(one.table.sample)} for one in results]
        names = [name for name in results[0].table.sample if all(name in place for place in places)]
        if not names:
            return None
        rows = [np.array([place[name] for name in names], np.intp) for place in places]
        first = results[0]
        tables = [one.table.take(at) for one, at in zip(results, rows, strict=True)]
        return cls(
            split=comparison.split,
            runs=tuple(RunKey(i, run_title(one.view, titles)) for i, one in enumerate(results)),
            ids=tuple(one.view.run for one in results),
            classes=first.table.classes,
            sample=tuple(names),
            file=tuple(first.files[i] for i in rows[0]),
            target=tables[0].target,
            probability=np.stack([table.probability for table in tables]),
            predicted=np.stack([table.predicted for table in tables]),
        )

    @property
    def right(self) -> NDArray[np.bool_]:
        """Who is right about what: [R, N]."""
        return np.asarray(self.predicted == self.target[None, :])

    def sureness(self) -> NDArray[np.float64]:
        """How sure the runs are, on average, of what they predict: [N], from 1/C to 1."""
        return np.asarray(self.probability.max(axis=2).mean(axis=0))

    def rows(self, order: Order) -> NDArray[np.intp]:
        """The pictures of an order, the most telling first.

        unsure: all, least sure first. wrong: at least one run is wrong, the surest mistake first.
        disagree: the runs predict different classes, least sure first. all: as in the data.
        """
        sure = self.sureness()
        if order == "all":
            return np.arange(len(self))
        if order == "unsure":
            return np.argsort(sure, kind="stable")
        if order == "wrong":
            mistake = np.where(self.right, -1.0, self.probability.max(axis=2)).max(axis=0)
            chosen = np.flatnonzero(mistake >= 0)
            return chosen[np.argsort(-mistake[chosen], kind="stable")]
        chosen = np.flatnonzero((self.predicted != self.predicted[:1]).any(axis=0))
        return chosen[np.argsort(sure[chosen], kind="stable")]

    def row_of(self, name: str) -> int | None:
        """Where a sample stands, or None."""
        try:
            return self.sample.index(name)
        except ValueError:
            return None

    def key(self, row: int) -> SampleKey:
        """The sample as the window's selection names it."""
        return SampleKey(self.split, self.sample[row], self.file[row])

    def posteriors(self, row: int) -> tuple[RunPosterior, ...]:
        """Every run's probabilities for one picture."""
        return tuple(
            RunPosterior(run, tuple(float(p) for p in self.probability[r, row]))
            for r, run in enumerate(self.runs)
        )

    def picture(self, row: int) -> PictureItem:
        """One picture for the gallery strip, with every run's answer."""
        said = tuple(
            (
                run.letter,
                self.classes[self.predicted[r, row]],
                bool(self.predicted[r, row] == self.target[row]),
            )
            for r, run in enumerate(self.runs)
        )
        target = self.classes[self.target[row]]
        return PictureItem(self.sample[row], self.file[row], target, self.split, said)

    def pictures(self, rows: NDArray[np.intp], title: str) -> PictureList:
        """Pictures for the gallery strip."""
        return PictureList(title, tuple(self.picture(int(row)) for row in rows), len(self))

    # --- the pictures behind a number

    def cell(self, run: int, true: int, predicted: int) -> NDArray[np.intp]:
        """The pictures of one cell of a run's confusion matrix."""
        return np.flatnonzero((self.target == true) & (self.predicted[run] == predicted))

    def behind_class(self, run: int, name: str, metric: str) -> NDArray[np.intp]:
        """The pictures a class metric counts, mistakes first.

        recall: of the class. precision: called by that name. f1: either.
        """
        index = self.classes.index(name)
        true, called = self.target == index, self.predicted[run] == index
        chosen = np.flatnonzero({"recall": true, "precision": called}.get(metric, true | called))
        return chosen[np.argsort(self.right[run][chosen], kind="stable")]

    def behind_metric(self, run: int, metric: str) -> NDArray[np.intp]:
        """The pictures that move a metric of the whole split.

        log_loss: all, the most expensive answer first. ece: all, the surest first. Otherwise: those
        the run gets wrong, the surest first.
        """
        sure = self.probability[run].max(axis=1)
        if metric == "log_loss":
            given = self.probability[run, np.arange(len(self)), self.target]
            return np.argsort(given, kind="stable")
        if metric == "ece":
            return np.argsort(-sure, kind="stable")
        chosen = np.flatnonzero(~self.right[run])
        return chosen[np.argsort(-sure[chosen], kind="stable")]

    def named(self, names: tuple[str, ...]) -> NDArray[np.intp]:
        """The rows of some samples, in this order; unknown names are left out."""
        places = {name: i for i, name in enumerate(self.sample)}
        return np.array([places[name] for name in names if name in places], np.intp)


def metric_of(metrics: Mapping[str, object], name: str) -> float:
    """A metric as a number; NaN when there is none."""
    value = metrics.get(name)
    return float(value) if isinstance(value, int | float) else math.nan
