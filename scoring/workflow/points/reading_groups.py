"""Points of others: a branch's members by name, and the county by sums alone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring.criteria.item import Ledger
from scoring.criteria.points import PointsRules
from scoring.errors import Fault, Place, UnitUnknown
from scoring.ledger import Balance
from scoring.numbers import Rounding, rounded
from scoring.people import Actor
from scoring.permissions import Action, Setting, may, permit
from scoring.store import units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import claims, members, rules, transfers
from scoring.store.ledger.members import Member
from scoring.store.unchanged import unchanged
from scoring.texts import Text
from scoring.units import Group, Grouping, Unit
from scoring.workflow.points.quarters import YearFigure, year_of
from scoring.workflow.points.reading import FEWEST
from scoring.working_days import today

SPREAD_STEP = 500
"""Figures of a year are counted in steps of so many hundredths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPoints:
    """A member of a branch with balances, the year so far, and how many claims wait."""

    member: Member
    honour: Balance
    spendable: Balance
    year: YearFigure
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchPoints:
    """A branch and its members' points, by number."""

    unit: Unit
    members: tuple[MemberPoints, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSums:
    """What a group of members comes to this year, in hundredths; *annual* is the mean of the figures there are.

    *stars* counts the members who would have so many stars, *cards* those who would hold each card, by id, *talks*
    those with whom a talk would be due. *spread* counts the figures of the year by the multiple of `SPREAD_STEP` they
    reach, lowest first.
    """

    members: int
    earned: int
    lost: int
    annual: int | None
    spendable: int
    owed: int
    stars: dict[int, int]
    cards: dict[str, int]
    talks: int
    spread: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyPoints:
    """Sums of the county, of townships and departments, and of branches; None for a group of so few that it would be about each.

    Such branches count with their superior where they are several and together not few, else nowhere: so no difference
    of two sums is about a few either. *left_out* members count nowhere. *rules* are those stars and cards follow from.
    """

    year: int
    rules: PointsRules
    county: GroupSums | None
    superiors: dict[Group, GroupSums | None]
    branches: tuple[tuple[Unit, GroupSums | None], ...]
    left_out: int


def points_of_branch(store: Store, actor: Actor, code: str) -> BranchPoints:
    """Return the points of the branch's members, with names. Raises NotAllowed, UnitUnknown and RulesMissing."""
    with store.read() as c:
        unit = units.newest(c, [code]).get(code)
        if unit is None:
            permit(actor, Action.SEE_POINTS, Setting())
            sentence = Text(f"没有代码为“{code}”的支部", f"there is no branch of the code “{code}”")
            raise UnitUnknown([Fault(place=Place(), sentence=sentence)])
        permit(actor, Action.SEE_POINTS, Setting(unit=unit))
        found = members.of_unit(c, code)
        ids = [own.id for own in found]
        years = year_of(c, ids, today().year)
        honour = transfers.balances(c, ids, Ledger.HONOUR)
        spendable = transfers.balances(c, ids, Ledger.SPENDABLE)
        waiting = Counter(own.member for own in claims.pending(c, [code]))
    return BranchPoints(
        unit=unit,
        members=tuple(
            MemberPoints(
                member=own,
                honour=honour.get(own.id, Balance()),
                spendable=spendable.get(own.id, Balance()),
                year=years[own.id],
                waiting=waiting[own.id],
            )
            for own in found
        ),
    )


def points_of_county(store: Store, actor: Actor, year: int | None = None) -> CountyPoints:
    """Return sums of the branches *actor* may see, of their superiors and of all, for *year*, None for this one.

    No member is named. A year that is over is that of the members there were at its end. Raises NotAllowed and
    RulesMissing.
    """
    permit(actor, Action.SEE_POINTS_SUMS, Setting())
    now = today()
    year = now.year if year is None else year
    last = date(year, 12, 31)
    with store.read() as c:
        known = units.newest(c)
        seen = {
            code: unit
            for code, unit in known.items()
            if may(actor, Action.SEE_POINTS_SUMS, Setting(unit=unit))
        }
        question = "points of the county", year, now, frozenset(seen)
        return unchanged(c, question, lambda: _county(c, seen, year, min(last, now)))


def _county(c: Connection, seen: Mapping[str, Unit], year: int, day: date) -> CountyPoints:
    """Return the sums of those branches and of the members they had as of *day*."""
    found = members.branches(c, seen, day)
    in_force = rules.in_force(c, date(year, 12, 31))
    years = year_of(c, found, year)
    spendable = transfers.balances(c, found, Ledger.SPENDABLE)
    by_unit: dict[str, list[tuple[YearFigure, Balance]]] = {code: [] for code in seen}
    for member, unit in found.items():
        by_unit[unit].append((years[member], spendable.get(member, _NOTHING)))
    by_superior: dict[Group, list[list[tuple[YearFigure, Balance]]]] = {}
    for code, unit_ in seen.items():
        by_superior.setdefault(_superior(unit_), []).append(by_unit[code])
    told = {name: _told(groups) for name, groups in by_superior.items()}
    every = [own for group in told.values() if len(group) >= FEWEST for own in group]
    return CountyPoints(
        year=year,
        rules=in_force,
        county=_sums(every),
        superiors={name: _sums(group) for name, group in told.items()},
        branches=tuple((seen[code], _sums(by_unit[code])) for code in sorted(seen)),
        left_out=len(found) - len(every),
    )


_NOTHING = Balance()
_Figures = Sequence[tuple[YearFigure, Balance]]


def _superior(unit: Unit) -> Group:
    own = unit.group(Grouping.SUPERIOR)
    assert own is not None, "a unit answers to somebody"
    return own


def _told(groups: Iterable[_Figures]) -> list[tuple[YearFigure, Balance]]:
    """Return of one superior's branches the members that its sums may be about."""
    own = list(groups)
    large = [one for group in own if len(group) >= FEWEST for one in group]
    few = [group for group in own if 0 < len(group) < FEWEST]
    small = [one for group in few for one in group]
    return [*large, *(small if len(few) > 1 and len(small) >= FEWEST else ())]


def _sums(group: _Figures) -> GroupSums | None:
    """Return what the group comes to; None where it is of too few."""
    if len(group) < FEWEST:
        return None
    years = [year for year, _ in group]
    annual = [year.annual for year in years if year.annual is not None]
    quarters = [quarter for year in years for quarter in year.quarters]
    mean = rounded(Fraction(sum(annual), len(annual)), 0, Rounding.HALF_UP) if annual else None
    return GroupSums(
        members=len(group),
        earned=sum(own.earned for own in quarters),
        lost=sum(own.lost for own in quarters),
        annual=mean,
        spendable=sum(own.balance for _, own in group),
        owed=sum(own.owed for _, own in group),
        stars=dict(sorted(Counter(year.stars for year in years if year.stars is not None).items())),
        cards=dict(Counter(year.card.id for year in years if year.card is not None)),
        talks=sum(year.talk_due for year in years),
        spread=tuple(sorted(Counter(own // SPREAD_STEP * SPREAD_STEP for own in annual).items())),
    )
