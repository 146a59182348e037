"""What a year of points comes to for a member: its figure, stars, a talk that is due, a card, and what can be reached at most.

All points are integers of hundredths.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from scoring.criteria.item import Item, Ledger, MemberKind, Window
from scoring.criteria.points import Card, PointsRules, StarBand
from scoring.numbers import Rounding, rounded


def annual(rules: PointsRules, quarters: Sequence[int]) -> int | None:
    """Return the year's honour points from those of its *quarters*, each with its baseline in it, in hundredths.

    The mean of the quarters there are (`mean_of_quarters`; four for who was a member all year), rounded once to the
    rules' decimals; below nought a half goes up towards nought. None where there is no quarter.
    """
    return annual_of(rules, sum(quarters), len(quarters))


def annual_of(rules: PointsRules, total: int, many: int) -> int | None:
    """Return the same of as *many* quarters that come to *total* (hundredths) together."""
    if not many:
        return None
    assert many <= 4
    return _mean(total, many, rules.annual.decimals, rules.annual.rounding)


@lru_cache(maxsize=10_000)
def _mean(total: int, quarters: int, decimals: int, rounding: Rounding) -> int:
    """Return the rounded mean; a county's many members come to few different sums."""
    unit: int = 10 ** (2 - decimals)
    return rounded(Fraction(total, 100 * quarters), decimals, rounding) * unit


def stars_of(rules: PointsRules, figure: int) -> int | None:
    """Return the stars of a year's *figure* (hundredths): bands are half-open, [80, 90); below the lowest 0.

    None where the rules have no cut points.
    """
    if not rules.bands:
        return None
    return next((band.stars for band in rules.bands if figure >= band.at_least), 0)


def next_band(rules: PointsRules, figure: int) -> StarBand | None:
    """Return the lowest band above a year's *figure* (hundredths); None where there is none higher."""
    return next((band for band in reversed(rules.bands) if figure < band.at_least), None)


def talk_due(rules: PointsRules, figure: int) -> bool:
    """Say whether a year's *figure* (hundredths) calls for a talk with the member: a notice, and no punishment."""
    return rules.talk_below is not None and figure < rules.talk_below


def card_of(rules: PointsRules, figure: int) -> Card | None:
    """Return the highest card that *figure* (hundredths, of the sort the rules name in `cards.figure`) earns, or None."""
    cards = () if rules.cards is None else rules.cards.levels
    return next((card for card in reversed(cards) if figure >= card.at_least), None)


def next_card(rules: PointsRules, figure: int) -> Card | None:
    """Return the lowest card that *figure* (as in `card_of`) does not earn yet; None where there is none higher."""
    cards = () if rules.cards is None else rules.cards.levels
    return next((card for card in cards if figure < card.at_least), None)


def most_a_year(item: Item) -> int | None:
    """Return the most hundredths *item* can give or take of one member in a year by its caps; None without limit.

    An event's caps limit no year, since there may be any number of events.
    """
    most = [cap * TIMES_A_YEAR[window] for window, cap in _calendar_caps(item)]
    return min(most, default=None)


def attainable(rules: PointsRules, kind: MemberKind, ledger: Ledger) -> Fraction | None:
    """Return the most a member of *kind* can earn on *ledger* with every cap used and nothing lost, in hundredths.

    On the honour ledger it is the year's figure: baseline and a quarter of what the year's items give, unrounded. On
    the spendable one it is the sum of the year. None without limit.
    """
    own = [item for item in rules.earning if kind in item.members and ledger in item.ledgers]
    most = [most_a_year(item) for item in own]
    if any(points is None for points in most):
        return None
    total = sum(points for points in most if points is not None)
    if ledger is Ledger.SPENDABLE:
        return Fraction(total)
    return rules.baseline.of(kind) + Fraction(total, 4)


TIMES_A_YEAR = {Window.DAY: 366, Window.MONTH: 12, Window.QUARTER: 4, Window.YEAR: 1}
"""How often a window of the calendar comes in a year, at the most."""


def _calendar_caps(item: Item) -> list[tuple[Window, int]]:
    caps = ((window, item.caps.of(window)) for window in TIMES_A_YEAR)
    return [(window, cap) for window, cap in caps if cap is not None]
