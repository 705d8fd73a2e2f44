"""The words that may stand on the command line."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from workbench import __version__

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["_Parser"]

_DESCRIPTION = """\
Build, compare and question image classifiers by transfer learning.

Without a command the window opens. Everything the window does can also be done here:
a recipe (a small TOML file) says what to train, a project (a folder) keeps what came of it.
"""

_EXAMPLES = """\
examples:
  workbench demo                                 four heads on the packaged digits, with a report
  workbench train flowers.toml --project flowers
  workbench train flowers.toml --set training.epochs=5 --set 'training.seeds=[0, 1]'
  workbench runs --project flowers
  workbench compare RUN RUN --project flowers
  workbench heads --features 1280 --classes 10

exit status: 0 done; 1 a run failed or the program has a fault; 2 something to mend, said on one
line that begins with "error:"; 130 interrupted (what was learned is kept: `workbench resume RUN`).
"""


HELP_WIDTH = 100  # characters
HELP_COLUMN = 28  # where the explanation of a word begins


class UsageError(Exception):
    """The command line cannot be read as it stands."""


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=HELP_COLUMN, width=HELP_WIDTH)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.dest == "command" and action.choices is not None and value not in action.choices:
            near = difflib.get_close_matches(str(value), list(action.choices), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            self.error(f"there is no command {value!r}{hint}")
        super()._check_value(action, value)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = _Parser(
        prog="workbench",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=_HelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"workbench {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_window(commands)
    _add_training(commands)
    _add_questions(commands)
    _add_housekeeping(commands)
    return parser


def _add(commands: Commands, name: str, help: str, more: str = "") -> argparse.ArgumentParser:
    """A command with the two options that all commands share."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help,
        description=f"{help[0].upper()}{help[1:]}.\n\n{more}".replace("%%", "%").rstrip(),
        formatter_class=_HelpFormatter,
    )
    parser.add_argument(
        "--project", metavar="DIR", type=Path, help="the project's folder (default: the current folder)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")
    return parser


def _add_window(commands: Commands) -> None:
    window = commands.add_parser("gui", help="open the window", description="Open the window.")
    window.add_argument("folder", metavar="PROJECT", nargs="?", type=Path, help="a project to open")
    window.add_argument("--project", metavar="DIR", dest="folder_option", type=Path, help="the same")
    window.add_argument("--sample", action="store_true", help="open the sample project of handwritten digits")


def _add_training(commands: Commands) -> None:
    demo = _add(
        commands,
        "demo",
        "train four heads on the packaged sample and write a report",
        "No network and no data of your own are needed. The runs are kept in a project of their own,\n"
        "unless --project names another.",
    )
    demo.add_argument("--output", metavar="FILE.html", type=Path, help="where the report goes")
    demo.add_argument("--epochs", metavar="N", type=_positive, help="train for N epochs instead")
    train = _add(
        commands,
        "train",
        "train what a recipe says",
        "The project is created if there is none. Paths inside the recipe are relative to the recipe;\n"
        "paths on the command line are relative to the current folder.\n\n"
        "example: workbench train flowers.toml --set training.epochs=5 --set heads.0.width=20",
    )
    train.add_argument("recipe", metavar="RECIPE", type=Path, help="the recipe, a TOML file")
    _add_settings(train, "change one value of the recipe, written as in TOML; may be given several times")
    resume = _add(
        commands,
        "resume",
        "complete an interrupted experiment",
        "All unfinished runs of the experiment that RUN belongs to are completed.",
    )
    _add_run(resume)


def _add_questions(commands: Commands) -> None:
    _add(commands, "runs", "list the runs of the project, newest first")
    test = _add(
        commands,
        "test",
        "open the sealed test set for one run",
        "Each opening is counted per project and test set: a number that was looked at often is no\n"
        "longer a fair one.",
    )
    _add_run(test)
    posterior = _add(commands, "posterior", "what a run believes about each sample")
    _add_run(posterior)
    _add_split(posterior)
    posterior.add_argument(
        "--csv",
        metavar="FILE",
        type=Path,
        help="write sample, target, predicted and one column per class to FILE",
    )
    compare = _add(
        commands,
        "compare",
        "compare runs on the samples they share, with 95 %% intervals for every difference",
    )
    compare.add_argument("runs", metavar="RUN", nargs="+", help="two or more runs")
    _add_split(compare)
    predict = _add(
        commands,
        "predict",
        "classify the pictures of a folder",
        "The folder is searched recursively; its pictures need no labels.",
    )
    _add_run(predict)
    predict.add_argument("folder", metavar="FOLDER", type=Path, help="the pictures")
    predict.add_argument("--csv", metavar="FILE", type=Path, required=True, help="where the answers go")
    report = _add(commands, "report", "write a report with curves, per-class tables and posterior bars")
    report.add_argument("runs", metavar="RUN", nargs="*", help="the runs to report (default: all finished)")
    report.add_argument(
        "--output", metavar="FILE.html", type=Path, required=True, help="where the report goes"
    )


def _add_housekeeping(commands: Commands) -> None:
    heads = _add(
        commands,
        "heads",
        "exact size and cost of heads",
        "example: workbench heads spinal_shared --features 2048 --classes 25 --set width=20",
    )
    heads.add_argument("name", metavar="NAME", nargs="?", help="one head (default: all)")
    heads.add_argument(
        "--features",
        metavar="D",
        type=_positive,
        help="features in (default: those of the packaged backbone)",
    )
    heads.add_argument("--classes", metavar="C", type=_positive, default=10, help="classes out (default: 10)")
    _add_settings(heads, "change one option of NAME; may be given several times")
    delete = _add(
        commands,
        "delete",
        "move a run to the trash, bring it back, or empty the trash",
        "A deleted run stays in the project's trash until `workbench delete --empty`.",
    )
    delete.add_argument("run", metavar="RUN", nargs="?", help="a run, as `workbench runs` lists it")
    choice = delete.add_mutually_exclusive_group()
    choice.add_argument("--restore", action="store_true", help="bring RUN back from the trash")
    choice.add_argument("--empty", action="store_true", help="remove for good what lies in the trash")
    _add(commands, "doctor", "devices, versions, weights on disk, space used and free")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run, as `workbench runs` lists it")


def _add_split(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--split",
        choices=("train", "val", "test"),
        default="val",
        help="which samples (default: val; test only once `workbench test` has opened it)",
    )


def _add_settings(parser: argparse.ArgumentParser, help: str) -> None:
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], dest="settings", help=help)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)
