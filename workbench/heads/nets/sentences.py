"""What a user should know about a spinal head of a given size, in plain sentences."""

from __future__ import annotations

from collections.abc import Callable

from workbench.heads.nets.segments import Segments


def spinal_notes(
    segments: Segments, width: int, parameters: Callable[[int], int], linear: int
) -> tuple[str, ...]:
    """Unused features, idle layers, and the width up to which the head is smaller than a linear one.

    `parameters` gives the head's size at any width; `linear` is the linear head's size.
    """
    notes = []
    unused, empty = segments.unused(), segments.empty()
    if unused:
        notes.append(f"No layer sees the last {unused:,} of {segments.features:,} features.")
    if empty:
        notes.append(
            f"{_count(empty, 'layer')} of {segments.layers} only see zeros: there are more splits than "
            "the features can fill. Use fewer splits."
        )
    notes.append(_against_linear(parameters(width), linear, _break_even(parameters, linear)))
    return tuple(notes)


def _against_linear(own: int, linear: int, limit: int) -> str:
    reach = "At no width smaller than a linear head"
    if limit:
        reach = f"Smaller than a linear head up to width {limit:,}"
    if own == linear:
        return f"{reach}; this one is just as large."
    difference = _count(abs(own - linear), "parameter")
    return f"{reach}; this one is {difference} {'larger' if own > linear else 'smaller'}."


def _break_even(parameters: Callable[[int], int], linear: int) -> int:
    """The largest width with fewer parameters than `linear`; 0 if there is none. Sizes grow with width."""
    low, high = 0, 1
    while parameters(high) < linear:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if parameters(middle) < linear else (low, middle)
    return low


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
