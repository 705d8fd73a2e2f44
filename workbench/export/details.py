"""The second half of a report: each class, what is taken for what, and single pictures."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np

from workbench.export import charts, matrices, posteriors, words
from workbench.export.content import Measured, ReportCase, ReportContent, ReportRun
from workbench.export.markup import Markup, join, tag
from workbench.export.overview import (
    ROWS_IN_TABLE,
    chip,
    legend,
    parts,
    run_name,
    section,
    table,
    with_range,
)

# The first bytes tell what a picture is; file names do not.
PICTURE_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


def classes(content: ReportContent) -> Markup | None:
    """F1 bars of all runs, then precision, recall and F1 of each class in one table per run."""
    measured = [run for run in content.runs if run.measured is not None]
    if not measured:
        return None
    shown = charts.charted_classes(measured, content.classes, charts.CLASSES_IN_BARS)
    drawn: list[Markup | None] = []
    for part in parts(content.runs):
        bars = charts.class_bars(part, [content.classes[index] for index in shown])
        if bars is not None:
            drawn += [legend(part, content.runs), tag("figure", tag("figcaption", "F1 per class"), bars)]
    if len(shown) < len(content.classes):
        rest = len(content.classes) - len(shown)
        drawn.append(
            tag(
                "p",
                f"Drawn are the {len(shown)} classes with the lowest F1, averaged over runs; "
                f"the other {rest} do better and stand in the tables.",
                class_="note",
            )
        )
    tables = [
        _class_table(content, slot, run, run.measured)
        for slot, run in enumerate(content.runs)
        if run.measured is not None
    ]
    return section("classes", "Each class", *drawn, tag("div", *tables, class_="sides"))


def _class_table(content: ReportContent, slot: int, run: ReportRun, measured: Measured) -> Markup:
    shown = charts.charted_classes([run], content.classes, ROWS_IN_TABLE)
    per_class = measured.metrics["per_class"]
    rows = []
    for index in shown:
        name = content.classes[index]
        cells = [
            tag("td", with_range(key, per_class[name][key], measured.class_intervals[name][key]))
            for key in ("precision", "recall", "f1")
        ]
        support = tag("td", words.count(per_class[name]["support"]), class_="number")
        rows.append(tag("tr", tag("th", name, scope="row"), support, *cells))
    caption = [
        chip(run, slot),
        f"{run_name(run, content.runs)}, {words.split(measured.split)}, n = {words.count(measured.n)}",
    ]
    if len(shown) < len(content.classes):
        caption.append(f"; the {len(shown)} of {len(content.classes)} classes with the lowest F1")
    heads = [tag("th", title, scope="col") for title in ("Class", "n", "Precision", "Recall", "F1")]
    return table(join(caption), heads, rows)


def confusions(content: ReportContent) -> Markup | None:
    """Confusion matrices on one scale; with many classes the most confused pairs instead."""
    measured = [
        (slot, run, run.measured) for slot, run in enumerate(content.runs) if run.measured is not None
    ]
    if not measured:
        return None
    if len(content.classes) > matrices.CLASSES_IN_MATRIX:
        tables = [_pair_table(content, slot, run, found) for slot, run, found in measured]
        note = f"{len(content.classes)} classes: the pairs that each run confuses most."
        return section(
            "confusions", "What is taken for what", tag("p", note), tag("div", *tables, class_="sides")
        )
    figures = [
        tag(
            "figure",
            tag(
                "figcaption",
                chip(run, slot),
                f"{run_name(run, content.runs)}, {words.split(found.split)}, n = {words.count(found.n)}",
            ),
            matrices.matrix(found.confusion, content.classes, run.letter),
        )
        for slot, run, found in measured
    ]
    return section(
        "confusions",
        "What is taken for what",
        tag("p", "Rows: true class. Columns: what the run called it. Numbers are pictures."),
        matrices.scale(),
        tag("div", *figures, class_="sides"),
    )


def _pair_table(content: ReportContent, slot: int, run: ReportRun, measured: Measured) -> Markup:
    rows = [
        tag(
            "tr",
            tag("td", content.classes[true]),
            tag("td", content.classes[called]),
            tag("td", f"{words.count(amount)} of {words.count(support)}", class_="number"),
        )
        for true, called, amount, support in matrices.confused_pairs(measured.confusion)
    ]
    caption = join(
        [
            chip(run, slot),
            f"{run_name(run, content.runs)}, {words.split(measured.split)}, n = {words.count(measured.n)}",
        ]
    )
    if not rows:
        rows = [tag("tr", tag("td", "no confusion at all", colspan=3))]
    return table(caption, [tag("th", title, scope="col") for title in ("True", "Called", "Pictures")], rows)


def cases(content: ReportContent) -> Markup | None:
    """Pictures worth a look, with every run's posterior."""
    if not content.cases:
        return None
    drawn = [_case(content, case) for case in content.cases]
    where = words.split(content.split_name)
    return section(
        "cases",
        "Pictures to look at",
        tag(
            "p",
            f"From the {where} pictures. Bars are the runs' raw softmax probabilities, not calibrated: "
            "0.9 does not promise nine right in ten. They hold for pictures like these.",
        ),
        tag("div", *drawn, class_="cases"),
    )


def _case(content: ReportContent, case: ReportCase) -> Markup:
    known = [(slot, run) for slot, run in enumerate(content.runs) if run.letter in case.probability]
    figures = []
    runs = [run for _, run in known]
    for part in parts(runs):
        members = [known[place] for place, _ in part]
        probability = np.array([case.probability[run.letter] for _, run in members], dtype=np.float64)
        groups = posteriors.rows(probability, content.classes, case.true)
        letters, slots = [run.letter for _, run in members], [slot for slot, _ in members]
        figures.append(posteriors.bars(groups, letters, slots, case.sample))
    return tag(
        "article",
        tag(
            "div",
            _picture(case),
            tag(
                "div",
                tag("h3", case.sample),
                tag("p", tag("span", case.reason, class_="reason"), " labelled ", tag("strong", case.true)),
                tag("p", decisions(case, runs, content.classes)),
            ),
            class_="head",
        ),
        *figures,
        class_="case",
    )


def _picture(case: ReportCase) -> Markup:
    for start, kind in PICTURE_KINDS.items():
        if case.picture.startswith(start):
            data = base64.b64encode(case.picture).decode("ascii")
            return tag("img", src=f"data:{kind};base64,{data}", alt=f"picture {case.sample}")
    return tag("div", "picture not found", class_="gone")


def decisions(case: ReportCase, runs: Sequence[ReportRun], names: Sequence[str]) -> str:
    """What each run calls the picture: `A and C say cat; B says dog.` A tie is told as a tie."""
    said: dict[str, list[str]] = {}
    for run in runs:
        values = np.asarray(case.probability[run.letter], dtype=np.float64)
        best = [names[index] for index in np.flatnonzero(values == values.max()).tolist()]
        said.setdefault(" or ".join(best[:3]), []).append(run.letter)
    if not said:
        return ""
    if len(said) == 1 and len(runs) > 1:
        verdict = next(iter(said))
        return f"All say {verdict}" + (": wrong." if verdict != case.true else ".")
    return (
        "; ".join(
            f"{words.listed(letters)} {'say' if len(letters) > 1 else 'says'} {verdict}"
            for verdict, letters in said.items()
        )
        + "."
    )
