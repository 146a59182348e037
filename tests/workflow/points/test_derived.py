"""Members' points as the number of a criterion: by hand the same, from closed quarters alone, and entered by a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from scoring.criteria.criterion import Kind
from scoring.errors import UnitUnknown
from scoring.numbers import Rounding
from scoring.people import Role
from scoring.periods import Phase
from scoring.permissions import NotAllowed
from scoring.sheets import Entered, SheetKey
from scoring.store import criteria, periods, units
from scoring.workflow.keep_periods import open_period
from scoring.workflow.mark_sheets import enter_marks, read_sheet
from scoring.workflow.points.branch_means import YearUnknown, means_of, with_members, year_of_period
from scoring.workflow.points.derived import (
    PointsNotReady,
    explain_mean,
    mean_beside,
    means_of_period,
    periods_asking,
    take_points,
)
from scoring.workflow.points.keep_members import MemberFields, change_member
from scoring.workflow.points.quarters import close_quarter, open_quarter
from tests.people import department, somebody, unit
from tests.workflow import county
from tests.workflow.marking import OFFICE, PERIOD
from tests.workflow.people_at_work import reach
from tests.workflow.points.members_at_hand import known, take_members, with_rules
from tests.workflow.points.members_at_hand import take_points as post

NOW = date(2026, 11, 21)
ROLL = [
    ["M1", "王一", OFFICE, "在职党员", "", "2026-01-01"],
    ["M2", "李二", OFFICE, "在家", "", "2026-01-01"],
    ["M3", "赵三", OFFICE, "elderly", "", "2026-01-01"],
    ["M4", "钱四", OFFICE, "流动党员", "", "2026-01-01"],
    ["M5", "孙五", OFFICE, "在职党员", "", "2026-04-15"],
]
DONE = [
    ["M1", "party_lecture", "2026-02-06", "", "党课", "", ""],
    ["M1", "party_lecture", "2026-08-06", "", "党课", "", ""],
    ["M4", "dues_overdue", "2026-09-06", "", "", "", ""],
    ["M5", "party_lecture", "2026-08-06", "", "党课", "", ""],
]
MEAN = "62.73"
"""By hand, with 60 to begin a quarter with, 72 for the elderly, 2 for a lecture and 2 off for late dues: M1 62, 60, 62,
so 61.33; M2 60; M3 72; M4 60, 60, 58, so 59.33; M5, who joined in April, 60, 62, so 61. Of all five 62.732.
"""

ENDED = ("2026Q1", "2026Q2", "2026Q3")


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    for module in ("branch_means", "quarters", "import_members", "keep_members"):
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: NOW)


def kept(store, folder, *, closed=ENDED, roll=ROLL):
    """Keep the office's members with three quarters of points, of which those are closed; return its superior."""
    with_rules(store, folder)
    reach(store, Phase.MARKING)
    take_members(store, folder / "roll.csv", roll)
    for name in ENDED:
        open_quarter(store, None, name)
    post(store, folder / "done.csv", DONE)
    for name in closed:
        close_quarter(store, None, name, OFFICE)
    return somebody(store, "jiaoyu", Role.SUPERIOR, scope=department("教育局"))


def sheet_of(store, actor):
    return read_sheet(store, actor, SheetKey(period=PERIOD, unit=OFFICE, stage="superior"))


def take(store, actor, revision=0):
    return take_points(store, actor, PERIOD, "superior", {OFFICE: {"points": revision}})


def line_of(store, actor):
    return next(one for one in means_of_period(store, actor, PERIOD) if one.unit.code == OFFICE)


def mean_now(store):
    with store.read() as c:
        own = units.find(c, PERIOD, OFFICE)
        return means_of(c, [own.unit], 2026)[OFFICE], criteria.known(c, own.ref)


def test_the_mean_is_that_of_the_members_years_by_hand(store, tmp_path):
    kept(store, tmp_path)
    own, of_set = mean_now(store)
    with store.read() as c:
        unfolded = with_members(c, own)
    assert [one.annual for one in unfolded.members] == [6133, 6000, 7200, 5933, 6100]
    assert own.mean == Fraction(31366, 5)
    assert own.as_mark(of_set) == MEAN
    assert [one.quarter for one in own.closings] == [*ENDED]
    assert own.to_come == ("2026Q4",)
    assert (own.without, own.hindrances) == (0, ())
    up = replace(of_set, score=replace(of_set.score, rounding=Rounding.UP))
    assert own.as_mark(up) == "62.74", "the one rounding is the set's"


def test_it_is_entered_as_a_mark_by_who_marks_with_what_it_is_made_of(store, tmp_path):
    superior = kept(store, tmp_path)
    saved = take(store, superior)
    assert saved.marks == {(OFFICE, "points"): MEAN}
    mark = sheet_of(store, superior).mark_of("points")
    assert (mark.mark, mark.revision, mark.by) == (MEAN, 1, superior.id)
    assert mark.comment == "取自党员积分：5 名党员 2026Q1、2026Q2、2026Q3 已结账积分的平均"
    assert take(store, superior, 1).revisions == {(OFFICE, "points"): 1}, "the same again is nothing new"


def test_while_a_quarter_is_open_nothing_is_taken_and_all_that_is_missing_is_said(store, tmp_path):
    superior = kept(store, tmp_path, closed=("2026Q2",))
    with pytest.raises(PointsNotReady) as refused:
        take(store, superior)
    assert [fault.sentence.zh for fault in refused.value.faults] == [
        "第4机关党支部的 2026Q1 还没有结账，请支部书记或管理员先结账",
        "第4机关党支部的 2026Q3 还没有结账，请支部书记或管理员先结账",
    ]
    assert sheet_of(store, superior).mark_of("points").mark == ""
    close_quarter(store, None, "2026Q1", OFFICE)
    close_quarter(store, None, "2026Q3", OFFICE)
    assert take(store, superior).marks == {(OFFICE, "points"): MEAN}


def test_before_the_first_quarter_is_over_there_is_nothing_to_take(store, tmp_path, monkeypatch):
    kept(store, tmp_path, closed=())
    monkeypatch.setattr("scoring.workflow.points.branch_means.today", lambda: date(2026, 3, 31))
    own, of_set = mean_now(store)
    assert own.as_mark(of_set) is None
    assert [fault.sentence.en for fault in own.hindrances] == [
        "no quarter of 2026 is over yet, so there are no points to take"
    ]


def test_a_year_without_rules_and_a_branch_without_members_say_so(store, tmp_path):
    county.with_units(store, tmp_path)
    own, of_set = mean_now(store)
    assert own.as_mark(of_set) is None
    assert "2026-12-31" in own.hindrances[0].sentence.zh
    with store.read() as c:
        period = replace(periods.find(c, PERIOD), id="2026年度")
    with pytest.raises(YearUnknown, match="not called by a year"):
        year_of_period(period)


def test_a_branch_nobody_is_a_member_of_has_no_mean(store, tmp_path):
    with_rules(store, tmp_path)
    own, of_set = mean_now(store)
    assert own.as_mark(of_set) is None
    assert "没有一名党员" in own.hindrances[0].sentence.zh


def moving(store, folder, *, closed):
    """Keep the office's members, to whom one comes in September from another whose branch has closed those quarters."""
    roll = [*ROLL, ["M6", "周六", "A08", "elderly", "", "2026-01-01"]]
    superior = kept(store, folder, roll=roll, closed=())
    own = known(store)["M6"]
    for name in closed:
        close_quarter(store, None, name, "A08")
    fields = MemberFields(name="周六", unit=OFFICE, kind=own.kind, first_day=date(2026, 9, 20))
    change_member(store, None, own.id, fields, own.revision)
    for name in ENDED:
        close_quarter(store, None, name, OFFICE)
    return superior


def test_who_came_from_another_branch_brings_the_quarters_that_have_to_be_closed_there(store, tmp_path):
    superior = moving(store, tmp_path, closed=("2026Q1",))
    with pytest.raises(PointsNotReady) as refused:
        take(store, superior)
    assert [fault.sentence.en for fault in refused.value.faults] == [
        "2026Q2 of 1 member of 第4机关党支部 is not closed in the branch they came from; that closes it first",
    ]


def test_a_moved_members_year_counts_where_they_are_in_the_end(store, tmp_path):
    """All their quarters, 72 each: (313.66 + 72) / 6 is 64.2766…"""
    superior = moving(store, tmp_path, closed=("2026Q1", "2026Q2"))
    assert take(store, superior).marks == {(OFFICE, "points"): "64.28"}


def test_what_points_come_to_later_shows_as_a_difference_and_moves_no_mark(store, tmp_path, monkeypatch):
    superior = kept(store, tmp_path)
    take(store, superior)
    monkeypatch.setattr("scoring.workflow.points.quarters.today", lambda: date(2027, 1, 5))
    monkeypatch.setattr("scoring.workflow.points.branch_means.today", lambda: date(2027, 1, 5))
    open_quarter(store, None, "2026Q4")
    post(store, tmp_path / "late.csv", [["M2", "dues_overdue", "2026-10-09", "", "", "", ""]])
    close_quarter(store, None, "2026Q4", OFFICE)
    # M1 184 + 60 over 4 is 61, M2 60 × 3 + 58 is 59.5, M3 72, M4 178 + 60 is 59.5, M5 122 + 60 over 3 is 60.67: 62.534.
    line = line_of(store, superior)
    assert (line.mark, line.own.mark, line.differs, line.to_take) == ("62.53", MEAN, True, True)
    assert sheet_of(store, superior).mark_of("points").mark == MEAN, "nothing moved by itself"
    assert take(store, superior, 0).conflicts, "nor over a mark that was not read"
    assert take(store, superior, 1).marks == {(OFFICE, "points"): "62.53"}
    line = line_of(store, superior)
    assert (line.differs, line.to_take) == (False, False)


def test_only_who_marks_the_branch_takes_over_and_only_for_such_a_criterion(store, tmp_path):
    superior = kept(store, tmp_path)
    stranger = somebody(store, "xishan", Role.SUPERIOR, scope=department("财政局"))
    with pytest.raises(NotAllowed):
        take(store, stranger)
    with pytest.raises(PointsNotReady, match="does not take its number"):
        take_points(store, superior, PERIOD, "superior", {OFFICE: {"discipline": 0}})
    with pytest.raises(UnitUnknown):
        take_points(store, superior, PERIOD, "superior", {"Z99": {"points": 0}})
    assert sheet_of(store, superior).mark_of("discipline").mark == ""


def test_the_branch_itself_enters_none(store, tmp_path):
    with_rules(store, tmp_path)
    reach(store, Phase.COLLECTING)
    take_members(store, tmp_path / "roll.csv", ROLL)
    for name in ENDED:
        open_quarter(store, None, name)
        close_quarter(store, None, name, OFFICE)
    own = somebody(store, "shuji4", Role.SECRETARY, scope=unit(OFFICE), branch=OFFICE)
    saved = take_points(store, own, PERIOD, "self", {OFFICE: {"points": 0}})
    assert not saved.marks
    assert "支部不填" in saved.faults[OFFICE, "points"].zh


def test_it_is_explained_down_to_quarters_for_who_sees_members_points(store, tmp_path):
    superior = kept(store, tmp_path, closed=("2026Q1", "2026Q2"))
    admin = somebody(store, "guan", Role.ADMINISTRATOR, name="管一")
    close_quarter(store, admin, "2026Q3", OFFICE)
    found = explain_mean(store, superior, PERIOD, OFFICE)
    assert (found.mark, found.members, found.named) == (MEAN, 5, True)
    assert [
        (one.member.code, [quarter.figure for quarter in one.quarters]) for one in found.mean.members
    ] == [
        ("M1", [6200, 6000, 6200]),
        ("M2", [6000, 6000, 6000]),
        ("M3", [7200, 7200, 7200]),
        ("M4", [6000, 6000, 5800]),
        ("M5", [6000, 6200]),
    ]
    assert [(one.quarter, name) for one, name in found.closed] == [
        ("2026Q1", ""),
        ("2026Q2", ""),
        ("2026Q3", "管一"),
    ]
    leader = somebody(store, "ling", Role.LEADER)
    assert not explain_mean(store, leader, PERIOD, OFFICE).named
    assert explain_mean(store, leader, PERIOD, OFFICE).mean.members == ()
    with pytest.raises(NotAllowed):
        explain_mean(store, somebody(store, "nobody", Role.EVALUATOR), PERIOD, OFFICE)


def test_of_few_members_nobody_is_told_more_than_the_mean(store, tmp_path):
    """M1 61.33, M2 60, M3 72, M4 59.33: 63.165, which rounds up."""
    with_rules(store, tmp_path)
    reach(store, Phase.MARKING)
    take_members(store, tmp_path / "roll.csv", ROLL[:4])
    for name in ENDED:
        open_quarter(store, None, name)
    post(store, tmp_path / "done.csv", DONE[:3])
    for name in ENDED:
        close_quarter(store, None, name, OFFICE)
    superior = somebody(store, "jiaoyu", Role.SUPERIOR, scope=department("教育局"))
    found = explain_mean(store, superior, PERIOD, OFFICE)
    assert (found.mark, found.members, found.named, found.mean.members) == ("63.17", 4, False, ())


def test_beside_a_sheet_stands_what_points_come_to_and_nothing_where_the_set_asks_for_none(store, tmp_path):
    superior = kept(store, tmp_path)
    beside = mean_beside(store, sheet_of(store, superior))
    assert beside is not None
    assert (beside.mark, beside.criteria, beside.members) == (MEAN, frozenset({"points"}), 5)
    assert (beside.closed, beside.to_come) == (ENDED, ("2026Q4",))
    with store.read() as c:
        own = units.find(c, PERIOD, "A01")
        rural = criteria.known(c, own.ref)
    sheet = replace(sheet_of(store, superior), criteria=rural)
    assert mean_beside(store, sheet) is None


def test_an_administrator_sees_what_counts_and_a_superior_what_is_theirs(store, tmp_path):
    superior = kept(store, tmp_path)
    enter_marks(
        store,
        superior,
        SheetKey(period=PERIOD, unit=OFFICE, stage="superior"),
        [Entered(criterion="points", mark="60")],
    )
    line = line_of(store, superior)
    assert (line.unit.code, line.criterion.kind, line.own.mark, line.differs) == (
        OFFICE,
        Kind.DERIVED,
        "60",
        True,
    )
    admin = somebody(store, "guan", Role.ADMINISTRATOR)
    of_superior, of_all = (
        {one.unit.code for one in means_of_period(store, one, PERIOD)} for one in (superior, admin)
    )
    assert {OFFICE} < of_superior < of_all
    own = line_of(store, admin)
    assert (own.own, own.counting, own.differs) == (None, (), False), "what is typed counts for nobody yet"
    with pytest.raises(NotAllowed):
        means_of_period(store, somebody(store, "shuji4", Role.SECRETARY, scope=unit(OFFICE)), PERIOD)


def test_a_mark_that_came_with_a_file_is_held_beside_what_points_come_to(store, tmp_path):
    kept(store, tmp_path)
    admin = somebody(store, "guan", Role.ADMINISTRATOR)
    row = [OFFICE, "points", "superior", "教育局", "61"]
    county.take_marks(store, tmp_path / "marks.csv", [county.MARK_HEAD, row])
    own = line_of(store, admin)
    assert (own.counting, own.mark, own.differs) == (("61",), MEAN, True)


def test_the_newest_of_the_years_that_ask_comes_first(store, tmp_path):
    with_rules(store, tmp_path)
    reach(store, Phase.MARKING)
    for year in ("2025", "2027"):
        open_period(store, year, ["red-flag-branch@2026.1"])
    admin = somebody(store, "guan", Role.ADMINISTRATOR)
    assert [one.id for one in periods_asking(store, admin)] == ["2027", PERIOD, "2025"]
