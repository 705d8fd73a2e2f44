"""The Train stage: the recipe on the left, what happens on the right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.core.errors import WorkbenchError
from workbench.core.events import ExperimentEnded
from workbench.core.recipe import DataSettings, Recipe, SplitSettings
from workbench.core.samples import VAL
from workbench.experiment.recipes import DEMO_IMAGE_SIZE
from workbench.experiment.views import Catalogue, DataView
from workbench.gui import numbers, theme
from workbench.gui.messages import sentence
from workbench.gui.projects import name_for
from workbench.gui.run_controller import RunController
from workbench.gui.services import Services
from workbench.gui.stages.head_rows import Counts
from workbench.gui.stages.monitor import Monitor
from workbench.gui.stages.recipe_card import RecipeCard

RECIPES = "Recipes (*.toml)"


def head_counts(name: str, options: Mapping[str, Any], features: int, classes: int) -> Any:
    """`experiment.head_counts`: quick, without torch."""
    from workbench import experiment

    return experiment.head_counts(name, options, features, classes)


class TrainStage(QWidget):
    """Edits a recipe, starts it, and shows it run."""

    runs_ended = Signal(object)  # tuple[str, ...]: runs that can be compared, in training order
    recipe_loaded = Signal(object)  # Recipe: its data and split are for the Data stage
    train_state_changed = Signal(bool, str)  # whether training can start; why not
    mistakes_wanted = Signal(str)  # run id: the pictures behind its accuracy
    class_chosen = Signal(str, str, str)  # run id, class, metric: the pictures behind a live bar

    def __init__(
        self, services: Services, catalogue: Catalogue | None = None, counts: Counts = head_counts
    ) -> None:
        super().__init__()
        self._services = services
        self._data: DataView | None = None
        self._data_settings: DataSettings | None = None
        self._split_settings = SplitSettings()
        if catalogue is None:
            from workbench import experiment

            catalogue = experiment.catalogue()
        self._titles = {card.name: card.title for card in catalogue.heads}
        self._controller = services.controller or RunController(self)
        self._card = RecipeCard(catalogue, counts)
        self._card.changed.connect(self.check)
        self._monitor = Monitor(self._titles)
        self._connect_controller()
        self._problem = theme.label("", "warn")
        self._problem.setObjectName("train_problem")
        self._problem.hide()
        self._train = QPushButton(self.tr("Train"))
        self._train.setObjectName("train")
        theme.mark(self._train, "primary")
        self._train.clicked.connect(self.start_training)
        self._right = QStackedWidget()
        self._empty = _Before()
        self._right.addWidget(self._empty)
        self._right.addWidget(self._monitor)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(12)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self._build_left())
        halves.addWidget(self._right)
        halves.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(halves)
        services.project.project_changed.connect(self.check)
        self.check()

    def _build_left(self) -> QWidget:
        left = QFrame()
        theme.mark(left, "card")
        load = QPushButton(self.tr("Load recipe…"))
        load.setToolTip(self.tr("Read a recipe from a file"))
        load.clicked.connect(self.on_load_clicked)
        save = QPushButton(self.tr("Save recipe…"))
        save.setObjectName("save_recipe")
        save.setToolTip(self.tr("Write this recipe to a file that the command line can run, too"))
        save.clicked.connect(self.on_save_clicked)
        self._save = save
        files = QHBoxLayout()
        files.setSpacing(2)
        for button in (load, save):
            theme.mark(button, "link")
            files.addWidget(button)
        files.addStretch(1)
        column = QVBoxLayout(left)
        column.setContentsMargins(14, 10, 8, 12)
        column.setSpacing(8)
        column.addWidget(self._card, 1)
        column.addWidget(self._problem)
        column.addWidget(self._train)
        column.addLayout(files)
        return left

    def _connect_controller(self) -> None:
        controller, monitor = self._controller, self._monitor
        controller.started.connect(self.on_started)
        controller.events_arrived.connect(monitor.take)
        controller.state_changed.connect(self.on_state_changed)
        controller.ended.connect(self.on_ended)
        monitor.pause_wanted.connect(controller.toggle_pause)
        monitor.stop_wanted.connect(controller.stop_and_keep)
        monitor.discard_wanted.connect(controller.discard)
        monitor.compare_wanted.connect(self.on_compare_wanted)
        monitor.class_chosen.connect(self.class_chosen)
        monitor.mistakes_wanted.connect(self.mistakes_wanted)

    @property
    def controller(self) -> RunController:
        """Who runs the experiments."""
        return self._controller

    @property
    def monitor(self) -> Monitor:
        """The right half."""
        return self._monitor

    @property
    def card(self) -> RecipeCard:
        """The left half."""
        return self._card

    def show_data(self, view: DataView, data: DataSettings, split: SplitSettings | None = None) -> None:
        """The pictures that training would learn from."""
        self._data, self._data_settings = view, data
        self._split_settings = split or SplitSettings()
        self._card.show_classes(len(view.samples.classes))
        self._card.suggest_image_size(DEMO_IMAGE_SIZE if data.kind == "sample" else None)
        self._empty.show_data(view)
        self.check()

    def show_recipe(self, recipe: Recipe) -> None:
        """Show a whole recipe; data and split only set what will be trained on."""
        self._data_settings, self._split_settings = recipe.data, recipe.split
        self._card.show_recipe(recipe)
        self.check()

    def recipe(self) -> Recipe:
        """The recipe as it stands; raises RecipeError when it cannot be carried out."""
        from workbench import experiment

        assert self._data_settings is not None, "no data yet"
        return experiment.parse_recipe(
            {
                "name": _name_of(self._data_settings),
                "data": self._data_settings.model_dump(),
                "split": self._split_settings.model_dump(exclude_none=True),
                **self._card.values(),
            }
        )

    def problem(self) -> str:
        """Why training cannot start, or ""."""
        if self._controller.busy:
            return self.tr("An experiment is running. Stop it first, or wait until it is done.")
        project = self._services.project.project
        if project is not None and project.read_only:
            return self.tr(
                "This project lies on a disk that cannot be written. "
                "Copy it to another folder and open the copy."
            )
        if self._data is None:
            return self.tr("There are no pictures yet. Open a folder in the Data stage.")
        if self._data.problem:
            return self._data.problem
        missing = self._card.missing_weights()
        if missing:
            return missing
        try:
            self.recipe()
        except WorkbenchError as error:
            return str(error)
        return ""

    @Slot()
    def check(self) -> None:
        """Say whether training can start."""
        problem = self.problem()
        self._train.setEnabled(not problem)
        self._train.setToolTip(problem or self.tr("Start training (F5)"))
        self._problem.setText(sentence(problem))
        self._problem.setVisible(bool(problem) and self._data is not None and not self._controller.busy)
        self._save.setEnabled(self._data_settings is not None)
        self._save.setToolTip(
            self.tr("Write this recipe to a file that the command line can run, too")
            if self._data_settings is not None
            else self.tr("A recipe needs pictures: open a folder in the Data stage first")
        )
        self.train_state_changed.emit(not problem, problem)

    @Slot()
    def start_training(self) -> None:
        """Train with the recipe as it stands; says why not when that is not possible."""
        problem = self.problem()
        project = self._services.project.project
        if not problem and project is None:
            problem = self.tr(
                "There is no open project to keep the runs in. Open a folder or a project first."
            )
        if problem:
            self._services.messages.warn(problem, topic="training")
            return
        self._controller.start(self.recipe(), project)

    def resume(self, run: str) -> None:
        """Complete the experiment of a run that was left."""
        if not self._controller.busy:
            self._controller.resume(run, self._services.project.project)

    @Slot(object)
    def on_started(self, _what: object) -> None:
        self._monitor.begin(_support(self._data))
        self._right.setCurrentWidget(self._monitor)
        self.check()

    @Slot(str)
    def on_state_changed(self, state: str) -> None:
        if state != "idle":
            self._monitor.show_state(state)

    @Slot(object)
    def on_ended(self, end: ExperimentEnded) -> None:
        self._monitor.show_end(end)
        self.check()
        runs = self._comparable()
        if runs:
            self.runs_ended.emit(runs)
        elif end.outcome == "finished":
            self._services.messages.info(
                self.tr(
                    "The heads are trained, but there were no validation pictures to measure them on. "
                    "To compare heads, give val a share of the split in the Data stage and train again."
                )
            )

    def _comparable(self) -> tuple[str, ...]:
        runs = self._monitor.progress.runs.values()
        return tuple(run.plan.run for run in runs if run.status in ("finished", "stopped") and run.metrics)

    @Slot()
    def on_compare_wanted(self) -> None:
        self.runs_ended.emit(self._comparable())

    @Slot()
    def on_save_clicked(self) -> None:
        dialog = QFileDialog(self, self.tr("Save recipe"), "recipe.toml", RECIPES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_recipe)
        dialog.open()

    @Slot()
    def on_load_clicked(self) -> None:
        dialog = QFileDialog(self, self.tr("Load recipe"), "", RECIPES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.load_recipe)
        dialog.open()

    @Slot(str)
    def save_recipe(self, file: str) -> None:
        """Write the recipe as it stands to `file`."""
        path = Path(file)
        beside = path.with_name(path.name + ".part")
        try:
            beside.write_text(self.recipe().to_toml(), encoding="utf-8")
            beside.replace(path)
        except WorkbenchError as error:
            self._services.messages.error(str(error))
        except OSError as error:
            self._services.messages.error(
                self.tr("{path}: the recipe cannot be written: {why}. Choose another folder.").format(
                    path=path, why=error.strerror
                )
            )
        else:
            self._services.messages.info(self.tr("Recipe written to {path}.").format(path=path))

    @Slot(str)
    def load_recipe(self, file: str) -> None:
        """Show the recipe of `file`; its data are opened by the Data stage."""
        from workbench import experiment

        path = Path(file)
        try:
            recipe = experiment.load_recipe(path)
        except WorkbenchError as error:
            words = str(error)
            self._services.messages.error(words if file in words else f"{path.name}: {words}")
            return
        self._card.show_recipe(recipe)
        self.recipe_loaded.emit(recipe)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.check()


class _Before(QWidget):
    """What the right half says before the first training."""

    def __init__(self) -> None:
        super().__init__()
        self._title = theme.label(self.tr("What will happen"), "title")
        self._steps = theme.label("")
        self._steps.setTextFormat(Qt.TextFormat.RichText)
        self._steps.setMaximumWidth(self.fontMetrics().horizontalAdvance("m") * 52)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 18)
        column.setSpacing(14)
        column.addStretch(1)
        column.addWidget(self._title)
        column.addWidget(self._steps)
        column.addStretch(2)
        self._say(self.tr("Open a folder in the Data stage, or use the sample pictures."))

    def show_data(self, view: DataView) -> None:
        """Say what there is to learn from."""
        samples = view.samples
        self._say(
            self.tr("{pictures} in {classes}.").format(
                pictures=numbers.pictures(len(samples)), classes=numbers.classes(len(samples.classes))
            )
        )

    def _say(self, first: str) -> None:
        steps = (
            self.tr("The backbone looks at every picture once and turns it into features."),
            self.tr("All heads learn from the same features, one after the other: usually seconds each."),
            self.tr(
                "You see loss, accuracy and every class while they learn, and can pause or stop at any time."
            ),
            self.tr("Then Compare opens: the heads side by side on the validation pictures."),
        )
        items = "".join(
            f"<p style='margin: 0 0 8px 0'><b>{i}</b>&nbsp;&nbsp;{s}</p>" for i, s in enumerate(steps, 1)
        )
        self._steps.setText(f"<p style='margin: 0 0 14px 0'>{first}</p>{items}")


def _support(view: DataView | None) -> dict[str, int]:
    """Validation pictures per class."""
    if view is None or view.split is None:
        return {}
    counts = np.bincount(view.samples.target[view.split.indices(VAL)], minlength=len(view.samples.classes))
    return {name: int(n) for name, n in zip(view.samples.classes, counts, strict=True)}


def _name_of(data: DataSettings) -> str:
    """What an experiment is called unless the user says: its folder."""
    return name_for(Path(data.path)) if data.kind == "folder" else "Handwritten digits"
