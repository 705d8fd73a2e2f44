"""The report: complete, safe, self-contained, honest about what it does not know."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from workbench.core.errors import ProjectError
from workbench.export import report
from workbench.export.content import ReportContent

Make = Callable[..., ReportContent]
CLOSED_BY_NATURE = ("br", "img", "meta")
NASTY = "<script>alert('x')</script>\"&"


class Page(HTMLParser):
    """A page as a reader meets it: its words, its tags, and whether every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((name, {key: value or "" for key, value in attributes}))
        if name not in CLOSED_BY_NATURE:
            self.open.append(name)

    def handle_startendtag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((name, {key: value or "" for key, value in attributes}))

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\N{NO-BREAK SPACE}", " ").split())

    def having(self, name: str, style: str = "") -> list[dict[str, str]]:
        return [
            found
            for tag, found in self.tags
            if tag == name and (not style or style in found.get("class", "").split())
        ]


def page(content: ReportContent) -> Page:
    return Page(report.render(content))


def test_every_tag_is_closed_and_every_promised_section_is_there(make_content: Make) -> None:
    found = page(make_content(opened=1))
    assert found.open == []
    sections = [tag["id"] for tag in found.having("section")]
    assert sections == ["short", "runs", "test", "curves", "classes", "confusions", "cases", "data", "method"]


def test_runs_stand_with_split_n_value_and_interval(make_content: Make) -> None:
    content = make_content()
    text = page(content).text
    for run in content.runs:
        assert run.measured is not None
        low, high = run.measured.intervals["accuracy"]
        accuracy = run.measured.metrics["accuracy"]
        row = f"{run.letter} {run.label} 341 {100 * accuracy:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
        assert row in text
    assert "On the validation pictures, with 95 % intervals" in text


def test_verdicts_warnings_recipe_and_versions_are_told(make_content: Make) -> None:
    content = replace(make_content(), differences=("No clear winner at n = 62.",))
    text = page(content).text
    for words in ("No clear winner at n = 62.", *content.warnings, 'path = "clothing/train"', "torch 2.8.0"):
        assert words in text


def test_pairs_without_a_winner_are_told_once(make_content: Make) -> None:
    nobody, somebody = (
        "No clear winner at n = 62.",
        "B is better than A by 1.9 points of macro-F1 [0.4, 3.5], n = 62.",
    )
    text = page(replace(make_content(cases=0), differences=(nobody, nobody))).text
    assert text.count("No clear winner") == 1
    text = page(replace(make_content(cases=0), differences=(nobody, somebody, nobody))).text
    assert f"{somebody} All other pairs: no clear winner at n = 62." in text


def test_a_sealed_test_set_is_told_and_none_of_its_numbers_shown(make_content: Make) -> None:
    found = page(make_content(opened=0))
    assert "The test set (105 pictures) is sealed" in found.text
    assert "test" not in [tag["id"] for tag in found.having("section")]


def test_an_opened_test_set_is_counted_and_shown_for_the_runs_that_saw_it(make_content: Make) -> None:
    content = make_content(opened=2)
    text = page(content).text
    assert "The test set was opened 2 times." in text
    part = text[text.index("On the test pictures") : text.index("Learning curves")]
    assert "A Linear 170" in part
    assert "B MLP 170" in part
    assert "Spinal" not in part


def test_names_that_look_like_markup_stay_words(make_content: Make) -> None:
    content = make_content(classes=(NASTY, "b", NASTY + "c"))
    run = replace(content.runs[0], label=NASTY, message=NASTY, backbone=NASTY)
    case = replace(content.cases[0], sample=NASTY, reason=NASTY)
    content = replace(
        content,
        title=NASTY,
        project=NASTY,
        data=NASTY,
        split=NASTY,
        recipe=NASTY,
        versions={NASTY: NASTY},
        differences=(NASTY,),
        warnings=(NASTY,),
        runs=(run, *content.runs[1:]),
        cases=(case, *content.cases[1:]),
    )
    found = page(content)
    assert found.having("script") == []
    assert found.open == []
    assert found.text.count(NASTY) > 15


def test_nothing_is_loaded_from_anywhere(make_content: Make) -> None:
    html = report.render(make_content())
    found = Page(html)
    assert not re.search(r"https?:|@import|//", re.sub(r"base64,[A-Za-z0-9+/=]+", "", html))
    assert {tag for tag, _ in found.tags}.isdisjoint({"script", "link", "iframe", "object", "audio", "video"})
    for _, attributes in found.tags:
        assert attributes.get("src", "data:").startswith("data:image/") or "src" not in attributes
        for value in attributes.values():
            assert all(place.startswith("#") for place in re.findall(r"url\(([^)]*)\)", value))
    policy = next(tag for tag in found.having("meta") if "http-equiv" in tag)
    assert policy["content"].startswith("default-src 'none'")


def test_pictures_are_in_the_file_and_a_missing_one_is_told(make_content: Make) -> None:
    content = make_content(cases=2)
    gone = replace(content.cases[1], picture=b"")
    found = page(replace(content, cases=(content.cases[0], gone)))
    assert [tag["src"][:23] for tag in found.having("img")] == ["data:image/jpeg;base64,"]
    assert "picture not found" in found.text


def test_every_hatch_that_bars_use_is_drawn_once(make_content: Make) -> None:
    found = page(make_content(runs=8))
    drawn = [tag["id"] for tag in found.having("pattern")]
    used = {tag["fill"][5:-1] for tag in found.having("rect", "bar")}
    assert len(drawn) == len(set(drawn)) == 6
    assert used == set(drawn)


def test_posterior_bars_of_each_run_add_up_to_the_whole_scale(make_content: Make) -> None:
    content = make_content(cases=1)
    html = report.render(content)
    case = Page(html[html.index('<article class="case">') : html.index("</article>")])
    lines = sorted({float(tag["x1"]) for tag in case.having("line", "grid") + case.having("line", "axis")})
    scale = lines[-1] - lines[0]
    for slot in range(4):
        widths = [float(tag["width"]) for tag in case.having("rect", f"r{slot}")]
        assert len(widths) >= 3
        assert sum(widths) == pytest.approx(scale, abs=0.1)


def test_probabilities_have_two_digits_and_never_claim_certainty(make_content: Make) -> None:
    content = make_content(classes=("cat", "dog"), runs=1, cases=1)
    case = replace(content.cases[0], true="cat", probability={"A": (0.9996, 0.0004)})
    html = report.render(replace(content, cases=(case,)))
    text = Page(html[html.index('<article class="case">') : html.index("</article>")]).text
    assert ">99 %" in text
    assert "<1 %" in text
    assert "100 %" not in text
    assert "99.9" not in text


def test_all_runs_wrong_is_told_and_a_tie_is_a_tie(make_content: Make) -> None:
    content = make_content(classes=("cat", "dog"), runs=2, cases=2)
    wrong = replace(content.cases[0], true="cat", probability={"A": (0.2, 0.8), "B": (0.1, 0.9)})
    tie = replace(content.cases[1], true="cat", probability={"A": (0.5, 0.5), "B": (0.9, 0.1)})
    text = page(replace(content, cases=(wrong, tie))).text
    assert "All say dog: wrong." in text
    assert "A says cat or dog; B says cat." in text


def test_a_case_with_many_classes_sums_the_rest_and_always_shows_the_true_one(make_content: Make) -> None:
    names = tuple(f"class {index}" for index in range(30))
    content = make_content(classes=names, runs=1, cases=1)
    values = [0.3, 0.25, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02, *[0.01 / 22] * 22]
    case = replace(content.cases[0], true="class 29", probability={"A": values})
    html = report.render(replace(content, cases=(case,)))
    text = Page(html[html.index('<article class="case">') : html.index("</article>")]).text
    assert "others (23)" in text
    assert "class 29 ✓" in text
    assert "class 7" not in text


def test_many_classes_are_listed_as_pairs_instead_of_a_matrix(make_content: Make) -> None:
    few, many = (
        page(make_content(cases=0)),
        page(make_content(classes=tuple(f"k{i}" for i in range(30)), cases=0)),
    )
    assert few.having("rect", "heat")
    assert not many.having("rect", "heat")
    assert "30 classes: the pairs that each run confuses most." in many.text
    assert "the other 10 do better and stand in the tables" in many.text


def test_nine_runs_are_drawn_in_panels_of_at_most_six(make_content: Make) -> None:
    content = make_content(runs=9, cases=1)
    html = report.render(content)
    charts = re.findall(r"<title>F1 of each class for run ([^<]*)</title>", html)
    assert charts == ["A, B, C, D and E", "F, G, H and I"]
    case = html[html.index('<article class="case">') : html.index("</article>")]
    assert case.count("<svg viewBox") == 2


def test_panels_of_one_metric_share_their_scale(make_content: Make) -> None:
    html = report.render(make_content(runs=8, cases=0))
    charts = [part.split("</svg>")[0] for part in html.split("<svg ") if "<title>Loss over epochs" in part]
    ticks = [re.findall(r'class="tick">([^<]*)<', chart) for chart in charts]
    assert len(ticks) == 2
    assert ticks[0] == ticks[1]


def test_a_failed_run_is_listed_with_its_reason(make_content: Make) -> None:
    content = make_content(cases=0)
    failed = replace(
        content.runs[1], status="failed", message="Loss became NaN.", measured=None, curves=(), best_epoch=0
    )
    text = page(replace(content, runs=(content.runs[0], failed))).text
    assert "B MLP failed: Loss became NaN." in text


def test_runs_without_a_validation_set_or_curves_still_make_a_report(make_content: Make) -> None:
    content = make_content(cases=0)
    bare = tuple(replace(run, measured=None, curves=()) for run in content.runs)
    found = page(replace(content, runs=bare, differences=()))
    assert [tag["id"] for tag in found.having("section")] == ["short", "runs", "data", "method"]
    assert "none has been measured yet" in found.text


def test_curves_with_gaps_and_single_epochs_are_drawn(make_content: Make) -> None:
    content = make_content(runs=2, cases=0)
    line = type(content.runs[0].curves[0])
    gap = line("loss", "val", (1, 2, 3, 4), (1.0, float("nan"), 0.5, 0.4))
    dot = line("loss", "val", (1,), (0.7,))
    first, second = content.runs
    html = report.render(
        replace(content, runs=(replace(first, curves=(gap,)), replace(second, curves=(dot,))))
    )
    assert "nan" not in html.lower().replace("finance", "")
    paths = re.findall(r'<path d="([^"]*)" class="line val', html.split("<title>Loss over epochs")[1])
    assert [path.count("M") for path in paths[:2]] == [2, 1]
    assert paths[1].endswith("h0")


def test_small_classes_are_pointed_out(make_content: Make) -> None:
    assert "Fewer than 20 training pictures: dress." in page(make_content(cases=0)).text


def test_a_report_is_written_whole_or_not_at_all(make_content: Make, tmp_path: Path) -> None:
    content = make_content(runs=1, cases=1)
    report.write(content, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == report.render(content)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(ProjectError, match="no folder"):
        report.write(content, tmp_path / "nowhere" / "report.html")
