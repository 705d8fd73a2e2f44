"""Heads: from features [B, D] to logits [B, C]. A new head is a new file here.

A head's file holds its options, its counts and its `build`; it imports torch only inside
functions, so that names, options and help are there before torch is.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from workbench.core.options import Options
from workbench.core.registry import Registry

if TYPE_CHECKING:
    from torch import nn


class Head(Options):
    """Options of one kind of head, with what follows from them."""

    title: ClassVar[str]  # as people read it: "Spinal, shared weights"
    summary: ClassVar[str]  # one or two sentences: what it does, when it helps
    source: ClassVar[str] = ""  # the paper

    @abstractmethod
    def parameters(self, features: int, classes: int) -> int:
        """Number of trainable parameters."""

    @abstractmethod
    def multiplications(self, features: int, classes: int) -> int:
        """Multiplications per sample; additions are not counted."""

    def notes(self, features: int, classes: int) -> tuple[str, ...]:
        """Plain sentences the user should know about these options at this size."""
        return ()

    @abstractmethod
    def build(self, features: int, classes: int) -> nn.Module:
        """The module: features [B, D] float32 -> logits [B, C].

        Initial weights come from torch's global generator. Raises RecipeError when these
        options cannot work with this many features.
        """


HEADS: Registry[type[Head]] = Registry("head", __name__, reserved=("prototype", "ridge", "svm", "knn"))
