"""Doubt about single samples, and the orders in which they are looked at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from workbench.core.posterior import PosteriorTable
from workbench.evaluation import uncertainty


def table(target: list[int], probability: list[list[float]]) -> PosteriorTable:
    logits = np.log(np.array(probability)).astype(np.float32)
    names = tuple(f"{row}.png" for row in range(len(target)))
    classes = tuple("abcd"[: logits.shape[1]])
    return PosteriorTable(names, np.array(target, dtype=np.int64), logits, classes, "val", "run")


def random_probability(seed: int, rows: int = 20, classes: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.3), size=rows)


@given(seed=st.integers(0, 500))
def test_entropy_agrees_with_scipy(seed: int) -> None:
    probability = random_probability(seed)
    np.testing.assert_allclose(uncertainty.entropy(probability), stats.entropy(probability, axis=1))


def test_entropy_runs_from_certain_to_all_alike() -> None:
    probability = np.array([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_allclose(uncertainty.entropy(probability), [0.0, np.log(3)])
    np.testing.assert_allclose(uncertainty.normalised_entropy(probability), [0.0, 1.0])


def test_margin_and_top_read_the_two_largest() -> None:
    probability = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]])
    np.testing.assert_allclose(uncertainty.margin(probability), [0.2, 0.0])
    np.testing.assert_allclose(uncertainty.top(probability), [0.5, 0.4])


@given(seed=st.integers(0, 500), runs=st.integers(1, 4))
def test_entropy_of_the_mean_splits_into_alike_and_disagree(seed: int, runs: int) -> None:
    found = uncertainty.disagreement([random_probability(seed + run) for run in range(runs)])
    np.testing.assert_allclose(
        found.entropy_of_mean, found.mean_entropy + found.mutual_information, atol=1e-12
    )
    assert (found.mutual_information >= 0).all()


def test_two_sure_runs_that_contradict_each_other_only_disagree() -> None:
    a, b = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    found = uncertainty.disagreement([a, b, a])
    assert found.predictions.tolist() == [2]
    assert found.mean_entropy.tolist() == [0.0]
    assert found.mutual_information[0] == pytest.approx(stats.entropy([2 / 3, 1 / 3]))


def test_the_least_sure_sample_comes_first_over_all_runs() -> None:
    a = table([0, 0, 0], [[0.9, 0.1], [0.6, 0.4], [0.7, 0.3]])
    b = table([0, 0, 0], [[0.8, 0.2], [0.9, 0.1], [0.6, 0.4]])
    assert uncertainty.least_sure([a]).tolist() == [1, 2, 0]
    assert uncertainty.least_sure([a, b]).tolist() == [2, 1, 0]


def test_the_mistake_most_runs_make_comes_first_then_the_surest() -> None:
    a = table([0, 0, 0, 0], [[0.4, 0.6], [0.1, 0.9], [0.9, 0.1], [0.2, 0.8]])
    b = table([0, 0, 0, 0], [[0.4, 0.6], [0.9, 0.1], [0.9, 0.1], [0.9, 0.1]])
    assert uncertainty.wrong([a, b]).tolist() == [0, 1, 3]


def test_only_samples_with_differing_answers_are_in_disagreement() -> None:
    a = table([0, 0, 0], [[0.9, 0.1], [0.6, 0.4], [0.99, 0.01]])
    b = table([0, 0, 0], [[0.8, 0.2], [0.4, 0.6], [0.01, 0.99]])
    assert uncertainty.disagree([a, b]).tolist() == [2, 1]
    assert uncertainty.disagree([a]).tolist() == []


def test_sure_and_wrong_lists_confident_mistakes_only() -> None:
    a = table([1, 1, 0, 1], [[0.92, 0.08], [0.6, 0.4], [0.99, 0.01], [0.97, 0.03]])
    assert uncertainty.sure_and_wrong([a]).tolist() == [3, 0]
    assert uncertainty.sure_and_wrong([a], sure=0.5).tolist() == [3, 0, 1]
