"""Merchants as administrators keep them, their offers, and the months that are settled with them."""

from typing import Any

from scoring.offers import Offer
from scoring.permissions import Action, Setting, permit
from scoring.store.ledger.merchants import Merchant
from scoring.workflow.points.keep_merchants import (
    MerchantFields,
    add_merchant,
    change_merchant,
    close_merchant,
    put_at_till,
    see_merchants,
    take_from_till,
)
from scoring.workflow.points.offers import (
    OfferFields,
    add_offer,
    change_offer,
    end_offer,
    see_offer,
    see_offers_of,
)
from scoring.workflow.points.settling import see_settlements, see_statement, settle
from web.api.problems import Absent
from web.api.shapes.work import tills as told
from web.api.work import asked_tills as asked
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told

_OF = "merchants"
_ONE = "/merchants/<merchant_id>"
_OFFER = "/offers/<int(max=999999999):number>"


def _tag(own: Merchant) -> str:
    return f"{own.id}-{own.revision}"


def _tagged(own: Offer) -> str:
    return f"{own.number}-{own.revision}"


def _merchant_now(call: Call, merchant_id: str) -> str:
    return _tag(_of_id(call, merchant_id)["merchant"])


@work.looks("/merchants", told.Merchants, of=_OF)
def merchants_seen(call: Call) -> Any:
    """List all merchants, and who takes codes for each.

    列出兑换商户及收银账号。
    """
    return {"merchants": see_merchants(call.store, call.actor)}


@work.does("POST", "/merchants", told.Merchant, of=_OF, takes=asked.MerchantSent, adds=True, tag=_tag)
def merchant_added(call: Call) -> Any:
    """Take a merchant on.

    新增兑换商户。
    """
    return add_merchant(call.store, call.actor, MerchantFields(**call.sent))


@work.looks(_ONE, told.MerchantSeen, of=_OF, tag=lambda value: _tag(value["merchant"]))
def merchant_seen(call: Call, merchant_id: str) -> Any:
    """See a merchant, and who takes codes for it.

    查看一家商户。
    """
    return _of_id(call, merchant_id)


@work.does(
    "PATCH",
    _ONE,
    told.Merchant,
    of=_OF,
    takes=asked.MerchantRevised,
    tag=_tag,
    current=_merchant_now,
)
def merchant_changed(call: Call, merchant_id: str) -> Any:
    """Change what a merchant is called, or where it is.

    更改商户名称或地址。
    """
    sent = call.sent
    fields = MerchantFields(name=sent["name"], place=sent["place"])
    return change_merchant(call.store, call.actor, merchant_id, fields, sent["revision"])


@work.does("POST", f"{_ONE}/closing", told.Merchant, of=_OF, takes=asked.AsRead, tag=_tag)
def merchant_closed(call: Call, merchant_id: str) -> Any:
    """Let a merchant take part no more; what was redeemed is settled as ever.

    商户停止合作，已兑换的照常结算。
    """
    return close_merchant(call.store, call.actor, merchant_id, call.sent["revision"])


@work.does("POST", f"{_ONE}/tills", told.PersonAtTill, of=_OF, takes=asked.TillSent, adds=True)
def till_added(call: Call, merchant_id: str) -> Any:
    """Let somebody who holds the role of merchant take codes for this one.

    安排一个账号受理兑换。
    """
    return put_at_till(call.store, call.actor, merchant_id, call.sent["login"])


@work.does("DELETE", f"{_ONE}/tills/<person_id>", of=_OF)
def till_ended(call: Call, merchant_id: str, person_id: str) -> None:
    """Let somebody take no more codes for a merchant.

    停止一个账号受理兑换。
    """
    take_from_till(call.store, call.actor, merchant_id, person_id)


@work.looks(f"{_ONE}/offers", told.OffersKept, of=_OF)
def merchant_offers(call: Call, merchant_id: str) -> Any:
    """List a merchant's offers, to its own people and administrators.

    列出一家商户的兑换商品。
    """
    permit(call.actor, Action.KEEP_OFFERS, Setting())
    return {"offers": see_offers_of(call.store, call.actor, merchant_id)}


@work.does(
    "POST",
    f"{_ONE}/offers",
    told.Offer,
    of=_OF,
    takes=asked.OfferSent,
    adds=True,
    tag=_tagged,
)
def offer_added(call: Call, merchant_id: str) -> Any:
    """Let a merchant offer another thing.

    新增兑换商品。
    """
    permit(call.actor, Action.KEEP_OFFERS, Setting())
    return add_offer(call.store, call.actor, merchant_id, _fields(call))


def _offer_now(call: Call, number: int) -> str:
    return _tagged(see_offer(call.store, call.actor, number).offer)


@work.looks(_OFFER, told.OfferKept, of=_OF, tag=lambda value: _tagged(value.offer))
def offer_seen(call: Call, number: int) -> Any:
    """See an offer as its merchant does.

    查看一个兑换商品。
    """
    return see_offer(call.store, call.actor, number)


@work.does("PATCH", _OFFER, told.Offer, of=_OF, takes=asked.OfferRevised, tag=_tagged, current=_offer_now)
def offer_changed(call: Call, number: int) -> Any:
    """Change an offer; codes asked for before are good no more.

    更改兑换商品，此前的兑换码随之失效。
    """
    permit(call.actor, Action.KEEP_OFFERS, Setting())
    return change_offer(call.store, call.actor, number, _fields(call), call.sent["revision"])


@work.does("POST", f"{_OFFER}/ending", told.Offer, of=_OF, takes=asked.AsRead, tag=_tagged)
def offer_ended(call: Call, number: int) -> Any:
    """End an offer now, for good.

    结束一个兑换商品。
    """
    permit(call.actor, Action.KEEP_OFFERS, Setting())
    return end_offer(call.store, call.actor, number, call.sent["revision"])


@work.looks("/settlements", told.Months, of=_OF)
def settlements_seen(call: Call) -> Any:
    """List months: of all merchants to who settles them, of one's own to who takes its codes.

    列出各月结算情况。
    """
    return {
        "months": [
            fields_told(
                own.month, merchant=own.merchant.id, name=own.merchant.name, may_settle=own.may_settle
            )
            for own in see_settlements(call.store, call.actor)
        ]
    }


@work.looks(f"{_ONE}/months/<month>", told.MonthStatement, of=_OF)
def month_seen(call: Call, merchant_id: str, month: str) -> Any:
    """Read a merchant's month, receipt by receipt.

    查看商户一个月的账单。
    """
    own = see_statement(call.store, call.actor, merchant_id, month)
    return fields_told(own, month=own.month.month, points=own.month.points, settled_at=own.month.settled_at)


@work.does("POST", f"{_ONE}/months/<month>/settlement", told.MonthSettled, of=_OF)
def month_settled(call: Call, merchant_id: str, month: str) -> Any:
    """Settle a merchant's month once it is over.

    月末与商户结算。
    """
    permit(call.actor, Action.SETTLE, Setting())
    return settle(call.store, call.actor, merchant_id, month)


def _of_id(call: Call, merchant_id: str) -> dict[str, Any]:
    """Return the merchant with its people. Raises NotAllowed, and Absent where there is none."""
    for own in see_merchants(call.store, call.actor):
        if own.merchant.id == merchant_id:
            return {"merchant": own.merchant, "tills": own.tills}
    raise Absent("merchant_id", "没有这家商户", "there is no such merchant")


def _fields(call: Call) -> OfferFields:
    return OfferFields(**{name: value for name, value in call.sent.items() if name != "revision"})
