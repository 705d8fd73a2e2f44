"""The window follows what happens: a project opens, data is read, training goes on and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.core.events import ExperimentEnded
from workbench.core.recipe import DataSettings, Recipe, SplitSettings
from workbench.experiment.views import DataView, RunView
from workbench.gui import numbers, projects
from workbench.gui.numbers import whole
from workbench.gui.rail import STAGES
from workbench.gui.sample_pictures import SamplePictures, rows_of
from workbench.gui.selection import PictureList
from workbench.gui.window_commands import NEED_RUNS
from workbench.store.project import Project

if TYPE_CHECKING:
    from workbench.gui.main_window import MainWindow


class Following(QObject):
    """Passes news from one part of the window to the others."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._bug = False
        self._newest: tuple[str, ...] = ()  # usable runs of the newest experiment

    def connect(self) -> None:
        """Listen to every part."""
        window = self._window
        services, controller, opening, train = (
            window.services,
            window.controller,
            window.opening,
            window.train_stage,
        )
        window.data_stage.recipe_data_changed.connect(self.on_data_changed)
        train.runs_ended.connect(self.on_runs_ended)
        window.compare_stage.runs_chosen.connect(self.on_runs_chosen)
        window.compare_stage.disagreements_counted.connect(self.on_disagreements_counted)
        window.compare_stage.resume_wanted.connect(self.on_resume_wanted)
        train.recipe_loaded.connect(self.on_recipe_loaded)
        train.train_state_changed.connect(self.on_train_state_changed)
        train.class_chosen.connect(self.on_class_chosen)
        train.mistakes_wanted.connect(window.compare_stage.show_mistakes)
        window.export_stage.mistakes_wanted.connect(window.compare_stage.show_mistakes)
        window.strip.filter_removed.connect(self.on_strip_filter_removed)
        opening.project_opened.connect(self.on_project_opened)
        opening.data_wanted.connect(self.on_data_wanted)
        opening.resume_wanted.connect(self.on_resume_wanted)
        opening.table_dropped.connect(self.on_table_dropped)
        opening.recipe_dropped.connect(self.on_recipe_dropped)
        window.data_stage.look_failed.connect(opening.put_away)
        services.selection.pictures_shown.connect(self.on_pictures_shown)
        services.project.project_changed.connect(self.on_project_changed)
        controller.bug_found.connect(self.on_bug_found)
        controller.ended.connect(self.on_ended)
        train.check()
        self.on_project_changed(None)

    def show_newest(self) -> None:
        """Let Compare and Inspect show the newest experiment's runs."""
        self.show_runs(self._newest)

    @Slot(object)
    def on_project_changed(self, project: Project | None) -> None:
        name = project.name if project is not None else self.tr("No project")
        self._window.setWindowTitle(self.tr("{project}[*] — Workbench").format(project=name))
        if project is None:
            self._window.status.show_no_project()
        else:
            self._window.status.show_saved()
        self._window.commands.allow_data_actions()

    @Slot(object, object)
    def on_project_opened(self, project: Project, data: tuple[DataSettings, SplitSettings] | None) -> None:
        self._window.notices.clear()
        self._window.strip.show_pictures(PictureList("", ()))
        for stage in STAGES:
            self._window.rail.show_badge(stage, "")
        if data is None:
            self._window.data_stage.show_empty()
        else:
            self._window.data_stage.look_at(*data)
        self._window.show_stage("data")
        self._count_runs()

    @Slot(str)
    def on_table_dropped(self, file: str) -> None:
        if self._window.data_stage.view is None:
            self._window.services.messages.warn(
                self.tr("{file} is a table. Drop the folder of its pictures first, then the table.").format(
                    file=file
                ),
                topic="data",
            )
        else:
            self._window.show_stage("data")
            self._window.data_stage.on_metadata_chosen(file)

    @Slot(str)
    def on_recipe_dropped(self, file: str) -> None:
        self._window.show_stage("train")
        self._window.train_stage.load_recipe(file)

    @Slot(object, object)
    def on_data_wanted(self, data: DataSettings, split: SplitSettings) -> None:
        self._window.show_stage("data")
        self._window.data_stage.look_at(data, split)

    @Slot(object)
    def on_data_changed(self, view: DataView) -> None:
        data, split = self._window.data_stage.data_settings, self._window.data_stage.split_settings
        project = self._window.services.project.project
        assert data is not None
        assert project is not None
        self._window.opening.keep()
        self._window.notices.dismiss("data")
        self._window.train_stage.show_data(view, data, split)
        self._window.inspect_stage.show_data(view)
        self._window.rail.show_badge("data", numbers.pictures(len(view.samples)))
        self._window.status.show_seed(split.seed)
        self._window.commands.allow_data_actions()
        self._window.services.background.ask(
            lambda: projects.keep_shown_data(project, data, split), self.on_data_kept, key="keep data"
        )

    @Slot(object)
    def on_data_kept(self, _nothing: None) -> None:
        self._window.status.show_saved()

    @Slot(object)
    def on_recipe_loaded(self, recipe: Recipe) -> None:
        if self._window.services.project.project is None:
            self._window.services.messages.warn(
                self.tr("Open or make a project first: the runs of this recipe need a place.")
            )
        elif (recipe.data, recipe.split) != (
            self._window.data_stage.data_settings,
            self._window.data_stage.split_settings,
        ):
            self._window.data_stage.look_at(recipe.data, recipe.split)

    @Slot(bool, str)
    def on_train_state_changed(self, _possible: bool, reason: str) -> None:
        self._window.actions_.allow("train", reason)

    @Slot(str)
    def on_resume_wanted(self, run: str) -> None:
        self._window.show_stage("train")
        self._window.train_stage.resume(run)

    @Slot(str, str, str)
    def on_class_chosen(self, _run: str, class_name: str, _metric: str) -> None:
        self._window.show_stage("data")
        self._window.data_stage.overview.show_class(class_name, "val")

    @Slot(object)
    def on_runs_ended(self, runs: tuple[str, ...]) -> None:
        self.show_runs(runs)
        self._window.show_stage("compare")

    @Slot(object)
    def on_runs_chosen(self, runs: tuple[str, ...]) -> None:
        """Compare shows other runs, or fewer after a deletion: Inspect and Export follow."""
        self._window.inspect_stage.show_runs(runs)
        self._window.export_stage.refresh()
        self._count_runs()

    @Slot(int)
    def on_disagreements_counted(self, count: int) -> None:
        words = self.tr("{n} disputed").format(n=whole(count)) if count else ""
        self._window.rail.show_badge("inspect", words)

    def show_runs(self, runs: tuple[str, ...]) -> None:
        self._window.compare_stage.show_runs(runs)  # Inspect follows, see on_runs_chosen

    @Slot(str)
    def on_bug_found(self, trace: str) -> None:
        self._bug = True
        self._window.services.messages.bug(trace)

    @Slot(object)
    def on_ended(self, end: ExperimentEnded) -> None:
        if end.outcome == "failed" and end.message and not self._bug:
            self._window.services.messages.error(end.message)
        self._bug = False
        self._window.notices.dismiss("training")
        self._window.status.show_saved()
        self._window.compare_stage.refresh()
        self._window.export_stage.refresh()
        self._count_runs()

    def _count_runs(self) -> None:
        project = self._window.services.project.project
        if project is None:
            return

        def work() -> tuple[RunView, ...]:
            from workbench.experiment import list_runs

            return list_runs(project)

        self._window.services.background.ask(work, self.on_runs_counted, key="count runs")

    @Slot(object)
    def on_runs_counted(self, runs: tuple[RunView, ...]) -> None:
        done = [run for run in runs if run.status in ("finished", "stopped")]
        self._newest = (
            tuple(run.run for run in reversed(done) if run.experiment == done[0].experiment) if done else ()
        )
        self._window.rail.show_badge("compare", _runs_text(len(done)))
        reason = "" if done else self.tr("Needs a trained run; train heads first.")
        for name in NEED_RUNS:
            self._window.actions_.allow(name, reason)

    @Slot(object)
    def on_pictures_shown(self, pictures: PictureList) -> None:
        self._window.strip.show_pictures(pictures)
        self._window.layout_.open_strip(self._window.current_stage)

    @Slot()
    def on_strip_filter_removed(self) -> None:
        """Without a filter the strip shows all pictures of the data set."""
        view = self._window.data_stage.view
        if view is None:
            self._window.strip.show_pictures(PictureList("", ()))
        else:
            rows = rows_of(view.samples, view.split, "", "")
            self._window.strip.show_pictures(PictureList("", SamplePictures(view.samples, view.split, rows)))


def _runs_text(count: int) -> str:
    return "" if not count else "1 run" if count == 1 else f"{whole(count)} runs"
