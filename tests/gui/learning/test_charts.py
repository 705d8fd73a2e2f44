from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QTableView

from workbench.experiment.views import Curve
from workbench.gui.charts.class_bars import ClassBarsView, ClassScores
from workbench.gui.charts.curves import CurvesView, RunCurves
from workbench.gui.charts.legend import RunKey
from workbench.gui.charts.matrix import MatrixView, RunMatrix
from workbench.gui.charts.posterior_bars import MAX_CLASSES, PosteriorBars, RunPosterior

A, B = RunKey(0, "Linear"), RunKey(1, "MLP")


@pytest.fixture
def shown(qtbot):
    def show(widget, width=640, height=420):
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()
        return widget

    return show


def click(widget, rect):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())


def test_curves_show_every_point_in_their_table(shown):
    view = shown(CurvesView())
    loss = Curve("loss", "val", (1, 2), (0.9, 0.4))
    view.show_runs([RunCurves(A, (loss,), best_epoch=2)])
    assert view.table.rows == (("A Linear", "val", "loss", 1, 0.9), ("A Linear", "val", "loss", 2, 0.4))


def test_a_run_is_hidden_by_its_tick_box_and_comes_back(shown):
    view = shown(CurvesView())
    loss = Curve("loss", "val", (1, 2), (0.9, 0.4))
    view.show_runs([RunCurves(A, (loss,), 2), RunCurves(B, (loss,), 1)])
    assert view.drawn("loss") == (("A", "val"), ("B", "val"))
    view.findChildren(QCheckBox)[0].setChecked(False)
    assert view.drawn("loss") == (("B", "val"),)
    view.findChildren(QCheckBox)[0].setChecked(True)
    assert view.drawn("loss") == (("A", "val"), ("B", "val"))


def test_curves_grow_point_by_point(shown):
    view = shown(CurvesView())
    for count in range(1, 6):
        epochs = tuple(range(1, count + 1))
        view.show_runs([RunCurves(A, (Curve("loss", "train", epochs, (0.5,) * count),))])
    assert len(view.table.rows) == 5


def test_class_bars_show_the_chosen_metric_and_its_interval(shown):
    view = shown(ClassBarsView())
    values = {"recall": {"cat": 0.5, "dog": 1.0}, "f1": {"cat": 0.25, "dog": 0.75}}
    view.show_scores(("cat", "dog"), [ClassScores(A, values, {"recall": {"cat": (0.1, 0.9)}})], {"cat": 4})
    assert view.table.rows == (("cat", 0.5), ("dog", 1.0))
    assert (view.bars.groups[0].bars[0].low, view.bars.groups[0].bars[0].high) == (0.1, 0.9)
    assert view.bars.groups[0].note == "n = 4"
    view.show_metric("f1")
    assert view.table.rows == (("cat", 0.25), ("dog", 0.75))


def test_a_class_without_a_value_has_no_bar(shown):
    view = shown(ClassBarsView())
    view.show_scores(("cat", "dog"), [ClassScores(A, {"recall": {"cat": 0.5}})])
    assert math.isnan(view.bars.groups[1].bars[0].value)
    assert view.bars.groups[1].bars[0].text == "–"


def test_a_click_on_a_bar_names_run_class_and_metric(shown, qtbot):
    view = shown(ClassBarsView())
    values = {"recall": {"cat": 0.5, "dog": 1.0}}
    view.show_scores(("cat", "dog"), [ClassScores(A, values), ClassScores(B, values)])
    chosen = []
    view.bar_chosen.connect(lambda *place: chosen.append(place))
    click(view.bars, view.bars.rect_of(1, 0))
    assert chosen == [(0, "dog", "recall")]


def test_bars_can_be_walked_with_the_keyboard(shown):
    view = shown(ClassBarsView())
    values = {"recall": {"cat": 0.5, "dog": 1.0}}
    view.show_scores(("cat", "dog"), [ClassScores(A, values), ClassScores(B, values)])
    chosen = []
    view.bar_chosen.connect(lambda *place: chosen.append(place))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(view.bars, key)
    assert chosen == [(0, "dog", "recall")]
    assert "dog" in view.bars.accessibleDescription()


def test_posterior_bars_sum_to_one_also_with_others(shown):
    view = shown(PosteriorBars())
    rng = np.random.default_rng(0)
    classes = [f"class {i}" for i in range(15)]
    runs = [RunPosterior(key, tuple(rng.dirichlet(np.ones(15)))) for key in (A, B)]
    view.resize(500, 900)
    view.show_posteriors(classes, runs, target=3)
    groups = view.bars.groups
    assert len(groups) == MAX_CLASSES + 1
    assert groups[-1].label == f"others ({15 - MAX_CLASSES})"
    for run in (0, 1):
        assert sum(group.bars[run].value for group in groups) == pytest.approx(1, abs=1e-6)
        assert sum(row[1 + run] for row in view.table.rows) == pytest.approx(1, abs=1e-6)
    assert [row[0] for row in view.table.rows] == classes, "the table hides no class"


def test_in_a_low_window_the_true_and_the_predicted_class_are_still_seen(shown):
    view = shown(PosteriorBars())
    rest = [0.05] * 8
    runs = [RunPosterior(key, (*rest, 0.2, 0.4)) for key in (A, B)]
    for height in (330, 700):
        view.resize(500, height)
        view.show_posteriors([f"class {i}" for i in range(10)], runs, target=8)
        groups = view.bars.groups
        seen = view.bars.visibleRegion().boundingRect().bottom() + 1
        for position, group in enumerate(groups):
            if group.strong or any(bar.marked for bar in group.bars):
                assert view.bars.rect_of(position, 1).bottom() <= seen
        assert sum(group.bars[0].value for group in groups) == pytest.approx(1, abs=1e-6)


def test_the_true_class_and_all_predictions_are_always_shown(shown):
    view = shown(PosteriorBars())
    classes = [f"class {i}" for i in range(12)]
    rest = [0.09] * 10
    runs = [
        RunPosterior(A, (*rest, 0.1, 0.0)),
        RunPosterior(B, (*rest, 0.1, 0.0)),
    ]
    view.show_posteriors(classes, runs, target=11)
    labels = [group.label for group in view.bars.groups]
    assert "class 11" in labels
    assert "class 10" in labels
    assert [group.label for group in view.bars.groups if group.strong] == ["class 11"]
    marked = [(g.label, b.run) for g in view.bars.groups for b in g.bars if b.marked]
    assert marked == [("class 10", 0), ("class 10", 1)]


def test_a_softmax_is_never_called_certain(shown):
    view = shown(PosteriorBars())
    view.show_posteriors(("cat", "dog"), [RunPosterior(A, (0.9997, 0.0003))], target=0)
    texts = [bar.text for group in view.bars.groups for bar in group.bars]
    assert texts[0].startswith(">99")
    assert texts[1].startswith("<1")


def test_a_click_on_a_cell_names_run_true_and_predicted(shown):
    view = shown(MatrixView(), 900, 420)
    counts = np.array([[5, 1], [2, 3]])
    view.show_matrices(("cat", "dog"), [RunMatrix(A, counts), RunMatrix(B, counts.T)])
    chosen = []
    view.cell_chosen.connect(lambda *cell: chosen.append(cell))
    grid = view.grids[1]
    click(grid, grid.rect_of(1, 0))
    assert chosen == [(1, 1, 0)]
    assert view.table.rows[1] == ("A Linear", "cat", "dog", 1)


def test_cells_can_be_walked_with_the_keyboard(shown):
    view = shown(MatrixView(), 900, 420)
    view.show_matrices(("cat", "dog"), [RunMatrix(A, np.array([[5, 1], [2, 3]]))])
    chosen = []
    view.cell_chosen.connect(lambda *cell: chosen.append(cell))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(view.grids[0], key)
    assert chosen == [(0, 1, 1)]
    assert "true dog, predicted dog: 3 of 5" in view.grids[0].accessibleDescription()


def test_above_twenty_classes_the_most_confused_pairs_are_listed(shown, qtbot):
    view = shown(MatrixView(), 900, 420)
    counts = np.eye(25, dtype=np.int64) * 9
    counts[3, 7], counts[20, 1] = 4, 6
    view.show_matrices([f"c{i}" for i in range(25)], [RunMatrix(A, counts)])
    table = view.findChild(QTableView, "confused_pairs")
    model = table.model()
    rows = [[model.index(r, c).data() for c in range(3)] for r in range(model.rowCount())]
    assert rows == [["c20", "c1", "6"], ["c3", "c7", "4"]]
    chosen = []
    view.cell_chosen.connect(lambda *cell: chosen.append(cell))
    table.clicked.emit(model.index(1, 2))
    assert chosen == [(0, 3, 7)]


def test_every_figure_can_be_read_as_a_table_and_copied(shown, qapp):
    view = shown(ClassBarsView())
    view.show_scores(("cat",), [ClassScores(A, {"recall": {"cat": 0.123456789}})])
    view.on_as_table(True)
    table = view.findChild(QTableView, "figure_table")
    assert table.isVisible()
    assert table.model().index(0, 1).data() == "0.1235"
    view.on_copy_csv()
    assert qapp.clipboard().text() == "class,A Linear recall\ncat,0.123456789\n"
    view.on_copy_picture()
    assert not qapp.clipboard().pixmap().isNull()


def test_figures_describe_themselves(shown):
    view = shown(PosteriorBars())
    view.show_posteriors(("cat", "dog"), [RunPosterior(A, (0.75, 0.25))], target=1)
    words = view.accessibleDescription().replace("\u00a0", " ")
    assert words == "A Linear: cat 75 %; true class: dog"
