"""Points are claimed for oneself or for one's branch, with all that is wrong said at once; a key is one claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scoring.people import Role
from scoring.permissions import NotAllowed
from scoring.store import links, notices
from scoring.store.drafts import By
from scoring.store.ledger import claims, members, quarters
from scoring.store.ledger.claims import ClaimState
from scoring.store.ledger.members import MemberState, MemberUnknown
from scoring.texts import Lang
from scoring.workflow.answer_once import KeyUsed
from scoring.workflow.points.claiming import (
    MOST_AT_ONCE,
    ClaimRefused,
    claim_for_many,
    claim_points,
    withdraw_claim,
)
from scoring.workflow.points.import_points import import_points
from scoring.workflow.points.reversing import confirm_reversal, move_reversal
from scoring.workflow.points.verifying import Decision, verify_claims
from tests.people import acting_for, somebody
from tests.workflow import county
from tests.workflow.points.claims_at_hand import DAY, OTHER, OWN, branch, picture

NEVER = date(2999, 1, 1)
"""A day that is still to come whenever this is tried."""


@pytest.fixture
def own(store, tmp_path):
    return branch(store, tmp_path)


def refused(own, *new, by=None) -> list[str]:
    with pytest.raises(ClaimRefused) as told:
        claim_for_many(own.store, by or own.member, new)
    return [fault.in_(Lang.EN) for fault in told.value.faults]


def unread(own, actor) -> int:
    with own.store.read() as c:
        return notices.unread(c, actor.id)


def test_a_member_claims_and_who_may_verify_is_told(own):
    found = own.claimed(note=" 讲党课 ", event="党课")
    with own.store.read() as c:
        kept = claims.find(c, found.number)
        (link,) = [link for link in links.every(c) if link.deed.action == "claim_points"]
    assert kept == replace(found, made_at=kept.made_at)
    assert (kept.state, kept.points, kept.unit, kept.rules) == (
        ClaimState.PENDING,
        400,
        OWN,
        "member-points@2026.1",
    )
    assert (kept.note, [file.title for file in kept.files]) == ("讲党课", ["合影.jpg"])
    assert link.deed.subjects == (f"member {own.own.id}",)
    assert [unread(own, who) for who in (own.secretary, own.superior, own.member, own.community)] == [
        1,
        1,
        0,
        0,
    ]


def test_the_same_key_is_the_same_claim(own):
    """A telephone that lost the answer sends the claim again."""
    first = own.claimed()
    assert own.claimed().number == first.number
    assert own.claimed(points=400).number == first.number
    for other in ({"note": "别的"}, {"day": date(2026, 11, 9)}, {"files": (picture("别的.jpg"),)}):
        with pytest.raises(KeyUsed):
            own.claimed(**other)
    with pytest.raises(KeyUsed):
        claim_points(own.store, own.secretary, own.new())
    with own.store.read() as c:
        assert len(claims.of_member(c, own.own.id, 9)) == 1


def test_nobody_claims_for_others_but_their_secretary(own):
    two = own.members[1].id
    with pytest.raises(NotAllowed):
        claim_points(own.store, own.member, own.new(member=two))
    with pytest.raises(NotAllowed):
        claim_points(own.store, own.community, own.new())
    with pytest.raises(NotAllowed):
        claim_points(own.store, own.superior, own.new())
    with pytest.raises(NotAllowed):
        claim_for_many(own.store, own.secretary, [own.new(), own.new("k2", member=own.outside.id)])
    with pytest.raises(MemberUnknown):
        claim_points(own.store, own.secretary, own.new(member="f" * 16))
    with pytest.raises(NotAllowed):
        claim_points(own.store, own.member, own.new(member="f" * 16))
    assert claim_points(own.store, own.secretary, own.new(member=two)).member == two


def test_a_deputy_claims_for_whom_they_act_and_both_names_stand_there(own):
    deputy = acting_for(own.store, somebody(own.store, "dai"), own.secretary)
    found = claim_points(own.store, deputy, own.new())
    assert found.claimants == {deputy.id, own.secretary.id}


def test_an_attendance_list_is_claimed_whole(own):
    """Who came to a meeting, all at once: one notice says how many wait, and not one for each."""
    every = [own.new(f"k{own_.code}", "general_meeting", member=own_.id) for own_ in own.members]
    found = claim_for_many(own.store, own.secretary, every)
    assert [one.number for one in found] == [1, 2, 3, 4, 5]
    with own.store.read() as c:
        (notice,) = notices.of_person(c, own.superior.id, 9)
        assert [one.number for one in claims.pending(c, [OWN])] == [5, 4, 3, 2, 1]
        assert claims.pending(c, [OTHER]) == ()
    assert "5" in notice.sentence.en
    assert unread(own, own.secretary) == 0


def test_one_fault_refuses_the_list_and_says_whose(own):
    with own.store.begin() as c:
        members.revise(c, [replace(own.members[2], state=MemberState.LEFT, first_day=date(2026, 11, 1))])
    every = [own.new(f"k{own_.code}", "general_meeting", member=own_.id) for own_ in own.members]
    every[1] = replace(every[1], day=date(2025, 12, 31))
    every[4] = replace(every[4], key=every[3].key)
    told = refused(own, *every, by=own.secretary)
    assert [line.split(":")[0] for line in told] == ["M2", "M2", "M3", "M5"]
    with own.store.read() as c:
        assert claims.pending(c, [OWN]) == ()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"item": "no_such"}, "no item “no_such”"),
        ({"item": "general_meeting"}, "claimed by the branch's secretary"),
        ({"item": "mobile_home_help"}, "is not for serving members"),
        ({"points": 300}, "each time, not 3"),
        ({"item": "practical_deed"}, "say how many points"),
        ({"item": "practical_deed", "points": 150}, "in steps of 1"),
        ({"day": NEVER}, "yet to come"),
        ({"day": date(2026, 1, 1), "files": ()}, "needs 1 file at least"),
        ({"files": (picture(), picture())}, "comes twice"),
        ({"files": tuple(picture(f"{number}.jpg") for number in range(4))}, "at most 3 files"),
        ({"item": "study_hours"}, "this is a JPEG image"),
        ({"at_unit": OTHER}, "not verified by a community"),
        ({"item": "community_service", "at_unit": OWN}, "no community"),
        ({"item": "community_service", "at_unit": "Z9"}, "no community"),
        ({"item": "community_service", "at_unit": "A07"}, "no community"),
        ({"note": "电话 13800138000"}, "holds a mobile number"),
        ({"event": "x" * 101}, "100 characters at most"),
        ({"key": ""}, "the key has"),
    ],
)
def test_what_cannot_be_claimed_is_refused_with_the_reason(own, wrong, words):
    (told,) = refused(own, own.new(**wrong))
    assert words in told


def test_all_that_is_wrong_is_said_at_once(own):
    told = refused(own, own.new(day=NEVER, files=(), points=1, note="13800138000"))
    assert len(told) == 4


def test_nothing_counts_in_a_closed_quarter(own):
    with own.store.begin() as c:
        quarters.close(c, "2026Q3", {OWN: []}, By(person=""))
    (told,) = refused(own, own.new(day=date(2026, 9, 30)))
    assert "2026Q3" in told
    assert own.claimed().number == 1, "the next quarter is open"


def test_a_list_is_not_endless(own):
    with pytest.raises(ClaimRefused):
        claim_for_many(own.store, own.member, [])
    with pytest.raises(ClaimRefused):
        claim_for_many(own.store, own.member, [own.new()] * (MOST_AT_ONCE + 1))


def test_who_claimed_takes_it_back_while_it_waits(own):
    number = own.claimed().number
    with pytest.raises(NotAllowed):
        withdraw_claim(own.store, own.secretary, number)
    withdraw_claim(own.store, own.member, number)
    with own.store.read() as c:
        assert claims.find(c, number).state is ClaimState.WITHDRAWN
        assert claims.pending(c, [OWN]) == claims.pending_of(c, own.own.id) == ()
    with pytest.raises(ClaimRefused, match="withdrawn"):
        withdraw_claim(own.store, own.member, number)
    with pytest.raises(claims.ClaimUnknown):
        withdraw_claim(own.store, own.member, 9)


def test_a_secretary_takes_back_what_they_claimed_for_whom_has_moved_since(own):
    number = claim_points(own.store, own.secretary, own.new()).number
    with own.store.begin() as c:
        members.revise(c, [replace(own.own, unit=OTHER, first_day=date(2026, 11, 15))])
    with pytest.raises(NotAllowed):
        withdraw_claim(own.store, own.community, number)
    withdraw_claim(own.store, own.secretary, number)


def test_a_claim_counts_in_the_branch_of_its_day(own):
    """Who moved since claims what they did before where they did it."""
    with own.store.begin() as c:
        members.revise(c, [replace(own.own, unit=OTHER, first_day=date(2026, 11, 15))])
    assert own.claimed().unit == OWN
    assert own.claimed("k2", day=date(2026, 11, 16)).unit == OTHER
    with pytest.raises(NotAllowed):
        claim_points(own.store, own.community, own.new("k3", day=DAY))


def test_the_same_event_is_claimed_once_and_the_line_that_has_it_is_named(own):
    """Whoever claims is told at once, and not when somebody verifies it."""
    first = own.claimed(event="党课")
    (told,) = refused(own, own.new("k2", event=" 党课 ", note="又一次"))
    assert "counts once an event" in told
    assert f"claim {first.number} waits" in told
    assert "a name of its own" in told
    (told,) = refused(own, own.new("k3", event="党课"), by=own.secretary)
    assert f"claim {first.number} waits" in told
    entry = own.post(first.number)[0].transfers[0]
    (told,) = refused(own, own.new("k4", event="党课"))
    assert f"entry {entry} is posted" in told
    for other in ({"event": "另一次党课"}, {"event": "党课", "day": date(2026, 11, 9)}):
        assert own.claimed(f"k{other}", **other).state is ClaimState.PENDING


@pytest.mark.parametrize("written", ["党 课１", "党课1\u200b", "\u2060党课1", "党\u3000课1", "党课\ufe0f1"])
def test_an_event_is_the_same_however_it_is_written(own, tmp_path, written):
    """A space, a wider digit, a character that nobody sees: none of it makes another event, in a claim or in a file."""
    first = own.claimed(event="党课1")
    (told,) = refused(own, own.new("k2", event=written))
    assert f"claim {first.number} waits" in told
    (posted,) = own.post(first.number)
    (told,) = refused(own, own.new("k2", event=written))
    assert f"entry {posted.transfers[0]} is posted" in told
    rows = [["编号", "项目", "日期", "活动"], ["M1", "lecture_given", DAY.isoformat(), written]]
    taken = import_points(own.store, None, county.write(tmp_path / "own.csv", rows))
    assert (taken.posted, taken.cut[0].cuts[0].cap) == (0, "event_times")


def test_what_was_taken_back_withdrawn_or_reversed_is_claimed_again(own):
    withdraw_claim(own.store, own.member, own.claimed("k1").number)
    second = own.claimed("k2")
    verify_claims(own.store, own.superior, [Decision(claim=second.number, post=False, reason="看不清")])
    (posted,) = own.post(own.claimed("k3").number)
    refused(own, own.new("k4"))
    administrator = somebody(own.store, "guan", Role.ADMINISTRATOR)
    moved = move_reversal(own.store, own.superior, posted.transfers[0], "记错")
    refused(own, own.new("k4"))
    confirm_reversal(own.store, administrator, moved)
    assert own.claimed("k4").state is ClaimState.PENDING


def test_what_a_community_may_verify_is_claimed_once_a_day_wherever(own):
    """Served there and told at home, under two names: one of them counts, and the other is not claimed."""
    first = own.claimed(item="community_service", at_unit=OTHER, event="巡河")
    (told,) = refused(own, own.new("k2", "community_service", event="清河"), by=own.member)
    assert f"claim {first.number} waits" in told
    assert "by the day" in told
    assert own.claimed("k3", "community_service", day=date(2026, 11, 9)).state is ClaimState.PENDING


def test_a_list_names_nobody_twice_for_one_event(own):
    mine = [own.new(f"k{place}", "general_meeting") for place in range(2)]
    other = own.new("other", "general_meeting", member=own.members[1].id)
    (told,) = refused(own, *mine, other, by=own.secretary)
    assert told.startswith("M1: ")
    assert "among these already" in told
    with own.store.read() as c:
        assert claims.pending(c, [OWN]) == ()


def test_a_file_takes_what_was_posted_for_the_event_and_the_claim_is_told(own, tmp_path):
    rows = [["编号", "项目", "日期", "活动"], ["M1", "lecture_given", DAY.isoformat(), "党课"]]
    import_points(own.store, None, county.write(tmp_path / "own.csv", rows))
    (told,) = refused(own, own.new(event="党课"))
    assert "entry 1 is posted" in told
