"""What runs believe of one picture: bars grouped by class, one bar per run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.export import svg, words
from workbench.export.markup import Markup, tag

CLASSES_IN_BARS = 8  # beyond: the top classes, and the rest summed
TOP_CLASSES = 7
WIDTH = 390
LEFT, RIGHT = 118, 48
THICK, GAP = 12, 8
NAME_LENGTH = 14


@dataclass(frozen=True, slots=True)
class Row:
    """One group of bars: a class, or all others together. values: one probability per run."""

    name: str
    values: tuple[float, ...]
    true: bool = False


def rows(probability: NDArray[np.float64], classes: Sequence[str], true: str) -> list[Row]:
    """The groups of bars for [runs, C] probabilities; each run's values sum to 1 over all groups.

    With more than eight classes: those with the largest mean and the true one, in class order, then
    "others (n)".
    """
    shown = list(range(len(classes)))
    if len(classes) > CLASSES_IN_BARS:
        shown = sorted(_most_likely(probability, classes.index(true) if true in classes else None))
    found = [
        Row(classes[index], tuple(probability[:, index].tolist()), classes[index] == true) for index in shown
    ]
    left_out = len(classes) - len(shown)
    if left_out:
        rest = np.delete(probability, shown, axis=1).sum(axis=1)
        found.append(Row(f"others ({left_out})", tuple(rest.tolist())))
    return found


def _most_likely(probability: NDArray[np.float64], true: int | None) -> list[int]:
    """Up to seven classes: the two likeliest, then all that matter to some run; the true one always."""
    order = np.argsort(-probability.mean(axis=0), kind="stable").tolist()
    # Classes that no run gives half a percent say nothing one by one.
    matter = [index for index in order if probability[:, index].max() >= words.LOWEST]
    chosen = list(dict.fromkeys([*order[:2], *matter]))[:TOP_CLASSES]
    return chosen if true is None or true in chosen else [true, *chosen][:TOP_CLASSES]


def bars(groups: Sequence[Row], letters: Sequence[str], slots: Sequence[int], sample: str) -> Markup:
    """The bars of one picture on a scale from 0 to 1."""
    step = THICK * len(letters) + GAP
    base = 4 + step * len(groups)

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * value

    drawn: list[Markup] = []
    for place in (0.0, 0.5, 1.0):
        drawn.append(svg.stroke(x(place), 0, x(place), base, "axis" if place == 0.0 else "grid"))
        drawn.append(svg.text(x(place), base + 13, f"{place:g}", anchor="middle", style="tick"))
    for row, group in enumerate(groups):
        top = 4 + row * step
        middle = top + THICK * len(letters) / 2 + 4
        name = words.shortened(group.name, NAME_LENGTH) + (" ✓" if group.true else "")
        drawn.append(
            svg.group(
                tag("title", group.name + (" (true class)" if group.true else "")),
                svg.text(LEFT - 20, middle, name, anchor="end"),
                style="class-name true" if group.true else "class-name",
            )
        )
        for index, (letter, slot, value) in enumerate(zip(letters, slots, group.values, strict=True)):
            y = top + index * THICK
            told = words.probability(value)
            drawn.append(svg.text(LEFT - 5, y + 10, letter, anchor="end", style="small"))
            drawn.append(
                svg.bar(LEFT, y + 1, x(value) - LEFT, THICK - 2, slot, f"{letter} {group.name}: {told}")
            )
            drawn.append(svg.text(x(value) + 4, y + 10, told, style="small"))
    said = "; ".join(
        f"{letter} " + ", ".join(f"{group.name} {words.probability(group.values[index])}" for group in groups)
        for index, letter in enumerate(letters)
    )
    return svg.chart(WIDTH, base + 18, *drawn, label=f"Posterior of {sample}: {said}")
