"""Where things lie on this computer."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APPLICATION = "workbench"


def weights_dir() -> Path:
    """The folder of backbone weights; WORKBENCH_WEIGHTS names another."""
    override = os.environ.get("WORKBENCH_WEIGHTS")
    return Path(override) if override else Path(platformdirs.user_data_dir(APPLICATION)) / "weights"


def log_dir() -> Path:
    """The folder of logs and crash traces."""
    return Path(platformdirs.user_log_dir(APPLICATION))


def default_projects_dir() -> Path:
    """Where new projects go unless the user says otherwise; WORKBENCH_PROJECTS names another."""
    override = os.environ.get("WORKBENCH_PROJECTS")
    return Path(override) if override else Path(platformdirs.user_documents_dir()) / "Workbench"


def sample_project_dir() -> Path:
    """The project of the packaged sample, which `workbench demo` and the window share."""
    return default_projects_dir() / "Handwritten digits"
