"""Whoever forbids compiled modules to be left about has them kept for the run all the same, and removed with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = """
import os, subprocess, sys
from pathlib import Path
from tests.bytecode import keep_bytecode
keep_bytecode(Path(sys.argv[1]))
subprocess.run([sys.executable, "-c", "import scoring.numbers"], check=True)
print(len(list(Path(sys.argv[1]).rglob("scoring/numbers.*.pyc"))))
"""


@pytest.mark.parametrize(("forbidden", "kept"), [("1", 1), ("", 0)])
def test_what_is_compiled_is_kept_for_the_run_where_it_is_forbidden_elsewhere(tmp_path, forbidden, kept):
    """Where nothing is forbidden, Python keeps it where it always does."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": "" if forbidden else str(tmp_path / "elsewhere"),
        "PYTHONDONTWRITEBYTECODE": forbidden,
    }
    own = tmp_path / "own"
    (own / "stars-tests-bytecode-99999999-killed").mkdir(parents=True)
    outcome = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(own)], env=environment, capture_output=True, text=True, check=True
    )
    assert outcome.stdout.split() == [str(kept)]
    left = [folder.name for folder in own.iterdir()]
    assert left == ([] if forbidden else ["stars-tests-bytecode-99999999-killed"]), (
        "a folder ends with its run"
    )
