"""What a user can mend, in the user's words."""

from __future__ import annotations


class WorkbenchError(Exception):
    """Something the user can mend: the message says what, where, and what to do now.

    Every other exception is a bug of ours.
    """


class RecipeError(WorkbenchError):
    """A recipe that cannot be carried out as written."""


class DataError(WorkbenchError):
    """Pictures, tables or splits that cannot be used as they are."""


class WeightsError(WorkbenchError):
    """Weights that are missing, damaged, or belong to another network."""


class ProjectError(WorkbenchError):
    """A project that cannot be opened, read or written."""
