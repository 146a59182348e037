"""What is read of points: a member the own, who verifies what waits, a branch by name, and leaders sums of no few."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scoring.criteria.item import Ledger, MemberKind, Window
from scoring.errors import UnitUnknown
from scoring.ledger import TransferKind
from scoring.people import Role
from scoring.permissions import NotAllowed
from scoring.store.ledger import members, transfers
from scoring.store.ledger.members import NewMember
from scoring.units import Group, Grouping
from scoring.uploads.kinds import Kind
from scoring.workflow.points.claiming import claim_points
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.reading import NotAMember, own_line, own_points, own_statement
from scoring.workflow.points.reading_claims import claims_to_verify
from scoring.workflow.points.reading_groups import points_of_branch, points_of_county
from scoring.workflow.points.reversing import confirm_reversal, move_reversal, object_to_line
from tests.people import COUNTY, somebody, unit
from tests.workflow.points import claims_at_hand
from tests.workflow.points.claims_at_hand import OTHER, OWN, TOWN, branch

NOW = date(2026, 11, 21)
SUPERIOR = Group(Grouping.TOWNSHIP, TOWN)


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    for module in ("reading", "reading_groups", "quarters", "claiming", "reversing"):
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: NOW)


@pytest.fixture
def own(store, tmp_path):
    found = branch(store, tmp_path)
    open_quarter(store, None, "2026Q4")
    return found


def with_members(own, code: str, count: int) -> None:
    """Give the branch of *code* so many members more."""
    plain = NewMember(code="", name="孙", unit=code, kind=MemberKind.RESIDENT, first_day=date(2026, 1, 1))
    with own.store.begin() as c:
        members.add(c, [replace(plain, code=f"{code}-{number}") for number in range(count)])


def test_a_member_reads_the_own_points(own):
    own.posted()
    own.posted("k2", "party_lecture")
    own.claimed("k3", "community_service", at_unit=OTHER)
    found = own_points(own.store, own.member)
    assert (found.member.id, found.unit.code, found.day) == (own.own.id, OWN, NOW)
    assert (found.honour.balance, found.spendable.balance, found.spendable.owed) == (6600, 400, 0)
    assert (found.quarter.baseline, found.quarter.earned, found.quarter.figure) == (6000, 600, 6600)
    assert found.year.annual == 6600
    assert (found.place.place, found.place.of) == (1, 5)
    assert [line.kind for line in found.honour_lines] == [
        TransferKind.AWARD,
        TransferKind.AWARD,
        TransferKind.BASELINE,
    ]
    assert [line.amount for line in found.spendable_lines] == [400]
    (waiting,) = found.waiting
    assert (waiting.item.id, [(role, at.code) for role, at in waiting.with_whom]) == (
        "community_service",
        [(Role.SECRETARY, OTHER), (Role.SECRETARY, OWN)],
    )


def test_what_caps_have_left_is_the_narrowest_room(own):
    own.posted("k1", "practical_deed", points=200, day=date(2026, 10, 7))
    own.posted("k2", "practical_deed", points=100)
    own.posted("k3", "study_hours", files=(document(),))
    room = {left.item.id: left for left in own_points(own.store, own.member).room}
    deed = room["practical_deed"]
    assert (deed.left, deed.window) == (200, Window.MONTH)
    assert (room["study_hours"].left, room["study_hours"].window) == (0, Window.YEAR)
    assert "mobile_report" not in room, "it is for another kind of member"
    own.posted("k4", "practical_deed", points=200, day=date(2026, 11, 12))
    confirm = somebody(own.store, "guan", Role.ADMINISTRATOR)
    with own.store.read() as c:
        number = transfers.of_key(c, "claim:2")[0].number
    confirm_reversal(own.store, confirm, move_reversal(own.store, own.superior, number, "错"))
    room = {left.item.id: left.left for left in own_points(own.store, own.member).room}
    assert room["practical_deed"] == 100, "what was reversed leaves room again"


def document():
    return replace(claims_at_hand.picture("学时.pdf"), kind=Kind.PDF)


def test_equals_share_a_place_and_a_small_branch_has_none(own):
    two = own.members[1].id
    own.post(claim_points(own.store, own.secretary, own.new("k0", member=two)).number)
    assert own_points(own.store, own.member).place.place == 2
    own.posted()
    assert own_points(own.store, own.member).place.place == 1
    with own.store.begin() as c:
        members.revise(c, [replace(own.members[4], unit=OTHER, first_day=date(2026, 11, 20))])
    assert own_points(own.store, own.member).place is None, "four are too few"


def test_nobody_reads_points_who_is_no_member(own):
    with pytest.raises(NotAllowed):
        own_points(own.store, own.secretary)
    with pytest.raises(NotAMember):
        own_points(own.store, somebody(own.store, "xu", Role.MEMBER, scope=unit(OWN)))


def test_a_line_is_told_with_its_claim_its_reversal_and_objections(own):
    own.posted()
    with own.store.read() as c:
        honour, spendable = (one.number for one in transfers.of_key(c, "claim:1"))
    objection = object_to_line(own.store, own.member, honour, "不对")
    found = own_line(own.store, own.member, spendable)
    assert (found.ledger, found.item.id, found.claim.number, found.reversed_by) == (
        Ledger.SPENDABLE,
        "lecture_given",
        1,
        None,
    )
    assert [one.number for one in found.objections] == [objection]
    admin = somebody(own.store, "guan", Role.ADMINISTRATOR)
    confirm_reversal(own.store, admin, move_reversal(own.store, own.superior, honour, "错"))
    assert own_line(own.store, own.member, spendable).reversed_by.new.undoes == spendable
    whole = own_statement(own.store, own.member, Ledger.HONOUR)
    first = whole.lines[-1]
    assert (whole.older, whole.balance.balance) == (None, 6000)
    assert {item.id for item in whole.items.values()} == {"lecture_given"}
    assert own_line(own.store, own.member, first.number).item is None
    assert own_statement(own.store, own.member, Ledger.HONOUR, first.seq).lines == ()


def test_a_line_of_another_is_no_line(own):
    two = own.members[1].id
    (posted,) = own.post(claim_points(own.store, own.secretary, own.new(member=two)).number)
    for number in (*posted.transfers, 999):
        with pytest.raises(transfers.TransferUnknown):
            own_line(own.store, own.member, number)


def test_who_verifies_sees_what_waits_for_them_alone(own):
    """With what they claimed themselves, which another has to verify."""
    meeting = claim_points(own.store, own.secretary, own.new("k1", "general_meeting")).number
    lecture = claim_points(own.store, own.secretary, own.new("k2")).number
    there = own.claimed("k3", "community_service", at_unit=OTHER).number
    seen = {
        name: [(one.claim.number, one.may_verify) for one in claims_to_verify(own.store, who)]
        for name, who in (("zhen", own.superior), ("shuji", own.secretary), ("shequ", own.community))
    }
    assert seen == {
        "zhen": [(lecture, True), (meeting, True)],
        "shuji": [(there, True), (lecture, False)],
        "shequ": [(there, True)],
    }
    with pytest.raises(NotAllowed):
        claims_to_verify(own.store, own.member)
    own.post(lecture)
    assert [one.claim.number for one in claims_to_verify(own.store, own.superior)] == [meeting]


def test_a_branch_is_read_by_name_by_its_own_and_its_superior(own):
    own.posted()
    own.claimed("k2", "party_lecture")
    for who in (own.secretary, own.superior, somebody(own.store, "shen", Role.AUDITOR)):
        found = points_of_branch(own.store, who, OWN)
        first = found.members[0]
        assert [one.member.code for one in found.members] == ["M1", "M2", "M3", "M4", "M5"]
        assert (first.member.name, first.honour.balance, first.spendable.balance) == ("王一", 6400, 400)
        assert (first.year.annual, first.waiting) == (6400, 1)
    leader = somebody(own.store, "ling", Role.LEADER, scope=COUNTY)
    for who in (own.member, own.community, leader):
        with pytest.raises(NotAllowed):
            points_of_branch(own.store, who, OWN)
    with pytest.raises(UnitUnknown):
        points_of_branch(own.store, own.secretary, "Z9")


def test_leaders_see_sums_and_nothing_of_few(own):
    """A02 has one member: neither it, nor what the county's sum would give away of it, is told."""
    own.posted()
    found = points_of_county(own.store, somebody(own.store, "ling", Role.LEADER, scope=COUNTY))
    by_code = {unit.code: sums for unit, sums in found.branches}
    assert by_code[OTHER] is None
    assert (by_code[OWN].members, by_code[OWN].earned, by_code[OWN].spendable) == (5, 400, 400)
    assert by_code[OWN].annual == 6080, "the mean of 64 and four times 60"
    assert (by_code[OWN].stars, by_code[OWN].talks) == ({1: 5}, 0)
    assert found.superiors[SUPERIOR] == found.county == by_code[OWN]
    assert (by_code[OWN].cards, by_code[OWN].spread) == ({}, ((6000, 5),))
    assert found.left_out == 1
    assert found.rules.ref == "member-points@2026.1"
    with pytest.raises(NotAllowed):
        points_of_county(own.store, own.member)


def test_a_year_that_is_over_is_that_of_the_members_it_had(own, monkeypatch):
    """Who joins in the next year is not among them."""
    leader = somebody(own.store, "ling", Role.LEADER, scope=COUNTY)
    for module in ("reading_groups", "quarters"):
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: date(2027, 3, 1))
    plain = NewMember(code="", name="周", unit=OWN, kind=MemberKind.RESIDENT, first_day=date(2027, 1, 5))
    with own.store.begin() as c:
        members.add(c, [replace(plain, code=f"N{number}") for number in range(3)])
    last, this = (points_of_county(own.store, leader, year) for year in (2026, None))
    assert (last.year, last.county.members, last.county.annual) == (2026, 5, 6000)
    assert (this.year, this.county.members, this.county.annual) == (2027, 8, None)


def test_few_of_several_branches_count_together_once_they_are_not_few(own):
    """Two branches of three members each: neither is told, and their superior's sum is about all six."""
    leader = somebody(own.store, "ling", Role.LEADER, scope=COUNTY)
    with_members(own, "A07", 3)
    assert points_of_county(own.store, leader).superiors[SUPERIOR].members == 5
    with_members(own, "A10", 3)
    found = points_of_county(own.store, leader)
    assert found.superiors[SUPERIOR].members == 11
    assert {unit.code for unit, sums in found.branches if sums} == {OWN}


def test_sums_that_were_told_move_with_the_next_points_and_are_each_ones_own(own):
    """They are kept until a link is newer, by year and by whoever may see which branches."""
    leader = somebody(own.store, "ling", Role.LEADER, scope=COUNTY)
    own.posted()
    first = points_of_county(own.store, leader)
    assert points_of_county(own.store, leader) is first
    assert [unit.code for unit, _ in points_of_county(own.store, own.secretary).branches] == [OWN]
    assert points_of_county(own.store, leader, 2027).year == 2027
    own.posted("k2", day=date(2026, 8, 3), event="又一次")
    assert points_of_county(own.store, leader).county.spendable == 2 * first.county.spendable


def test_a_secretary_sees_the_sums_of_the_own_branch(own):
    found = points_of_county(own.store, own.secretary)
    assert [unit.code for unit, _ in found.branches] == [OWN]
    assert points_of_county(own.store, own.community).county is None
