"""The answers of the verbs: as tables for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.cli.console import Console
from workbench.cli.tables import (
    NOTHING,
    decimal,
    interval,
    percent,
    results_table,
    run_name,
    size,
    support,
    table,
    when,
    whole,
)
from workbench.core.errors import RecipeError
from workbench.experiment.results import letter
from workbench.experiment.views import (
    Comparison,
    Difference,
    HeadCounts,
    Predicted,
    RunResult,
    RunView,
)

SPLIT_NAMES = {"train": "Training set", "val": "Validation set", "test": "Test set"}
VERDICT_METRICS = ("accuracy", "macro_f1")  # whose verdicts are told in words
METRIC_NAMES = {"accuracy": "accuracy", "macro_f1": "macro-F1", "log_loss": "log loss", "ece": "ECE"}


def run_object(view: RunView) -> dict[str, Any]:
    """A run as `--json` gives it: the keys of `experiment_ended`'s runs, and what lists need."""
    return {
        "run": view.run,
        "name": view.name,
        "experiment": view.experiment,
        "label": view.label,
        "head": view.head,
        "options": view.head_options,
        "seed": view.seed,
        "status": view.status,
        "message": view.message,
        "created": view.created,
        "ended": view.ended,
        "epochs_done": view.epochs_done,
        "best_epoch": view.best_epoch,
        "parameters": view.parameters,
        "metrics": view.metrics,
        "seconds": view.seconds,
        "sealed": view.sealed,
        "opened": view.opened,
        "backbone": view.backbone,
        "data": view.data,
        "split": view.split,
        "device": view.device,
        "engine": view.engine,
        "precision": view.precision,
        "decoder": view.decoder,
    }


def show_runs(views: Sequence[RunView], console: Console) -> None:
    """All runs of a project."""
    if console.as_json:
        console.write_json({"runs": [run_object(view) for view in views]})
        return
    if not views:
        console.say("No runs yet; `workbench train RECIPE` makes some.")
        return
    rows = []
    for view in views:
        val = view.metrics.get("val", {})
        rows.append(
            [
                view.run,
                view.name,
                run_name(view.label, view.seed),
                str(view.seed),
                view.status,
                when(view.created),
                str(view.epochs_done),
                whole(support(val)) if val else NOTHING,
                percent(val.get("accuracy")),
                decimal(val.get("macro_f1")),
                decimal(val.get("log_loss")),
            ]
        )
    head = ["run", "name", "head", "seed", "status", "begun", "epochs", "n val", "val accuracy", "macro-F1"]
    console.say(table([*head, "log loss"], rows, left=3))


def show_test(result: RunResult, console: Console) -> None:
    """The opened test set of one run."""
    run = run_object(result.view)
    run["metrics"] = {**result.view.metrics, "test": result.metrics}
    if console.as_json:
        console.write_json(run)
        return
    console.say(f"{_heading(result)}:")
    console.say(results_table([run], {result.view.run: result.view.label}, "test"))
    console.say()
    console.say(_per_class(result))
    times = "once" if result.view.opened == 1 else f"{result.view.opened} times"
    console.say(f"\nThis test set has been opened {times} in this project.")


def show_posterior(result: RunResult, csv: Path | None, console: Console) -> None:
    """What a run believes about each sample."""
    beliefs = result.table
    classes = beliefs.classes
    if csv is not None:
        console.say(f"{whole(len(beliefs))} samples ({beliefs.split}) written: {csv}")
    if console.as_json:
        rows = [
            {
                "sample": name,
                "target": classes[target],
                "predicted": classes[predicted],
                "probability": dict(zip(classes, row.tolist(), strict=True)),
            }
            for name, target, predicted, row in zip(
                beliefs.sample, beliefs.target, beliefs.predicted, beliefs.probability, strict=True
            )
        ]
        console.write_json(
            {"run": result.view.run, "split": beliefs.split, "classes": classes, "rows": rows, "csv": csv}
        )
    elif csv is None:
        lines = [
            [
                name,
                classes[target],
                classes[predicted],
                percent(float(row[predicted])),
                percent(float(row[target])),
                "" if target == predicted else "wrong",
            ]
            for name, target, predicted, row in zip(
                beliefs.sample, beliefs.target, beliefs.predicted, beliefs.probability, strict=True
            )
        ]
        console.say(f"{_heading(result)}:")
        head = ["sample", "target", "predicted", "p(predicted)", "p(target)", ""]
        console.say(table(head, lines, left=3))


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Runs side by side, and the difference of every pair, with 95 % intervals."""
    if console.as_json:
        console.write_json(_comparison_object(comparison))
        return
    results = comparison.results
    names = {result.view.run: f"{letter(i)} {result.view.label}" for i, result in enumerate(results)}
    sizes = sorted({len(result.table) for result in results})
    console.say(
        f"{SPLIT_NAMES[comparison.split]}, n = {' or '.join(map(whole, sizes))}; in brackets 95 % intervals"
    )
    rows = [
        [
            result.view.run,
            names[result.view.run],
            whole(result.view.parameters.get("head")),
            *(_with_interval(result, metric) for metric in METRIC_NAMES),
        ]
        for result in results
    ]
    console.say(table(["run", "head", "parameters", *METRIC_NAMES.values()], rows, left=2))
    for a, b in dict.fromkeys((found.a, found.b) for found in comparison.differences):
        console.say(f"\n{names[b]} minus {names[a]}:")
        pair = [found for found in comparison.differences if (found.a, found.b) == (a, b)]
        rows = [
            [
                METRIC_NAMES.get(found.metric, found.metric),
                _signed(found, found.value),
                f"[{_signed(found, found.low)}, {_signed(found, found.high)}]",
                "clear" if found.clear else "",
            ]
            for found in pair
        ]
        console.say(table(["", "difference", "95 % interval", ""], rows))
        for verdict in dict.fromkeys(f.verdict for f in pair if f.metric in VERDICT_METRICS):
            console.say(verdict)
    for note in comparison.notes:
        console.say(f"\nnote: {note}")


def _comparison_object(comparison: Comparison) -> dict[str, Any]:
    split = comparison.split
    runs = [
        {
            **run_object(result.view),
            "n": len(result.table),
            "metrics": {split: result.metrics},
            "intervals": {split: {**result.intervals, "per_class": result.class_intervals}},
        }
        for result in comparison.results
    ]
    return {"split": split, "runs": runs, "differences": comparison.differences, "notes": comparison.notes}


def show_heads(
    counts: Sequence[HeadCounts | tuple[str, RecipeError]], features: int, classes: int, console: Console
) -> None:
    """Exact sizes; a head that cannot be built at this size says why."""
    known = [count for count in counts if isinstance(count, HeadCounts)]
    refused = [count for count in counts if not isinstance(count, HeadCounts)]
    if console.as_json:
        console.write_json(
            {
                "features": features,
                "classes": classes,
                "heads": known,
                "refused": [{"name": name, "message": str(reason)} for name, reason in refused],
            }
        )
        return
    console.say(f"{whole(features)} features in, {whole(classes)} classes out; multiplications per sample")
    rows = [
        [count.name, _options(count.options), whole(count.parameters), whole(count.multiplications)]
        for count in known
    ]
    console.say(table(["head", "options", "parameters", "multiplications"], rows, left=2))
    for count in known:
        for note in count.notes:
            console.say(f"{count.name}: {note}")
    for name, reason in refused:
        console.say(f"{name}: cannot be built at this size: {reason}")


def show_doctor(found: Mapping[str, Any], console: Console) -> None:
    """What this computer and this project have."""
    if console.as_json:
        console.write_json(found)
        return
    for key, value in found.items():
        title = key.removesuffix("_bytes").replace("_", " ").capitalize()
        if key.endswith("_bytes"):
            console.say(f"{title}: {size(value)}")
        elif isinstance(value, Mapping):
            console.say(f"{title}:")
            for name, inner in value.items():
                console.say(f"  {name}: {inner}")
        elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            console.say(f"{title}:")
            head = list(value[0])
            rows = [[_cell(row.get(column)) for column in head] for row in value]
            text = table([column.replace("_", " ") for column in head], rows, left=2)
            console.say("\n".join(f"  {line}" for line in text.splitlines()))
        else:
            console.say(f"{title}: {_cell(value)}")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return NOTHING if value is None or value == "" else str(value)


def _options(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_option(value)}" for name, value in options.items() if value is not None)


def _option(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list | tuple) else str(value)


def _label(view: RunView) -> str:
    return f"{run_name(view.label, view.seed)}, seed {view.seed}"


def _heading(result: RunResult) -> str:
    return f"{_label(result.view)}: {SPLIT_NAMES[result.table.split].lower()}, n = {whole(len(result.table))}"


def _with_interval(result: RunResult, metric: str) -> str:
    show = percent if metric == "accuracy" else decimal
    low, high = result.intervals.get(metric, (None, None))
    between = interval(low, high, show)
    value = show(result.metrics.get(metric))
    return value if between == NOTHING else f"{value} {between}"


def _signed(found: Difference, value: float) -> str:
    if value != value:
        return NOTHING
    return f"{100 * value:+.1f} points" if found.metric == "accuracy" else f"{value:+.3f}"


def _per_class(result: RunResult) -> str:
    rows = [
        [
            name,
            decimal(scores.get("precision")),
            decimal(scores.get("recall")),
            decimal(scores.get("f1")),
            whole(scores.get("support")),
        ]
        for name, scores in result.metrics.get("per_class", {}).items()
    ]
    return table(["class", "precision", "recall", "F1", "n"], rows)


def show_predicted(run: str, found: Predicted, csv: Path, console: Console) -> None:
    """How many pictures of a folder were classified, where that stands, and what was left out."""
    console.say(f"{found.pictures:,} {'picture' if found.pictures == 1 else 'pictures'} classified: {csv}")
    for skip in found.skipped:
        console.say(f"left out: {skip.path}: {skip.reason}")
    if console.as_json:
        console.write_json({"run": run, "pictures": found.pictures, "csv": csv, "skipped": found.skipped})
