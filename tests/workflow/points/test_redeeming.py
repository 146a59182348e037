"""Redeeming: a code is good once, for five minutes, at one till, which learns next to nothing of whose it is."""

from __future__ import annotations

from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import timedelta

import pytest

from scoring.criteria.item import Ledger
from scoring.ledger import NewTransfer, TransferKind
from scoring.people import Role
from scoring.permissions import NotAllowed, SameHands
from scoring.store import links, notices, rights
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.ledger import codes, members, redemptions, transfers
from scoring.store.rights import GrantState
from scoring.workflow.points import redeeming
from scoring.workflow.points.keep_members import let_go
from scoring.workflow.points.keep_merchants import close_merchant, put_at_till, take_from_till
from scoring.workflow.points.offers import OfferRefused, change_offer, end_offer, see_offers
from scoring.workflow.points.redeeming import (
    CodeRefused,
    CodeSeen,
    Receipt,
    TillClosed,
    ask_code,
    look_at_code,
    redeem,
    see_receipt,
    see_till,
)
from scoring.workflow.points.reversing import confirm_reversal, move_reversal
from scoring.working_days import today
from tests.people import acting_for, again, somebody, unit
from tests.workflow.points.members_at_hand import RULES
from tests.workflow.points.shops_at_hand import award, fields, member_with, other_shop, shop


@pytest.fixture
def own(store, tmp_path):
    return shop(store, tmp_path)


def test_a_code_is_eight_digits_kept_as_their_hash(own):
    asked = ask_code(own.store, own.member, own.offer.number)
    assert len(asked.digits) == 8
    assert asked.digits.isdecimal()
    with own.store.read() as c:
        kept = codes.find(c, codes.digest_of(asked.digits))
    assert asked.digits not in str(kept)
    assert kept.until - kept.made_at == timedelta(minutes=5)


def test_a_till_sees_the_offer_and_one_character_of_the_name(own):
    code = own.code()
    seen = look_at_code(own.store, own.till, f" {code[:4]} {code[4:]} ")
    assert isinstance(seen, CodeSeen)
    assert (seen.offer.title, seen.offer.points, seen.initial) == ("洗衣液", 300, "王")
    for told in (repr(seen), repr(redeem(own.store, own.till, code))):
        for private in ("王一", "M1", own.own.id, own.member.id, "A01"):
            assert private not in told
    assert {one.name for one in fields_of(CodeSeen)} == {"offer", "initial", "until"}
    assert {one.name for one in fields_of(Receipt)} == {
        "number",
        "title",
        "points",
        "made_at",
        "code",
        "reversed",
    }


def test_looking_changes_nothing_and_redeeming_moves_the_points_once(own, database):
    code = own.code()
    look_at_code(own.store, own.till, code)
    assert (own.held(), own.taken()) == (1000, 0)
    receipt = redeem(own.store, own.till, code)
    assert (own.held(), own.taken()) == (700, 300)
    assert (receipt.title, receipt.points) == ("洗衣液", 300)
    assert redeem(own.store, own.till, code) == receipt
    assert look_at_code(own.store, own.till, code) == receipt
    anew = Store.open(database.url, database.schema)
    assert redeem(anew, own.till, code) == receipt, "the same after a restart"
    anew.close()
    assert see_receipt(own.store, own.till, receipt.number) == receipt
    assert (own.held(), own.taken()) == (700, 300)
    with own.store.read() as c:
        kept = redemptions.of_number(c, receipt.number)
        assert kept.month == today().isoformat()[:7]
        posted = transfers.find(c, receipt.number)
        assert (posted.by, posted.new.event) == (own.till.id, "洗衣液")
        newest = list(links.every(c))[-1].deed
        assert (newest.person, newest.action) == (own.till.id, "take_codes")
        assert set(newest.subjects) == {f"member {own.own.id}", f"merchant {own.merchant.id}"}
        (told,) = notices.of_person(c, own.member.id, 1)
    assert "redeemed at “便民超市”" in told.sentence.en
    assert told.address == "/points"


def test_a_code_is_none_at_another_till_before_and_after(own):
    _, other = other_shop(own)
    code = own.code()
    with pytest.raises(CodeRefused, match="no such code"):
        look_at_code(own.store, other, code)
    with pytest.raises(CodeRefused, match="no such code"):
        redeem(own.store, other, code)
    receipt = redeem(own.store, own.till, code)
    with pytest.raises(CodeRefused, match="no such code"):
        redeem(own.store, other, code)
    with pytest.raises(CodeRefused, match="no receipt"):
        see_receipt(own.store, other, receipt.number)
    assert own.held() == 700


def test_a_newer_code_ends_the_older_ones_of_that_member_alone(own):
    first = own.code()
    other, whose = member_with(own, "liu", 500)
    theirs = own.code(by=other)
    second = own.code(own.more(title="大米"))
    with pytest.raises(CodeRefused, match="good no more"):
        redeem(own.store, own.till, first)
    redeem(own.store, own.till, second)
    redeem(own.store, own.till, theirs)
    assert (own.held(), own.held(whose)) == (700, 200)


def test_a_code_ends_after_five_minutes(own, monkeypatch):
    monkeypatch.setattr(redeeming, "GOOD_FOR", timedelta(0))
    code = own.code()
    for do in (look_at_code, redeem):
        with pytest.raises(CodeRefused, match="good no more"):
            do(own.store, own.till, code)
    assert own.held() == 1000


def test_a_code_does_not_outlive_a_change_of_its_offer(own):
    """Whoever agreed to 3 points does not pay 5."""
    code = own.code()
    change_offer(own.store, own.till, own.offer.number, fields(points=500))
    with pytest.raises(CodeRefused, match="good no more"):
        redeem(own.store, own.till, code)
    redeem(own.store, own.till, own.code())
    assert own.held() == 500


def test_a_code_is_not_given_where_the_offer_cannot_be_had(own):
    dear = own.more(points=1300, card="gold")
    with pytest.raises(OfferRefused) as refused:
        own.code(dear)
    assert [fault.sentence.en for fault in refused.value.faults] == [
        "“洗衣液”: it takes the gold card or a higher one",
        "“洗衣液”: 3 points short, with 10 points to spend",
    ]
    with pytest.raises(NotAllowed):
        ask_code(own.store, own.till, own.offer.number)


def test_what_changes_between_code_and_till_is_seen_under_the_lock(own):
    """Spent elsewhere, the till is told no figure."""
    code = own.code()
    spend(own, 800)
    with pytest.raises(OfferRefused) as refused:
        redeem(own.store, own.till, code)
    (fault,) = refused.value.faults
    assert (
        fault.sentence.en == "“洗衣液”: they cannot have it now; they find the reason among their own offers"
    )
    assert own.held() == 200


def spend(own, amount):
    new = NewTransfer(
        key=f"spent:{amount}",
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.REDEMPTION,
        source=own.own.id,
        target="0" * 15 + "f",
        amount=amount,
        member=own.own.id,
        unit=own.own.unit,
        rules=RULES,
        day=today(),
    )
    with own.store.begin() as c:
        transfers.post(c, [new], By(person=""))


def test_stock_counts_what_was_redeemed_and_not_reversed(own):
    last = own.more(title="雨伞", points=100, stock=1)
    other, _ = member_with(own, "liu", 500)
    mine, theirs = own.code(last), own.code(last, other)
    receipt = redeem(own.store, own.till, mine)
    with pytest.raises(OfferRefused, match="sold out"):
        redeem(own.store, own.till, theirs)
    with pytest.raises(OfferRefused, match="1 of it were redeemed already"):
        change_offer(own.store, own.till, last.number, fields(stock=0))
    confirm_reversal(
        own.store, own.admin, move_reversal(own.store, own.branch.superior, receipt.number, "退货")
    )
    assert own.held() == 1000
    assert see_receipt(own.store, own.till, receipt.number).reversed
    redeem(own.store, own.till, theirs)


def test_an_offer_that_ended_or_a_shop_that_closed_takes_no_code(own):
    code = own.code()
    end_offer(own.store, own.till, own.offer.number)
    with pytest.raises(CodeRefused):
        redeem(own.store, own.till, code)
    code = own.code(own.more(title="大米"))
    close_merchant(own.store, own.admin, own.merchant.id)
    with pytest.raises(OfferRefused, match="the merchant is closed"):
        redeem(own.store, own.till, code)
    assert own.held() == 1000


def test_nobody_takes_their_own_code(own):
    """Who stands at the till and is a member spends the points at somebody else's hands."""
    with own.store.begin() as c:
        members.revise(c, [replace(members.find(c, own.own.id), person=own.till.id)])
        number = rights.propose(c, own.till.id, Role.MEMBER, unit("A01"), "", "")
        rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
    both, colleague = again(own.store, own.till.id), somebody(own.store, "till3", Role.MERCHANT)
    put_at_till(own.store, own.admin, own.merchant.id, "till3")
    code = own.code(by=both)
    for stranger in (both, acting_for(own.store, both, colleague)):
        for do in (look_at_code, redeem):
            with pytest.raises(SameHands, match="your own code"):
                do(own.store, stranger, code)
    redeem(own.store, colleague, code)


def test_ten_wrong_codes_close_the_till_for_a_while(own, monkeypatch):
    code = own.code()
    for number in range(10):
        with pytest.raises(CodeRefused):
            (redeem if number % 2 else look_at_code)(own.store, own.till, f"{number:08}")
    with pytest.raises(TillClosed, match="takes codes again after"):
        redeem(own.store, own.till, code)
    with pytest.raises(TillClosed):
        look_at_code(own.store, own.till, code)
    _, other = other_shop(own)
    with pytest.raises(CodeRefused):
        redeem(own.store, other, "00000000")
    monkeypatch.setattr(redeeming, "WRONG_WITHIN", timedelta(0))
    redeem(own.store, own.till, code)
    assert own.held() == 700


def test_nine_wrong_codes_do_not(own):
    code = own.code()
    for number in range(9):
        with pytest.raises(CodeRefused):
            redeem(own.store, own.till, f"{number:08}")
    redeem(own.store, own.till, code)


def test_only_who_stands_at_a_till_takes_codes(own):
    code = own.code()
    idle = somebody(own.store, "idle", Role.MERCHANT)
    for stranger in (idle, own.admin, own.member, own.branch.secretary):
        for do in (look_at_code, redeem):
            with pytest.raises(NotAllowed):
                do(own.store, stranger, code)
        with pytest.raises(NotAllowed):
            see_till(own.store, stranger)
    take_from_till(own.store, own.admin, own.merchant.id, own.till.id)
    with pytest.raises(NotAllowed):
        redeem(own.store, own.till, code)


def test_the_till_shows_what_it_took_today(own):
    award(own.store, own.own, 1000, key="more")
    first = redeem(own.store, own.till, own.code())
    second = redeem(own.store, own.till, own.code())
    till = see_till(own.store, own.till)
    assert ([one.number for one in till.receipts], till.points) == ([second.number, first.number], 600)
    confirm_reversal(
        own.store, own.admin, move_reversal(own.store, own.branch.superior, first.number, "退货")
    )
    assert see_till(own.store, own.till).points == 300


def test_who_left_spends_nothing(own):
    code = own.code()
    let_go(own.store, own.admin, own.own.id, today())
    with pytest.raises(CodeRefused):
        redeem(own.store, own.till, code)


def test_a_card_is_held_by_what_was_earned_not_by_what_is_left(own):
    """By the shipped rules, spending takes no card away."""
    award(own.store, own.own, 1000, key="more")
    silver = own.more(title="体检", points=1500, card="silver")
    redeem(own.store, own.till, own.code(silver))
    cheap = own.more(title="理发", points=100, card="silver")
    redeem(own.store, own.till, own.code(cheap))
    assert see_offers(own.store, own.member).card.id == "silver"
