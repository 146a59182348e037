"""Points redeemed: what a member can have, a one-time code for it, and a merchant's till that takes the code."""

from typing import Any

from scoring.permissions import Action, Setting, permit
from scoring.workflow.points.offers import see_offers
from scoring.workflow.points.redeeming import (
    Receipt,
    ask_code,
    look_at_code,
    redeem,
    see_receipt,
    see_till,
)
from web.api.shapes.work import tills as told
from web.api.work import asked_tills as asked
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told

_OF = "redeeming"


@work.looks("/me/offers", told.OffersSeen, of=_OF)
def own_offers(call: Call) -> Any:
    """See what one can have for points now, and why not the rest.

    查看现在能兑换什么，其余为什么不能。
    """
    found = see_offers(call.store, call.actor)
    return fields_told(found, card=None if found.card is None else found.card.id)


@work.does(
    "POST",
    "/offers/<int(max=999999999):number>/codes",
    told.AskedCode,
    of=_OF,
    adds=True,
    once=("digits",),
)
def code_asked(call: Call, number: int) -> Any:
    """Ask for a one-time code for an offer; those asked for before are good no more. It is told once.

    获取一次性兑换码，只显示一次。
    """
    own = ask_code(call.store, call.actor, number)
    return {"digits": own.digits, "offer": own.offer.number, "until": own.until}


@work.looks("/till", told.Till, of=_OF)
def till_seen(call: Call) -> Any:
    """See what one's own till has taken today.

    查看本店今天的兑换。
    """
    return see_till(call.store, call.actor)


@work.does("POST", "/till/looks", told.CodeSeen, of=_OF, takes=asked.CodeSent, closes=True)
def code_looked_at(call: Call) -> Any:
    """See what a code is for, before it is taken.

    核对兑换码，确认前不入账。
    """
    permit(call.actor, Action.TAKE_CODES, Setting())
    found = look_at_code(call.store, call.actor, call.sent["code"])
    if isinstance(found, Receipt):
        return {"title": "", "points": None, "initial": "", "until": None, "receipt": found}
    return {
        "title": found.offer.title,
        "points": found.offer.points,
        "initial": found.initial,
        "until": found.until,
        "receipt": None,
    }


@work.does("POST", "/till/redemptions", told.Receipt, of=_OF, takes=asked.CodeSent, adds=True, closes=True)
def code_taken(call: Call) -> Any:
    """Take a code, and hear the receipt; the same code again gives the same receipt.

    受理兑换码，给出凭证；同一个码再次提交得到同一张凭证。
    """
    permit(call.actor, Action.TAKE_CODES, Setting())
    return redeem(call.store, call.actor, call.sent["code"])


@work.looks("/till/receipts/<int(max=999999999):number>", told.Receipt, of=_OF)
def receipt_seen(call: Call, number: int) -> Any:
    """Read a receipt of one's own till.

    查看一张兑换凭证。
    """
    return see_receipt(call.store, call.actor, number)
