"""The right answers, worked out in plain fractions and plain loops, one unit after another. Never timed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from bench.answers import RANKED_WITHIN, ROLLED_UP, STAR_LEVELS, CountyAnswer, GroupFigures
from bench.cohorts import ABSENT, NOT_APPLICABLE, Cohort, SheetMarks
from bench.plans import CUT_POINTS, GATES, QUOTA_PERCENT, QUOTA_STARS, AdjustmentPlan, Plan
from scoring.units import Grouping, Unit


def exact_scores(sheet: SheetMarks) -> list[int | None]:
    """Return each unit's score in hundredths, None where a mark is missing or nothing applies."""
    marks = sheet.marks.transpose(2, 1, 0).tolist()
    counts = sheet.counts.T.tolist()
    return [_score(sheet.plan, *own) for own in zip(marks, counts, strict=True)]


def exact_county(cohort: Cohort) -> CountyAnswer:
    """Return the county's scores, stars, ranks and group figures."""
    scores: dict[str, int | None] = {}
    for sheet in cohort.sheets:
        codes = (cohort.units[place].code for place in sheet.places)
        scores |= zip(codes, exact_scores(sheet), strict=True)
    stars = {unit.code: _stars(scores[unit.code], unit) for unit in cohort.units}
    for members in _members(cohort.units, "domain").values():
        _limit([unit.code for unit in members], scores, stars)
    ranks: dict[tuple[str, str], int | None] = {}
    groups: dict[tuple[str, str], GroupFigures] = {}
    for within in ROLLED_UP:
        by_name = _members(cohort.units, within)
        if within in RANKED_WITHIN:
            ranks |= {(within, unit.code): None for unit in cohort.units}
            for members in by_name.values():
                ranks |= _ranks({(within, unit.code): scores[unit.code] for unit in members})
        means = {(within, name): _mean(scores[unit.code] for unit in own) for name, own in by_name.items()}
        places = _ranks(means)
        for name, members in by_name.items():
            held = [stars[unit.code] for unit in members]
            groups[within, name] = GroupFigures(
                units=len(members),
                rated=len(members) - held.count(None),
                mean=means[within, name],
                rank=places[within, name],
                stars=tuple(held.count(level) for level in STAR_LEVELS),
                not_rated=held.count(None),
            )
    return CountyAnswer(scores=scores, stars=stars, ranks=ranks, groups=groups)


def half_up(number: Fraction) -> int:
    """Return *number*, not negative, rounded half up."""
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)


def _score(plan: Plan, marks: Sequence[Sequence[int]], counts: Sequence[int]) -> int | None:
    if any(ABSENT in cell for cell in marks):
        return None
    cells = iter(marks)
    times = dict(zip((own.id for own in plan.all_adjustments), counts, strict=True))
    values = []
    for part in plan.parts:
        own = [
            (weight, Fraction(_agreed(cell, plan.rule), full))
            for full, weight, cell in zip(part.full, part.weights, cells, strict=False)
            if NOT_APPLICABLE not in cell
        ]
        if own:
            value = _weighted(own) + Fraction(_adjusted(part.adjustments, times), sum(part.full))
            values.append((part.weight, min(max(value, Fraction(0)), Fraction(1))))
    if not values:
        return None
    root = _weighted(values) + Fraction(_adjusted(plan.adjustments, times), 200)
    return half_up(10_000 * min(max(root, Fraction(0)), Fraction(1)))


def _agreed(cell: Sequence[int], rule: str) -> Fraction:
    ordered = sorted(cell)
    if rule == "mean":
        return Fraction(sum(ordered), len(ordered))
    if rule == "trimmed_mean":
        return Fraction(sum(ordered[1:-1]), len(ordered) - 2)
    return Fraction(ordered[len(ordered) // 2])


def _weighted(values: Sequence[tuple[int, Fraction]]) -> Fraction:
    return sum((weight * value for weight, value in values), Fraction(0)) / sum(
        weight for weight, _ in values
    )


def _adjusted(adjustments: Iterable[AdjustmentPlan], times: dict[str, int]) -> int:
    return sum(own.half_marks(times[own.id]) for own in adjustments)


def _stars(score: int | None, unit: Unit) -> int | None:
    if score is None:
        return None
    reached = max((stars for stars, at_least in CUT_POINTS.items() if score >= 100 * at_least), default=0)
    return min([reached, *(GATES[gate] for gate in unit.gates)])


def _limit(codes: Sequence[str], scores: dict[str, int | None], stars: dict[str, int | None]) -> None:
    """Of units with the quota's stars beyond what it allows, and any tied with them, take one star."""
    allowed = sum(scores[code] is not None for code in codes) * QUOTA_PERCENT // 100
    held = sorted((scores[code] for code in codes if stars[code] == QUOTA_STARS), reverse=True)
    if len(held) > allowed:
        for code in codes:
            if stars[code] == QUOTA_STARS and scores[code] <= held[allowed]:
                stars[code] = QUOTA_STARS - 1


def _members(units: Iterable[Unit], within: str) -> dict[str, list[Unit]]:
    members = defaultdict(list)
    for unit in units:
        group = unit.group(Grouping(within))
        if group is not None:
            members[group.name].append(unit)
    return members


def _mean(scores: Iterable[int | None]) -> int | None:
    rated = [score for score in scores if score is not None]
    return half_up(Fraction(sum(rated), len(rated))) if rated else None


def _ranks(scores: dict) -> dict:
    first: dict[int, int] = {}
    rated = sorted((score for score in scores.values() if score is not None), reverse=True)
    for place, score in enumerate(rated, 1):
        first.setdefault(score, place)
    return {key: None if score is None else first[score] for key, score in scores.items()}
