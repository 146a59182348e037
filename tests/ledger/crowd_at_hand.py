"""A shop and a branch with fifty more members, each with an account and a full purse, served by real gunicorn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from pytest import FixtureRequest

from scoring.criteria.item import Ledger, MemberKind
from scoring.ledger import ISSUER, Balance, NewTransfer, TransferKind
from scoring.offers import month_of
from scoring.people import Actor, Role
from scoring.store import people, rights, sessions
from scoring.store.drafts import By
from scoring.store.engine import Connection, Store
from scoring.store.ledger import codes, expiry, members, redemptions, settlements, transfers
from scoring.store.ledger.expiry import ExpiryStep
from scoring.store.ledger.members import Member, NewMember
from scoring.store.rights import GrantState
from scoring.workflow.points.claiming import NewClaim, claim_for_many
from scoring.workflow.points.offers import add_offer
from scoring.workflow.points.redeeming import GOOD_FOR, redemption_of
from scoring.workflow.points.reversing import move_reversal, object_to_line
from scoring.working_days import today
from tests import people as at_hand
from tests.databases import Database, own_postgresql, ready_made, sqlite_in
from tests.ledger.served_at_hand import Gunicorn, Hand, gunicorn, hands
from tests.workflow import county
from tests.workflow.points.claims_at_hand import OWN, picture
from tests.workflow.points.members_at_hand import RULES
from tests.workflow.points.shops_at_hand import Shop, fields, other_shop, shop

AT_ONCE = 50
OLDEST = date(1800, 1, 1)
"""Since when there are rules: rounds that need a past year, or a quarter, have one each."""
PURSE = 10**7
"""What each of the fifty may spend: more than all rounds take."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """The shop and the branch behind a server, its staff by name, the fifty, and each of them as an HTTP client."""

    shop: Shop
    server: Gunicorn
    staff: dict[str, Hand]
    crowd: tuple[Member, ...]
    clients: tuple[Hand, ...]
    numbers: count[int]
    sent: Counter[str]
    """How often something was posted, by the path."""

    @property
    def store(self) -> Store:
        return self.shop.store

    def balance(self, who: str, ledger: Ledger = Ledger.SPENDABLE) -> Balance:
        """Return what that account holds and owes."""
        with self.store.read() as c:
            return transfers.balance(c, who, ledger)

    def held(self, who: str, ledger: Ledger = Ledger.SPENDABLE) -> int:
        """Return what that account holds."""
        return self.balance(who, ledger).balance

    def purses(self) -> int:
        """Return what the fifty hold together."""
        with self.store.read() as c:
            found = transfers.balances(c, [own.id for own in self.crowd], Ledger.SPENDABLE)
        return sum(own.balance for own in found.values())

    def rows(self, table: str) -> int:
        """Return how many rows that table has."""
        return county.counts(self.store)[table]

    @property
    def last_month(self) -> str:
        """The month that is over, as 2026-10."""
        return _last_month().isoformat()[:7]

    def newcomer(
        self, unit: str = OWN, *, since: date | None = None, year: int = 0, points: int = 0
    ) -> tuple[Member, Hand]:
        """Return another member of the branch, who has nothing yet, or spendable *points* of *year*, and their client."""
        name = f"n{next(self.numbers)}"
        with self.store.begin() as c:
            person = _account(c, name, unit)
            (member,) = members.add(c, [_new_member(name, person, unit, since)])
            if points:
                given = _award(member, points, f"of {year}:{name}", date(year, 6, 1))
                transfers.post(c, [given], By(person=""))
            opened = sessions.begin(c, person, timedelta(hours=8))
        return member, Hand(
            port=self.server.port, cookie=opened.token, csrf=opened.csrf, person=person, sent=self.sent
        )

    def awarded(self, to: Member, amount: int) -> int:
        """Give the member spendable points, and return the transfer's number."""
        with self.store.begin() as c:
            return transfers.post(c, [_award(to, amount, f"given:{next(self.numbers)}")], By(person=""))[0]

    def announced(self, year: int) -> None:
        """Let the end of a past year's points have been announced in time."""
        with self.store.begin() as c:
            expiry.take_step(c, year, ExpiryStep.ANNOUNCED, date(year + 1, 12, 31), By(person=""))

    def objected(self, points: int) -> tuple[Member, Hand, int, int]:
        """Return a member who objects to a line of so many points, their client, the line and the objection."""
        member, client = self.newcomer()
        line = self.awarded(member, points)
        actor = at_hand.again(self.store, client.person)
        return member, client, line, object_to_line(self.store, actor, line, "不对")

    def bought_last_month(self, points: int) -> tuple[str, int]:
        """Let the first of the fifty buy at a new merchant in the month that is over; return the merchant and the line."""
        merchant, _till = other_shop(self.shop, f"till{next(self.numbers)}")
        day, member = _last_month(), self.crowd[0]
        offer = add_offer(self.store, self.shop.admin, merchant.id, fields(points=points, first_day=day))
        digest = codes.digest_of(f"{next(self.numbers):08}")
        with self.store.begin() as c:
            codes.add(c, digest, member.id, offer.number, datetime.now(UTC), GOOD_FOR)
            new = redemption_of(digest, member, offer, RULES, day)
            (line,) = transfers.post(c, [new], By(person=""))
            redemptions.add(c, line, digest, (offer.number, offer.revision), merchant.id, month_of(day))
        return merchant.id, line

    def settled(self, merchant: str) -> int:
        """Return what was settled with the merchant for the month that is over."""
        with self.store.read() as c:
            found = settlements.month_of(c, merchant, self.last_month)
        return found.points if found is not None and found.settled_at is not None else 0

    def claimed(self, member: Member, item: str, times: int = 1) -> list[int]:
        """Let the secretary claim so many times for the member today, and return the claims' numbers."""
        new = [
            NewClaim(
                key=f"claimed:{next(self.numbers)}",
                member=member.id,
                item=item,
                day=today(),
                event=f"第 {place} 次",
                files=(picture(),),
            )
            for place in range(times)
        ]
        return [own.number for own in claim_for_many(self.store, self.shop.branch.secretary, new)]

    def motion(self, transfer: int) -> int:
        """Let the superior move that the transfer be reversed, and return the motion's number."""
        return move_reversal(self.store, self.shop.branch.superior, transfer, "记错")


@contextmanager
def place_of(request: FixtureRequest, folder: Path) -> Iterator[Database]:
    """Give the database that a module's fixture asks for by its parameter, not made yet."""
    if request.param == "sqlite":
        yield sqlite_in(folder)
        return
    with own_postgresql(request.getfixturevalue("postgresql")) as found:
        yield found


@contextmanager
def served(folder: Path, database: Database, module: str) -> Iterator[Served]:
    """Give the county, made in *folder* and served by *module*."""
    ready_made(database)
    store = Store.open(database.url, database.schema)
    try:
        own = shop(store, folder, OLDEST)
        actors, found = _crowd(store)
        staff = {
            "admin": at_hand.somebody(store, "guan1", Role.ADMINISTRATOR),
            "other admin": at_hand.somebody(store, "guan2", Role.ADMINISTRATOR),
            "superior": own.branch.superior,
            "secretary": own.branch.secretary,
            "till": own.till,
            "other till": other_shop(own)[1],
        }
        with gunicorn(folder, database, module) as server:
            sent: Counter[str] = Counter()
            clients = hands(store, server.port, [*staff.values(), *actors], sent)
            yield Served(
                shop=own,
                server=server,
                staff=dict(zip(staff, clients, strict=False)),
                crowd=found,
                clients=tuple(clients[len(staff) :]),
                numbers=count(1),
                sent=sent,
            )
    finally:
        store.close()


def _crowd(store: Store) -> tuple[list[Actor], tuple[Member, ...]]:
    with store.begin() as c:
        names = [f"m{place}" for place in range(AT_ONCE)]
        accounts = [_account(c, name, OWN) for name in names]
        found = members.add(c, [_new_member(*own) for own in zip(names, accounts, strict=True)])
        transfers.post(c, [_award(one, PURSE, f"purse:{one.id}") for one in found], By(person=""))
    return [at_hand.again(store, one) for one in accounts], found


def _account(c: Connection, login: str, unit: str) -> str:
    """Put a member's account into the county, and return its person."""
    own = people.add(c, login=login, name=f"员{login}", signs_as="员", unit=unit)
    sessions.keep_password(c, own.id, at_hand.UNUSABLE)
    number = rights.propose(c, own.id, Role.MEMBER, at_hand.unit(unit), "", "")
    rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
    return own.id


def _new_member(name: str, person: str, unit: str = OWN, since: date | None = None) -> NewMember:
    return NewMember(
        code=name,
        name=f"员{name}",
        unit=unit,
        kind=MemberKind.SERVING,
        first_day=since or date(today().year, 1, 1),
        person=person,
    )


def _last_month() -> date:
    return today().replace(day=1) - timedelta(days=1)


def _award(to: Member, amount: int, key: str, day: date | None = None) -> NewTransfer:
    return NewTransfer(
        key=key,
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.AWARD,
        source=ISSUER,
        target=to.id,
        amount=amount,
        member=to.id,
        unit=to.unit,
        rules=RULES,
        day=day or today(),
    )
