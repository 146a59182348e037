"""What one unit's agreed marks could still be raised to, and what its score would be then.

Variants of the unit are copies whose agreed mark on one or more criteria is higher. They are one cohort of their own,
scored by the same code as any other; where no part is clipped, what raises give is added up instead, to the same score.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

from scoring.agreement import Agreed, Outcome
from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import ROOT, CriteriaSet
from scoring.numbers import Integers, Ratios, rounded
from scoring.scores import PartValues, SheetScores, value_parts

_MOST_OPTIONS = 400
_FITS = 2**62

NOW, _FULL = -1, -2
"""How the agreed mark as it is, and full marks, stand among picks."""

Picks = NDArray[np.int64]
"""Which mark each criterion that can be raised has [criterion, variant]: the place of an option, or NOW."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """A criterion's agreed mark raised from *now* to *to*, in marks."""

    criterion: Criterion
    now: Fraction
    to: Fraction

    @property
    def marks(self) -> Fraction:
        """How many marks more."""
        return self.to - self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to a score: the raises it takes, and the printed score after them in units of the last decimal."""

    raises: tuple[Raise, ...]
    printed: int

    @property
    def marks(self) -> Fraction:
        """How many marks more in all."""
        return sum((one.marks for one in self.raises), Fraction(0))


class Room:
    """What the agreed marks of one unit could still be raised to: the room it has to improve.

    `rows` are the criteria below full marks, `now` their agreed marks and `options` the marks they could be raised
    to, lowest first [place in rows], all in hundredths; `open` are the places that have options.
    """

    def __init__(self, scores: SheetScores, unit: int) -> None:
        agreed, self.criteria = scores.agreed, scores.sheet.criteria
        self._scores, self._unit = scores, unit
        self.rows: list[int] = []
        self.now: list[Fraction] = []
        for row in np.flatnonzero(agreed.outcomes[:, unit] == Outcome.AGREED).tolist():
            now = agreed.at(row, unit) * self.criteria.grain
            if now < self.criteria.criteria[row].full_marks:
                self.rows.append(row)
                self.now.append(now)
        possible = _possible_marks(self.criteria)
        self.options = [
            possible[row][bisect_right(possible[row], now) :]
            for row, now in zip(self.rows, self.now, strict=True)
        ]
        self.open = [place for place, options in enumerate(self.options) if options]
        self.as_now: Picks = np.full(len(self.rows), NOW, dtype=np.int64)

    @cached_property
    def _measured(self) -> tuple[Fraction, list[list[int]]]:
        common = lcm(*(now.denominator for now in self.now))
        sizes = [
            [to * common - now.numerator * (common // now.denominator) for to in options]
            for now, options in zip(self.now, self.options, strict=True)
        ]
        step = gcd(*(size for own in sizes for size in own)) or 1
        return Fraction(step, common), [[*(size // step for size in own), 0, 0] for own in sizes]

    @property
    def step(self) -> Fraction:
        """The largest number of hundredths of which every raise is a multiple."""
        return self._measured[0]

    @property
    def sizes(self) -> list[list[int]]:
        """How many steps each option takes [place][option]; 0 for the two that follow, full marks and as it is."""
        return self._measured[1]

    def steps(self, picks: Picks) -> list[int]:
        """Return how many steps each variant takes."""
        steps: list[int] = self._total(picks, [1] * len(self.rows)).tolist()
        return steps

    def _total(self, picks: Picks, weights: Sequence[int]) -> Integers:
        """Return the steps of each variant, each times the weight of its place."""
        sizes = [[size * weight for size in own] for own, weight in zip(self.sizes, weights, strict=True)]
        total = np.zeros(picks.shape[1], dtype=np.int64 if sum(map(max, sizes)) < _FITS else object)
        for own, pick in zip(sizes, picks, strict=True):
            total += np.array(own, dtype=total.dtype)[pick]
        return total

    def one_by_one(self, base: Picks, places: Sequence[int]) -> Picks:
        """Return *base* with each option of each of *places* instead of what it has there, one variant an option."""
        size = sum(len(self.options[place]) for place in places)
        picks: Picks = np.repeat(base[:, np.newaxis], size, axis=1)
        start = 0
        for place in places:
            end = start + len(self.options[place])
            picks[place, start:end] = np.arange(end - start)
            start = end
        return picks

    @cached_property
    def _ends(self) -> dict[str, PartValues]:
        """Every part as it is, with full marks everywhere, and with full marks on each criterion alone."""
        size = len(self.rows)
        alone = np.full((size, size), NOW, dtype=np.int64)
        np.fill_diagonal(alone, _FULL)
        both = np.array([[NOW, _FULL]], dtype=np.int64).repeat(size, axis=0)
        return self._parts(np.concatenate([both, alone], axis=1))

    @cached_property
    def score_now(self) -> Fraction:
        """The score as it is, not rounded."""
        return self._ends[ROOT].value.at(0) * 100

    @cached_property
    def gains(self) -> list[Fraction]:
        """How much more of the score full marks on each criterion alone would give [place]."""
        root = self._ends[ROOT].value
        return [root.at(place + 2) * 100 - self.score_now for place in range(len(self.rows))]

    @cached_property
    def worths(self) -> tuple[list[int], int]:
        """How much of the score one hundredth more gives, on the way to full marks [place], over one denominator."""
        full = (self.criteria.criteria[row].full_marks for row in self.rows)
        worths = [gain / (marks - now) for gain, marks, now in zip(self.gains, full, self.now, strict=True)]
        den = lcm(*(worth.denominator for worth in worths))
        return [worth.numerator * (den // worth.denominator) for worth in worths], den

    @cached_property
    def adds_up(self) -> bool:
        """Whether what raises give adds up: what clipping does to any part is the same at both ends."""
        return all(
            own.value.at(0) - own.plain.at(0) == own.value.at(1) - own.plain.at(1)
            for own in self._ends.values()
        )

    def printed(self, picks: Picks) -> NDArray[np.int64]:
        """Return the printed score of each variant, in units of the last decimal."""
        return self.added(picks) if self.adds_up else self.scored(picks)

    def added(self, picks: Picks) -> NDArray[np.int64]:
        """Return the printed score of each variant, had by adding what its raises give each alone."""
        rule, (worths, den) = self.criteria.score, self.worths
        scale = Fraction(1, lcm(self.score_now.denominator, den * self.step.denominator))
        gains = self._total(picks, worths)
        each, now = int(self.step / den / scale), int(self.score_now / scale)
        if int(gains.max(initial=0)) * each + now >= _FITS:
            gains = gains.astype(object)
        return Ratios.of(gains * each + now, scale.denominator).rounded(rule.decimals, rule.rounding)

    def scored(self, picks: Picks) -> NDArray[np.int64]:
        """Return the printed score of each variant, had by scoring it."""
        rule = self.criteria.score
        root = self._parts(picks)[ROOT].value
        return np.asarray(root.times(Fraction(100)).rounded(rule.decimals, rule.rounding))

    def printed_after(self, gain: int) -> int:
        """Return the printed score after that gain in steps × worth, where gains add up."""
        rule, (_, den) = self.criteria.score, self.worths
        return rounded(self.score_now + self.step * Fraction(gain, den), rule.decimals, rule.rounding)

    def way(self, picks: NDArray[np.int64], printed: int) -> Way:
        """Return the one variant *picks* [place] as a way, which comes to *printed*."""
        return Way(
            raises=tuple(
                Raise(
                    criterion=self.criteria.criteria[row],
                    now=self.now[place] / 100,
                    to=Fraction(self.options[place][pick], 100),
                )
                for place, (row, pick) in enumerate(zip(self.rows, picks.tolist(), strict=True))
                if pick != NOW
            ),
            printed=printed,
        )

    @cached_property
    def _tables(self) -> list[tuple[Integers, int]]:
        """The options, full marks and the mark as it is, in grains over a denominator; all but apart over the same."""
        agreed, grain = self._scores.agreed, self.criteria.grain
        marks = []
        for row, now, options in zip(self.rows, self.now, self.options, strict=True):
            den = now.denominator * grain
            whole = [to * now.denominator for to in (*options, self.criteria.criteria[row].full_marks)]
            common = gcd(den, now.numerator, *whole)
            marks.append(([mark // common for mark in (*whole, now.numerator)], den // common))
        together = [den for row, (_, den) in zip(self.rows, marks, strict=True) if row not in agreed.apart]
        over = lcm(agreed.den, *together)
        return [
            (_integers(own), den)
            if row in agreed.apart
            else (_integers([mark * (over // den) for mark in own]), over)
            for row, (own, den) in zip(self.rows, marks, strict=True)
        ]

    @cached_property
    def _unraised(self) -> tuple[Integers, int]:
        """The agreed marks as they are [criterion] and their denominator, fit for those of the tables to be put in."""
        agreed = self._scores.agreed
        own = [table for row, table in zip(self.rows, self._tables, strict=True) if row not in agreed.apart]
        den = own[0][1] if own else agreed.den
        num = _integers([num * (den // agreed.den) for num in agreed.num[:, self._unit].tolist()])
        return (num.astype(object) if any(marks.dtype == object for marks, _ in own) else num), den

    def _parts(self, picks: Picks) -> dict[str, PartValues]:
        """Return what every part comes to with those marks [variant]."""
        agreed, unit, size = self._scores.agreed, self._unit, picks.shape[1]
        unraised, den = self._unraised
        num = np.repeat(unraised[:, np.newaxis], size, axis=1)
        apart = {}
        tables = dict(zip(self.rows, zip(self._tables, picks, strict=True), strict=True))
        for row, ratios in agreed.apart.items():
            if row not in tables:
                now = ratios.at(unit)
                apart[row] = Ratios.of(_integers([now.numerator] * size), now.denominator)
        for row, ((marks, own_den), pick) in tables.items():
            if row in agreed.apart:
                apart[row] = Ratios.of(marks[pick], own_den)
            else:
                num[row] = marks[pick]
        outcomes = np.repeat(agreed.outcomes[:, unit : unit + 1], size, axis=1)
        counts = np.repeat(self._scores.counts[:, unit : unit + 1], size, axis=1)
        return value_parts(self.criteria, Agreed(outcomes, num, den, apart), counts)


@lru_cache(maxsize=64)
def _possible_marks(criteria: CriteriaSet) -> tuple[tuple[int, ...], ...]:
    """Return of every criterion the marks, in hundredths, that can be agreed on, lowest first."""
    return tuple(tuple(sorted(_possible(criterion))) for criterion in criteria.criteria)


def _possible(criterion: Criterion) -> set[int]:
    """Return the marks, in hundredths, that can be agreed on; of lines and ballots every half mark."""
    if criterion.kind is Kind.LEVELS:
        return {level.marks for level in criterion.levels}
    if criterion.bands:
        return {band.marks for band in criterion.bands}
    step = criterion.step_taken if criterion.kind is Kind.JUDGED else 50
    while criterion.full_marks // step > _MOST_OPTIONS:
        step *= 2
    best = criterion.best.numerator // criterion.best.denominator
    return {*range(0, best, step), *([best] if best == criterion.best else [])}


def _integers(numbers: Sequence[int]) -> Integers:
    """Return *numbers*, none negative, as an array: of Python integers where 64 bits do not hold them."""
    return np.array(numbers, dtype=np.int64 if max(numbers, default=0) < _FITS else object)
