"""The Data stage: what is in the folder, how it is split, and what is wrong with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.core.recipe import DataSettings, Recipe, SplitSettings
from workbench.core.stopping import Stop
from workbench.experiment.views import DataView
from workbench.gui import theme
from workbench.gui.data_overview import DataOverview
from workbench.gui.drop_zone import DropZone
from workbench.gui.numbers import whole
from workbench.gui.services import Services
from workbench.gui.thumbnails import Thumbnails

LOOK_KEY = "look at data"
PROGRESS_MS = 100


class _Look:
    """One look at the data: how far it is, and whether the user wants it to end."""

    def __init__(self, closing: Callable[[], Stop]) -> None:
        self.progress = (0, 0)
        self.cancelled = threading.Event()
        self._closing = closing

    def advanced(self, done: int, total: int) -> None:
        self.progress = (done, total)

    def stopped(self) -> Stop:
        return Stop.LEAVE if self.cancelled.is_set() else self._closing()


class DataStage(QWidget):
    """Empty, looking, or showing a data set."""

    recipe_data_changed = Signal(object)  # DataView
    dropped = Signal(object)  # tuple[Path, ...]
    look_failed = Signal()
    open_wanted = Signal()
    sample_wanted = Signal()
    recent_chosen = Signal(object)  # Path
    train_wanted = Signal()

    def __init__(self, services: Services, thumbnails: Thumbnails | None = None) -> None:
        super().__init__()
        self.setObjectName("data_stage")
        self._services = services
        self._data: DataSettings | None = None
        self._split = SplitSettings()
        self._view: DataView | None = None
        self._look: _Look | None = None
        self.drop_zone = DropZone()
        self._thumbnails = thumbnails or Thumbnails(self)
        self.overview = DataOverview(self._thumbnails, services.selection, services.background)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._padded(self.drop_zone))
        self._pages.addWidget(self._looking_page())
        self._pages.addWidget(self.overview)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._timer = QTimer(self)
        self._timer.setInterval(PROGRESS_MS)
        self._timer.timeout.connect(self.on_progress_tick)
        self.drop_zone.dropped.connect(self.dropped)
        self.drop_zone.open_wanted.connect(self.open_wanted)
        self.drop_zone.sample_wanted.connect(self.sample_wanted)
        self.drop_zone.recent_chosen.connect(self.recent_chosen)
        self.overview.split_edited.connect(self.on_split_edited)
        self.overview.metadata_chosen.connect(self.on_metadata_chosen)
        self.overview.train_wanted.connect(self.train_wanted)

    def _padded(self, widget: QWidget) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(32, 28, 32, 28)
        layout.addWidget(widget)
        return page

    def _looking_page(self) -> QWidget:
        self._looking_words = QLabel()
        theme.mark(self._looking_words, "heading")
        self._looking_count = QLabel()
        theme.mark(self._looking_count, "muted")
        self._bar = QProgressBar()
        self._bar.setObjectName("scan_progress")
        self._bar.setAccessibleName(self.tr("Progress of the scan"))
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(420)
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setObjectName("cancel_scan")
        self._cancel.setToolTip(self.tr("Stop reading; nothing is kept"))
        self._cancel.clicked.connect(self.cancel)
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addStretch(1)
        for widget in (self._looking_words, self._looking_count, self._bar):
            column.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.addWidget(self._cancel)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(2)
        page = QWidget()
        row = QHBoxLayout(page)
        row.addStretch(1)
        row.addLayout(column)
        row.addStretch(1)
        return page

    @property
    def data_settings(self) -> DataSettings | None:
        """Where the shown pictures are, or None before any were chosen."""
        return self._data

    @property
    def split_settings(self) -> SplitSettings:
        return self._split

    @property
    def view(self) -> DataView | None:
        """The data set that is shown, or None."""
        return self._view

    def show_recent(self, projects: tuple[Path, ...]) -> None:
        self.drop_zone.show_recent(projects)

    def show_empty(self) -> None:
        """Forget the data set."""
        self.cancel()
        self._data, self._view, self._split = None, None, SplitSettings()
        self._pages.setCurrentIndex(0)

    def look_at(self, data: DataSettings, split: SplitSettings | None = None) -> None:
        """Read the pictures that `data` names, in the background, and show them."""
        self._end_look()
        wanted = split if split is not None else SplitSettings()
        where = Path(data.path).name if data.kind == "folder" else self.tr("the sample pictures")
        self._looking_words.setText(self.tr("Looking at {folder}…").format(folder=where))
        self._looking_count.setText(self.tr("Listing files"))
        self._bar.setRange(0, 0)
        self._pages.setCurrentIndex(1)
        self._ask(data, wanted)

    def _ask(self, data: DataSettings, split: SplitSettings) -> None:
        project = self._services.project.project
        assert project is not None, "the window opens a project before it looks at data"
        look = self._look = _Look(self._services.background.stopped)
        recipe = Recipe(data=data, split=split)

        def work() -> tuple[DataSettings, SplitSettings, DataView]:
            from workbench.experiment import look_at_data

            return data, split, look_at_data(recipe, project, look.advanced, look.stopped)

        self._timer.start()
        self._services.background.ask(work, self.on_looked, self.on_failed, key=LOOK_KEY)

    @Slot()
    def cancel(self) -> None:
        """End the look that is under way, if any, and return to what was shown before."""
        if self._look is not None:
            self._end_look()
            self._pages.setCurrentIndex(2 if self._view is not None else 0)

    def _end_look(self) -> None:
        if self._look is not None:
            self._look.cancelled.set()
            self._look = None
        self._services.background.forget(LOOK_KEY)
        self._timer.stop()

    @Slot()
    def on_progress_tick(self) -> None:
        if self._look is None:
            return
        done, total = self._look.progress
        if total:
            self._bar.setRange(0, total)
            self._bar.setValue(done)
            self._looking_count.setText(
                self.tr("{done} of {total} files").format(done=whole(done), total=whole(total))
            )

    @Slot(object)
    def on_looked(self, answer: tuple[DataSettings, SplitSettings, DataView]) -> None:
        self._end_look()
        data, split, view = answer
        fresh = self._data is None or data.metadata != self._data.metadata
        if fresh and len(view.samples.metadata) == 1 and not split.group and view.split is not None:
            # A table with one column is there to group by; the sentence says so and can be edited.
            self._data = data
            self._ask(data, split.model_copy(update={"group": next(iter(view.samples.metadata))}))
            return
        self._data, self._split, self._view = data, split, view
        self.overview.show_data(self._view, self._data, self._split)
        self._pages.setCurrentIndex(2)
        self.recipe_data_changed.emit(self._view)

    @Slot(object)
    def on_failed(self, error: Exception) -> None:
        self._end_look()
        self._pages.setCurrentIndex(2 if self._view is not None else 0)
        if self._view is not None and self._data is not None:
            # The boxes go back to what is shown.
            self.overview.show_data(self._view, self._data, self._split)
        self._services.messages.error(str(error), topic="data")
        self.look_failed.emit()

    @Slot(object)
    def on_split_edited(self, split: SplitSettings) -> None:
        if self._data is not None:
            self._end_look()
            self._ask(self._data, split)

    @Slot(str)
    def on_metadata_chosen(self, file: str) -> None:
        if self._data is not None:
            self._end_look()
            self._ask(self._data.model_copy(update={"metadata": file}), self._split)
