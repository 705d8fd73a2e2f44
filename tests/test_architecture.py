"""The layers, and what must be readable before torch is."""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

import workbench
from workbench import backbones, gui, heads, policies

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "workbench"
LEARNING = ("torch", "torchvision", "timm", "sklearn")


def loaded_after(statements: str, *names: str) -> list[str]:
    """Which of the modules `names` are loaded in a fresh program after `statements`."""
    program = f"{statements}\nimport sys\nprint(*[name for name in {names!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split() if done.stdout.strip() else []


def modules_of(package: object) -> list[str]:
    path, name = package.__path__, package.__name__  # type: ignore[attr-defined]
    return [found.name for found in pkgutil.walk_packages(path, f"{name}.")]


def test_every_layer_imports_only_what_stands_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == 0, capsys.readouterr().out


def test_names_options_and_help_of_all_parts_are_there_before_torch() -> None:
    parts = [
        f"{package.__name__}.{found.name}"
        for package in (heads, policies, backbones)
        for found in pkgutil.iter_modules(package.__path__)
    ]
    assert len(parts) >= 8
    assert loaded_after("".join(f"import {part}\n" for part in parts), *LEARNING, "PySide6") == []


def test_the_command_line_and_the_verbs_can_be_imported_without_torch_and_without_qt() -> None:
    statements = (
        "import workbench.__main__, workbench.cli, workbench.experiment\nworkbench.experiment.catalogue()"
    )
    assert loaded_after(statements, *LEARNING, "PySide6", "scipy") == []


def test_counting_parameters_and_listing_runs_do_not_wait_for_torch(tmp_path: Path) -> None:
    statements = (
        "from pathlib import Path\n"
        "from workbench.store.project import Project\n"
        f"Project.create(Path({str(tmp_path / 'p')!r})).close()\n"
        "from workbench.cli import main\n"
        "assert main(['heads', '--features', '64', '--classes', '3', '--json']) == 0\n"
        f"assert main(['runs', '--project', {str(tmp_path / 'p')!r}]) == 0\n"
    )
    assert loaded_after(statements, *LEARNING, "PySide6", "scipy") == []


def test_the_windows_modules_can_be_imported_without_torch() -> None:
    modules = modules_of(gui)
    assert len(modules) >= 10
    assert loaded_after("".join(f"import {module}\n" for module in modules), *LEARNING) == []


def test_only_the_command_line_prints() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if PACKAGE / "cli" not in path.parents
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert guilty == []


def test_nothing_on_disk_is_unpickled() -> None:
    guilty = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            called = ast.unparse(node.func)
            words = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if (
                called in ("pickle.load", "pickle.loads", "joblib.load")
                or (called == "torch.load" and words.get("weights_only") != "True")
                or (called == "np.load" and words.get("allow_pickle") != "False")
            ):
                guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}: {called}")
    assert guilty == []


def test_no_file_grows_beyond_the_ceiling() -> None:
    ceiling = 400  # lines; the house style asks for 60 to 200 and about 300 at most
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > ceiling} == {}


def test_the_version_is_written_once() -> None:
    import tomllib

    with (ROOT / "pyproject.toml").open("rb") as file:
        assert tomllib.load(file)["project"]["version"] == workbench.__version__
