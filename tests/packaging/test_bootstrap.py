"""The bootstrap script on machines that lack something, played by fake programs on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "bootstrap.sh"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script is for Linux and macOS")

# What the script may use of a real system; everything else is absent or fake.
REAL = (
    "bash",
    "cat",
    "dirname",
    "mkdir",
    "rm",
    "uname",
    "awk",
    "tail",
    "ls",
    "sleep",
    "flock",
    "kill",
    "env",
)

# Plays the Python of the system and of the environment. It answers each question that the script
# asks from a variable, and makes an environment by copying itself.
FAKE_PYTHON = """#!{bash}
words="$*"
[ "${{1:-}}" != -I ] || shift
case "$words" in
    *version_info*MINIMUM* | *"sys.exit(sys.version_info <"*) exit "${{FAKE_TOO_OLD:-0}}" ;;
    *"import venv"*) exit "${{FAKE_NO_VENV:-0}}" ;;
    *"python3.%d-venv"*) echo python3.11-venv; exit ;;
    *"print(platform"*) echo 3.9.2; exit ;;
    *--version*) echo Python 3.11.9; exit ;;
    "-m venv"*)
        folder="${{@: -1}}"
        {mkdir} -p "$folder/bin"
        echo made >"$folder/pyvenv.cfg"
        {cp} "$0" "$folder/bin/python"
        exit ;;
    *"-m pip install"*) echo "pip $words" >>"$FAKE_LOG"; exit "${{FAKE_PIP:-0}}" ;;
    *"-m pytest"*) echo "pytest $words threads=$OMP_NUM_THREADS $QT_QPA_PLATFORM" >>"$FAKE_LOG"
        exit "${{FAKE_PYTEST:-0}}" ;;
    *"-m workbench"*) echo "workbench $words" >>"$FAKE_LOG"; exit "${{FAKE_WORKBENCH:-0}}" ;;
esac
program="$({cat})"
case "$program" in
    *hashlib*) echo "stamp of $words ${{FAKE_STAMP:-}}" ;;
    *importlib.metadata*) exit "${{FAKE_UNSATISFIED:-0}}" ;;
    *QGuiApplication*)
        if [ -n "${{FAKE_QT_FAULT:-}}" ] && [ ! -e "$FAKE_LOG.apt" ]; then
            echo "$FAKE_QT_FAULT" >&2
            exit 1
        fi
        echo "a warning of Qt that means nothing" >&2 ;;
    *ctypes*) if [ -n "${{FAKE_NO_XCB:-}}" ]; then exit 0; else exit 1; fi ;;
esac
"""

FAKE_APT = """#!{bash}
echo "apt $*" >>"$FAKE_LOG"
case "$*" in *install*) echo >"$FAKE_LOG.apt"; exit "${{FAKE_APT:-0}}" ;; esac
"""


class Machine:
    """A made-up computer in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.venv = folder / "venv"
        self.log = folder / "log"
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in REAL:
            if found := shutil.which(name):
                (self.bin / name).symlink_to(found)
        self.put("python3", FAKE_PYTHON)
        self.put("id", '#!{bash}\necho "${{FAKE_UID:-0}}"\n')
        self.put("df", "#!{bash}\necho head\necho disk 1 1 ${{FAKE_FREE_KB:-99999999}} 1 /\n")
        self.put("apt-get", FAKE_APT)

    def put(self, name: str, text: str) -> None:
        """A fake program on PATH."""
        (self.bin / name).unlink(missing_ok=True)
        paths = {word: shutil.which(word) for word in ("bash", "cat", "cp", "mkdir")}
        (self.bin / name).write_text(text.format(**paths))
        (self.bin / name).chmod(0o755)

    def remove(self, name: str) -> None:
        (self.bin / name).unlink()

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.bin / "bash"), str(SCRIPT), *words],
            env=self.environment(variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {
            "PATH": str(self.bin),
            "HOME": str(self.folder),
            "WORKBENCH_VENV": str(self.venv),
            "FAKE_LOG": str(self.log),
            **variables,
        }

    @property
    def done(self) -> list[str]:
        """What the fake programs were asked to do."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_fresh_machine_gets_an_environment_the_package_and_the_tests(machine: Machine) -> None:
    ended = machine.run("test", FAKE_UNSATISFIED="1")
    assert ended.returncode == 0, ended.stderr
    pip, tests = machine.done
    assert f"--editable {ROOT}[test]" in pip
    assert "-n 2 --max-worker-restart=0" in tests
    assert tests.endswith("threads=1 offscreen")
    for said in ("making the virtual environment", "installing Workbench", "all tests passed"):
        assert said in ended.stdout


def test_a_second_run_reuses_everything(machine: Machine) -> None:
    machine.run("test", FAKE_UNSATISFIED="1")
    before = len(machine.done)
    again = machine.run("test", FAKE_UNSATISFIED="1")
    assert again.returncode == 0
    assert [line.split()[0] for line in machine.done[before:]] == ["pytest"]
    assert "everything is installed already" in again.stdout
    changed = machine.run("test", FAKE_UNSATISFIED="1", FAKE_STAMP="another pyproject")
    assert changed.returncode == 0
    assert [line.split()[0] for line in machine.done[before + 1 :]] == ["pip", "pytest"]


def test_an_environment_made_by_hand_that_has_everything_is_left_alone(machine: Machine) -> None:
    ended = machine.run("test", FAKE_UNSATISFIED="0")
    assert ended.returncode == 0
    assert [line.split()[0] for line in machine.done] == ["pytest"]


def test_without_a_display_the_demo_runs_and_with_one_the_window_opens_the_sample(machine: Machine) -> None:
    if sys.platform == "darwin":
        pytest.skip("a Mac always has a display")
    assert machine.run("run").returncode == 0
    assert machine.run("run", DISPLAY=":0").returncode == 0
    assert machine.run("run", WAYLAND_DISPLAY="wayland-0").returncode == 0
    assert machine.done == [
        "workbench -m workbench demo",
        "workbench -m workbench gui --sample",
        "workbench -m workbench gui --sample",
    ]
    machine.run("run", FAKE_STAMP="another pyproject", FAKE_UNSATISFIED="1")
    assert machine.done[3].endswith(f"--editable {ROOT}"), "without the extras of the tests"


@pytest.mark.parametrize(
    ("word", "variable", "status"),
    [("test", "FAKE_PYTEST", 1), ("test", "FAKE_PYTEST", 5), ("run", "FAKE_WORKBENCH", 2)],
)
def test_a_failure_of_what_was_started_is_the_scripts_failure(
    machine: Machine, word: str, variable: str, status: int
) -> None:
    assert machine.run(word, **{variable: str(status)}).returncode == status


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lacks libraries of Qt")
class TestMissingLibraries:
    FAULT = "libEGL.so.1: cannot open shared object file"

    def test_without_root_the_one_apt_line_is_printed_and_the_status_is_3(self, machine: Machine) -> None:
        ended = machine.run("test", FAKE_QT_FAULT=self.FAULT, FAKE_UID="1000")
        assert ended.returncode == 3
        lines = [line for line in ended.stdout.splitlines() if line.startswith("sudo apt-get")]
        assert len(lines) == 1
        for package in (
            "libgl1",
            "libegl1",
            "libglib2.0-0",
            "libdbus-1-3",
            "libxkbcommon0",
            "libfontconfig1",
        ):
            assert package in lines[0].split()
        assert "fonts-dejavu-core" in lines[0]
        assert self.FAULT in ended.stdout
        assert "error: " in ended.stderr
        assert not any(line.startswith(("apt", "pytest")) for line in machine.done)

    def test_as_root_they_are_installed_and_the_work_goes_on(self, machine: Machine) -> None:
        ended = machine.run("test", FAKE_QT_FAULT=self.FAULT)
        assert ended.returncode == 0, ended.stderr
        assert [line.split()[0] for line in machine.done] == ["apt", "apt", "pytest"]
        assert machine.done[0].startswith("apt update")
        assert "--no-install-recommends" in machine.done[1]

    def test_when_apt_fails_the_sentence_names_the_packages(self, machine: Machine) -> None:
        ended = machine.run("test", FAKE_QT_FAULT=self.FAULT, FAKE_APT="100")
        assert ended.returncode == 1
        assert "apt-get could not install: libgl1" in ended.stderr

    def test_on_another_linux_it_says_what_to_install(self, machine: Machine) -> None:
        machine.remove("apt-get")
        ended = machine.run("test", FAKE_QT_FAULT=self.FAULT)
        assert ended.returncode == 3
        assert "libegl1" in ended.stdout
        assert "no apt-get" in ended.stdout

    def test_libraries_of_real_windows_are_asked_for_only_where_there_is_a_display(
        self, machine: Machine
    ) -> None:
        assert machine.run("run", FAKE_NO_XCB="1", FAKE_UID="1000").returncode == 0
        assert machine.run("test", FAKE_NO_XCB="1", FAKE_UID="1000").returncode == 0
        ended = machine.run("run", FAKE_NO_XCB="1", FAKE_UID="1000", DISPLAY=":0")
        assert ended.returncode == 3
        assert "libxcb-cursor0" in ended.stdout


def test_an_old_python_is_refused_in_a_sentence(machine: Machine) -> None:
    ended = machine.run("run", FAKE_TOO_OLD="1")
    assert ended.returncode == 1
    assert "Python 3.11 or newer is needed, and this one is 3.9.2" in ended.stderr


def test_a_missing_venv_module_is_a_package_to_install(machine: Machine) -> None:
    ended = machine.run("run", FAKE_NO_VENV="1", FAKE_UID="1000")
    assert ended.returncode == 3
    assert "python3.11-venv" in ended.stdout


def test_no_python_at_all_is_a_package_to_install(machine: Machine) -> None:
    machine.remove("python3")
    ended = machine.run("run", FAKE_UID="1000")
    assert ended.returncode == 3
    assert "sudo apt-get update && sudo apt-get install" in ended.stdout
    assert "python3-venv" in ended.stdout


def test_a_pip_that_fails_is_a_sentence_and_the_next_run_tries_again(machine: Machine) -> None:
    ended = machine.run("test", FAKE_UNSATISFIED="1", FAKE_PIP="1")
    assert ended.returncode == 1
    assert "Is there a network connection" in ended.stderr
    again = machine.run("test", FAKE_UNSATISFIED="1")
    assert again.returncode == 0
    assert [line.split()[0] for line in machine.done] == ["pip", "pip", "pytest"]


def test_too_little_space_is_said_before_anything_is_made(machine: Machine) -> None:
    ended = machine.run("run", FAKE_FREE_KB="2000000")
    assert ended.returncode == 1
    assert "free some space" in ended.stderr
    assert not machine.venv.exists()


def test_a_folder_that_is_no_environment_is_never_cleared(machine: Machine) -> None:
    machine.venv.mkdir()
    (machine.venv / "thesis.txt").write_text("mine")
    ended = machine.run("run")
    assert ended.returncode == 1
    assert "is no virtual environment" in ended.stderr
    assert (machine.venv / "thesis.txt").read_text() == "mine"


def test_two_at_once_install_one_after_the_other(machine: Machine) -> None:
    variables = machine.environment({"FAKE_UNSATISFIED": "1"})
    words = [str(machine.bin / "bash"), str(SCRIPT), "test"]
    both = [
        subprocess.Popen(words, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for one in both:
        out, err = one.communicate(timeout=60)
        assert one.returncode == 0, out + err
    assert sorted(line.split()[0] for line in machine.done) == ["pip", "pytest", "pytest"]


@pytest.mark.parametrize("words", [(), ("install",), ("run", "test")])
def test_anything_but_run_or_test_is_answered_with_both(machine: Machine, words: tuple[str, ...]) -> None:
    ended = machine.run(*words)
    assert ended.returncode == 2
    assert "run | test" in ended.stderr
    assert machine.done == []


def test_the_script_works_from_any_folder_and_from_a_folder_with_a_space(
    machine: Machine, tmp_path: Path
) -> None:
    copy = tmp_path / "a b" / "checkout"
    (copy / "packaging").mkdir(parents=True)
    shutil.copy(SCRIPT, copy / "packaging")
    shutil.copy(ROOT / "pyproject.toml", copy)
    environment = machine.environment({"FAKE_UNSATISFIED": "1"})
    del environment["WORKBENCH_VENV"]
    ended = subprocess.run(
        [str(machine.bin / "bash"), str(copy / "packaging" / "bootstrap.sh"), "test"],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert (copy / ".venv" / "bin" / "python").exists()
    assert f"--editable {copy}[test]" in machine.done[0]


def test_the_check_of_the_project_is_exactly_the_test_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[-1] == "bash packaging/bootstrap.sh test"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
