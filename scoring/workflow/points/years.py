"""What members' quarters and years come to, running or closed: the year's figure, stars, card, and the talks that are due."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from scoring.criteria import member_stars
from scoring.criteria.item import Ledger, MemberKind
from scoring.criteria.points import Card, CardFigure, PointsRules, StarBand
from scoring.ledger import HonourSums, quarter_days
from scoring.people import Actor
from scoring.permissions import Action, Setting, may, permit
from scoring.store import units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import members, quarters, rules, transfers
from scoring.store.ledger.members import Member
from scoring.store.ledger.quarters import quarters_of
from scoring.working_days import today


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterFigure:
    """What a quarter comes to for a member, on the honour ledger, in hundredths; it stands once it is closed."""

    quarter: str
    baseline: int
    earned: int
    lost: int
    closed: bool

    @property
    def figure(self) -> int:
        """All of it together."""
        return self.baseline + self.earned - self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFigure:
    """What a year comes to for a member so far: the quarters there are, the figure of them, and what it brings.

    `annual` and `stars` are None where there is nothing to make them of. `for_card` is the figure (hundredths) that the
    card is given by; `next_band` and `next_card` are what comes next, None where nothing does.
    """

    year: int
    rules: str
    quarters: tuple[QuarterFigure, ...]
    annual: int | None
    stars: int | None
    talk_due: bool
    card: Card | None
    for_card: int | None
    next_band: StarBand | None
    next_card: Card | None


def quarters_of_member(c: Connection, member: str, year: int) -> tuple[QuarterFigure, ...]:
    """Return the member's quarters of *year* that are open, by their baseline, or closed, in order.

    What counts in a quarter before it is opened shows with its baseline, so that no year is drawn down by it.
    """
    return _quarters(c, [member], year).get(member, ())


def year_of(c: Connection, ids: Collection[str], year: int) -> dict[str, YearFigure]:
    """Return what *year* comes to so far for each of the members *ids*, by the rules in force at its end.

    Raises RulesMissing.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    own = rules.in_force(c, last)
    found = _quarters(c, ids, year)
    by = None if own.cards is None else own.cards.figure
    spendable: dict[str, int] = {}
    if by is CardFigure.SPENDABLE_EARNED:
        spendable = quarters.spendable_earned(c, ids, first, last)
    elif by is CardFigure.SPENDABLE_BALANCE:
        held = transfers.balances(c, ids, Ledger.SPENDABLE)
        spendable = {account: one.balance for account, one in held.items()}
    return {
        one: year_figure(own, year, found.get(one, ()), spendable.get(one, 0)) for one in dict.fromkeys(ids)
    }


def year_figure(own: PointsRules, year: int, found: Sequence[QuarterFigure], spendable: int) -> YearFigure:
    """Return what the quarters *found* of *year* come to by the rules; *spendable* is what a card may be given by."""
    annual = member_stars.annual(own, [one.figure for one in found])
    by_honour = own.cards is not None and own.cards.figure is CardFigure.ANNUAL_HONOUR
    for_card = annual if by_honour else spendable
    return YearFigure(
        year=year,
        rules=own.ref,
        quarters=tuple(found),
        annual=annual,
        stars=None if annual is None else member_stars.stars_of(own, annual),
        talk_due=_talk_due(own, annual),
        card=None if for_card is None else member_stars.card_of(own, for_card),
        for_card=for_card,
        next_band=None if annual is None else member_stars.next_band(own, annual),
        next_card=None if for_card is None else member_stars.next_card(own, for_card),
    )


def closed_quarters(c: Connection, ids: Collection[str], year: int) -> dict[str, dict[str, QuarterFigure]]:
    """Return what the closed quarters of *year* came to for members, as they stand: by member, then by quarter."""
    found: dict[str, dict[str, QuarterFigure]] = {}
    for one, name, sums in quarters.frozen(c, ids, year):
        found.setdefault(one, {})[name] = _figure(name, sums, closed=True)
    return found


def talks_due(store: Store, actor: Actor, year: int) -> tuple[tuple[Member, YearFigure], ...]:
    """Return the members with whom a talk is due by their figure of *year*, by branch and number: a notice, no more.

    Only quarters that are closed count, and only members of branches *actor* may see. Raises NotAllowed, RulesMissing.
    """
    permit(actor, Action.SEE_POINTS, Setting())
    with store.read() as c:
        own = rules.in_force(c, date(year, 12, 31))
        known = units.newest(c)
        seen = {code for code, unit in known.items() if may(actor, Action.SEE_POINTS, Setting(unit=unit))}
        first, *_, last = quarters_of(year)
        due = [
            one
            for one, total in quarters.totals(c, first, last).items()
            if _talk_due(own, member_stars.annual_of(own, total.figure, total.many))
        ]
        there = members.among(c, due).values()
        found = [one for one in there if one.active and one.unit in seen]
        frozen = closed_quarters(c, [one.id for one in found], year)
    found.sort(key=attrgetter("unit", "code"))
    return tuple((one, _closed_year(own, year, frozen[one.id])) for one in found)


def begins_with_points(own: PointsRules) -> bool:
    """Say whether every kind of member has a baseline, so that a quarter without one is not open yet."""
    return min(own.baseline.of(kind) for kind in MemberKind) > 0


def _talk_due(own: PointsRules, annual: int | None) -> bool:
    return annual is not None and member_stars.talk_due(own, annual)


def _closed_year(own: PointsRules, year: int, closed: Mapping[str, QuarterFigure]) -> YearFigure:
    return year_figure(own, year, [closed[name] for name in sorted(closed)], 0)


def _quarters(c: Connection, ids: Collection[str], year: int) -> dict[str, tuple[QuarterFigure, ...]]:
    found = closed_quarters(c, ids, year)
    now = today()
    for name in quarters_of(year):
        first, last = quarter_days(name)
        if first > now:
            break
        still = [one for one in ids if name not in found.get(one, ())]
        running = transfers.sums(c, still, first, last)
        asked = bool(running) and begins_with_points(rules.in_force(c, first))
        for one, sums in running.items():
            if sums.baseline or not asked:
                found.setdefault(one, {})[name] = _figure(name, sums, closed=False)
    return {one: tuple(figures[name] for name in sorted(figures)) for one, figures in found.items()}


def _figure(quarter: str, sums: HonourSums, *, closed: bool) -> QuarterFigure:
    return QuarterFigure(
        quarter=quarter, baseline=sums.baseline, earned=sums.earned, lost=sums.lost, closed=closed
    )
