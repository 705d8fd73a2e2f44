"""Numbers as a report writes them."""

from __future__ import annotations

import math
from collections.abc import Sequence

SPLITS = {"train": "training", "val": "validation", "test": "test"}
SHARES = frozenset({"accuracy", "precision", "recall"})  # written in percent
TITLES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "log_loss": "Log loss",
    "ece": "Calibration error",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "loss": "Loss",
}
NONE = "–"
SPACE = "\N{NO-BREAK SPACE}"
HIGHEST, LOWEST = 0.995, 0.005  # from these on two digits of a probability would say 100 % or 0 %


def probability(value: float) -> str:
    """Two digits at most: 46 %, >99 %, <1 %."""
    if math.isnan(value):
        return NONE
    if value >= HIGHEST:
        return f">99{SPACE}%"
    if value <= LOWEST:
        return f"<1{SPACE}%"
    return f"{100 * value:.0f}{SPACE}%"


def metric(name: str, value: float) -> str:
    """A metric in its own units: percent with one decimal, F1 with three, losses with three."""
    if math.isnan(value):
        return NONE
    return f"{_digits(name, value)}{SPACE}%" if name in SHARES else _digits(name, value)


def interval(name: str, ends: tuple[float, float]) -> str:
    """`[0.71, 0.94]`, in the digits of the metric."""
    return f"[{_digits(name, ends[0])}, {_digits(name, ends[1])}]"


def _digits(name: str, value: float) -> str:
    if name not in SHARES:
        return f"{value:.3f}"
    written = f"{100 * value:.1f}"
    # A share of less than everything is never written as everything.
    return "99.9" if written == "100.0" and value < 1.0 else written


def count(value: int) -> str:
    """12,345"""
    return f"{value:,}"


def counted(value: int, noun: str) -> str:
    """1 picture, 2 pictures, 3 classes."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{count(value)} {noun if value == 1 else plural}"


def duration(seconds: float) -> str:
    """0.8 s, 41 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 10:
        return f"{seconds:.1f}{SPACE}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{SPACE}s"
    if whole < 3600:
        return f"{whole // 60}{SPACE}min {whole % 60}{SPACE}s"
    return f"{whole // 3600}{SPACE}h {whole % 3600 // 60}{SPACE}min"


def split(name: str) -> str:
    """The split as people call it."""
    return SPLITS.get(name, name)


def listed(names: Sequence[str]) -> str:
    """a, b and c"""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters, the middle left out: names often differ at their ends."""
    if len(text) <= longest:
        return text
    kept = longest - 1
    return f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"
