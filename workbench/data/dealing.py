"""The greedy deal of units to splits, and its repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.core.samples import TRAIN


def deal_units(
    unit: NDArray[np.int64],
    target: NDArray[np.int32],
    fractions: Sequence[float],
    generator: np.random.Generator,
) -> NDArray[np.int8]:
    """The split of each of N samples; all samples of one unit share it.

    unit [N] counts from 0 without gaps. Where every unit is one sample, each class comes within one
    sample of its shares, as far as the smallest classes allow.
    """
    if not len(unit):
        return np.empty(0, dtype=np.int8)
    table = _Table.of(unit, target, fractions)
    # Largest first: what comes last is small and evens out what the large ones left.
    drawn = generator.permutation(table.units)
    size = np.bincount(unit)
    order = drawn[np.argsort(-size[drawn], kind="stable")]
    for chosen in order[size[order] > 1].tolist():
        table.place(chosen, table.neediest(chosen))
    table.place_singles(order[size[order] == 1])
    table.repair(order[::-1])  # the smallest fill gaps
    return table.split[unit]


@dataclass(eq=False)
class _Table:
    """Units with their classes, and where each stands so far."""

    units: int
    classes: list[list[int]]  # of each unit
    counts: list[list[int]]  # samples of each of those classes
    used: list[int]  # the splits with a share
    deficit: list[list[float]]  # [split][class]: samples still missing to the share
    weight: list[float]  # [class]: 1 / its samples, so that rare classes count as much as common ones
    present: NDArray[np.int64]  # [split, class]: units that hold the class
    holders: NDArray[np.int64]  # [class]: units that hold it, anywhere
    split: NDArray[np.int8]  # of each unit, once placed

    @classmethod
    def of(cls, unit: NDArray[np.int64], target: NDArray[np.int32], fractions: Sequence[float]) -> _Table:
        number = int(target.max()) + 1
        pairs, counts = np.unique(unit * number + target, return_counts=True)
        units = int(unit.max()) + 1
        classes: list[list[int]] = [[] for _ in range(units)]
        samples: list[list[int]] = [[] for _ in range(units)]
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            classes[pair // number].append(pair % number)
            samples[pair // number].append(count)
        total = np.bincount(target, minlength=number)
        return cls(
            units=units,
            classes=classes,
            counts=samples,
            used=[split for split, share in enumerate(fractions) if share > 0],
            deficit=[(total * share).tolist() for share in fractions],
            weight=(1 / np.maximum(total, 1)).tolist(),
            present=np.zeros((len(fractions), number), dtype=np.int64),
            holders=np.bincount(pairs % number, minlength=number),
            split=np.full(units, -1, dtype=np.int8),
        )

    def neediest(self, unit: int) -> int:
        """The split that this unit brings nearest to its shares; the first one on ties.

        Adding the unit changes the squared distance to the shares by a constant minus twice this sum.
        """
        return max(self.used, key=lambda split: self._need(unit, split))

    def place(self, unit: int, split: int) -> None:
        """Put `unit` into `split`, out of where it stood."""
        old = int(self.split[unit])
        for of_class, count in zip(self.classes[unit], self.counts[unit], strict=True):
            self.deficit[split][of_class] -= count
            self.present[split, of_class] += 1
            if old >= 0:
                self.deficit[old][of_class] += count
                self.present[old, of_class] -= 1
        self.split[unit] = split

    def place_singles(self, order: NDArray[np.int64]) -> None:
        """Place units of one sample each, as `neediest` one by one would, but a class at a time.

        The k-th single that a split takes of a class is as urgent as its deficit less k.
        """
        of_class = np.array([self.classes[unit][0] for unit in order.tolist()], dtype=np.int64)
        for c in np.unique(of_class).tolist():
            singles = order[of_class == c]
            steps = np.arange(len(singles))
            urgency = np.concatenate([self.deficit[split][c] - steps for split in self.used])
            chosen = np.argsort(-urgency, kind="stable")[: len(singles)] // len(singles)
            self.split[singles] = np.array(self.used, dtype=np.int8)[chosen]
            for split, count in zip(self.used, np.bincount(chosen, minlength=len(self.used)), strict=True):
                self.deficit[split][c] -= int(count)
                self.present[split, c] += count

    def repair(self, order: NDArray[np.int64]) -> None:
        """Give every class a training unit, and each split one of every class with enough units.

        Training comes first and may take any unit. After that a unit moves only if it leaves no
        class worse off, so every move fills a gap and it ends.
        """
        wanted = {TRAIN: self.holders > 0}
        wanted |= {split: self.holders >= len(self.used) for split in self.used if split != TRAIN}
        gaps = {split: np.flatnonzero(wanted[split] & (self.present[split] == 0)) for split in wanted}
        movable: dict[int, list[int]] = {int(c): [] for lacking in gaps.values() for c in lacking}
        if not movable:
            return
        for unit in order.tolist():
            for of_class in self.classes[unit]:
                if of_class in movable:
                    movable[of_class].append(unit)
        for split, lacking in gaps.items():
            for of_class in lacking.tolist():
                if self.present[split, of_class] == 0:
                    self._fill(split, movable[of_class], spare_only=split != TRAIN)

    def _need(self, unit: int, split: int) -> float:
        lacking = self.deficit[split]
        pairs = zip(self.classes[unit], self.counts[unit], strict=True)
        return sum(count * lacking[c] * self.weight[c] for c, count in pairs)

    def _fill(self, split: int, movable: Sequence[int], *, spare_only: bool) -> None:
        """Move the unit that mends most where it goes, less what it tears open where it stands."""
        candidates = [unit for unit in movable if not spare_only or self._can_leave(unit)]
        if candidates:
            gain = [self._need(unit, split) - self._need(unit, int(self.split[unit])) for unit in candidates]
            self.place(candidates[int(np.argmax(gain))], split)

    def _can_leave(self, unit: int) -> bool:
        """Whether every class of the unit keeps another unit where it stands."""
        here = int(self.split[unit])
        return bool((self.present[here, self.classes[unit]] > 1).all())
