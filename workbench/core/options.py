"""Options as plain data: validated, described, and explained in the user's words."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic.fields import FieldInfo

from workbench.core.errors import RecipeError
from workbench.core.explanations import bare, bounds, explanations

M = TypeVar("M", bound=BaseModel)

Kind = Literal["whole", "number", "text", "choice", "switch", "list"]


class Options(BaseModel):
    """Base of everything a recipe can hold: frozen, and strict about unknown names and kinds.

    Strict: `epochs = "30"` or `epochs = true` is a slip of the pen, not thirty or one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)

    @field_validator("*", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        # TOML and JSON have lists, frozen options have tuples; strictness would tell them apart.
        return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Option:
    """One option as a form or a help text needs it."""

    name: str
    kind: Kind
    default: Any
    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    source: str = ""


def describe(model: type[BaseModel]) -> tuple[Option, ...]:
    """The options of `model`, in the order they are written in its class."""
    return tuple(_describe_field(name, field) for name, field in model.model_fields.items())


def _describe_field(name: str, field: FieldInfo) -> Option:
    low, high = bounds(field.metadata)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    kind, choices = _kind(bare(field.annotation))
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    return Option(
        name=name,
        kind=kind,
        default=default,
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        minimum=low,
        maximum=high,
        choices=choices,
        source=str(extra.get("source", "")),
    )


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    origin = typing.get_origin(annotation)
    if origin is Literal:
        return "choice", tuple(str(value) for value in typing.get_args(annotation))
    if origin in (tuple, list):
        return "list", ()
    kinds: dict[Any, Kind] = {bool: "switch", int: "whole", float: "number"}
    return kinds.get(annotation, "text"), ()


def validated(model: type[M], values: dict[str, Any], place: str = "") -> M:
    """`values` as a `model`; raises RecipeError with one line per fault, each naming its place."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise RecipeError("\n".join(explanations(model, error, place))) from None
