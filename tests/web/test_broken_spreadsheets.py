"""Whatever a clerk hands in: exit code 2, every fault told by file, row and column, nothing printed as a result."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.broken_spreadsheets import CRITERIA, Case, as_workbook, good_marks, good_units, wrong_answers

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def answer() -> dict:
    """What came of the whole corpus, in a process of its own so that its memory can be told."""
    command = [sys.executable, "-m", "tests.web.broken_spreadsheets"]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


def test_every_fault_of_every_broken_spreadsheet_is_told(answer):
    assert answer["cases"] >= 300
    assert answer["wrong"] == []


def test_no_broken_spreadsheet_takes_300_megabytes(answer):
    """Bombs and giant areas among them."""
    assert answer["kilobytes"] < 300_000


def test_sound_spreadsheets_are_not_refused(tmp_path):
    """Negative control: the checker finds fault with a case that expects one where there is none."""
    files = {"units.xlsx": as_workbook(good_units()), "marks.xlsx": as_workbook(good_marks())}
    assert CRITERIA["criteria"]
    assert len(wrong_answers(Case("sound", files, (("marks", 2, "E", "step"),)), tmp_path)) == 2
