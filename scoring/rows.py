"""What scoring came to as JSON: a row for every unit, a row for every group and the county, and the target.

Numbers that may have decimals are strings, exactly as they are printed; what there is none of is null. A row says
everything a page shows of results, so that nobody has to score again to read them.
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import repeat
from typing import Any

import numpy as np

from scoring.agreement import Outcome
from scoring.assessment import Assessments
from scoring.criteria.loader import digest
from scoring.criteria.model import ROOT, CriteriaSet, Quota
from scoring.numbers import Ratios, decimal_text, exact_text, marks_text, plain_number, share, share_text
from scoring.rollup import Standing, Standings
from scoring.scores import Scores, SheetScores
from scoring.stars import QuotaPlace, Ratings, Step, StepKind
from scoring.target import TargetState, target_state
from scoring.units import Group, Grouping

OUTCOMES = {
    Outcome.AGREED: "agreed",
    Outcome.NOT_APPLICABLE: "not_applicable",
    Outcome.MISSING: "missing",
    Outcome.DISPUTED: "disputed",
}

GROUPED = (Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)
"""The groupings besides the county in which a unit has a rank, in the order of a row."""

Row = dict[str, Any]


def document(standings: Standings, reason: Callable[[Step], str]) -> Row:
    """Return the whole cohort: criteria, units in order of code, standings by kind of group, and the target.

    *reason* gives the sentence of a step; everything else is the same in every language.
    """
    assessments = standings.ratings.scores.assessments
    decimals = assessments.criteria.score.decimals
    rows = standings_rows(standings)
    return {
        "criteria": [
            {"ref": criteria.ref, "digest": digest(criteria)}
            for criteria in sorted(criteria_sets(assessments), key=lambda one: one.ref)
        ],
        "units": list(unit_rows(standings, lambda step: step_row(step, decimals) | {"reason": reason(step)})),
        "standings": {grouping.value: rows[grouping.value] for grouping in standings.groups},
        "target": rows["target"],
    }


def criteria_sets(assessments: Assessments) -> tuple[CriteriaSet, ...]:
    """Return the sets of the cohort."""
    return tuple(sheet.criteria for sheet in assessments.sheets)


def unit_rows(standings: Standings, step: Callable[[Step], Row] | None = None) -> Iterator[Row]:
    """Yield the row of every unit, in order of code; *step* gives the row of a step, `step_row` where None.

    Rows share what is the same in them (a line, a step), so they are for reading only.
    """
    places, ratings = standings.places, standings.ratings
    scores = ratings.scores
    units, criteria = scores.assessments.units, scores.assessments.criteria
    rated = scores.rated.tolist()
    printed = _printed(scores.printed.tolist(), rated, criteria.score.decimals)
    stars = zip(ratings.stars.tolist(), ratings.has_stars.tolist(), strict=True)
    ranks = (places.ranks[grouping].tolist() for grouping in (Grouping.COUNTY, *GROUPED))
    steps = _steps(ratings, step or (lambda one: step_row(one, criteria.score.decimals)))
    sheets = _sheets(scores)
    for unit, (own, score, (held, has), own_ranks, own_steps, sheet) in enumerate(
        zip(units, printed, stars, zip(*ranks, strict=True), steps, sheets, strict=True)
    ):
        ref, lines, adjustments, parts = sheet
        yield {
            "unit": own.code,
            "criteria": ref,
            "score": score,
            "stars": held if has else None,
            "steps": own_steps,
            "rank": own_ranks[0] or None,
            "ranks": {
                "township": own_ranks[1] or None,
                "department": own_ranks[2] or None,
                "domain": own_ranks[3] or None,
            },
            "missing": [] if rated[unit] else list(scores.missing(unit)),
            "lines": lines,
            "adjustments": adjustments,
            "parts": parts,
        }


def step_row(step: Step, decimals: int) -> Row:
    """Return a step as codes and operands; `step_of` is the way back. Scores in it have *decimals*."""
    row: Row = {"kind": step.kind.value, "stars": step.stars}
    match step.kind:
        case StepKind.CUT_POINT:
            cut = step.cut_point
            return row | {"at_least": None if cut is None else exact_text(cut.at_least)}
        case StepKind.GATE:
            assert step.gate is not None
            return row | {"gate": step.gate.id}
        case StepKind.QUOTA:
            assert step.place is not None
            place = step.place
            kept = place.kept_from
            return row | {
                "quota": place.quota.stars,
                "share": share_text(place.quota.share),
                "within": place.quota.within.value,
                "group": place.group.name,
                "rated": place.rated,
                "holders": place.holders,
                "allowed": place.allowed,
                "tied": place.tied,
                "kept_from": None if kept is None else decimal_text(kept, decimals),
            }


def step_of(row: Row, criteria: CriteriaSet) -> Step:
    """Return the step that *row*, a stored step of a unit assessed by *criteria*, tells of."""
    kind, stars = StepKind(row["kind"]), int(row["stars"])
    match kind:
        case StepKind.CUT_POINT:
            cut = next((cut for cut in criteria.cuts if cut.stars == stars), None)
            return Step(kind=kind, stars=stars, cut_point=cut)
        case StepKind.GATE:
            gate = next(gate for gate in criteria.gates if gate.id == row["gate"])
            return Step(kind=kind, stars=stars, gate=gate)
        case StepKind.QUOTA:
            return Step(kind=kind, stars=stars, place=_place_of(row, criteria))


def standings_rows(standings: Standings) -> Row:
    """Return the rows of the county and of every group, best first, and how the cohort stands to its target."""
    criteria = standings.ratings.scores.assessments.criteria
    target = target_state(standings.county, criteria)
    return {
        "county": county_row(standings),
        **{
            grouping.value: [standing_row(standing, criteria) for standing in rows]
            for grouping, rows in standings.groups.items()
        },
        "target": None if target is None else target_row(target),
    }


def county_row(standings: Standings) -> Row:
    """Return the row of the whole county: that of a group, without name and rank."""
    row = standing_row(standings.county, standings.ratings.scores.assessments.criteria)
    return {key: value for key, value in row.items() if key not in ("group", "rank")}


def standing_row(standing: Standing, criteria: CriteriaSet) -> Row:
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


def target_row(state: TargetState) -> Row:
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


def _printed(scaled: Iterable[int], rated: Iterable[bool], decimals: int) -> Iterator[str | None]:
    """Yield the printed score of each unit, None for the not rated; each distinct one is written once."""
    texts: dict[int, str] = {}
    for number, counts in zip(scaled, rated, strict=True):
        if not counts:
            yield None
            continue
        text = texts.get(number)
        if text is None:
            text = texts[number] = decimal_text(number, decimals)
        yield text


def _steps(ratings: Ratings, row: Callable[[Step], Row]) -> Iterator[list[Row]]:
    """Yield the steps of every unit. Those of one set, one cut, one gate and the same quotas have the same steps."""
    size = len(ratings.stars)
    sets = np.zeros(size, dtype=np.int64)
    for number, scores in enumerate(ratings.scores.sheets):
        sets[scores.sheet.places] = number
    lowered = []
    for one in ratings.lowered:
        groups = np.full(size, -1, dtype=np.int64)
        groups[one.units] = one.groups
        lowered.append(groups.tolist())
    known: dict[tuple[int, ...], list[Row]] = {}
    keys = zip(
        ratings.has_stars.tolist(),
        sets.tolist(),
        ratings.cut.tolist(),
        ratings.gate.tolist(),
        *lowered,
        strict=True,
    )
    for unit, key in enumerate(keys):
        steps = known.get(key)
        if steps is None:
            steps = known[key] = [row(step) for step in ratings.steps(unit)]
        yield steps


def _sheets(scores: Scores) -> list[tuple[str, list[Row], list[Row], list[Row]]]:
    """Return of every unit its set's ref, its lines, what adjustments came to, and what parts did."""
    found: list[Any] = [None] * len(scores.assessments.units)
    for own in scores.sheets:
        places = own.sheet.places.tolist()
        ref = own.sheet.criteria.ref
        rated = scores.rated[own.sheet.places].tolist()
        rows = zip(places, _lines(own), _adjustments(own), _parts(own, rated), strict=True)
        for place, lines, adjustments, parts in rows:
            found[place] = (ref, lines, adjustments, parts)
    return found


def _lines(scores: SheetScores) -> Iterator[list[Row]]:
    """Yield of every unit of the sheet one line a criterion, in the order of the score sheet."""
    sheet, agreed = scores.sheet, scores.agreed
    texts: dict[tuple[int, int], str] = {}
    columns = []
    for row in range(len(sheet.criteria.criteria)):
        ratios = agreed.apart.get(row)
        num, den = (agreed.num[row], agreed.den) if ratios is None else (ratios.num, ratios.den)
        dens = repeat(den, len(num)) if isinstance(den, int) else den.tolist()
        keys = zip(agreed.outcomes[row].tolist(), sheet.stages[row].tolist(), num.tolist(), dens, strict=True)
        columns.append(list(map(_Lines(sheet.criteria, row, texts).__getitem__, keys)))
    return map(list, zip(*columns, strict=True))


class _Lines(dict[tuple[int, int, int, int], Row]):
    """The lines of one criterion, by outcome, place of the deciding stage, and the agreed grains as a fraction.

    *texts* are the agreed marks of the sheet as they are written, so that each distinct one is written once.
    """

    def __init__(self, criteria: CriteriaSet, row: int, texts: dict[tuple[int, int], str]) -> None:
        super().__init__()
        self._criteria, self._texts = criteria, texts
        self._id = criteria.criteria[row].id
        self._full_marks = marks_text(criteria.criteria[row].full_marks)

    def __missing__(self, key: tuple[int, int, int, int]) -> Row:
        code, stage, num, den = key
        outcome = Outcome(code)
        line = self[key] = {
            "criterion": self._id,
            "agreed": self._marks(num, den) if outcome is Outcome.AGREED else None,
            "full_marks": self._full_marks,
            "outcome": OUTCOMES[outcome],
            "stage": self._criteria.all_stages[stage] if stage >= 0 else None,
        }
        return line

    def _marks(self, num: int, den: int) -> str:
        text = self._texts.get((num, den))
        if text is None:
            marks = Fraction(num * self._criteria.grain, den * 100)
            text = self._texts[num, den] = exact_text(marks)
        return text


def _adjustments(scores: SheetScores) -> list[list[Row]]:
    """Return of every unit of the sheet what each adjustment gave or took (signed marks), where any was counted."""
    found: list[list[Row]] = [[] for _ in scores.sheet.places]
    for row, adjustment in enumerate(scores.sheet.criteria.adjustments):
        counts = np.where(scores.disputed[row], 0, scores.counts[row])
        rows: dict[int, Row] = {}
        for unit in np.flatnonzero(counts).tolist():
            count = int(counts[unit])
            if count not in rows:
                marks = marks_text(adjustment.marks(count))
                rows[count] = {"adjustment": adjustment.id, "count": count, "marks": marks}
            found[unit].append(rows[count])
    return found


def _parts(scores: SheetScores, rated: list[bool]) -> list[list[Row]]:
    """Return of every unit of the sheet what each part came to, as a score: of 100, printed like one.

    Null where a part does not apply, and for a unit not rated.
    """
    found: list[list[Row]] = [[] for _ in rated]
    criteria = scores.sheet.criteria
    for part in criteria.root.all_parts():
        if part.id == ROOT:
            continue
        values = scores.parts[part.id]
        whole = _of_hundred(values.value, criteria)
        applies = rated if values.applicable is None else (values.applicable & np.array(rated)).tolist()
        rows: dict[str | None, Row] = {}
        for own, text in zip(found, _printed(whole, applies, criteria.score.decimals), strict=True):
            row = rows.get(text)
            if row is None:
                row = rows[text] = {"part": part.id, "value": text}
            own.append(row)
    return found


def _of_hundred(value: Ratios, criteria: CriteriaSet) -> list[int]:
    rule = criteria.score
    rounded: list[int] = value.times(Fraction(100)).rounded(rule.decimals, rule.rounding).tolist()
    return rounded


def _place_of(row: Row, criteria: CriteriaSet) -> QuotaPlace:
    within = Grouping(row["within"])
    told = Quota(stars=row["quota"], share=share(row["share"]), within=within)
    quota = next(
        (one for one in criteria.quotas if (one.stars, one.within) == (told.stars, within)),
        told,
    )
    kept = row["kept_from"]
    scale = 10**criteria.score.decimals
    return QuotaPlace(
        quota=quota,
        group=Group(within, row["group"]),
        rated=row["rated"],
        holders=row["holders"],
        allowed=row["allowed"],
        tied=row["tied"],
        kept_from=None if kept is None else int(plain_number(kept) * scale),
    )
