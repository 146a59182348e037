"""The books of points are made anew from the transfers alone, and compared with what is kept: for whoever verifies the chain."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from scoring.canonical import sha256
from scoring.errors import Fault, Place
from scoring.store.engine import Connection
from scoring.store.ledger import as_kept
from scoring.store.ledger.as_kept import EntryKept, TransferKept
from scoring.store.ledger.members import named
from scoring.texts import Text

_APART = frozenset({"issuer", "expired"})
_REVERSIBLE = frozenset({"award", "loss", "redemption"})
_SPENDABLE = "spendable"
_NONE = (0, 0, 0)


def book_faults(c: Connection) -> Iterator[Fault]:
    """Yield what is wrong with transfers and entries: numbers, balances, debts, reversals, repayments, claims."""
    books = _Books(c)
    kept = groupby(as_kept.entries(c), key=itemgetter(0))
    there = next(kept, None)
    last = 0
    for own in as_kept.transfers(c):
        while there is not None and there[0] < own.number:
            yield _stray(there[0])
            there = next(kept, None)
        found: set[EntryKept] = set()
        count = 0
        if there is not None and there[0] == own.number:
            rows = [row for _, row in there[1]]
            found, count = set(rows), len(rows)
            there = next(kept, None)
        if own.number != last + 1:
            yield _of("transfer", last + 1, "缺少这一笔：编号应当连续", "is missing: numbers have no gaps")
        last = own.number
        yield from books.faults(own)
        expected = set(books.entered(own))
        if any(row.ledger == _SPENDABLE and row.balance < 0 for row in expected):
            yield _of("transfer", own.number, "使可兑换分低于零", "leaves less than no spendable points")
        if found != expected or count != len(expected):
            yield _of(
                "entry",
                own.number,
                "的分录与由转账重新算出的不符：余额、欠分或顺序被改动",
                "has other entries than its books made anew: a balance, a debt or the order was altered",
            )
    while there is not None:
        yield _stray(there[0])
        there = next(kept, None)
    yield from books.left()


def member_faults(c: Connection) -> Iterator[Fault]:
    """Yield which members' names or numbers, and which rules of points, are not what was kept."""
    for own in as_kept.member_names(c):
        where = f"{own.member} {own.revision}"
        if own.code is None:
            yield _fault("member_code", where, "的编号被删去", "has no number any more")
        elif own.name is not None and named(own.salt or "", own.code, own.name) != own.digest:
            yield _fault(
                "member_name",
                where,
                "的编号或姓名不是当时登记的：被改动过",
                "is not the number or name that was entered: altered",
            )
    for ref, digest, document in as_kept.rules(c):
        if sha256(document.encode()) != digest:
            yield _fault("points_rules", ref, "内容与指纹不符，被改动过", "does not fit its digest: altered")


class _Books:
    """The accounts, as the transfers so far make them; each balance with its debt and its number of entries."""

    def __init__(self, c: Connection) -> None:
        self._accounts: dict[tuple[str, str], tuple[int, int, int]] = {}
        self._claims = as_kept.posted_claims(c)
        self._posted: set[int] = set()
        self._known: dict[int, TransferKept] = {}
        self._undone: set[int] = set()
        self._due: tuple[int, str, int] | None = None
        self._ended: dict[tuple[str, str], int] = {}
        self._back: TransferKept | None = None

    def faults(self, own: TransferKept) -> Iterator[Fault]:
        """Yield what is wrong with *own* by the transfers before it."""
        yield from self._repaid(own)
        yield from self._came_back(own)
        if own.kind in _REVERSIBLE:
            self._known[own.number] = own
        if own.undoes is not None:
            yield from self._reversed(own)
        if own.claim is not None:
            yield from self._claimed(own)

    def entered(self, own: TransferKept) -> Iterator[EntryKept]:
        """Yield the entries that *own* comes to, and go on from them."""
        repaid = own.amount if own.kind == "repayment" else 0
        if own.source not in _APART:
            yield self._entry(own.source, own.ledger, -own.amount, own.owed - repaid)
        if own.target not in _APART:
            made = self._entry(own.target, own.ledger, own.amount, 0)
            yield made
            if made.owed and own.ledger == _SPENDABLE and own.kind in {"award", "reversal"}:
                self._due = (own.number, own.target, min(made.owed, own.amount))

    def left(self) -> Iterator[Fault]:
        """Yield what is missing after the last transfer."""
        if self._due is not None:
            yield self._not_repaid(self._due[0])
        if self._back is not None:
            yield self._not_taken(self._back.number)
        for number in sorted(self._claims.keys() - self._posted):
            yield _fault(
                "claim_move",
                str(number),
                "写明已入账，而没有这笔转账",
                "says it was posted, and no transfer is its",
            )

    def _entry(self, account: str, ledger: str, amount: int, owed: int) -> EntryKept:
        balance, before, seq = self._accounts.get((account, ledger), _NONE)
        now = (balance + amount, before + owed, seq + 1)
        self._accounts[account, ledger] = now
        return EntryKept(account, ledger, now[2], amount, now[0], now[1])

    def _repaid(self, own: TransferKept) -> Iterator[Fault]:
        """Yield where a debt was not taken from the award before, or something that was none."""
        due, self._due = self._due, None
        if due is None:
            if own.kind == "repayment":
                yield _of("transfer", own.number, "没有可抵还的欠分", "pays back what was not owed")
            return
        number, account, amount = due
        if (own.kind, own.key, own.source, own.amount) != (
            "repayment",
            f"repayment:{number}",
            account,
            amount,
        ):
            yield self._not_repaid(number)

    def _not_repaid(self, number: int) -> Fault:
        return _of("transfer", number, "之后应先抵还欠分", "is not followed by what was owed")

    def _came_back(self, own: TransferKept) -> Iterator[Fault]:
        """Yield where more came back than had ended, or what came back was not taken at once by an award's reversal."""
        before, self._back = self._back, None
        if before is not None and (own.kind, before.key) != ("reversal", f"ended:{own.undoes}"):
            yield self._not_taken(before.number)
        if own.kind != "expiry":
            return
        year = own.member, own.event
        back = own.source == "expired"
        self._ended[year] = self._ended.get(year, 0) + (-own.amount if back else own.amount)
        self._back = own if back else None
        if self._ended[year] < 0:
            yield _of("transfer", own.number, "退回的多于到期的", "gives back more than had ended")

    def _not_taken(self, number: int) -> Fault:
        return _of(
            "transfer",
            number,
            "退回到期的分以后没有随即冲销",
            "gives back what had ended, and no reversal follows",
        )

    def _reversed(self, own: TransferKept) -> Iterator[Fault]:
        before = self._known.get(own.undoes or 0)
        if before is None or own.undoes in self._undone:
            yield _of(
                "transfer",
                own.number,
                "冲销的不是可冲销的一笔，或那一笔已被冲销",
                "reverses what cannot be reversed, or was reversed before",
            )
            return
        self._undone.add(before.number)
        same = (before.ledger, before.member, before.target, before.source, before.amount)
        if same != (own.ledger, own.member, own.source, own.target, own.amount + own.owed):
            yield _of(
                "transfer",
                own.number,
                f"与所冲销的第 {before.number} 笔不符",
                f"is not what entry {before.number}, which it reverses, was",
            )

    def _claimed(self, own: TransferKept) -> Iterator[Fault]:
        claim = own.claim or 0
        self._posted.add(claim)
        if own.key != f"claim:{claim}" or self._claims.get(claim) != own.amount:
            yield _of(
                "transfer",
                own.number,
                f"与第 {claim} 号申报审核的分值不符",
                f"is not what was decided on claim {claim}",
            )


def _stray(number: int) -> Fault:
    return _of("entry", number, "有分录而没有这笔转账", "has entries, and there is no such transfer")


def _of(table: str, number: int, zh: str, en: str) -> Fault:
    return _fault(table, f"#{number}", f"第 {number} 笔{zh}", f"transfer {number} {en}")


def _fault(table: str, key: str, zh: str, en: str) -> Fault:
    return Fault(place=Place(file=table, field=key), sentence=Text(zh, en))
