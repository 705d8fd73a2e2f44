"""Many threads and several programs in one project."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from workbench.core.errors import ProjectError
from workbench.store.project import Metric, Project

MakeRuns = Callable[..., tuple[str, ...]]


def test_threads_write_and_read_at_once(project: Project, make_runs: MakeRuns) -> None:
    runs = make_runs("linear", "mlp", "spinal")
    epochs = 15

    def train(run: str) -> None:
        for epoch in range(1, epochs + 1):
            project.add_metrics(run, [Metric(epoch, "val", "", name, 1.0) for name in ("loss", "accuracy")])
            project.save_tensors(run, "checkpoint", {"a": np.full(1000, epoch)}, {})
            project.update_run(run, epochs_done=epoch)

    def look(run: str) -> None:
        for _ in range(40):
            assert len(project.metrics(run)) % 2 == 0  # an epoch is there whole or not at all
            if project.has_tensors(run, "checkpoint"):
                values = project.load_tensors(run, "checkpoint")[0]["a"]
                assert (values == values[0]).all()
            project.runs()

    with ThreadPoolExecutor(6) as pool:
        for future in [pool.submit(work, run) for run in runs for work in (train, look)]:
            future.result()
    assert [project.run(run).epochs_done for run in runs] == [epochs] * 3
    assert all(len(project.metrics(run)) == 2 * epochs for run in runs)


def test_closing_waits_for_transactions_and_ends_the_other_threads_kindly(
    project: Project, make_runs: MakeRuns
) -> None:
    runs = make_runs("linear", "mlp")

    def write(run: str) -> str:
        epoch = 0
        try:
            while True:
                epoch += 1
                project.add_metrics(run, [Metric(epoch, "val", "", name, 1.0) for name in "abc"])
        except ProjectError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, run) for run in runs]
        while not all(project.metrics(run) for run in runs):
            pass
        project.close()
        assert all("was closed" in writer.result() for writer in writers)
    with Project.open(project.path) as opened:
        assert all(len(opened.metrics(run)) % 3 == 0 for run in runs)


_COUNT = """
import sys
from pathlib import Path
from workbench.store.project import NewRun, Project
with Project.open_or_create(Path(sys.argv[1])) as project:
    for _ in range(10):
        project.record_test_opening("a run", "test")
        project.add_experiment("x", "", "", [NewRun("linear", {}, 0, "linear")])
"""


def test_programs_that_start_at_once_share_one_project(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _COUNT, str(tmp_path / "p")]
    programs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [program.communicate()[1] for program in programs] == ["", "", ""]
    with Project.open(tmp_path / "p") as opened:
        assert opened.test_openings("test") == 30
        assert len({run.id for run in opened.runs()}) == 30
