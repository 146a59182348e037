"""Points of others: a branch's members by name, and the county by sums alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scoring.criteria.item import Ledger
from scoring.criteria.points import PointsRules
from scoring.errors import Fault, UnitUnknown
from scoring.ledger import Balance
from scoring.people import Actor
from scoring.permissions import Action, Setting, may, permit
from scoring.store import units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import claims, members, rules, transfers
from scoring.store.ledger.members import Member
from scoring.store.unchanged import grown, unchanged
from scoring.units import Group, Grouping, Unit
from scoring.workflow.points.county_sums import Sums, YearSums, sums_from, sums_of_year, together
from scoring.workflow.points.reading import FEWEST
from scoring.workflow.points.years import YearFigure, year_of
from scoring.working_days import today


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
            raise UnitUnknown(
                [Fault.of(f"没有代码为“{code}”的支部", f"there is no branch of the code “{code}”")]
            )
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
        day = min(last, now)
        question = "points of the county", year, frozenset(seen)
        return unchanged(c, (*question, now), lambda: _county(c, seen, year, _grown(c, question, day, now)))


def _grown(c: Connection, question: tuple[str, int, frozenset[str]], day: date, now: date) -> YearSums:
    """Return the sums of the year of those branches, from those of before where they are known."""
    _, year, seen = question
    return grown(
        c,
        question,
        now,
        lambda: sums_of_year(c, seen, year, day, now),
        lambda before, link: sums_from(c, before, link, year, day, now),
    )


def _county(c: Connection, seen: Mapping[str, Unit], year: int, sums: YearSums) -> CountyPoints:
    """Return what may be told of the sums of those branches."""
    by_superior: dict[Group, list[Sums]] = {}
    for code, unit in seen.items():
        by_superior.setdefault(_superior(unit), []).append(sums.branches[code])
    told = {name: together(_told(groups)) for name, groups in by_superior.items()}
    every = together(group for group in told.values() if group.members >= FEWEST)
    return CountyPoints(
        year=year,
        rules=rules.in_force(c, date(year, 12, 31)),
        county=_sums(every),
        superiors={name: _sums(group) for name, group in told.items()},
        branches=tuple((seen[code], _sums(sums.branches[code])) for code in sorted(seen)),
        left_out=len(sums.units) - every.members,
    )


def _superior(unit: Unit) -> Group:
    own = unit.group(Grouping.SUPERIOR)
    assert own is not None, "a unit answers to somebody"
    return own


def _told(groups: Sequence[Sums]) -> list[Sums]:
    """Return those of one superior's branches that its sums may be about."""
    large = [group for group in groups if group.members >= FEWEST]
    few = [group for group in groups if 0 < group.members < FEWEST]
    enough = len(few) > 1 and sum(group.members for group in few) >= FEWEST
    return [*large, *(few if enough else ())]


def _sums(group: Sums) -> GroupSums | None:
    """Return what the group comes to; None where it is of too few."""
    if group.members < FEWEST:
        return None
    return GroupSums(
        members=group.members,
        earned=group.earned,
        lost=group.lost,
        annual=group.mean,
        spendable=group.spendable,
        owed=group.owed,
        stars=dict(sorted(group.stars.items())),
        cards=dict(group.cards),
        talks=group.talks,
        spread=tuple(sorted(group.spread.items())),
    )
