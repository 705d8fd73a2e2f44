"""Options described for forms and help, and checked without guessing."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field

from workbench.core.errors import RecipeError
from workbench.core.options import Options, describe, validated

Width = Annotated[int, Field(ge=1, le=64)]


class Lamp(Options):
    count: int = Field(3, ge=1, description="How many.", json_schema_extra={"unit": "pieces"})
    share: float = Field(0.5, gt=0, lt=1, description="How bright.")
    colour: Literal["red", "blue"] = "red"
    on: bool = False
    label: str = ""
    widths: tuple[Width, ...] = (1, 2)
    size: tuple[int, int] | None = None


def complaint(place: str = "", **values: object) -> str:
    with pytest.raises(RecipeError) as caught:
        validated(Lamp, values, place)
    return str(caught.value)


def test_a_form_finds_kind_default_bounds_choices_unit_and_help() -> None:
    count, share, colour, on, label, widths, size = describe(Lamp)
    assert (count.kind, count.default, count.minimum, count.maximum) == ("whole", 3, 1, None)
    assert (count.help, count.unit) == ("How many.", "pieces")
    assert (share.kind, share.minimum, share.maximum) == ("number", 0, 1)
    assert (colour.kind, colour.choices) == ("choice", ("red", "blue"))
    assert [option.kind for option in (on, label, widths, size)] == ["switch", "text", "list", "list"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"count": "3"}, "count: expected a whole number of at least 1, got '3'"),
        ({"count": True}, "count: expected a whole number of at least 1, got true"),
        ({"share": 1}, "share: expected a number of more than 0 and less than 1, got 1"),
        ({"on": 1}, "on: expected true or false, got 1"),
        ({"on": "yes"}, "on: expected true or false, got 'yes'"),
        ({"label": 1}, "label: expected a text in quotes, got 1"),
        ({"widths": [0]}, "widths.0: expected a whole number from 1 to 64, got 0"),
        ({"widths": "wide"}, "widths: expected a list of whole numbers, got 'wide'"),
        ({"size": [1]}, "size: expected a list of 2 whole numbers, got 1"),
        ({"size": [1, "b"]}, "size.1: expected a whole number, got 'b'"),
        ({"size": {"w": 1}}, "size: expected a list of 2 whole numbers, got a table"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_and_never_converted(
    values: dict[str, object], said: str
) -> None:
    assert complaint(**values) == said


def test_the_place_of_the_part_stands_before_the_options_name() -> None:
    assert complaint("heads.1", count=0).startswith("heads.1.count: ")
    assert complaint("heads.1", cuont=1) == "heads.1.cuont: unknown key; did you mean 'count'?"


def test_lists_become_tuples_and_whole_numbers_serve_as_numbers() -> None:
    class Scale(Options):
        factor: float
        steps: tuple[float, ...]

    scale = validated(Scale, {"factor": 2, "steps": [1, 0.5]})
    assert scale.factor == 2.0
    assert scale.steps == (1.0, 0.5)
    assert hash(scale) == hash(validated(Scale, {"factor": 2.0, "steps": (1.0, 0.5)}))
