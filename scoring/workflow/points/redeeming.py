"""Points are redeemed: a member asks for a one-time code, and a merchant's till takes it, once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from unicodedata import normalize

from scoring.canonical import canonical, sha256
from scoring.criteria.item import Ledger, points_text
from scoring.errors import Fault, Refused
from scoring.ledger import NewTransfer, TransferKind
from scoring.offers import Offer, month_of
from scoring.people import Actor
from scoring.permissions import Action, Setting, other_hands, permit
from scoring.store import chain
from scoring.store.engine import Connection, Store
from scoring.store.ledger import codes, members, merchants, offers, redemptions, rules, transfers
from scoring.store.ledger.codes import Code
from scoring.store.ledger.members import Member
from scoring.store.ledger.merchants import Merchant
from scoring.store.ledger.redemptions import Redemption
from scoring.texts import Text
from scoring.workflow.points.deeds import hand
from scoring.workflow.points.keep_merchants import own_merchant
from scoring.workflow.points.offers import OfferRefused, why_not, why_not_member
from scoring.workflow.points.reading import own_member
from scoring.workflow.telling import tell
from scoring.working_days import COUNTY_TIME, today

GOOD_FOR = timedelta(minutes=5)
"""So long a code is good."""

DIGITS = 8
WRONG_MOST = 10
WRONG_WITHIN = timedelta(minutes=15)
"""So many codes that are none, typed within that, close the till until the first of them is so long ago."""

OWN_POINTS = "/points"


class CodeRefused(Refused):
    """A code is none of this till's, or not good any more."""


class TillClosed(Refused):
    """Too many codes that were none were typed at the till; it takes no more for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCode:
    """A code as its member is told it, once: the digits, for which offer, and until when it is good."""

    digits: str
    offer: Offer
    merchant: Merchant
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSeen:
    """What a till is shown of a code that is good: the offer, the first character of the member's name, and until when."""

    offer: Offer
    initial: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was redeemed: the number of the entry, the offer as it was called, the points (hundredths), when, and a code.

    The code is the same whenever the receipt is asked for; it says nothing of the member.
    """

    number: int
    title: str
    points: int
    made_at: datetime
    code: str
    reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """A merchant's till today: its receipts, the newest first, and what they come to less what was reversed of them."""

    merchant: Merchant
    receipts: tuple[Receipt, ...]
    points: int


def ask_code(store: Store, actor: Actor, number: int) -> AskedCode:
    """Return a new code for the offer of that number; those asked for before are good no more.

    Raises NotAllowed, NotAMember, OfferUnknown, RulesMissing, and OfferRefused with every reason why it cannot be had.
    """
    deed = permit(actor, Action.SPEND_POINTS, Setting())
    with store.begin(deed) as c:
        chain.link_number(c)
        member, own = own_member(c, actor), offers.find(c, number)
        day = today()
        reasons = why_not(c, own, day) + why_not_member(c, own, member.id, day)
        if reasons:
            raise OfferRefused([_at(own, reason) for reason in reasons])
        digits = _unused(c)
        codes.add(c, codes.digest_of(digits), member.id, number, datetime.now(UTC), GOOD_FOR)
        kept = codes.find(c, codes.digest_of(digits))
        assert kept is not None, "it was just kept"
        return AskedCode(digits=digits, offer=own, merchant=merchants.find(c, own.merchant), until=kept.until)


def look_at_code(store: Store, actor: Actor, digits: str) -> CodeSeen | Receipt:
    """Return what the code is for, before anything is redeemed; of a code this till has taken its receipt.

    Raises as `redeem` does.
    """
    return _at_till(store, actor, digits, _look)


def redeem(store: Store, actor: Actor, digits: str) -> Receipt:
    """Take the code, move its points to the merchant, and return the receipt; the same code again returns the same.

    Raises NotAllowed, SameHands where the points are those of whoever stands at the till, CodeRefused, TillClosed,
    RulesMissing, and OfferRefused with every reason why the offer cannot be had.
    """
    found = _at_till(store, actor, digits, _redeem)
    assert isinstance(found, Receipt), "a redemption ends in a receipt"
    return found


def see_till(store: Store, actor: Actor) -> Till:
    """Return what the till of *actor* has taken today. Raises NotAllowed."""
    with store.read() as c:
        merchant = own_merchant(c, actor, Action.TAKE_CODES)
        found = redemptions.of_day(c, merchant.id, today())
    return Till(
        merchant=merchant,
        receipts=tuple(receipt_of(own) for own in reversed(found)),
        points=sum(own.points - own.back for own in found),
    )


def see_receipt(store: Store, actor: Actor, number: int) -> Receipt:
    """Return the receipt of that number, of the own till. Raises NotAllowed, and CodeRefused where it is none of it."""
    with store.read() as c:
        merchant = own_merchant(c, actor, Action.TAKE_CODES)
        found = redemptions.of_number(c, number)
    if found is None or found.merchant != merchant.id:
        raise CodeRefused([Fault.of(f"没有第 {number} 号凭证", f"there is no receipt {number}")])
    return receipt_of(found)


def receipt_of(own: Redemption) -> Receipt:
    """Return the receipt of a redemption."""
    shown = sha256(canonical([own.number, own.code]))[:DIGITS].upper()
    return Receipt(
        number=own.number,
        title=own.title,
        points=own.points,
        made_at=own.made_at,
        code=shown,
        reversed=own.back > 0,
    )


def redemption_of(digest: str, member: Member, offer: Offer, ref: str, day: date) -> NewTransfer:
    """Return the transfer by which the code of that digest moves the offer's points from the member to the merchant."""
    return NewTransfer(
        key=f"redemption:{digest}",
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.REDEMPTION,
        source=member.id,
        target=offer.merchant,
        amount=offer.points,
        member=member.id,
        unit=member.unit,
        rules=ref,
        day=day,
        event=offer.title,
    )


@dataclass(frozen=True, slots=True)
class _Good:
    """A code that this till may take, with all it is about."""

    c: Connection
    actor: Actor
    merchant: Merchant
    code: Code
    offer: Offer
    member: Member
    now: datetime


def _at_till(
    store: Store, actor: Actor, digits: str, do: Callable[[_Good], CodeSeen | Receipt]
) -> CodeSeen | Receipt:
    """Return what *do* does with the code, under the lock; a code that is none is counted.

    What cannot be a code, a digit short or over, is a slip and no guess: it is refused uncounted.
    """
    with store.read() as c:
        own_merchant(c, actor, Action.TAKE_CODES)
    plain = _plain(digits)
    if len(plain) != DIGITS or not plain.isdecimal():
        raise CodeRefused([Fault.of(*_NOT_EIGHT)])
    deed = permit(actor, Action.TAKE_CODES, Setting())
    with store.begin(deed) as c:
        chain.link_number(c)
        merchant, now = own_merchant(c, actor, Action.TAKE_CODES), datetime.now(UTC)
        _refuse_while_closed(c, merchant, now)
        own = codes.find(c, codes.digest_of(plain))
        offer = None if own is None else offers.find(c, own.offer)
        if own is not None and offer is not None and offer.merchant == merchant.id:
            before = redemptions.of_code(c, own.digest)
            if before is not None:
                return receipt_of(before)
            return do(_good(c, actor, merchant, own, offer, now))
        codes.note_wrong(c, merchant.id, now)
    raise CodeRefused([Fault.of(*_NONE)])


def _refuse_while_closed(c: Connection, merchant: Merchant, now: datetime) -> None:
    wrong = codes.wrong_since(c, merchant.id, now - WRONG_WITHIN)
    if len(wrong) >= WRONG_MOST:
        again = (wrong[-WRONG_MOST] + WRONG_WITHIN).astimezone(COUNTY_TIME).strftime("%H:%M:%S")
        raise TillClosed(
            [
                Fault.of(
                    f"无效兑换码输入过多，本商户暂停受理；{again} 后再试",
                    f"too many codes that are none were typed here; the till takes codes again after {again}",
                )
            ]
        )


def _good(  # noqa: PLR0917  a code, and all it is about
    c: Connection, actor: Actor, merchant: Merchant, own: Code, offer: Offer, now: datetime
) -> _Good:
    """Return the code, which is good at this till now, and not that of whoever stands there."""
    if own.replaced or now >= own.until or offer.made_at > own.made_at:
        raise CodeRefused([Fault.of(*_OVER)])
    member = members.find(c, own.member)
    other_hands(actor, {member.person} - {""}, *_OWN)
    if not member.active:
        raise CodeRefused([Fault.of(*_OVER)])
    day = now.astimezone(COUNTY_TIME).date()
    reasons = list(why_not(c, offer, day))
    if why_not_member(c, offer, member.id, day):
        reasons.append(_FOR_TILL)
    if reasons:
        raise OfferRefused([_at(offer, reason) for reason in reasons])
    return _Good(c, actor, merchant, own, offer, member, now)


def _look(good: _Good) -> CodeSeen:
    return CodeSeen(offer=good.offer, initial=good.member.name[:1], until=good.code.until)


def _redeem(good: _Good) -> Receipt:
    c, day = good.c, good.now.astimezone(COUNTY_TIME).date()
    new = redemption_of(good.code.digest, good.member, good.offer, rules.in_force(c, day).ref, day)
    (number,) = transfers.post(c, [new], hand(good.actor))
    chain.concern(c, f"merchant {good.merchant.id}")
    offer = good.offer.number, good.offer.revision
    redemptions.add(c, number, good.code.digest, offer, good.merchant.id, month_of(day))
    spent = points_text(good.offer.points)
    sentence = Text(
        f"在“{good.merchant.name}”兑换“{good.offer.title}”，用去 {spent.zh}",
        f"redeemed at “{good.merchant.name}”: “{good.offer.title}”, for {spent.en}",
    )
    tell(c, [good.member.person], "redemption", sentence, OWN_POINTS)
    found = redemptions.of_number(c, number)
    assert found is not None, "it was just kept"
    return receipt_of(found)


def _unused(c: Connection) -> str:
    """Return digits that nobody ever had."""
    while True:
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        if codes.find(c, codes.digest_of(digits)) is None:
            return digits


def _plain(digits: str) -> str:
    """Return the digits as they are kept, however they were spaced, and in whatever width a keyboard types them."""
    return "".join(own for own in normalize("NFKC", digits) if own.isalnum())


def _at(own: Offer, reason: Text) -> Fault:
    return Fault.of(f"“{own.title}”：{reason.zh}", f"“{own.title}”: {reason.en}")


_NONE = (
    "没有这个兑换码；请核对 8 位数字，或请对方重新获取",
    "there is no such code here; check the 8 digits, or have a new one asked for",
)
_NOT_EIGHT = (
    f"兑换码是 {DIGITS} 位数字；请对照对方手机改正",
    f"a code has {DIGITS} digits and nothing else; compare it with their telephone",
)
_OVER = (
    "这个兑换码已失效；请对方重新获取",
    "this code is good no more; have a new one asked for",
)
_FOR_TILL = Text(
    "对方现在不能兑换；原因请对方在“积分兑换”中查看",
    "they cannot have it now; they find the reason among their own offers",
)
"""What a till is told of a member who wants points or a card: no more."""

_OWN = (
    "不能受理您本人（或您所代理的人）的兑换，请由另一名收银人员办理",
    "you do not take your own code, or that of whoever you act for; somebody else at the till does",
)
