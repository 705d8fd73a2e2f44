"""What the other commands answer, to people and to programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.made_up import Said, comparison, run_result, run_view
from workbench.cli import main
from workbench.core.errors import ProjectError
from workbench.core.samples import Skipped
from workbench.experiment.views import Predicted, RunResult

Call = Callable[..., Said]
Verbs = Callable[..., None]


def test_runs_as_json_has_one_object_per_run_newest_first(
    project: Path, verbs: Verbs, workbench: Call
) -> None:
    verbs(
        list_runs=lambda project: (
            run_view("r2", "mlp"),
            run_view("r1", "linear", status="queued", metrics={}),
        )
    )
    (answer,) = workbench("runs", "--json").lines
    assert [run["run"] for run in answer["runs"]] == ["r2", "r1"]
    first = answer["runs"][0]
    assert (first["name"], first["head"], first["seed"], first["status"]) == ("pets", "mlp", 0, "finished")
    assert first["metrics"]["val"]["accuracy"] == 0.75
    assert first["metrics"]["val"]["ece"] is None


def test_runs_for_people_says_split_and_number_with_each_accuracy(
    project: Path, verbs: Verbs, workbench: Call
) -> None:
    verbs(
        list_runs=lambda project: (
            run_view("r2", "mlp"),
            run_view("r1", "linear", status="queued", metrics={}),
        )
    )
    head, _, first, second = workbench("runs").out.splitlines()
    assert "n val" in head
    assert "val accuracy" in head
    assert first.split()[:2] == ["r2", "pets"]
    assert "75.0 %" in first
    assert "queued" in second


def test_a_project_without_runs_says_how_to_get_some(project: Path, verbs: Verbs, workbench: Call) -> None:
    verbs(list_runs=lambda project: ())
    assert "workbench train" in workbench("runs").out
    assert workbench("runs", "--json").lines == [{"runs": []}]


def test_test_as_json_is_one_run_object_with_its_test_metrics_and_the_count(
    project: Path, verbs: Verbs, workbench: Call
) -> None:
    verbs(open_test=lambda project, run: run_result(run, "linear", "test", opened=2))
    (answer,) = workbench("test", "r1", "--json").lines
    assert (answer["run"], answer["opened"]) == ("r1", 2)
    assert answer["metrics"]["test"]["accuracy"] == 0.75
    assert answer["metrics"]["test"]["per_class"]["cat"]["support"] == 2
    out = workbench("test", "r1").out
    assert "test set, n = 4" in out
    assert "opened 2 times" in out


def test_posterior_as_csv_has_the_sample_target_prediction_and_each_class(
    project: Path, tmp_path: Path, verbs: Verbs, workbench: Call
) -> None:
    asked: list[str] = []

    def run_result_of(project: Any, run: str, split: str) -> RunResult:
        asked.append(split)
        return run_result(run, "linear", split)

    verbs(run_result=run_result_of)
    file = tmp_path / "posterior.csv"
    assert workbench("posterior", "r1", "--split", "train", "--csv", file).status == 0
    assert asked == ["train"]
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    assert head == "sample,target,predicted,cat,dog"
    assert [row.split(",")[:3] for row in rows] == [
        ["cat/1.png", "cat", "cat"],
        ["cat/2.png", "cat", "dog"],
        ["dog/1.png", "dog", "dog"],
        ["dog/2.png", "dog", "dog"],
    ]
    assert sum(map(float, rows[0].split(",")[3:])) == pytest.approx(1)


def test_posterior_as_json_and_as_a_table(project: Path, verbs: Verbs, workbench: Call) -> None:
    verbs(run_result=lambda project, run, split: run_result(run, "linear", split))
    (answer,) = workbench("posterior", "r1", "--json").lines
    assert (answer["run"], answer["split"], answer["classes"]) == ("r1", "val", ["cat", "dog"])
    assert answer["rows"][1]["predicted"] == "dog"
    assert answer["rows"][1]["probability"]["dog"] == pytest.approx(0.7310586)
    out = workbench("posterior", "r1").out
    assert "validation set, n = 4" in out
    assert sum("wrong" in line for line in out.splitlines()) == 1


def test_a_csv_in_a_folder_that_is_not_there_is_refused_before_the_work(
    project: Path, tmp_path: Path, workbench: Call
) -> None:
    (tmp_path / "pictures").mkdir()
    for words in (
        ("predict", "r1", tmp_path / "pictures", "--csv", tmp_path / "absent" / "out.csv"),
        ("report", "--output", tmp_path / "absent" / "out.html"),
        ("report", "--output", tmp_path),
    ):
        said = workbench(*words)
        assert said.status == 2
        assert said.err.startswith("error: ")


def test_compare_as_json_has_intervals_and_every_pair(project: Path, verbs: Verbs, workbench: Call) -> None:
    verbs(compare_runs=lambda project, runs, split: comparison(split))
    (answer,) = workbench("compare", "r1", "r2", "--json").lines
    assert answer["split"] == "val"
    assert answer["runs"][0]["metrics"]["val"]["accuracy"] == 0.75
    assert answer["runs"][0]["intervals"]["val"]["accuracy"] == [0.5, 0.9]
    assert answer["runs"][0]["intervals"]["val"]["ece"] == [None, None]
    difference = answer["differences"][0]
    assert (difference["a"], difference["b"], difference["metric"]) == ("r1", "r2", "accuracy")
    assert (difference["value"], difference["low"], difference["high"]) == (0.05, -0.01, 0.11)
    assert difference["only_a_right"] == ["cat/1.png"]
    assert answer["notes"] == ["A note to the reader."]


def test_compare_for_people_shows_differences_in_points_with_a_verdict(
    project: Path, verbs: Verbs, workbench: Call
) -> None:
    verbs(compare_runs=lambda project, runs, split: comparison(split))
    out = workbench("compare", "r1", "r2").out
    for part in [
        "Validation set, n = 4",
        "75.0 % [50.0 %, 90.0 %]",
        "B mlp minus A linear",
        "+5.0 points",
        "[-1.0 points, +11.0 points]",
        "No clear difference.",
        "note: A note to the reader.",
    ]:
        assert part in out
    assert out.count("No clear difference.") == 1


def test_predict_reports_how_many_pictures_and_where(
    project: Path, tmp_path: Path, verbs: Verbs, workbench: Call
) -> None:
    (tmp_path / "pictures").mkdir()
    torn = Skipped("b.jpg", "damaged", "the file ends early")
    verbs(predict_folder=lambda *anything: Predicted(7, (torn,)))
    words = ("predict", "r1", tmp_path / "pictures", "--csv", tmp_path / "out.csv")
    said = workbench(*words).out
    assert "7 pictures" in said
    assert "b.jpg: the file ends early" in said
    (line,) = workbench(*words, "--json").lines
    assert (line["pictures"], line["skipped"]) == (
        7,
        [{"path": "b.jpg", "kind": "damaged", "reason": "the file ends early"}],
    )
    gone = workbench("predict", "r1", tmp_path / "gone", "--csv", tmp_path / "out.csv")
    assert gone.status == 2
    assert "there is no such folder" in gone.err


def test_report_passes_the_named_runs_on(
    project: Path, tmp_path: Path, verbs: Verbs, workbench: Call
) -> None:
    asked: list[Any] = []

    def write_report(project: Any, output: Path, runs: Any) -> Path:
        asked.append((output, list(runs)))
        return output

    verbs(write_report=write_report)
    assert workbench("report", "--output", tmp_path / "r.html").status == 0
    assert workbench("report", "r1", "--output", tmp_path / "r.html", "--json").lines == [
        {"report": (tmp_path / "r.html").as_posix()}
    ]
    assert asked == [(tmp_path / "r.html", []), (tmp_path / "r.html", ["r1"])]


def test_heads_gives_options_parameters_and_multiplications_without_a_project(workbench: Call) -> None:
    (answer,) = workbench("heads", "--features", 2048, "--classes", 25, "--json").lines
    names = [head["name"] for head in answer["heads"]]
    assert {"linear", "mlp", "spinal", "spinal_shared"} <= set(names)
    linear = answer["heads"][names.index("linear")]
    assert linear["parameters"] == 2048 * 25 + 25
    assert linear["multiplications"] == 2048 * 25
    assert linear["options"] == {}


def test_heads_with_an_option_changed(workbench: Call) -> None:
    words = ("heads", "spinal_shared", "--features", 512, "--classes", 10, "--json")
    (narrow,) = workbench(*words, "--set", "width=5").lines
    (wide,) = workbench(*words, "--set", "width=20").lines
    assert narrow["heads"][0]["options"]["width"] == 5
    assert narrow["heads"][0]["parameters"] < wide["heads"][0]["parameters"]
    table = workbench("heads", "spinal_shared", "--features", 512, "--classes", 10, "--set", "width=5").out
    assert "width=5" in table
    assert f"{narrow['heads'][0]['parameters']:,}" in table


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["heads", "--set", "width=3"], "name it"),
        (["heads", "linaer"], "did you mean 'linear'?"),
        (["heads", "linear", "--set", "width=3"], "linear.width: unknown key"),
        (["heads", "linear", "--set", "width"], "expected KEY=VALUE"),
        (["heads", "--classes", "none"], "expected a whole number of at least 1, got 'none'"),
        (["traim", "x.toml"], "there is no command 'traim'; did you mean 'train'?"),
        (["train"], "RECIPE"),
        (["compare", "r1"], "at least two different runs"),
        (["compare", "r1", "r1"], "at least two different runs"),
        (["delete"], "name a run, or empty the trash"),
        (["delete", "r1", "--empty"], "not both"),
        (["posterior", "r1", "--split", "tset"], "invalid choice: 'tset'"),
        (["runs", "--project", "/absent/project"], "there is no such folder"),
        (["gui"], "comes without a window"),
    ],
)
def test_a_slip_on_the_command_line_is_one_sentence_and_status_2(
    words: list[str], said: str, project: Path, workbench: Call
) -> None:
    answer = workbench(*words)
    assert answer.status == 2
    assert answer.err.startswith("error: ")
    assert said in answer.err
    assert "Traceback" not in answer.err
    with_json = workbench(*words, "--json") if words != ["gui"] else None
    if with_json is not None:
        assert with_json.status == 2
        assert said in with_json.lines[-1]["message"]


def test_outside_a_project_the_fix_is_named(
    tmp_path: Path, workbench: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = workbench("runs")
    assert said.status == 2
    assert "workbench train RECIPE" in said.err
    assert list(tmp_path.iterdir()) == []


def test_delete_restore_and_empty_say_what_can_still_be_undone(
    project: Path, verbs: Verbs, workbench: Call
) -> None:
    done: list[Any] = []
    verbs(
        delete_run=lambda project, run: done.append(("delete", run)),
        restore_run=lambda project, run: done.append(("restore", run)),
        empty_trash=lambda project: 1_500_000,
    )
    assert "--restore" in workbench("delete", "r1").out
    assert workbench("delete", "r1", "--restore", "--json").lines == [{"restored": "r1"}]
    assert "1.5 MB" in workbench("delete", "--empty").out
    assert workbench("delete", "--empty", "--json").lines == [{"freed_bytes": 1_500_000}]
    assert done == [("delete", "r1"), ("restore", "r1")]


def test_an_error_of_a_verb_is_passed_on_in_its_own_words(
    project: Path, verbs: Verbs, workbench: Call
) -> None:
    def open_test(project: Any, run: str) -> RunResult:
        raise ProjectError("r1: this data has no test set")

    verbs(open_test=open_test)
    said = workbench("test", "r1", "--json")
    assert (said.status, said.err) == (2, "error: r1: this data has no test set\n")
    assert said.lines == [{"event": "error", "message": "r1: this data has no test set"}]


def test_a_full_disk_is_the_users_to_mend(project: Path, verbs: Verbs, workbench: Call) -> None:
    def list_runs(project: Any) -> Any:
        raise OSError(28, "No space left on device", "/disk/file")

    verbs(list_runs=list_runs)
    said = workbench("runs")
    assert said.status == 2
    assert said.err == "error: /disk/file: the disk is full; free some space and try again\n"


def test_doctor_needs_no_project(
    tmp_path: Path, verbs: Verbs, workbench: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = {
        "versions": {"workbench": "0.1.0"},
        "devices": [{"name": "cpu", "on_disk": True}],
        "project": None,
        "space_free_bytes": 2_000_000_000,
    }
    verbs(doctor=lambda project: found)
    assert workbench("doctor", "--json").lines == [found]
    out = workbench("doctor").out
    assert "Space free: 2.0 GB" in out
    assert "yes" in out


def test_help_names_every_command_and_says_what_each_does(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["train"], ["compare"], ["posterior"], ["heads"], ["delete"], ["demo"], ["gui"]):
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        assert ended.value.code == 0
        text = capsys.readouterr().out
        assert "%%" not in text
        assert max(map(len, text.splitlines())) <= 100
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith("workbench ")


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], (None, False)),
        (["gui"], (None, False)),
        (["gui", "flowers"], (Path("flowers"), False)),
        (["gui", "--project", "flowers"], (Path("flowers"), False)),
        (["gui", "--sample"], (None, True)),
    ],
)
def test_without_a_command_or_with_gui_the_window_opens(
    words: list[str], asked: tuple[Path | None, bool]
) -> None:
    seen: list[tuple[Path | None, bool]] = []

    def open_window(project: Path | None, sample: bool) -> int:
        seen.append((project, sample))
        return 7

    assert main(words, open_window=open_window) == 7
    assert seen == [asked]
