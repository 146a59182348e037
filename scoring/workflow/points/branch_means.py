"""The mean of a branch's members' points in a year, worked out from closed quarters alone.

It is the mean of the figures of the year of those the branch had when its last quarter ended, each as the rules make it
of the quarters that are closed, whichever branch closed them. Figures are in hundredths.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from scoring.criteria.criterion import Criterion, Source
from scoring.criteria.item import counted
from scoring.criteria.member_stars import annual_of
from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, Refused
from scoring.ledger import quarter_days
from scoring.numbers import marks_text, rounded
from scoring.periods import Period
from scoring.store.engine import Connection
from scoring.store.ledger import members, quarters, rules, transfers
from scoring.store.ledger.members import Member
from scoring.store.ledger.quarters import Closing, Total, bit, quarters_of
from scoring.units import Unit
from scoring.workflow.points.years import QuarterFigure, closed_quarters, year_figure
from scoring.working_days import today


class YearUnknown(Refused):
    """The period is not called by a year, so nobody knows whose quarters count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberYear:
    """A member with the closed quarters of the year, and the figure they come to; None without any."""

    member: Member
    quarters: tuple[QuarterFigure, ...]
    annual: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchMean:
    """What the points of a branch's members come to, exactly, in hundredths.

    `mean` is None where anything hinders it, and `hindrances` says all of that at once. `closings` are the quarters it
    is made of, `to_come` those of the year that are not over. It is the mean of *many* members; `without` have no
    figure and count nowhere. `members` are those *many*, by number, where they were asked for.
    """

    unit: Unit
    year: int
    mean: Fraction | None
    closings: tuple[Closing, ...]
    to_come: tuple[str, ...]
    many: int
    without: int
    hindrances: tuple[Fault, ...]
    members: tuple[MemberYear, ...] = ()

    def as_mark(self, criteria: CriteriaSet) -> str | None:
        """Return the mean as a mark under *criteria*: to the hundredth, rounded once as the set rounds; None where there is none."""
        if self.mean is None:
            return None
        return marks_text(rounded(self.mean / 100, 2, criteria.score.rounding))


def asking(criteria: CriteriaSet) -> tuple[Criterion, ...]:
    """Return the criteria that take their number from members' points, in order of the set."""
    return tuple(own for own in criteria.criteria if own.source is Source.MEAN_MEMBER_POINTS)


def is_year(period: Period) -> bool:
    """Say whether *period* is called by a year."""
    return len(period.id) == 4 and period.id.isascii() and period.id.isdecimal()


def year_of_period(period: Period) -> int:
    """Return the year whose quarters count for *period*, which is called by it. Raises YearUnknown."""
    if is_year(period):
        return int(period.id)
    raise YearUnknown(
        [
            Fault.of(
                f"评定期“{period.id}”的名称不是年份，无法确定取哪一年的党员积分；请按核定的数字填写",
                f"the period “{period.id}” is not called by a year, so it is not known which year's points count; "
                "enter the number as it was verified",
            )
        ]
    )


def means_of(c: Connection, branches: Sequence[Unit], year: int) -> dict[str, BranchMean]:
    """Return the means of *branches* in *year* so far, by code."""
    adopted = rules.adopted(c)
    if not adopted or adopted[0].first_day > date(year, 12, 31):
        missing = (rules.missing(date(year, 12, 31)),)
        return {own.code: _hindered(own, year, missing) for own in branches}
    return _Year(c, branches, year, adopted[0].first_day).means()


def with_members(c: Connection, own: BranchMean) -> BranchMean:
    """Return the mean with the members it is of, by number."""
    if own.mean is None:
        return own
    in_force = rules.in_force(c, date(own.year, 12, 31))
    ended = _ended(own.year, rules.adopted(c)[0].first_day)
    roll = members.of_unit(c, own.unit.code, quarter_days(ended[-1])[1])
    frozen = closed_quarters(c, [one.id for one in roll], own.year)
    found = []
    for one in roll:
        closed = tuple(each for name, each in sorted(frozen.get(one.id, {}).items()) if name in ended)
        annual = year_figure(in_force, own.year, closed, 0).annual
        if annual is not None:
            found.append(MemberYear(member=one, quarters=closed, annual=annual))
    return replace(own, members=tuple(found))


def _ended(year: int, begun: date) -> tuple[str, ...]:
    """Return the quarters of *year* that are over, of those since the county has had rules."""
    days = {name: quarter_days(name) for name in quarters_of(year)}
    return tuple(name for name, (first, last) in days.items() if begun <= first and last < today())


class _Year:
    """All that the means of some branches in one year stand on, read at once."""

    def __init__(self, c: Connection, branches: Sequence[Unit], year: int, begun: date) -> None:
        self._branches, self._year = branches, year
        self._rules = rules.in_force(c, date(year, 12, 31))
        codes, now = [own.code for own in branches], today()
        days = {name: quarter_days(name) for name in quarters_of(year)}
        self._ended = _ended(year, begun)
        self._to_come = tuple(name for name, (_, last) in days.items() if last >= now)
        self._closings = quarters.closings(c, codes, year)
        units: dict[str, str] = {}
        self._totals: dict[str, Total] = {}
        if self._ended:
            units = members.branches(c, codes, days[self._ended[-1]][1])
            self._totals = quarters.totals(c, self._ended[0], self._ended[-1], units)
        self._roll = _by_unit(units)
        self._standing = {
            name: frozenset(transfers.sums(c, self._open(units, name), *days[name])) for name in self._ended
        }
        self._there = {name: self._read_there(c, name, units) for name in self._ended}

    def _open(self, units: Iterable[str], name: str) -> list[str]:
        """Return those of whom the quarter is not closed."""
        place = bit(name)
        return [one for one in units if not self._totals.get(one, _NOTHING).places & place]

    def _read_there(self, c: Connection, name: str, units: Mapping[str, str]) -> dict[str, list[str]]:
        """Return whom branches had when the quarter ended, of those that have not closed it, or of whose members it is open."""
        closed = {code for code, each in self._closings.items() if any(own.quarter == name for own in each)}
        asked = {own.code for own in self._branches} - closed | {units[one] for one in self._standing[name]}
        return _by_unit(members.branches(c, asked, quarter_days(name)[1])) if asked else {}

    def means(self) -> dict[str, BranchMean]:
        """Return the means, by code."""
        return {own.code: self._mean(own) for own in self._branches}

    def _mean(self, unit: Unit) -> BranchMean:
        closings = self._closings.get(unit.code, ())
        own = replace(
            _hindered(unit, self._year, tuple(self._hindrances(unit, {one.quarter for one in closings}))),
            closings=closings,
            to_come=self._to_come,
        )
        if own.hindrances:
            return own
        roll = self._roll.get(unit.code, ())
        totals = [self._totals[one] for one in roll if one in self._totals]
        found = [annual_of(self._rules, total.figure, total.many) for total in totals]
        figures = [one for one in found if one is not None]
        if not figures:
            return replace(own, hindrances=(_nobody(unit, self._year),))
        many = len(figures)
        return replace(own, mean=Fraction(sum(figures), many), many=many, without=len(roll) - many)

    def _hindrances(self, unit: Unit, closed: Collection[str]) -> Iterator[Fault]:
        """Yield what has to be done before there is a mean: every quarter that is over closed, here and for who came."""
        if not self._ended:
            yield Fault.of(
                f"{self._year} 年还没有结束的季度，党员积分无数可取",
                f"no quarter of {self._year} is over yet, so there are no points to take",
            )
        for name in self._ended:
            there = set(self._there[name].get(unit.code, ()))
            if there and name not in closed:
                yield Fault.of(
                    f"{unit.name}的 {name} 还没有结账，请支部书记或管理员先结账",
                    f"{name} of {unit.name} is not closed; its secretary or an administrator closes it first",
                )
            elsewhere = [
                one
                for one in self._roll.get(unit.code, ())
                if one in self._standing[name] and one not in there
            ]
            if elsewhere:
                many = counted(len(elsewhere), "名党员", "member")
                yield Fault.of(
                    f"{unit.name}有 {many.zh}的 {name} 在原支部还没有结账，请原支部先结账",
                    f"{name} of {many.en} of {unit.name} is not closed in the branch they came from; that closes it first",
                )


_NOTHING = Total(0, 0, 0, 0, 0)


def _by_unit(units: Mapping[str, str]) -> dict[str, list[str]]:
    rolls: dict[str, list[str]] = {}
    for one, unit in units.items():
        rolls.setdefault(unit, []).append(one)
    return rolls


def _hindered(unit: Unit, year: int, hindrances: tuple[Fault, ...]) -> BranchMean:
    return BranchMean(
        unit=unit,
        year=year,
        mean=None,
        closings=(),
        to_come=(),
        many=0,
        without=0,
        hindrances=hindrances,
    )


def _nobody(unit: Unit, year: int) -> Fault:
    return Fault.of(
        f"{unit.name}没有一名党员有 {year} 年已结账的积分，无数可取；确实不适用的请填“不适用”",
        f"no member of {unit.name} has points of a closed quarter of {year}; where it does not apply, enter n/a",
    )
