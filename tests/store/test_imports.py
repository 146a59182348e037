"""The files that were taken into a period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from scoring.store import imports
from scoring.store.imports import FileTaken, Import
from tests.store.years import RARE, digest, open_period


def test_a_file_taken_is_known_by_its_bytes(store):
    """Whatever it is called the second time."""
    with store.begin() as c:
        open_period(c)
        number = imports.add(c, "2026", "marks", digest("file"), f"{RARE}.xlsx", 12)
    with store.read() as c:
        found = imports.find(c, "2026", "marks", digest("file"))
        assert imports.find(c, "2026", "units", digest("file")) is None
        assert imports.find(c, "2025", "marks", digest("file")) is None
        assert imports.find(c, "2026", "marks", digest("other")) is None
    assert found == Import(
        number=number,
        period="2026",
        kind="marks",
        digest=digest("file"),
        name=f"{RARE}.xlsx",
        rows=12,
        made_at=found.made_at,
    )
    assert found.made_at.tzinfo is UTC
    assert timedelta(0) <= datetime.now(UTC) - found.made_at < timedelta(minutes=1)


def test_numbers_go_up_by_one_over_all_periods(store):
    with store.begin() as c:
        open_period(c)
        open_period(c, "2025")
        numbers = [
            imports.add(c, period, kind, digest("file"), "file", 0)
            for period in ("2026", "2025")
            for kind in ("units", "marks")
        ]
    assert numbers == [1, 2, 3, 4]


def test_a_file_is_taken_once(store):
    with store.begin() as c:
        open_period(c)
        imports.add(c, "2026", "marks", digest("file"), "评分.xlsx", 12)
        with pytest.raises(FileTaken, match=r"import 1, 评分\.xlsx"):
            imports.add(c, "2026", "marks", digest("file"), "again.xlsx", 12)
        assert imports.add(c, "2026", "marks", digest("other"), "评分.xlsx", 12) == 2


@pytest.mark.parametrize(
    ("period", "kind", "rows"), [("2025", "marks", 1), ("2026", "photos", 1), ("2026", "marks", -1)]
)
def test_what_is_no_import_is_refused_by_the_database(store, period, kind, rows):
    """And is not taken for the same file again."""
    with store.begin() as c:
        open_period(c)
    with pytest.raises(IntegrityError), store.begin() as c:
        imports.add(c, period, kind, digest("file"), "file", rows)
