"""Parts register by existing as a file in their package.

A part's file may import torch only inside its functions: names, options and help must be
readable before torch is (the window paints first, `workbench heads` answers at once).
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from workbench.core.errors import RecipeError

T = TypeVar("T")


class Registry(Generic[T]):
    """The parts of one kind (heads, policies ...), found in the files of `package`.

    `reserved` names are known but not built yet: asking for one is an error that says so.
    """

    def __init__(self, kind: str, package: str, reserved: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self._package = package
        self._reserved = reserved
        self._parts: dict[str, T] = {}
        self._discovered = False

    def register(self, name: str) -> Callable[[T], T]:
        """Decorator that files a part under `name`."""

        def file(part: T) -> T:
            assert name not in self._parts, f"two {self.kind}s are named {name!r}"
            self._parts[name] = part
            return part

        return file

    def names(self) -> tuple[str, ...]:
        """All names, in alphabetical order."""
        self._discover()
        return tuple(sorted(self._parts))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, name: object) -> bool:
        self._discover()
        return name in self._parts

    def __getitem__(self, name: str) -> T:
        """The part called `name`; raises RecipeError naming the nearest known ones."""
        self._discover()
        if name in self._parts:
            return self._parts[name]
        if name in self._reserved:
            raise RecipeError(
                f"{self.kind} {name!r} is planned but not in this version; "
                f"use one of: {', '.join(self.names())}"
            )
        near = difflib.get_close_matches(name, self.names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(self.names())}"
        raise RecipeError(f"no {self.kind} is called {name!r}; {hint}")

    def _discover(self) -> None:
        if self._discovered:
            return
        self._discovered = True
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{self._package}.{module.name}")
