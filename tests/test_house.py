"""Rules about the house itself: who may import whom, what the wheel carries, where floats may be."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.order import LONGEST

ROOT = Path(__file__).parents[1]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS = CONFIG["tool"]["importlinter"]["contracts"]

PLANTED = {
    "Imports only go down": ("scoring/numbers.py", "import scoring.scores"),
    "Pages, API and commands stand on the same floor and do not know each other": (
        "web/pages/front.py",
        "import web.api.units",
    ),
    "Charts are drawn from plain values": ("web/charts/radar.py", "import scoring.register"),
    "Criteria are read from the outside in": ("scoring/criteria/model.py", "import scoring.criteria.loader"),
    "Only the store knows SQL": ("scoring/workflow/score_files.py", "import sqlalchemy"),
    "The domain knows no web, no screen and no chart": ("scoring/explain.py", "import click"),
    "Only the loader reads YAML": ("scoring/criteria/catalogue.py", "import yaml"),
    "In the domain only the criteria's schema uses marshmallow": ("scoring/marks.py", "import marshmallow"),
    "Only the spreadsheet room touches office files": ("web/terminal.py", "import xlsxwriter"),
}


def _lint_imports(folder: Path) -> subprocess.CompletedProcess:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    """A copy of the packages, in which violations can be planted."""
    folder = tmp_path_factory.mktemp("house")
    for package in ("scoring", "web"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold(house):
    outcome = _lint_imports(house)
    assert outcome.returncode == 0, outcome.stdout
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in outcome.stdout


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["name"])
def test_a_planted_violation_breaks_its_contract(house, contract):
    """Negative control: a contract that never failed proves nothing."""
    path, line = PLANTED[contract["name"]]
    sound = (house / path).read_text("utf-8")
    try:
        (house / path).write_text(f"{sound}\n{line}\n", "utf-8")
        outcome = _lint_imports(house)
    finally:
        (house / path).write_text(sound, "utf-8")
    assert outcome.returncode == 1
    assert f"{contract['name']} BROKEN" in outcome.stdout


@pytest.mark.parametrize(
    ("package", "besides"), [("scoring", set()), ("web", {"web.templates", "web.static"})]
)
def test_every_module_stands_in_a_layer(package, besides):
    """A module that no layer names could import anything."""
    layers = [layer for contract in CONTRACTS for layer in contract.get("layers", ())]
    named = {word.strip("() ") for layer in layers for word in layer.split("|")}
    rooms = {
        f"{package}.{path.stem}"
        for path in (ROOT / package).iterdir()
        if path.stem not in ("__init__", "__pycache__") and (path.is_dir() or path.suffix == ".py")
    }
    assert rooms - besides <= named


def test_no_float_in_the_arithmetic():
    """Floats stand only where a workbook's cells are written, and where a terminal is drawn."""
    allowed = {
        f"spreadsheet/{name}.py" for name in ("results", "ranking", "template", "grids", "tables", "archive")
    }
    found = [
        f"{path.name}:{node.lineno}"
        for path in (ROOT / "scoring").rglob("*.py")
        if path.relative_to(ROOT / "scoring").as_posix() not in allowed and "workflow" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert not found


def test_the_wheel_runs_without_the_checkout(tmp_path):
    """Installed from the wheel, the command finds its criteria sets and seeds in any folder."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    shutil.unpack_archive(wheel, tmp_path / "installed", "zip")
    program = "import sys, scoring, web.cli; assert 'installed' in scoring.__file__, scoring.__file__; web.cli.main(sys.argv[1:])"
    folder = tmp_path / "anywhere"
    folder.mkdir()
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}
    for arguments in (
        ["check-criteria", "red-flag-rural@2026.1"],
        ["demo", "--no-serve", "--scale", "0.1", "--members", "0", "--folder", "county"],
    ):
        outcome = subprocess.run(
            [sys.executable, "-P", "-c", program, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode == 0, outcome.stderr
    assert (folder / "county" / "edition.zip").stat().st_size > 10_000


def test_what_is_committed_names_no_machine():
    """No path of a machine and no registry's address stands in what is committed."""
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    if not files[0]:
        pytest.skip("LOUD: not a git checkout, so what is committed is not known")
    places = [("", "work", "main"), ("", "work", "shared"), ("", "root", "")]
    words = [*map("/".join, places), "index" + "-url"]
    found = [
        f"{name}: {word}"
        for name in filter(None, files)
        for word in words
        if word in (ROOT / name).read_text("utf-8", errors="ignore")
    ]
    assert not found


def test_the_files_that_are_begun_first_are_there():
    """A file that was renamed would be begun last."""
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
