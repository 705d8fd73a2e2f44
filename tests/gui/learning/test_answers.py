from __future__ import annotations

import numpy as np
import pytest

from workbench.gui.answers import Answers, head_title


@pytest.fixture
def answers(comparison, titles):
    return Answers.of(comparison, titles)


def names(answers, rows):
    return [answers.sample[row].partition("/")[2].removesuffix(".png") for row in rows]


def test_runs_are_lettered_and_named_by_their_heads_titles(answers):
    assert [str(run) for run in answers.runs] == ["A Linear", "B MLP", "C Linear, seed 1"]
    assert head_title("mlp (width 5), seed 2", "mlp", {"mlp": "MLP"}) == "MLP (width 5), seed 2"


def test_least_sure_comes_first(answers):
    assert names(answers, answers.rows("unsure")) == ["1", "3", "5", "2", "4", "0"]


def test_wrong_lists_every_mistake_the_surest_first(answers):
    assert names(answers, answers.rows("wrong")) == ["5", "3", "1"]


def test_disagreements_are_exactly_those_with_two_answers(answers):
    assert names(answers, answers.rows("disagree")) == ["1", "3", "5"]


def test_all_is_the_order_of_the_data(answers):
    assert names(answers, answers.rows("all")) == ["0", "1", "2", "3", "4", "5"]


def test_a_cell_holds_exactly_its_pictures(answers):
    for run in range(3):
        for true in range(3):
            for predicted in range(3):
                for row in answers.cell(run, true, predicted):
                    assert answers.target[row] == true
                    assert answers.predicted[run, row] == predicted
        assert sum(len(answers.cell(run, t, p)) for t in range(3) for p in range(3)) == len(answers)


def test_the_pictures_behind_a_class_metric(answers):
    assert names(answers, answers.behind_class(0, "cat", "recall")) == ["1", "0"]
    assert names(answers, answers.behind_class(0, "cat", "precision")) == ["5", "0"]
    assert sorted(names(answers, answers.behind_class(0, "cat", "f1"))) == ["0", "1", "5"]


def test_the_pictures_behind_a_metric_of_the_split(answers):
    assert names(answers, answers.behind_metric(0, "accuracy")) == ["5", "1"]
    assert names(answers, answers.behind_metric(0, "log_loss"))[0] == "5"
    assert names(answers, answers.behind_metric(0, "ece"))[0] == "0"


def test_pictures_carry_every_runs_answer(answers):
    item = answers.picture(5)
    assert item.target == "owl"
    assert item.predictions == (("A", "cat", False), ("B", "cat", False), ("C", "owl", True))
    shown = answers.pictures(np.array([5, 1]), "two")
    assert (len(shown.items), shown.total, shown.title) == (2, 6, "two")


def test_only_shared_pictures_are_compared(comparison, titles):
    from dataclasses import replace

    first, second, third = comparison.results
    some = second.table.take(np.array([4, 2, 0]))
    short = replace(second, table=some, files=tuple(second.files[i] for i in (4, 2, 0)))
    answers = Answers.of(replace(comparison, results=(first, short, third)), titles)
    assert names(answers, range(len(answers))) == ["0", "2", "4"]
    assert (answers.predicted[1] == [0, 1, 2]).all()


def test_runs_that_know_other_classes_are_not_mixed(comparison, titles):
    from dataclasses import replace

    first, second, _third = comparison.results
    other = replace(second, table=replace(second.table, classes=("a", "b", "c")))
    assert Answers.of(replace(comparison, results=(first, other)), titles) is None
