"""What is missing to a higher score, and which criteria would give it for the fewest marks.

Every figure is had by scoring variants of the unit: copies whose agreed mark on one or more criteria is higher. They
are one cohort of their own, scored by the same code as any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import numpy as np

from scoring.agreement import Agreed, Outcome
from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import ROOT
from scoring.numbers import Integers, Ratios
from scoring.scores import SheetScores, value_parts

_MOST_OPTIONS = 400
_LARGEST_SEARCH = 2_000_000


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


def gains(scores: SheetScores, unit: int) -> dict[str, Fraction]:
    """Return by criterion how much more of the score (0 … 100, not rounded) full marks on it alone would give."""
    full = [(row, _full(scores, row)) for row in _raisable(scores, unit)]
    now = scores.root.value.at(unit) * 100
    roots = _roots(scores, unit, [{row: to} for row, to in full])
    criteria = scores.sheet.criteria.criteria
    return {criteria[row].id: root - now for (row, _), root in zip(full, roots, strict=True)}


def single_ways(scores: SheetScores, unit: int, printed: int) -> tuple[Way, ...]:
    """Return the ways to *printed* that raise one criterion, fewest marks first; empty where no single one does."""
    variants = [(row, to) for row in _raisable(scores, unit) for to in _options(scores, row, unit)]
    after = _printed(scores, unit, [{row: to} for row, to in variants])
    found: dict[int, Way] = {}
    for (row, to), reached in zip(variants, after, strict=True):
        if reached >= printed and row not in found:
            found[row] = _way(scores, unit, {row: to}, reached)
    return tuple(sorted(found.values(), key=lambda way: way.marks))


def fewest_marks(scores: SheetScores, unit: int, printed: int) -> Way | None:
    """Return a way to *printed* that takes the fewest marks over all criteria; None where full marks do not do it.

    What each raise gives is taken to add up, which it does wherever no part is clipped; the way found is scored
    before it is returned, and where clipping spoils it, raises are added in order of what they give a mark.
    """
    options = {row: list(_options(scores, row, unit)) for row in _raisable(scores, unit)}
    options = {row: marks for row, marks in options.items() if marks}
    if (
        not options
        or _printed(scores, unit, [{row: marks[-1] for row, marks in options.items()}])[0] < printed
    ):
        return None
    by_gain = _greedy(scores, unit, options, printed)
    chosen = _search(scores, unit, options, printed, by_gain) or by_gain
    return _way(scores, unit, chosen, _printed(scores, unit, [chosen])[0])


def _greedy(
    scores: SheetScores, unit: int, options: dict[int, list[Fraction]], printed: int
) -> dict[int, Fraction]:
    """Return raises to *printed*, those that give most a mark first, the last no larger than it must be."""
    given = gains(scores, unit)
    criteria = scores.sheet.criteria.criteria
    worth = {
        row: given[criteria[row].id] / (_full(scores, row) - scores.agreed.at(row, unit)) for row in options
    }
    order = sorted(options, key=lambda row: (-worth[row], row))
    growing = [{row: options[row][-1] for row in order[: n + 1]} for n in range(len(order))]
    reached = _printed(scores, unit, growing)
    last = next(place for place, score in enumerate(reached) if score >= printed)
    base = growing[last - 1] if last else {}
    ends = [base | {order[last]: to} for to in options[order[last]]]
    ends += [base | {row: to} for row in order[last + 1 :] for to in options[row]]
    enough = [end for end, score in zip(ends, _printed(scores, unit, ends), strict=True) if score >= printed]
    return min(enough, key=lambda end: sum(to - scores.agreed.at(row, unit) for row, to in end.items()))


def _search(
    scores: SheetScores,
    unit: int,
    options: dict[int, list[Fraction]],
    printed: int,
    known: dict[int, Fraction],
) -> dict[int, Fraction] | None:
    """Return raises to *printed* with fewer marks than *known*, or None: the best gain for every sum of marks."""
    rows = list(options)
    now = {row: scores.agreed.at(row, unit) for row in rows}
    sizes = {row: [to - now[row] for to in options[row]] for row in rows}
    unit_size = _common(size for row in rows for size in sizes[row])
    known_marks = sum((to - now[row] for row, to in known.items()), Fraction(0))
    most = int(known_marks / unit_size) - 1
    if most < 1 or most * sum(len(marks) for marks in options.values()) > _LARGEST_SEARCH:
        return None
    given = gains(scores, unit)
    criteria = scores.sheet.criteria.criteria
    best: list[tuple[Fraction, dict[int, Fraction]]] = [(Fraction(0), {})] * (most + 1)
    for row in rows:
        worth = given[criteria[row].id] / (_full(scores, row) - now[row])
        for total in range(most, 0, -1):
            for size, to in zip(sizes[row], options[row], strict=True):
                spent = int(size / unit_size)
                if spent > total:
                    break
                gain = best[total - spent][0] + worth * size
                if gain > best[total][0]:
                    best[total] = (gain, best[total - spent][1] | {row: to})
    candidates = [raises for _, raises in best[1:]]
    for raises, score in zip(candidates, _printed(scores, unit, candidates), strict=True):
        if score >= printed:
            return raises
    return None


def _raisable(scores: SheetScores, unit: int) -> list[int]:
    agreed = scores.agreed
    return [
        row
        for row in np.flatnonzero(agreed.outcomes[:, unit] == Outcome.AGREED).tolist()
        if agreed.at(row, unit) < _full(scores, row)
    ]


def _full(scores: SheetScores, row: int) -> Fraction:
    criteria = scores.sheet.criteria
    return Fraction(criteria.criteria[row].full_marks, criteria.grain)


def _options(scores: SheetScores, row: int, unit: int) -> Iterator[Fraction]:
    """Yield the agreed marks, in grains, the criterion could be raised to, lowest first."""
    criteria = scores.sheet.criteria
    now = scores.agreed.at(row, unit)
    for hundredths in sorted(_possible(criteria.criteria[row])):
        marks = Fraction(hundredths, criteria.grain)
        if marks > now:
            yield marks


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


def _printed(scores: SheetScores, unit: int, variants: Sequence[dict[int, Fraction]]) -> list[int]:
    rule = scores.sheet.criteria.score
    root = _root_values(scores, unit, variants).times(Fraction(100))
    printed: list[int] = root.rounded(rule.decimals, rule.rounding).tolist()
    return printed


def _roots(scores: SheetScores, unit: int, variants: Sequence[dict[int, Fraction]]) -> list[Fraction]:
    root = _root_values(scores, unit, variants)
    return [root.at(place) * 100 for place in range(len(variants))]


def _root_values(scores: SheetScores, unit: int, variants: Sequence[dict[int, Fraction]]) -> Ratios:
    """Return the root of the unit's tree for every variant: agreed marks, in grains, by row."""
    size = len(variants)
    agreed = scores.agreed
    den = agreed.den
    for raises in variants:
        for to in raises.values():
            den = den * to.denominator // gcd(den, to.denominator)
    num: Integers = np.repeat(agreed.num[:, unit : unit + 1] * (den // agreed.den), size, axis=1)
    apart = {}
    for row, ratios in agreed.apart.items():
        now = ratios.at(unit)
        marks = [variant.get(row, now) for variant in variants]
        apart[row] = Ratios.of(
            np.array([mark.numerator for mark in marks], dtype=object),
            np.array([mark.denominator for mark in marks], dtype=object),
        )
    for place, raises in enumerate(variants):
        for row, to in raises.items():
            if row not in apart:
                num[row, place] = int(to * den)
    outcomes = np.repeat(agreed.outcomes[:, unit : unit + 1], size, axis=1)
    counts = np.repeat(scores.counts[:, unit : unit + 1], size, axis=1)
    return value_parts(scores.sheet.criteria, Agreed(outcomes, num, den, apart), counts)[ROOT].value


def _way(scores: SheetScores, unit: int, raises: dict[int, Fraction], printed: int) -> Way:
    criteria = scores.sheet.criteria
    scale = Fraction(criteria.grain, 100)
    return Way(
        raises=tuple(
            Raise(criterion=criteria.criteria[row], now=scores.agreed.at(row, unit) * scale, to=to * scale)
            for row, to in sorted(raises.items())
        ),
        printed=printed,
    )


def _common(sizes: Iterator[Fraction]) -> Fraction:
    """Return the largest number of which all *sizes* are multiples."""
    numerator, denominator = 0, 1
    for size in sizes:
        whole = denominator * size.denominator // gcd(denominator, size.denominator)
        numerator = gcd(numerator * (whole // denominator), size.numerator * (whole // size.denominator))
        denominator = whole
    return Fraction(numerator, denominator)
