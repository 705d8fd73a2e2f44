"""Which features each layer of a spinal head looks at. No torch.

The features are read as an endless stream: once through, then from the start again. Layer k takes
the k-th piece of it (SpinalNet, arXiv 2007.03347, and the authors' customizable head).
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.errors import RecipeError


@dataclass(frozen=True, slots=True)
class Segments:
    """Pieces of `size` values, cut from a stream that repeats after `period` values.

    period > features: zeros fill the gap. period < features: the last features are not used.
    """

    features: int
    layers: int
    size: int
    period: int

    def bounds(self, layer: int) -> tuple[int, int]:
        """Start and end of the segment of `layer` (from 0); an end past `period` wraps to the start."""
        start = layer * self.size % self.period
        return start, start + self.size

    def unused(self) -> int:
        """How many features no layer looks at."""
        reach = min(self.layers * self.size, self.period)
        return max(0, self.features - reach)

    def empty(self) -> int:
        """How many of the layers see nothing but filled-in zeros."""
        return sum(self.bounds(layer)[0] >= self.features for layer in range(self.layers))


def padded(features: int, splits: int, layers: int) -> Segments:
    """Equal segments for any number of features: the last one is filled up with zeros."""
    size = -(-features // splits)
    return Segments(features, layers, size, period=splits * size)


def half_split(features: int, layers: int) -> Segments:
    """The published fixed head: odd layers see the first half, even layers the second.

    With 4m + 1 features the last one is left out, as in the authors' code; with 4m + 3 their
    second half is one value short and fails, so RecipeError.
    """
    size = round(features / 2)  # to the even neighbour, as the authors' code rounds
    _check(features, 2, layers, size)
    if 2 * size > features:
        raise RecipeError(
            f"exact: the published head cannot halve {features} features (4m + 3 leaves the second half one "
            "short). Set exact = false: the gap is then filled with a zero."
        )
    return Segments(features, layers, size, period=2 * size)


def tiled(features: int, splits: int, layers: int) -> Segments:
    """The published customizable head: the features tiled end to end, so segments may wrap around."""
    size = round(features / splits)
    _check(features, splits, layers, size)
    return Segments(features, layers, size, period=features)


def _check(features: int, splits: int, layers: int, size: int) -> None:
    if size < 1:
        raise RecipeError(
            f"exact: {splits} splits of {features} features would be empty. Use fewer splits, or set "
            "exact = false."
        )
    if layers < 2:
        raise RecipeError(
            "exact: the published head needs at least 2 layers. Set layers = 2 or more, or exact = false."
        )
