"""Rules of members' points: what earns and what loses them, up to which caps, and what stars and cards come of them.

Values that cannot exist when wrong. All points are integers of hundredths of a point; months and days are whole numbers.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from scoring.criteria.claims import Rule, id_wrong, not_positive, refuse, repeated
from scoring.criteria.criterion import EvidenceAsked
from scoring.criteria.model import IDS, MOST_STARS
from scoring.numbers import Rounding, marks_text
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


class AnnualRule(StrEnum):
    """How a year's figure is made of those of its quarters."""

    MEAN_OF_QUARTERS = "mean_of_quarters"


class CardFigure(StrEnum):
    """Which figure a card is given by: the year's honour points, the spendable balance, or what was earned to spend in the year."""

    ANNUAL_HONOUR = "annual_honour"
    SPENDABLE_BALANCE = "spendable_balance"
    SPENDABLE_EARNED = "spendable_earned"


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
        cap: int | None = getattr(self, window.value)
        return cap

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows that have a cap in points, narrowest first."""
        return tuple(window for window in Window if self.of(window) is not None)

    def _nested(self) -> Iterator[tuple[Window, Window]]:
        """Yield each window and the next wider one with a cap. An event may last days or months, but not years."""
        yield from pairwise(window for window in self.windows if window is not Window.EVENT)
        if self.event is not None and self.year is not None:
            yield Window.EVENT, Window.YEAR


def _longer(caps: Caps, narrow: Window, wide: Window) -> Rule:
    one, other = caps.of(narrow) or 0, caps.of(wide) or 0
    return Rule(
        one > other,
        narrow.value,
        f"{WINDOWS[narrow].zh}上限 {marks_text(one)} 高于{WINDOWS[wide].zh}上限 {marks_text(other)}",
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
            f"{WINDOWS[window].zh}上限 {marks_text(cap)} 低于一次的最少分值 {marks_text(item.least)}",
            f"the cap of {marks_text(cap)} {WINDOWS[window].en} is below the {marks_text(item.least)} of one time",
            rests=("points", "range"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The honour points every member begins each quarter with, and what kinds of member begin with instead."""

    points: int
    serving: int | None = None
    resident: int | None = None
    mobile: int | None = None
    elderly: int | None = None

    def __post_init__(self) -> None:
        named = [("points", self.points), *((str(kind), self._own(kind)) for kind in MemberKind)]
        refuse(
            *(
                Rule(points is not None and points < 0, name, "不能小于 0", "cannot be below 0")
                for name, points in named
            )
        )

    def of(self, kind: MemberKind) -> int:
        """Return what a member of *kind* begins a quarter with, in hundredths."""
        own = self._own(kind)
        return self.points if own is None else own

    def _own(self, kind: MemberKind) -> int | None:
        own: int | None = getattr(self, kind.value)
        return own


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualFigure:
    """How a year's figure is made of its quarters', and the one rounding it has."""

    rule: AnnualRule = AnnualRule.MEAN_OF_QUARTERS
    decimals: int = 2
    rounding: Rounding = Rounding.HALF_UP

    def __post_init__(self) -> None:
        refuse(Rule(not 0 <= self.decimals <= 2, "decimals", "应为 0 至 2", "must be 0 to 2"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StarBand:
    """The year's honour points (hundredths) from which a member has *stars*, up to where the next band begins."""

    stars: int
    at_least: int

    def __post_init__(self) -> None:
        refuse(
            not_positive("stars", self.stars),
            Rule(self.stars > MOST_STARS, "stars", f"不能超过 {MOST_STARS}", f"cannot be above {MOST_STARS}"),
            Rule(self.at_least < 0, "at_least", "不能小于 0", "cannot be below 0"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card a member holds from *at_least* (hundredths) on, and what it opens."""

    id: str
    title: Text
    at_least: int
    opens: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        refuse(
            id_wrong(self.id),
            not_positive("at_least", self.at_least),
            Rule(not self.opens, "opens", "至少写一项待遇", "needs at least one thing it opens"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """The cards there are, lowest first, and the figure they are given by."""

    figure: CardFigure
    levels: tuple[Card, ...]

    def __post_init__(self) -> None:
        refuse(
            Rule(not self.levels, "levels", "至少要有一种卡", "needs at least one card"),
            *(_not_above(lower, higher) for lower, higher in pairwise(self.levels)),
        )


def _not_above(lower: Card, higher: Card) -> Rule:
    low, high = marks_text(lower.at_least), marks_text(higher.at_least)
    return Rule(
        lower.at_least >= higher.at_least,
        "levels",
        f"须由低到高排列：“{higher.id}”的门槛 {high} 不高于“{lower.id}”的 {low}",
        f"must be listed lowest first: “{higher.id}” from {high} is not above “{lower.id}” from {low}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """Spendable points end *months* after the end of the year they were earned in, announced *notice_days* before."""

    months: int
    notice_days: int

    def __post_init__(self) -> None:
        refuse(
            not_positive("months", self.months),
            Rule(self.months > 120, "months", "不能超过 120", "cannot be above 120"),
            not_positive("notice_days", self.notice_days),
            Rule(
                self.months > 0 and self.notice_days > 28 * self.months,
                "notice_days",
                f"预告 {self.notice_days} 天，早于积分到期前的 {self.months} 个月",
                f"would be announced {self.notice_days} days before, which is longer than the {self.months} months",
                rests=("months",),
            ),
        )

    def last_day(self, year: int) -> date:
        """Return the last day on which points earned in *year* can be spent: the end of a month."""
        own_year, month = divmod(12 * year + 11 + self.months, 12)
        return date(own_year, month + 1, monthrange(own_year, month + 1)[1])

    def announced_on(self, year: int) -> date:
        """Return the day on which it is announced that points earned in *year* are about to expire."""
        return self.last_day(year) - timedelta(days=self.notice_days)


@dataclass(frozen=True, kw_only=True, eq=False)
class PointsRules:
    """One version of the rules by which members earn and lose points. *talk_below* in hundredths of the year's figure.

    Two are the same when their digests are (`loader.digest`).
    """

    id: str
    version: str
    title: Text
    baseline: Baseline
    items: tuple[Item, ...]
    annual: AnnualFigure = field(default_factory=AnnualFigure)
    cut_points: tuple[StarBand, ...] = ()
    talk_below: int | None = None
    cards: Cards | None = None
    expiry: Expiry | None = None
    basis: str = ""
    note: Text | None = None
    changes: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        refuse(
            id_wrong(self.id),
            id_wrong(self.version, name="version"),
            Rule(not self.items, "items", "没有任何积分项目", "holds no item"),
            *_repeated_ids(self),
            *_wrong_bands(self),
        )

    @property
    def ref(self) -> str:
        """Its name and version: `member-points@2026.1`."""
        return f"{self.id}@{self.version}"

    @cached_property
    def bands(self) -> tuple[StarBand, ...]:
        """Its bands of stars, highest first."""
        return tuple(sorted(self.cut_points, key=lambda band: band.stars, reverse=True))

    @property
    def earning(self) -> tuple[Item, ...]:
        """The items that give points, in the order of the file."""
        return tuple(item for item in self.items if item.kind is ItemKind.EARNING)

    @property
    def losing(self) -> tuple[Item, ...]:
        """The items that take points, in the order of the file."""
        return tuple(item for item in self.items if item.kind is ItemKind.LOSING)

    def item(self, item_id: str) -> Item:
        """Return the item of that id. Raises KeyError."""
        return self._items_by_id[item_id]

    @cached_property
    def _items_by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}


def _repeated_ids(rules: PointsRules) -> Iterator[Rule]:
    """Items and cards share one space of ids."""
    cards = () if rules.cards is None else rules.cards.levels
    ids = [*(item.id for item in rules.items), *(card.id for card in cards)]
    for name, times in Counter(ids).items():
        yield Rule(times > 1, IDS, f"编号“{name}”重复", f"the id “{name}” is used twice")


def _wrong_bands(rules: PointsRules) -> Iterator[Rule]:
    bands = sorted(rules.cut_points, key=lambda band: band.stars)
    yield repeated("cut_points", [band.stars for band in bands])
    yield repeated("cut_points", [band.at_least for band in bands], marks=True)
    for lower, higher in pairwise(bands):
        yield Rule(
            lower.stars < higher.stars and lower.at_least > higher.at_least,
            "cut_points",
            f"{lower.stars} 星的分数线高于 {higher.stars} 星，{lower.stars} 星无人可得",
            f"{lower.stars} stars need more than {higher.stars} stars do: nobody can have {lower.stars}",
        )
    lowest = min((band.at_least for band in bands), default=None)
    if rules.talk_below is not None:
        talk, low = marks_text(rules.talk_below), marks_text(lowest or 0)
        yield not_positive("talk_below", rules.talk_below)
        yield Rule(
            lowest is not None and rules.talk_below > lowest,
            "talk_below",
            f"谈话提醒线 {talk} 高于最低一档星级的 {low}，有星级的党员也会被提醒",
            f"is {talk}, above the {low} of the lowest stars: a talk would be due with members who have stars",
            rests=("cut_points",),
        )
