"""Words and pieces of charts."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.export import svg, words
from workbench.export.markup import Markup, tag
from workbench.export.style import DARK, LIGHT


@given(st.lists(st.floats(0, 200), max_size=8))
def test_labels_keep_apart_in_their_order_and_inside(wanted: list[float]) -> None:
    placed = svg.spread(wanted, 12.0, 0.0, 200.0)
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    for first, second in itertools.pairwise(order):
        assert placed[second] - placed[first] >= 12.0 - 1e-9
    assert all(-1e-9 <= place <= 200.0 + 1e-9 for place in placed)


def test_labels_that_do_not_collide_stay_and_those_that_do_part_evenly() -> None:
    assert svg.spread([10.0, 100.0], 12.0, 0.0, 200.0) == [10.0, 100.0]
    assert svg.spread([100.0, 100.0], 12.0, 0.0, 200.0) == pytest.approx([94.0, 106.0])


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_ticks_are_few_and_inside(low: float, width: float) -> None:
    found = svg.ticks(low, low + width)
    assert 2 <= len(found) <= 7
    assert found[0] >= low - 1e-6 * width
    assert found[-1] <= low + width * (1 + 1e-6)
    assert len(set(svg.tick_words(found))) == len(found)


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (6, [6]), (7, [4, 3]), (13, [5, 5, 3])])
def test_runs_are_dealt_evenly_into_panels(count: int, sizes: list[int]) -> None:
    found = svg.panels(count)
    assert [len(part) for part in found] == sizes
    assert [index for part in found for index in part] == list(range(count))


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.9949, "99 %"), (0.995, ">99 %"), (0.46, "46 %"), (0.005, "<1 %"), (1.0, ">99 %"), (0.0, "<1 %")],
)
def test_probabilities_in_words(value: float, written: str) -> None:
    assert words.probability(value).replace(words.SPACE, " ") == written


def test_an_accuracy_below_one_is_never_written_as_one_hundred() -> None:
    assert words.metric("accuracy", 0.99996) == f"99.9{words.SPACE}%"
    assert words.metric("accuracy", 1.0) == f"100.0{words.SPACE}%"
    assert words.interval("recall", (0.9, 0.99999)) == "[90.0, 99.9]"


@pytest.mark.parametrize(
    ("seconds", "written"), [(0.84, "0.8 s"), (41.2, "41 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations_in_words(seconds: float, written: str) -> None:
    assert words.duration(seconds).replace(words.SPACE, " ") == written


def test_long_names_lose_their_middle() -> None:
    assert words.shortened("melanocytic naevus, left arm", 13) == "melano…ft arm"
    assert words.shortened("short", 13) == "short"


def test_text_is_escaped_once_and_markup_not_at_all() -> None:
    inner = tag("b", "a < b")
    assert tag("p", inner, '"', title='"<') == '<p title="&quot;&lt;"><b>a &lt; b</b>&quot;</p>'
    assert tag("p", Markup("<i></i>")) == "<p><i></i></p>"


def luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read_on_their_ground(scheme: str) -> None:
    colors = dict(pair.strip()[2:].split(":") for pair in scheme.split(";") if pair.strip())
    for text in ("text", "muted"):
        for ground in ("page", "surface"):
            assert contrast(colors[text], colors[ground]) >= 4.5, (text, ground)
    for slot in range(6):
        assert contrast(colors[f"on-{slot}"], colors[f"run-{slot}"]) >= 4.5, slot
        assert contrast(colors[f"run-{slot}"], colors["surface"]) >= 3.0, slot
