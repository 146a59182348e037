"""Days are read as offices write them, and nothing else is taken for one."""

from __future__ import annotations

from datetime import date

import pytest

from scoring.spreadsheet.days import read_day


@pytest.mark.parametrize("text", ["2026-10-08", "2026/10/8", "2026.10.8", "20261008", "2026年10月8日"])
def test_a_day_is_read(text):
    assert read_day(text) == date(2026, 10, 8)


@pytest.mark.parametrize(
    "text",
    ["", "2026-13-01", "2026-02-30", "2026-10/08", "46303", "10月8日", "2026-10-08 9:00", "٢٠٢٦-10-08"],
)
def test_anything_else_is_none(text):
    assert read_day(text) is None
