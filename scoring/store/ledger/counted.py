"""What has counted for many members at once: the points of each item by day and event, and the keys that are taken."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, exists, select

from scoring.ledger import TransferKind
from scoring.store.parts import in_parts
from scoring.store.tables import claim, transfer

_OWN = transfer.c
_STREAMED = 5_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A transfer that counts towards caps: whose, under which item, on which day and for which event, how much."""

    member: str
    item: str
    ledger: str
    day: str
    event: str
    amount: int


def counted(
    c: Connection, members: Collection[str], items: Collection[str], first_day: date, last_day: date
) -> Iterator[Counted]:
    """Yield what was posted for *members* under *items* on those days; what was reversed is left out, whole."""
    undoing = transfer.alias("undoing")
    own = select(_OWN.member, _OWN.item, _OWN.ledger, _OWN.day, _OWN.event, _OWN.amount).where(
        _OWN.day >= first_day.isoformat(),
        _OWN.day <= last_day.isoformat(),
        _OWN.item.in_(sorted(items)),
        _OWN.kind.in_([TransferKind.AWARD.value, TransferKind.LOSS.value]),
        ~exists().where(undoing.c.undoes == _OWN.number),
    )
    for part in in_parts(members):
        for row in c.execute(own.where(_OWN.member.in_(part))):
            yield Counted(*row)


@dataclass(frozen=True, slots=True)
class Standing:
    """A transfer of honour or spendable points that was not reversed; `claimed` is what its claim said, None without one."""

    key: str
    ledger: str
    kind: str
    member: str
    item: str
    day: str
    event: str
    amount: int
    claimed: int | None


def standing(c: Connection, first_day: date, last_day: date) -> Iterator[Standing]:
    """Yield the baselines, awards and losses of those days, by day and number; what was reversed is left out, whole."""
    undoing = transfer.alias("undoing")
    kinds = [TransferKind.BASELINE.value, TransferKind.AWARD.value, TransferKind.LOSS.value]
    columns = (_OWN.key, _OWN.ledger, _OWN.kind, _OWN.member, _OWN.item, _OWN.day, _OWN.event, _OWN.amount)
    own = (
        select(*columns, claim.c.points)
        .outerjoin(claim, claim.c.number == _OWN.claim)
        .where(
            _OWN.day >= first_day.isoformat(),
            _OWN.day <= last_day.isoformat(),
            _OWN.kind.in_(kinds),
            ~exists().where(undoing.c.undoes == _OWN.number),
        )
        .order_by(_OWN.day, _OWN.number)
        .execution_options(yield_per=_STREAMED)
    )
    for row in c.execute(own):
        yield Standing(*row)


def taken(c: Connection, keys: Iterable[str]) -> frozenset[str]:
    """Return those of *keys* that a transfer has."""
    return frozenset(
        key for part in in_parts(keys) for key in c.scalars(select(_OWN.key).where(_OWN.key.in_(part)))
    )
