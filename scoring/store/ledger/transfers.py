"""Transfers and the entries they come to: posted together, under the one lock of whoever writes; read as statements."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, exists, func, or_, select

from scoring.criteria.caps import Posted
from scoring.criteria.item import Ledger
from scoring.errors import Fault, Refused
from scoring.ledger import (
    Balance,
    Books,
    HonourSums,
    Line,
    NewTransfer,
    Transfer,
    TransferKind,
    event_as,
    kept,
    quarter_of,
)
from scoring.store import bulk, chain
from scoring.store.drafts import By
from scoring.store.parts import in_parts
from scoring.store.plain import Plain, run
from scoring.store.tables import entry, moment_text, transfer

_OWN, _ENTRY = transfer.c, entry.c
_AT_ONCE = 1_000
"""How many accounts stand in one question; databases have limits."""

_NAMED_MOST = 20
"""A link that is about more members than that is about `points`."""

_FIRST, _NEWER = entry.alias("first"), entry.alias("newer")
_NEWEST = (
    select(
        _FIRST.c.account,
        _FIRST.c.ledger,
        select(func.max(_NEWER.c.seq))
        .where(_NEWER.c.account == _FIRST.c.account, _NEWER.c.ledger == _FIRST.c.ledger)
        .scalar_subquery()
        .label("seq"),
    )
    .where(
        _FIRST.c.account.in_(bindparam("accounts", expanding=True)),
        _FIRST.c.ledger.in_(bindparam("ledgers", expanding=True)),
        _FIRST.c.seq == 1,
    )
    .subquery()
)
_BALANCES = select(_ENTRY.account, _ENTRY.ledger, _ENTRY.balance, _ENTRY.owed, _ENTRY.seq).join(
    _NEWEST,
    and_(
        _ENTRY.account == _NEWEST.c.account,
        _ENTRY.ledger == _NEWEST.c.ledger,
        _ENTRY.seq == _NEWEST.c.seq,
    ),
)
"""The newest entry of each account on each ledger: every ledger with entries has a first."""

_BALANCE = Plain(
    select(_ENTRY.balance, _ENTRY.owed, _ENTRY.seq)
    .where(_ENTRY.account == bindparam("account"), _ENTRY.ledger == bindparam("ledger"))
    .order_by(_ENTRY.seq.desc())
    .limit(1)
)
_FEW = 4
"""Up to so many accounts are asked for one by one, which is quicker."""

_LAST = "SELECT max(number) FROM transfer"
"""As plain text, since every transaction that posts asks this first."""


class TransferUnknown(Refused):
    """There is no transfer of that number."""


def post(c: Connection, transfers: Sequence[NewTransfer], by: By) -> tuple[int, ...]:
    """Post *transfers* in order, in a transaction that writes, and return their numbers.

    An award of spendable points to somebody who owes some is followed by a repayment, which has a number of its own.
    Whoever posts has looked for the keys under the lock that `chain.link_number` is. Raises PointsShort, naming nobody,
    where an account would hold less than no spendable points; then nothing is written.
    """
    if not transfers:
        return ()
    chain.link_number(c)
    accounts = {account for new in transfers for account in (new.source, new.target) if kept(account)}
    books = Books(_newest(c, accounts, tuple(Ledger)), last_number(c))
    numbers = tuple([books.lay(new) for new in transfers])
    made_at = moment_text(datetime.now(UTC))
    rows = [_row(number, new, by, made_at) for number, new in books.transfers]
    bulk.insert(c, transfer, rows)
    bulk.insert(
        c,
        entry,
        [
            (own.account, _TEXTS[own.ledger], own.seq, own.transfer, own.amount, own.balance, own.owed)
            for own in books.entries
        ],
    )
    concern_members(c, (new.member for new in transfers))
    return numbers


def concern_members(c: Connection, members: Iterable[str]) -> None:
    """Say that the deed of this transaction is about *members* (ids), or where they are many about `points`."""
    own = dict.fromkeys(members)
    chain.concern(c, *(f"member {one}" for one in own) if len(own) <= _NAMED_MOST else ("points",))


def balance(c: Connection, account: str, ledger: Ledger) -> Balance:
    """Return what *account* holds and owes on *ledger*."""
    for held, owed, seq in _BALANCE.ask(c, account=account, ledger=ledger.value):
        return Balance(balance=held, owed=owed, seq=seq)
    return Balance()


def balances(c: Connection, accounts: Collection[str], ledger: Ledger) -> dict[str, Balance]:
    """Return what those of *accounts* that have entries on *ledger* hold and owe there."""
    return {account: own for (account, _), own in _newest(c, accounts, (ledger,)).items()}


def statement(
    c: Connection, account: str, ledger: Ledger, before_seq: int | None = None, most: int = 20
) -> tuple[Line, ...]:
    """Return the lines of *account* on *ledger* before that of *before_seq* (None: from the end), the newest first."""
    found = _STATEMENT.ask(c, account=account, ledger=ledger.value, before=before_seq or _ENDLESS, most=most)
    return tuple([_line(row, datetime.fromisoformat(row[12])) for row in found])


def newest(c: Connection, account: str, ledger: Ledger, most: int = 20) -> tuple[Balance, tuple[Line, ...]]:
    """Return what *account* holds and owes on *ledger*, with its newest lines, at least one: asked as one question."""
    lines = statement(c, account, ledger, most=max(most, 1))
    if not lines:
        return Balance(), ()
    last = lines[0]
    return Balance(balance=last.balance, owed=last.owed, seq=last.seq), lines


def between(c: Connection, account: str, ledger: Ledger, first_day: date, last_day: date) -> tuple[Line, ...]:
    """Return the lines of *account* on *ledger* that count on those days, in the order they were posted."""
    days = _OWN.day >= first_day.isoformat(), _OWN.day <= last_day.isoformat()
    found = c.execute(_LINES.where(*_of_account(account, ledger), *days).order_by(_ENTRY.seq))
    return tuple([_line(row, row.made_at) for row in found])


def line(c: Connection, account: str, ledger: Ledger, number: int) -> Line:
    """Return the line that the transfer of that *number* is in the account's statement. Raises TransferUnknown."""
    found = c.execute(_LINES.where(_OWN.number == number, *_of_account(account, ledger))).first()
    if found is None:
        raise unknown(number)
    return _line(found, found.made_at)


def find(c: Connection, number: int) -> Transfer:
    """Return the transfer of that number. Raises TransferUnknown."""
    for own in _found(c, select(transfer).where(_OWN.number == number)):
        return own
    raise unknown(number)


def of_key(c: Connection, key: str) -> tuple[Transfer, ...]:
    """Return the transfers of that key, at most one a ledger, in order of number."""
    return tuple(_found(c, select(transfer).where(_OWN.key == key).order_by(_OWN.number)))


def reversed_by(c: Connection, number: int) -> Transfer | None:
    """Return the transfer that took that of *number* back, None where none did."""
    return next(_found(c, select(transfer).where(_OWN.undoes == number)), None)


def posted(  # noqa: PLR0917  whose, under what, when
    c: Connection, member: str, item: str, ledger: Ledger, day: date, event: str, *, by_day_alone: bool
) -> Posted:
    """Return what has been posted for *member* under *item*, of that event and in the day's windows of the calendar.

    What was reversed is left out, whole. An event is known by its day and name (`event_as`), or *by_day_alone*.
    """
    asked = {
        "member": member,
        "item": item,
        "ledger": ledger.value,
        "first": f"{day.year:04}-01-01",
        "last": f"{day.year:04}-12-31",
    }
    own = [(date.fromisoformat(row[0]), row[1], row[2]) for row in _POSTED.ask(c, **asked)]
    named = event_as(event)
    same = [points for on, name, points in own if on == day and (by_day_alone or event_as(name) == named)]
    return Posted(
        event=sum(same),
        event_times=len(same),
        day=sum(points for on, _, points in own if on == day),
        month=sum(points for on, _, points in own if on.month == day.month),
        quarter=sum(points for on, _, points in own if quarter_of(on) == quarter_of(day)),
        year=sum(points for _, _, points in own),
    )


def numbers_of_event(  # noqa: PLR0917  whose, under what, of which event
    c: Connection, member: str, item: str, ledger: Ledger, day: date, event: str | None
) -> tuple[int, ...]:
    """Return the numbers of what was posted for *member* under *item* and not reversed, of that event (None: of any) of *day*."""
    asked = {"member": member, "item": item, "ledger": ledger.value}
    found = _POSTED.ask(c, **asked, first=day.isoformat(), last=day.isoformat())
    return tuple(
        sorted(number for _, name, _, number in found if event is None or event_as(name) == event_as(event))
    )


def sums(c: Connection, members: Collection[str], first_day: date, last_day: date) -> dict[str, HonourSums]:
    """Return what those days came to on the honour ledger, for each of *members* that has transfers on them."""
    found: dict[str, HonourSums] = {}
    for some in in_parts(members, _AT_ONCE):
        asked = {"members": some, "first": first_day.isoformat(), "last": last_day.isoformat()}
        for member, *points in c.execute(_SUMS, asked).all():
            baseline, earned, lost = map(int, points)
            found[member] = HonourSums(baseline=baseline, earned=earned, lost=lost)
    return found


def last_number(c: Connection) -> int:
    """Return the number of the last transfer, 0 before the first."""
    return run(c, _LAST).fetchone()[0] or 0


def concerned_since(c: Connection, number: int, most: int) -> frozenset[str] | None:
    """Return the ids of all whose points the transfers after that of *number* move; None where there are more than *most*."""
    rows = _SINCE.ask(c, number=number, most=most + 1)
    return None if len(rows) > most else frozenset(one for row in rows for one in row)


def unknown(number: int) -> TransferUnknown:
    """Return the refusal of a transfer there is not."""
    return TransferUnknown([Fault.of(f"没有第 {number} 笔积分记录", f"there is no entry {number} of points")])


def _newest(
    c: Connection, accounts: Collection[str], ledgers: tuple[Ledger, ...]
) -> dict[tuple[str, Ledger], Balance]:
    """Return what the accounts hold and owe, on each of *ledgers* they have entries on."""
    found: dict[tuple[str, Ledger], Balance] = {}
    if len(accounts) <= _FEW:
        every = {(account, own): balance(c, account, own) for account in accounts for own in ledgers}
        return {key: own for key, own in every.items() if own.seq}
    for some in in_parts(accounts, _AT_ONCE):
        for account, ledger, own, owed, seq in c.execute(
            _BALANCES, {"accounts": some, "ledgers": ledgers}
        ).all():
            found[account, Ledger(ledger)] = Balance(balance=own, owed=owed, seq=seq)
    return found


def _row(number: int, new: NewTransfer, by: By, made_at: str) -> bulk.Row:
    return (
        number,
        new.key,
        _TEXTS[new.ledger],
        _TEXTS[new.kind],
        new.source,
        new.target,
        new.amount,
        new.owed,
        new.member,
        new.unit,
        new.rules,
        new.item,
        new.day.isoformat(),
        new.event,
        new.claim,
        new.undoes,
        new.reason,
        by.person,
        by.on_behalf,
        made_at,
    )


def _found(c: Connection, selection: Select[Any]) -> Iterator[Transfer]:
    for row in c.execute(selection):
        yield Transfer(
            number=row.number,
            new=NewTransfer(
                key=row.key,
                ledger=Ledger(row.ledger),
                kind=TransferKind(row.kind),
                source=row.source,
                target=row.target,
                amount=row.amount,
                owed=row.owed,
                member=row.member,
                unit=row.unit,
                rules=row.rules,
                item=row.item,
                day=date.fromisoformat(row.day),
                event=row.event,
                claim=row.claim,
                undoes=row.undoes,
                reason=row.reason,
            ),
            by=row.by,
            on_behalf=row.on_behalf,
            made_at=row.made_at,
        )


def _line(row: Any, made_at: datetime) -> Line:
    """Return the line of a row of `_LINES`, and the moment it bears."""
    seq, number, kind, amount, balance, owed, day, item, event, reason, rules, by, _, claim, undoes = row
    return Line(
        seq=seq,
        number=number,
        kind=_KINDS[kind],
        amount=amount,
        balance=balance,
        owed=owed,
        day=date.fromisoformat(day),
        item=item,
        event=event,
        reason=reason,
        rules=rules,
        by=by,
        made_at=made_at,
        claim=claim,
        undoes=undoes,
    )


def _of_account(account: Any, ledger: Any) -> tuple[Any, ...]:
    return _ENTRY.account == account, _ENTRY.ledger == ledger


_ENDLESS = 2**62
_KINDS = {own.value: own for own in TransferKind}
_TEXTS: dict[Ledger | TransferKind, str] = {own: own.value for own in (*Ledger, *TransferKind)}
"""As they are kept; asked for once a row, which to an enumeration is a long way."""

_LINES = select(
    _ENTRY.seq,
    _OWN.number,
    _OWN.kind,
    _ENTRY.amount,
    _ENTRY.balance,
    _ENTRY.owed,
    _OWN.day,
    _OWN.item,
    _OWN.event,
    _OWN.reason,
    _OWN.rules,
    _OWN.by,
    _OWN.made_at,
    _OWN.claim,
    _OWN.undoes,
).join(transfer, _OWN.number == _ENTRY.transfer)
_STATEMENT = Plain(
    _LINES.where(*_of_account(bindparam("account"), bindparam("ledger")), _ENTRY.seq < bindparam("before"))
    .order_by(_ENTRY.seq.desc())
    .limit(bindparam("most"))
)

_SINCE = Plain(
    select(_OWN.member, _OWN.source, _OWN.target)
    .where(_OWN.number > bindparam("number"))
    .limit(bindparam("most"))
)

_UNDOING, _UNDONE = transfer.alias("undoing"), transfer.alias("undone")
_POSTED = Plain(
    select(_OWN.day, _OWN.event, _OWN.amount, _OWN.number).where(
        _OWN.member == bindparam("member"),
        _OWN.day >= bindparam("first"),
        _OWN.day <= bindparam("last"),
        _OWN.item == bindparam("item"),
        _OWN.ledger == bindparam("ledger"),
        or_(_OWN.kind == TransferKind.AWARD.value, _OWN.kind == TransferKind.LOSS.value),
        ~exists().where(_UNDOING.c.undoes == _OWN.number),
    )
)


def _summed(kind: TransferKind) -> Any:
    """Return the sum of what that kind moved, less what was reversed of it on the days in question."""
    back = and_(_OWN.kind == TransferKind.REVERSAL.value, _UNDONE.c.kind == kind.value)
    return func.sum(case((_OWN.kind == kind.value, _OWN.amount), (back, -_OWN.amount), else_=0))


_SUMS = (
    select(
        _OWN.member,
        *(_summed(kind) for kind in (TransferKind.BASELINE, TransferKind.AWARD, TransferKind.LOSS)),
    )
    .outerjoin(_UNDONE, _UNDONE.c.number == _OWN.undoes)
    .where(
        _OWN.member.in_(bindparam("members", expanding=True)),
        _OWN.day >= bindparam("first"),
        _OWN.day <= bindparam("last"),
        _OWN.ledger == Ledger.HONOUR.value,
    )
    .group_by(_OWN.member)
)
