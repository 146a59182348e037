"""The books of points: transfers from one account to another, the balances they come to, and what a reversal takes back.

Points are hundredths. Accounts are `issuer`, `expired`, or the id of a member or merchant; only those of members and
merchants have a balance and a statement. Honour may go below nought, spendable points never do: what a reversal no
longer finds there is owed, and is taken from the awards that come later.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from unicodedata import category, normalize

from scoring.criteria.item import Ledger
from scoring.errors import Fault, Refused
from scoring.texts import Text

ISSUER = "issuer"
"""The account that points come from, and go back to."""

EXPIRED = "expired"
"""The account that points go to which nobody spent in time."""

_APART = frozenset({ISSUER, EXPIRED})


class PointsShort(Refused):
    """An account does not hold the spendable points that were to leave it."""


class NotReversible(Refused):
    """A transfer of that kind is not reversed."""


class TransferKind(StrEnum):
    """What a transfer is for."""

    BASELINE = "baseline"
    AWARD = "award"
    LOSS = "loss"
    REDEMPTION = "redemption"
    EXPIRY = "expiry"
    REVERSAL = "reversal"
    REPAYMENT = "repayment"

    @property
    def called(self) -> Text:
        """What a statement calls it."""
        return _KINDS[self]


_KINDS = {
    TransferKind.BASELINE: Text("基础分", "baseline"),
    TransferKind.AWARD: Text("加分", "points earned"),
    TransferKind.LOSS: Text("扣分", "points lost"),
    TransferKind.REDEMPTION: Text("兑换", "redeemed"),
    TransferKind.EXPIRY: Text("到期失效", "expired"),
    TransferKind.REVERSAL: Text("冲销", "reversal"),
    TransferKind.REPAYMENT: Text("抵还欠分", "owed points paid back"),
}

_ENDED_BACK = Text("到期分退回", "expired points given back")

REVERSIBLE = frozenset({TransferKind.AWARD, TransferKind.LOSS, TransferKind.REDEMPTION})
"""What can be reversed. A reversal stands: whoever reversed by mistake claims anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTransfer:
    """A transfer to be posted: *amount* (hundredths, above 0 but for a reversal that finds nothing) from *source* to *target*.

    *member* is whose points they are, *unit* the branch they count in, *day* the day they count on, *owed* what a
    reversal no longer found, *undoes* the transfer it takes back.
    """

    key: str
    ledger: Ledger
    kind: TransferKind
    source: str
    target: str
    amount: int
    owed: int = 0
    member: str
    unit: str
    rules: str
    item: str = ""
    day: date
    event: str = ""
    claim: int | None = None
    undoes: int | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        reversal = self.kind is TransferKind.REVERSAL
        assert self.key
        assert self.source != self.target
        assert self.owed >= 0
        assert self.amount > 0 or (reversal and self.amount == 0 < self.owed)
        assert self.owed == 0 or (reversal and self.ledger is Ledger.SPENDABLE)
        assert (self.undoes is not None) == reversal


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A transfer that was posted: its number, what it is, who posted it, for whom ('' for themselves), and when."""

    number: int
    new: NewTransfer
    by: str
    on_behalf: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an account holds and what it owes, in hundredths, after its entry of number *seq*; 0 before the first."""

    balance: int = 0
    owed: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a statement: what a transfer did to the account (*amount* is signed), and what that came to.

    *seq* counts the lines of the account's ledger from 1; *number* is the transfer's.
    """

    seq: int
    number: int
    kind: TransferKind
    amount: int
    balance: int
    owed: int
    day: date
    item: str
    event: str
    reason: str
    rules: str
    by: str
    made_at: datetime
    claim: int | None
    undoes: int | None

    @property
    def called(self) -> Text:
        """What a statement calls it: points that ended also come back, where the award they were of is reversed."""
        return _ENDED_BACK if self.kind is TransferKind.EXPIRY and self.amount > 0 else self.kind.called


@dataclass(frozen=True, slots=True, kw_only=True)
class HonourSums:
    """What a stretch of days came to for a member, on the honour ledger, in hundredths.

    *earned* is less what was reversed on those days, and *lost* less what was given back; both may be below nought.
    """

    baseline: int = 0
    earned: int = 0
    lost: int = 0

    @property
    def figure(self) -> int:
        """All of it together."""
        return self.baseline + self.earned - self.lost


def kept(account: str) -> bool:
    """Say whether *account* is one with a balance: a member's or a merchant's."""
    return account not in _APART


def quarter_of(day: date) -> str:
    """Return the quarter that *day* lies in: 2026Q4."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_days(quarter: str) -> tuple[date, date]:
    """Return the first and the last day of *quarter*, which is written 2026Q4."""
    year, place = int(quarter[:4]), int(quarter[5:])
    last = 3 * place
    return date(year, last - 2, 1), date(year, last, monthrange(year, last)[1])


@lru_cache(maxsize=10_000)
def event_as(name: str) -> str:
    """Return by what an event of that *name* is known: however wide it was typed, spaced, or strewn with what nobody sees."""
    shown = normalize("NFKC", name).casefold()
    return "".join(own for own in shown if category(own) not in _UNSEEN and own not in _SELECTORS)


_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))


def taken_back(ledger: Ledger, amount: int, balance: int) -> tuple[int, int]:
    """Return how much of *amount* goes back from an account that holds *balance*, and how much is owed for it.

    Of spendable points what is there; honour points go back whole.
    """
    there = amount if ledger is Ledger.HONOUR else min(amount, max(balance, 0))
    return there, amount - there


def reversal(of: Transfer, balance: int, day: date, reason: str) -> NewTransfer:
    """Return the transfer that takes *of* back on *day*, from an account that holds *balance* now.

    Raises NotReversible.
    """
    new = of.new
    if new.kind not in REVERSIBLE:
        raise NotReversible([Fault.of(*_not_reversed(of))])
    amount, owed = taken_back(new.ledger, new.amount, balance)
    return NewTransfer(
        key=f"reversal:{of.number}",
        ledger=new.ledger,
        kind=TransferKind.REVERSAL,
        source=new.target,
        target=new.source,
        amount=amount if kept(new.target) else new.amount,
        owed=owed if kept(new.target) else 0,
        member=new.member,
        unit=new.unit,
        rules=new.rules,
        item=new.item,
        day=day,
        event=new.event,
        undoes=of.number,
        reason=reason,
    )


def ended_key(award: int) -> str:
    """Return the key of the transfer by which points of *award* that ended come back; there is one at most."""
    return f"ended:{award}"


def given_back(of: Transfer, year: int, points: int, day: date, reason: str) -> NewTransfer:
    """Return the transfer by which *points* of the award *of*, which ended unspent with *year*, come back on *day*.

    It goes before the award's reversal, which then finds them: what has ended is not taken a second time.
    """
    new = of.new
    return NewTransfer(
        key=ended_key(of.number),
        ledger=new.ledger,
        kind=TransferKind.EXPIRY,
        source=EXPIRED,
        target=new.target,
        amount=points,
        member=new.member,
        unit=new.unit,
        rules=new.rules,
        item=new.item,
        day=day,
        event=f"{year:04}",
        reason=reason,
    )


def repayment(award: NewTransfer, number: int, owed: int) -> NewTransfer | None:
    """Return the transfer that takes from the award of that *number* what its member owes; None where that is nothing.

    What comes back from a merchant is taken like an award.
    """
    amount = min(owed, award.amount)
    if not amount or award.kind not in _REPAYING or award.ledger is not Ledger.SPENDABLE:
        return None
    return NewTransfer(
        key=f"repayment:{number}",
        ledger=award.ledger,
        kind=TransferKind.REPAYMENT,
        source=award.target,
        target=ISSUER,
        amount=amount,
        member=award.member,
        unit=award.unit,
        rules=award.rules,
        item=award.item,
        day=award.day,
        event=award.event,
    )


_REPAYING = frozenset({TransferKind.AWARD, TransferKind.REVERSAL})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a transfer did to one account: *amount* is signed, *balance* and *owed* are as they are after it."""

    account: str
    ledger: Ledger
    seq: int
    transfer: int
    amount: int
    balance: int
    owed: int


class Books:
    """The accounts as they stand while transfers are laid, one after the other."""

    def __init__(self, balances: Mapping[tuple[str, Ledger], Balance], last: int) -> None:
        """Begin with *balances* as they are now, and the number of the *last* transfer."""
        self._now = {key: (own.balance, own.owed, own.seq) for key, own in balances.items()}
        self._last = last
        self.transfers: list[tuple[int, NewTransfer]] = []
        self.entries: list[Entry] = []

    def lay(self, new: NewTransfer) -> int:
        """Lay *new*, and what is owed at once after an award; return its number. Raises PointsShort."""
        number = self._laid(new)
        owed = self._now.get((new.target, new.ledger), _NOTHING)[1]
        again = repayment(new, number, owed) if owed else None
        if again is not None:
            self._laid(again)
        return number

    def _laid(self, new: NewTransfer) -> int:
        self._last += 1
        self.transfers.append((self._last, new))
        if new.source not in _APART:
            repaid = new.amount if new.kind is TransferKind.REPAYMENT else 0
            self._enter(new.source, new.ledger, -new.amount, new.owed - repaid)
        if new.target not in _APART:
            self._enter(new.target, new.ledger, new.amount, 0)
        return self._last

    def _enter(self, account: str, ledger: Ledger, amount: int, owed: int) -> None:
        balance, before, seq = self._now.get((account, ledger), _NOTHING)
        now = (balance + amount, before + owed, seq + 1)
        if now[0] < 0 and ledger is Ledger.SPENDABLE:
            raise PointsShort([Fault.of(*_SHORT)])
        self._now[account, ledger] = now
        self.entries.append(Entry(account, ledger, now[2], self._last, amount, now[0], now[1]))


_NOTHING = (0, 0, 0)
_SHORT = (
    "可兑换分不足，未作任何改动；请核对余额后再办",
    "there are not enough spendable points, and nothing was changed; look at the balance and try again",
)


def _not_reversed(of: Transfer) -> tuple[str, str]:
    kind = of.new.kind.called
    return (
        f"第 {of.number} 笔是“{kind.zh}”，不能冲销",
        f"entry {of.number} is of the kind “{kind.en}”, which is not reversed",
    )
