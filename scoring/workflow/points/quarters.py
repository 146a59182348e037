"""A quarter of points is opened with everybody's baseline, and closed branch by branch; what it comes to is told elsewhere."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from scoring.criteria.item import Ledger, counted
from scoring.criteria.points import PointsRules
from scoring.errors import Fault, Refused
from scoring.ledger import ISSUER, HonourSums, NewTransfer, TransferKind, quarter_days, quarter_of
from scoring.people import Actor
from scoring.permissions import Action, Setting, may, permit
from scoring.store import units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import members, quarters, rules, transfers
from scoring.store.ledger.members import Member
from scoring.store.ledger.quarters import QuarterResult, baseline_key
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
