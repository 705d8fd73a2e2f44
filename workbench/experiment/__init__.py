"""The verbs: what a user can ask for, from the window or the command line.

Importing this package does not import torch; each verb imports what it needs when it is called.
"""

from __future__ import annotations

from workbench.experiment.dataset import look_at_data
from workbench.experiment.diagnosis import doctor, warm_up
from workbench.experiment.predicting import open_test, predict_folder
from workbench.experiment.recipes import catalogue, demo_recipe, head_counts, load_recipe, parse_recipe
from workbench.experiment.reporting import write_report
from workbench.experiment.results import (
    compare_runs,
    delete_run,
    empty_trash,
    list_runs,
    restore_run,
    run_result,
)
from workbench.experiment.running import resume_experiment, run_experiment

__all__ = [
    "catalogue",
    "compare_runs",
    "delete_run",
    "demo_recipe",
    "doctor",
    "empty_trash",
    "head_counts",
    "list_runs",
    "load_recipe",
    "look_at_data",
    "open_test",
    "parse_recipe",
    "predict_folder",
    "restore_run",
    "resume_experiment",
    "run_experiment",
    "run_result",
    "warm_up",
    "write_report",
]
