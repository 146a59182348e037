"""Rules of members' points: the baseline, the items, and what stars and cards come of a year of them.

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
from scoring.criteria.item import Item, ItemKind, MemberKind, counted
from scoring.criteria.model import IDS, MOST_STARS
from scoring.numbers import Rounding, marks_text
from scoring.texts import Text


class AnnualRule(StrEnum):
    """How a year's figure is made of those of its quarters."""

    MEAN_OF_QUARTERS = "mean_of_quarters"


class CardFigure(StrEnum):
    """Which figure a card is given by: the year's honour points, the spendable balance, or what was earned to spend in the year."""

    ANNUAL_HONOUR = "annual_honour"
    SPENDABLE_BALANCE = "spendable_balance"
    SPENDABLE_EARNED = "spendable_earned"


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
        days, months = counted(self.notice_days, "天", "day"), counted(self.months, "个月", "month")
        refuse(
            not_positive("months", self.months),
            Rule(self.months > 120, "months", "不能超过 120", "cannot be above 120"),
            not_positive("notice_days", self.notice_days),
            Rule(
                self.months > 0 and self.notice_days > 28 * self.months,
                "notice_days",
                f"提前 {days.zh}预告，比有效期的 {months.zh}还长",
                f"is {days.en}, which is longer than the {months.en} there are to spend them in",
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
            f"谈话提醒线 {talk} 分，高于最低一档星级的 {low} 分，有星级的党员也会被提醒",
            f"is {talk}, above the {low} of the lowest stars: a talk would be due with members who have stars",
            rests=("cut_points",),
        )
