"""The data of a recipe: scanned, split, and remembered in the project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.core.errors import DataError
from workbench.core.recipe import Recipe
from workbench.core.samples import Samples, Split
from workbench.core.stopping import Stopped, never
from workbench.data.index import FileFacts
from workbench.data.sources import open_data, training_problem
from workbench.data.splits import deal
from workbench.experiment.views import DataView
from workbench.store.project import Project
from workbench.store.records import FileFact


def scan(
    recipe: Recipe,
    project: Project,
    progress: Callable[[int, int], None] | None = None,
    stopped: Stopped = never,
) -> Samples:
    """The labelled pictures of a recipe; what did not change since the last scan is not read again."""
    if recipe.data.kind == "sample":
        roots: Sequence[Path] = (project.sample_home,)
    else:
        roots = tuple(Path(path) for path in (recipe.data.path, recipe.data.test_path) if path)
    known = {f"{root.as_posix()}/{f.path}": f for root in roots for f in _recalled(project, root)}
    before = dict(known)
    try:
        return open_data(recipe.data, project.sample_home, progress, stopped, known)
    finally:
        # After a stop, too: what was decoded need not be decoded again.
        if not project.read_only:
            for root in roots:
                _remember(project, root, {path: f for path, f in known.items() if before.get(path) is not f})


def _recalled(project: Project, root: Path) -> list[FileFacts]:
    return [
        FileFacts(f.path, f.size, f.mtime_ns, f.content, f.width, f.height)
        for f in project.known_files(root).values()
    ]


def _remember(project: Project, root: Path, fresh: dict[str, FileFacts]) -> None:
    own = [f for path, f in fresh.items() if path == f"{root.as_posix()}/{f.path}"]
    if own:
        project.remember_files(
            root, [FileFact(f.path, f.bytes, f.mtime_ns, f.content, f.width_px, f.height_px) for f in own]
        )


def look_at_data(
    recipe: Recipe,
    project: Project,
    progress: Callable[[int, int], None] | None = None,
    stopped: Stopped = never,
) -> DataView:
    """A data set, its proposed split, and what stands in the way of training, for the user to see.

    Raises DataError when there is nothing to show at all.
    """
    samples = scan(recipe, project, progress, stopped)
    try:
        split = deal(samples, recipe.split)
    except DataError as error:
        return DataView(samples, None, str(error))
    return DataView(samples, split, training_problem(samples, split))


def left_out(samples: Samples) -> str:
    """How many files of a data set were left out and why, with an example; "" if none was."""
    if not samples.skipped:
        return ""
    kinds = Counter(skip.kind for skip in samples.skipped)
    # A torn picture is worth naming before a text file that lies about.
    example = min(samples.skipped, key=lambda skip: (skip.kind == "not a picture", skip.path))
    parts = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    verb = "was" if len(samples.skipped) == 1 else "were"
    total = len(samples) + len(samples.skipped)
    return (
        f"{len(samples.skipped):,} of {total:,} files {verb} left out ({parts}), for example "
        f"{example.path}: {example.reason}"
    )


def ready(samples: Samples, recipe: Recipe) -> Split:
    """The split of `samples`; raises DataError when training cannot start."""
    split = deal(samples, recipe.split)
    problem = training_problem(samples, split)
    if problem:
        raise DataError(problem)
    return split
