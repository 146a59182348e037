"""The same is done fifty times at once, each by a thread with a store of its own: it happens once, and nothing is lost.

Every round ends in sums that only one order of the fifty can give; whoever comes too late is refused, and nothing else
goes wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import IntegrityError

from scoring.criteria.item import Ledger
from scoring.errors import Refused
from scoring.ledger import NewTransfer, TransferKind
from scoring.people import Role
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.ledger import transfers
from scoring.workflow.points.claiming import claim_for_many, claim_points
from scoring.workflow.points.reversing import confirm_reversal, move_reversal
from scoring.workflow.points.verifying import Decision, verify_claims
from scoring.workflow.verify_chain import verify_chain
from tests.people import somebody
from tests.sizes import ROUNDS
from tests.workflow.points.claims_at_hand import branch

AT_ONCE = 50
SHOP = "f" * 16
EACH = 100


@pytest.fixture
def own(store, database, tmp_path):
    found = branch(store, tmp_path)
    admin = somebody(store, "guan", Role.ADMINISTRATOR)
    stores = [Store.open(database.url, database.schema) for _ in range(AT_ONCE)]
    yield SimpleNamespace(branch=found, admin=admin, stores=stores, store=store)
    for one in stores:
        one.close()


def together(own, act: Callable[[Store, int], object]) -> Counter:
    """Let all threads *act* at once; return how many did it and how many were refused. Anything else is raised."""
    gate = Barrier(AT_ONCE)

    def one(place: int) -> str:
        gate.wait()
        try:
            act(own.stores[place], place)
        except Refused:
            return "refused"
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


def held(own, ledger: Ledger = Ledger.SPENDABLE):
    with own.store.read() as c:
        return transfers.balance(c, own.branch.own.id, ledger)


def spend(store: Store, own, key: str) -> None:
    """Spend as a till does: the balance is looked at and taken under the one lock."""
    new = NewTransfer(
        key=key,
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.REDEMPTION,
        source=own.branch.own.id,
        target=SHOP,
        amount=EACH,
        member=own.branch.own.id,
        unit="A01",
        rules="member-points@2026.1",
        day=date(2026, 11, 20),
    )
    with store.begin() as c:
        transfers.post(c, [new], By(person=""))


def award(own, key: str, amount: int) -> int:
    """Give the member spendable points, and return the transfer."""
    with own.store.begin() as c:
        new = NewTransfer(
            key=key,
            ledger=Ledger.SPENDABLE,
            kind=TransferKind.AWARD,
            source="issuer",
            target=own.branch.own.id,
            amount=amount,
            member=own.branch.own.id,
            unit="A01",
            rules="member-points@2026.1",
            item="gift",
            day=date(2026, 11, 20),
        )
        return transfers.post(c, [new], By(person=""))[0]


def verified(own, number: int) -> None:
    """A claim is verified by fifty: one posts it."""
    claim = own.branch.claimed(f"v{number}", "blood_donated", event=f"{number}")
    before = held(own).balance
    decision = [Decision(claim=claim.number, post=True)]
    found = together(own, lambda store, _: verify_claims(store, own.branch.superior, decision))
    assert found == {"done": 1, "refused": AT_ONCE - 1}
    assert held(own).balance - before == (500 if number < 2 else 0), "ten points a year"


def capped(own, number: int) -> None:
    """Fifty claims under one cap are verified at once: what posts is the cap, 8 a quarter and 12 a year."""
    member, quarter = own.branch.members[number % 5].id, number // 5 % 4
    day = date(2026, 3 * quarter + 2, 10)
    new = [
        own.branch.new(f"c{number}-{place}", "pledge_kept", member=member, event=f"{place}", day=day)
        for place in range(AT_ONCE)
    ]
    numbers = [one.number for one in claim_for_many(own.store, own.branch.secretary, new)]

    def verify(store: Store, place: int) -> None:
        verify_claims(store, own.branch.superior, [Decision(claim=numbers[place], post=True)])

    assert together(own, verify) == {"done": AT_ONCE}
    with own.store.read() as c:
        got = transfers.posted(c, member, "pledge_kept", Ledger.HONOUR, day, "", by_day_alone=True)
    assert (got.quarter, got.year) == ((800, 800), (400, 1200), (0, 1200), (0, 1200))[quarter]


def reversed_once(own, number: int) -> None:
    """A motion is confirmed by fifty: one reverses."""
    transfer = award(own, f"a{number}", 700)
    motion = move_reversal(own.store, own.branch.superior, transfer, "记错")
    before = held(own).balance
    found = together(own, lambda store, _: confirm_reversal(store, own.admin, motion))
    assert found == {"done": 1, "refused": AT_ONCE - 1}
    assert held(own).balance == before - 700


def spent(own, number: int) -> None:
    """Fifty spend where there is enough for twenty: twenty do, and nothing is left."""
    award(own, f"s{number}", 20 * EACH)
    found = together(own, lambda store, place: spend(store, own, f"r{number}-{place}"))
    assert found == {"done": 20, "refused": AT_ONCE - 20}
    assert held(own).balance == 0


def claimed(own, number: int) -> None:
    """The same request comes fifty times at once: it is one claim."""
    numbers = set()
    new = own.branch.new(f"k{number}", "blood_donated", event=f"同时 {number}")
    found = together(own, lambda store, _: numbers.add(claim_points(store, own.branch.member, new).number))
    assert found == {"done": AT_ONCE}
    assert len(numbers) == 1


@pytest.mark.parametrize("act", [claimed, verified, capped, reversed_once, spent])
def test_what_fifty_do_at_once_is_done_as_one_after_the_other(own, act):
    for number in range(ROUNDS):
        act(own, number)
    faults = verify_chain(own.store).faults
    assert not faults


def test_whoever_looks_at_balances_before_the_turn_comes_is_found(own, monkeypatch):
    """The planted variant reads what there is before it is alone: the same test fails."""
    look = transfers._newest

    def stale(_, accounts, ledgers):
        return seen.setdefault(tuple(sorted(accounts)), {}) or seen_now(accounts, ledgers)

    seen: dict = {}

    def seen_now(accounts, ledgers):
        with own.store.read() as c:
            seen[tuple(sorted(accounts))] = look(c, accounts, ledgers)
        return seen[tuple(sorted(accounts))]

    award(own, "first", 20 * EACH)
    monkeypatch.setattr(transfers, "_newest", stale)
    with pytest.raises((AssertionError, IntegrityError)):
        spent(own, 1)
