"""Points are reversed by two; what is no longer there is owed; a member objects to a line, and another answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scoring.criteria.item import Ledger
from scoring.ledger import Balance, NewTransfer, TransferKind
from scoring.people import Role
from scoring.permissions import NotAllowed, SameHands
from scoring.store import links, notices
from scoring.store.drafts import By
from scoring.store.ledger import members, reversals, transfers
from scoring.store.ledger.reversals import LineObjectionState, ReversalState
from scoring.uploads.kinds import Kind
from scoring.workflow.acting import WordsUnfit
from scoring.workflow.points.claiming import claim_points
from scoring.workflow.points.reading_reversals import see_reversals
from scoring.workflow.points.reversing import (
    ReversalRefused,
    confirm_reversal,
    dismiss_line_objection,
    move_reversal,
    object_to_line,
    refuse_reversal,
    uphold_line_objection,
    withdraw_line_objection,
)
from tests.people import acting_for, somebody, township
from tests.store.workers import AT, add
from tests.workflow.points.claims_at_hand import OWN, branch, picture

SHOP = "0" * 15 + "f"


@pytest.fixture
def own(store, tmp_path):
    return branch(store, tmp_path)


@pytest.fixture
def admin(own):
    return somebody(own.store, "guan", Role.ADMINISTRATOR)


def held(own, ledger=Ledger.SPENDABLE) -> Balance:
    with own.store.read() as c:
        return transfers.balance(c, own.own.id, ledger)


def spend(own, amount: int, key: str = "redemption:1") -> int:
    new = NewTransfer(
        key=key,
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.REDEMPTION,
        source=own.own.id,
        target=SHOP,
        amount=amount,
        member=own.own.id,
        unit=OWN,
        rules="member-points@2026.1",
        day=date(2026, 11, 20),
    )
    with own.store.begin() as c:
        return transfers.post(c, [new], By(person=""))[0]


def told(own, who) -> str:
    with own.store.read() as c:
        return notices.of_person(c, who.id, 1)[0].sentence.en


def test_a_reversal_takes_one_to_move_and_another_to_confirm(own, admin):
    """What the claim posted on both ledgers goes back together."""
    own.posted()
    number = move_reversal(own.store, own.superior, 1, "重复入账")
    assert held(own).balance == 400, "moved is not done"
    assert "to be reversed" in told(own, admin)
    with pytest.raises(SameHands, match="moved it"):
        confirm_reversal(own.store, own.superior, number)
    deputy = acting_for(own.store, somebody(own.store, "dai"), own.superior)
    with pytest.raises(SameHands):
        confirm_reversal(own.store, deputy, number)
    assert confirm_reversal(own.store, admin, number) == (3, 4)
    assert (held(own).balance, held(own, Ledger.HONOUR).balance) == (0, 0)
    assert "重复入账" in told(own, own.member)
    with own.store.read() as c:
        assert [transfers.find(c, one).new.undoes for one in (3, 4)] == [1, 2]
        assert reversals.motion(c, number).state is ReversalState.CONFIRMED
        newest = list(links.every(c))[-1]
    assert newest.deed.subjects == (f"member {own.own.id}",)
    with pytest.raises(ReversalRefused, match="was reversed already"):
        confirm_reversal(own.store, admin, number)
    with pytest.raises(ReversalRefused, match="reversed already"):
        move_reversal(own.store, own.superior, 2, "再冲一次")


def test_what_was_spent_is_owed_and_taken_from_the_next_award(own, admin):
    """400 earned, 300 spent, reversed: 100 go back, 300 are owed, and the next 400 pay them first."""
    own.posted()
    spend(own, 300)
    confirm_reversal(own.store, admin, move_reversal(own.store, own.superior, 1, "查实未参加"))
    assert held(own) == Balance(balance=0, owed=300, seq=3)
    assert held(own, Ledger.HONOUR).balance == 0
    assert "3 points are owed" in told(own, own.member)
    own.posted("k2", "pledge_kept")
    assert (held(own).balance, held(own).owed) == (100, 0)


def test_what_was_reversed_does_not_use_up_a_cap(own, admin):
    """The quarter's cap is 4 points: claimed anew after a reversal, they count."""
    own.posted()
    assert own.posted("k2", day=date(2026, 11, 11)).points == 0
    confirm_reversal(own.store, admin, move_reversal(own.store, own.superior, 1, "日期记错"))
    assert own.posted("k3", day=date(2026, 11, 11)).points == 400


def test_a_loss_that_was_wrong_is_given_back(own, admin):
    paper = replace(picture("通报.pdf"), kind=Kind.PDF)
    own.post(claim_points(own.store, own.secretary, own.new("k", "public_criticism", files=(paper,))).number)
    assert held(own, Ledger.HONOUR).balance == -1000
    confirm_reversal(own.store, admin, move_reversal(own.store, own.secretary, 1, "通报撤销"))
    assert held(own, Ledger.HONOUR).balance == 0


def test_a_redemption_is_taken_back_until_it_is_settled(own, admin):
    own.posted()
    first, second = spend(own, 100), spend(own, 50, "redemption:2")
    with own.store.begin() as c:
        add(c, "merchant", id=SHOP, made_at=AT)
        add(c, "offer", number=1, merchant=SHOP, made_at=AT)
        for number, month in ((first, "2026-10"), (second, "2026-11")):
            code = {"member": own.own.id, "offer": 1, "until": AT, "made_at": AT}
            add(c, "redemption_code", digest=f"{number:064x}", **code)
            kept = {"code": f"{number:064x}", "offer": 1, "revision": 1, "merchant": SHOP, "month": month}
            add(c, "redemption", transfer=number, **kept)
        done = {"by": admin.id, "on_behalf": "", "made_at": AT}
        add(c, "settlement", merchant=SHOP, month="2026-10", points=100, redemptions=1, **done)
    with pytest.raises(ReversalRefused, match="was settled"):
        move_reversal(own.store, own.superior, first, "退货")
    confirm_reversal(own.store, admin, move_reversal(own.store, own.superior, second, "退货"))
    assert held(own).balance == 300


def test_a_baseline_and_a_reversal_are_not_reversed(own, admin):
    own.posted()
    (back, _) = confirm_reversal(own.store, admin, move_reversal(own.store, own.superior, 1, "错"))
    with pytest.raises(ReversalRefused, match="follows from the rules"):
        move_reversal(own.store, own.superior, back, "冲销的冲销")


def test_only_those_over_the_branch_move_and_confirm(own, admin):
    own.posted()
    for stranger in (own.member, own.community):
        with pytest.raises(NotAllowed):
            move_reversal(own.store, stranger, 1, "错")
    number = move_reversal(own.store, admin, 1, "错")
    other = somebody(own.store, "yun", Role.SUPERIOR, scope=township("云岭乡"))
    for stranger in (own.secretary, own.member, other):
        with pytest.raises(NotAllowed):
            confirm_reversal(own.store, stranger, number)
    with pytest.raises(ReversalRefused, match="waits already"):
        move_reversal(own.store, own.superior, 2, "错")
    with pytest.raises(reversals.ReversalUnknown):
        confirm_reversal(own.store, own.superior, 9)
    with pytest.raises(transfers.TransferUnknown):
        move_reversal(own.store, own.superior, 99, "错")


def test_nobody_decides_about_their_own_points(own, admin):
    own.posted()
    number = move_reversal(own.store, admin, 1, "错")
    with own.store.begin() as c:
        members.revise(c, [replace(own.own, person=own.superior.id)])
    with pytest.raises(SameHands, match="own points"):
        confirm_reversal(own.store, own.superior, number)


def test_a_motion_is_refused_with_a_reason(own, admin):
    own.posted()
    number = move_reversal(own.store, own.secretary, 1, "错")
    for reason in ("", "请打 13800138000"):
        with pytest.raises(WordsUnfit):
            refuse_reversal(own.store, admin, number, reason)
    refuse_reversal(own.store, admin, number, "查无此事")
    assert held(own).balance == 400
    assert "查无此事" in told(own, own.secretary)
    assert move_reversal(own.store, own.secretary, 1, "另有证据") == number + 1


def test_an_objection_that_is_upheld_moves_a_reversal_that_another_confirms(own, admin):
    own.posted()
    number = object_to_line(own.store, own.member, 1, "不是本人")
    assert "objects" in told(own, admin)
    with pytest.raises(ReversalRefused, match="waits for an answer"):
        object_to_line(own.store, own.member, 2, "不是本人")
    with pytest.raises(SameHands, match="posted these points"):
        uphold_line_objection(own.store, own.superior, number, "属实")
    motion = uphold_line_objection(own.store, admin, number, "属实")
    assert "was upheld" in told(own, own.member)
    with own.store.read() as c:
        assert reversals.motion(c, motion).objection == number
        assert reversals.objection(c, number).state is LineObjectionState.UPHELD
    with pytest.raises(SameHands):
        confirm_reversal(own.store, admin, motion)
    confirm_reversal(own.store, own.superior, motion)
    assert held(own).balance == 0


def test_who_claimed_a_line_does_not_answer_the_objection_to_it(own):
    """A secretary's deputy who reviews for the township besides would answer what a member says against the own claim."""
    both = somebody(own.store, "both", Role.SUPERIOR, scope=township("柳河镇"))
    new = own.new("k1", "party_lecture", event="冬训")
    claimed = claim_points(own.store, acting_for(own.store, both, own.secretary), new)
    own.post(claimed.number)
    number = object_to_line(own.store, own.member, 1, "没有参加")
    (seen,) = see_reversals(own.store, both).objections
    assert not seen.may_answer
    for answer in (dismiss_line_objection, uphold_line_objection):
        with pytest.raises(SameHands, match="claimed or posted these points"):
            answer(own.store, both, number, "不属实")


def test_an_objection_is_dismissed_with_a_reason(own, admin):
    own.posted()
    number = object_to_line(own.store, own.member, 1, "应为 6 分")
    with pytest.raises(NotAllowed):
        dismiss_line_objection(own.store, own.secretary, number, "按规则为 4 分")
    dismiss_line_objection(own.store, admin, number, "按规则为 4 分")
    assert "按规则为 4 分" in told(own, own.member)
    with pytest.raises(ReversalRefused, match="was dismissed"):
        uphold_line_objection(own.store, admin, number, "属实")
    assert object_to_line(own.store, own.member, 1, "再议") == number + 1


def test_members_object_to_their_own_lines_alone(own):
    """Of others' lines they are told there is none, as of those there are not."""
    other = claim_points(own.store, own.secretary, own.new(member=own.members[1].id))
    own.post(other.number)
    with pytest.raises(transfers.TransferUnknown):
        object_to_line(own.store, own.member, 1, "不对")
    with pytest.raises(NotAllowed):
        object_to_line(own.store, own.secretary, 1, "不对")


def test_an_objection_is_taken_back_by_who_made_it(own, admin):
    own.posted()
    number = object_to_line(own.store, own.member, 1, "不对")
    other = somebody(own.store, "li", Role.MEMBER, scope=own.member.grants[0].scope)
    with pytest.raises(NotAllowed):
        withdraw_line_objection(own.store, other, number)
    withdraw_line_objection(own.store, own.member, number)
    with pytest.raises(ReversalRefused, match="was withdrawn"):
        uphold_line_objection(own.store, admin, number, "属实")
    with pytest.raises(reversals.LineObjectionUnknown):
        withdraw_line_objection(own.store, own.member, 9)


def test_motions_and_objections_are_found_by_branch(own, admin):
    own.posted()
    objection = object_to_line(own.store, own.member, 1, "不对")
    motion = uphold_line_objection(own.store, admin, objection, "属实")
    with own.store.read() as c:
        for units in ([OWN], None):
            assert [one.number for one in reversals.motions_of(c, units)] == [motion]
            assert [one.number for one in reversals.objections_of(c, units)] == [objection]
        assert reversals.motions_of(c, ["Z9"]) == reversals.objections_of(c, ["Z9"]) == ()
