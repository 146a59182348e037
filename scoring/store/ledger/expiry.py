"""Spendable points and when they end: what each member has left of what was earned up to a year, and what was announced."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import Connection, and_, case, func, or_, select

from scoring.criteria.item import Ledger
from scoring.ledger import EXPIRED, TransferKind
from scoring.store import chain
from scoring.store.drafts import By
from scoring.store.tables import points_expiry, transfer

_COLUMNS, _OWN = points_expiry.c, transfer.c
_UNDONE = transfer.alias("undone")


class ExpiryStep(StrEnum):
    """How far the end of a year's points has come."""

    ANNOUNCED = "announced"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A step towards the end of the points earned in *year*, which can be spent until *last_day*."""

    year: int
    step: ExpiryStep
    last_day: date
    by: str
    made_at: datetime


def expiry_key(year: int, member: str) -> str:
    """Return the key of the transfer that lets a member's points of *year* end; there is one at most."""
    return f"expiry:{year:04}:{member}"


def take_step(c: Connection, year: int, step: ExpiryStep, last_day: date, by: By) -> None:
    """Keep that *step* was taken now. Raises what SQLAlchemy raises where it was before."""
    chain.concern(c, f"expiry {year:04}")
    chain.add(
        c,
        points_expiry,
        year=f"{year:04}",
        step=step.value,
        last_day=last_day.isoformat(),
        by=by.person,
        made_at=datetime.now(UTC),
    )


def steps(c: Connection) -> dict[tuple[int, ExpiryStep], StepTaken]:
    """Return all steps taken so far, by year and step."""
    found = (
        StepTaken(
            year=int(row.year),
            step=ExpiryStep(row.step),
            last_day=date.fromisoformat(row.last_day),
            by=row.by,
            made_at=row.made_at,
        )
        for row in c.execute(select(points_expiry))
    )
    return {(own.year, own.step): own for own in found}


def ended_of(c: Connection, award: int) -> tuple[int, int]:
    """Return with which year the points of the transfer *award* ended, and how many hundredths of that end may be of it.

    They are those the member lost with that year, less what was given back of them; (0, 0) where the award's points have
    not ended since it was posted. An award of a year that had ended by then ends with the next.
    """
    own = c.execute(select(_OWN.member, _OWN.day, _OWN.link).where(_OWN.number == award)).one()
    ends = {
        int(row.year): row.link
        for row in c.execute(select(_COLUMNS.year, _COLUMNS.link).where(_COLUMNS.step == ExpiryStep.EXPIRED))
    }
    year = int(own.day[:4])
    while year in ends and ends[year] < own.link:
        year += 1
    if year not in ends:
        return 0, 0
    lost = case((_OWN.target == EXPIRED, _OWN.amount), else_=-_OWN.amount)
    found = c.scalar(
        select(func.sum(lost)).where(
            _OWN.member == own.member,
            _OWN.kind == TransferKind.EXPIRY.value,
            _OWN.event == f"{year:04}",
        )
    )
    return year, int(found or 0)


def left(c: Connection, year: int, member: str | None = None) -> dict[str, int]:
    """Return how many hundredths each member (None: of all) has left of what was earned up to the end of *year*, if any.

    It is what was earned with a day up to then, less what was taken back of it, less all that was spent or paid back, and
    what ended of that year or earlier ones and was not given back; at most the balance. What was earned first is spent first.
    """
    last_day = f"{year:04}-12-31"
    award = and_(_OWN.kind == TransferKind.AWARD.value, _OWN.day <= last_day)
    taken = and_(_UNDONE.c.kind == TransferKind.AWARD.value, _UNDONE.c.day <= last_day)
    back = and_(_OWN.kind == TransferKind.REVERSAL.value, _UNDONE.c.kind == TransferKind.REDEMPTION.value)
    ended = and_(_OWN.kind == TransferKind.EXPIRY.value, _OWN.event <= f"{year:04}")
    ended_back = and_(ended, _OWN.source == EXPIRED)
    credited = case((_OWN.target == _OWN.member, _OWN.amount), else_=-_OWN.amount)
    own = (
        select(
            _OWN.member,
            func.sum(case((award, _OWN.amount), (taken, -_OWN.amount), else_=0)).label("earned"),
            func.sum(
                case(
                    (or_(back, ended_back), -_OWN.amount),
                    (or_(_OWN.kind.in_(_GONE), ended), _OWN.amount),
                    else_=0,
                )
            ).label("gone"),
            func.sum(credited).label("balance"),
        )
        .outerjoin(_UNDONE, _UNDONE.c.number == _OWN.undoes)
        .where(_OWN.ledger == Ledger.SPENDABLE.value)
        .group_by(_OWN.member)
    )
    if member is not None:
        own = own.where(_OWN.member == member)
    found = ((row.member, min(int(row.earned) - int(row.gone), int(row.balance))) for row in c.execute(own))
    return {one: points for one, points in found if points > 0}


_GONE = (TransferKind.REDEMPTION.value, TransferKind.REPAYMENT.value)
