"""A shop and a branch with fifty more members, each with an account and a full purse, served by real gunicorn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from scoring.criteria.item import Ledger, MemberKind
from scoring.ledger import ISSUER, Balance, NewTransfer, TransferKind
from scoring.people import Actor, Role
from scoring.store import people, rights, sessions
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.ledger import members, transfers
from scoring.store.ledger.members import Member, NewMember
from scoring.store.rights import GrantState
from scoring.workflow.points.claiming import NewClaim, claim_for_many
from scoring.workflow.points.reversing import move_reversal
from scoring.working_days import today
from tests import people as at_hand
from tests.databases import Database, ready_made
from tests.ledger.served_at_hand import Gunicorn, Hand, gunicorn, hands
from tests.workflow import county
from tests.workflow.points.claims_at_hand import OWN, picture
from tests.workflow.points.members_at_hand import RULES
from tests.workflow.points.shops_at_hand import Shop, other_shop, shop

AT_ONCE = 50
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

    def newcomer(self) -> tuple[Member, Hand]:
        """Return another member of the branch, who has nothing yet, and their client."""
        name = f"n{next(self.numbers)}"
        actor = at_hand.somebody(self.store, name, Role.MEMBER, scope=at_hand.unit(OWN), branch=OWN)
        with self.store.begin() as c:
            (member,) = members.add(c, [_new_member(name, actor.id)])
        return member, hands(self.store, self.server.port, [actor])[0]

    def awarded(self, to: Member, amount: int) -> int:
        """Give the member spendable points, and return the transfer's number."""
        with self.store.begin() as c:
            return transfers.post(c, [_award(to, amount, f"given:{next(self.numbers)}")], By(person=""))[0]

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
def served(folder: Path, database: Database, module: str) -> Iterator[Served]:
    """Give the county, made in *folder* and served by *module*."""
    ready_made(database)
    store = Store.open(database.url, database.schema)
    try:
        own = shop(store, folder)
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
            clients = hands(store, server.port, [*staff.values(), *actors])
            yield Served(
                shop=own,
                server=server,
                staff=dict(zip(staff, clients, strict=False)),
                crowd=found,
                clients=tuple(clients[len(staff) :]),
                numbers=count(1),
            )
    finally:
        store.close()


def _crowd(store: Store) -> tuple[list[Actor], tuple[Member, ...]]:
    with store.begin() as c:
        added = [
            people.add(c, login=f"m{place}", name=f"员{place}", signs_as="员", unit=OWN)
            for place in range(AT_ONCE)
        ]
        for one in added:
            sessions.keep_password(c, one.id, at_hand.UNUSABLE)
            number = rights.propose(c, one.id, Role.MEMBER, at_hand.unit(OWN), "", "")
            rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
        found = members.add(c, [_new_member(one.login, one.id) for one in added])
        transfers.post(c, [_award(one, PURSE, f"purse:{one.id}") for one in found], By(person=""))
    return [at_hand.again(store, one.id) for one in added], found


def _new_member(name: str, person: str) -> NewMember:
    first_day = date(today().year, 1, 1)
    return NewMember(
        code=name, name=f"员{name}", unit=OWN, kind=MemberKind.SERVING, first_day=first_day, person=person
    )


def _award(to: Member, amount: int, key: str) -> NewTransfer:
    return NewTransfer(
        key=key,
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.AWARD,
        source=ISSUER,
        target=to.id,
        amount=amount,
        member=to.id,
        unit=OWN,
        rules=RULES,
        day=today(),
    )
