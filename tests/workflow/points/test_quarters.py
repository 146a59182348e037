"""Quarters: everybody's baseline once, closed branch by branch when nothing is missing, and the year they come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from scoring.criteria import catalogue
from scoring.criteria.item import Ledger, MemberKind
from scoring.criteria.points import CardFigure, Cards
from scoring.errors import FileRefused
from scoring.ledger import quarter_days, quarter_of
from scoring.people import Role
from scoring.permissions import NotAllowed
from scoring.store import chain
from scoring.store.ledger import members, quarters, rules, transfers
from scoring.store.ledger.rules import RulesMissing
from scoring.store.tables import claim, claim_move, quarter_result
from scoring.workflow.points.claiming import ClaimRefused, NewClaim, claim_points
from scoring.workflow.points.keep_members import (
    MemberFields,
    MemberRefused,
    add_member,
    change_member,
    let_go,
)
from scoring.workflow.points.quarters import (
    QuarterRefused,
    close_quarter,
    close_quarters,
    open_quarter,
    see_quarters,
)
from scoring.workflow.points.years import QuarterFigure, quarters_of_member, talks_due, year_figure, year_of
from scoring.working_days import today
from tests.people import somebody, township
from tests.workflow import county
from tests.workflow.points.members_at_hand import (
    RULES,
    administrator,
    known,
    secretary,
    take_members,
    take_points,
    with_members,
)

LECTURE = ["M1", "party_lecture", "2026-02-06", "", "党课", "", ""]


def put_claim(store, member, unit, day):
    """Put a claim there that nobody has decided."""
    with store.begin() as c:
        chain.add(
            c,
            claim,
            number=1,
            key="k",
            member=member,
            unit=unit,
            at_unit="",
            rules=RULES,
            item="party_lecture",
            points=200,
            day=day,
            event="",
            note="",
            by="",
            on_behalf="",
            made_at=datetime.now(UTC),
        )


def decide_claim(store):
    with store.begin() as c:
        decided = {"state": "void", "points": 0, "cut": "[]", "reason": "不实", "by": "", "on_behalf": ""}
        chain.add(c, claim_move, claim=1, **decided, made_at=datetime.now(UTC))


def test_a_quarter_opens_once_for_everybody_and_again_for_who_joined_since(store, tmp_path):
    own = with_members(store, tmp_path)
    opened = open_quarter(store, administrator(store), "2026Q1")
    assert (opened.given, opened.had, opened.rules) == (4, 0, RULES)
    take_members(store, tmp_path / "n.csv", [["M5", "孙五", "A03", "在职", "", "2026-03-15"]])
    take_members(store, tmp_path / "o.csv", [["M6", "周六", "A03", "在职", "", "2026-04-01"]])
    again = open_quarter(store, None, "2026Q1")
    assert (again.given, again.had) == (1, 4)
    rows = county.counts(store)
    assert open_quarter(store, None, "2026Q1").given == 0
    assert county.counts(store) == rows, "a quarter that is open changes nothing"
    with store.read() as c:
        lines = {code: transfers.statement(c, one.id, Ledger.HONOUR) for code, one in known(store).items()}
    assert {code: [(line.amount, line.day.isoformat()) for line in each] for code, each in lines.items()} == {
        "M1": [(6000, "2026-01-01")],
        "M2": [(6000, "2026-01-01")],
        "M3": [(7200, "2026-02-10")],
        "M4": [(6000, "2026-01-01")],
        "M5": [(6000, "2026-03-15")],
        "M6": [],
    }
    assert lines["M1"][0].rules == RULES
    assert own["M1"].id == known(store)["M1"].id


def test_a_quarter_that_has_not_begun_or_has_no_rules_is_not_opened(store, tmp_path):
    with_members(store, tmp_path)
    ahead = quarter_of(date(today().year + 1, 12, 31))
    with pytest.raises(QuarterRefused, match="begins on"):
        open_quarter(store, None, ahead)
    with pytest.raises(RulesMissing):
        open_quarter(store, None, "2025Q4")
    for wrong in ("2026Q5", "2026q1", "Q1", "2026-1"):
        with pytest.raises(QuarterRefused, match="is no quarter"):
            open_quarter(store, None, wrong)


def test_a_branch_closes_its_quarter_and_the_figures_stand(store, tmp_path):
    own = with_members(store, tmp_path)
    open_quarter(store, None, "2026Q1")
    take_points(
        store,
        tmp_path / "p.csv",
        [LECTURE, ["M1", "dues_overdue", "2026-03-06", "", "", "", ""], ["M2", *LECTURE[1:]]],
    )
    results = close_quarter(store, secretary(store), "2026Q1", "A01")
    told = {own[code].id: code for code in own}
    assert {told[one.member]: (one.baseline, one.earned, one.lost, one.figure) for one in results} == {
        "M1": (6000, 200, 200, 6000),
        "M2": (6000, 200, 0, 6200),
        "M3": (7200, 0, 0, 7200),
    }
    with pytest.raises(QuarterRefused, match="closed already"):
        close_quarter(store, None, "2026Q1", "A01")
    with pytest.raises(FileRefused, match="is closed"):
        take_points(store, tmp_path / "q.csv", [["M2", "party_lecture", "2026-03-31", "", "又", "", ""]])
    with store.read() as c:
        assert quarters_of_member(c, own["M2"].id, 2026) == (
            QuarterFigure(quarter="2026Q1", baseline=6000, earned=200, lost=0, closed=True),
        )
        assert quarters.is_closed(c, "2026Q1", "A01")
        assert not quarters.is_closed(c, "2026Q1", "A02")
    take_points(store, tmp_path / "r.csv", [["M4", "party_lecture", "2026-03-31", "", "又", "", ""]])


def test_what_is_missing_is_told_at_once(store, tmp_path):
    own = with_members(store, tmp_path)
    now = quarter_of(today())
    put_claim(store, own["M1"].id, "A01", today().isoformat())
    with pytest.raises(QuarterRefused) as refused:
        close_quarter(store, None, now, "A01")
    assert [fault.sentence.en for fault in refused.value.faults] == [
        f"{now} ends on {quarter_days(now)[1]}; it can be closed from the day after",
        "1 claim of 第1村党支部 not decided yet: post, void or withdraw each first",
        f"3 members of 第1村党支部 without the baseline of {now}; an administrator gives it first",
    ]


def test_a_quarter_is_closed_in_every_branch_where_nothing_hinders_it(store, tmp_path):
    """To the same figures that a branch alone comes to; a claim that waits, or a baseline not given, keeps one open."""
    own = with_members(store, tmp_path)
    take_members(store, tmp_path / "more.csv", [["M6", "周六", "A03", "在职", "", "2026-01-05"]])
    open_quarter(store, None, "2026Q1")
    take_members(store, tmp_path / "late.csv", [["M7", "吴七", "A03", "在职", "", "2026-03-05"]])
    take_points(store, tmp_path / "p.csv", [["M4", *LECTURE[1:]]])
    put_claim(store, own["M1"].id, "A01", "2026-03-31")
    of_a_branch = secretary(store)
    assert close_quarters(store, of_a_branch, "2026Q1") == ()
    assert close_quarters(store, administrator(store), "2026Q1") == ("A02",)
    with store.read() as c:
        (frozen,) = c.execute(select(quarter_result).where(quarter_result.c.member == own["M4"].id)).all()
    assert (frozen.unit, frozen.baseline, frozen.earned, frozen.figure) == ("A02", 6000, 200, 6200)
    decide_claim(store)
    open_quarter(store, None, "2026Q1")
    assert close_quarters(store, of_a_branch, "2026Q1") == ("A01",), "nobody closes those of others"
    assert close_quarters(store, None, "2026Q1") == ("A03",)
    assert close_quarters(store, None, "2026Q1") == ()
    with pytest.raises(QuarterRefused, match="closed from the day after"):
        close_quarters(store, None, quarter_of(today()))


def test_no_branch_is_closed_with_others_over_a_claim_its_member_brought_along(store, tmp_path):
    """Who moved in has a claim waiting in the branch of before; closed with them, it could be posted nowhere any more."""
    own = with_members(store, tmp_path)
    open_quarter(store, None, "2026Q1")
    put_claim(store, own["M1"].id, "A01", "2026-02-10")
    moved = MemberFields(name="王一", unit="A02", kind=MemberKind.SERVING, first_day=date(2026, 3, 1))
    change_member(store, None, own["M1"].id, moved)
    with pytest.raises(QuarterRefused, match="branch they came from"):
        close_quarter(store, None, "2026Q1", "A02")
    assert close_quarters(store, None, "2026Q1") == ()
    decide_claim(store)
    assert close_quarters(store, None, "2026Q1") == ("A01", "A02")


def test_a_pending_claim_of_another_quarter_or_branch_or_a_decided_one_is_in_nobodys_way(store, tmp_path):
    own = with_members(store, tmp_path)
    open_quarter(store, None, "2026Q1")
    put_claim(store, own["M1"].id, "A01", "2026-03-31")
    close_quarter(store, None, "2026Q1", "A02")
    with pytest.raises(QuarterRefused, match="not decided"):
        close_quarter(store, None, "2026Q1", "A01")
    decide_claim(store)
    close_quarter(store, None, "2026Q1", "A01")


def test_whoever_moved_is_in_the_quarter_of_the_branch_they_are_in_at_its_end(store, tmp_path):
    own = with_members(store, tmp_path)
    open_quarter(store, None, "2026Q1")
    moved = MemberFields(name="王一", unit="A02", kind=MemberKind.SERVING, first_day=date(2026, 3, 1))
    change_member(store, None, own["M1"].id, moved)
    let_go(store, None, own["M2"].id, date(2026, 3, 2))
    let_go(store, None, own["M4"].id, date(2026, 4, 2))
    ids = {one.id: code for code, one in own.items()}
    first = close_quarter(store, None, "2026Q1", "A01")
    assert sorted(ids[one.member] for one in first) == ["M2", "M3"]
    second = close_quarter(store, None, "2026Q1", "A02")
    assert sorted(ids[one.member] for one in second) == ["M1", "M4"]
    with pytest.raises(MemberRefused, match="is closed"):
        change_member(store, None, own["M1"].id, replace(moved, unit="A03"))


def test_who_joins_a_closed_branch_has_no_baseline_there_and_it_is_said(store, tmp_path):
    with_members(store, tmp_path)
    open_quarter(store, None, "2026Q1")
    close_quarter(store, None, "2026Q1", "A01")
    with pytest.raises(FileRefused, match="is closed"):
        take_members(store, tmp_path / "n.csv", [["M5", "孙五", "A01", "在职", "", "2026-03-15"]])
    take_members(store, tmp_path / "o.csv", [["M5", "孙五", "A02", "在职", "", "2026-03-15"]])
    close = [one for one in known(store).values() if one.code == "M5"]
    with store.begin() as c:
        members.revise(c, [replace(close[0], unit="A01")])
    assert open_quarter(store, None, "2026Q1").in_closed == 1


def test_a_year_is_made_of_its_quarters_by_the_rules(store, tmp_path):
    own = with_members(store, tmp_path)
    for quarter in ("2026Q1", "2026Q2", "2026Q3"):
        open_quarter(store, None, quarter)
    close_quarter(store, None, "2026Q1", "A01")
    take_points(
        store,
        tmp_path / "p.csv",
        [
            ["M1", "blood_donated", "2026-05-06", "", "", "", ""],
            ["M2", "illegal_building", "2026-05-06", "", "", "", ""],
        ],
    )
    ids = [own["M1"].id, own["M2"].id, own["M3"].id]
    with store.read() as c:
        found = year_of(c, ids, 2026)
        assert year_of(c, [], 2026) == {}
        assert quarters.spendable_earned(c, ids, date(2026, 1, 1), date(2026, 12, 31)) == {ids[0]: 500}
    first, second, third = (found[one] for one in ids)
    assert [one.figure for one in first.quarters] == [6000, 6500, 6000]
    assert [one.closed for one in first.quarters] == [True, False, False]
    assert (first.annual, first.stars, first.talk_due, first.card) == (6167, 1, False, None)
    assert [one.figure for one in second.quarters] == [6000, 2000, 6000]
    assert (second.annual, second.stars, second.talk_due) == (4667, 0, True)
    assert (third.annual, third.stars) == (7200, 2)


def test_a_quarter_without_its_baseline_is_not_open_and_draws_no_year_down(store, tmp_path):
    own = with_members(store, tmp_path)["M1"]
    open_quarter(store, None, "2026Q1")
    take_points(store, tmp_path / "p.csv", [["M1", "blood_donated", "2026-05-06", "", "", "", ""]])
    with store.read() as c:
        assert [one.quarter for one in quarters_of_member(c, own.id, 2026)] == ["2026Q1"]
    open_quarter(store, None, "2026Q2")
    with store.read() as c:
        assert [one.figure for one in quarters_of_member(c, own.id, 2026)] == [6000, 6500]


def test_a_card_is_given_by_the_figure_the_rules_name():
    own = catalogue.find_points(RULES)
    quarter = QuarterFigure(quarter="2026Q1", baseline=6000, earned=3000, lost=0, closed=True)
    assert year_figure(own, 2026, (quarter,), 2000).card.id == "silver"
    assert year_figure(own, 2026, (quarter,), 1999).card is None
    by_honour = replace(own, cards=Cards(figure=CardFigure.ANNUAL_HONOUR, levels=own.cards.levels))
    assert year_figure(by_honour, 2026, (quarter,), 0).card.id == "gold"
    nothing = year_figure(by_honour, 2026, (), 0)
    assert (nothing.annual, nothing.stars, nothing.talk_due, nothing.card) == (None, None, False, None)


def test_talks_are_due_by_closed_quarters_only_and_told_to_who_may_see(store, tmp_path):
    own = with_members(store, tmp_path)
    open_quarter(store, None, "2026Q1")
    take_points(store, tmp_path / "p.csv", [["M2", "pledge_broken", "2026-03-06", "", "", "", ""]])
    guan = administrator(store)
    assert talks_due(store, guan, 2026) == ()
    close_quarter(store, None, "2026Q1", "A01")
    told = talks_due(store, guan, 2026)
    assert [(one.code, figure.annual) for one, figure in told] == [("M2", 5700)]
    assert talks_due(store, secretary(store, "A02"), 2026) == ()
    with pytest.raises(NotAllowed):
        talks_due(store, somebody(store, "ling", Role.LEADER), 2026)
    assert own["M2"].id == told[0][0].id


def test_each_sees_where_the_own_branches_stand(store, tmp_path):
    own = with_members(store, tmp_path)
    put_claim(store, own["M4"].id, "A02", "2026-03-31")
    chief = somebody(store, "zhen", Role.SUPERIOR, scope=township("柳河镇"))
    seen = see_quarters(store, chief, "2026Q1")
    assert {one.unit.township for one in seen} == {"柳河镇"}
    assert not any(one.may_close for one in seen)
    mine = see_quarters(store, secretary(store), "2026Q1")
    assert [
        (one.unit.code, one.members, one.waiting, one.without_baseline, one.may_close) for one in mine
    ] == [("A01", 3, 0, 3, True)]
    open_quarter(store, None, "2026Q1")
    close_quarter(store, None, "2026Q1", "A01")
    every = {one.unit.code: one for one in see_quarters(store, administrator(store), "2026Q1")}
    assert len(every) == county.UNITS
    assert (every["A02"].waiting, every["A02"].without_baseline, every["A02"].closed_at) == (1, 0, None)
    assert every["A01"].closed_at is not None
    assert not every["A01"].may_close


def test_only_the_own_secretary_or_an_administrator_closes_a_branch(store, tmp_path):
    with_members(store, tmp_path)
    open_quarter(store, None, "2026Q1")
    with pytest.raises(NotAllowed):
        close_quarter(store, secretary(store, "A02"), "2026Q1", "A01")
    with pytest.raises(NotAllowed):
        open_quarter(store, secretary(store, "A03", "san"), "2026Q1")
    with pytest.raises(QuarterRefused, match="no branch"):
        close_quarter(store, None, "2026Q1", "Z99")
    assert len(close_quarter(store, administrator(store), "2026Q1", "A01")) == 3
    with store.read() as c:
        assert rules.in_force(c, date(2026, 1, 1)).ref == RULES


def test_who_moved_takes_nothing_into_a_quarter_that_closed_with_them(store, tmp_path):
    """What was done in the branch they left counts in the quarter of the branch they came to, or not at all."""
    own = with_members(store, tmp_path)
    open_quarter(store, None, "2026Q1")
    put_claim(store, own["M1"].id, "A01", "2026-02-05")
    fields = MemberFields(name="王一", unit="A02", kind=MemberKind.SERVING, first_day=date(2026, 3, 1))
    change_member(store, None, own["M1"].id, fields)
    with pytest.raises(QuarterRefused, match="wait in the branch they came from"):
        close_quarter(store, None, "2026Q1", "A02")
    decide_claim(store)
    close_quarter(store, None, "2026Q1", "A02")
    with store.read() as c:
        assert not quarters.is_closed(c, "2026Q1", "A01")
        assert quarters.is_closed_for(c, "2026Q1", "A01", own["M1"].id)
        assert not quarters.is_closed_for(c, "2026Q1", "A01", own["M2"].id)
    with pytest.raises(FileRefused, match="is closed"):
        take_points(store, tmp_path / "late.csv", [LECTURE])
    lecture = NewClaim(key="late", member=own["M1"].id, item="party_lecture", day=date(2026, 2, 6))
    with pytest.raises(ClaimRefused, match="is closed"):
        claim_points(store, secretary(store), lecture)
    take_points(store, tmp_path / "other.csv", [["M2", *LECTURE[1:]]])


def test_nobody_is_moved_back_before_a_quarter_that_is_closed(store, tmp_path):
    """The first quarter is open still, the second closed: who was whose in the second stands, or a member counts twice."""
    by_code, admin = with_members(store, tmp_path), administrator(store)
    open_quarter(store, admin, "2026Q2")
    close_quarter(store, admin, "2026Q2", "A01")
    earlier = date(2026, 3, 1)
    moved = MemberFields(name="王一", unit="A02", kind=MemberKind.SERVING, first_day=earlier)
    with pytest.raises(MemberRefused, match="2026Q2 of A01 is closed"):
        change_member(store, admin, by_code["M1"].id, moved)
    with pytest.raises(MemberRefused, match="2026Q2 of A01 is closed"):
        change_member(store, admin, by_code["M4"].id, replace(moved, name="钱四", unit="A01"))
    with pytest.raises(MemberRefused, match="2026Q2 of A01 is closed"):
        let_go(store, admin, by_code["M1"].id, earlier)
    with pytest.raises(MemberRefused, match="2026Q2 of A01 is closed"):
        add_member(store, admin, "M9", replace(moved, unit="A01"))
    with pytest.raises(FileRefused, match="2026Q2 of A01 is closed"):
        take_members(store, tmp_path / "m.csv", [["M1", "王一", "A02", "在职党员", "", "2026-03-01"]])
    close_quarter(store, admin, "2026Q2", "A02")
    moved = replace(moved, first_day=date(2026, 7, 1))
    assert change_member(store, admin, by_code["M1"].id, moved).unit == "A02"
