"""The demo county's merchants: what they give for points, what was redeemed and settled, and a till to try.

What was redeemed in months past is posted as those months are kept; no till stood open then.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from scoring.criteria.item import Ledger
from scoring.ledger import quarter_days
from scoring.offers import Offer, month_of
from scoring.people import Actor, Role
from scoring.permissions import Action
from scoring.store import chain
from scoring.store.engine import Connection, Store
from scoring.store.ledger import codes, members, redemptions, rules, settlements, transfers
from scoring.store.ledger.members import Member
from scoring.store.ledger.merchants import Merchant
from scoring.store.ledger.redemptions import Redemption
from scoring.workflow.demo.seeds import dice, seed_rows
from scoring.workflow.demo.staff import DemoAccount, Post, opened
from scoring.workflow.points.deeds import hand, points_deed
from scoring.workflow.points.keep_merchants import MerchantFields, add_merchant, put_at_till
from scoring.workflow.points.offers import OfferFields, add_offer, see_offers
from scoring.workflow.points.redeeming import GOOD_FOR, ask_code, redeem, redemption_of
from scoring.workflow.points.reversing import confirm_reversal, move_reversal
from scoring.workflow.points.settling import last_day, settle
from scoring.working_days import COUNTY_TIME, today

OPENING = date(2026, 4, 1)
"""From this day on points are redeemed."""

_LOGIN = "merchant"
_FEWEST = 4
_A_MONTH = (2, 7)
_ASKED = 12
"""So many members are looked at for each redemption, until one has the points."""

_WRONG_SHOP = "商户录错了商品，已当面核对，请冲销后重新兑换。"
_GOODS_SOLD_OUT = "兑换后发现已无货，商户同意退回积分。"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoShops:
    """The merchants with what each gives for points, the account at the first one's till, and who may act there."""

    shops: tuple[tuple[Merchant, tuple[Offer, ...]], ...]
    account: DemoAccount
    till: Actor


def open_shops(store: Store, administrator: Actor, scale: Fraction | int) -> DemoShops:
    """Take the merchants on, twenty at the usual scale, each with its offers; the first has an account to try."""
    rows = seed_rows("merchants")
    wanted = min(len(rows), max(_FEWEST, round(len(rows) * scale)))
    last = max(date(OPENING.year, 12, 31), today() + timedelta(days=60))
    shops = []
    for row in rows[:wanted]:
        fields = MerchantFields(name=row["name"], place=row["place"])
        merchant = add_merchant(store, administrator, fields)
        offers = tuple(
            add_offer(store, administrator, merchant.id, own) for own in _offers(row["kind"], last)
        )
        shops.append((merchant, offers))
    post = Post(login=_LOGIN, name=rows[0]["name"], role=Role.MERCHANT)
    till, password = opened(store, post)
    put_at_till(store, administrator, shops[0][0].id, _LOGIN)
    return DemoShops(shops=tuple(shops), account=post.account(password), till=till)


def redeem_in(store: Store, quarter: str, own: DemoShops, roll: Sequence[str], until: date) -> None:
    """Let members, some of those of the numbers *roll*, redeem points at every merchant in each month of *quarter*."""
    planned = list(_planned(quarter, own, until))
    if not planned:
        return
    rng = dice(f"redemptions of {quarter}")
    asked = rng.sample(roll, min(len(roll), _ASKED * len(planned)))
    with store.begin(points_deed(None, Action.TAKE_CODES)) as c:
        chain.link_number(c)
        purses = _Purses(c, asked)
        found = [(day, offer, member) for day, offer in planned if (member := purses.payer(offer, day))]
        digests = [codes.digest_of(f"demo {quarter} {place}") for place in range(len(found))]
        ref = rules.in_force(c, quarter_days(quarter)[0]).ref
        news = [
            redemption_of(digest, member, offer, ref, day)
            for digest, (day, offer, member) in zip(digests, found, strict=True)
        ]
        numbers = transfers.post(c, news, hand(None))
        for number, digest, (day, offer, member) in zip(numbers, digests, found, strict=True):
            asked_at = datetime.combine(day, time(10), COUNTY_TIME)
            codes.add(c, digest, member.id, offer.number, asked_at, GOOD_FOR)
            redemptions.add(c, number, digest, (offer.number, offer.revision), offer.merchant, month_of(day))


def settle_past(store: Store, administrator: Actor, own: DemoShops, until: date) -> None:
    """Settle the months that are over; of the last one every second merchant's is left to be settled."""
    past = [month for month in _months(OPENING, until) if last_day(month) < today()]
    for place, (merchant, _) in enumerate(own.shops):
        for month in past:
            left = month == past[-1] and place % 2
            if not left and _unsettled(store, merchant, month):
                settle(store, administrator, merchant.id, month)


def try_till(store: Store, own: DemoShops, member: Actor) -> None:
    """Let the member with an account redeem what costs least at the till with one, today; nothing where they cannot."""
    mine = {offer.number for offer in own.shops[0][1]}
    there = [one for one in see_offers(store, member).offers if one.offer.number in mine]
    cheapest = next((one for one in there if not one.hindrances), None)
    if cheapest is not None:
        redeem(store, own.till, ask_code(store, member, cheapest.offer.number).digits)


def reverse_two(store: Store, administrator: Actor, other: Actor, own: DemoShops, until: date) -> None:
    """Let two redemptions that are not settled go back, one of which another administrator has still to confirm.

    They are the newest month's; where it has only begun, or is over, the one's before that is left to be settled.
    """
    numbers = [
        one.number
        for month in _months(OPENING, until)[:-3:-1]
        for merchant, _ in own.shops[1:]
        for one in _unsettled(store, merchant, month)[:1]
    ]
    motions = [
        move_reversal(store, administrator, number, reason)
        for number, reason in zip(numbers, (_GOODS_SOLD_OUT, _WRONG_SHOP), strict=False)
    ]
    if motions:
        confirm_reversal(store, other, motions[0])


@dataclass(slots=True)
class _Purses:
    """What members have left to spend, as they redeem one after the other."""

    c: Connection
    codes: Sequence[str]
    members: Mapping[str, Member] = field(init=False)
    left: dict[str, int] = field(init=False)
    _next: int = 0

    def __post_init__(self) -> None:
        self.members = members.by_codes(self.c, self.codes)
        ids = [own.id for own in self.members.values()]
        held = transfers.balances(self.c, ids, Ledger.SPENDABLE)
        self.left = {one: own.balance for one, own in held.items()}

    def payer(self, offer: Offer, day: date) -> Member | None:
        """Return the next member who was there on *day* and has the points, which are spent; None where nobody is."""
        for _ in range(_ASKED):
            if self._next >= len(self.codes):
                return None
            own = self.members[self.codes[self._next]]
            self._next += 1
            if own.active and own.first_day <= day and self.left.get(own.id, 0) >= offer.points:
                self.left[own.id] -= offer.points
                return own
        return None


def _offers(kind: str, last: date) -> Iterator[OfferFields]:
    for row in seed_rows("offers"):
        if row["kind"] == kind:
            yield OfferFields(
                title=row["title"],
                terms=row["terms"],
                points=100 * int(row["points"]),
                stock=int(row["stock"]) if row["stock"] else None,
                card=row["card"],
                first_day=OPENING,
                last_day=last,
            )


def _planned(quarter: str, own: DemoShops, until: date) -> Iterator[tuple[date, Offer]]:
    """Yield what is redeemed where in *quarter*, by day: what needs no card, by *until*."""
    first, last = quarter_days(quarter)
    found = []
    for merchant, offers in own.shops:
        rng = dice(f"redeemed at {merchant.name} in {quarter}")
        free = [one for one in offers if not one.card]
        for month in _months(max(first, OPENING), min(last, until)):
            found += [(_day(month, rng), rng.choice(free)) for _ in range(rng.randint(*_A_MONTH))]
    for day, offer in sorted(found, key=lambda one: (one[0], one[1].number)):
        if day <= until:
            yield day, offer


def _months(first: date, last: date) -> list[str]:
    """Return the months those days lie in, in order; none where the last is before the first."""
    return [
        f"{count // 12:04}-{count % 12 + 1:02}"
        for count in range(12 * first.year + first.month - 1, 12 * last.year + last.month)
        if first <= last
    ]


def _day(month: str, rng: random.Random) -> date:
    return date.fromisoformat(f"{month}-{rng.randint(1, 28):02}")


def _unsettled(store: Store, merchant: Merchant, month: str) -> tuple[Redemption, ...]:
    """Return what was redeemed there in that month and stands; nothing where it is settled."""
    with store.read() as c:
        kept = settlements.month_of(c, merchant.id, month)
        if kept is not None and kept.settled_at is not None:
            return ()
        return tuple(own for own in redemptions.of_month(c, merchant.id, month) if not own.back)
