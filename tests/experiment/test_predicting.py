"""A trained run meets the sealed test set, and pictures in a folder."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.experiment.conftest import draw, recipe_for
from workbench.core.errors import DataError, ProjectError
from workbench.experiment import (
    compare_runs,
    list_runs,
    open_test,
    predict_folder,
    run_experiment,
    run_result,
    write_report,
)
from workbench.store.project import Project


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> tuple[Path, list[str]]:
    """A project with a linear and a spinal-shared run."""
    place = tmp_path_factory.mktemp("trained") / "project"
    with Project.create(place) as project:
        ended = run_experiment(recipe_for(pictures), project, lambda event: None)
    return place, [run["run"] for run in ended.runs]


@pytest.fixture
def copy(trained: tuple[Path, list[str]], tmp_path: Path) -> Path:
    """A copy of that project which a test may change."""
    shutil.copytree(trained[0], tmp_path / "copy")
    return tmp_path / "copy"


def test_nothing_of_the_test_set_is_known_before_it_is_opened(trained: tuple[Path, list[str]]) -> None:
    place, runs = trained
    with Project.open(place) as project:
        assert all(set(view.metrics) == {"val"} and view.opened == 0 for view in list_runs(project))
        with pytest.raises(ProjectError, match="workbench test"):
            run_result(project, runs[0], "test")


def test_every_opening_of_the_test_set_is_counted(
    copy: Path, trained: tuple[Path, list[str]], pictures: Path
) -> None:
    runs = trained[1]
    with Project.open(copy) as project:
        first = open_test(project, runs[0])
        assert (first.view.opened, first.view.metrics["test"]["n"]) == (1, 6)
        assert open_test(project, runs[1]).view.opened == 2
        # Another experiment over the same pictures looks at the same test set.
        again = run_experiment(recipe_for(pictures, heads=[{"name": "mlp"}]), project, lambda event: None)
        assert open_test(project, again.runs[0]["run"]).view.opened == 3
        assert {view.opened for view in list_runs(project)} == {3}


def test_without_a_test_set_there_is_nothing_to_open(project: Project, pictures: Path) -> None:
    recipe = recipe_for(pictures, split={"fractions": [0.7, 0.3, 0.0]}, training__epochs=1)
    ended = run_experiment(recipe, project, lambda event: None)
    with pytest.raises(DataError, match="kept no pictures aside"):
        open_test(project, ended.runs[0]["run"])


def test_a_folder_is_classified_as_validation_was(
    trained: tuple[Path, list[str]], pictures: Path, tmp_path: Path
) -> None:
    place, runs = trained
    with Project.open(place) as project:
        table = project.posterior(runs[1], "val")
        torn = tmp_path / "mixed"
        shutil.copytree(pictures, torn)
        (torn / "red" / "torn.png").write_bytes((torn / "red" / "0.png").read_bytes()[:500])
        found = predict_folder(project, runs[1], torn, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["sample"]: row for row in csv.DictReader(file)}
    assert found.pictures == len(rows) == 30
    assert [(skip.path, skip.kind) for skip in found.skipped] == [("red/torn.png", "damaged")]
    for name, probability, predicted in zip(table.sample, table.probability, table.predicted, strict=True):
        np.testing.assert_allclose([float(rows[name][one]) for one in table.classes], probability, atol=1e-6)
        assert rows[name]["predicted"] == table.classes[int(predicted)]


def test_a_read_only_project_classifies_pictures_it_has_not_seen(
    trained: tuple[Path, list[str]], tmp_path: Path
) -> None:
    place, runs = trained
    draw(tmp_path / "new" / "a.png", (200, 50, 40), 4242)
    with Project.open(place, read_only=True) as project:
        before = sorted(project.cache.rglob("*"))
        found = predict_folder(project, runs[0], tmp_path / "new", tmp_path / "out.csv")
        assert sorted(project.cache.rglob("*")) == before
    assert found.pictures == 1


def test_a_fully_trained_network_predicts_as_it_validated(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    recipe = recipe_for(
        pictures, policy={"name": "everything"}, heads=[{"name": "linear"}], training__epochs=1
    )
    run = run_experiment(recipe, project, lambda event: None).runs[0]["run"]
    table = project.posterior(run, "val")
    predict_folder(project, run, pictures, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["sample"]: row for row in csv.DictReader(file)}
    for name, probability in zip(table.sample, table.probability, strict=True):
        np.testing.assert_allclose([float(rows[name][one]) for one in table.classes], probability, atol=1e-5)


def test_a_comparison_holds_every_pair_and_its_pictures(trained: tuple[Path, list[str]]) -> None:
    place, runs = trained
    with Project.open(place) as project:
        compared = compare_runs(project, runs)
    assert [result.view.run for result in compared.results] == runs
    (difference,) = [found for found in compared.differences if found.metric == "accuracy"]
    a, b = compared.results
    right = [
        {name for name, t, p in zip(r.table.sample, r.table.target, r.table.predicted, strict=True) if t == p}
        for r in (a, b)
    ]
    assert set(difference.only_a_right) == right[0] - right[1]
    assert set(difference.only_b_right) == right[1] - right[0]
    assert difference.value == pytest.approx((len(right[1]) - len(right[0])) / len(a.table))
    assert all(Path(file).is_file() for file in a.files)
    assert [Path(file).name for file in a.files] == [Path(name).name for name in a.table.sample]


def test_runs_without_a_picture_in_common_are_not_compared(
    copy: Path, trained: tuple[Path, list[str]], pictures: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    for file in pictures.rglob("*.png"):
        target = other / file.parent.name / f"other_{file.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    with Project.open(copy) as project:
        ended = run_experiment(recipe_for(other, training__epochs=1), project, lambda event: None)
        with pytest.raises(DataError, match="different pictures"):
            compare_runs(project, [trained[1][0], ended.runs[0]["run"]])


def test_a_grouped_split_gives_intervals_over_groups(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "grouped"
    shutil.copytree(pictures, folder)
    files = sorted(folder.rglob("*.png"))
    with (tmp_path / "groups.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "patient"])
        for place, picture in enumerate(files):
            writer.writerow([picture.relative_to(tmp_path).as_posix(), f"patient {place // 2}"])
    recipe = recipe_for(
        folder, data__metadata=str(tmp_path / "groups.csv"), split__group="patient", training__epochs=1
    )
    ended = run_experiment(recipe, project, lambda event: None)
    result = run_result(project, ended.runs[0]["run"])
    assert "patient" in result.view.split
    low, high = result.intervals["accuracy"]
    assert 0 <= low <= result.metrics["accuracy"] <= high <= 1
    from workbench.evaluation.intervals import intervals

    assert intervals(result.table)["accuracy"] != result.intervals["accuracy"]


def test_the_report_names_every_run_and_opens_nothing(
    trained: tuple[Path, list[str]], tmp_path: Path
) -> None:
    place, runs = trained
    with Project.open(place) as project:
        output = write_report(project, tmp_path / "report.html")
        assert all(view.opened == 0 for view in list_runs(project))
    text = output.read_text(encoding="utf-8")
    assert all(run in text for run in runs)
    assert "spinal_shared" in text
    assert "https://" not in text.replace("http://www.w3.org", "")


def test_a_run_that_was_not_trained_cannot_predict(copy: Path, pictures: Path, tmp_path: Path) -> None:
    from workbench.core.stopping import Stop

    with Project.open(copy) as project:
        left = run_experiment(recipe_for(pictures), project, lambda event: None, lambda: Stop.LEAVE)
        with pytest.raises(ProjectError, match="workbench resume"):
            predict_folder(project, left.runs[0]["run"], pictures, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_runs_say_how_many_pictures_are_kept_aside(
    project: Project, trained: tuple[Path, list[str]], pictures: Path
) -> None:
    with Project.open(trained[0]) as other:
        assert {view.sealed for view in list_runs(other)} == {6}
    recipe = recipe_for(pictures, split={"fractions": [0.7, 0.3, 0.0]}, training__epochs=1)
    ended = run_experiment(recipe, project, lambda event: None)
    assert {run["sealed"] for run in ended.runs} == {view.sealed for view in list_runs(project)} == {0}
