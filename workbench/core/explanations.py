"""What is wrong with options, in the user's words: where, what was expected, what stands there."""

from __future__ import annotations

import datetime
import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import annotated_types
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

LONGEST_QUOTE = 60  # characters of a wrong value that are repeated

_NOUNS = {int: "whole number", float: "number", bool: "true or false", str: "text"}
_PLURALS = {int: "whole numbers", float: "numbers", bool: "true or false", str: "texts"}


def explanations(model: type[BaseModel], error: ValidationError, place: str = "") -> list[str]:
    """One line per fault of `error`, each beginning with its place; `place` is where the values stand."""
    faults = error.errors()
    lines = [_explain(model, fault, place) for fault in faults if not _follows_from_another(fault, faults)]
    return list(dict.fromkeys(lines))


def bounds(metadata: Sequence[Any]) -> tuple[float | None, float | None]:
    """Lowest and highest value, inclusive or not; None where there is no bound."""
    low: float | None = None
    high: float | None = None
    for constraint in metadata:
        if isinstance(constraint, annotated_types.Ge | annotated_types.Gt):
            low = float(typing.cast(Any, getattr(constraint, "ge", getattr(constraint, "gt", None))))
        elif isinstance(constraint, annotated_types.Le | annotated_types.Lt):
            high = float(typing.cast(Any, getattr(constraint, "le", getattr(constraint, "lt", None))))
    return low, high


def bare(annotation: Any) -> Any:
    """`annotation` without Annotated and without `| None`."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return bare(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        inside = [one for one in typing.get_args(annotation) if one is not type(None)]
        return bare(inside[0]) if len(inside) == 1 else annotation
    return annotation


def _follows_from_another(fault: Any, faults: Sequence[Any]) -> bool:
    """A list counts as too short when its entries are wrong; then only the entries are worth a line."""
    place = fault["loc"]
    return fault["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in faults
    )


def _explain(model: type[BaseModel], fault: Any, place: str) -> str:
    location: list[str | int] = list(fault["loc"])
    kind, context, got = str(fault["type"]), fault.get("ctx", {}), fault.get("input")
    if kind == "missing" and location and isinstance(location[-1], int):
        # An entry of a list of fixed length: the list is what the user wrote.
        location, kind = location[:-1], "too_short"
    path = ".".join([*([place] if place else []), *map(str, location)])
    if kind == "extra_forbidden":
        return f"{path}: unknown key; {_nearest(model, location)}"
    if kind == "missing":
        return f"{path}: missing; this key has no default, add it"
    if kind == "value_error":
        return f"{path}: {context['error']}" if path else str(context["error"])
    if kind == "literal_error":
        return f"{path}: expected one of {context['expected']}, got {_quote(got)}"
    field = _field(model, location)
    if kind == "string_too_short":
        return f"{path}: expected a text, got an empty one"
    if kind == "string_too_long":
        return f"{path}: expected a text of at most {context['max_length']} characters, got {len(got)}"
    if kind in ("too_short", "too_long"):
        count = f", got {len(got) or 'none'}" if isinstance(got, list | tuple) else ""
        return f"{path}: expected {_length(field, context)}{count}"
    if kind == "string_pattern_mismatch" and field is not None and field.description:
        return f"{path}: expected {field.description.rstrip('.')}; got {_quote(got)}"
    return f"{path}: expected {_expected(field, location)}, got {_quote(got)}"


def _expected(field: FieldInfo | None, location: Sequence[str | int]) -> str:
    """What stands at `location`: a whole number of at least 1, a list of numbers, a table ..."""
    if field is None:
        return "another value"
    annotation, limits = bare(field.annotation), list(field.metadata)
    if isinstance(location[-1], int):
        entry = typing.get_args(annotation)[0]
        annotation = bare(entry)
        limits = _constraints(entry)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "a table"
    if typing.get_origin(annotation) in (tuple, list):
        return f"a list of {_entries(annotation)}"
    if annotation is bool:
        return "true or false"
    if annotation is str:
        return "a text in quotes"
    noun = _NOUNS.get(annotation)
    return f"a {noun}{_limit(limits)}" if noun else "another value"


def _constraints(entry: Any) -> list[Any]:
    if typing.get_origin(entry) is not typing.Annotated:
        return []
    found: list[Any] = []
    for one in typing.get_args(entry)[1:]:
        found += one.metadata if isinstance(one, FieldInfo) else [one]
    return found


def _limit(limits: Sequence[Any]) -> str:
    found = {
        kind: getattr(constraint, kind)
        for constraint in limits
        for kind in ("ge", "gt", "le", "lt")
        if getattr(constraint, kind, None) is not None
    }
    if found.keys() == {"ge", "le"}:
        return f" from {_figure(found['ge'])} to {_figure(found['le'])}"
    names = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    words = [f"{names[kind]} {_figure(value)}" for kind, value in found.items()]
    return f" of {' and '.join(words)}" if words else ""


def _figure(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _entries(annotation: Any) -> str:
    inside = [bare(one) for one in typing.get_args(annotation) if one is not Ellipsis]
    first = inside[0]
    what = "tables" if isinstance(first, type) and issubclass(first, BaseModel) else _PLURALS.get(first)
    fixed = Ellipsis not in typing.get_args(annotation) and typing.get_origin(annotation) is tuple
    return f"{len(inside)} {what or 'entries'}" if fixed else what or "entries"


def _length(field: FieldInfo | None, context: Mapping[str, Any]) -> str:
    annotation = bare(field.annotation) if field is not None else None
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is tuple and Ellipsis not in arguments:
        return f"a list of {_entries(annotation)}"
    if "min_length" in context:
        least = context["min_length"]
        return "at least one entry" if least == 1 else f"at least {least} entries"
    return f"at most {context.get('max_length')} entries"


def _quote(value: Any) -> str:
    """`value` as the user wrote it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, datetime.date | datetime.time):
        return f"the date or time {value.isoformat()}"
    text = repr(list(value)) if isinstance(value, tuple) else repr(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def _field(model: type[BaseModel], location: Sequence[str | int]) -> FieldInfo | None:
    owner: Any = model
    field: FieldInfo | None = None
    for part in location:
        if isinstance(part, int):
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
    found = (_model_inside(argument) for argument in typing.get_args(annotation))
    return next((inside for inside in found if inside is not None), None)


def _nearest(model: type[BaseModel], location: Sequence[str | int]) -> str:
    owner: Any = model
    if any(isinstance(part, str) for part in location[:-1]):
        field = _field(model, location[:-1])
        owner = _model_inside(field.annotation) if field is not None else None
    known = list(owner.model_fields) if owner is not None else []
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known here: {', '.join(known)}" if known else "remove it"
