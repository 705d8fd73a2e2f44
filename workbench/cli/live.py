"""An experiment's events as lines: text for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.cli.console import Console
from workbench.cli.tables import decimal, percent, results_table, run_name, seconds, support, whole
from workbench.core.events import (
    EpochDone,
    Event,
    ExperimentEnded,
    ExperimentStarted,
    RunEnded,
    RunStarted,
    StageAdvanced,
    StageStarted,
    StepDone,
    Warned,
    to_json,
)

_STAGES = {"data": "Data", "features": "Features", "fit": "Training", "predict": "Prediction"}


class JsonLines:
    """Each event as one line of JSON, as it happens.

    A reader that has gone ends the work as Ctrl+C would: what was learned stays resumable.
    """

    def __init__(self, console: Console, reader_gone: Callable[[], None]) -> None:
        self._console = console
        self._reader_gone = reader_gone

    def __call__(self, event: Event) -> None:
        try:
            self._console.write_json(to_json(event))
        except BrokenPipeError:
            self._console.close_pipe()
            self._reader_gone()


class Progress:
    """Each event as a line for people; on a terminal the running line is replaced in place."""

    def __init__(self, console: Console, reader_gone: Callable[[], None]) -> None:
        self._console = console
        self._reader_gone = reader_gone
        self._labels: dict[str, str] = {}
        self._epoch: dict[str, EpochDone] = {}
        self._show: dict[type, Callable[[Any], None]] = {
            ExperimentStarted: self._on_experiment_started,
            StageStarted: self._on_stage_started,
            StageAdvanced: self._on_stage_advanced,
            RunStarted: self._on_run_started,
            StepDone: self._on_step_done,
            EpochDone: self._on_epoch_done,
            Warned: self._on_warned,
            RunEnded: self._on_run_ended,
            ExperimentEnded: self._on_experiment_ended,
        }

    def __call__(self, event: Event) -> None:
        show = self._show.get(type(event))
        if show is None:
            return
        try:
            show(event)
        except BrokenPipeError:
            self._console.close_pipe()
            self._reader_gone()

    def _on_experiment_started(self, event: ExperimentStarted) -> None:
        self._labels = {plan.run: plan.label for plan in event.runs}
        count = len(event.runs)
        self._console.say(f"{event.name}: {count} {'run' if count == 1 else 'runs'}")
        for plan in event.runs:
            self._console.say(f"  {plan.run}  {run_name(plan.label, plan.seed)}, seed {plan.seed}")

    def _on_stage_started(self, event: StageStarted) -> None:
        if event.run is not None:
            return  # its epochs tell
        text = f": {event.text}" if event.text else ""
        self._console.say(f"{_STAGES[event.stage]}{text}")

    def _on_stage_advanced(self, event: StageAdvanced) -> None:
        if event.run is not None and event.stage == "fit":
            return
        share = f", {100 * event.done // event.total} %" if event.total else ""
        of = f" of {whole(event.total)}" if event.total else ""
        self._console.update(f"  {_STAGES[event.stage]}: {whole(event.done)}{of}{share}")

    def _on_run_started(self, event: RunStarted) -> None:
        label = run_name(self._labels.get(event.run, event.head), event.seed)
        self._console.say(
            f"{label}, seed {event.seed}: {whole(event.parameters.get('trainable'))} trainable parameters, "
            f"{event.epochs} {'epoch' if event.epochs == 1 else 'epochs'}"
        )

    def _on_step_done(self, event: StepDone) -> None:
        last = self._epoch.get(event.run)
        so_far = _epoch_line(last) if last else f"  epoch {event.epoch}"
        self._console.update(f"{so_far}  [step {event.step}/{event.steps}, loss {decimal(event.loss)}]")

    def _on_epoch_done(self, event: EpochDone) -> None:
        self._epoch[event.run] = event
        if self._console.live:
            self._console.update(_epoch_line(event))
        else:
            self._console.say(_epoch_line(event))

    def _on_warned(self, event: Warned) -> None:
        self._console.say(f"warning: {event.message}")

    def _on_run_ended(self, event: RunEnded) -> None:
        last = self._epoch.pop(event.run, None)
        if last is not None and self._console.live:
            self._console.finish_update(_epoch_line(last))
        if event.status == "finished" and last is not None:
            self._console.say(f"  best epoch {last.best_epoch}, {seconds(event.seconds.get('total'))}")
        elif event.status != "finished":
            reason = f": {event.message}" if event.message else ""
            self._console.say(f"  {event.status}{reason}")

    def _on_experiment_ended(self, event: ExperimentEnded) -> None:
        self._console.say()
        measured = [run for run in event.runs if run.get("metrics", {}).get("val")]
        if measured:
            n = support(measured[0]["metrics"]["val"])
            self._console.say(f"Validation set, n = {whole(n)}:")
        self._console.say(results_table(event.runs, self._labels))
        for run in event.runs:
            if run["status"] == "failed" and run.get("message"):
                self._console.say(f"{run['run']} failed: {run['message']}")
        if event.message:
            self._console.say(event.message)
        if measured and measured[0].get("sealed"):
            self._console.say(
                f"{whole(measured[0]['sealed'])} pictures are kept aside. The test set is sealed: `workbench "
                "test RUN` opens it, and every opening is counted."
            )


def _epoch_line(event: EpochDone) -> str:
    width = len(str(event.epochs))
    parts = [f"epoch {event.epoch:>{width}}/{event.epochs}", f"loss {decimal(event.train.get('loss'))}"]
    val: Mapping[str, float] = event.val
    if val:
        parts += [
            f"val loss {decimal(val.get('loss'))}",
            f"val accuracy {percent(val.get('accuracy'))}",
            f"macro-F1 {decimal(val.get('macro_f1'))}",
        ]
    else:
        parts.append(f"train accuracy {percent(event.train.get('accuracy'))}")
    return "  " + "  ".join([*parts, seconds(event.seconds)])
