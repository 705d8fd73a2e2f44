"""The Compare stage: runs side by side on the same pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from workbench.experiment.views import Comparison, RunResult, RunView
from workbench.gui import numbers, theme
from workbench.gui.answers import Answers, run_title
from workbench.gui.charts.class_bars import ClassBarsView
from workbench.gui.charts.curves import CurvesView
from workbench.gui.charts.legend import RunKey
from workbench.gui.charts.matrix import MatrixView
from workbench.gui.messages import Notice
from workbench.gui.services import Services
from workbench.gui.stages.compare_empty import NothingYet, OneRun
from workbench.gui.stages.compare_figures import CompareFigures
from workbench.gui.stages.run_table import COMPARABLE, RunTable, RunTableModel, telling
from workbench.gui.stages.sealed_test import SealedTest
from workbench.gui.stages.verdicts import Verdicts

LIST_KEY, COMPARE_KEY, TEST_KEY = "compare/list", "compare/runs", "compare/test"
MISTAKES_KEY = "compare/mistakes"
MAX_ROWS = 7  # runs seen without scrolling


class CompareStage(QWidget):
    """Table, verdicts, curves, classes and confusions of up to six runs."""

    runs_chosen = Signal(object)  # tuple[str, ...], from top to bottom: A, B, C ...
    disagreements_counted = Signal(int)  # pictures that the compared runs call differently
    train_wanted = Signal()
    resume_wanted = Signal(str)  # run id

    def __init__(self, services: Services, titles: dict[str, str] | None = None) -> None:
        super().__init__()
        self._services = services
        self._titles = titles
        self._wanted: tuple[str, ...] | None = None
        self._answers: Answers | None = None
        self._test: Answers | None = None
        self._model = RunTableModel(self._head_titles())
        self._model.chosen_changed.connect(self.on_chosen_changed)
        self._model.refused.connect(services.messages.warn)
        self._table = RunTable(self._model)
        self._table.metric_chosen.connect(self.on_metric_chosen)
        self._table.resume_wanted.connect(self.resume_wanted)
        self._table.delete_wanted.connect(self.delete_run)
        self._state = theme.label("", "muted")
        self._state.setObjectName("compare_state")
        self._verdicts = Verdicts()
        self._verdicts.pictures_wanted.connect(self.on_pictures_wanted)
        self._sealed = SealedTest()
        self._sealed.open_wanted.connect(self.open_test)
        self._sealed.mistakes_wanted.connect(self.on_test_mistakes)
        self._figures = CompareFigures()
        self._figures.bar_chosen.connect(self.on_bar_chosen)
        self._figures.cell_chosen.connect(self.on_cell_chosen)
        self._pages = QStackedWidget()
        self._nothing = NothingYet()
        self._nothing.train_wanted.connect(self.train_wanted)
        self._pages.addWidget(self._nothing)
        self._pages.addWidget(self._build_page())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        services.project.project_changed.connect(self.on_project_changed)

    def _head_titles(self) -> dict[str, str]:
        if self._titles is None:
            from workbench import experiment

            self._titles = {card.name: card.title for card in experiment.catalogue().heads}
        return self._titles

    def _build_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 14, 16, 16)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(theme.label(self.tr("Compare"), "title"))
        head.addWidget(self._state, 1)
        self._alone = OneRun()
        self._alone.train_wanted.connect(self.train_wanted)
        column.addLayout(head)
        column.addWidget(self._table)
        column.addWidget(self._alone)
        beside = QHBoxLayout()
        beside.setSpacing(10)
        beside.addWidget(self._verdicts, 5)
        beside.addWidget(self._sealed, 3)
        column.addLayout(beside)
        column.addWidget(self._figures)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there: figures as wide as the page would otherwise swing with it.
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        return area

    @property
    def runs(self) -> tuple[str, ...]:
        """The compared runs, A first."""
        return self._wanted or self._model.chosen

    @property
    def table(self) -> RunTable:
        """The runs."""
        return self._table

    @property
    def model(self) -> RunTableModel:
        """What the table shows."""
        return self._model

    @property
    def matrices(self) -> MatrixView:
        """The confusion matrices."""
        return self._figures.matrices

    @property
    def class_bars(self) -> ClassBarsView:
        """The bars per class."""
        return self._figures.class_bars

    @property
    def curves(self) -> CurvesView:
        """The learning curves."""
        return self._figures.curves

    @property
    def verdicts(self) -> Verdicts:
        """The sentences."""
        return self._verdicts

    @property
    def sealed(self) -> SealedTest:
        """The line about the test set."""
        return self._sealed

    # --- asking

    @Slot(object)
    def on_project_changed(self, _project: Any) -> None:
        self._wanted = None
        self._model.show_runs((), ())
        self.refresh()

    def show_runs(self, runs: Sequence[str]) -> None:
        """Compare these runs."""
        self._wanted = tuple(runs)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the list of runs again; what was compared stays compared."""
        project = self._services.project.project
        if project is None:
            self._show_list(())
            return

        def read() -> tuple[RunView, ...]:
            from workbench import experiment

            return experiment.list_runs(project)

        self._services.background.ask(read, self._show_list, key=LIST_KEY)

    def _show_list(self, runs: Sequence[RunView]) -> None:
        self._pages.setCurrentIndex(1 if runs else 0)
        comparable = [view for view in runs if view.status in COMPARABLE]
        wanted = self._wanted or self._model.chosen
        chosen = telling([view for view in comparable if view.run in wanted])
        if not chosen and comparable:
            chosen = telling([view for view in comparable if view.experiment == comparable[0].experiment])
        self._wanted = None
        self._model.show_runs(runs, chosen)
        self._table.setFixedHeight(self._table.rows_height(MAX_ROWS))
        self._compare()

    @Slot()
    def on_chosen_changed(self) -> None:
        self._compare()

    def _compare(self) -> None:
        project, chosen = self._services.project.project, self._model.chosen
        self.runs_chosen.emit(chosen)
        if project is None or not chosen:
            self._services.background.forget(COMPARE_KEY)
            self._show_comparison(Comparison("val", (), ()))
            return
        self._state.setText(self.tr("Comparing…"))

        def work() -> Comparison:
            from workbench import experiment

            return experiment.compare_runs(project, chosen)

        self._services.background.ask(work, self._show_comparison, self._show_problem, key=COMPARE_KEY)

    def _show_problem(self, error: Exception) -> None:
        self._show_comparison(Comparison("val", (), ()))
        self._state.setText(str(error))

    # --- showing

    def _show_comparison(self, comparison: Comparison) -> None:
        results = comparison.results
        keys = [RunKey(i, run_title(one.view, self._head_titles())) for i, one in enumerate(results)]
        self._answers = Answers.of(comparison, self._head_titles())
        self.disagreements_counted.emit(0 if self._answers is None else len(self._answers.rows("disagree")))
        self._model.show_results(results)
        self._verdicts.show_differences(
            comparison.differences, [one.view for one in results], keys, comparison.notes
        )
        self._sealed.show_runs([one.view for one in results], keys)
        self._alone.setVisible(len(results) == 1)
        self._figures.setVisible(bool(results))
        subtitle = _subtitle(results)
        self._state.setText(
            subtitle or self.tr("Tick the runs to compare, up to {n}.").format(n=theme.MAX_RUNS)
        )
        if results:
            self._figures.show_results(results, keys, subtitle)

    # --- doors

    def _show_pictures(self, rows: Any, title: str) -> None:
        if self._answers is not None:
            self._services.selection.show_pictures(self._answers.pictures(rows, title))

    @Slot(int, int, int)
    def on_cell_chosen(self, run: int, true: int, predicted: int) -> None:
        if self._answers is not None:
            a = self._answers
            title = self.tr("{run}: true {true}, predicted {predicted}").format(
                run=a.runs[run], true=a.classes[true], predicted=a.classes[predicted]
            )
            self._show_pictures(a.cell(run, true, predicted), title)

    @Slot(int, str, str)
    def on_bar_chosen(self, run: int, name: str, metric: str) -> None:
        if self._answers is not None:
            title = f"{self._answers.runs[run]}: {metric.replace('_', ' ')} · {name}"
            self._show_pictures(self._answers.behind_class(run, name, metric), title)

    @Slot(str, str)
    def on_metric_chosen(self, run: str, metric: str) -> None:
        if self._answers is not None and run in self._answers.ids:
            at = self._answers.ids.index(run)
            what = {
                "log_loss": self.tr("most costly answers first"),
                "ece": self.tr("surest answers first"),
            }.get(metric, self.tr("its mistakes, the surest first"))
            rows = self._answers.behind_metric(at, metric)
            self._show_pictures(rows, f"{self._answers.runs[at]}: {what}")

    @Slot(object, str)
    def on_pictures_wanted(self, names: tuple[str, ...], title: str) -> None:
        if self._answers is not None:
            self._show_pictures(self._answers.named(names), title)

    @Slot(str)
    def show_mistakes(self, run: str) -> None:
        """Open the pictures that a run gets wrong, whether it is ticked here or not."""
        if self._answers is not None and run in self._answers.ids:
            self.on_metric_chosen(run, "accuracy")  # with the letters and answers of all compared runs
            return
        project = self._services.project.project

        def work() -> Comparison:
            from workbench import experiment

            return experiment.compare_runs(project, [run])

        self._services.background.ask(work, self._open_mistakes, key=MISTAKES_KEY)

    def _open_mistakes(self, comparison: Comparison) -> None:
        answers = Answers.of(comparison, self._head_titles())
        if answers is not None:
            title = self.tr("{run}: its mistakes, the surest first").format(run=answers.runs[0].label)
            rows = answers.behind_metric(0, "accuracy")
            self._services.selection.show_pictures(answers.pictures(rows, title))

    # --- test and trash

    @Slot(str)
    def open_test(self, run: str) -> None:
        """Measure a run on the sealed test set; counted."""
        project = self._services.project.project

        def work() -> RunResult:
            from workbench import experiment

            return experiment.open_test(project, run)

        self._services.background.ask(work, self._show_test, self._show_test_problem, key=TEST_KEY)

    def _show_test(self, result: RunResult) -> None:
        self._test = Answers.of(Comparison("test", (result,), ()), self._head_titles())
        self._sealed.show_result(result)

    def _show_test_problem(self, error: Exception) -> None:
        self._sealed.show_problem(str(error))

    @Slot()
    def on_test_mistakes(self) -> None:
        if self._test is not None:
            rows = self._test.behind_metric(0, "accuracy")
            title = self.tr("mistakes on test")
            self._services.selection.show_pictures(self._test.pictures(rows, title))

    @Slot(str)
    def delete_run(self, run: str) -> None:
        """Move a run to the trash, with a way back."""
        project = self._services.project.project

        def work() -> str:
            from workbench import experiment

            experiment.delete_run(project, run)
            return run

        self._services.background.ask(work, self._on_deleted)

    def _on_deleted(self, run: str) -> None:
        text = self.tr("Run {run} is in the trash.").format(run=run)
        undo = self.tr("Take it back")
        self._services.messages.post(Notice("info", text, undo, lambda: self.restore_run(run)))
        self.refresh()

    def restore_run(self, run: str) -> None:
        """Take a run out of the trash."""
        project = self._services.project.project

        def work() -> None:
            from workbench import experiment

            experiment.restore_run(project, run)

        self._services.background.ask(work, self._on_restored)

    def _on_restored(self, _nothing: None) -> None:
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._table.setFixedHeight(self._table.rows_height(MAX_ROWS))


def _subtitle(results: Sequence[RunResult]) -> str:
    """Split and size, as they stand beside every title."""
    if not results:
        return ""
    sizes = sorted({len(one.table) for one in results})
    n = " – ".join(numbers.whole(size) for size in sizes)
    return QCoreApplication.translate("CompareStage", "validation, n = {n}").format(n=n)
