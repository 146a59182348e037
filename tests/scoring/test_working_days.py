"""Working days: holidays, worked weekends, and the last day of a posting."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.working_days import (
    COUNTY_TIME,
    CalendarUnreadable,
    Posting,
    SpecialDay,
    WorkingDays,
    is_known,
    read_days,
    today,
)

LAW = WorkingDays(own={})


def calendar(text: str) -> WorkingDays:
    return WorkingDays(own={own.day: own for own in read_days(text)})


def last(first: str, days: int = 5, own: WorkingDays = LAW) -> str:
    return own.posting(date.fromisoformat(first), days).last.isoformat()


@pytest.mark.parametrize(
    ("first", "days", "expected"),
    [
        ("2026-11-23", 5, "2026-11-27"),  # Monday to Friday
        ("2026-11-25", 5, "2026-12-01"),  # over a weekend
        ("2026-11-28", 5, "2026-12-04"),  # a Saturday is posted, and not counted
        ("2026-11-23", 1, "2026-11-23"),
        ("2026-09-29", 5, "2026-10-10"),  # over the National Day block, the worked Saturday counts
        ("2026-09-20", 5, "2026-09-24"),  # from a worked Sunday
        ("2026-02-13", 5, "2026-02-26"),  # Friday, worked Saturday, nine days off, then Tuesday
        ("2026-12-30", 5, "2027-01-06"),  # over the year's end: New Year is a holiday by law
        ("2027-09-30", 3, "2027-10-05"),  # the law's three days of October, without the notice of the year
    ],
)
def test_a_posting_ends_on_its_last_working_day(first, days, expected):
    """The first day counts where it is worked, as in “公示期 11月23日至11月27日” for five working days."""
    assert last(first, days) == expected


def test_what_the_office_says_counts_before_the_law():
    own = calendar("2027-10-01 至 2027-10-07 放假 国庆节\n2027-09-26 上班\n2027-10-09 上班")
    assert last("2027-09-30", 3, own) == "2027-10-09"
    assert last("2026-10-01", 1, calendar("2026-10-01 上班 值班")) == "2026-10-01"


@given(st.dates(date(2025, 1, 1), date(2030, 12, 31)), st.integers(1, 40))
def test_a_posting_has_as_many_working_days_as_were_asked_for(first, days):
    """And its last day is one of them, so that nobody waits out a weekend for nothing."""
    found = LAW.posting(first, days)
    assert LAW.count(found) == days
    assert LAW.is_working(found.last)


def test_a_day_ends_at_midnight_in_the_county():
    """Wherever the server stands: 24:00 of the last day is 16:00 UTC."""
    posting = Posting(first=date(2026, 11, 23), last=date(2026, 11, 27))
    end = datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert posting.ends_at == end
    assert not posting.is_over(end - timedelta(microseconds=1))
    assert posting.is_over(end)
    assert today(end) == date(2026, 11, 28)
    assert today(end - timedelta(microseconds=1)) == date(2026, 11, 27)
    assert posting.ends_at.tzinfo is COUNTY_TIME


def test_days_are_read_as_a_notice_writes_them():
    found = read_days("2027-02-05 ～ 2027-02-06 放假 春节\n\n２０２７-02-07 上班\n2027-12-25 off")
    assert found == (
        SpecialDay(day=date(2027, 2, 5), working=False, name="春节"),
        SpecialDay(day=date(2027, 2, 6), working=False, name="春节"),
        SpecialDay(day=date(2027, 2, 7), working=True),
        SpecialDay(day=date(2027, 12, 25), working=False),
    )


def test_every_line_that_cannot_be_read_is_named():
    text = "2027-02-30 放假\n2027-03-05 至 2027-03-01 放假\n某天放假\n2027-05-01 放假\n2027-05-01 上班\n2027-01-01 至 2027-12-31 放假"
    with pytest.raises(CalendarUnreadable) as refused:
        read_days(text)
    assert [fault.place.line for fault in refused.value.faults] == [1, 2, 3, 5, 6]


def test_only_what_is_certain_comes_with_the_service():
    """The notice of 2026 is out; of later years the law alone is known, which the calendar's page says."""
    assert is_known(2026)
    assert not is_known(2027)
    assert [own.day.isoformat()[5:] for own in LAW.year(2027)] == [
        "01-01", "05-01", "05-02", "10-01", "10-02", "10-03",
    ]  # fmt: skip
    assert sum(not own.working for own in LAW.year(2026)) == 33
    assert sum(own.working for own in LAW.year(2026)) == 6
