"""What each command does: ask one verb of the experiment, then show its answer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench import experiment
from workbench.cli import answers
from workbench.cli.arguments import UsageError
from workbench.cli.console import Console
from workbench.cli.live import JsonLines, Progress
from workbench.cli.projects import project_to_fill
from workbench.cli.signals import Interruption
from workbench.cli.tables import size
from workbench.core import places
from workbench.core.errors import DataError, RecipeError
from workbench.core.events import Event, ExperimentEnded
from workbench.core.recipe import Recipe
from workbench.core.recipe_files import apply_overrides
from workbench.experiment.views import HeadCounts
from workbench.store.project import Project

Command = Callable[[argparse.Namespace, Console, Interruption], int]
Listener = Callable[[Event], None]

DEMO_REPORT = "report.html"

# outcome of an experiment -> exit status
_STATUS = {"finished": 0, "partial": 1, "failed": 1, "stopped": 130}


def train(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Train what a recipe says."""
    interruption.expect_questions()
    recipe = experiment.load_recipe(options.recipe, options.settings)
    with project_to_fill(_folder(options)) as project:
        return _conclude(_carry_out(recipe, project, console, interruption), console)


def demo(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Train four heads on the packaged sample, write a report, compare."""
    interruption.expect_questions()
    recipe = experiment.demo_recipe()
    if options.epochs is not None:
        values = recipe.canonical()
        values["training"]["epochs"] = options.epochs
        recipe = experiment.parse_recipe(values)
    folder = options.project or places.sample_project_dir()
    with project_to_fill(folder) as project:
        console.say(f"Project: {folder}")
        ended = _carry_out(recipe, project, console, interruption)
        status = _conclude(ended, console)
        finished = [run["run"] for run in ended.runs if run["status"] == "finished"]
        if not finished or ended.outcome == "stopped":
            return status
        interruption.expect_no_more_questions()
        output = experiment.write_report(project, options.output or folder / DEMO_REPORT, finished)
        console.say(f"\nReport: {output}\n")
        if console.as_json:
            console.write_json({"event": "report_written", "path": output})
        else:
            answers.show_comparison(experiment.compare_runs(project, finished), console)
        return status


def resume(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Complete the experiment that a run belongs to."""
    interruption.expect_questions()
    with _project(options) as project:
        listener = _listener(console, interruption)
        return _conclude(
            experiment.resume_experiment(options.run, project, listener, interruption.stopped), console
        )


def runs(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """List the runs of the project."""
    with _project(options) as project:
        answers.show_runs(experiment.list_runs(project), console)
    return 0


def test(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Open the sealed test set for one run."""
    with _project(options) as project:
        answers.show_test(experiment.open_test(project, options.run), console)
    return 0


def posterior(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Show or write what a run believes about each sample of a split."""
    with _project(options) as project:
        result = experiment.run_result(project, options.run, options.split)
    if options.csv is not None:
        from workbench.export.table import write_posterior_csv

        _check_output(options.csv)
        write_posterior_csv(result.table, options.csv)
    answers.show_posterior(result, options.csv, console)
    return 0


def compare(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Compare runs on the samples they share."""
    if len(set(options.runs)) < 2:
        raise UsageError("compare: name at least two different runs; `workbench runs` lists them")
    with _project(options) as project:
        answers.show_comparison(experiment.compare_runs(project, options.runs, options.split), console)
    return 0


def predict(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Classify the pictures of a folder."""
    interruption.expect_questions()
    if not options.folder.is_dir():
        raise DataError(f"{options.folder}: there is no such folder; name the folder that holds the pictures")
    _check_output(options.csv)

    def progress(done: int, total: int) -> None:
        console.update(f"Classifying: {done:,} of {total:,}")

    with _project(options) as project:
        found = experiment.predict_folder(
            project, options.run, options.folder, options.csv, progress, interruption.stopped
        )
    answers.show_predicted(options.run, found, options.csv, console)
    return 0


def report(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Write the HTML report."""
    _check_output(options.output)
    with _project(options) as project:
        output = experiment.write_report(project, options.output, options.runs)
    console.say(f"Report: {output}")
    if console.as_json:
        console.write_json({"report": output})
    return 0


def heads(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Exact size and cost of heads."""
    changes: dict[str, Any] = {}
    apply_overrides(changes, options.settings, Path.cwd())
    if changes and options.name is None:
        raise UsageError(
            "heads: --set changes an option of one head; name it: workbench heads NAME --set ..."
        )
    known = experiment.catalogue()
    features = options.features
    if features is None:
        features = next(card.features for card in known.backbones if card.packaged)
    counts: list[HeadCounts | tuple[str, RecipeError]]
    if options.name is not None:
        counts = [experiment.head_counts(options.name, changes, features, options.classes)]
    else:
        counts = [_counts_or_reason(card.name, features, options.classes) for card in known.heads]
    answers.show_heads(counts, features, options.classes, console)
    return 0


def delete(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Move a run to the trash, bring it back, or empty the trash."""
    if options.empty == (options.run is not None):
        raise UsageError("delete: name a run, or empty the trash with --empty (not both)")
    with _project(options) as project:
        if options.empty:
            freed = experiment.empty_trash(project)
            console.say(f"The trash is empty; {size(freed)} freed.")
            answer: dict[str, Any] = {"freed_bytes": freed}
        elif options.restore:
            experiment.restore_run(project, options.run)
            console.say(f"{options.run} is back.")
            answer = {"restored": options.run}
        else:
            experiment.delete_run(project, options.run)
            console.say(
                f"{options.run} lies in the trash. `workbench delete {options.run} --restore` brings it "
                "back, `workbench delete --empty` removes it for good."
            )
            answer = {"deleted": options.run}
    if console.as_json:
        console.write_json(answer)
    return 0


def doctor(options: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    """Devices, versions, weights on disk, space used and free; needs no project."""
    folder = _folder(options)
    if options.project is None and not Project.is_project(folder):
        answers.show_doctor(experiment.doctor(None), console)
        return 0
    with Project.open(folder) as project:
        answers.show_doctor(experiment.doctor(project), console)
    return 0


COMMANDS: dict[str, Command] = {
    "train": train,
    "demo": demo,
    "resume": resume,
    "runs": runs,
    "test": test,
    "posterior": posterior,
    "compare": compare,
    "predict": predict,
    "report": report,
    "heads": heads,
    "delete": delete,
    "doctor": doctor,
}


def _folder(options: argparse.Namespace) -> Path:
    return options.project if options.project is not None else Path.cwd()


def _project(options: argparse.Namespace) -> Project:
    """The project that must be there already."""
    return Project.open(_folder(options))


def _carry_out(
    recipe: Recipe, project: Project, console: Console, interruption: Interruption
) -> ExperimentEnded:
    return experiment.run_experiment(recipe, project, _listener(console, interruption), interruption.stopped)


def _listener(console: Console, interruption: Interruption) -> Listener:
    return (JsonLines if console.as_json else Progress)(console, interruption.leave)


def _conclude(ended: ExperimentEnded, console: Console) -> int:
    if ended.outcome == "stopped":
        unfinished = [run["run"] for run in ended.runs if run["status"] not in ("finished", "failed")]
        if unfinished:
            console.say(f"Stopped; `workbench resume {unfinished[0]}` completes the experiment.")
    return _STATUS[ended.outcome]


def _counts_or_reason(name: str, features: int, classes: int) -> HeadCounts | tuple[str, RecipeError]:
    try:
        return experiment.head_counts(name, {}, features, classes)
    except RecipeError as error:
        return name, error


def _check_output(path: Path) -> None:
    """Say at once, not after the work, that a file cannot be written."""
    folder = path.absolute().parent
    if path.is_dir():
        raise DataError(f"{path}: is a folder; name a file to write")
    if not folder.is_dir():
        raise DataError(f"{path}: there is no folder {folder}; create it or choose another place")
