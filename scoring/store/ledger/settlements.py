"""Settlements with merchants as they are kept, month by month, and the months that have anything to settle."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, func, select

from scoring.store import chain
from scoring.store.drafts import By
from scoring.store.tables import redemption, settlement, transfer

_COLUMNS, _OWN = settlement.c, redemption.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What a merchant's redemptions of *month* come to, less what was reversed of them (hundredths), and how many stand.

    `settled_by` and `settled_at` are '' and None while the month is not settled.
    """

    merchant: str
    month: str
    points: int
    redemptions: int
    settled_by: str = ""
    settled_at: datetime | None = None


def add(c: Connection, own: Month, by: By) -> None:
    """Keep the settlement of *own*. Raises what SQLAlchemy raises where the month is settled."""
    chain.concern(c, f"merchant {own.merchant}")
    chain.add(
        c,
        settlement,
        merchant=own.merchant,
        month=own.month,
        points=own.points,
        redemptions=own.redemptions,
        by=by.person,
        on_behalf=by.on_behalf,
        made_at=datetime.now(UTC),
    )


def months(c: Connection, merchant: str | None = None) -> tuple[Month, ...]:
    """Return the months in which something was redeemed at the merchant (None: at any), the newest first.

    What is settled stands as it was settled.
    """
    bought, undoing = transfer.alias("bought"), transfer.alias("undoing")
    own = (
        select(
            _OWN.merchant,
            _OWN.month,
            (func.sum(bought.c.amount) - func.coalesce(func.sum(undoing.c.amount), 0)).label("points"),
            (func.count() - func.count(undoing.c.number)).label("many"),
        )
        .join(bought, bought.c.number == _OWN.transfer)
        .outerjoin(undoing, undoing.c.undoes == _OWN.transfer)
        .group_by(_OWN.merchant, _OWN.month)
        .subquery()
    )
    same = and_(_COLUMNS.merchant == own.c.merchant, _COLUMNS.month == own.c.month)
    asked = select(
        own, _COLUMNS.points.label("settled"), _COLUMNS.redemptions, _COLUMNS.by, _COLUMNS.made_at
    ).outerjoin(settlement, same)
    if merchant is not None:
        asked = asked.where(own.c.merchant == merchant)
    return tuple(
        Month(
            merchant=row.merchant,
            month=row.month,
            points=int(row.points if row.settled is None else row.settled),
            redemptions=int(row.many if row.settled is None else row.redemptions),
            settled_by=row.by or "",
            settled_at=row.made_at,
        )
        for row in c.execute(asked.order_by(own.c.month.desc(), own.c.merchant))
    )


def month_of(c: Connection, merchant: str, month: str) -> Month | None:
    """Return what that month comes to at the merchant, None where nothing was redeemed in it."""
    return next((own for own in months(c, merchant) if own.month == month), None)
