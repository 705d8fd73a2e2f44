"""What this computer has, and what the window imports ahead."""

from __future__ import annotations

import json
import subprocess
import sys

from workbench.experiment import doctor
from workbench.store.project import Project


def test_warming_up_imports_what_the_first_training_needs() -> None:
    program = (
        "import sys\n"
        "from workbench import experiment\n"
        "assert 'torch' not in sys.modules\n"
        "experiment.warm_up()\n"
        "needed = ('torch', 'timm', 'workbench.training.loop', 'workbench.experiment.fitting')\n"
        "print([name for name in needed if name not in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_doctor_names_devices_versions_weights_and_space(project: Project) -> None:
    found = json.loads(json.dumps(doctor(project)))
    assert found["devices"][0]["name"] == "cpu"
    assert found["versions"]["torch"]
    packaged = [one for one in found["weights"] if one["packaged"]]
    assert [(one["backbone"], one["on_disk"]) for one in packaged] == [("efficientnet_lite0", True)]
    assert found["project"] == str(project.path)
    assert 0 < found["space_used_bytes"] < found["space_free_bytes"]
