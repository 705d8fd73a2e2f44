"""Recipe files and the changes to them on the command line, as plain data with absolute paths."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.core.errors import RecipeError
from workbench.core.recipe import DEFAULT_HEADS, parse_toml


def read_values(path: Path) -> dict[str, Any]:
    """The plain data of the recipe file at `path`, its paths made absolute."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RecipeError(f"{path}: there is no such recipe file") from None
    except IsADirectoryError:
        raise RecipeError(f"{path}: is a folder; name a recipe file (.toml)") from None
    except UnicodeDecodeError:
        raise RecipeError(f"{path}: is not a text file in UTF-8; name a recipe file (.toml)") from None
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read: {error.strerror}") from None
    values = parse_toml(text, str(path))
    _anchor(values, path.parent)
    return values


def apply_overrides(values: dict[str, Any], overrides: Sequence[str], here: Path) -> None:
    """Put `training.epochs=5` and the like into `values`; paths among them are relative to `here`."""
    for text in overrides:
        key, sign, written = text.partition("=")
        parts = key.strip().split(".")
        if not sign or not all(parts):
            raise RecipeError(f"--set {text}: expected KEY=VALUE, for example --set training.epochs=5")
        if parts[0] == "heads" and len(parts) > 1 and "heads" not in values:
            # `heads.0.width=20` speaks of the heads that a recipe without any would train.
            values["heads"] = [{"name": choice.name} for choice in DEFAULT_HEADS]
        # Anchored on its own: paths that stand in the recipe are relative to the recipe.
        one: dict[str, Any] = {}
        _put(one, parts, _toml_value(written.strip()), text)
        _anchor(one, here)
        _put(values, parts, _get(one, parts), text)


_PATHS = {
    "data.path": frozenset[str](),
    "data.test_path": frozenset[str](),
    "data.metadata": frozenset[str](),
    "backbone.weights": frozenset({"default", "none"}),
}


def _anchor(values: dict[str, Any], folder: Path) -> None:
    for key, words in _PATHS.items():
        table, name = key.split(".")
        if isinstance(values.get(table), dict) and name in values[table]:
            values[table][name] = _absolute(values[table][name], folder, words)


def _absolute(value: Any, folder: Path, words: frozenset[str]) -> Any:
    if not isinstance(value, str) or not value or value in words:
        return value
    return (folder.absolute() / Path(value).expanduser()).resolve().as_posix()


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _get(values: dict[str, Any], parts: list[str]) -> Any:
    place: Any = values
    for part in parts:
        place = place[part]
    return place


def _put(values: dict[str, Any], parts: list[str], value: Any, text: str) -> None:
    place: Any = values
    for step, part in enumerate(parts):
        last = step == len(parts) - 1
        if isinstance(place, list):
            if not part.isdigit() or int(part) >= len(place):
                raise RecipeError(f"--set {text}: there is no entry {part!r} in {'.'.join(parts[:step])}")
            if last:
                place[int(part)] = value
            else:
                place = place[int(part)]
        elif isinstance(place, dict):
            if last:
                place[part] = value
            else:
                place = place.setdefault(part, {})
        else:
            raise RecipeError(f"--set {text}: {'.'.join(parts[:step])} is not a table")
