"""The first half of a report: the result in short, the data, the runs in numbers and curves."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.export import charts, svg, words
from workbench.export.content import Measured, ReportContent, ReportRun
from workbench.export.markup import Child, Markup, join, tag

FEW_PICTURES = 20  # a class below is called a blind spot: its numbers say little
ROWS_IN_TABLE = 60  # classes in a table; beyond, those that need a look
NO_WINNER = "No clear winner"  # how such a verdict begins; it names no runs
COLUMNS = ("accuracy", "macro_f1", "log_loss", "ece")


def section(name: str, title: str, *children: Child) -> Markup:
    """A titled part of the page."""
    return tag("section", tag("h2", title), *children, id=name)


def chip(run: ReportRun, slot: int) -> Markup:
    """The run's letter on its colour."""
    return tag("span", run.letter, class_=f"chip r{slot % svg.RUNS_PER_CHART}")


def run_name(run: ReportRun, runs: Sequence[ReportRun]) -> str:
    """The run's label, with its seed where seeds differ."""
    return f"{run.label}, seed {run.seed}" if len({other.seed for other in runs}) > 1 else run.label


def legend(slots: charts.Slots, runs: Sequence[ReportRun]) -> Markup:
    """Chip, dash and name of each run."""
    return tag(
        "ul",
        *(tag("li", chip(run, slot), _dash(slot), run_name(run, runs)) for slot, run in slots),
        class_="runs",
    )


def _dash(slot: int) -> Markup:
    style = f"line val r{slot % svg.RUNS_PER_CHART}"
    return tag(
        "svg",
        tag("path", d="M1 6H33", class_=style),
        width=34,
        height=12,
        class_="sample",
        aria_hidden="true",
    )


def parts(runs: Sequence[ReportRun]) -> list[list[tuple[int, ReportRun]]]:
    """The runs in groups that fit one chart, each with its place among all."""
    return [[(slot, runs[slot]) for slot in part] for part in svg.panels(len(runs))]


def in_short(content: ReportContent) -> Markup:
    """What was found, in sentences."""
    measured = [run.measured for run in content.runs if run.measured is not None]
    sizes = sorted({one.n for one in measured})
    said = words.counted(len(content.runs), "run")
    if sizes:
        n = " or ".join(words.count(size) for size in sizes)
        where = f"measured on the {words.split(content.split_name)} pictures (n = {n})"
        said += f", {where}."
    else:
        said += "; none has been measured yet."
    verdicts = [tag("li", verdict) for verdict in _verdicts(content.differences)]
    return section(
        "short",
        "In short",
        tag("p", said),
        tag("ul", *verdicts, class_="verdicts") if verdicts else None,
        tag("p", _test_sentence(content)),
        *(tag("p", warning, class_="warning") for warning in content.warnings),
    )


def _verdicts(differences: Sequence[str]) -> list[str]:
    """Each verdict once: who is better than whom, then that the other pairs have no winner."""
    clear = [said for said in dict.fromkeys(differences) if not said.startswith(NO_WINNER)]
    unclear = [said for said in dict.fromkeys(differences) if said.startswith(NO_WINNER)]
    if not clear:
        return unclear
    return clear + [f"All other pairs: {said[0].lower()}{said[1:]}" for said in unclear]


def _test_sentence(content: ReportContent) -> str:
    n = sum(count.test for count in content.counts)
    if content.opened == 0:
        if n == 0:
            return "There is no test set; all numbers are of pictures that runs may have been chosen on."
        return (
            f"The test set ({words.counted(n, 'picture')}) is sealed: nobody has looked at its results yet."
        )
    if content.opened == 1:
        return "The test set was opened once."
    return (
        f"The test set was opened {content.opened} times. Each look makes its numbers a little "
        "more hopeful than those of pictures nobody has seen."
    )


def data(content: ReportContent) -> Markup:
    """Which pictures, how they were split, and how many of each class there are."""
    few = [count.name for count in content.counts if count.train < FEW_PICTURES]
    note = None
    if few:
        named = words.listed(few[:8]) + (f" and {len(few) - 8} more" if len(few) > 8 else "")
        note = tag(
            "p",
            f"Fewer than {FEW_PICTURES} training pictures: {named}. Numbers of such classes say little.",
            class_="note",
        )
    return section(
        "data",
        "Data",
        tag("p", content.data),
        tag("p", f"Split: {content.split}"),
        _class_counts(content),
        note,
    )


def _class_counts(content: ReportContent) -> Markup:
    shown = list(content.counts)
    caption = "Pictures per class and split"
    if len(shown) > ROWS_IN_TABLE:
        shown = sorted(shown, key=lambda count: count.train)[:ROWS_IN_TABLE]
        rest = len(content.counts) - ROWS_IN_TABLE
        caption += f": the {ROWS_IN_TABLE} smallest classes; the other {rest} are larger"
    most = max((count.train + count.val + count.test for count in shown), default=1) or 1
    rows = [_count_row(count.name, count.train, count.val, count.test, most) for count in shown]
    total = [sum(getattr(count, name) for count in content.counts) for name in ("train", "val", "test")]
    rows.append(
        tag(
            "tr",
            tag("th", f"all {words.counted(len(content.counts), 'class')}", scope="row"),
            *(tag("td", words.count(value), class_="number") for value in (*total, sum(total))),
            tag("td"),
        )
    )
    heads = [
        tag("th", name, class_="number", scope="col") for name in ("Training", "Validation", "Test", "All")
    ]
    return table(caption, [tag("th", "Class", scope="col"), *heads, tag("th")], rows)


def _count_row(name: str, train: int, val: int, test: int, most: int) -> Markup:
    every = train + val + test
    meter = tag("span", class_="meter", style=f"width:{160 * every / most:.0f}px", aria_hidden="true")
    return tag(
        "tr",
        tag("th", name, scope="row"),
        *(tag("td", words.count(value), class_="number") for value in (train, val, test, every)),
        tag("td", meter),
    )


def table(caption: Child, heads: Sequence[Child], rows: Sequence[Child]) -> Markup:
    """A captioned table that scrolls sideways where it is too wide."""
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption),
            tag("thead", tag("tr", *heads)),
            tag("tbody", *rows),
        ),
        class_="scroll",
    )


def results(content: ReportContent) -> Markup:
    """Each run's metrics with intervals, as a table and as dots."""
    drawn = [
        tag("figure", tag("figcaption", f"{words.TITLES[name]}, {_where(content.runs)}"), chart)
        for name in ("accuracy", "macro_f1")
        if (chart := charts.whiskers(list(enumerate(content.runs)), name)) is not None
    ]
    return section(
        "runs",
        "Runs",
        run_table(content, [run.measured for run in content.runs], content.split_name),
        tag("div", *drawn, class_="sides") if drawn else None,
    )


def _where(runs: Sequence[ReportRun]) -> str:
    """`validation, n = 62`, as every number needs it."""
    found = sorted({(run.measured.split, run.measured.n) for run in runs if run.measured is not None})
    return "; ".join(f"{words.split(split)}, n = {words.count(n)}" for split, n in found)


def run_table(content: ReportContent, measured: Sequence[Measured | None], split: str) -> Markup:
    """One row per run: size, metrics with intervals, time."""
    rows = [
        _run_row(run, slot, content.runs, measured[slot])
        for slot, run in enumerate(content.runs)
        if split != "test" or measured[slot] is not None
    ]
    heads = [
        tag("th", "Run", scope="col"),
        tag("th", "n", class_="number", scope="col"),
        *(tag("th", words.TITLES[name], scope="col") for name in COLUMNS),
        tag("th", "Head parameters", class_="number", scope="col"),
        tag("th", "Time", class_="number", scope="col"),
    ]
    return table(f"On the {words.split(split)} pictures, with 95 % intervals", heads, rows)


def _run_row(run: ReportRun, slot: int, runs: Sequence[ReportRun], measured: Measured | None) -> Markup:
    name = tag("th", chip(run, slot), run_name(run, runs), scope="row")
    if measured is None:
        why = f"{run.status}: {run.message}" if run.message else f"{run.status}, not measured"
        return tag("tr", name, tag("td", why, colspan=len(COLUMNS) + 3, class_="muted"))
    cells = [with_range(key, measured.metrics[key], measured.intervals[key]) for key in COLUMNS]
    status = None if run.status == "finished" else tag("span", f" ({run.status})", class_="muted")
    return tag(
        "tr",
        tag("th", chip(run, slot), run_name(run, runs), status, scope="row"),
        tag("td", words.count(measured.n), class_="number"),
        *(tag("td", cell) for cell in cells),
        tag("td", words.count(run.parameters.get("head", 0)), class_="number"),
        tag("td", words.duration(run.seconds.get("total", 0.0)), class_="number"),
    )


def with_range(name: str, value: float, ends: tuple[float, float]) -> Markup:
    """A number with its interval below it in grey."""
    return join(
        [words.metric(name, value), tag("br"), tag("span", words.interval(name, ends), class_="range")]
    )


def curves(content: ReportContent) -> Markup | None:
    """Loss, accuracy and macro-F1 over epochs."""
    drawn = []
    for part in parts(content.runs):
        figures = [
            tag("figure", tag("figcaption", words.TITLES[name]), chart)
            for name in ("loss", "accuracy", "macro_f1")
            if (chart := charts.curves(part, content.runs, name)) is not None
        ]
        if figures:
            drawn += [legend(part, content.runs), tag("div", *figures, class_="sides")]
    if not drawn:
        return None
    note = "Thick: validation. Thin: training, measured while learning. Ring: the epoch that was kept."
    return section("curves", "Learning curves", *drawn, tag("p", note, class_="note"))
