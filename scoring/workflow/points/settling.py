"""What merchants took is settled month by month: all that was redeemed, less what was reversed, once the month is over."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from scoring.criteria.item import points_text
from scoring.errors import Fault, Refused
from scoring.people import Actor
from scoring.permissions import Action, NotAllowed, Setting, may, other_hands, permit
from scoring.store import chain
from scoring.store.engine import Connection, Store
from scoring.store.ledger import merchants, redemptions, reversals, settlements
from scoring.store.ledger.merchants import Merchant
from scoring.store.ledger.settlements import Month
from scoring.store.parts import in_parts
from scoring.texts import Text
from scoring.workflow.points.deeds import hand
from scoring.workflow.points.keep_merchants import own_merchant
from scoring.workflow.points.redeeming import Receipt, receipt_of
from scoring.workflow.telling import tell
from scoring.working_days import today

OWN_SETTLEMENTS = "/till/settlements"


class SettlementRefused(Refused):
    """A month cannot be settled, for the reasons given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSeen:
    """A merchant's month, what it comes to, and whether whoever asks may settle it now."""

    merchant: Merchant
    month: Month
    may_settle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthStatement:
    """A merchant's month with each of its receipts, by number; those reversed count for nothing."""

    merchant: Merchant
    month: Month
    receipts: tuple[Receipt, ...]


def settle(store: Store, actor: Actor, merchant_id: str, month: str) -> Month:
    """Settle the merchant's *month* (2026-11), and return what it comes to; none of its redemptions is reversed after.

    Raises NotAllowed, SameHands where *actor* takes codes for the merchant or took some of that month, MerchantUnknown,
    and SettlementRefused with every reason.
    """
    deed = permit(actor, Action.SETTLE, Setting())
    last = last_day(month)
    with store.begin(deed) as c:
        chain.link_number(c)
        merchant = merchants.find(c, merchant_id)
        tills = merchants.at_till(c, merchant_id)
        other_hands(actor, tills | redemptions.hands_of_month(c, merchant_id, month), *_OWN)
        own = settlements.month_of(c, merchant_id, month)
        faults = list(_hindering(c, merchant, month, last, own))
        if own is None or faults:
            raise SettlementRefused(faults)
        settlements.add(c, own, hand(actor))
        points = points_text(own.points)
        sentence = Text(
            f"“{merchant.name}” {month} 已结算：{own.redemptions} 笔，{points.zh}",
            f"{month} of “{merchant.name}” was settled: {own.redemptions} redeemed, {points.en}",
        )
        tell(c, tills, "settlement", sentence, OWN_SETTLEMENTS)
        settled = settlements.month_of(c, merchant_id, month)
        assert settled is not None, "it was just settled"
        return settled


def see_settlements(store: Store, actor: Actor) -> tuple[MonthSeen, ...]:
    """Return the months of all merchants to who settles, of the own one to who takes its codes; the newest first.

    Raises NotAllowed.
    """
    settles = may(actor, Action.SETTLE, Setting())
    with store.read() as c:
        only = None if settles else own_merchant(c, actor, Action.TAKE_CODES)
        shops = {own.id: own for own in merchants.every(c)}
        found = settlements.months(c, None if only is None else only.id)
    now = today()
    return tuple(
        MonthSeen(
            merchant=shops[own.merchant],
            month=own,
            may_settle=settles and own.settled_at is None and last_day(own.month) < now,
        )
        for own in found
    )


def see_statement(store: Store, actor: Actor, merchant_id: str, month: str) -> MonthStatement:
    """Return the merchant's *month* line by line, to who settles it and to the merchant's own people.

    Raises NotAllowed, MerchantUnknown, and SettlementRefused where nothing was redeemed in it.
    """
    with store.read() as c:
        if not may(actor, Action.SETTLE, Setting()):
            mine = own_merchant(c, actor, Action.TAKE_CODES)
            if mine.id != merchant_id:
                raise NotAllowed([Fault.of("这不是您的商户的账单", "this is no statement of your merchant")])
        merchant = merchants.find(c, merchant_id)
        own = settlements.month_of(c, merchant_id, month)
        if own is None:
            raise SettlementRefused([_nothing(merchant, month)])
        found = redemptions.of_month(c, merchant_id, month)
    return MonthStatement(merchant=merchant, month=own, receipts=tuple(receipt_of(one) for one in found))


def last_day(month: str) -> date:
    """Return the last day of *month* (2026-11). Raises SettlementRefused where that is none."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise SettlementRefused(
            [Fault.of(f"“{month}”不是月份；请写成 2026-11", f"“{month}” is no month; write it like 2026-11")]
        ) from None
    return first.replace(day=monthrange(first.year, first.month)[1])


def _hindering(
    c: Connection, merchant: Merchant, month: str, last: date, own: Month | None
) -> Iterator[Fault]:
    """Yield why the month cannot be settled."""
    if last >= today():
        yield Fault.of(
            f"{month} 到 {last.isoformat()} 才结束，次日起可以结算",
            f"{month} ends on {last.isoformat()}; it can be settled from the day after",
        )
    if own is None:
        yield _nothing(merchant, month)
        return
    if own.settled_at is not None:
        yield Fault.of(
            f"“{merchant.name}” {month} 已经结算", f"{month} of “{merchant.name}” is settled already"
        )
        return
    standing = [one.number for one in redemptions.of_month(c, merchant.id, month) if not one.back]
    yield from _moved(c, standing)
    yield from _objected(c, standing)


def _moved(c: Connection, numbers: Sequence[int]) -> Iterator[Fault]:
    """Yield which of the redemptions of those numbers somebody has moved to reverse, the first that waits for it."""
    for part in in_parts(numbers):
        motion = reversals.open_motion_about(c, part)
        if motion is not None:
            yield Fault.of(
                f"第 {motion.transfer} 笔兑换有待确认的冲销提议，请先确认或不予通过",
                f"a motion to reverse entry {motion.transfer} waits; confirm or refuse it first",
            )
            return


def _objected(c: Connection, numbers: Sequence[int]) -> Iterator[Fault]:
    """Yield which of the redemptions of those numbers its member objects to, the first that waits for an answer."""
    for part in in_parts(numbers):
        objection = reversals.open_objection_to(c, part)
        if objection is not None:
            yield Fault.of(
                f"党员对第 {objection.transfer} 笔兑换提出的异议还没有答复，请先答复",
                f"a member's objection to entry {objection.transfer} waits; answer it first",
            )
            return


def _nothing(merchant: Merchant, month: str) -> Fault:
    return Fault.of(
        f"“{merchant.name}” {month} 没有兑换", f"nothing was redeemed at “{merchant.name}” in {month}"
    )


_OWN = (
    "您（或您所代理的人）在这家商户受理兑换，或者当月受理过，须由另一名管理员结算",
    "you, or whoever you act for, take codes for this merchant, or did that month; another administrator settles it",
)
