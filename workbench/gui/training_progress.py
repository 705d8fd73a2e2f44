"""What the events of a running experiment add up to: stages, runs, curves, time left, words. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbench.core.events import (
    EpochDone,
    Event,
    ExperimentEnded,
    ExperimentStarted,
    RunEnded,
    RunPlan,
    RunStarted,
    StageAdvanced,
    StageStarted,
    StepDone,
    Warned,
)
from workbench.experiment.views import Curve

SURE_AFTER = 3  # batches, epochs or looks: before, the time left would be a guess
STALLED_EPOCHS = 5
OVERFIT_GAP = 0.15  # accuracy on training above that on validation
SETTLED_EPOCHS = 5  # before, gaps and empty classes are normal
NEVER_FOUND = 0.0
DISCARDED = "discarded"  # how the core ends an experiment that was thrown away


@dataclass(eq=False)
class StageProgress:
    """One shared stage: data or features."""

    stage: str
    text: str
    total: int
    began: float  # seconds on the experiment's clock
    done: int = 0
    looks: int = 0
    first_done: int = 0  # done at the first look, which may have come from a cache
    first_at: float = 0.0
    last_at: float = 0.0
    over: bool = False

    @property
    def broken_off(self) -> bool:
        """Whether it ended before its time."""
        return self.over and self.looks > 0 and self.done < self.total

    def rate(self) -> float:
        """Pieces a second since the first look; 0 while not known."""
        span = self.last_at - self.first_at
        return (self.done - self.first_done) / span if span > 0 and self.looks >= SURE_AFTER else 0.0

    def left_s(self) -> float | None:
        """Seconds to the end, once known."""
        rate = self.rate()
        return (self.total - self.done) / rate if rate > 0 and self.total else None


@dataclass(eq=False)
class RunProgress:
    """One run: where it stands and its curves so far."""

    plan: RunPlan
    index: int  # its place in the experiment, which gives letter and colour
    status: str = "queued"
    epochs: int = 0
    epoch: int = 0  # completed
    step: int = 0
    steps: int = 0
    loss: float = math.nan
    best_epoch: int = 0
    began: float = 0.0
    last_at: float = 0.0
    resumed_at: int = 0  # epochs that an earlier session completed
    predicting: bool = False
    message: str = ""
    metrics: Mapping[str, object] = field(default_factory=dict)
    points: dict[tuple[str, str], list[tuple[int, float]]] = field(default_factory=dict)
    per_class: dict[str, Mapping[str, float]] = field(default_factory=dict)  # the newest epoch's
    last: EpochDone | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status not in ("queued", "running")

    def fraction(self) -> float:
        """How much of the training is done, from 0 to 1."""
        if self.status == "finished":
            return 1.0
        if not self.epochs:
            return 0.0
        within = self.step / self.steps if self.steps and self.step < self.steps else 0.0
        return min(1.0, (self.epoch + within) / self.epochs)

    def left_s(self) -> float | None:
        """Seconds of training left, after the third epoch, or in a slow first epoch the third step."""
        if self.status != "running" or not self.epochs:
            return None
        span, learned = self.last_at - self.began, self.epoch - self.resumed_at
        if learned >= SURE_AFTER:
            return span / learned * (self.epochs - self.epoch)
        taken = learned * self.steps + self.step
        if self.steps and taken >= SURE_AFTER:
            return span / taken * (self.steps * (self.epochs - self.resumed_at) - taken)
        return None

    def curves(self) -> tuple[Curve, ...]:
        """The lines so far."""
        return tuple(
            Curve(name, split, tuple(e for e, _ in line), tuple(v for _, v in line))
            for (name, split), line in self.points.items()
        )


class TrainingProgress:
    """Adds events up. `take` gets them in lists, with the time on a clock that stands while paused."""

    def __init__(self) -> None:
        self.experiment = ""
        self.name = ""
        self.runs: dict[str, RunProgress] = {}
        self.stages: dict[str, StageProgress] = {}
        self.warnings: list[str] = []
        self.ended: ExperimentEnded | None = None

    def take(self, events: Iterable[Event], now_s: float) -> None:
        """Add a list of events."""
        for event in events:
            self._take(event, now_s)

    def _take(self, event: Event, now: float) -> None:
        match event:
            case ExperimentStarted():
                self.experiment, self.name = event.experiment, event.name
                self.runs = {plan.run: RunProgress(plan, i) for i, plan in enumerate(event.runs)}
            case StageStarted(run=None):
                self._end_stages()
                self.stages[event.stage] = StageProgress(event.stage, event.text, event.total, now)
            case StageAdvanced(run=None) if event.stage in self.stages:
                self._advance(self.stages[event.stage], event, now)
            case Warned():
                if event.message not in self.warnings:
                    self.warnings.append(event.message)
            case ExperimentEnded():
                self._end_stages()
                self.ended = event
                self._end_runs(event)
            case RunStarted() | StageStarted() | StepDone() | EpochDone() | RunEnded() if (
                event.run in self.runs
            ):
                self._take_of_run(self.runs[event.run], event, now)

    def _end_runs(self, end: ExperimentEnded) -> None:
        """Nobody waits any longer; what was thrown away cannot be resumed."""
        for run in self.runs.values():
            if end.message == DISCARDED:
                run.status = DISCARDED
            elif run.status in ("queued", "running"):
                run.status = "not begun" if run.status == "queued" else "paused"

    def _end_stages(self) -> None:
        for stage in self.stages.values():
            stage.over = True

    def _advance(self, stage: StageProgress, event: StageAdvanced, now: float) -> None:
        if stage.looks == 0:
            stage.first_done, stage.first_at = event.done, now
        stage.done, stage.total, stage.last_at = event.done, event.total, now
        stage.looks += 1

    def _take_of_run(self, run: RunProgress, event: Event, now: float) -> None:
        match event:
            case RunStarted():
                self._end_stages()
                run.status, run.epochs, run.began, run.last_at = "running", event.epochs, now, now
            case StageStarted():
                run.predicting = event.stage == "predict"
            case StepDone():
                if run.epoch == 0 and run.steps == 0 and event.epoch > 1:
                    run.resumed_at = run.epoch = event.epoch - 1
                run.step, run.steps, run.loss, run.last_at = event.step, event.steps, event.loss, now
            case EpochDone():
                self._take_epoch(run, event, now)
            case RunEnded():
                run.status, run.message, run.metrics = event.status, event.message, event.metrics
                run.predicting = False

    def _take_epoch(self, run: RunProgress, event: EpochDone, now: float) -> None:
        if run.epoch == 0 and run.steps == 0 and event.epoch > 1:
            run.resumed_at = event.epoch - 1
        run.epoch, run.epochs, run.step, run.last_at = event.epoch, event.epochs, 0, now
        run.best_epoch, run.per_class, run.last = event.best_epoch, dict(event.per_class), event
        for split, values in (("train", event.train), ("val", event.val)):
            for name, value in values.items():
                run.points.setdefault((name, split), []).append((event.epoch, value))

    @property
    def epochs(self) -> int:
        """The most epochs any run will take."""
        return max((run.epochs for run in self.runs.values()), default=0)

    def left_s(self) -> float | None:
        """Seconds until all runs are done, once the running one knows; queued runs count as it does."""
        running = [run for run in self.runs.values() if run.status == "running"]
        known = [run.left_s() for run in running]
        if not known or any(left is None for left in known):
            return None
        whole = max((run.last_at - run.began) / max(run.fraction(), 1e-9) for run in running)
        queued = sum(run.status == "queued" for run in self.runs.values())
        return sum(left for left in known if left is not None) + queued * whole


def remarks(run: RunProgress, title: str, support: Mapping[str, int]) -> list[str]:
    """What stands out in a run's curves, by fixed rules, in plain sentences."""
    event = run.last
    if event is None:
        return []
    said = []
    if not math.isfinite(event.train.get("loss", 0.0)):
        return [f"{title}: training became unstable (the loss is no number); try a smaller learning rate."]
    still = event.epoch - event.best_epoch
    if event.val and run.status == "running" and still >= STALLED_EPOCHS:
        said.append(
            f"{title}: validation has not improved for {still} epochs (best: epoch {event.best_epoch})."
        )
    if event.epoch < SETTLED_EPOCHS:
        return said
    gap = event.train.get("accuracy", 0.0) - event.val.get("accuracy", math.inf)
    if gap > OVERFIT_GAP:
        said.append(
            f"{title}: right on {event.train['accuracy']:.0%} of the pictures it learns from, "
            f"on {event.val['accuracy']:.0%} of the others: it learns by heart."
        )
    missed = [
        name
        for name, scores in event.per_class.items()
        if scores.get("recall", math.nan) <= NEVER_FOUND and support.get(name, 1)
    ]
    if missed:
        few = ", ".join(f"{name} (n = {support[name]})" if name in support else name for name in missed[:3])
        said.append(f"{title}: never finds {few}; with few pictures, try balanced class weights.")
    return said
