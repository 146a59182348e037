"""What has counted for many members at once: the points of each item by day and event, and the keys that are taken."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, exists, select

from scoring.ledger import TransferKind
from scoring.store.tables import transfer

_OWN = transfer.c
_AT_ONCE = 500


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
    for part in _parts(members):
        for row in c.execute(own.where(_OWN.member.in_(part))):
            yield Counted(*row)


def taken(c: Connection, keys: Iterable[str]) -> frozenset[str]:
    """Return those of *keys* that a transfer has."""
    return frozenset(
        key for part in _parts(keys) for key in c.scalars(select(_OWN.key).where(_OWN.key.in_(part)))
    )


def _parts(values: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(values))
    return (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE))
