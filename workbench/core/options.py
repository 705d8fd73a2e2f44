"""Options as plain data: validated, described, and explained in the user's words."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import annotated_types
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from workbench.core.errors import RecipeError

M = TypeVar("M", bound=BaseModel)


class Options(BaseModel):
    """Base of everything a recipe can hold: frozen, and strict about unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Option:
    """One option as a form or a help text needs it."""

    name: str
    kind: Literal["whole", "number", "text", "choice", "switch", "list"]
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
    bounds = _bounds(field)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    kind, choices = _kind(field.annotation)
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    return Option(
        name=name,
        kind=kind,
        default=default,
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        minimum=bounds[0],
        maximum=bounds[1],
        choices=choices,
        source=str(extra.get("source", "")),
    )


def _kind(
    annotation: Any,
) -> tuple[Literal["whole", "number", "text", "choice", "switch", "list"], tuple[str, ...]]:
    origin = typing.get_origin(annotation)
    if origin is Literal:
        return "choice", tuple(str(value) for value in typing.get_args(annotation))
    if origin in (tuple, list):
        return "list", ()
    if annotation is bool:
        return "switch", ()
    if annotation is int:
        return "whole", ()
    if annotation is float:
        return "number", ()
    return "text", ()


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    low: float | None = None
    high: float | None = None
    for constraint in field.metadata:
        if isinstance(constraint, annotated_types.Ge):
            low = float(constraint.ge)  # type: ignore[arg-type]
        elif isinstance(constraint, annotated_types.Gt):
            low = float(constraint.gt)  # type: ignore[arg-type]
        elif isinstance(constraint, annotated_types.Le):
            high = float(constraint.le)  # type: ignore[arg-type]
        elif isinstance(constraint, annotated_types.Lt):
            high = float(constraint.lt)  # type: ignore[arg-type]
    return low, high


def validated(model: type[M], values: dict[str, Any], place: str = "") -> M:
    """`values` as a `model`; raises RecipeError with one line per fault, each naming its place."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        lines = [_explain(model, fault, place) for fault in error.errors()]
        raise RecipeError("\n".join(dict.fromkeys(lines))) from None


_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "a text in quotes",
    "tuple": "a list",
    "list": "a list",
    "model": "a table",
    "dict": "a table",
}


def _explain(model: type[BaseModel], fault: Any, place: str) -> str:
    location = [str(part) for part in fault["loc"]]
    path = ".".join(([place] if place else []) + location)
    got = fault.get("input")
    kind, context = str(fault["type"]), fault.get("ctx", {})
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(location[-1], _known(model, location[:-1]), n=1)
        fix = f"did you mean {near[0]!r}?" if near else _known_text(model, location[:-1])
        return f"{path}: unknown key; {fix}"
    if kind == "missing":
        return f"{path}: missing; this key has no default, add it"
    if kind == "value_error":
        return f"{path}: {context['error']}" if path else str(context["error"])
    if kind == "literal_error":
        return f"{path}: expected one of {context['expected']}, got {got!r}"
    noun = _noun(model, location)
    for word, text in (
        ("ge", "at least"),
        ("gt", "more than"),
        ("le", "at most"),
        ("lt", "less than"),
    ):
        if word in context:
            return f"{path}: expected {noun} of {text} {context[word]}, got {got!r}"
    if "min_length" in context:
        return f"{path}: expected at least {context['min_length']} entries, got {_short(got)}"
    if "max_length" in context:
        return f"{path}: expected at most {context['max_length']} entries, got {_short(got)}"
    limit = _limit(model, location)
    return f"{path}: expected {noun}{limit}, got {got!r}"


def _short(value: Any) -> str:
    return str(len(value)) if isinstance(value, Sequence) else repr(value)


def _field(model: type[BaseModel], location: Sequence[str]) -> FieldInfo | None:
    owner: Any = model
    field: FieldInfo | None = None
    for part in location:
        if part.isdigit():
            continue
        if not (isinstance(owner, type) and issubclass(owner, BaseModel)):
            return field
        field = owner.model_fields.get(part)
        if field is None:
            return None
        owner = _model_inside(field.annotation)
    return field


def _model_inside(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in typing.get_args(annotation):
        inside = _model_inside(argument)
        if inside is not None:
            return inside
    return None


def _known(model: type[BaseModel], location: Sequence[str]) -> list[str]:
    owner: Any = model
    if [part for part in location if not part.isdigit()]:
        field = _field(model, location)
        owner = _model_inside(field.annotation) if field is not None else None
    return list(owner.model_fields) if owner is not None else []


def _known_text(model: type[BaseModel], location: Sequence[str]) -> str:
    known = _known(model, location)
    return f"known here: {', '.join(known)}" if known else "remove it"


def _noun(model: type[BaseModel], location: Sequence[str]) -> str:
    field = _field(model, location)
    if field is None:
        return "another value"
    annotation = field.annotation
    if location and location[-1].isdigit():
        inner = [a for a in typing.get_args(annotation) if a is not Ellipsis]
        annotation = inner[0] if inner else annotation
        annotation = typing.get_args(annotation)[0] if typing.get_args(annotation) else annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "a table"
    origin = typing.get_origin(annotation) or annotation
    names = {int: "int", float: "float", bool: "bool", str: "string", tuple: "tuple", list: "list"}
    return _KINDS.get(names.get(origin, ""), "another value")


def _limit(model: type[BaseModel], location: Sequence[str]) -> str:
    field = _field(model, location)
    low, high = _bounds(field) if field is not None else (None, None)
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if low is not None:
        return f" of at least {low:g}"
    return f" of at most {high:g}" if high is not None else ""
