"""Many redeem at once: the same balance, the same code, the last of the stock; none of it twice."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from scoring.criteria.item import Ledger
from scoring.store import postgresql, sqlite
from scoring.store.ledger import codes, redemptions, transfers
from scoring.workflow.points.offers import OfferRefused
from scoring.workflow.points.redeeming import Receipt, redeem
from tests.workflow.points.shops_at_hand import member_with, other_shop, shop

MANY = 20
ROUNDS = 3


@pytest.fixture
def own(store, tmp_path):
    return shop(store, tmp_path)


def at_once(jobs):
    """Do all *jobs* at the same moment, and return what each returned, or ended with."""
    found: list[object] = [None] * len(jobs)
    start = Barrier(len(jobs))

    def do(place, job):
        start.wait()
        try:
            found[place] = job()
        except Exception as error:
            found[place] = error

    threads = [Thread(target=do, args=own) for own in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def receipts(found) -> list[Receipt]:
    return [one for one in found if isinstance(one, Receipt)]


def codes_all_good(monkeypatch):
    """Let older codes of a member stay good, so that nothing but the lock holds the balance."""
    monkeypatch.setattr(codes, "find", lambda c, digest: good_though_replaced(FIND(c, digest)))


def good_though_replaced(own):
    return None if own is None else replace(own, replaced=False)


FIND = codes.find


def take_the_lock_away(monkeypatch):
    """Let everybody write at once: on PostgreSQL nobody waits for a turn, on SQLite a transaction begins as a reader's."""
    monkeypatch.setattr(postgresql, "_TURN", text(str(postgresql._TURN).replace("pg_advisory_xact_lock", "")))
    monkeypatch.setattr(sqlite, "turn", lambda *_: nullcontext())
    begin = ("PRAGMA query_only=OFF", "BEGIN DEFERRED")
    assert begin != sqlite._WRITE, "it begins as a writer's"
    monkeypatch.setattr(sqlite, "_WRITE", begin)


def spend_one_balance(own, number, before_that=lambda: None) -> str:
    """Redeem one balance of 10 points by 20 codes of 3 points each; return what is wrong with it, '' for nothing."""
    actor, member = member_with(own, f"liu{number}", 1000)
    before = own.taken()
    asked = [own.code(by=actor) for _ in range(MANY)]
    before_that()
    found = at_once([lambda code=code: redeem(own.store, own.till, code) for code in asked])
    return wrong(own, member, found, 3, own.taken() - before)


def wrong(own, member, found, most, credited) -> str:
    with own.store.read() as c:
        lines = transfers.statement(c, member.id, Ledger.SPENDABLE, most=100)
    spent = -sum(line.amount for line in lines if line.amount < 0)
    many = len(receipts(found))
    broken = [one for one in found if not isinstance(one, Receipt | OfferRefused)]
    if many != most or broken:
        return f"{many} receipts and not {most}, {broken}"
    if own.held(member) < 0 or spent != 300 * most or credited != spent:
        return f"{spent} spent, {credited} credited, {own.held(member)} held"
    return ""


def take_the_last(own, number, stock=2) -> str:
    """Redeem the last *stock* of an offer by 20 members; return what is wrong with it, '' for nothing."""
    offer = own.more(title="雨伞", stock=stock)
    people = [member_with(own, f"m{number}x{place}", 300) for place in range(MANY)]
    asked = [own.code(offer, actor) for actor, _ in people]
    found = at_once([lambda code=code: redeem(own.store, own.till, code) for code in asked])
    with own.store.read() as c:
        taken = redemptions.taken(c, [offer.number])
    held = sum(own.held(member) for _, member in people)
    if taken != {offer.number: stock} or len(receipts(found)) != stock:
        return f"{taken} taken, {len(receipts(found))} receipts"
    return "" if held == 300 * (MANY - stock) else f"{held} held"


def test_one_balance_is_never_spent_twice(own, monkeypatch):
    codes_all_good(monkeypatch)
    assert [spend_one_balance(own, number) for number in range(ROUNDS)] == [""] * ROUNDS


def test_the_last_of_the_stock_goes_once(own):
    assert [take_the_last(own, number) for number in range(2)] == ["", ""]


def test_one_code_is_taken_once_whoever_types_it(own):
    """At its own till all get the same receipt; at another nobody gets any."""
    _, other = other_shop(own)
    for number in range(ROUNDS):
        before = own.held()
        code = own.code()
        tills = [own.till if place % 3 else other for place in range(MANY)]
        found = at_once([lambda till=till, code=code: redeem(own.store, till, code) for till in tills])
        assert own.held() == before - 300
        assert own.taken() == 300 * (number + 1)
        assert len(set(receipts(found))) == 1
        mine = [one for one, till in zip(found, tills, strict=True) if till is own.till]
        assert len(receipts(mine)) == len(mine)
        assert not receipts([one for one, till in zip(found, tills, strict=True) if till is other])


def test_without_the_lock_the_same_rounds_go_wrong(own, monkeypatch):
    codes_all_good(monkeypatch)
    assert not spend_one_balance(own, 0)

    def unlocked() -> None:
        take_the_lock_away(monkeypatch)
        own.store.close()

    assert spend_one_balance(own, 1, unlocked), "what a transaction begins with is an engine's own"
