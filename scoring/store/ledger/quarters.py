"""Quarters of points as they are kept: who has a baseline, which branches are closed, and what was frozen of each member."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, and_, bindparam, case, cast, exists, func, select

from scoring.criteria.item import Ledger, MemberKind
from scoring.ledger import HonourSums, TransferKind, quarter_days
from scoring.store import bulk, chain
from scoring.store.drafts import By
from scoring.store.parts import in_parts
from scoring.store.plain import Plain
from scoring.store.tables import claim, claim_move, moment_text, quarter_close, quarter_result, transfer

_CLOSE, _RESULT, _OWN = quarter_close.c, quarter_result.c, transfer.c
_MANY = 2_000
"""Of more members than that it is quicker to ask for all."""


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


class Total(NamedTuple):
    """What closed quarters come to together (hundredths): how many they are, and which, by the `bit` of each."""

    many: int
    places: int
    figure: int
    earned: int
    lost: int

    def has(self, quarter: str) -> bool:
        """Say whether *quarter* is one of them."""
        return bool(self.places & bit(quarter))


def bit(quarter: str) -> int:
    """Return what stands for *quarter* of its year in `Total.places`: 1, 2, 4 or 8."""
    return 1 << int(quarter[-1]) - 1


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
    return bool(_CLOSED.ask(c, quarter=quarter, unit=unit)[0][0])


def last_closed(c: Connection, unit: str, first: str) -> str | None:
    """Return the last quarter that the branch has closed, from the quarter *first* on; None where it has closed none."""
    found = c.scalar(select(func.max(_CLOSE.quarter)).where(_CLOSE.unit == unit, _CLOSE.quarter >= first))
    return None if found is None else str(found)


def is_closed_for(c: Connection, quarter: str, unit: str, member: str) -> bool:
    """Say whether the branch's quarter is closed, or the member's with another branch that they moved to."""
    ((own, theirs),) = _CLOSED_FOR.ask(c, quarter=quarter, unit=unit, member=member)
    return bool(own or theirs)


def closed_with(c: Connection, members: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return the closed quarters of *members*, each with the member, in whichever branch."""
    own = select(_RESULT.quarter, _RESULT.member)
    return frozenset(
        (row.quarter, row.member)
        for part in in_parts(members)
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
    for part in in_parts(units):
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
    for part in in_parts(members):
        for member, quarter, baseline, earned, lost in c.execute(own.where(_RESULT.member.in_(part))).all():
            yield member, quarter, HonourSums(baseline=baseline, earned=earned, lost=lost)


def totals(c: Connection, first: str, last: str, members: Collection[str] | None = None) -> dict[str, Total]:
    """Return what the closed quarters from *first* to *last* came to together, by member: of *members*, or of all.

    Whoever has none is left out; of many *members* others may come along.
    """
    if members is None or len(members) > _MANY:
        return {row[0]: Total._make(row[1:]) for row in _TOTALS.ask(c, first=first, last=last)}
    own = _totals(first, last)
    return {
        row[0]: Total._make(row[1:])
        for part in in_parts(members)
        for row in c.execute(own.where(_RESULT.member.in_(part))).all()
    }


def closed_since(c: Connection, link: int, most: int) -> frozenset[str] | None:
    """Return the ids of the members of whom a quarter was closed under a later link than that.

    None where more than *most* branches closed one.
    """
    closed = _CLOSED_SINCE.ask(c, link=link, most=most + 1)
    if len(closed) > most:
        return None
    return frozenset(
        member for quarter, unit in closed for (member,) in _MEMBERS_IN.ask(c, quarter=quarter, unit=unit)
    )


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


def pending_for(c: Connection, quarter: str) -> frozenset[str]:
    """Return the ids of the members for whom claims of days in *quarter* wait to be decided, in whichever branch."""
    first, last = quarter_days(quarter)
    own = select(claim.c.member).outerjoin(claim_move, claim_move.c.claim == claim.c.number)
    days = claim.c.day >= first.isoformat(), claim.c.day <= last.isoformat()
    return frozenset(c.scalars(own.where(claim_move.c.claim.is_(None), *days)))


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
    return sum(c.scalar(own.where(claim.c.member.in_(part))) or 0 for part in in_parts(members))


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
        row[0]: int(row[1])
        for part in in_parts(members)
        for row in c.execute(own.where(_OWN.member.in_(part)))
    }


def quarters_of(year: int) -> tuple[str, ...]:
    """Return the four quarters of *year*, in order."""
    return tuple(f"{year:04}Q{place}" for place in range(1, 5))


_OF_BRANCH = exists().where(_CLOSE.quarter == bindparam("quarter"), _CLOSE.unit == bindparam("unit"))
_OF_MEMBER = exists().where(_RESULT.member == bindparam("member"), _RESULT.quarter == bindparam("quarter"))
_CLOSED, _CLOSED_FOR = Plain(select(_OF_BRANCH)), Plain(select(_OF_BRANCH, _OF_MEMBER))


def _totals(first: Any, last: Any) -> Select[Any]:
    places = case(*((_RESULT.quarter.like(f"%Q{place}"), 1 << place - 1) for place in range(1, 5)), else_=0)
    sums = (places, _RESULT.figure, _RESULT.earned, _RESULT.lost)
    own = select(_RESULT.member, func.count(), *(cast(func.sum(one), BigInteger) for one in sums))
    return own.where(_RESULT.quarter >= first, _RESULT.quarter <= last).group_by(_RESULT.member)


_TOTALS = Plain(_totals(bindparam("first"), bindparam("last")))
_CLOSED_SINCE = Plain(
    select(_CLOSE.quarter, _CLOSE.unit).where(_CLOSE.link > bindparam("link")).limit(bindparam("most"))
)
_MEMBERS_IN = Plain(
    select(_RESULT.member).where(_RESULT.quarter == bindparam("quarter"), _RESULT.unit == bindparam("unit"))
)
