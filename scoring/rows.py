"""What is published of a cohort: a row for every unit, the standings and the target, as one JSON document.

Numbers that may have decimals are strings, exactly as they are printed; what there is none of is null.
"""

from collections.abc import Callable
from typing import Any

from scoring.agreement import Outcome
from scoring.assessment import Assessments
from scoring.criteria.loader import digest
from scoring.criteria.model import CriteriaSet
from scoring.numbers import decimal_text, exact_text, marks_text, share_text
from scoring.rollup import Standing, Standings
from scoring.scores import SheetScores
from scoring.stars import Step
from scoring.target import TargetState, target_state
from scoring.units import Grouping

OUTCOMES = {
    Outcome.AGREED: "agreed",
    Outcome.NOT_APPLICABLE: "not_applicable",
    Outcome.MISSING: "missing",
    Outcome.DISPUTED: "disputed",
}


def document(standings: Standings, reason: Callable[[Step], str]) -> dict[str, Any]:
    """Return the whole cohort: criteria, units in order of code, standings by kind of group, and the target.

    *reason* gives the sentence of a step; everything else is the same in every language.
    """
    assessments = standings.ratings.scores.assessments
    target = target_state(standings.county, assessments.criteria)
    return {
        "criteria": [
            {"ref": criteria.ref, "digest": digest(criteria)}
            for criteria in sorted(criteria_sets(assessments), key=lambda one: one.ref)
        ],
        "units": [unit_row(standings, unit, reason) for unit in range(len(assessments.units))],
        "standings": {
            grouping.value: [standing_row(standing, assessments.criteria) for standing in rows]
            for grouping, rows in standings.groups.items()
        },
        "target": None if target is None else target_row(target),
    }


def criteria_sets(assessments: Assessments) -> tuple[CriteriaSet, ...]:
    """Return the sets of the cohort."""
    return tuple(sheet.criteria for sheet in assessments.sheets)


def unit_row(standings: Standings, unit: int, reason: Callable[[Step], str]) -> dict[str, Any]:
    """Return the row of the unit at that position."""
    places, ratings = standings.places, standings.ratings
    scores = ratings.scores
    own = scores.assessments.units[unit]
    sheet_scores, position = scores.place_of(unit)
    criteria = sheet_scores.sheet.criteria
    return {
        "unit": own.code,
        "criteria": criteria.ref,
        "score": printed_score(int(scores.printed[unit]), criteria) if scores.rated[unit] else None,
        "stars": int(ratings.stars[unit]) if ratings.has_stars[unit] else None,
        "steps": [
            {"kind": step.kind.value, "stars": step.stars, "reason": reason(step)}
            for step in ratings.steps(unit)
        ],
        "rank": places.rank(unit, Grouping.COUNTY),
        "ranks": {
            grouping.value: places.rank(unit, grouping)
            for grouping in (Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)
        },
        "missing": list(scores.missing(unit)),
        "lines": lines(sheet_scores, position),
        "adjustments": adjustments(sheet_scores, position),
    }


def lines(scores: SheetScores, unit: int) -> list[dict[str, Any]]:
    """Return one line a criterion of the unit at that position of the sheet, in the order of the score sheet."""
    sheet, criteria = scores.sheet, scores.sheet.criteria
    found = []
    for row, criterion in enumerate(criteria.criteria):
        outcome = Outcome(int(scores.agreed.outcomes[row, unit]))
        stage = int(sheet.stages[row, unit])
        agreed = scores.agreed.at(row, unit) * criteria.grain / 100 if outcome is Outcome.AGREED else None
        found.append(
            {
                "criterion": criterion.id,
                "agreed": None if agreed is None else exact_text(agreed),
                "full_marks": marks_text(criterion.full_marks),
                "outcome": OUTCOMES[outcome],
                "stage": criteria.all_stages[stage] if stage >= 0 else None,
            }
        )
    return found


def adjustments(scores: SheetScores, unit: int) -> list[dict[str, Any]]:
    """Return what each adjustment gave or took (signed marks) of the unit at that position, where any was counted."""
    criteria = scores.sheet.criteria
    return [
        {
            "adjustment": adjustment.id,
            "count": int(scores.counts[row, unit]),
            "marks": marks_text(adjustment.marks(int(scores.counts[row, unit]))),
        }
        for row, adjustment in enumerate(criteria.adjustments)
        if scores.counts[row, unit] and not scores.disputed[row, unit]
    ]


def standing_row(standing: Standing, criteria: CriteriaSet) -> dict[str, Any]:
    """Return the row of one group."""
    target = target_state(standing, criteria)
    return {
        "group": standing.group.name,
        "units": standing.units,
        "rated": standing.rated,
        "mean": None if standing.mean is None else printed_score(standing.mean, criteria),
        "rank": standing.rank,
        "stars": {str(stars): units for stars, units in standing.stars} | {"none": standing.not_rated},
        "at_target": None if target is None else target.reached,
        "meets": None if target is None else target.meets,
    }


def target_row(state: TargetState) -> dict[str, Any]:
    """Return how the cohort stands to its target."""
    return {
        "stars": state.target.stars,
        "share": share_text(state.target.share),
        "k": state.reached,
        "n": state.units,
        "short": state.short,
        "meets": state.meets,
    }


def printed_score(scaled: int, criteria: CriteriaSet) -> str:
    """Return a score, or a mean of scores, as it is printed."""
    return decimal_text(scaled, criteria.score.decimals)
