"""A shop with somebody at its till, an administrator, and members with points to spend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from scoring.criteria.item import Ledger
from scoring.ledger import ISSUER, NewTransfer, TransferKind
from scoring.offers import Offer
from scoring.people import Actor, Role
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.ledger import members, transfers
from scoring.store.ledger.members import Member
from scoring.store.ledger.merchants import Merchant
from scoring.workflow.points.keep_merchants import MerchantFields, add_merchant, put_at_till
from scoring.workflow.points.offers import OfferFields, add_offer
from scoring.workflow.points.redeeming import ask_code
from scoring.working_days import today
from tests.people import somebody, unit
from tests.workflow.points.claims_at_hand import OWN, Branch, branch
from tests.workflow.points.members_at_hand import NEW_YEAR, RULES


@dataclass(frozen=True)
class Shop:
    """The shop 便民超市 with a till, beside the branch; its first member, with an account, has 10 points to spend."""

    branch: Branch
    admin: Actor
    till: Actor
    merchant: Merchant
    offer: Offer

    @property
    def store(self) -> Store:
        return self.branch.store

    @property
    def member(self) -> Actor:
        return self.branch.member

    @property
    def own(self) -> Member:
        return self.branch.own

    def more(self, **more: object) -> Offer:
        """Offer another thing, for 3 points unless said otherwise."""
        return add_offer(self.store, self.admin, self.merchant.id, fields(**more))

    def code(self, offer: Offer | None = None, by: Actor | None = None) -> str:
        """Let the member, or who is given, ask for a code."""
        return ask_code(self.store, by or self.member, (offer or self.offer).number).digits

    def held(self, member: Member | None = None) -> int:
        """Return the spendable balance of the member, or whose is asked for."""
        with self.store.read() as c:
            return transfers.balance(c, (member or self.own).id, Ledger.SPENDABLE).balance

    def taken(self) -> int:
        """Return what the merchant's account holds."""
        with self.store.read() as c:
            return transfers.balance(c, self.merchant.id, Ledger.SPENDABLE).balance


def fields(**more: object) -> OfferFields:
    """Return what an offer of 3 points without limit is."""
    day = today()
    values = {"title": "洗衣液", "points": 300, "first_day": day, "last_day": day + timedelta(days=30)}
    return OfferFields(**values | more)


def shop(store: Store, folder: Path, rules_since: date = NEW_YEAR, *, awarded_on: date | None = None) -> Shop:
    """Make it all; the member has 10 points since today, or the day that is given."""
    own = branch(store, folder, rules_since)
    admin = somebody(store, "guan", Role.ADMINISTRATOR)
    till = somebody(store, "till", Role.MERCHANT)
    merchant = add_merchant(store, admin, MerchantFields(name="便民超市", place="街口 3 号"))
    put_at_till(store, admin, merchant.id, "till")
    award(store, own.own, 1000, awarded_on)
    offer = add_offer(store, admin, merchant.id, fields())
    return Shop(own, admin, till, merchant, offer)


def other_shop(own: Shop, login: str = "till2") -> tuple[Merchant, Actor]:
    """Return another shop, and who stands at its till."""
    till = somebody(own.store, login, Role.MERCHANT)
    merchant = add_merchant(own.store, own.admin, MerchantFields(name=f"{login} 书店", place="河边"))
    put_at_till(own.store, own.admin, merchant.id, login)
    return merchant, till


def award(store: Store, to: Member, points: int, day: date | None = None, key: str = "") -> int:
    """Give the member spendable points, and return the transfer's number."""
    day = day or today()
    new = NewTransfer(
        key=key or f"given:{to.id}:{day}:{points}",
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.AWARD,
        source=ISSUER,
        target=to.id,
        amount=points,
        member=to.id,
        unit=to.unit,
        rules=RULES,
        day=day,
    )
    with store.begin() as c:
        return transfers.post(c, [new], By(person=""))[0]


def member_with(own: Shop, login: str, points: int) -> tuple[Actor, Member]:
    """Return somebody who is a member of the branch, with that many points to spend."""
    actor = somebody(own.store, login, Role.MEMBER, scope=unit(OWN), branch=OWN)
    with own.store.begin() as c:
        new = members.NewMember(
            code=login,
            name=f"{login}的姓名",
            unit=OWN,
            kind=own.own.kind,
            first_day=date(2026, 1, 1),
            person=actor.id,
        )
        (member,) = members.add(c, [new])
    if points:
        award(own.store, member, points)
    return actor, member
