"""Merchants and offers: who keeps them, what is refused, and what a member can have now, or why not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scoring.people import Role
from scoring.permissions import NotAllowed
from scoring.store import links
from scoring.store.ledger.merchants import MerchantUnknown
from scoring.store.ledger.offers import OfferUnknown
from scoring.workflow.points import offers as offers_module
from scoring.workflow.points.keep_merchants import (
    MerchantChanged,
    MerchantFields,
    MerchantRefused,
    add_merchant,
    change_merchant,
    close_merchant,
    put_at_till,
    see_merchants,
    take_from_till,
)
from scoring.workflow.points.offers import (
    OfferChanged,
    OfferRefused,
    add_offer,
    cards_known,
    change_offer,
    end_offer,
    see_offers,
    see_offers_of,
)
from scoring.workflow.points.reading import NotAMember
from scoring.working_days import today
from tests.people import again, somebody
from tests.workflow.points.shops_at_hand import award, fields, other_shop, shop


@pytest.fixture
def own(store, tmp_path):
    return shop(store, tmp_path)


def why(own, number, by=None) -> str:
    seen = see_offers(own.store, by or own.member).offers
    found = next(one for one in seen if one.offer.number == number)
    return "; ".join(reason.en for reason in found.hindrances)


def test_only_administrators_keep_merchants(own):
    for stranger in (own.till, own.member, own.branch.secretary, own.branch.superior):
        with pytest.raises(NotAllowed):
            add_merchant(own.store, stranger, MerchantFields(name="店", place="街"))
        with pytest.raises(NotAllowed):
            close_merchant(own.store, stranger, own.merchant.id)
        with pytest.raises(NotAllowed):
            put_at_till(own.store, stranger, own.merchant.id, "till")
        with pytest.raises(NotAllowed):
            see_merchants(own.store, stranger)
    (seen,) = see_merchants(own.store, own.admin)
    assert (seen.merchant.name, [one.login for one in seen.tills]) == ("便民超市", ["till"])


def test_a_merchant_is_changed_by_revision_and_closed_for_good(own):
    new = MerchantFields(name="便民生活超市", place="街口 5 号")
    after = change_merchant(own.store, own.admin, own.merchant.id, new, 1)
    assert (after.revision, after.name) == (2, "便民生活超市")
    assert change_merchant(own.store, own.admin, own.merchant.id, new, 2) == after, "nothing changed"
    with pytest.raises(MerchantChanged):
        change_merchant(own.store, own.admin, own.merchant.id, new, 1)
    close_merchant(own.store, own.admin, own.merchant.id, 2)
    with pytest.raises(MerchantRefused, match="is closed"):
        change_merchant(own.store, own.admin, own.merchant.id, new)
    assert see_offers(own.store, own.member).offers == (), "what a closed shop offers is not shown"
    with own.store.read() as c:
        assert list(links.every(c))[-1].deed.subjects == (f"merchant {own.merchant.id}",)
    with pytest.raises(MerchantUnknown):
        close_merchant(own.store, own.admin, "f" * 16)


def test_all_faults_of_a_merchant_come_at_once(own):
    with pytest.raises(MerchantRefused) as refused:
        add_merchant(own.store, own.admin, MerchantFields(name="", place="街口，电话 13812345678"))
    said = [fault.sentence.en for fault in refused.value.faults]
    assert len(said) == 2
    assert "mobile number" in said[1]
    assert "138" not in said[1]
    with pytest.raises(MerchantRefused, match="is a merchant called"):
        add_merchant(own.store, own.admin, MerchantFields(name="便民超市", place="别处"))


def test_at_a_till_stands_a_merchant_of_one_shop_at_a_time(own):
    merchant, _ = other_shop(own)
    with pytest.raises(MerchantRefused, match="takes codes for “便民超市” already"):
        put_at_till(own.store, own.admin, merchant.id, "till")
    with pytest.raises(MerchantRefused, match="nobody with an open account"):
        put_at_till(own.store, own.admin, merchant.id, "nobody-here")
    with pytest.raises(MerchantRefused, match="has not the role"):
        put_at_till(own.store, own.admin, merchant.id, "wang")
    take_from_till(own.store, own.admin, own.merchant.id, own.till.id)
    with pytest.raises(MerchantRefused, match="takes no codes"):
        take_from_till(own.store, own.admin, own.merchant.id, own.till.id)
    put_at_till(own.store, own.admin, merchant.id, "till")
    with pytest.raises(NotAllowed):
        see_offers_of(own.store, own.till, own.merchant.id)
    assert see_offers_of(own.store, own.till, merchant.id) == ()


def test_offers_are_kept_by_the_shop_itself_or_administrators(own):
    _, other = other_shop(own)
    mine = add_offer(own.store, own.till, own.merchant.id, fields(title="大米"))
    for stranger in (other, own.member, own.branch.secretary):
        with pytest.raises(NotAllowed):
            add_offer(own.store, stranger, own.merchant.id, fields())
        with pytest.raises(NotAllowed):
            change_offer(own.store, stranger, mine.number, fields())
        with pytest.raises(NotAllowed):
            end_offer(own.store, stranger, mine.number)
        with pytest.raises(NotAllowed):
            see_offers_of(own.store, stranger, own.merchant.id)
    after = change_offer(own.store, own.till, mine.number, fields(title="大米", points=500), 1)
    assert (after.revision, after.points) == (2, 500)
    same = change_offer(own.store, own.till, mine.number, fields(title="大米", points=500), 2)
    assert same.revision == 2, "nothing changed"
    with pytest.raises(OfferChanged):
        change_offer(own.store, own.till, mine.number, fields(), 1)
    end_offer(own.store, own.admin, mine.number, 2)
    with pytest.raises(OfferRefused, match="has ended"):
        change_offer(own.store, own.till, mine.number, fields())
    assert [(one.offer.number, one.ended) for one in see_offers_of(own.store, own.till, own.merchant.id)] == [
        (2, True),
        (1, False),
    ]
    with pytest.raises(OfferUnknown):
        end_offer(own.store, own.admin, 99)


def test_all_faults_of_an_offer_come_at_once(own):
    day = today()
    wrong = fields(
        title=" ",
        terms="电话 13812345678",
        points=0,
        stock=-1,
        card="diamond",
        first_day=day,
        last_day=day - timedelta(days=1),
    )
    with pytest.raises(OfferRefused) as refused:
        add_offer(own.store, own.admin, own.merchant.id, wrong)
    said = [fault.sentence.en for fault in refused.value.faults]
    assert len(said) == 6, said
    past = fields(first_day=day - timedelta(days=3), last_day=day - timedelta(days=1))
    with pytest.raises(OfferRefused, match="last day is over"):
        add_offer(own.store, own.admin, own.merchant.id, past)
    close_merchant(own.store, own.admin, own.merchant.id)
    with pytest.raises(OfferRefused, match="is closed"):
        add_offer(own.store, own.admin, own.merchant.id, fields())


def test_a_member_sees_what_can_be_had_now_and_why_the_rest_cannot(own, monkeypatch):
    day = today()
    dear = own.more(title="电饭煲", points=1250).number
    silver = own.more(title="体检", points=100, card="silver").number
    none_left = own.more(title="雨伞", points=100, stock=0).number
    later = own.more(title="春联", points=100, first_day=day + timedelta(days=5)).number
    ended = own.more(title="月饼", points=100).number
    end_offer(own.store, own.admin, ended)
    seen = see_offers(own.store, own.member)
    assert seen.balance == 1000
    assert seen.card is None
    assert seen.offers[0].offer.number == own.offer.number, "what can be had comes first"
    assert why(own, own.offer.number) == ""
    assert why(own, dear) == "2.5 points short, with 10 points to spend"
    assert why(own, silver) == "it takes the silver card or a higher one"
    assert why(own, none_left) == "it is sold out"
    assert why(own, later).startswith("it can be had from")
    assert why(own, ended) == "it has ended"
    award(own.store, own.own, 1000, key="more")
    assert why(own, silver) == "", "20 points earned in the year are a silver card"
    later_day = day + timedelta(days=62)
    monkeypatch.setattr(offers_module, "today", lambda: later_day)
    assert ended not in {one.offer.number for one in see_offers(own.store, own.member).offers}


def test_a_gold_card_opens_what_a_silver_one_does_and_not_the_other_way(own):
    silver = own.more(points=100, card="silver").number
    gold = own.more(points=100, card="gold").number
    assert [card.id for card in cards_known(own.store)] == ["silver", "gold"]
    award(own.store, own.own, 1500, key="a")
    assert (why(own, silver), bool(why(own, gold))) == ("", True)
    award(own.store, own.own, 1500, key="b")
    assert (why(own, silver), why(own, gold)) == ("", "")


def test_points_of_another_year_give_no_card_of_this_one(own):
    silver = own.more(points=100, card="silver").number
    award(own.store, own.own, 5000, date(today().year - 1, 12, 31), key="old")
    assert "silver card" in why(own, silver)


def test_offers_are_for_members(own):
    with pytest.raises(NotAllowed):
        see_offers(own.store, own.till)
    unlinked = somebody(own.store, "xin", Role.MEMBER, scope=own.member.grants[0].scope)
    with pytest.raises(NotAMember):
        see_offers(own.store, again(own.store, unlinked.id))
