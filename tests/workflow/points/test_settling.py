"""Settling: a merchant's month comes to its redemptions less what was reversed, once, and then stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scoring.people import Role
from scoring.permissions import NotAllowed, SameHands
from scoring.store import notices
from scoring.store.ledger.merchants import MerchantUnknown
from scoring.workflow.points import settling
from scoring.workflow.points.keep_merchants import put_at_till, take_from_till
from scoring.workflow.points.redeeming import redeem
from scoring.workflow.points.reversing import (
    ReversalRefused,
    confirm_reversal,
    dismiss_line_objection,
    move_reversal,
    object_to_line,
    refuse_reversal,
    uphold_line_objection,
)
from scoring.workflow.points.settling import (
    SettlementRefused,
    last_day,
    see_settlements,
    see_statement,
    settle,
)
from scoring.working_days import today
from tests.people import acting_for, somebody
from tests.workflow.points.shops_at_hand import other_shop, shop


@pytest.fixture
def own(store, tmp_path):
    return shop(store, tmp_path)


@pytest.fixture
def month():
    return today().isoformat()[:7]


@pytest.fixture
def over(month, monkeypatch):
    """The month is over."""
    monkeypatch.setattr(settling, "today", lambda: last_day(month) + timedelta(days=1))


def bought(own, *points):
    offers = [own.more(title=f"第{place}件", points=cost) for place, cost in enumerate(points)]
    return [redeem(own.store, own.till, own.code(offer)) for offer in offers]


def reverse(own, number):
    confirm_reversal(own.store, own.admin, move_reversal(own.store, own.branch.superior, number, "退货"))


def test_a_month_comes_to_its_redemptions_less_what_was_reversed(own, month, over):
    """To the last hundredth."""
    first, *_ = bought(own, 333, 101, 7)
    reverse(own, first.number)
    settled = settle(own.store, own.admin, own.merchant.id, month)
    assert (settled.points, settled.redemptions) == (108, 2)
    assert settled.points == own.taken(), "what the merchant's account holds"
    assert settled.settled_by == own.admin.id
    (seen,) = see_settlements(own.store, own.till)
    assert (seen.month, seen.may_settle) == (settled, False)
    told = see_statement(own.store, own.till, own.merchant.id, month)
    assert [(one.points, one.reversed) for one in told.receipts] == [(333, True), (101, False), (7, False)]
    assert "姓名" not in repr(told)
    assert "王" not in repr(told)
    with own.store.read() as c:
        (notice,) = notices.of_person(c, own.till.id, 1)
    assert "2 redeemed, 1.08 points" in notice.sentence.en
    assert notice.address == "/till/settlements"


def test_a_month_is_settled_once_and_when_it_is_over(own, month, monkeypatch):
    bought(own, 300)
    for day in (today(), last_day(month)):
        monkeypatch.setattr(settling, "today", lambda day=day: day)
        with pytest.raises(SettlementRefused, match="from the day after"):
            settle(own.store, own.admin, own.merchant.id, month)
        assert not see_settlements(own.store, own.admin)[0].may_settle
    monkeypatch.setattr(settling, "today", lambda: last_day(month) + timedelta(days=1))
    assert see_settlements(own.store, own.admin)[0].may_settle
    settle(own.store, own.admin, own.merchant.id, month)
    with pytest.raises(SettlementRefused, match="settled already"):
        settle(own.store, own.admin, own.merchant.id, month)


def test_what_is_settled_is_not_reversed(own, month, over):
    kept, given_back = bought(own, 300, 200)
    reverse(own, given_back.number)
    settle(own.store, own.admin, own.merchant.id, month)
    with pytest.raises(ReversalRefused, match="was settled"):
        move_reversal(own.store, own.branch.superior, kept.number, "退货")
    assert own.held() == 700


def test_a_motion_that_waits_holds_the_settlement_up(own, month, over):
    (kept,) = bought(own, 300)
    motion = move_reversal(own.store, own.branch.superior, kept.number, "退货")
    with pytest.raises(SettlementRefused, match="waits"):
        settle(own.store, own.admin, own.merchant.id, month)
    refuse_reversal(own.store, own.admin, motion, "未退货")
    assert settle(own.store, own.admin, own.merchant.id, month).points == 300


def test_an_objection_that_waits_holds_the_settlement_up(own, month, over):
    """Settled first, it could not be upheld any more."""
    (bought_,) = bought(own, 300)
    objection = object_to_line(own.store, own.branch.member, bought_.number, "没有拿到")
    with pytest.raises(SettlementRefused, match=f"objection to entry {bought_.number} waits"):
        settle(own.store, own.admin, own.merchant.id, month)
    motion = uphold_line_objection(own.store, own.admin, objection, "店方认可")
    with pytest.raises(SettlementRefused, match="a motion to reverse"):
        settle(own.store, own.admin, own.merchant.id, month)
    confirm_reversal(own.store, own.branch.superior, motion)
    assert settle(own.store, own.admin, own.merchant.id, month).points == 0


def test_who_took_codes_that_month_does_not_settle_it_from_another_desk(own, month, over):
    """An administrator who leaves the till once the month is over still has a hand in what was taken."""
    both = somebody(own.store, "both", Role.MERCHANT, Role.ADMINISTRATOR)
    put_at_till(own.store, own.admin, own.merchant.id, "both")
    redeem(own.store, both, own.code())
    take_from_till(own.store, own.admin, own.merchant.id, both.id)
    with pytest.raises(SameHands, match="or did that month"):
        settle(own.store, both, own.merchant.id, month)
    assert settle(own.store, own.admin, own.merchant.id, month).points == 300


def test_an_objection_to_what_was_reversed_meanwhile_holds_nothing_up(own, month, over):
    (bought_,) = bought(own, 300)
    object_to_line(own.store, own.branch.member, bought_.number, "没有拿到")
    reverse(own, bought_.number)
    assert settle(own.store, own.admin, own.merchant.id, month).points == 0


def test_an_objection_that_was_dismissed_holds_nothing_up(own, month, over):
    (bought_,) = bought(own, 300)
    objection = object_to_line(own.store, own.branch.member, bought_.number, "没有拿到")
    dismiss_line_objection(own.store, own.admin, objection, "有签收")
    assert settle(own.store, own.admin, own.merchant.id, month).points == 300


def test_a_month_of_which_all_was_reversed_is_settled_with_nought(own, month, over):
    (only,) = bought(own, 300)
    reverse(own, only.number)
    settled = settle(own.store, own.admin, own.merchant.id, month)
    assert (settled.points, settled.redemptions) == (0, 0)


def test_merchants_are_settled_apart(own, month, over):
    other, till = other_shop(own)
    bought(own, 300)
    with pytest.raises(SettlementRefused, match="nothing was redeemed"):
        settle(own.store, own.admin, other.id, month)
    assert see_settlements(own.store, till) == ()
    with pytest.raises(NotAllowed):
        see_statement(own.store, till, own.merchant.id, month)
    with pytest.raises(MerchantUnknown):
        settle(own.store, own.admin, "f" * 16, month)


def test_only_administrators_settle_and_not_their_own_till(own, month, over):
    bought(own, 300)
    for stranger in (own.till, own.member, own.branch.superior):
        with pytest.raises(NotAllowed):
            settle(own.store, stranger, own.merchant.id, month)
    with pytest.raises(NotAllowed):
        see_settlements(own.store, own.member)
    both = somebody(own.store, "both", Role.ADMINISTRATOR, Role.MERCHANT)
    put_at_till(own.store, own.admin, own.merchant.id, "both")
    with pytest.raises(SameHands, match="take codes for this merchant"):
        settle(own.store, both, own.merchant.id, month)
    deputy = acting_for(own.store, own.till, own.admin)
    with pytest.raises(SameHands):
        settle(own.store, deputy, own.merchant.id, month)
    settle(own.store, own.admin, own.merchant.id, month)


def test_a_month_is_written_in_one_way(own):
    assert last_day("2028-02") == date(2028, 2, 29)
    for wrong in ("2026", "2026-13", "2026-1", "202611", "2026-11-01", ""):
        with pytest.raises(SettlementRefused, match="is no month"):
            settle(own.store, own.admin, own.merchant.id, wrong)
