"""Agreed marks: one mark a criterion and unit, out of what several evaluators gave or what a fact is worth."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.assessment import Ballots, Facts, Numbers, Sheet
from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import AgreementRule
from scoring.marks import NOT_APPLICABLE
from scoring.numbers import Integers, Ratios


class Outcome(IntEnum):
    """What became of a criterion: a mark, none needed, none yet, or a dispute to be settled by moderation."""

    AGREED = 0
    NOT_APPLICABLE = 1
    MISSING = 2
    DISPUTED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Agreed:
    """The agreed marks of one sheet, in grains.

    `outcomes` [criterion, unit]. `num` [criterion, unit] over the one `den` holds the marks of most criteria, 0
    where none was agreed; criteria with denominators of their own (ballots, lines) are in `apart` by row, as Ratios
    [unit], and 0 in `num`.
    """

    outcomes: NDArray[np.int8]
    num: Integers
    den: int
    apart: dict[int, Ratios]

    def at(self, row: int, unit: int) -> Fraction:
        """Return the agreed mark, in grains, of the criterion at *row* and the unit at position *unit*."""
        if row in self.apart:
            return self.apart[row].at(unit)
        return Fraction(int(self.num[row, unit]), self.den)


def agree(sheet: Sheet) -> Agreed:
    """Return the agreed marks of *sheet* by its set's rule; exact, nothing is rounded."""
    marks = sheet.marks
    given = marks >= 0
    count = _count(given)
    outcomes = _outcomes(marks, count)
    for row in sheet.facts:
        outcomes[row][_differ(marks[:, row], given[:, row])] = int(Outcome.DISPUTED)
    num, den = _RULES[sheet.criteria.agreement.rule](marks, count)
    apart: dict[int, Ratios] = {}
    for row, facts in sheet.facts.items():
        criterion = sheet.criteria.criteria[row]
        worth, counts = _worth(criterion, facts, sheet.criteria.grain)
        fact = np.maximum(marks[:, row].max(axis=0), 0)
        if counts is not None:
            short = (outcomes[row] == int(Outcome.AGREED)) & ~counts[fact]
            outcomes[row][short] = Outcome.MISSING
        none = outcomes[row] != int(Outcome.AGREED)
        own = np.where(none, 0, worth.num[fact])
        num[row] = 0
        if isinstance(worth.den, int) and den % worth.den == 0 and worth.num_most * den < 2**62:
            num[row] = own * (den // worth.den)
        else:
            own_den = worth.den if isinstance(worth.den, int) else np.where(none, 1, worth.den[fact])
            apart[row] = Ratios(own, own_den, worth.num_most, worth.den_most)
    return Agreed(outcomes, num, den, apart)


def disagreements(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Yield (row, unit position) where marks of the deciding stage lie further apart than the set's limit."""
    limit = sheet.criteria.agreement.disagreement
    if limit is None:
        return
    given = sheet.marks >= 0
    highest = sheet.marks.max(axis=0).astype(np.int64)
    lowest = np.where(given, sheet.marks, np.iinfo(np.int32).max).min(axis=0).astype(np.int64)
    for row, criterion in enumerate(sheet.criteria.criteria):
        if criterion.kind in (Kind.JUDGED, Kind.LEVELS):
            full = criterion.full_marks // sheet.criteria.grain
            spread = np.where(highest[row] >= 0, highest[row] - lowest[row], 0)
            for unit in np.flatnonzero(spread > limit.numerator * full // limit.denominator):
                yield row, int(unit)


def count_of_adjustments(sheet: Sheet) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the counts [adjustment, unit], 0 where nobody counted, and where two counts differ."""
    given = sheet.counts >= 0
    counts = np.maximum(sheet.counts.max(axis=0), 0).astype(np.int64)
    disputed = np.zeros(counts.shape, dtype=bool)
    if len(sheet.counts) > 1:
        disputed = _differ(sheet.counts, given)
    return counts, disputed


def _count(given: NDArray[np.bool_]) -> NDArray[Any]:
    count: NDArray[Any] = given[0].astype(np.int8 if len(given) < 128 else np.int32)
    for slot in given[1:]:
        count += slot
    return count


def _outcomes(marks: NDArray[np.int32], count: NDArray[Any]) -> NDArray[np.int8]:
    """Return the outcomes as far as they follow from who gave a mark and who said *not applicable*."""
    given = (count > 0).view(np.int8)
    waived = (marks == NOT_APPLICABLE).any(axis=0).view(np.int8)
    # agreed 0, not applicable 1, missing 2, disputed 3: 2 − 2·given, and where waived − 1 + 4·given besides
    outcomes: NDArray[np.int8] = (1 - given) * np.int8(2) + waived * (given * np.int8(4) - np.int8(1))
    return outcomes


def _differ(codes: NDArray[np.int32], given: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say where the codes given in several slots are not all the same."""
    highest = codes.max(axis=0)
    return np.asarray((given & (codes != highest)).any(axis=0))


def _mean(marks: NDArray[np.int32], count: NDArray[Any]) -> tuple[Integers, int]:
    return _shared(_total(marks), count)


def _trimmed_mean(marks: NDArray[np.int32], count: NDArray[Any]) -> tuple[Integers, int]:
    """From three marks on, one highest and one lowest are left out."""
    lowest = np.where(marks >= 0, marks, np.iinfo(np.int32).max).min(axis=0)
    trimmed = count >= 3
    total = _total(marks) - np.where(trimmed, marks.max(axis=0).astype(np.int64) + lowest, 0)
    return _shared(total, np.where(trimmed, count - 2, count))


def _median(marks: NDArray[np.int32], count: NDArray[Any]) -> tuple[Integers, int]:
    """The middle mark, or the mean of the middle two; those given stand last when sorted."""
    ordered = _ordered(marks)
    slots = len(ordered)
    twice = np.zeros(count.shape, dtype=np.int64)
    for given_marks in range(1, slots + 1):
        low, high = slots - given_marks + (given_marks - 1) // 2, slots - given_marks + given_marks // 2
        middle = ordered[low].astype(np.int64) + ordered[high]
        here = count == given_marks
        twice = middle if here.all() else np.where(here, middle, twice)
    return twice, 2


_RULES = {
    AgreementRule.MEAN: _mean,
    AgreementRule.MEDIAN: _median,
    AgreementRule.TRIMMED_MEAN: _trimmed_mean,
}


def _total(marks: NDArray[np.int32]) -> NDArray[np.int64]:
    widest = np.int32 if int(marks.max(initial=0)) * len(marks) < 2**31 else np.int64
    total = np.maximum(marks[0], 0).astype(widest)
    spare = np.empty_like(total)
    for slot in marks[1:]:
        total += np.maximum(slot, 0, out=spare)
    return np.asarray(total, dtype=np.int64)


def _shared(total: NDArray[np.int64], count: NDArray[Any]) -> tuple[Integers, int]:
    """Return *total* / *count* over one denominator that every count divides; 0 where the count is 0."""
    counts = [n for n in range(1, int(count.max(initial=1)) + 1) if (count == n).any()]
    den = lcm(*counts)
    if len(counts) <= 1:
        return total, den
    factors = [0, *(den // n if n in counts else 0 for n in range(1, max(counts) + 1))]
    wide = den * int(total.max(initial=1)) > 2**62
    return (total.astype(object) if wide else total) * np.array(factors, dtype=object if wide else np.int64)[
        count
    ], den


def _ordered(marks: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return *marks* sorted over their slots; for a few slots a network of swaps is quicker than sorting."""
    if len(marks) > 5:
        return np.sort(marks, axis=0)
    ordered = marks.copy()
    for last in range(len(ordered) - 1, 0, -1):
        for slot in range(last):
            low = np.minimum(ordered[slot], ordered[slot + 1])
            np.maximum(ordered[slot], ordered[slot + 1], out=ordered[slot + 1])
            ordered[slot] = low
    return ordered


def _worth(criterion: Criterion, facts: Facts, grain: int) -> tuple[Ratios, NDArray[np.bool_] | None]:
    """Return what each fact is worth in grains [fact], and of ballots whether enough voted [fact]."""
    full = criterion.full_marks // grain
    if isinstance(facts, Ballots):
        return _worth_of_ballots(criterion, facts, full)
    if criterion.line is None:
        return _worth_by_bands(criterion, facts, grain), None
    span = (criterion.line.end - criterion.line.start) * facts.scale
    slope = Fraction(full) / span
    start = criterion.line.start * facts.scale
    scaled = facts.scaled.astype(object) * start.denominator - start.numerator
    sign = 1 if slope > 0 else -1
    along = Ratios.of(scaled * sign, start.denominator).times(abs(slope)).clipped(Fraction(full))
    return along.reduced(), None


def _worth_by_bands(criterion: Criterion, facts: Numbers, grain: int) -> Ratios:
    """The marks of the highest band reached; 0 below the lowest."""
    worth = np.zeros(len(facts.scaled), dtype=np.int64)
    for band in sorted(criterion.bands, key=lambda band: band.at_least):
        bound = band.at_least * facts.scale
        least = -(-bound.numerator // bound.denominator)
        reached = facts.scaled >= least if abs(least) < 2**62 else facts.scaled.astype(object) >= least
        worth = np.where(reached.astype(bool), band.marks // grain, worth)
    return Ratios.of(worth, 1)


def _worth_of_ballots(criterion: Criterion, ballots: Ballots, full: int) -> tuple[Ratios, NDArray[np.bool_]]:
    """Full marks × Σ votes × worth / (100 × Σ votes)."""
    scale = lcm(*(grade.worth.denominator for grade in criterion.grades))
    worths = np.array([int(grade.worth * scale) for grade in criterion.grades], dtype=object)
    voters = ballots.votes.sum(axis=1)
    worth = Ratios.of(ballots.votes @ worths, np.maximum(voters, 1)).times(Fraction(full, 100 * scale))
    return worth.reduced(), voters >= criterion.voters_needed
