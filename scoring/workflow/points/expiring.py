"""Spendable points of a year end: announced first, and let go after the last day; what was earned first is spent first."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scoring.criteria.item import Ledger, points_text
from scoring.criteria.points import Expiry, PointsRules
from scoring.errors import Fault, Refused
from scoring.ledger import EXPIRED, NewTransfer, TransferKind
from scoring.people import Actor
from scoring.permissions import Action, Setting, permit
from scoring.store import chain
from scoring.store.engine import Connection, Store
from scoring.store.ledger import expiry, members, rules, transfers
from scoring.store.ledger.expiry import ExpiryStep, StepTaken, expiry_key
from scoring.store.ledger.rules import RulesMissing
from scoring.texts import Text
from scoring.workflow.points.deeds import hand, points_deed
from scoring.workflow.telling import tell
from scoring.working_days import today

OWN_POINTS = "/points"


class ExpiryRefused(Refused):
    """Points of that year cannot be announced to end, or end, for the reasons given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """That the points earned in *year* end after *last_day*: of how many members, how many hundredths, how many were told."""

    year: int
    last_day: date
    members: int
    points: int
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How many members' points of *year* ended now, and how many hundredths; done again it is nought."""

    year: int
    members: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """Points a member has left of *year* (hundredths), and the last day they can be spent on."""

    year: int
    points: int
    last_day: date
    announced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEnding:
    """Where the points earned up to the end of *year* stand: from when their end is announced, and their last day.

    `members` and `points` say of how many members how many hundredths are left; both are 0 once they have ended.
    """

    year: int
    announced_on: date
    last_day: date
    announced: bool
    ended: bool
    members: int
    points: int
    may_announce: bool
    may_end: bool


def see_expiry(store: Store, actor: Actor) -> tuple[YearEnding, ...]:
    """Return the years that are over and whose points end, the newest first. Raises NotAllowed."""
    permit(actor, Action.EXPIRE_POINTS, Setting())
    day = today()
    with store.read() as c:
        adopted, years = rules.adopted(c), _Years(c)
        first = adopted[0].first_day.year if adopted else day.year
        found = [_year_ending(c, year, day, years) for year in range(day.year - 1, first - 1, -1)]
    return tuple(own for own in found if own is not None)


def announce_expiry(store: Store, actor: Actor | None, year: int) -> Announced:
    """Announce that the spendable points earned in *year* are to end, and tell the members who have an account.

    The last day is that of the rules in force at the end of the year, and later where it is announced late: there are
    always the days of notice the rules say. Announced again, nobody is told again. Raises NotAllowed, RulesMissing and
    ExpiryRefused.
    """
    deed = points_deed(actor, Action.EXPIRE_POINTS)
    day = today()
    with store.begin(deed) as c:
        chain.link_number(c)
        own = _expiry(_rules(c, year), year)
        years = _Years(c)
        before, left = years.steps.get((year, ExpiryStep.ANNOUNCED)), years.ending(year)
        if before is None:
            first = own.announced_on(year)
            if day < first:
                raise ExpiryRefused([_early(year, first)])
            last = max(own.last_day(year), day + timedelta(days=own.notice_days))
            expiry.take_step(c, year, ExpiryStep.ANNOUNCED, last, hand(actor))
            told = _tell(c, left, year, last)
        else:
            last, told = before.last_day, 0
        return Announced(year=year, last_day=last, members=len(left), points=sum(left.values()), told=told)


def expire(store: Store, actor: Actor | None, year: int) -> Ended:
    """Let what is left of the points earned in *year* end, after the last day that was announced.

    Done again it changes nothing. What comes back of it later, by a reversal, ends with the next year's. Raises
    NotAllowed, RulesMissing and ExpiryRefused.
    """
    deed = points_deed(actor, Action.EXPIRE_POINTS)
    with store.begin(deed) as c:
        chain.link_number(c)
        day, years = today(), _Years(c)
        steps = years.steps
        if (year, ExpiryStep.EXPIRED) in steps:
            return Ended(year=year, members=0, points=0)
        faults = list(_hindering(year, day, steps.get((year, ExpiryStep.ANNOUNCED))))
        if faults:
            raise ExpiryRefused(faults)
        in_force, left = _rules(c, year), years.ending(year)
        units = {own.id: own.unit for own in members.every(c)}
        ending = [_ending(year, one, left[one], units[one], in_force.ref, day) for one in sorted(left)]
        transfers.post(c, ending, hand(actor))
        last = steps[year, ExpiryStep.ANNOUNCED].last_day
        expiry.take_step(c, year, ExpiryStep.EXPIRED, last, hand(actor))
        return Ended(year=year, members=len(left), points=sum(left.values()))


def expiring(c: Connection, member: str) -> tuple[Expiring, ...]:
    """Return which of the member's points end when, the first to end first; those that never end are left out."""
    years, found = _Years(c, member), []
    for year in years.until(today().year):
        points = years.ending(year).get(member, 0)
        announced = years.steps.get((year, ExpiryStep.ANNOUNCED))
        last = _planned(c, year) if announced is None else announced.last_day
        if last is not None and points:
            found.append(Expiring(year=year, points=points, last_day=last, announced=announced is not None))
    return tuple(found)


class _Years:
    """What ends with each year, of one member or of all; a year that has ended ends nothing any more.

    A year takes along nothing of an earlier one that is to end later, or never: each ends by the rules of its own end.
    """

    def __init__(self, c: Connection, member: str | None = None) -> None:
        adopted = rules.adopted(c)
        self.steps = expiry.steps(c)
        self._c, self._member = c, member
        self._first = adopted[0].first_day.year if adopted else date.max.year
        self._left: dict[int, dict[str, int]] = {}

    def until(self, last: int) -> Iterator[int]:
        """Yield the years up to *last* that have rules and have not ended, in order."""
        return (year for year in range(self._first, last + 1) if (year, ExpiryStep.EXPIRED) not in self.steps)

    def ending(self, year: int) -> dict[str, int]:
        """Return how many hundredths of whom end with *year*, where that is any."""
        if (year, ExpiryStep.EXPIRED) in self.steps:
            return {}
        *_, before = [None, *self.until(year - 1)]
        stays = {} if before is None else self._left_of(before)
        found = {one: points - stays.get(one, 0) for one, points in self._left_of(year).items()}
        return {one: points for one, points in found.items() if points > 0}

    def _left_of(self, year: int) -> dict[str, int]:
        if year not in self._left:
            self._left[year] = expiry.left(self._c, year, self._member)
        return self._left[year]


def _year_ending(c: Connection, year: int, day: date, years: _Years) -> YearEnding | None:
    """Return where the points of *year* stand on *day*, None where they never end."""
    own = _rules(c, year).expiry
    if own is None:
        return None
    announced = years.steps.get((year, ExpiryStep.ANNOUNCED))
    ended = (year, ExpiryStep.EXPIRED) in years.steps
    last = own.last_day(year) if announced is None else announced.last_day
    left = years.ending(year)
    return YearEnding(
        year=year,
        announced_on=own.announced_on(year),
        last_day=last,
        announced=announced is not None,
        ended=ended,
        members=len(left),
        points=sum(left.values()),
        may_announce=announced is None and day >= own.announced_on(year),
        may_end=announced is not None and not ended and day > last,
    )


def _rules(c: Connection, year: int) -> PointsRules:
    return rules.in_force(c, date(year, 12, 31))


def _expiry(own: PointsRules, year: int) -> Expiry:
    if own.expiry is None:
        raise ExpiryRefused(
            [
                Fault.of(
                    f"按 {own.ref}，{year} 年的可兑换分不会到期",
                    f"by {own.ref} the spendable points of {year} never end",
                )
            ]
        )
    return own.expiry


def _planned(c: Connection, year: int) -> date | None:
    """Return the last day by the rules, None where there are none or points never end."""
    try:
        own = _rules(c, year).expiry
    except RulesMissing:
        return None
    return None if own is None else own.last_day(year)


def _hindering(year: int, day: date, announced: StepTaken | None) -> Iterator[Fault]:
    if announced is None:
        yield Fault.of(
            f"{year} 年可兑换分的到期还没有预告；请先预告",
            f"the end of the spendable points of {year} was not announced yet; announce it first",
        )
    elif day <= announced.last_day:
        last = announced.last_day.isoformat()
        yield Fault.of(
            f"{year} 年的可兑换分用到 {last} 为止，次日起可以办理到期",
            f"the spendable points of {year} can be spent until {last}; they end from the day after",
        )


def _early(year: int, first: date) -> Fault:
    shown = first.isoformat()
    return Fault.of(
        f"{year} 年可兑换分的到期从 {shown} 起预告",
        f"the end of the spendable points of {year} is announced from {shown} on",
    )


def _ending(  # noqa: PLR0917  a transfer, and all it takes
    year: int, member: str, points: int, unit: str, ref: str, day: date
) -> NewTransfer:
    return NewTransfer(
        key=expiry_key(year, member),
        ledger=Ledger.SPENDABLE,
        kind=TransferKind.EXPIRY,
        source=member,
        target=EXPIRED,
        amount=points,
        member=member,
        unit=unit,
        rules=ref,
        day=day,
        event=f"{year:04}",
    )


def _tell(c: Connection, left: dict[str, int], year: int, last: date) -> int:
    """Tell each member with an account how many points end when, and return how many were told."""
    accounts = {own.id: own.person for own in members.every(c) if own.person and own.active}
    by_points: dict[int, list[str]] = defaultdict(list)
    for member, points in left.items():
        if member in accounts:
            by_points[points].append(accounts[member])
    for points, people in sorted(by_points.items()):
        ends = points_text(points)
        sentence = Text(
            f"您 {year} 年及以前所得的可兑换分还有 {ends.zh}，{last.isoformat()} 后失效，请及时兑换",
            f"of the spendable points you earned up to {year}, {ends.en} end after {last.isoformat()}",
        )
        tell(c, people, "expiry", sentence, OWN_POINTS)
    return sum(map(len, by_points.values()))
