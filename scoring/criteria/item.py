"""An item of members' points: what earns or loses them, for whom, in which steps, and up to which caps.

Values that cannot exist when wrong. All points are integers of hundredths of a point.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from scoring.criteria.claims import Rule, id_wrong, not_positive, refuse, repeated
from scoring.criteria.criterion import EvidenceAsked
from scoring.numbers import marks_text
from scoring.texts import Text


class MemberKind(StrEnum):
    """What kind of member somebody is: at work, at home, away from home, or of great age."""

    SERVING = "serving"
    RESIDENT = "resident"
    MOBILE = "mobile"
    ELDERLY = "elderly"


MEMBER_KINDS: dict[MemberKind, Text] = {
    MemberKind.SERVING: Text("在职党员", "serving members"),
    MemberKind.RESIDENT: Text("在家党员", "resident members"),
    MemberKind.MOBILE: Text("流动党员", "mobile members"),
    MemberKind.ELDERLY: Text("年老党员", "elderly members"),
}


class Ledger(StrEnum):
    """Where points are posted: what counts for the assessment and is never spent, and what can be spent."""

    HONOUR = "honour"
    SPENDABLE = "spendable"


class ItemKind(StrEnum):
    """Whether an item gives points or takes them."""

    EARNING = "earning"
    LOSING = "losing"


class Claimant(StrEnum):
    """Who may claim an item: the member, or the branch's secretary for the member."""

    MEMBER = "member"
    SECRETARY = "secretary"


class Verifier(StrEnum):
    """Who may verify a claim: the branch's secretary, its superior, or the community the member registered with."""

    SECRETARY = "secretary"
    SUPERIOR = "superior"
    COMMUNITY = "community"


class Window(StrEnum):
    """What a cap is for: one event, or a stretch of the calendar; from the narrowest to the widest."""

    EVENT = "event"
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRange:
    """What an item gives at the discretion of who verifies it: from *start* to *end* points, in steps."""

    start: int
    end: int
    step: int = 100

    def __post_init__(self) -> None:
        refuse(
            not_positive("start", self.start),
            Rule(
                self.end <= self.start,
                "end",
                f"应大于“from”的 {marks_text(self.start)}",
                f"must be above “from”, which is {marks_text(self.start)}",
                rests=("start",),
            ),
            not_positive("step", self.step),
            Rule(
                self.step > 0 and self.start < self.end and (self.end - self.start) % self.step != 0,
                "step",
                f"从 {marks_text(self.start)} 到 {marks_text(self.end)} 不是步长 {marks_text(self.step)} 的整数倍",
                f"from {marks_text(self.start)} to {marks_text(self.end)} is no multiple of the step {marks_text(self.step)}",
                rests=("start", "end"),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most points one item gives or takes of one member, each None where there is no such cap.

    *event_times* caps how many times one event counts. Days, months, quarters and years are those of the calendar.
    """

    event: int | None = None
    event_times: int | None = None
    day: int | None = None
    month: int | None = None
    quarter: int | None = None
    year: int | None = None

    def __post_init__(self) -> None:
        named = [*((str(window), self.of(window)) for window in Window), ("event_times", self.event_times)]
        refuse(
            *(not_positive(name, cap) for name, cap in named),
            *(_longer(self, one, other) for one, other in self._nested()),
        )

    def of(self, window: Window) -> int | None:
        """Return the cap of *window* in hundredths, or None."""
        cap: int | None = getattr(self, window)
        return cap

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows that have a cap in points, narrowest first."""
        return _windows(self)

    def _nested(self) -> Iterator[tuple[Window, Window]]:
        """Yield each window and the next wider one with a cap. An event may last days or months, but not years."""
        yield from pairwise(window for window in self.windows if window is not Window.EVENT)
        if self.event is not None and self.year is not None:
            yield Window.EVENT, Window.YEAR


@lru_cache(maxsize=1_000)
def _windows(caps: Caps) -> tuple[Window, ...]:
    return tuple(window for window in Window if caps.of(window) is not None)


def _longer(caps: Caps, narrow: Window, wide: Window) -> Rule:
    one, other = caps.of(narrow) or 0, caps.of(wide) or 0
    return Rule(
        one > other,
        narrow.value,
        f"{WINDOWS[narrow].zh}上限 {marks_text(one)} 分，高于{WINDOWS[wide].zh}上限 {marks_text(other)} 分",
        f"the cap of {marks_text(one)} {WINDOWS[narrow].en} is above that of {marks_text(other)} {WINDOWS[wide].en}",
        rests=(wide.value,),
    )


WINDOWS: dict[Window, Text] = {
    Window.EVENT: Text("每次活动", "an event"),
    Window.DAY: Text("每日", "a day"),
    Window.MONTH: Text("每月", "a month"),
    Window.QUARTER: Text("每季度", "a quarter"),
    Window.YEAR: Text("每年", "a year"),
}
"""What the cap of a window is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What earns or loses points: *points* each time, or an amount of *range*; the same on each of its ledgers.

    *members* are the kinds it is for. What a community may verify counts once an event, wherever else it is claimed.
    """

    id: str
    kind: ItemKind
    title: Text
    points: int | None = None
    range: PointsRange | None = None
    ledgers: tuple[Ledger, ...] = (Ledger.HONOUR,)
    members: tuple[MemberKind, ...] = tuple(MemberKind)
    caps: Caps = field(default_factory=Caps)
    claims: tuple[Claimant, ...] = (Claimant.MEMBER, Claimant.SECRETARY)
    verifies: tuple[Verifier, ...] = (Verifier.SECRETARY, Verifier.SUPERIOR)
    evidence: EvidenceAsked | None = None
    basis: str = ""
    note: Text | None = None

    def __post_init__(self) -> None:
        refuse(
            id_wrong(self.id),
            Rule(
                (self.points is None) == (self.range is None),
                "points",
                "“points”与“range”必须且只能写一个",
                "needs either “points” or “range”, not both",
                rests=("range",),
            ),
            not_positive("points", self.points),
            *(_empty(name, getattr(self, name)) for name in ("ledgers", "members", "claims")),
            *(repeated(name, getattr(self, name)) for name in ("ledgers", "members", "claims", "verifies")),
            Rule(
                self.kind is ItemKind.LOSING and Ledger.SPENDABLE in self.ledgers,
                "ledgers",
                "扣分项只扣荣誉分，不扣可兑换分",
                "a losing item takes honour points only, never spendable ones",
                rests=("kind",),
            ),
            Rule(
                Verifier.COMMUNITY in self.verifies and self.caps.event_times != 1,
                "verifies",
                "社区可以确认的，同一次活动只计一次：请在 caps 写 event_times: 1",
                "what a community may verify counts once an event: write event_times: 1 in its caps",
                rests=("caps",),
            ),
            *_caps_too_low(self),
        )

    @property
    def least(self) -> int:
        """The fewest points of one time, in hundredths."""
        return self.points if self.range is None else self.range.start  # type: ignore[return-value]

    @property
    def most(self) -> int:
        """The most points of one time, in hundredths."""
        return self.points if self.range is None else self.range.end  # type: ignore[return-value]

    def takes(self, points: int) -> bool:
        """Say whether *points* (hundredths, above 0) may be claimed for one time."""
        if self.range is None:
            return points == self.points
        return self.least <= points <= self.most and (points - self.least) % self.range.step == 0


def points_text(points: int) -> Text:
    """Return hundredths of a point as people write them: 150 is 1.5 points."""
    shown = marks_text(points)
    return Text(f"{shown} 分", "1 point" if points == 100 else f"{shown} points")


def counted(count: int, zh: str, en: str) -> Text:
    """Return *count* of what is called *zh* and, one of it, *en*."""
    return Text(f"{count} {zh}", f"{count} {en}" if count == 1 else f"{count} {en}s")


def times_text(count: int) -> Text:
    """Return how often something may count, as people write it."""
    return Text(f"{count} 次", {1: "once", 2: "twice"}.get(count, f"{count} times"))


def _empty(name: str, entries: tuple[StrEnum, ...]) -> Rule:
    return Rule(not entries, name, "至少要写一个", "needs at least one entry")


def _caps_too_low(item: Item) -> Iterator[Rule]:
    if (item.points is None) == (item.range is None):
        return
    for window in item.caps.windows:
        cap = item.caps.of(window) or 0
        yield Rule(
            0 < cap < item.least,
            "caps",
            f"{WINDOWS[window].zh}上限 {marks_text(cap)} 分，低于一次的最少分值 {marks_text(item.least)} 分",
            f"the cap of {marks_text(cap)} {WINDOWS[window].en} is below the {marks_text(item.least)} of one time",
            rests=("points", "range"),
        )
