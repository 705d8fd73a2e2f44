"""Numbers and tables as people read them in a terminal. Percent only here, never in JSON."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

NOTHING = "-"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns under `head`, the first `left` of them flush left, the others flush right."""
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [head, *rows]
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def percent(value: Any) -> str:
    """A share as percent with one decimal."""
    return f"{100 * value:.1f} %" if _is_number(value) else NOTHING


def decimal(value: Any, digits: int = 3) -> str:
    """A number with a fixed number of digits after the point."""
    return f"{value:.{digits}f}" if _is_number(value) else NOTHING


def whole(value: Any) -> str:
    """A count with thousands separated."""
    return f"{int(value):,}" if _is_number(value) else NOTHING


def seconds(value: Any) -> str:
    """A duration: 0.42 s, 12.3 s, 3 min 05 s, 2 h 10 min."""
    if not _is_number(value):
        return NOTHING
    if value < 60:
        return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def size(count: float) -> str:
    """Bytes in the unit that suits them."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def when(moment: float | None) -> str:
    """A moment in local time, to the minute."""
    return NOTHING if moment is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))


def interval(low: Any, high: Any, show: Any = decimal) -> str:
    """Both ends of a 95 % interval."""
    return f"[{show(low)}, {show(high)}]" if _is_number(low) and _is_number(high) else NOTHING


def support(metrics: Mapping[str, Any]) -> int:
    """How many samples the metrics of one split were computed on."""
    classes: Mapping[str, Mapping[str, float]] = metrics.get("per_class", {})
    return int(sum(row.get("support", 0) for row in classes.values()))


def run_name(label: str, seed: int) -> str:
    """A run's head with what tells it apart; the seed has a column of its own."""
    return label.removesuffix(f", seed {seed}")


def results_table(runs: Sequence[Mapping[str, Any]], labels: Mapping[str, str], split: str = "val") -> str:
    """One line per run object: size, the metrics of `split`, and what it cost."""
    rows = []
    for run in runs:
        metrics = run.get("metrics", {}).get(split, {})
        rows.append(
            [
                run["run"],
                run_name(labels.get(run["run"], run["head"]), run["seed"]),
                str(run["seed"]),
                run["status"],
                whole(run.get("parameters", {}).get("head")),
                percent(metrics.get("accuracy")),
                decimal(metrics.get("macro_f1")),
                decimal(metrics.get("log_loss")),
                decimal(metrics.get("ece")),
                seconds(run.get("seconds", {}).get("total")),
            ]
        )
    head = ["run", "head", "seed", "status", "parameters"]
    return table([*head, "accuracy", "macro-F1", "log loss", "ECE", "time"], rows, left=2)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
