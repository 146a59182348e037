"""A quarter of points: opened with everybody's baseline, closed branch by branch, and the year that quarters come to."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from scoring.criteria import member_stars
from scoring.criteria.item import Ledger, MemberKind, counted
from scoring.criteria.points import Card, CardFigure, PointsRules, StarBand
from scoring.errors import Fault, Refused
from scoring.ledger import ISSUER, HonourSums, NewTransfer, TransferKind, quarter_days, quarter_of
from scoring.people import Actor
from scoring.permissions import Action, Setting, may, permit
from scoring.store import units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import members, quarters, rules, transfers
from scoring.store.ledger.members import Member
from scoring.store.ledger.quarters import QuarterResult, baseline_key, quarters_of
from scoring.units import Unit
from scoring.workflow.points.deeds import hand, points_deed
from scoring.working_days import today

_QUARTER = re.compile("(?!0000)[0-9]{4}Q[1-4]")


class QuarterRefused(Refused):
    """A quarter cannot be opened, or not be closed yet, for the reasons given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterOpened:
    """How many members were given their baseline of a quarter now, how many had it, and by which rules.

    `in_closed` are members of branches that have closed the quarter: nothing counts in it for them any more.
    """

    quarter: str
    rules: str
    given: int
    had: int
    in_closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchQuarter:
    """Where a branch stands with a quarter: its members, and what is missing before it can be closed.

    `waiting` are its claims that nobody has decided, `without_baseline` its members who have none; `closed_at` is None
    while it is open.
    """

    unit: Unit
    members: int
    waiting: int
    without_baseline: int
    closed_at: datetime | None
    may_close: bool


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


def open_quarter(store: Store, actor: Actor | None, quarter: str) -> QuarterOpened:
    """Give every active member their baseline of *quarter*, by the rules of its first day; whoever has it keeps it.

    Done again it gives it to who has joined since; who joined in the quarter has it from that day on. Raises
    NotAllowed, RulesMissing, and QuarterRefused where the quarter has not begun.
    """
    deed = points_deed(actor, Action.OPEN_QUARTER)
    first, last = _days(quarter)
    now = today()
    if first > now:
        raise QuarterRefused(
            [Fault.of(f"{quarter} 从 {first.isoformat()} 开始，还没有到", f"{quarter} begins on {first}")]
        )
    with store.begin(deed) as c:
        own = rules.in_force(c, first)
        active = [one for one in members.every(c, min(now, last)) if one.active]
        had = quarters.with_baseline(c, quarter)
        closed = quarters.closed_in(c, quarter)
        missing = [one for one in active if one.id not in had]
        given = [one for one in missing if one.unit not in closed and own.baseline.of(one.kind)]
        given.sort(key=attrgetter("id"))
        joined = members.joined(c)
        transfers.post(
            c, [_baseline(one, quarter, own, max(first, joined[one.id])) for one in given], hand(actor)
        )
        return QuarterOpened(
            quarter=quarter,
            rules=own.ref,
            given=len(given),
            had=len(active) - len(missing),
            in_closed=sum(one.unit in closed for one in missing),
        )


def close_quarter(store: Store, actor: Actor | None, quarter: str, code: str) -> tuple[QuarterResult, ...]:
    """Close the branch's *quarter*, and return what it came to for each member, by number; it never moves again.

    It is that of the members the branch had on the last day, and of those who left it that quarter for nowhere. Raises
    NotAllowed, RulesMissing, and QuarterRefused with all that is missing.
    """
    with store.read() as c:
        unit = _unit(c, code)
    deed = points_deed(actor, Action.CLOSE_QUARTER, unit)
    first, last = _days(quarter)
    with store.begin(deed) as c:
        own = rules.in_force(c, first)
        found = _members_of(c, code, first, last)
        faults = list(_missing(c, quarter, unit, found, own))
        if faults:
            raise QuarterRefused(faults)
        sums = transfers.sums(c, [one.id for one in found], first, last)
        results = tuple(_result(one, quarter, own, sums.get(one.id, HonourSums())) for one in found)
        quarters.close(c, quarter, {code: results}, hand(actor))
        return results


def close_quarters(store: Store, actor: Actor | None, quarter: str) -> tuple[str, ...]:
    """Close *quarter* in every branch that has members and where nothing hinders it, at once; return their codes, in order.

    Of the branches that *actor* may close; the others stay as they are. Raises NotAllowed, RulesMissing, and QuarterRefused while it is not over.
    """
    deed = points_deed(actor, Action.CLOSE_QUARTER)
    first, last = _days(quarter)
    if last >= today():
        raise QuarterRefused([_not_over(quarter, last)])
    with store.begin(deed) as c:
        own = rules.in_force(c, first)
        closed, waiting = quarters.closed_in(c, quarter), quarters.pending(c, quarter)
        held, has = quarters.pending_for(c, quarter), quarters.with_baseline(c, quarter)
        known = units.newest(c)
        by_unit: dict[str, list[Member]] = {}
        for one in members.every(c, last):
            if one.active or first <= one.first_day:
                by_unit.setdefault(one.unit, []).append(one)
        ready = {
            code: found
            for code, found in by_unit.items()
            if code not in closed
            and code not in waiting
            and held.isdisjoint(one.id for one in found)
            and (actor is None or may(actor, Action.CLOSE_QUARTER, Setting(unit=known[code])))
            and not _without([one for one in found if one.active], has, own)
        }
        sums = transfers.sums(c, [one.id for found in ready.values() for one in found], first, last)
        results = {
            code: [_result(one, quarter, own, sums.get(one.id, HonourSums())) for one in found]
            for code, found in ready.items()
        }
        quarters.close(c, quarter, results, hand(actor))
        return tuple(ready)


def see_quarters(store: Store, actor: Actor, quarter: str) -> tuple[BranchQuarter, ...]:
    """Return where the branches *actor* may see stand with *quarter*, by code. Raises NotAllowed and QuarterRefused."""
    permit(actor, Action.SEE_POINTS_SUMS, Setting())
    first, last = _days(quarter)
    with store.read() as c:
        known = units.newest(c)
        seen = [
            code for code in sorted(known) if may(actor, Action.SEE_POINTS_SUMS, Setting(unit=known[code]))
        ]
        closed, waiting = quarters.closed_in(c, quarter), quarters.pending(c, quarter)
        has = quarters.with_baseline(c, quarter)
        found = members.of_units(c, seen, min(today(), last))
        own = rules.in_force(c, first)
    by_unit: dict[str, list[Member]] = {code: [] for code in seen}
    for one in found:
        by_unit[one.unit].append(one)
    return tuple(
        BranchQuarter(
            unit=known[code],
            members=len(by_unit[code]),
            waiting=waiting.get(code, 0),
            without_baseline=len(_without(by_unit[code], has, own)),
            closed_at=closed.get(code),
            may_close=code not in closed
            and last < today()
            and may(actor, Action.CLOSE_QUARTER, Setting(unit=known[code])),
        )
        for code in seen
    )


def this_quarter() -> str:
    """Return the quarter that runs today."""
    return quarter_of(today())


def last_ended() -> str:
    """Return the quarter that ended last, which is the next to be closed."""
    first, _ = quarter_days(this_quarter())
    return quarter_of(first - timedelta(days=1))


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


def _talk_due(own: PointsRules, annual: int | None) -> bool:
    return annual is not None and member_stars.talk_due(own, annual)


def _closed_year(own: PointsRules, year: int, closed: Mapping[str, QuarterFigure]) -> YearFigure:
    return year_figure(own, year, [closed[name] for name in sorted(closed)], 0)


def _baseline(one: Member, quarter: str, own: PointsRules, day: date) -> NewTransfer:
    return NewTransfer(
        key=baseline_key(quarter, one.id),
        ledger=Ledger.HONOUR,
        kind=TransferKind.BASELINE,
        source=ISSUER,
        target=one.id,
        amount=own.baseline.of(one.kind),
        member=one.id,
        unit=one.unit,
        rules=own.ref,
        day=day,
    )


def _members_of(c: Connection, code: str, first: date, last: date) -> list[Member]:
    """Return the members of the branch as of *last*, and those who left it from *first* on, by number."""
    return [one for one in members.on_roll(c, code, last) if one.active or first <= one.first_day]


def _missing(
    c: Connection, quarter: str, unit: Unit, found: Sequence[Member], own: PointsRules
) -> Iterator[Fault]:
    last = quarter_days(quarter)[1]
    if quarters.is_closed(c, quarter, unit.code):
        yield Fault.of(f"{unit.name} 的 {quarter} 已经结账", f"{quarter} of {unit.name} is closed already")
        return
    if last >= today():
        yield _not_over(quarter, last)
    waiting = quarters.pending(c, quarter, unit.code).get(unit.code, 0)
    if waiting:
        claims = counted(waiting, "笔", "claim")
        yield Fault.of(
            f"{unit.name} 还有 {claims.zh}申报没有审核，请先逐笔通过、退回或撤回",
            f"{claims.en} of {unit.name} not decided yet: post, void or withdraw each first",
        )
    elsewhere = quarters.pending_elsewhere(c, quarter, unit.code, [one.id for one in found])
    if elsewhere:
        claims = counted(elsewhere, "笔", "claim")
        yield Fault.of(
            f"本季度转入{unit.name}的党员在原支部还有 {claims.zh}申报没有审核，请联系原支部先逐笔办结",
            f"{claims.en} of members who came to {unit.name} wait in the branch they came from: have each decided first",
        )
    without = _without([one for one in found if one.active], quarters.with_baseline(c, quarter), own)
    if without:
        many = counted(len(without), "名党员", "member")
        yield Fault.of(
            f"{unit.name} 有 {many.zh}还没有 {quarter} 的基础分，请管理员先发放",
            f"{many.en} of {unit.name} without the baseline of {quarter}; an administrator gives it first",
        )


def _not_over(quarter: str, last: date) -> Fault:
    return Fault.of(
        f"{quarter} 到 {last.isoformat()} 才结束，次日起可以结账",
        f"{quarter} ends on {last.isoformat()}; it can be closed from the day after",
    )


def _without(found: Sequence[Member], has: Collection[str], own: PointsRules) -> list[Member]:
    return [one for one in found if one.id not in has and own.baseline.of(one.kind)]


def _result(one: Member, quarter: str, own: PointsRules, sums: HonourSums) -> QuarterResult:
    return QuarterResult(
        member=one.id,
        quarter=quarter,
        unit=one.unit,
        kind=one.kind,
        rules=own.ref,
        baseline=sums.baseline,
        earned=sums.earned,
        lost=sums.lost,
    )


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


def begins_with_points(own: PointsRules) -> bool:
    """Say whether every kind of member has a baseline, so that a quarter without one is not open yet."""
    return min(own.baseline.of(kind) for kind in MemberKind) > 0


def _figure(quarter: str, sums: HonourSums, *, closed: bool) -> QuarterFigure:
    return QuarterFigure(
        quarter=quarter, baseline=sums.baseline, earned=sums.earned, lost=sums.lost, closed=closed
    )


def _days(quarter: str) -> tuple[date, date]:
    """Return the days of *quarter*. Raises QuarterRefused where that is none."""
    if _QUARTER.fullmatch(quarter):
        return quarter_days(quarter)
    raise QuarterRefused(
        [Fault.of(f"“{quarter}”不是季度；请写成 2026Q4", f"“{quarter}” is no quarter; write it like 2026Q4")]
    )


def _unit(c: Connection, code: str) -> Unit:
    found = units.newest(c, [code]).get(code)
    if found is None:
        raise QuarterRefused(
            [Fault.of(f"没有代码为“{code}”的支部", f"there is no branch of the code “{code}”")]
        )
    return found
