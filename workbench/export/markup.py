"""HTML and SVG from values: whatever is not markup already is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable

VOID = frozenset({"br", "img", "meta", "circle", "line", "path", "polyline", "rect"})


class Markup(str):
    """Text that is HTML already; every other text is escaped when it goes into a tag."""

    __slots__ = ()


Child = Markup | str | int | None
Attribute = str | int | float | None


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """`<name attributes>children</name>`; `class_` becomes class, `stroke_width` stroke-width.

    A child or attribute that is None is left out.
    """
    written = "".join(
        f' {_attribute_name(key)}="{html.escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID and not children:
        return Markup(f"<{name}{written}>" if name in ("br", "img", "meta") else f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(children: Iterable[Child], between: str = "") -> Markup:
    """The children one after the other, escaped where they are plain text."""
    return Markup(between.join(_escaped(child) for child in children if child is not None))


def _escaped(child: Markup | str | int) -> str:
    return child if isinstance(child, Markup) else html.escape(str(child))


def _attribute_name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _number(value: str | int | float) -> str:
    """Coordinates with two decimals: a hundredth of a pixel is enough, and files stay small."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
