"""A year is run: opened with last year's branches, moved on step by step, and those who are behind reminded once a day."""

from __future__ import annotations

import pytest

from scoring.errors import CriteriaInvalid, CriteriaUnknown
from scoring.people import Role
from scoring.periods import Phase
from scoring.permissions import NotAllowed
from scoring.store import units
from scoring.store.periods import PeriodExists
from scoring.workflow.assign import assign
from scoring.workflow.import_marks import import_marks
from scoring.workflow.import_units import import_units
from scoring.workflow.inbox import read_inbox
from scoring.workflow.keep_calendar import keep_calendar, read_calendar
from scoring.workflow.keep_periods import PeriodMisnamed, PhaseRefused, move_period
from scoring.workflow.run_period import (
    NobodyBehind,
    NotCopied,
    known_sets,
    move_on,
    open_year,
    remind,
    see_period,
)
from scoring.working_days import read_days
from tests import people
from tests.workflow import county
from tests.workflow.county import PERIOD
from tests.workflow.year_of import year

OURS = ("office@1", "village@1")


def test_a_year_takes_over_the_branches_of_the_last_but_not_its_gates(store, tmp_path):
    """A07 has a gate in 2026; a gate is of a year."""
    own = year(store, tmp_path)
    assert {*OURS, "red-flag-rural@2026.1"} <= set(known_sets(store))
    open_year(store, own.admin, "2027", OURS, PERIOD)
    with store.read() as c:
        before, after = units.current(c, PERIOD), units.current(c, "2027")
    assert [one.unit.code for one in before] == [one.unit.code for one in after]
    assert [one.ref for one in before] == [one.ref for one in after]
    assert any(one.unit.gates for one in before)
    assert not any(one.unit.gates for one in after)


def test_what_cannot_be_opened_leaves_nothing(store, tmp_path):
    own = year(store, tmp_path)
    before = county.counts(store)
    cases = (
        ((), None, CriteriaInvalid),
        (("village@1", "village@9"), None, CriteriaUnknown),
        (("village@1", "red-flag-rural@2026.1"), None, CriteriaInvalid),
        (("village@1",), PERIOD, NotCopied),
    )
    for refs, like, refusal in cases:
        with pytest.raises(refusal):
            open_year(store, own.admin, "2027", refs, like)
    with pytest.raises(PeriodExists):
        open_year(store, own.admin, PERIOD, OURS)
    with pytest.raises(PeriodMisnamed):
        open_year(store, own.admin, " ", OURS)
    assert county.counts(store) == before


def test_no_path_of_the_server_is_read_as_a_criteria_set(store, tmp_path):
    """What a form sends is a ref of a set that is known, never the name of a file."""
    own = year(store, tmp_path)
    with pytest.raises(CriteriaUnknown):
        open_year(store, own.admin, "2027", (str(tmp_path / "village@1.yaml"),))


@pytest.mark.parametrize("who", ["leader", "moderator", "secretary", "superior", "auditor"])
def test_only_an_administrator_runs_it(store, tmp_path, who):
    own = year(store, tmp_path, Phase.COLLECTING)
    actor = own.everybody()[who]
    rows = county.write(tmp_path / "x.csv", county.mark_rows())
    for act in (
        lambda: open_year(store, actor, "2027", OURS),
        lambda: move_on(store, actor, PERIOD),
        lambda: import_marks(store, PERIOD, rows, actor=actor),
        lambda: import_units(
            store, PERIOD, county.write(tmp_path / "u.csv", county.unit_rows()), actor=actor
        ),
        lambda: keep_calendar(store, actor, read_days("2026-12-25 放假")),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert county.phase(store) == "collecting"


def test_it_is_moved_on_step_by_step_and_posted_by_an_edition_only(store, tmp_path):
    own = year(store, tmp_path, Phase.PREPARING)
    assert move_on(store, own.admin, PERIOD).phase is Phase.COLLECTING
    with pytest.raises(PhaseRefused, match="prepared by one"):
        move_period(store, PERIOD, Phase.POSTED, own.admin)
    assert move_on(store, own.admin, PERIOD).phase is Phase.MARKING
    with pytest.raises(NotAllowed, match="marking"):
        move_on(store, own.admin, PERIOD)


def test_a_year_without_branches_says_where_they_come_from(store, tmp_path):
    own = year(store, tmp_path)
    open_year(store, own.admin, "2027", OURS)
    seen = see_period(store, own.admin, "2027")
    assert [(one.address, one.stops) for one in seen.hindrances] == [("/desk/2027/progress/units", True)]
    with pytest.raises(PhaseRefused):
        move_on(store, own.admin, "2027")


def test_who_is_behind_is_reminded_once_a_day_and_nobody_else(store, tmp_path):
    own = year(store, tmp_path)
    late = people.somebody(store, "ping", Role.EVALUATOR, name="评一")
    done = people.somebody(store, "wang", Role.EVALUATOR, name="王")
    assign(store, own.admin, PERIOD, "county", {"A01": [late.id, done.id], "A02": [late.id]})
    seen = see_period(store, own.admin, PERIOD)
    county_stage = next(stage for stage in seen.progress.stages if stage.stage == "county")
    assert [one.name for one in county_stage.behind] == ["评一"]
    assert remind(store, own.admin, PERIOD) == 1
    reminders = [one for one in read_inbox(store, late) if one.kind == "reminder"]
    assert len(reminders) == 1
    assert "2 份" in reminders[0].sentence.zh
    assert not [one for one in read_inbox(store, done) if one.kind == "reminder"]
    with pytest.raises(NobodyBehind):
        remind(store, own.admin, PERIOD)
    assert see_period(store, own.admin, PERIOD).reminded == {late.id}


def test_a_superior_sees_and_reminds_the_own_branches_only(store, tmp_path):
    own = year(store, tmp_path)
    late = people.somebody(store, "ping", Role.EVALUATOR, name="评一")
    assign(store, own.admin, PERIOD, "county", {"A02": [late.id]})
    seen = see_period(store, own.superior, PERIOD)
    assert {stage.superior.name for stage in seen.progress.superiors} == {county.TOWNSHIPS[1]}
    with pytest.raises(NobodyBehind):
        remind(store, own.superior, PERIOD)
    assign(store, own.admin, PERIOD, "county", {"A01": [late.id]})
    assert remind(store, own.superior, PERIOD, [late.id]) == 1


def test_the_office_says_what_is_worked_and_may_say_otherwise_later(store, tmp_path):
    own = year(store, tmp_path)
    assert keep_calendar(store, own.admin, read_days("2026-10-10 放假 停电\n2026-10-01 放假 国庆节")) == 1
    (saturday,) = read_days("2026-10-10 放假")
    assert not read_calendar(store).is_working(saturday.day)
    assert keep_calendar(store, own.other_admin, read_days("2026-10-10 上班")) == 1
    assert read_calendar(store).is_working(saturday.day)
