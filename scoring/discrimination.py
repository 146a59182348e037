"""What only a year's marks can show of a criteria set: criteria that tell nothing apart, sets of unequal height."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from scoring.agreement import Agreed, Outcome
from scoring.criteria.criterion import Criterion
from scoring.criteria.model import ROOT, CriteriaSet
from scoring.scores import Scores, value_parts

FEWEST_UNITS = 20
"""Below so many marked units, full marks for all of them say nothing."""


def never_lost(scores: Scores) -> tuple[tuple[CriteriaSet, Criterion, int], ...]:
    """Return the criteria on which every marked unit had full marks, with the set and how many units those are."""
    found = []
    for sheet_scores in scores.sheets:
        criteria, agreed = sheet_scores.sheet.criteria, sheet_scores.agreed
        for row, criterion in enumerate(criteria.criteria):
            marked = np.flatnonzero(agreed.outcomes[row] == Outcome.AGREED)
            full = Fraction(criterion.full_marks, criteria.grain)
            if len(marked) >= FEWEST_UNITS and all(agreed.at(row, unit) == full for unit in marked.tolist()):
                found.append((criteria, criterion, len(marked)))
    return tuple(found)


def attainable(criteria: CriteriaSet) -> Fraction:
    """Return the highest score (not rounded) a unit can have, without bonuses and with all criteria applicable."""
    best = [Fraction(criterion.best, criteria.grain) for criterion in criteria.criteria]
    den = int(np.lcm.reduce([mark.denominator for mark in best]))
    num = np.array([[int(mark * den)] for mark in best], dtype=object)
    agreed = Agreed(np.full((len(best), 1), Outcome.AGREED, dtype=np.int8), num, den, {})
    counts = np.zeros((len(criteria.adjustments), 1), dtype=np.int64)
    return value_parts(criteria, agreed, counts)[ROOT].value.at(0) * 100


def unequal(sets: Sequence[CriteriaSet]) -> tuple[tuple[CriteriaSet, Fraction], ...]:
    """Return *sets* with the highest score each allows, where these are not all the same; else nothing."""
    heights = tuple((criteria, attainable(criteria)) for criteria in sets)
    return heights if len({height for _, height in heights}) > 1 else ()
