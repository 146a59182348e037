"""What a member reads before and after claiming: what can be claimed, what became of it, its files, and the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scoring.criteria.item import Ledger
from scoring.people import Role
from scoring.permissions import NotAllowed
from scoring.store import units
from scoring.store.ledger.claims import ClaimState, ClaimUnknown
from scoring.store.ledger.rules import RulesMissing
from scoring.uploads.kinds import Kind
from scoring.workflow.points.claiming import claim_points, withdraw_claim
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.reading import NotAMember, own_line, own_points, own_stretch
from scoring.workflow.points.reading_own_claims import (
    ClaimFileUnknown,
    claimable,
    file_of_claim,
    own_claims,
    read_rules,
)
from tests.people import somebody, unit
from tests.workflow.points.claims_at_hand import NOW, OTHER, OWN, be_today, branch, picture


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    be_today(monkeypatch)


@pytest.fixture
def own(store, tmp_path):
    found = branch(store, tmp_path)
    open_quarter(store, None, "2026Q4")
    return found


def test_claims_are_read_with_what_became_of_them_and_who_may_take_them_back(own):
    own.posted()
    own.claimed("k2", "community_service", at_unit=OTHER)
    claim_points(own.store, own.secretary, own.new("k3", "party_lecture", event="冬训"))
    withdraw_claim(own.store, own.member, own.claimed("k4", "party_lecture").number)
    found = own_claims(own.store, own.member)
    assert [(one.claim.number, one.claim.state, one.may_withdraw) for one in found] == [
        (4, ClaimState.WITHDRAWN, False),
        (3, ClaimState.PENDING, False),
        (2, ClaimState.PENDING, True),
        (1, ClaimState.POSTED, False),
    ]
    assert found[2].item.id == "community_service"
    assert (Role.SECRETARY, OTHER) in [(role, at.code) for role, at in found[2].told.with_whom]


def test_only_what_a_member_claims_themselves_can_be_chosen(own):
    found = claimable(own.store, own.member)
    ids = {one.item.id for one in found.room}
    assert "lecture_given" in ids
    assert "theme_day" not in ids, "the secretary claims it"
    assert "elderly_tradition" not in ids, "it is for another kind of member"
    assert found.of("lecture_given").left == 400
    assert found.of("theme_day") is None
    assert (found.day, found.first_day) == (NOW, date(2026, 1, 1))


def test_communities_are_those_of_that_domain_but_for_the_own_branch(own):
    with own.store.read() as c:
        known = units.newest(c)
    there = {one.code for one in known.values() if one.domain in {"community", "社区"}}
    assert {one.code for one in claimable(own.store, own.member).communities} == there - {OWN}


def test_a_file_is_given_to_whom_the_claim_is_for_alone(own):
    claim = own.claimed()
    assert file_of_claim(own.store, own.member, claim.number, picture().sha256) == ("合影.jpg", Kind.JPEG)
    with pytest.raises(ClaimFileUnknown):
        file_of_claim(own.store, own.member, claim.number, "ab" * 32)
    other = own.new("k9", member=own.members[1].id)
    foreign = claim_points(own.store, own.secretary, replace(other, files=(picture("别人.jpg"),)))
    with pytest.raises(ClaimUnknown):
        file_of_claim(own.store, own.member, foreign.number, picture("别人.jpg").sha256)


def test_nobody_else_reads_them(own):
    lost = somebody(own.store, "xu", Role.MEMBER, scope=unit(OWN))
    for read in (own_claims, claimable):
        with pytest.raises(NotAllowed):
            read(own.store, own.secretary)
        with pytest.raises(NotAMember):
            read(own.store, lost)


def test_the_rules_in_force_are_read_with_their_first_day(own, monkeypatch):
    found = read_rules(own.store)
    assert (found.rules.ref, found.first_day, found.until) == (
        "member-points@2026.1",
        date(2026, 1, 1),
        None,
    )
    monkeypatch.setattr("scoring.workflow.points.reading_own_claims.today", lambda: date(2025, 12, 31))
    with pytest.raises(RulesMissing):
        read_rules(own.store)


def test_a_line_says_who_had_a_hand_in_it_and_why_it_cannot_be_objected_to(own):
    own.posted()
    lines = own_points(own.store, own.member).honour_lines
    award, baseline = (own_line(own.store, own.member, line.number) for line in lines)
    assert set(award.names.values()) == {"王一", "zhen"}
    assert [one.new.ledger for one in award.together] == ["spendable"]
    assert award.hindrances == ()
    (fault,) = baseline.hindrances
    assert "基础分" in fault.sentence.zh


def test_what_comes_next_is_read_with_the_year(own):
    own.posted()
    year = own_points(own.store, own.member).year
    assert (year.annual, year.next_band.stars, year.next_band.at_least) == (6400, 2, 7000)
    assert (year.for_card, year.next_card.id, year.next_card.at_least) == (400, "silver", 2000)


def test_a_stretch_of_days_has_every_line_that_counts_on_them_in_order(own):
    own.posted()
    own.posted("k2", "party_lecture", day=date(2026, 9, 30))
    found = own_stretch(own.store, own.member, date(2026, 10, 1), date(2026, 12, 31))
    assert [line.amount for line in found.lines[Ledger.HONOUR]] == [6000, 400]
    assert [line.amount for line in found.lines[Ledger.SPENDABLE]] == [400]
    assert {item.id for item in found.items.values()} == {"lecture_given"}
    assert (found.day, found.unit.code, found.year.year) == (NOW, OWN, 2026)
