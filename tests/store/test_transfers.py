"""Transfers as they are kept: numbered without gaps, with the balance after each, and read back as they were posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from scoring.criteria.caps import Posted
from scoring.criteria.item import Ledger
from scoring.ledger import ISSUER, Balance, HonourSums, NewTransfer, PointsShort, TransferKind, reversal
from scoring.store import links
from scoring.store.drafts import By
from scoring.store.ledger import transfers
from scoring.store.tables import transfer
from tests.store.workers import AT, CLERK, RULES, add

BY = By(person=CLERK)
DAY = date(2026, 11, 21)


@pytest.fixture
def members(store) -> list[str]:
    ids = [f"{number:016x}" for number in range(3)]
    with store.begin() as c:
        for own in ids:
            add(c, "member", id=own, made_at=AT)
    return ids


def new(member: str, key: str, amount: int = 300, ledger: Ledger = Ledger.SPENDABLE, **more) -> NewTransfer:
    values = {"source": ISSUER, "target": member, "member": member, "unit": "A1", "rules": RULES, "day": DAY}
    kind = {"kind": TransferKind.AWARD, "item": "meeting"}
    return NewTransfer(**values | kind | {"key": key, "amount": amount, "ledger": ledger} | more)


def both(member: str, key: str, amount: int = 300, **more) -> list[NewTransfer]:
    return [new(member, key, amount, ledger, **more) for ledger in Ledger]


def test_transfers_are_numbered_without_gaps_and_add_up(store, members):
    one, other, _ = members
    with store.begin() as c:
        assert transfers.post(c, both(one, "k1") + both(other, "k1b", 150), BY) == (1, 2, 3, 4)
        assert transfers.post(c, [], BY) == ()
    with store.begin() as c:
        assert transfers.post(c, both(one, "k2", 200), BY) == (5, 6)
        assert transfers.balance(c, one, Ledger.HONOUR) == Balance(balance=500, seq=2)
    with store.read() as c:
        found = transfers.balances(c, members, Ledger.SPENDABLE)
        assert found == {one: Balance(balance=500, seq=2), other: Balance(balance=150, seq=1)}
        assert transfers.balance(c, members[2], Ledger.HONOUR) == Balance()
        (own,) = [own for own in transfers.of_key(c, "k2") if own.new.ledger is Ledger.HONOUR]
        assert (own.number, own.new, own.by) == (5, both(one, "k2", 200)[0], CLERK)
        assert transfers.find(c, 5) == own
        with pytest.raises(transfers.TransferUnknown):
            transfers.find(c, 7)


def test_the_same_key_is_posted_once_a_ledger(store, members):
    with store.begin() as c:
        transfers.post(c, [new(members[0], "k")], BY)
    with pytest.raises(IntegrityError), store.begin() as c:
        transfers.post(c, [new(members[0], "k")], BY)


def test_what_would_leave_too_little_is_refused_whole(store, members):
    """Two accounts, one of them short: nothing is written of either."""
    one, other, shop = members
    with store.begin() as c:
        transfers.post(c, [new(one, "k")], BY)
    spent = {"kind": TransferKind.REDEMPTION, "target": shop}
    wanted = [new(one, "r1", 300, source=one, **spent), new(other, "r2", 1, source=other, **spent)]
    with pytest.raises(PointsShort), store.begin() as c:
        transfers.post(c, wanted, BY)
    with store.read() as c:
        assert transfers.balance(c, one, Ledger.SPENDABLE).balance == 300
        assert c.scalar(select(func.count()).select_from(transfer)) == 1


def test_a_debt_is_paid_back_by_the_next_award(store, members):
    one, shop, _ = members
    with store.begin() as c:
        (number,) = transfers.post(c, [new(one, "k")], BY)
        spent = {"kind": TransferKind.REDEMPTION, "source": one, "target": shop}
        transfers.post(c, [new(one, "r", 200, **spent)], BY)
        own = transfers.find(c, number)
        transfers.post(c, [reversal(own, 100, DAY, "记错")], BY)
        assert transfers.balance(c, one, Ledger.SPENDABLE) == Balance(balance=0, owed=200, seq=3)
        back = transfers.reversed_by(c, number)
        assert (back.new.amount, back.new.owed) == (100, 200)
        assert transfers.reversed_by(c, back.number) is None
    with store.begin() as c:
        assert transfers.post(c, [new(one, "k2", 150), new(one, "k3", 100)], BY) == (4, 6)
    with store.read() as c:
        lines = transfers.statement(c, one, Ledger.SPENDABLE)
        assert [(own.kind.value, own.amount, own.balance, own.owed) for own in lines] == [
            ("repayment", -50, 50, 0),
            ("award", 100, 100, 50),
            ("repayment", -150, 0, 50),
            ("award", 150, 150, 200),
            ("reversal", -100, 0, 200),
            ("redemption", -200, 100, 0),
            ("award", 300, 300, 0),
        ]


def test_a_statement_is_read_page_by_page(store, members):
    with store.begin() as c:
        transfers.post(c, [new(members[0], f"k{number}", number) for number in range(1, 51)], BY)
    with store.read() as c:
        pages, before = [], None
        while page := transfers.statement(c, members[0], Ledger.SPENDABLE, before):
            pages.append(page)
            before = page[-1].seq
        assert [len(page) for page in pages] == [20, 20, 10]
        own = [line for page in pages for line in page]
        assert [line.seq for line in own] == list(range(50, 0, -1))
        assert own[0].balance == sum(range(1, 51))
        assert transfers.line(c, members[0], Ledger.SPENDABLE, own[3].number) == own[3]
        with pytest.raises(transfers.TransferUnknown):
            transfers.line(c, members[1], Ledger.SPENDABLE, own[3].number)


def test_what_caps_have_left_is_counted_by_the_calendar(store, members):
    """Another member's, another item's, another year's and what was reversed do not count."""
    one, other, _ = members
    days = [date(2026, 11, 21), date(2026, 11, 2), date(2026, 10, 2), date(2026, 3, 2), date(2025, 12, 31)]
    own = [new(one, f"k{number}", 100, day=day, event="会") for number, day in enumerate(days)]
    aside = [
        new(one, "item", 7, item="dues"),
        new(other, "other", 7),
        new(one, "ledger", 7, Ledger.HONOUR),
        new(one, "name", 40, event="别的会"),
        new(one, "gone", 1000, event="会"),
    ]
    with store.begin() as c:
        numbers = transfers.post(c, own + aside, BY)
        gone = transfers.find(c, numbers[-1])
        transfers.post(c, [reversal(gone, 2000, DAY, "")], BY)
    with store.read() as c:
        asked = (one, "meeting", Ledger.SPENDABLE, DAY)
        found = transfers.posted(c, *asked, "会", by_day_alone=False)
        assert found == Posted(event=100, event_times=1, day=140, month=240, quarter=340, year=440)
        found = transfers.posted(c, *asked, "会", by_day_alone=True)
        assert (found.event, found.event_times) == (140, 2)


def test_a_quarter_adds_up(store, members):
    """Reversals count on the day they are posted, whatever they take back."""
    one, other, third = members
    honour = {"ledger": Ledger.HONOUR}
    lost = {"kind": TransferKind.LOSS, "source": one, "target": ISSUER}
    with store.begin() as c:
        numbers = transfers.post(
            c,
            [
                new(one, "b", 1500, kind=TransferKind.BASELINE, **honour),
                new(one, "old", 70, day=date(2026, 9, 30), **honour),
                new(one, "a", 300, **honour),
                new(one, "l", 200, **honour, **lost),
                new(one, "l2", 80, **honour, **lost),
                new(one, "s", 999),
                new(other, "a2", 10, **honour),
            ],
            BY,
        )
        undone = [reversal(transfers.find(c, numbers[place]), 0, DAY, "") for place in (1, 4)]
        transfers.post(c, undone, BY)
    with store.read() as c:
        found = transfers.sums(c, members, date(2026, 10, 1), date(2026, 12, 31))
        assert found[one] == HonourSums(baseline=1500, earned=230, lost=200)
        assert (found[one].figure, found[other].figure, third in found) == (1530, 10, False)
        assert transfers.sums(c, [one], date(2026, 9, 1), date(2026, 9, 30))[one].figure == 70


def test_the_chain_says_whose_points_they_are(store, members):
    """Of a few members each is named; of many it is the points."""
    many = [f"{number:016x}" for number in range(100, 125)]
    with store.begin() as c:
        transfers.post(c, [new(own, f"k{own}") for own in members], BY)
    with store.begin() as c:
        transfers.post(c, [new(own, f"k{own}") for own in many], BY)
    with store.read() as c:
        _, few, all_ = links.every(c)
    assert few.deed.subjects == tuple(f"member {own}" for own in members)
    assert all_.deed.subjects == ("points",)


def test_blocks_of_accounts_are_read_together(store, monkeypatch):
    monkeypatch.setattr(transfers, "_AT_ONCE", 2)
    ids = [f"{number:016x}" for number in range(7)]
    with store.begin() as c:
        transfers.post(c, [new(own, f"k{own}", 1) for own in ids], BY)
        transfers.post(c, [replace(new(own, f"l{own}", 2)) for own in ids], BY)
    with store.read() as c:
        found = transfers.balances(c, ids, Ledger.SPENDABLE)
    assert found == dict.fromkeys(ids, Balance(balance=3, seq=2))
