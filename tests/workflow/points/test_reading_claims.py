"""What whoever verifies claims sees: the oldest first, what caps leave, who may not, files, and what was decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scoring.criteria.item import MemberKind
from scoring.permissions import NotAllowed
from scoring.store.drafts import By
from scoring.store.ledger import quarters
from scoring.store.ledger.claims import ClaimState
from scoring.store.ledger.quarters import QuarterResult
from scoring.uploads.kinds import Kind
from scoring.workflow.points.claiming import claim_points
from scoring.workflow.points.quarters import close_quarter
from scoring.workflow.points.reading_claims import document_of_claim, see_claims
from scoring.workflow.points.verifying import Decision, verify_claims
from scoring.workflow.see_objections import DocumentUnknown
from tests.workflow.points.claims_at_hand import OTHER, branch, picture
from tests.workflow.points.members_at_hand import RULES

NOW = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    for module in ("quarters", "claiming"):
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: NOW)


@pytest.fixture
def own(store, tmp_path):
    return branch(store, tmp_path)


def test_the_oldest_claim_comes_first_and_says_what_caps_leave(own):
    own.posted("k1", "practical_deed", points=200)
    own.claimed("k2", "practical_deed", points=200, day=date(2026, 11, 11))
    own.claimed("k3", "lecture_given")
    first, second = see_claims(own.store, own.superior).waiting
    assert [first.claim.key, second.claim.key] == ["k2", "k3"]
    assert first.would.posts < 200
    assert first.would.cuts
    assert (second.would.posts, second.would.cuts) == (second.claim.points, ())
    assert first.by_name == "王一"
    assert first.may_verify


def test_what_would_post_is_what_posts(own):
    """The figure the page shows is that of the workflow which posts."""
    own.posted("k1", "practical_deed", points=200)
    number = own.claimed("k2", "practical_deed", points=200, day=date(2026, 11, 11)).number
    (seen,) = see_claims(own.store, own.superior).waiting
    (found,) = own.post(number)
    assert found.points == seen.would.posts


def test_decided_claims_are_shown_the_last_first_with_who_decided(own):
    own.posted("k1")
    number = own.claimed("k2", "party_lecture").number
    verify_claims(own.store, own.superior, [Decision(claim=number, post=False, reason="没有签到")])
    last, first = see_claims(own.store, own.superior).decided
    assert (last.claim.state, last.claim.reason, last.would) == (ClaimState.VOID, "没有签到", None)
    assert (first.claim.state, first.decided_by_name, first.may_verify) == (ClaimState.POSTED, "zhen", False)


def test_whoever_claimed_sees_it_and_may_not_verify_it(own):
    claim_points(
        own.store, own.secretary, own.new("k1", "volunteer_service", member=own.members[1].id, points=200)
    )
    (seen,) = see_claims(own.store, own.secretary).waiting
    assert not seen.may_verify
    (seen,) = see_claims(own.store, own.superior).waiting
    assert seen.may_verify


def test_a_community_sees_what_was_claimed_there_and_no_more(own):
    own.claimed("k1", "community_service", at_unit=OTHER)
    own.claimed("k2")
    (seen,) = see_claims(own.store, own.community).waiting
    assert (seen.claim.key, seen.at_unit.code) == ("k1", OTHER)


def test_a_claim_of_a_closed_quarter_would_post_nothing(own, monkeypatch):
    own.claimed("k1", day=date(2026, 8, 3))
    monkeypatch.setattr("scoring.workflow.points.quarters._missing", lambda *_: iter(()))
    close_quarter(own.store, None, "2026Q3", "A01")
    (seen,) = see_claims(own.store, own.superior).waiting
    assert seen.would is None


def test_members_do_not_see_the_queue(own):
    with pytest.raises(NotAllowed):
        see_claims(own.store, own.member)


def test_a_file_is_given_to_whoever_verifies_and_nobody_else(own):
    number = own.claimed().number
    sha256 = picture().sha256
    assert document_of_claim(own.store, own.superior, number, sha256) == ("合影.jpg", Kind.JPEG)
    assert document_of_claim(own.store, own.secretary, number, sha256)[0] == "合影.jpg"
    with pytest.raises(NotAllowed):
        document_of_claim(own.store, own.community, number, sha256)
    with pytest.raises(NotAllowed):
        document_of_claim(own.store, own.member, number, sha256)
    with pytest.raises(DocumentUnknown):
        document_of_claim(own.store, own.superior, number, replace(picture(), sha256="0" * 64).sha256)


def test_a_claim_of_a_quarter_that_another_branch_closed_for_the_member_would_post_nothing(own):
    own.claimed(day=date(2026, 9, 30))
    result = QuarterResult(
        member=own.own.id,
        quarter="2026Q3",
        unit=OTHER,
        kind=MemberKind.SERVING,
        rules=RULES,
        baseline=0,
        earned=0,
        lost=0,
    )
    with own.store.begin() as c:
        quarters.close(c, "2026Q3", {OTHER: [result]}, By(person=""))
    (seen,) = see_claims(own.store, own.superior).waiting
    assert seen.would is None
