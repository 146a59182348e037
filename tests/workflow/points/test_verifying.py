"""Claims are verified by another than who claimed, under the caps, all or none; what a cap cut is said."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from scoring.criteria.item import Ledger, MemberKind
from scoring.ledger import ISSUER
from scoring.people import Role
from scoring.permissions import NotAllowed, SameHands
from scoring.store import chain, notices
from scoring.store.drafts import By
from scoring.store.ledger import claims, members, quarters, transfers
from scoring.store.ledger.claims import ClaimState
from scoring.texts import Lang
from scoring.uploads.kinds import Kind
from scoring.workflow.points.claiming import ClaimRefused, claim_for_many, claim_points, withdraw_claim
from scoring.workflow.points.import_points import import_points
from scoring.workflow.points.verifying import Decision, verify_claims
from tests.people import acting_for, somebody, township
from tests.workflow import county
from tests.workflow.points.claims_at_hand import DAY, OTHER, OWN, TOWN, branch, picture


@pytest.fixture
def own(store, tmp_path):
    return branch(store, tmp_path)


def held(own, member=None) -> tuple[int, int]:
    """Return what the member holds of honour and of spendable points."""
    with own.store.read() as c:
        account = member or own.own.id
        return tuple(transfers.balance(c, account, ledger).balance for ledger in Ledger)


def test_what_is_verified_posts_on_every_ledger_of_the_item(own):
    found = own.posted()
    assert (found.state, found.points, found.cuts, found.transfers) == (ClaimState.POSTED, 400, (), (1, 2))
    assert held(own) == (400, 400)
    with own.store.read() as c:
        one, _ = transfers.of_key(c, "claim:1")
        assert (one.new.source, one.new.target, one.new.claim, one.by) == (
            ISSUER,
            own.own.id,
            1,
            own.superior.id,
        )
        kept = claims.find(c, 1)
        (notice,) = notices.of_person(c, own.member.id, 9)
    assert (kept.state, kept.posted, kept.decided_by) == (ClaimState.POSTED, 400, own.superior.id)
    assert "posted, 4 points" in notice.sentence.en
    own.posted("k2", "party_lecture")
    assert held(own) == (600, 400)


def test_pending_never_counts(own):
    own.claimed()
    assert held(own) == (0, 0)


def test_who_claimed_does_not_verify(own):
    """Nor does their deputy, nor somebody as whose deputy they claimed."""
    number = claim_points(own.store, own.secretary, own.new()).number
    deputy = acting_for(own.store, somebody(own.store, "dai"), own.secretary)
    for hands in (own.secretary, deputy):
        with pytest.raises(SameHands, match="claimed this"):
            own.post(number, by=hands)
    by_deputy = claim_points(own.store, deputy, own.new("k2", day=date(2026, 7, 1))).number
    with pytest.raises(SameHands):
        own.post(by_deputy, by=own.secretary)
    assert own.post(number, by_deputy)[0].points == 400


def test_nobody_verifies_their_own_points(own):
    """A superior's evaluator who is a member of the branch, whoever claimed for them."""
    with own.store.begin() as c:
        members.revise(c, [replace(own.members[1], person=own.superior.id)])
    number = claim_points(own.store, own.secretary, own.new(member=own.members[1].id)).number
    with pytest.raises(SameHands, match="own points"):
        own.post(number)
    other = somebody(own.store, "zhen2", Role.SUPERIOR, scope=township(TOWN))
    assert own.post(number, by=other)[0].points == 400


def test_only_who_the_item_names_verifies(own):
    meeting = claim_points(own.store, own.secretary, own.new("k1", "general_meeting")).number
    other = somebody(own.store, "yun", Role.SUPERIOR, scope=township("云岭乡"))
    for stranger in (own.member, own.community, other):
        with pytest.raises(NotAllowed, match="not yours"):
            own.post(meeting, by=stranger)
    own.post(meeting)
    lecture = own.claimed("k2").number
    assert own.post(lecture, by=own.secretary)[0].points == 400


def test_a_community_verifies_what_was_done_there_and_it_counts_once(own, tmp_path):
    """The same afternoon in a clerk's file, and claimed for the community to verify: it counts once, under whatever name."""
    there = own.claimed("k1", "community_service", at_unit=OTHER, event="清扫").number
    earlier = own.claimed("k2", "community_service", day=date(2026, 11, 9)).number
    with pytest.raises(NotAllowed):
        own.post(earlier, by=own.community)
    rows = [["编号", "项目", "日期", "活动"], ["M1", "community_service", DAY.isoformat(), "志愿清扫"]]
    import_points(own.store, None, county.write(tmp_path / "own.csv", rows))
    (again,) = own.post(there, by=own.community)
    assert (again.state, again.points) == (ClaimState.VOID, 0)
    assert [cut.cap for cut in again.cuts] == ["event_times"]
    assert held(own) == (200, 200)
    with own.store.read() as c:
        assert "同一次活动" in claims.find(c, there).reason
    late = own.claimed("k3", "community_service", at_unit=OTHER, day=date(2026, 10, 9)).number
    assert own.post(late, by=own.community)[0].points == 200


def test_caps_cut_in_the_transaction_that_posts_and_say_so(own):
    """Two thirds of a quarter's cap are used: the next claim posts in part, and the one after not at all."""
    numbers = [
        own.claimed(f"k{day}", "practical_deed", points=300, day=date(2026, month, day)).number
        for month, day in ((10, 1), (11, 2), (11, 3))
    ]
    first, second, third = own.post(*numbers)
    assert (first.points, second.points, third.points) == (300, 300, 0)
    assert third.state is ClaimState.VOID
    assert {cut.cap for cut in third.cuts} >= {"month"}
    with own.store.read() as c:
        kept = claims.find(c, numbers[2])
    assert kept.cut == third.cuts, "what a cap cut is kept"
    assert own.posted("k9", "practical_deed", points=300, day=date(2026, 7, 9)).points == 300


def test_a_claim_may_post_in_part(own):
    own.posted("k1", "volunteer_service", points=300, day=DAY)
    own.posted("k2", "volunteer_service", points=400, day=date(2026, 11, 11))
    found = own.posted("k3", "volunteer_service", points=400, day=date(2026, 11, 12))
    assert (found.points, [(cut.cap, cut.points) for cut in found.cuts]) == (100, [("month", 300)])
    assert held(own) == (800, 800)
    with own.store.read() as c:
        newest = notices.of_person(c, own.member.id, 1)[0]
    assert "as far as the caps allow" in newest.sentence.en


def test_who_verifies_may_give_other_points_of_the_range(own):
    number = own.claimed("k1", "practical_deed", points=300).number
    for wrong in (150, 0):
        with pytest.raises(ClaimRefused, match="in steps of"):
            verify_claims(own.store, own.superior, [Decision(claim=number, post=True, points=wrong)])
    (found,) = verify_claims(own.store, own.superior, [Decision(claim=number, post=True, points=100)])
    assert found.points == 100


def test_a_loss_takes_honour_points_below_nought(own):
    number = claim_points(
        own.store, own.secretary, own.new("k1", "public_criticism", files=(paper(),))
    ).number
    assert own.post(number)[0].points == 1000
    assert held(own) == (-1000, 0)


def paper():
    return replace(picture("通报.pdf"), kind=Kind.PDF)


def test_what_is_not_posted_has_a_reason_and_the_claimant_is_told(own):
    number = own.claimed().number
    with pytest.raises(ClaimRefused):
        verify_claims(own.store, own.superior, [Decision(claim=number, post=False, reason=" ")])
    with pytest.raises(ClaimRefused, match="mobile number"):
        verify_claims(own.store, own.superior, [Decision(claim=number, post=False, reason="13800138000")])
    (found,) = verify_claims(own.store, own.superior, [Decision(claim=number, post=False, reason="没有参加")])
    assert (found.state, found.transfers) == (ClaimState.VOID, ())
    with own.store.read() as c:
        assert claims.find(c, number).reason == "没有参加"
        assert "see why" in notices.of_person(c, own.member.id, 9)[0].sentence.en
    with pytest.raises(ClaimRefused, match="not posted"):
        own.post(number)


def test_decisions_are_kept_all_or_none_with_every_fault(own):
    first, second = own.claimed("k1").number, own.claimed("k2", "party_lecture").number
    wrong = [
        Decision(claim=first, post=True),
        Decision(claim=second, post=False),
        Decision(claim=first, post=True, points=1),
    ]
    with pytest.raises(ClaimRefused) as told:
        verify_claims(own.store, own.superior, wrong)
    assert [fault.place.field for fault in told.value.faults] == [f"#{second}", f"#{first}", f"#{first}"]
    assert held(own) == (0, 0)
    with pytest.raises(claims.ClaimUnknown):
        own.post(first, 9)
    with pytest.raises(ClaimRefused):
        verify_claims(own.store, own.superior, [])


def test_nothing_is_posted_into_a_closed_quarter(own):
    number = own.claimed(day=date(2026, 9, 30)).number
    with own.store.begin() as c:
        quarters.close(c, "2026Q3", {OWN: []}, By(person=""))
    with pytest.raises(ClaimRefused, match="2026Q3"):
        own.post(number)
    (found,) = verify_claims(own.store, own.superior, [Decision(claim=number, post=False, reason="已结账")])
    assert found.state is ClaimState.VOID, "it can still be told no"


def test_a_whole_meeting_is_posted_at_once(own):
    every = [own.new(f"k{own_.code}", "general_meeting", member=own_.id) for own_ in own.members]
    numbers = [one.number for one in claim_for_many(own.store, own.secretary, every)]
    found = own.post(*numbers)
    with own.store.read() as c:
        told = {
            who: {one.address for one in notices.of_person(c, actor.id, 9)}
            for who, actor in (("member", own.member), ("secretary", own.secretary))
        }
    lines = {f"/desk/points/members/{own_.id}" for own_ in own.members}
    assert told == {"member": {"/points/claims"}, "secretary": lines}, "each where they may look"
    assert [one.points for one in found] == [300] * 5
    assert [one.transfers for one in found] == [(1,), (2,), (3,), (4,), (5,)]


def test_refusals_name_nobody(own):
    """Who may not verify learns no names from being refused."""
    number = own.claimed().number
    with pytest.raises(NotAllowed) as told:
        own.post(number, by=own.community)
    for lang in Lang:
        assert "王一" not in told.value.faults[0].in_(lang)


def test_two_who_verify_at_once_post_once_and_keep_the_cap(own):
    """Whoever comes second sees what the first has posted: the claim is decided, and the cap is used."""
    one = own.claimed("k1", "practical_deed", points=300).number
    other = own.claimed("k2", "practical_deed", points=300, day=date(2026, 11, 11)).number
    came: list[object] = []

    def verify(number: int, who) -> None:
        try:
            came.append(own.post(number, by=who)[0].points)
        except ClaimRefused as refused:
            came.append(refused)

    deeds = [(one, own.superior), (one, own.secretary), (other, own.superior)]
    threads = [threading.Thread(target=verify, args=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(own for own in came if isinstance(own, int)) == [0, 300]
    assert sum(isinstance(own, ClaimRefused) for own in came) == 1
    assert held(own) == (300, 300)


def test_the_kind_of_the_day_decides(own):
    """Who became elderly since is judged as what they were."""
    with own.store.begin() as c:
        changed = replace(own.own, kind=MemberKind.ELDERLY, first_day=date(2026, 11, 15))
        members.revise(c, [changed])
    assert own.posted(item="study_hours", files=(paper(),)).points == 600
    with pytest.raises(ClaimRefused, match="not for elderly"):
        own.claimed("k2", "study_hours", day=date(2026, 11, 16), files=(paper(),))


def meanwhile(monkeypatch, store, deed):
    """Let *deed* be done between what is read first and the transaction that writes."""
    begin, done = type(store).begin, []

    def begun(self, *more):
        if not done:
            done.append(True)
            deed()
        return begin(self, *more)

    monkeypatch.setattr(type(store), "begin", begun)


def test_what_changes_before_the_decision_is_written_counts(own, monkeypatch):
    """What was read before is used again only where the chain has no newer link."""
    number = own.claimed().number
    meanwhile(monkeypatch, own.store, lambda: withdraw_claim(own.store, own.member, number))
    with pytest.raises(ClaimRefused, match="withdrawn"):
        own.post(number)
    assert held(own) == (0, 0)


def test_whoever_did_not_look_at_the_newest_link_would_post_what_was_withdrawn(own, monkeypatch):
    """The test above finds out a careless variant: only the database's own key stands in its way."""
    number = own.claimed().number
    meanwhile(monkeypatch, own.store, lambda: withdraw_claim(own.store, own.member, number))
    monkeypatch.setattr(chain, "newest", lambda _c: "one link for ever")
    with pytest.raises(IntegrityError):
        own.post(number)


def test_claims_of_one_window_posted_together_see_each_other(own):
    """What was foreseen of the second is no longer so once the first is posted."""
    numbers = [
        own.claimed(f"k{day}", "party_lecture", day=date(2026, 11, day), event=f"第 {day} 课").number
        for day in range(1, 16)
    ]
    one_by_one = [found.points for found in own.post(*numbers)]
    assert 0 in one_by_one, "the cap of the window is reached"
    assert sum(one_by_one) == held(own)[0]
    assert one_by_one == sorted(one_by_one, reverse=True)
