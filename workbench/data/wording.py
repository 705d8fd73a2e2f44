"""Counts and names as the data's messages say them."""

from __future__ import annotations

from collections.abc import Sequence

NAMED = 5  # so many names are spelled out in a message
_PLURAL = {"class": "classes"}


def pictures(count: int) -> str:
    """1 picture, 2 pictures."""
    return counted(count, "picture")


def counted(count: int, noun: str) -> str:
    """The number with its noun, in the singular or plural."""
    return f"{count:,} {noun if count == 1 else _PLURAL.get(noun, noun + 's')}"


def names(noun: str, known: Sequence[str]) -> str:
    """the class 'rose'; the classes 'rose', 'tulip'."""
    return f"the {noun if len(known) == 1 else _PLURAL.get(noun, noun + 's')} {listed(known)}"


def listed(known: Sequence[str]) -> str:
    """The first names in quotes, and how many more there are."""
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    return ", ".join(repr(name) for name in known[:NAMED]) + more
