"""What the points of some quarters would have come to by other rules: worked out beside the books, nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from scoring.criteria.caps import allowed
from scoring.criteria.catalogue import find_points, is_ref, read_points
from scoring.criteria.item import Item, ItemKind, Ledger
from scoring.criteria.points import Card, PointsRules
from scoring.errors import Fault, Place, Refused
from scoring.ledger import TransferKind, quarter_days, quarter_of
from scoring.people import Actor
from scoring.permissions import Action
from scoring.store.engine import Store
from scoring.store.ledger import counted, members, rules
from scoring.store.ledger.counted import Standing
from scoring.store.ledger.members import Member
from scoring.texts import Text
from scoring.workflow.points.deeds import points_deed
from scoring.workflow.points.quarters import QuarterFigure, year_figure
from scoring.workflow.points.tallies import Tally


class ReplayRefused(Refused):
    """Those days are not whole quarters of one year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the quarters come to for a member by one version: the mean of them, what can be spent (hundredths), stars, card."""

    annual: int | None
    spendable: int
    stars: int | None
    card: Card | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReplayed:
    """A member by number, as posted and as it would have been."""

    code: str
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """All members with points of the quarters, by number, and of how many something would have moved.

    `gone` are items that are posted and that the other rules have not; what stands under them would not have counted.
    """

    rules: str
    members: tuple[MemberReplayed, ...]
    gone: tuple[str, ...]

    @property
    def figures_moved(self) -> int:
        """How many members would have another figure."""
        return sum(own.before.annual != own.after.annual for own in self.members)

    @property
    def stars_moved(self) -> int:
        """How many would have other stars."""
        return sum(own.before.stars != own.after.stars for own in self.members)

    @property
    def cards_moved(self) -> int:
        """How many would have another card, or none."""
        return sum(_id(own.before.card) != _id(own.after.card) for own in self.members)


def replay(store: Store, actor: Actor | None, name: str, first_day: date, last_day: date) -> Replayed:
    """Return what stands on those days, and what it would have come to by the rules of *name* (a ref, or a file).

    Each line counts what the rules give now: fixed points anew, points at discretion as they were claimed, or posted,
    within the range; then the caps, in order of day. What was reversed is left out on both sides. Cards that go by
    the balance are judged by what was earned. Raises NotAllowed, CriteriaUnknown, CriteriaInvalid, RulesMissing, and
    ReplayRefused where the days are not whole quarters of one year.
    """
    points_deed(actor, Action.KEEP_POINTS_RULES)
    _check(first_day, last_day)
    wanted = find_points(name) if is_ref(name) else read_points(Path(name))
    with store.read() as c:
        before = rules.in_force(c, last_day)
        found = tuple(counted.standing(c, first_day, last_day))
        histories = members.histories(c, {own.member for own in found})
    posted, anew = _Sums(), _Anew(wanted, histories)
    for own in found:
        posted.add(own.member, own.day, _signed(own), own.ledger)
        anew.line(own)
    return Replayed(
        rules=wanted.ref,
        members=tuple(
            sorted(
                (
                    MemberReplayed(
                        code=revisions[-1].code,
                        before=posted.outcome(before, member, first_day.year),
                        after=anew.sums.outcome(wanted, member, first_day.year),
                    )
                    for member, revisions in histories.items()
                ),
                key=lambda own: own.code,
            )
        ),
        gone=tuple(sorted(anew.gone)),
    )


@dataclass(slots=True)
class _Sums:
    """Points by member and quarter on the honour ledger, and by member on the spendable one."""

    honour: dict[str, dict[str, int]] = field(default_factory=dict)
    spendable: dict[str, int] = field(default_factory=dict)

    def add(self, member: str, day: str, points: int, ledger: str) -> None:
        if ledger == Ledger.SPENDABLE.value:
            self.spendable[member] = self.spendable.get(member, 0) + points
            return
        quarter = quarter_of(date.fromisoformat(day))
        own = self.honour.setdefault(member, {})
        own[quarter] = own.get(quarter, 0) + points

    def outcome(self, own: PointsRules, member: str, year: int) -> Outcome:
        quarters = [
            QuarterFigure(quarter=name, baseline=0, earned=points, lost=0, closed=False)
            for name, points in sorted(self.honour.get(member, {}).items())
        ]
        spendable = self.spendable.get(member, 0)
        figure = year_figure(own, year, quarters, spendable)
        return Outcome(annual=figure.annual, spendable=spendable, stars=figure.stars, card=figure.card)


class _Anew:
    """What stands, line by line, as the other rules would have it."""

    def __init__(self, own: PointsRules, histories: Mapping[str, Sequence[Member]]) -> None:
        self.sums = _Sums()
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
        day = date.fromisoformat(own.day)
        member = members.as_of(self._histories[own.member], day) or self._histories[own.member][0]
        if own.kind == TransferKind.BASELINE.value:
            self.sums.add(own.member, own.day, self._rules.baseline.of(member.kind), own.ledger)
            return
        item = self._items.get(own.item)
        if item is None:
            self.gone.add(own.item)
        if item is None or member.kind not in item.members:
            return
        left = allowed(item, _within(item, own), self._tally.posted(own.member, item, day, own.event)).posts
        if left:
            self._tally.add(own.member, item.id, day, own.event, left)
        for ledger in item.ledgers:
            self.sums.add(own.member, own.day, -left if item.kind is ItemKind.LOSING else left, ledger.value)


def _within(item: Item, own: Standing) -> int:
    """Return what the item gives for a line: its fixed points, or what was claimed or posted, within its range and steps."""
    if item.range is None:
        return item.most
    said = min(max(own.amount if own.claimed is None else own.claimed, item.least), item.most)
    return said - (said - item.least) % item.range.step


def _signed(own: Standing) -> int:
    return -own.amount if own.kind == TransferKind.LOSS.value else own.amount


def _id(card: Card | None) -> str:
    return "" if card is None else card.id


def _check(first_day: date, last_day: date) -> None:
    faults = list(_hindering(first_day, last_day))
    if faults:
        raise ReplayRefused(faults)


def _hindering(first_day: date, last_day: date) -> Iterator[Fault]:
    begins, ends = quarter_days(quarter_of(first_day))[0], quarter_days(quarter_of(last_day))[1]
    if (begins, ends) != (first_day, last_day):
        yield _fault(
            f"应从季度的第一天到最后一天，如 {begins.isoformat()} 至 {ends.isoformat()}",
            f"goes from the first day of a quarter to the last of one, as {begins} to {ends}",
        )
    if first_day.year != last_day.year or last_day < first_day:
        yield _fault("应在同一年之内，先起后止", "stays within one year, first day first")


def _fault(zh: str, en: str) -> Fault:
    return Fault(place=Place(), sentence=Text(zh, en))
