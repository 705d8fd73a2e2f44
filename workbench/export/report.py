"""The report: one HTML file that needs nothing else, for screens and for paper."""

from __future__ import annotations

from pathlib import Path

from workbench.export import details, method, overview
from workbench.export.content import ReportContent
from workbench.export.files import replacing
from workbench.export.markup import Markup, join, tag
from workbench.export.style import style_sheet
from workbench.export.svg import hatches

# Nothing is loaded from anywhere and nothing runs, whatever a class or a file is called.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def write(content: ReportContent, path: Path) -> None:
    """Write the report to `path`, whole or not at all; raises ProjectError when it cannot be written."""
    text = render(content)
    with replacing(path) as file:
        file.write(text)


def render(content: ReportContent) -> str:
    """The report as HTML."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("title", content.title),
        tag("style", Markup(style_sheet())),
    )
    top = tag(
        "header",
        tag("h1", content.title),
        tag("p", join([f"Project {content.project}", content.created], " · "), class_="muted"),
    )
    body = tag(
        "main",
        overview.in_short(content),
        overview.results(content),
        method.test_set(content),
        overview.curves(content),
        details.classes(content),
        details.confusions(content),
        details.cases(content),
        overview.data(content),
        method.method(content),
    )
    foot = tag("footer", "Made by Workbench. Not a diagnosis; numbers hold for pictures like those measured.")
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', hatches(), top, body, foot), lang='en')}\n"
