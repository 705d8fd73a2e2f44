"""How numbers are written on screen: never more digits than they deserve."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QLocale

ALMOST_ONE = 0.995  # above, a softmax says no more than "nearly sure"
ALMOST_NOTHING = 0.005
NBSP = "\u00a0"
MINUTE_S = 60
HOUR_S = 3600


def _tr(text: str) -> str:
    return QCoreApplication.translate("numbers", text)


def percent(share: float) -> str:
    """A share as whole percent, two digits at most: 46 %, >99 %, <1 %; – when there is none."""
    if math.isnan(share):
        return "–"
    if ALMOST_ONE < share < 1:
        return f">99{NBSP}%"
    if 0 < share < ALMOST_NOTHING:
        return f"<1{NBSP}%"
    return f"{QLocale().toString(round(share * 100))}{NBSP}%"


def probability(value: float) -> str:
    """One class's probability: as `percent`, but a softmax is never called certain."""
    if value > ALMOST_ONE:
        return f">99{NBSP}%"
    return f"<1{NBSP}%" if value < ALMOST_NOTHING else percent(value)


def exact_percent(share: float) -> str:
    """A measured share with one decimal: 81.3 %; – when there is none."""
    return "–" if math.isnan(share) else f"{QLocale().toString(100 * share, 'f', 1)}{NBSP}%"


def percent_interval(low: float, high: float) -> str:
    """[74.3, 86.8], the percent sign standing before it."""
    if math.isnan(low) or math.isnan(high):
        return "[–]"
    return f"[{QLocale().toString(100 * low, 'f', 1)}, {QLocale().toString(100 * high, 'f', 1)}]"


def measured(metric: str, value: float, low: float = math.nan, high: float = math.nan) -> str:
    """A metric as it is written everywhere, with its interval if there is one: 81.3 % [74.3, 86.8]."""
    share = metric == "accuracy"
    text = exact_percent(value) if share else score(value)
    if math.isnan(low):
        return text
    return f"{text}{NBSP}{percent_interval(low, high) if share else interval(low, high)}"


def pictures(count: int) -> str:
    """1 picture, 1,000 pictures."""
    return _tr("1 picture") if count == 1 else _tr("{n} pictures").format(n=whole(count))


def classes(count: int) -> str:
    """1 class, 10 classes."""
    return _tr("1 class") if count == 1 else _tr("{n} classes").format(n=whole(count))


def score(value: float | None) -> str:
    """A metric with three decimals, or – when there is none."""
    return "–" if value is None or math.isnan(value) else QLocale().toString(value, "f", 3)


def interval(low: float, high: float) -> str:
    """[0.812, 0.901]"""
    return f"[{score(low)}, {score(high)}]"


def whole(value: int) -> str:
    """A count with the locale's separators: 1,234,567."""
    return QLocale().toString(value)


def brief(value: float) -> str:
    """A large count in three digits: 5.1 k, 4.65 M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{NBSP}{unit}"
    return f"{value:.3g}"


def duration(seconds: float) -> str:
    """A time as people say it: 12 s, 4 min, 2 h 10 min."""
    if seconds < 1:
        return _tr("under 1 s")
    if seconds < MINUTE_S:
        return f"{round(seconds)}{NBSP}s"
    minutes = round(seconds / MINUTE_S)
    if seconds < HOUR_S:
        return f"{minutes}{NBSP}min"
    return f"{minutes // 60}{NBSP}h {minutes % 60}{NBSP}min"


def about(seconds: float) -> str:
    """A time that is only estimated: about 10 s, about 4 min."""
    if seconds < 1:
        return _tr("a moment")
    if seconds < 10:
        rounded = float(round(seconds))
    elif seconds < MINUTE_S:
        rounded = float(5 * round(seconds / 5))
    else:
        rounded = seconds
    return _tr("about {time}").format(time=duration(rounded))
