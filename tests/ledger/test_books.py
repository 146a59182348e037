"""The books of points: they balance after any sequence, a reversal takes back what is there, and the rest is owed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.criteria.item import Ledger
from scoring.ledger import (
    EXPIRED,
    ISSUER,
    Balance,
    Books,
    NewTransfer,
    NotReversible,
    PointsShort,
    Transfer,
    TransferKind,
    quarter_days,
    quarter_of,
    reversal,
    taken_back,
)

MEMBER, SHOP = "a" * 16, "b" * 16
DAY = date(2026, 11, 21)


def new(
    kind: TransferKind = TransferKind.AWARD,
    amount: int = 300,
    ledger: Ledger = Ledger.SPENDABLE,
    **more: object,
) -> NewTransfer:
    ends = {
        TransferKind.LOSS: (MEMBER, ISSUER),
        TransferKind.REDEMPTION: (MEMBER, SHOP),
        TransferKind.EXPIRY: (MEMBER, EXPIRED),
    }
    source, target = ends.get(kind, (ISSUER, MEMBER))
    values = {"key": "k", "source": source, "target": target, "member": MEMBER, "unit": "A1", "rules": "r@1"}
    return NewTransfer(**values | {"ledger": ledger, "kind": kind, "amount": amount, "day": DAY} | more)


def posted(number: int, own: NewTransfer) -> Transfer:
    return Transfer(number=number, new=own, by="c" * 16, on_behalf="", made_at=datetime.now(UTC))


def ends(books: Books, account: str = MEMBER, ledger: Ledger = Ledger.SPENDABLE) -> tuple[int, int]:
    """Return what the account holds and owes at the end."""
    own = [entry for entry in books.entries if (entry.account, entry.ledger) == (account, ledger)]
    return (own[-1].balance, own[-1].owed) if own else (0, 0)


def test_an_award_adds_and_a_redemption_moves():
    books = Books({}, 7)
    assert books.lay(new()) == 8
    assert books.lay(new(TransferKind.REDEMPTION, 200)) == 9
    assert (ends(books), ends(books, SHOP)) == ((100, 0), (200, 0))
    assert [(own.seq, own.transfer, own.amount) for own in books.entries] == [
        (1, 8, 300),
        (2, 9, -200),
        (1, 9, 200),
    ]


def test_balances_go_on_from_where_they_were():
    books = Books({(MEMBER, Ledger.HONOUR): Balance(balance=-50, seq=4)}, 0)
    books.lay(new(TransferKind.LOSS, 100, Ledger.HONOUR))
    (own,) = books.entries
    assert (own.seq, own.balance) == (5, -150), "honour may go below nought"


def test_spendable_points_never_go_below_nought():
    books = Books({(MEMBER, Ledger.SPENDABLE): Balance(balance=100, seq=1)}, 1)
    with pytest.raises(PointsShort) as told:
        books.lay(new(TransferKind.REDEMPTION, 101))
    assert MEMBER not in str(told.value), "a refusal names nobody"


def test_a_reversal_takes_what_is_there_and_the_rest_is_owed_out_of_later_awards():
    """300 earned, 250 spent, the award reversed: 50 go back and 250 are owed; the next 100 pay back, and then 150."""
    books = Books({}, 0)
    award = new()
    number = books.lay(award)
    books.lay(new(TransferKind.REDEMPTION, 250))
    back = reversal(posted(number, award), 50, DAY, "记错")
    assert (back.amount, back.owed, back.key, back.undoes) == (50, 250, "reversal:1", 1)
    books.lay(back)
    assert ends(books) == (0, 250)
    again = books.lay(new(amount=100))
    assert ends(books) == (0, 150)
    assert [own.key for _, own in books.transfers][-1] == f"repayment:{again}"
    assert books.lay(new(amount=500)) == again + 2, "a repayment has a number of its own"
    assert ends(books) == (350, 0)
    books.lay(new(amount=100))
    assert books.transfers[-1][1].kind is TransferKind.AWARD, "nothing is owed any more"


def test_what_comes_back_from_a_merchant_pays_back_first():
    """Or whoever owes points could have a purchase taken back and spend them again."""
    books, award, spent = Books({}, 0), new(), new(TransferKind.REDEMPTION, 300)
    number, bought = books.lay(award), books.lay(spent)
    books.lay(reversal(posted(number, award), 0, DAY, ""))
    books.lay(reversal(posted(bought, spent), 300, DAY, ""))
    assert (ends(books), ends(books, SHOP)) == ((0, 0), (0, 0))


def test_honour_points_are_reversed_whole_and_a_loss_is_given_back():
    award = new(ledger=Ledger.HONOUR)
    back = reversal(posted(1, award), -500, DAY, "")
    assert (back.source, back.target, back.amount, back.owed) == (MEMBER, ISSUER, 300, 0)
    loss = new(TransferKind.LOSS, 200, Ledger.HONOUR)
    back = reversal(posted(2, loss), 0, DAY, "")
    assert (back.source, back.target, back.amount, back.owed) == (ISSUER, MEMBER, 200, 0)


def test_points_of_which_nothing_is_left_are_owed_whole():
    back = reversal(posted(1, new()), 0, DAY, "")
    assert (back.amount, back.owed) == (0, 300)
    assert taken_back(Ledger.SPENDABLE, 300, 1000) == (300, 0)


@pytest.mark.parametrize("kind", [TransferKind.BASELINE, TransferKind.EXPIRY])
def test_what_nobody_claimed_is_not_reversed(kind):
    with pytest.raises(NotReversible, match=kind.called.en):
        reversal(posted(1, new(kind)), 1000, DAY, "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": -1},
        {"owed": 5},
        {"source": MEMBER},
        {"key": ""},
        {"undoes": 3},
        {"kind": TransferKind.REVERSAL},
    ],
)
def test_a_transfer_that_moves_nothing_or_owes_without_reason_cannot_be_built(wrong):
    with pytest.raises(AssertionError):
        new(**wrong)


@given(st.lists(st.tuples(st.sampled_from("ARE"), st.integers(1, 1000), st.integers(0, 30)), max_size=60))
def test_the_books_balance_after_any_sequence(deeds):
    """Whatever is awarded, redeemed and reversed: accounts add up to nought, none is below it, and what is owed is known."""
    books, awards, reversed_ = Books({}, 0), [], set()
    for deed, amount, place in deeds:
        held = ends(books)[0]
        if deed == "A":
            own = new(amount=amount)
            awards.append((books.lay(own), own))
        elif deed == "R" and held:
            books.lay(new(TransferKind.REDEMPTION, min(amount, held)))
        elif deed == "E" and awards and awards[place % len(awards)][0] not in reversed_:
            number, own = awards[place % len(awards)]
            reversed_.add(number)
            books.lay(reversal(posted(number, own), held, DAY, ""))
    sums = Counter()
    for _, own in books.transfers:
        sums[own.source] -= own.amount
        sums[own.target] += own.amount
    assert sum(sums.values()) == 0
    assert (sums[MEMBER], sums[SHOP]) == (ends(books)[0], ends(books, SHOP)[0])
    owed = sum(own.owed for _, own in books.transfers)
    paid = sum(own.amount for _, own in books.transfers if own.kind is TransferKind.REPAYMENT)
    assert ends(books)[1] == owed - paid >= 0
    assert all(own.balance >= 0 for own in books.entries)
    assert [number for number, _ in books.transfers] == list(range(1, len(books.transfers) + 1))
    assert not (ends(books)[0] and ends(books)[1]), "nobody holds points and owes some"


def test_quarters():
    assert [quarter_of(date(2026, month, 1)) for month in (1, 3, 4, 12)] == [
        "2026Q1",
        "2026Q1",
        "2026Q2",
        "2026Q4",
    ]
    assert quarter_days("2026Q1") == (date(2026, 1, 1), date(2026, 3, 31))
    assert quarter_days("2026Q4") == (date(2026, 10, 1), date(2026, 12, 31))
