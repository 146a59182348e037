"""What was redeemed: by which code, for which offer, and in which month it is settled."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from scoring.offers import month_of
from scoring.store import chain
from scoring.store.tables import offer_revision, redemption, transfer

_COLUMNS, _OWN = redemption.c, transfer.c
_UNDOING = transfer.alias("undoing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """A redemption of the transfer *number*, what the offer was called then, and whether it was reversed.

    *points* are hundredths, *back* what its reversal gave back of them; *code* is the digest of the one-time code.
    """

    number: int
    code: str
    offer: int
    revision: int
    title: str
    merchant: str
    month: str
    points: int
    back: int
    day: date
    made_at: datetime


def add(c: Connection, number: int, code: str, offer: tuple[int, int], merchant: str, month: str) -> None:  # noqa: PLR0917
    """Keep that the transfer of that number redeemed *offer* (number and revision) by *code*, settled in *month*.

    Raises what SQLAlchemy raises where the code was used.
    """
    chain.add(
        c,
        redemption,
        transfer=number,
        code=code,
        offer=offer[0],
        revision=offer[1],
        merchant=merchant,
        month=month,
    )


def of_code(c: Connection, digest: str) -> Redemption | None:
    """Return what was redeemed by the code of that digest, None where nothing was."""
    return next(_found(c, _COLUMNS.code == digest), None)


def of_number(c: Connection, number: int) -> Redemption | None:
    """Return the redemption that the transfer of that number is, None where it is none."""
    return next(_found(c, _COLUMNS.transfer == number), None)


def of_month(c: Connection, merchant: str, month: str) -> tuple[Redemption, ...]:
    """Return the merchant's redemptions of *month*, by number."""
    return tuple(_found(c, (_COLUMNS.merchant == merchant) & (_COLUMNS.month == month)))


def hands_of_month(c: Connection, merchant: str, month: str) -> frozenset[str]:
    """Return the ids of those who took the codes of *month* at the merchant's till, and of whom they acted for."""
    own = (
        select(_OWN.by, _OWN.on_behalf)
        .join(redemption, _COLUMNS.transfer == _OWN.number)
        .where(_COLUMNS.merchant == merchant, _COLUMNS.month == month)
        .distinct()
    )
    return frozenset(one for row in c.execute(own) for one in row if one)


def of_day(c: Connection, merchant: str, day: date) -> tuple[Redemption, ...]:
    """Return the merchant's redemptions of *day*, by number."""
    own = (_COLUMNS.merchant == merchant) & (_COLUMNS.month == month_of(day))
    own &= _OWN.day == day.isoformat()
    return tuple(_found(c, own))


def taken(c: Connection, offers: Collection[int] | None = None) -> dict[int, int]:
    """Return how often each of *offers* (None: of all) was redeemed and not reversed; those never are left out."""
    own: Select[Any] = (
        select(_COLUMNS.offer, func.count())
        .where(~exists().where(_UNDOING.c.undoes == _COLUMNS.transfer))
        .group_by(_COLUMNS.offer)
    )
    if offers is not None:
        own = own.where(_COLUMNS.offer.in_(sorted(offers)))
    return {row[0]: row[1] for row in c.execute(own)}


def _found(c: Connection, where: ColumnElement[bool]) -> Iterator[Redemption]:
    own = (
        select(redemption, _OWN.amount, _OWN.day, _OWN.made_at, offer_revision.c.title)
        .add_columns(func.coalesce(_UNDOING.c.amount, 0).label("back"))
        .join(transfer, _OWN.number == _COLUMNS.transfer)
        .join(
            offer_revision,
            (offer_revision.c.offer == _COLUMNS.offer) & (offer_revision.c.revision == _COLUMNS.revision),
        )
        .outerjoin(_UNDOING, _UNDOING.c.undoes == _COLUMNS.transfer)
        .where(where)
        .order_by(_COLUMNS.transfer)
    )
    for row in c.execute(own):
        yield Redemption(
            number=row.transfer,
            code=row.code,
            offer=row.offer,
            revision=row.revision,
            title=row.title,
            merchant=row.merchant,
            month=row.month,
            points=row.amount,
            back=int(row.back),
            day=date.fromisoformat(row.day),
            made_at=row.made_at,
        )
