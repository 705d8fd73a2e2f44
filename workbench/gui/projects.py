"""Opening projects from the window, and making one where the user never asked for it."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.core import places
from workbench.core.errors import ProjectError
from workbench.core.recipe import DataSettings, SplitSettings, parse, parse_toml
from workbench.core.samples import SPLITS
from workbench.store.project import Project

DATA_SETTING = "window.data"  # where the project keeps which data set was shown last
MOST_NAMES = 1000


def name_for(folder: Path) -> str:
    """What to call the data of `folder`; a folder called train says nothing of what is in it."""
    return folder.parent.name if folder.name.lower() in SPLITS and folder.parent.name else folder.name


def create_for(name: str) -> Project:
    """A new project called `name`, or name-2, name-3 ..., in the user's projects folder.

    Raises ProjectError when it cannot be written there.
    """
    home = places.default_projects_dir()
    clean = (
        "".join(letter if letter.isalnum() or letter in " -_." else "-" for letter in name).strip(" .")
        or "project"
    )
    for number in range(1, MOST_NAMES):
        path = home / (clean if number == 1 else f"{clean}-{number}")
        if not path.exists():
            return _create(path)
    raise ProjectError(
        f"{home}: there are {MOST_NAMES} projects called {clean}; make one with File, New project"
    )


def _create(path: Path) -> Project:
    try:
        return Project.create(path)
    except ProjectError as error:
        raise ProjectError(
            f"A project could not be made in {path.parent}, the usual place: {error}. "
            "Choose another folder with File, New project"
        ) from None


def remove(project: Project) -> None:
    """Close a project that holds no run and delete its folder; one with runs is only closed."""
    empty = not project.runs()
    project.close()
    if empty:
        shutil.rmtree(project.path, ignore_errors=True)


def shown_data(project: Project) -> tuple[DataSettings, SplitSettings] | None:
    """The data set that the project's window showed last, else that of its newest experiment."""
    kept = project.setting(DATA_SETTING)
    if kept is not None:
        return DataSettings.model_validate(kept["data"]), SplitSettings.model_validate(kept["split"])
    experiments = project.experiments()
    if not experiments:
        return None
    recipe = parse(parse_toml(max(experiments, key=lambda record: record.created).recipe_toml))
    return recipe.data, recipe.split


def keep_shown_data(project: Project, data: DataSettings, split: SplitSettings) -> None:
    """Remember the data set for the next time; a read-only project stays as it is."""
    if not project.read_only:
        project.set_setting(
            DATA_SETTING, {"data": data.model_dump(mode="json"), "split": split.model_dump(mode="json")}
        )
