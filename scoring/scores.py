"""Scores: what agreed marks add up to over the tree of parts, exactly, rounded once."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

from scoring.agreement import Agreed, Outcome, agree, count_of_adjustments
from scoring.assessment import Assessments, Sheet
from scoring.criteria.model import ROOT, Adjustment, AdjustmentKind, CriteriaSet, Part
from scoring.numbers import Integers, Ratios

_FURTHEST = 2**62
_PERCENT = Fraction(100)

Applicable = NDArray[np.bool_] | None
"""Where a part applies [unit]; None where it applies to every unit."""


@dataclass(frozen=True, slots=True, eq=False)
class PartValues:
    """What a part came to: a share of full marks [unit] before and after adjustments and clipping."""

    plain: Ratios
    value: Ratios
    applicable: Applicable


@dataclass(frozen=True, slots=True, eq=False)
class SheetScores:
    """A sheet with its agreed marks, counts of adjustments [adjustment, unit], disputed counts and parts by id."""

    sheet: Sheet
    agreed: Agreed
    counts: NDArray[np.int64]
    disputed: NDArray[np.bool_]
    parts: dict[str, PartValues]

    @property
    def root(self) -> PartValues:
        """The whole tree."""
        return self.parts[ROOT]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """A cohort's scores: `printed` [unit] in units of the last decimal, and where there is one, `rated` [unit].

    A unit with a missing or disputed mark, or to which nothing applies, is not rated; its `printed` is 0.
    """

    assessments: Assessments
    printed: NDArray[np.int64]
    rated: NDArray[np.bool_]
    sheets: tuple[SheetScores, ...]

    def place_of(self, unit: int) -> tuple[SheetScores, int]:
        """Return the sheet of the unit at cohort position *unit*, and its position there."""
        for scores in self.sheets:
            own = int(np.searchsorted(scores.sheet.places, unit))
            if own < len(scores.sheet.places) and scores.sheet.places[own] == unit:
                return scores, own
        raise KeyError(unit)

    def missing(self, unit: int) -> tuple[str, ...]:
        """Return the ids of the criteria and adjustments that leave the unit at that position unrated."""
        scores, own = self.place_of(unit)
        criteria, outcomes = scores.sheet.criteria, scores.agreed.outcomes[:, own]
        open_criteria = np.flatnonzero(outcomes >= Outcome.MISSING)
        return (
            *(criteria.criteria[row].id for row in open_criteria),
            *(criteria.adjustments[row].id for row in np.flatnonzero(scores.disputed[:, own])),
        )


def score(assessments: Assessments) -> Scores:
    """Return the scores of *assessments*: 100 × the root of each tree, rounded once by the sets' common rule."""
    printed = np.zeros(len(assessments.units), dtype=np.int64)
    rated = np.zeros(len(assessments.units), dtype=bool)
    sheets = tuple(_score_sheet(sheet) for sheet in assessments.sheets)
    for scores in sheets:
        open_marks = (scores.agreed.outcomes >= int(Outcome.MISSING)).any(axis=0)
        complete = ~(open_marks | scores.disputed.any(axis=0))
        root, places = scores.root, scores.sheet.places
        rated[places] = complete if root.applicable is None else complete & root.applicable
        printed[places] = np.where(rated[places], _whole(assessments.criteria, root), 0)
    return Scores(assessments, printed, rated, sheets)


def score_complete(
    criteria: CriteriaSet, agreed: Agreed, counts: NDArray[np.int64]
) -> tuple[Integers, Applicable]:
    """Return what units that want no mark are printed as [unit], and where anything applies."""
    root = value_parts(criteria, agreed, counts)[ROOT]
    return _whole(criteria, root), root.applicable


def _whole(criteria: CriteriaSet, root: PartValues) -> Integers:
    return root.value.times(_PERCENT).rounded(criteria.score.decimals, criteria.score.rounding)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What scoring a part needs of the criteria, worked out once a set.

    The part's own criteria are the rows from `first` on. `factors` over `factor_den` turn agreed grains into
    weighted shares, and `factor` is the one there is where all are the same, in lowest terms; `weights` over
    `weight_den` are the weights of its criteria, then of its parts, `whole` their sum, `unweighted` what undoes both,
    `own_weights` those of its criteria, `own_whole` their sum. `each` and `bounds` [adjustment, 1] are what a time of
    an adjustment moves, signed, and how far all its times may, over `adjusted_over`, in lowest terms of the part's
    marks; `each_most` and `bound_most` the largest of both.
    """

    part: Part
    first: int
    below: tuple["_Plan", ...]
    first_adjustment: int
    factors: Integers
    factor_den: int
    factor: Fraction | None
    most: int
    weights: tuple[int, ...]
    weight_den: int
    whole: int
    unweighted: Fraction
    term_weights: tuple[Fraction, ...]
    own_weights: Integers
    own_whole: int
    each: NDArray[np.int64]
    bounds: NDArray[np.int64]
    each_most: int
    bound_most: int
    adjusted_over: int
    ceiling: Fraction


@lru_cache(maxsize=256)
def _plan(criteria: CriteriaSet) -> _Plan:
    rows, adjustments = iter(range(10**9)), iter(range(10**9))
    return _plan_part(criteria.root, criteria.grain, rows, adjustments)


def _plan_part(part: Part, grain: int, rows: Iterator[int], adjustments: Iterator[int]) -> _Plan:
    first = [next(rows) for _ in part.criteria]
    own_adjustments = [next(adjustments) for _ in part.adjustments]
    below = tuple(_plan_part(child, grain, rows, adjustments) for child in part.parts)
    weights = [child.share_of_tree for child in part.children]
    weight_den = lcm(*(weight.denominator for weight in weights))
    fulls = [criterion.full_marks // grain for criterion in part.criteria]
    full_marks = 10_000 if part.id == ROOT else part.full_marks
    grains = [own.each for own in part.adjustments] + [own.most for own in part.adjustments if own.most]
    common = gcd(full_marks, *grains)
    factors = [weight / full for weight, full in zip(weights, fulls, strict=False)]
    factor_den = lcm(*(factor.denominator for factor in factors))
    whole = [int(factor * factor_den) for factor in factors]
    most = sum(factor * full for factor, full in zip(whole, fulls, strict=True))
    own_weights = [int(weight * weight_den) for weight in weights[: len(part.criteria)]]
    all_weights = sum(int(weight * weight_den) for weight in weights)
    adjusting = [_adjusting(own, common) for own in part.adjustments]
    return _Plan(
        part=part,
        first=first[0] if first else 0,
        below=below,
        first_adjustment=own_adjustments[0] if own_adjustments else 0,
        factors=np.array(whole, dtype=np.int64 if most < 2**62 else object),
        factor_den=factor_den,
        factor=Fraction(whole[0], factor_den) if len(set(whole)) == 1 else None,
        most=most,
        weights=tuple(int(weight * weight_den) for weight in weights),
        weight_den=weight_den,
        whole=all_weights,
        unweighted=Fraction(weight_den, all_weights),
        term_weights=tuple(weights[len(part.criteria) :]),
        own_weights=np.array(own_weights, dtype=np.int64 if sum(weights) * weight_den < 2**62 else object),
        own_whole=sum(own_weights),
        each=np.array([each for each, _ in adjusting], dtype=np.int64).reshape(-1, 1),
        bounds=np.array([bound for _, bound in adjusting], dtype=np.int64).reshape(-1, 1),
        each_most=max((abs(each) for each, _ in adjusting), default=0),
        bound_most=max((bound for _, bound in adjusting), default=0),
        adjusted_over=full_marks // common,
        ceiling=part.ceiling / 100,
    )


def _adjusting(adjustment: Adjustment, common: int) -> tuple[int, int]:
    """Return what one time moves, and how far all times together may: without limit further than any count does."""
    most = _FURTHEST if adjustment.most is None else adjustment.most // common
    return (1 if adjustment.kind is AdjustmentKind.BONUS else -1) * adjustment.each // common, most


def _score_sheet(sheet: Sheet) -> SheetScores:
    agreed = agree(sheet)
    counts, disputed = count_of_adjustments(sheet)
    return SheetScores(sheet, agreed, counts, disputed, value_parts(sheet.criteria, agreed, counts))


def value_parts(criteria: CriteriaSet, agreed: Agreed, counts: NDArray[np.int64]) -> dict[str, PartValues]:
    """Return what every part of the tree comes to, by id, on those agreed marks and counts [adjustment, unit]."""
    parts: dict[str, PartValues] = {}
    applies = agreed.outcomes == int(Outcome.AGREED)
    whole, most = applies.all(axis=1).tolist(), int(counts.max(initial=0))
    _value(_plan(criteria), _Marking(agreed, applies, whole, counts, most), parts)
    return parts


@dataclass(frozen=True, slots=True, eq=False)
class _Marking:
    """The marks a tree is valued on; where each criterion applies [criterion, unit], and whether it does to all."""

    agreed: Agreed
    applies: NDArray[np.bool_]
    whole: list[bool]
    counts: NDArray[np.int64]
    counts_most: int


def _value(plan: _Plan, marking: _Marking, parts: dict[str, PartValues]) -> PartValues:
    """Return s = Σ wᵢ·sᵢ / Σ wᵢ over the applicable children, plus adjustments over the part's marks, clipped.

    Adds the part and those below it to *parts*.
    """
    below = [_value(child, marking, parts) for child in plan.below]
    total, weights, applicable = _weighted(plan, marking, below)
    plain = total.times(plan.unweighted) if weights is None else _shared(total, weights, plan)
    value = plain
    adjusted = bool(plan.part.adjustments) and marking.counts_most > 0
    if adjusted:
        value = value.plus(_adjusted(plan, marking))
    if adjusted or plan.below or plan.ceiling < 1:
        value = value.clipped(plan.ceiling)
    if applicable is not None:
        value = Ratios(np.where(applicable, value.num, 0), value.den, value.num_most, value.den_most)
    found = parts[plan.part.id] = PartValues(plain, value, applicable)
    return found


def _shared(total: Ratios, weights: Integers, plan: _Plan) -> Ratios:
    """Return *total* over the weights that apply [unit]."""
    return total.times(Fraction(plan.weight_den)).shared_out(weights, plan.whole)


def _weighted(
    plan: _Plan, marking: _Marking, below: list[PartValues]
) -> tuple[Ratios, Integers | None, Applicable]:
    """Return Σ wᵢ·sᵢ, Σ wᵢ × weight_den (None where all apply to all; never 0), and where any child applies."""
    agreed, first, last = marking.agreed, plan.first, plan.first + len(plan.part.criteria)
    terms = []
    if last > first:
        terms.append(_term_of_criteria(plan, agreed, first, last))
        for row in range(first, last):
            if row in agreed.apart:
                factor = Fraction(int(plan.factors[row - first]), plan.factor_den)
                terms.append(agreed.apart[row].times(factor))
    terms += [child.value.times(weight) for child, weight in zip(below, plan.term_weights, strict=True)]
    total = terms[0]
    for term in terms[1:]:
        total = total.plus(term)
    partial = [
        (child.applicable, weight)
        for child, weight in zip(below, plan.weights[last - first :], strict=True)
        if child.applicable is not None
    ]
    if all(marking.whole[first:last]) and not partial:
        return total, None, None
    weights = np.full(
        agreed.num.shape[1], plan.whole - plan.own_whole, dtype=np.int64 if plan.whole < 2**62 else object
    )
    weights += plan.own_weights @ marking.applies[first:last]
    for applicable, weight in partial:
        weights -= np.where(applicable, 0, np.array(weight, dtype=weights.dtype))
    if weights.all():
        return total, weights, None
    return total, np.where(weights == 0, 1, weights), weights != 0


def _term_of_criteria(plan: _Plan, agreed: Agreed, first: int, last: int) -> Ratios:
    """Return the weighted marks of the part's criteria that share one denominator."""
    most = plan.most * agreed.den
    rows = agreed.num[first:last]
    if most >= 2**62 or plan.factors.dtype == object:
        rows = rows.astype(object)
    if plan.factor is not None:
        num = rows.sum(axis=0)
        factor, den = plan.factor.numerator, plan.factor.denominator * agreed.den
        return Ratios(
            num if factor == 1 else num * factor,
            den,
            most // (plan.factor_den // plan.factor.denominator),
            den,
        )
    return Ratios(plan.factors @ rows, plan.factor_den * agreed.den, most, plan.factor_den * agreed.den)


def _adjusted(plan: _Plan, marking: _Marking) -> Ratios:
    """Return (bonuses − deductions) / F: F the part's full marks, 100 at the root."""
    last = plan.first_adjustment + len(plan.each)
    moved = marking.counts[plan.first_adjustment : last] * plan.each
    most = min(marking.counts_most * plan.each_most, plan.bound_most)
    marks = np.minimum(np.maximum(moved, -plan.bounds), plan.bounds).sum(axis=0)
    return Ratios(marks, plan.adjusted_over, len(plan.each) * most, plan.adjusted_over)
