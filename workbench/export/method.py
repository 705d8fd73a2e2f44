"""The end of a report: the test set, and how the numbers came about."""

from __future__ import annotations

from workbench.export import words
from workbench.export.content import ReportContent
from workbench.export.markup import Markup, tag
from workbench.export.overview import chip, run_name, run_table, section, table

STAGES = {"data": "reading pictures", "features": "features", "fit": "training", "predict": "predicting"}


def test_set(content: ReportContent) -> Markup | None:
    """The opened test set's numbers, and how often it was opened."""
    found = [run.test for run in content.runs]
    if not any(found):
        return None
    times = "once" if content.opened == 1 else f"{content.opened} times"
    return section(
        "test",
        "Test set",
        tag("p", f"Opened {times}. Runs not listed were never measured on it."),
        run_table(content, found, "test"),
    )


def method(content: ReportContent) -> Markup:
    """How the numbers came about, so that they can be made again."""
    groups = (
        f" Whole groups ({content.grouped_by}) are drawn, for proportions too." if content.grouped_by else ""
    )
    definitions = (
        "Intervals are 95 %: Wilson's score interval for proportions and for the F1 of a class, "
        f"1000 bootstrap resamples of the pictures otherwise.{groups}",
        "Precision: share of the pictures called a class that are of it. Recall: share of the pictures of "
        "a class that are called so. F1: their harmonic mean, or 0/0 = 0. Macro-F1: mean over classes.",
        "Log loss: mean of minus the natural log of the true class's probability. Calibration error: mean "
        "gap between confidence and accuracy over 15 bins.",
        "A run is called better than another only if the interval of their paired difference excludes zero "
        "and enough pictures are answered differently.",
    )
    return section(
        "method",
        "How this was made",
        tag("ul", *(tag("li", definition) for definition in definitions)),
        _run_details(content),
        table(
            "Software",
            [tag("th", "Part", scope="col"), tag("th", "Version", scope="col")],
            [
                tag("tr", tag("th", name, scope="row"), tag("td", version))
                for name, version in content.versions.items()
            ],
        ),
        tag("h3", "Recipe"),
        tag("pre", content.recipe),
    )


def _run_details(content: ReportContent) -> Markup:
    titles = ("Run", "Id", "Backbone", "Epochs", "Trainable", "Computed on", "Time")
    rows = []
    for slot, run in enumerate(content.runs):
        epochs = str(run.epochs_done) + (f" (kept {run.best_epoch})" if run.best_epoch else "")
        computed = ", ".join(value for value in (run.device, run.engine, run.precision, run.decoder) if value)
        spent = ", ".join(
            f"{title} {words.duration(run.seconds[stage])}"
            for stage, title in STAGES.items()
            if stage in run.seconds
        )
        trainable = run.parameters.get("trainable", 0)
        total = run.parameters.get("total", 0)
        rows.append(
            tag(
                "tr",
                tag("th", chip(run, slot), run_name(run, content.runs), scope="row"),
                tag("td", run.run),
                tag("td", run.backbone),
                tag("td", epochs),
                tag("td", f"{words.count(trainable)} of {words.count(total)} parameters"),
                tag("td", computed),
                tag("td", spent),
            )
        )
    return table("Runs in detail", [tag("th", title, scope="col") for title in titles], rows)
