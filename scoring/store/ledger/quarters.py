"""Quarters of points as they are kept: who has a baseline, which branches are closed, and what was frozen of each member."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, and_, case, exists, func, select

from scoring.criteria.item import Ledger, MemberKind
from scoring.ledger import HonourSums, TransferKind, quarter_days
from scoring.store import bulk, chain
from scoring.store.drafts import By
from scoring.store.tables import claim, claim_move, moment_text, quarter_close, quarter_result, transfer

_CLOSE, _RESULT, _OWN = quarter_close.c, quarter_result.c, transfer.c
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterResult:
    """What a closed quarter came to for a member on the honour ledger (hundredths), in which branch, by which rules."""

    member: str
    quarter: str
    unit: str
    kind: MemberKind
    rules: str
    baseline: int
    earned: int
    lost: int

    @property
    def figure(self) -> int:
        """All of it together."""
        return self.baseline + self.earned - self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A branch's quarter is closed: by whom ('' for a command on the server), on whose behalf, and when."""

    quarter: str
    unit: str
    by: str
    on_behalf: str
    made_at: datetime


def baseline_key(quarter: str, member: str) -> str:
    """Return the key of the transfer that is a member's baseline of *quarter*; there is one at most."""
    return f"baseline:{quarter}:{member}"


def with_baseline(c: Connection, quarter: str) -> frozenset[str]:
    """Return the ids of the members who have their baseline of *quarter*."""
    first = baseline_key(quarter, "")
    after = f"{first[:-1]};"  # what follows the colon by code point
    own = select(_OWN.member).where(_OWN.key >= first, _OWN.key < after)
    return frozenset(c.scalars(own))


def is_closed(c: Connection, quarter: str, unit: str) -> bool:
    """Say whether the branch's quarter is closed."""
    return bool(c.scalar(select(exists().where(_CLOSE.quarter == quarter, _CLOSE.unit == unit))))


def is_closed_for(c: Connection, quarter: str, unit: str, member: str) -> bool:
    """Say whether the branch's quarter is closed, or the member's with another branch that they moved to."""
    if is_closed(c, quarter, unit):
        return True
    return bool(c.scalar(select(exists().where(_RESULT.member == member, _RESULT.quarter == quarter))))


def closed_with(c: Connection, members: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return the closed quarters of *members*, each with the member, in whichever branch."""
    own = select(_RESULT.quarter, _RESULT.member)
    return frozenset(
        (row.quarter, row.member)
        for part in _parts(members)
        for row in c.execute(own.where(_RESULT.member.in_(part)))
    )


def closed(c: Connection) -> frozenset[tuple[str, str]]:
    """Return every closed quarter with its branch."""
    return frozenset((row.quarter, row.unit) for row in c.execute(select(_CLOSE.quarter, _CLOSE.unit)))


def closed_in(c: Connection, quarter: str) -> dict[str, datetime]:
    """Return the branches that have closed *quarter*, with the moments they did."""
    own = select(_CLOSE.unit, _CLOSE.made_at).where(_CLOSE.quarter == quarter)
    return {row.unit: row.made_at for row in c.execute(own)}


def closings(c: Connection, units: Collection[str], year: int) -> dict[str, tuple[Closing, ...]]:
    """Return the closed quarters of *year* of each of *units*, in order; branches without any are left out."""
    own = select(_CLOSE.quarter, _CLOSE.unit, _CLOSE.by, _CLOSE.on_behalf, _CLOSE.made_at)
    found: dict[str, list[Closing]] = {}
    for part in _parts(units):
        of_year = own.where(_CLOSE.quarter.in_(quarters_of(year)), _CLOSE.unit.in_(part))
        for row in c.execute(of_year.order_by(_CLOSE.quarter)):
            closing = Closing(
                quarter=row.quarter,
                unit=row.unit,
                by=row.by,
                on_behalf=row.on_behalf,
                made_at=row.made_at,
            )
            found.setdefault(row.unit, []).append(closing)
    return {unit: tuple(each) for unit, each in found.items()}


def close(c: Connection, quarter: str, results: Mapping[str, Sequence[QuarterResult]], by: By) -> None:
    """Close *quarter* of those branches, which came to *results* there. Raises what SQLAlchemy raises where one is closed."""
    chain.link_number(c)
    made_at = moment_text(datetime.now(UTC))
    chain.concern(c, *(f"quarter {quarter} {unit}" for unit in results))
    bulk.insert(c, quarter_close, [(quarter, unit, by.person, by.on_behalf, made_at) for unit in results])
    bulk.insert(
        c,
        quarter_result,
        [
            (
                own.member,
                own.quarter,
                own.unit,
                own.kind.value,
                own.rules,
                own.baseline,
                own.earned,
                own.lost,
                own.figure,
            )
            for of_unit in results.values()
            for own in of_unit
        ],
    )


def frozen(c: Connection, members: Collection[str], year: int) -> Iterator[tuple[str, str, HonourSums]]:
    """Yield of each closed quarter of *year* of *members*: whose, which, and what it came to."""
    own = select(_RESULT.member, _RESULT.quarter, _RESULT.baseline, _RESULT.earned, _RESULT.lost)
    own = own.where(_RESULT.quarter.in_(quarters_of(year)))
    for part in _parts(members):
        for member, quarter, baseline, earned, lost in c.execute(own.where(_RESULT.member.in_(part))).all():
            yield member, quarter, HonourSums(baseline=baseline, earned=earned, lost=lost)


def pending(c: Connection, quarter: str, unit: str | None = None) -> dict[str, int]:
    """Return how many claims of days in *quarter* wait to be decided, by branch; branches without any are left out."""
    first, last = quarter_days(quarter)
    own = (
        select(claim.c.unit, func.count())
        .outerjoin(claim_move, claim_move.c.claim == claim.c.number)
        .where(
            claim_move.c.claim.is_(None), claim.c.day >= first.isoformat(), claim.c.day <= last.isoformat()
        )
        .group_by(claim.c.unit)
    )
    if unit is not None:
        own = own.where(claim.c.unit == unit)
    return {row[0]: row[1] for row in c.execute(own)}


def pending_elsewhere(c: Connection, quarter: str, unit: str, members: Collection[str]) -> int:
    """Return how many claims of days in *quarter* for *members*, made while they were in other branches, wait."""
    first, last = quarter_days(quarter)
    own = (
        select(func.count())
        .select_from(claim)
        .outerjoin(claim_move, claim_move.c.claim == claim.c.number)
        .where(
            claim_move.c.claim.is_(None),
            claim.c.unit != unit,
            claim.c.day >= first.isoformat(),
            claim.c.day <= last.isoformat(),
        )
    )
    return sum(c.scalar(own.where(claim.c.member.in_(part))) or 0 for part in _parts(members))


def spendable_earned(
    c: Connection, members: Collection[str], first_day: date, last_day: date
) -> dict[str, int]:
    """Return the spendable points each of *members* earned on those days, less what was reversed of them, in hundredths.

    A reversal counts on the day it was posted, with what it found and what is owed for it.
    """
    undone = transfer.alias("undone")
    back = and_(_OWN.kind == TransferKind.REVERSAL.value, undone.c.kind == TransferKind.AWARD.value)
    points = case(
        (_OWN.kind == TransferKind.AWARD.value, _OWN.amount), (back, -_OWN.amount - _OWN.owed), else_=0
    )
    own = (
        select(_OWN.member, func.sum(points))
        .outerjoin(undone, undone.c.number == _OWN.undoes)
        .where(
            _OWN.ledger == Ledger.SPENDABLE.value,
            _OWN.day >= first_day.isoformat(),
            _OWN.day <= last_day.isoformat(),
        )
        .group_by(_OWN.member)
    )
    return {
        row[0]: int(row[1]) for part in _parts(members) for row in c.execute(own.where(_OWN.member.in_(part)))
    }


def quarters_of(year: int) -> tuple[str, ...]:
    """Return the four quarters of *year*, in order."""
    return tuple(f"{year:04}Q{place}" for place in range(1, 5))


def _parts(values: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(values))
    return (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE))
