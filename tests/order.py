"""In which order files are tried."""

from __future__ import annotations

from pathlib import Path

import pytest

LONGEST = (
    "browser/test_accessibility.py",
    "browser/test_work_accessibility.py",
    "browser/test_year.py",
    "ledger/test_through_gunicorn.py",
    "browser/test_points_year.py",
    "browser/test_edges.py",
    "ledger/test_at_once.py",
    "workflow/test_chain.py",
    "web/test_matrix.py",
    "scoring/test_pipeline.py",
    "web/test_serving.py",
    "web/api/test_work_fuzzing.py",
    "workflow/test_kills.py",
    "browser/test_evidence.py",
    "browser/test_walk.py",
    "ledger/test_restarted.py",
    "web/test_readme.py",
    "workflow/test_broken_imports.py",
    "web/test_county_commands.py",
    "ledger/test_stateful.py",
    "web/api/test_fuzzing.py",
)
"""The files that take a minute or more in a whole run, the longest first.

Begun last, one of them would keep one core waiting.
"""

_HERE = Path(__file__).parent
_PLACES = {_HERE / name: place for place, name in enumerate(LONGEST)}


def place_of(item: pytest.Item) -> int:
    """Return the place of a test's file: the long ones by their length, then all others."""
    return _PLACES.get(item.path, len(_PLACES))
