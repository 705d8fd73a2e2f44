"""What this computer and this project have."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import __version__, backbones
from workbench.core import places

if TYPE_CHECKING:
    from workbench.store.project import Project

PACKAGES = (
    "torch",
    "torchvision",
    "timm",
    "PySide6-Essentials",
    "pyqtgraph",
    "numpy",
    "scikit-learn",
    "Pillow",
)


def warm_up() -> None:
    """Import what training needs, so that the first Train does not wait for it."""
    import timm  # noqa: F401

    import workbench.experiment.fitting  # noqa: F401


def versions() -> dict[str, str]:
    """Versions of what may change a result, as recorded with each run."""
    found = {"workbench": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def doctor(project: Project | None) -> Mapping[str, Any]:
    """Devices, versions, weights on disk, space used and free."""
    import torch

    devices = [
        {
            "name": "cpu",
            "description": f"{platform.processor() or platform.machine()}, {torch.get_num_threads()} threads",
        }
    ]
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        memory = torch.cuda.get_device_properties(index).total_memory
        devices.append(
            {
                "name": f"cuda:{index}",
                "description": f"{torch.cuda.get_device_name(index)}, {memory / 2**30:.0f} GiB",
            }
        )
    if torch.backends.mps.is_available():
        devices.append({"name": "mps", "description": "Apple GPU"})
    here = project.path if project is not None else Path.cwd()
    return {
        "versions": versions(),
        "platform": f"{platform.system()} {platform.release()}, Python {sys.version.split()[0]}",
        "devices": devices,
        "weights_folder": str(places.weights_dir()),
        "weights": [
            {
                "backbone": card.name,
                "file": card.weights_file,
                "megabytes": card.weights_mb,
                "on_disk": backbones.on_disk(card) is not None,
                "packaged": card.packaged,
            }
            for card in backbones.cards()
        ],
        "project": str(project.path) if project is not None else None,
        "space_used_bytes": project.space_used() if project is not None else 0,
        "space_free_bytes": shutil.disk_usage(here).free,
    }
