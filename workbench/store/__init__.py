"""Projects on disk."""

from workbench.store.project import Project

__all__ = ["Project"]
