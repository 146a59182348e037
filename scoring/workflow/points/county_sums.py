"""What a county's members come to in a year, summed by branch: all of it once, and then only the branches points moved in."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from scoring.criteria import member_stars
from scoring.criteria.item import Ledger
from scoring.criteria.points import CardFigure, PointsRules
from scoring.ledger import HonourSums, quarter_days
from scoring.numbers import Rounding, rounded
from scoring.store.engine import Connection
from scoring.store.ledger import members, quarters, rules, transfers
from scoring.store.ledger.quarters import Total, bit, quarters_of
from scoring.workflow.points.years import begins_with_points

SPREAD_STEP = 500
"""Figures of a year are counted in steps of so many hundredths."""

_MOST_MOVED, _MOST_CLOSED = 2_000, 50
"""Where points of more members moved, or more branches closed a quarter, all is summed anew."""


@dataclass(slots=True)
class Sums:
    """What some members come to in a year (hundredths), added up one by one or from the sums of several branches."""

    members: int = 0
    earned: int = 0
    lost: int = 0
    annual: int = 0
    with_annual: int = 0
    spendable: int = 0
    owed: int = 0
    talks: int = 0
    stars: Counter[int] = field(default_factory=Counter)
    cards: Counter[str] = field(default_factory=Counter)
    spread: Counter[int] = field(default_factory=Counter)

    @property
    def mean(self) -> int | None:
        """The mean of the figures there are, None without any; a half goes up."""
        return (
            rounded(Fraction(self.annual, self.with_annual), 0, Rounding.HALF_UP)
            if self.with_annual
            else None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSums:
    """The sums of branches, by code, and in which branch each member counts; `transfers` is the number of the last one in them."""

    branches: Mapping[str, Sums]
    units: Mapping[str, str]
    transfers: int


def together(several: Iterable[Sums]) -> Sums:
    """Return the sums of several branches as one."""
    own = Sums()
    for one in several:
        own.members += one.members
        own.earned += one.earned
        own.lost += one.lost
        own.annual += one.annual
        own.with_annual += one.with_annual
        own.spendable += one.spendable
        own.owed += one.owed
        own.talks += one.talks
        own.stars.update(one.stars)
        own.cards.update(one.cards)
        own.spread.update(one.spread)
    return own


def sums_of_year(c: Connection, branches: Iterable[str], year: int, day: date, now: date) -> YearSums:
    """Return the sums of *year* so far, which is *now*, of *branches* and the members they had as of *day*. Raises RulesMissing."""
    codes = frozenset(branches)
    units = members.branches(c, codes, day)
    own = rules.in_force(c, date(year, 12, 31))
    found = {code: Sums() for code in codes} | _summed(c, units, own, year, now)
    return YearSums(branches=found, units=units, transfers=transfers.last_number(c))


def sums_from(c: Connection, before: YearSums, link: int, year: int, day: date, now: date) -> YearSums:  # noqa: PLR0917  as above
    """Return the same, from how it was *before* under that *link*: only branches in which anything moved since are summed.

    Raises RulesMissing.
    """
    moved = _moved(c, before.transfers, link)
    if moved is None:
        return sums_of_year(c, before.branches, year, day, now)
    there = members.branches_of(c, moved, day)
    units = {one: unit for one, unit in before.units.items() if one not in moved}
    units |= {one: unit for one, unit in there.items() if unit in before.branches}
    anew = {before.units[one] for one in moved if one in before.units}
    anew |= {units[one] for one in moved if one in units}
    own = rules.in_force(c, date(year, 12, 31))
    theirs = {one: unit for one, unit in units.items() if unit in anew}
    found = {code: Sums() for code in anew} | _summed(c, theirs, own, year, now)
    return YearSums(branches={**before.branches, **found}, units=units, transfers=transfers.last_number(c))


def _moved(c: Connection, number: int, link: int) -> frozenset[str] | None:
    """Return of whom anything changed since that transfer and that link; None where it is more than it is worth to tell."""
    if rules.adopted_since(c, link):
        return None
    posted = transfers.concerned_since(c, number, _MOST_MOVED)
    closed = quarters.closed_since(c, link, _MOST_CLOSED)
    if posted is None or closed is None:
        return None
    found = posted | closed | members.revised_since(c, link)
    return found if len(found) <= _MOST_MOVED else None


def _summed(
    c: Connection, units: Mapping[str, str], own: PointsRules, year: int, now: date
) -> dict[str, Sums]:
    """Return the sums of the branches of those members, by code."""
    found: dict[str, Sums] = {}
    totals = _totals(c, units, year, now)
    held = transfers.balances(c, units, Ledger.SPENDABLE)
    by = None if own.cards is None else own.cards.figure
    earned: dict[str, int] = {}
    if by is CardFigure.SPENDABLE_EARNED:
        earned = quarters.spendable_earned(c, units, date(year, 1, 1), date(year, 12, 31))
    brings = _Brings(own)
    for one, unit in units.items():
        sums = found.get(unit)
        if sums is None:
            sums = found[unit] = Sums()
        sums.members += 1
        balance = held.get(one)
        if balance is not None:
            sums.spendable += balance.balance
            sums.owed += balance.owed
        total = totals.get(one)
        annual = None
        if total is not None:
            sums.earned += total.earned
            sums.lost += total.lost
            annual = member_stars.annual_of(own, total.figure, total.many)
        if annual is not None:
            brings.count_year(sums, annual)
        if by is CardFigure.ANNUAL_HONOUR:
            brings.count_card(sums, annual)
        elif by is CardFigure.SPENDABLE_EARNED:
            brings.count_card(sums, earned.get(one, 0))
        else:
            brings.count_card(sums, 0 if balance is None else balance.balance)
    return found


class _Brings:
    """What figures bring by the rules, each worked out once: many members come to few different figures."""

    def __init__(self, own: PointsRules) -> None:
        self._rules = own
        self._years: dict[int, tuple[int | None, bool]] = {}
        self._cards: dict[int, str | None] = {}

    def count_year(self, sums: Sums, annual: int) -> None:
        """Count a member whose year comes to *annual* (hundredths)."""
        known = self._years.get(annual)
        if known is None:
            rules_ = self._rules
            known = member_stars.stars_of(rules_, annual), member_stars.talk_due(rules_, annual)
            self._years[annual] = known
        stars, due = known
        sums.annual += annual
        sums.with_annual += 1
        sums.talks += due
        if stars is not None:
            sums.stars[stars] += 1
        sums.spread[annual // SPREAD_STEP * SPREAD_STEP] += 1

    def count_card(self, sums: Sums, figure: int | None) -> None:
        """Count the card that *figure* (hundredths) earns, None where there is no figure."""
        if figure is None:
            return
        if figure not in self._cards:
            card = member_stars.card_of(self._rules, figure)
            self._cards[figure] = None if card is None else card.id
        name = self._cards[figure]
        if name is not None:
            sums.cards[name] += 1


def _totals(c: Connection, units: Mapping[str, str], year: int, now: date) -> dict[str, Total]:
    """Return what the quarters of *year* that are open or closed come to together, by member, as `year_of` counts them."""
    names = quarters_of(year)
    found = quarters.totals(c, names[0], names[-1], units)
    for name in names:
        first, last = quarter_days(name)
        if first > now:
            break
        place = bit(name)
        still = [one for one in units if one not in found or not found[one].places & place]
        running = transfers.sums(c, still, first, last)
        asked = bool(running) and begins_with_points(rules.in_force(c, first))
        for one, sums in running.items():
            if sums.baseline or not asked:
                found[one] = _with(found.get(one, _NOTHING), sums, place)
    return found


_NOTHING = Total(0, 0, 0, 0, 0)


def _with(total: Total, sums: HonourSums, place: int) -> Total:
    return Total(
        total.many + 1,
        total.places | place,
        total.figure + sums.baseline + sums.earned - sums.lost,
        total.earned + sums.earned,
        total.lost + sums.lost,
    )
