"""The county's periods and their phases."""

from __future__ import annotations

import pytest

from scoring.periods import Period, Phase
from scoring.store import criteria, periods
from scoring.store.names import NameTooLong
from scoring.store.periods import PeriodExists, PeriodUnknown
from tests.store.years import RARE, SET, criteria_set, open_period


def test_a_period_comes_back_with_its_sets_in_order(store):
    """The order of the sets is the office's own, and that of the columns on its pages."""
    refs = ("b@1", "a@2", "a@1")
    new = Period(id=f"2026{RARE}", phase=Phase.PREPARING, refs=refs)
    with store.begin() as c:
        for ref in refs:
            criteria.keep(c, criteria_set(ref))
        periods.add(c, new)
    with store.read() as c:
        assert periods.find(c, new.id) == new


def test_periods_are_listed_newest_first_by_code_point(store):
    with store.begin() as c:
        for period in ("2025", "2026", "2026-下", "2026a", "2026𠮷", "2026\uff21"):
            open_period(c, period)
    with store.read() as c:
        listed = [own.id for own in periods.every(c)]
    assert listed == ["2026𠮷", "2026\uff21", "2026a", "2026-下", "2026", "2025"]


def test_a_period_is_opened_once(store):
    with store.begin() as c:
        open_period(c)
        with pytest.raises(PeriodExists, match="2026 was opened already"):
            open_period(c)
        periods.move(c, "2026", Phase.MARKING)
    with store.read() as c:
        assert periods.find(c, "2026").phase is Phase.MARKING


def test_an_unknown_period_is_refused_with_those_there_are(store):
    with store.read() as c, pytest.raises(PeriodUnknown, match="none was opened yet"):
        periods.find(c, "2026")
    with store.begin() as c:
        open_period(c, "2025")
        open_period(c, "2024")
    with store.read() as c, pytest.raises(PeriodUnknown, match="there are: 2025, 2024"):
        periods.find(c, "2026")
    with pytest.raises(PeriodUnknown), store.begin() as c:
        periods.move(c, "2026", Phase.POSTED)


def test_a_period_stands_in_the_phase_it_was_moved_to_last(store):
    with store.begin() as c:
        open_period(c)
    for phase in (Phase.COLLECTING, Phase.POSTED, Phase.PUBLISHED):
        with store.begin() as c:
            periods.move(c, "2026", phase)
        with store.read() as c:
            assert periods.find(c, "2026").phase is phase


@pytest.mark.parametrize("phase", [Phase.PREPARING, Phase.MARKING])
def test_a_period_never_goes_back(store, phase):
    """Workflows refuse it with a sentence; here it cannot happen."""
    with store.begin() as c:
        open_period(c)
        periods.move(c, "2026", Phase.MARKING)
        with pytest.raises(AssertionError, match="never go back"):
            periods.move(c, "2026", phase)


def test_an_id_that_no_index_could_hold_is_refused(store):
    with pytest.raises(NameTooLong, match="161 characters"), store.begin() as c:
        criteria.keep(c, criteria_set())
        periods.add(c, Period(id="年" * 161, phase=Phase.PREPARING, refs=(SET,)))
