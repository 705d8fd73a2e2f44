"""Ways into a project: new, open, a dropped folder, the sample pictures, the last ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.core.errors import WorkbenchError
from workbench.core.recipe import DataSettings, SplitSettings
from workbench.experiment.views import RunView
from workbench.gui import projects
from workbench.gui.services import Services
from workbench.store.project import Project

OPEN_KEY = "open project"
SAMPLE_PROJECT = "Handwritten digits"
RESUMABLE = ("paused", "lost")


class Opening(QObject):
    """Opens and closes projects for the window; the window shows what comes of it."""

    project_opened = Signal(object, object)  # Project, (DataSettings, SplitSettings) | None: what to look at
    data_wanted = Signal(object, object)  # DataSettings, SplitSettings: in the project that is open
    resume_wanted = Signal(str)  # run
    table_dropped = Signal(str)  # CSV file
    recipe_dropped = Signal(str)  # TOML file

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._fresh: Path | None = None  # a project that a drop made and that holds nothing yet

    @Slot()
    def new_project(self) -> None:
        """Ask for a folder and make a project in it."""
        self._ask_folder(self.tr("Choose or make a folder for the new project"), "project", self.create)

    @Slot()
    def open_project(self) -> None:
        """Ask for a project's folder and open it."""
        self._ask_folder(self.tr("Choose a project's folder"), "project", self.open)

    @Slot()
    def open_folder(self) -> None:
        """Ask for a folder of pictures."""
        self._ask_folder(
            self.tr("Choose a folder that holds one sub-folder per class"), "pictures", self.add_folder
        )

    def _ask_folder(self, title: str, memory: str, chosen: Callable[[str], None]) -> None:
        dialog = QFileDialog(self._window, title, self._services.settings.text(memory))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(chosen)
        dialog.open()

    @Slot(str)
    def create(self, folder: str) -> None:
        """Make a project in `folder`, or open the one that is there."""
        self._services.settings.keep_text("project", str(Path(folder).parent))
        self._open(lambda: Project.open_or_create(Path(folder)))

    @Slot(object)
    def open(self, folder: str | Path) -> None:
        """Open the project in `folder` with the data it showed last."""
        self._services.settings.keep_text("project", str(Path(folder).parent))
        self._open(lambda: Project.open(Path(folder)))

    @Slot(object)
    def add_folder(self, folder: str | Path) -> None:
        """Look at a folder of pictures; without an open project one is made. A project's folder is opened."""
        path = Path(folder)
        if Project.is_project(path):
            self.open(path)
            return
        self._services.settings.keep_text("pictures", str(path.parent))
        self._look(DataSettings(kind="folder", path=path.as_posix()), projects.name_for(path))

    @Slot(object)
    def take(self, paths: tuple[Path, ...]) -> None:
        """Whatever was dropped: pictures, a project, a table, a recipe; else says what to drop."""
        path = paths[0]
        if len(paths) > 1:
            words = self.tr(
                "{n} things were dropped at once. Drop one folder: the one that holds a folder per class."
            )
            self._services.messages.warn(words.format(n=len(paths)), topic="data")
        elif path.is_dir():
            self.add_folder(path)
        elif path.suffix.lower() == ".csv":
            self.table_dropped.emit(str(path))
        elif path.suffix.lower() == ".toml":
            self.recipe_dropped.emit(str(path))
        elif path.is_file():
            words = self.tr(
                "{path} is a single file. Drop the folder that holds one folder of pictures per class."
            )
            self._services.messages.warn(words.format(path=path), topic="data")
        else:
            words = self.tr("{path}: there is no such file or folder any more. Drop it from where it is now.")
            self._services.messages.warn(words.format(path=path), topic="data")

    @Slot()
    def use_sample(self) -> None:
        """Look at the packaged handwritten digits."""
        self._look(DataSettings(kind="sample"), SAMPLE_PROJECT)

    def _look(self, data: DataSettings, name: str) -> None:
        if self._services.project.project is not None:
            self.data_wanted.emit(data, SplitSettings())
            return
        wanted = (data, SplitSettings())

        def work() -> Project:
            project = projects.create_for(name)
            self._fresh = project.path
            return project

        self._open(work, wanted)

    @Slot()
    def put_away(self) -> None:
        """The first look failed: the project that was made for it goes, so that nothing is left of it."""
        project = self._services.project.project
        if project is None or project.path != self._fresh:
            return
        self._fresh = None
        self._services.settings.remove_recent(project.path)
        self._services.project.show_project(None)
        self._services.background.ask(lambda: projects.remove(project), self.on_put_away, key="put away")

    @Slot(object)
    def on_put_away(self, _nothing: None) -> None:
        """The project is gone; the window already shows none."""

    @Slot()
    def keep(self) -> None:
        """The open project holds something now."""
        self._fresh = None

    def _open(
        self, work: Callable[[], Project], wanted: tuple[DataSettings, SplitSettings] | None = None
    ) -> None:
        controller = self._services.controller
        if controller is not None and controller.busy:
            self._services.messages.warn(
                self.tr("Training is running in this project. Stop it first, or wait until it has finished."),
                topic="training",
            )
            return

        def opened() -> tuple[Project, tuple[DataSettings, SplitSettings] | None]:
            project = work()
            try:
                return project, wanted or projects.shown_data(project)
            except WorkbenchError:
                project.close()
                raise

        self._services.background.ask(opened, self.on_opened, key=OPEN_KEY)

    @Slot(object)
    def on_opened(self, answer: tuple[Project, tuple[DataSettings, SplitSettings] | None]) -> None:
        project, data = answer
        former = self._services.project.project
        self._services.settings.add_recent(project.path)
        self._services.project.show_project(project)
        if former is not None:
            former.close()
        self.project_opened.emit(project, data)
        if project.read_only:
            self._services.messages.warn(
                self.tr(
                    "{path}: this project lies on a disk that cannot be written. You can look at everything; "
                    "to train, copy the project to another folder and open the copy."
                ).format(path=project.path)
            )
        self._look_for_left_runs(project)

    def _look_for_left_runs(self, project: Project) -> None:
        def work() -> tuple[RunView, ...]:
            from workbench.experiment import list_runs

            return tuple(run for run in list_runs(project) if run.status in RESUMABLE)

        self._services.background.ask(work, self.on_left_runs_found, key="left runs")

    @Slot(object)
    def on_left_runs_found(self, runs: tuple[RunView, ...]) -> None:
        project = self._services.project.project
        if not runs or project is None or project.read_only:
            return
        run = runs[0]
        text = self.tr(
            "Training of {name} ended early, after epoch {epoch} of {head}. Nothing before it is lost."
        )
        self._services.messages.info(
            text.format(name=run.name, epoch=run.epochs_done, head=run.label),
            self.tr("Go on training"),
            lambda: self.resume_wanted.emit(run.run),
        )
