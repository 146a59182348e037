"""What the points of some quarters would have come to by other rules: worked out beside the books, nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from scoring.criteria.caps import allowed
from scoring.criteria.catalogue import find_points, is_ref, points_refs, read_points
from scoring.criteria.item import Item, ItemKind, Ledger
from scoring.criteria.points import PointsRules
from scoring.errors import Fault, Refused
from scoring.ledger import TransferKind, quarter_days, quarter_of
from scoring.people import Actor
from scoring.permissions import Action, Setting, may
from scoring.store import units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import counted, members, rules
from scoring.store.ledger.counted import Standing
from scoring.store.ledger.members import Member
from scoring.store.ledger.quarters import quarters_of
from scoring.units import Unit
from scoring.workflow.points.deeds import points_deed
from scoring.workflow.points.replayed import MemberReplayed, Outcome, Replayed
from scoring.workflow.points.tallies import Tally
from scoring.workflow.points.years import QuarterFigure, year_figure
from scoring.working_days import today


class ReplayRefused(Refused):
    """Those days are not whole quarters of one year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One of the members who would move most, with the name and the branch; None where the branch is gone."""

    own: MemberReplayed
    name: str
    unit: Unit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Refs of rules, those in use first, newest first, then those shipped; and the quarters begun since rules were in use, newest first."""

    refs: tuple[str, ...]
    quarters: tuple[str, ...]


def replay(store: Store, actor: Actor | None, name: str, first_day: date, last_day: date) -> Replayed:
    """Return what stands on those days, and what it would have come to by the rules of *name*.

    That is the ref of rules in use or shipped, or a file. Each line counts what the rules give now: fixed points anew,
    points at discretion as they were claimed, or posted, within the range; then the caps, in order of day. What was
    reversed is left out on both sides. Cards that go by the balance are judged by what was earned. Raises NotAllowed,
    CriteriaUnknown, CriteriaInvalid, RulesMissing, and ReplayRefused where the days are not whole quarters of one year.
    """
    points_deed(actor, Action.KEEP_POINTS_RULES)
    _check(first_day, last_day)
    with store.read() as c:
        wanted = _wanted(c, name)
        before = rules.in_force(c, last_day)
        found = tuple(counted.standing(c, first_day, last_day))
        histories = members.histories(c, {own.member for own in found})
    posted, anew = _Sums(before, first_day.year), _Anew(wanted, first_day.year, histories)
    for own in found:
        posted.add(own.member, _quarter(own.day), _signed(own), own.ledger)
        anew.line(own)
    replayed = [
        MemberReplayed(
            code=revisions[-1].code, before=posted.outcome(member), after=anew.sums.outcome(member)
        )
        for member, revisions in histories.items()
    ]
    return Replayed(
        before=before,
        after=wanted,
        members=tuple(sorted(replayed, key=lambda own: own.code)),
        gone=tuple(sorted(anew.gone)),
    )


def choices(store: Store, actor: Actor) -> Choices:
    """Return which rules can be replayed without a file, and for which quarters. Raises NotAllowed."""
    points_deed(actor, Action.KEEP_POINTS_RULES)
    with store.read() as c:
        adopted = rules.adopted(c)
    refs = dict.fromkeys([*(own.ref for own in reversed(adopted)), *points_refs()])
    return Choices(refs=tuple(refs), quarters=_since(adopted[0].first_day) if adopted else ())


def most_moved(store: Store, actor: Actor, done: Replayed, most: int) -> tuple[Moved, ...]:
    """Return the *most* members whose figures would move furthest, by name: of those whose points *actor* may see."""
    furthest = sorted((own for own in done.members if own.moves_by), key=lambda own: -abs(own.moves_by))
    with store.read() as c:
        known = members.by_codes(c, [own.code for own in furthest[: _LOOKED_AT * most]])
        branches = units.newest(c, {own.unit for own in known.values()})
    seen = [
        Moved(own=own, name=known[own.code].name, unit=branches.get(known[own.code].unit))
        for own in furthest[: _LOOKED_AT * most]
        if may(actor, Action.SEE_POINTS, Setting(unit=branches.get(known[own.code].unit)))
    ]
    return tuple(seen[:most])


_LOOKED_AT = 4
"""So many times as many as are shown are looked at, since of some of them nothing may be seen."""


def _since(first_day: date) -> tuple[str, ...]:
    year, now = first_day.year, today()
    known = [name for each in range(year, now.year + 1) for name in quarters_of(each)]
    return tuple(name for name in reversed(known) if first_day <= quarter_days(name)[0] <= now)


def _wanted(c: Connection, name: str) -> PointsRules:
    if not is_ref(name):
        return read_points(Path(name))
    in_use = any(own.ref == name for own in rules.adopted(c))
    return rules.known(c, name) if in_use else find_points(name)


@cache
def _day(day: str) -> date:
    return date.fromisoformat(day)


@cache
def _quarter(day: str) -> str:
    return quarter_of(_day(day))


@dataclass(slots=True)
class _Sums:
    """Points by member and quarter on the honour ledger, and by member on the spendable one; what they come to by *own*."""

    own: PointsRules
    year: int
    honour: dict[str, dict[str, int]] = field(default_factory=dict)
    spendable: dict[str, int] = field(default_factory=dict)
    known: dict[tuple[tuple[tuple[str, int], ...], int], Outcome] = field(default_factory=dict)

    def add(self, member: str, quarter: str, points: int, ledger: str) -> None:
        if ledger == _SPENDABLE:
            self.spendable[member] = self.spendable.get(member, 0) + points
            return
        own = self.honour.setdefault(member, {})
        own[quarter] = own.get(quarter, 0) + points

    def outcome(self, member: str) -> Outcome:
        """Return what the points of *member* come to; most members' come to the same as somebody else's."""
        quarters = tuple(sorted(self.honour.get(member, {}).items()))
        spendable = self.spendable.get(member, 0)
        found = self.known.get((quarters, spendable))
        if found is None:
            found = self.known[quarters, spendable] = self._of(quarters, spendable)
        return found

    def _of(self, quarters: Sequence[tuple[str, int]], spendable: int) -> Outcome:
        figures = [
            QuarterFigure(quarter=name, baseline=0, earned=points, lost=0, closed=False)
            for name, points in quarters
        ]
        figure = year_figure(self.own, self.year, figures, spendable)
        return Outcome(annual=figure.annual, spendable=spendable, stars=figure.stars, card=figure.card)


class _Anew:
    """What stands, line by line, as the other rules would have it."""

    def __init__(self, own: PointsRules, year: int, histories: Mapping[str, Sequence[Member]]) -> None:
        self.sums = _Sums(own, year)
        self.gone: set[str] = set()
        self._rules = own
        self._items = {item.id: item for item in own.items}
        self._histories = histories
        self._tally = Tally()
        self._seen: set[str] = set()

    def line(self, own: Standing) -> None:
        """Let one line count; what it posted on another ledger besides counts with it."""
        if own.key in self._seen:
            return
        self._seen.add(own.key)
        member, quarter = self._member(own), _quarter(own.day)
        if own.kind == _BASELINE:
            self.sums.add(own.member, quarter, self._rules.baseline.of(member.kind), own.ledger)
            return
        item = self._items.get(own.item)
        if item is None:
            self.gone.add(own.item)
        if item is None or member.kind not in item.members:
            return
        day = _day(own.day)
        left = allowed(item, _within(item, own), self._tally.posted(own.member, item, day, own.event)).posts
        if left:
            self._tally.add(own.member, item.id, day, own.event, left)
        for ledger in item.ledgers:
            self.sums.add(own.member, quarter, -left if item.kind is ItemKind.LOSING else left, ledger.value)

    def _member(self, own: Standing) -> Member:
        revisions = self._histories[own.member]
        if len(revisions) == 1:
            return revisions[0]
        return members.as_of(revisions, _day(own.day)) or revisions[0]


_SPENDABLE, _BASELINE = Ledger.SPENDABLE.value, TransferKind.BASELINE.value
_LOSS = TransferKind.LOSS.value


def _within(item: Item, own: Standing) -> int:
    """Return what the item gives for a line: its fixed points, or what was claimed or posted, within its range and steps."""
    if item.range is None:
        return item.most
    said = min(max(own.amount if own.claimed is None else own.claimed, item.least), item.most)
    return said - (said - item.least) % item.range.step


def _signed(own: Standing) -> int:
    return -own.amount if own.kind == _LOSS else own.amount


def _check(first_day: date, last_day: date) -> None:
    faults = list(_hindering(first_day, last_day))
    if faults:
        raise ReplayRefused(faults)


def _hindering(first_day: date, last_day: date) -> Iterator[Fault]:
    begins, ends = quarter_days(quarter_of(first_day))[0], quarter_days(quarter_of(last_day))[1]
    if (begins, ends) != (first_day, last_day):
        yield Fault.of(
            f"应从季度的第一天到最后一天，如 {begins.isoformat()} 至 {ends.isoformat()}",
            f"goes from the first day of a quarter to the last of one, as {begins} to {ends}",
        )
    if first_day.year != last_day.year or last_day < first_day:
        yield Fault.of("应在同一年之内，先起后止", "stays within one year, first day first")
