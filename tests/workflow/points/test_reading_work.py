"""What the branch's people see of one member, and of reversals and objections; strangers see nothing."""

from __future__ import annotations

from datetime import date

import pytest

from scoring.criteria.item import Ledger
from scoring.ledger import TransferKind
from scoring.people import Role
from scoring.permissions import NotAllowed
from scoring.store.ledger.reversals import LineObjectionState, ReversalState
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.reading import own_points
from scoring.workflow.points.reading_members import branches_seen, member_of_code, points_of_member
from scoring.workflow.points.reading_reversals import see_reversals
from scoring.workflow.points.reversing import (
    confirm_reversal,
    move_reversal,
    object_to_line,
    uphold_line_objection,
)
from tests.people import somebody
from tests.workflow.points.claims_at_hand import OWN, branch

NOW = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    for module in ("reading", "reading_members", "quarters", "claiming", "reversing"):
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: NOW)


@pytest.fixture
def own(store, tmp_path):
    found = branch(store, tmp_path)
    open_quarter(store, None, "2026Q4")
    return found


@pytest.fixture
def admins(own):
    return [somebody(own.store, login, Role.ADMINISTRATOR) for login in ("guan1", "guan2")]


def test_a_member_is_seen_as_they_see_themselves(own):
    own.posted()
    seen, mine = points_of_member(own.store, own.secretary, own.own.id), own_points(own.store, own.member)
    assert (seen.member, seen.login, seen.honour, seen.spendable) == (
        mine.member,
        "wang",
        mine.honour,
        mine.spendable,
    )
    assert seen.year == mine.year
    assert [one.line for one in seen.lines] == list(mine.honour_lines)
    award, baseline = seen.lines
    assert (award.by_name, award.item.id, award.reversible) == ("zhen", "lecture_given", True)
    assert (baseline.line.kind, baseline.item, baseline.reversible) == (TransferKind.BASELINE, None, False)
    assert (seen.may_move, seen.may_keep, seen.older) == (True, False, None)


def test_long_ledgers_are_read_on(own, monkeypatch):
    monkeypatch.setattr("scoring.workflow.points.reading_members.LINES", 1)
    own.posted()
    newest = points_of_member(own.store, own.superior, own.own.id)
    assert newest.older == newest.lines[0].line.seq == 2
    rest = points_of_member(own.store, own.superior, own.own.id, Ledger.HONOUR, newest.older)
    assert [one.line.seq for one in rest.lines] == [1]
    assert rest.older is None


def test_whoever_is_not_of_the_branch_sees_no_member(own):
    for who in (own.community, own.member):
        with pytest.raises(NotAllowed):
            points_of_member(own.store, who, own.own.id)
    assert member_of_code(own.store, own.community, "M1") is None
    assert member_of_code(own.store, own.secretary, "M9") is None
    assert member_of_code(own.store, own.secretary, "M1") == own.own
    assert [unit.code for unit in branches_seen(own.store, own.secretary)] == [OWN]


def test_a_motion_waits_for_another_and_then_is_decided(own, admins):
    first, _ = own.posted().transfers
    number = move_reversal(own.store, admins[0], first, "重复计分")
    (mine,) = see_reversals(own.store, admins[0]).motions
    (theirs,) = see_reversals(own.store, admins[1]).motions
    assert (mine.may_decide, theirs.may_decide, theirs.by_name) == (False, True, "guan1")
    assert (theirs.line.member.name, theirs.line.unit.code) == ("王一", OWN)
    assert not see_reversals(own.store, own.secretary).motions[0].may_decide
    confirm_reversal(own.store, admins[1], number)
    found = see_reversals(own.store, own.secretary)
    assert found.motions == ()
    (ended,) = found.ended_motions
    assert (ended.motion.state, ended.answered_by_name) == (ReversalState.CONFIRMED, "guan2")
    (newest, award, _) = points_of_member(own.store, own.secretary, own.own.id).lines
    assert newest.line.undoes == award.line.number
    assert (award.reversed_, award.reversible) == (True, False)


def test_an_objection_is_not_answered_by_who_posted_the_line(own, admins):
    first, _ = own.posted().transfers
    number = object_to_line(own.store, own.member, first, "少计了")
    (posted_it,) = see_reversals(own.store, own.superior).objections
    (other,) = see_reversals(own.store, admins[0]).objections
    assert (posted_it.may_answer, other.may_answer) == (False, True)
    uphold_line_objection(own.store, admins[0], number, "确实有误")
    found = see_reversals(own.store, admins[1])
    assert [one.objection.state for one in found.ended_objections] == [LineObjectionState.UPHELD]
    assert [one.may_decide for one in found.motions] == [True]


def test_members_see_no_reversals(own):
    with pytest.raises(NotAllowed):
        see_reversals(own.store, own.member)
