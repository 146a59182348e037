"""A star unfolded to its reasons: the score sheet, the steps, and what is missing to the next star."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scoring.agreement import Outcome
from scoring.criteria.criterion import Criterion
from scoring.criteria.model import Adjustment, CriteriaSet, CutPoint, Gate, Part, Quota, Ties
from scoring.improvement import Way, fewest_marks, single_ways
from scoring.marks import NOT_APPLICABLE, Value, value_text
from scoring.numbers import exact_text, share_text
from scoring.ranking import Places
from scoring.scores import SheetScores
from scoring.stars import QuotaPlace, Step, StepKind
from scoring.texts import Lang, Text
from scoring.units import Grouping, Unit, domain_title


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSeen:
    """One mark as it was entered; *decides* where its stage is the one that counts."""

    stage: str
    evaluator: str
    mark: Text
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A criterion's line of the score sheet: its outcome, agreed marks (None without), and the marks entered."""

    criterion: Criterion
    outcome: Outcome
    agreed: Fraction | None
    marks: tuple[MarkSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentLine:
    """An adjustment that was counted, and what it gave or took in marks."""

    adjustment: Adjustment
    count: int
    marks: Fraction
    disputed: bool
    seen: tuple[MarkSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSheet:
    """A part with what it came to: shares of full marks before (`plain`) and after adjustments, None where n/a."""

    part: Part
    plain: Fraction | None
    value: Fraction | None
    lines: tuple[Line, ...]
    parts: tuple["PartSheet", ...]
    adjustments: tuple[AdjustmentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStar:
    """What is missing to the next star: *short* in units of the last decimal, and ways to it.

    *gate* and *quota* name what would still stand in the way.
    """

    cut_point: CutPoint
    short: int
    single: tuple[Way, ...]
    fewest: Way | None
    gate: Gate | None
    quota: QuotaPlace | None
    quotas: tuple[Quota, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One unit unfolded. `printed` and `stars` are None for a unit not rated; `exact` is the score unrounded."""

    unit: Unit
    criteria: CriteriaSet
    printed: int | None
    exact: Fraction | None
    stars: int | None
    sheet: PartSheet
    steps: tuple[Step, ...]
    ranks: dict[Grouping, tuple[int, int]]
    missing: tuple[str, ...]
    next_star: NextStar | None


def explain(places: Places, unit: int) -> Explanation:
    """Return the explanation of the unit at that position of the cohort."""
    ratings = places.ratings
    scores = ratings.scores
    sheet_scores, own = scores.place_of(unit)
    rated = bool(scores.rated[unit])
    whole = scores.assessments.units[unit]
    return Explanation(
        unit=whole,
        criteria=sheet_scores.sheet.criteria,
        printed=int(scores.printed[unit]) if rated else None,
        exact=sheet_scores.root.value.at(own) * 100 if rated else None,
        stars=int(ratings.stars[unit]) if ratings.has_stars[unit] else None,
        sheet=_Unfolding(places, sheet_scores, own).part(sheet_scores.sheet.criteria.root),
        steps=ratings.steps(unit),
        ranks=_ranks(places, unit),
        missing=scores.missing(unit),
        next_star=_next_star(places, unit, sheet_scores, own),
    )


class _Unfolding:
    """One unit's score sheet, read back from the arrays."""

    def __init__(self, places: Places, scores: SheetScores, own: int) -> None:
        self.scores, self.own = scores, own
        self.evaluators = places.ratings.scores.assessments.evaluators
        criteria = scores.sheet.criteria
        self.rows = {criterion.id: row for row, criterion in enumerate(criteria.criteria)}
        self.adjustment_rows = {one.id: row for row, one in enumerate(criteria.adjustments)}
        self.seen = self._marks_seen()

    def part(self, part: Part) -> PartSheet:
        values = self.scores.parts[part.id]
        applies = values.applicable is None or bool(values.applicable[self.own])
        return PartSheet(
            part=part,
            plain=values.plain.at(self.own) if applies else None,
            value=values.value.at(self.own) if applies else None,
            lines=tuple(self._line(criterion) for criterion in part.criteria),
            parts=tuple(self.part(child) for child in part.parts),
            adjustments=tuple(self._adjustments(part)),
        )

    def _line(self, criterion: Criterion) -> Line:
        row = self.rows[criterion.id]
        agreed = self.scores.agreed
        outcome = Outcome(int(agreed.outcomes[row, self.own]))
        grain = Fraction(self.scores.sheet.criteria.grain, 100)
        return Line(
            criterion=criterion,
            outcome=outcome,
            agreed=agreed.at(row, self.own) * grain if outcome is Outcome.AGREED else None,
            marks=self.seen.get(row, ()),
        )

    def _adjustments(self, part: Part) -> Iterator[AdjustmentLine]:
        for adjustment in part.adjustments:
            row = self.adjustment_rows[adjustment.id]
            seen = self.seen.get(len(self.rows) + row, ())
            count = int(self.scores.counts[row, self.own])
            if seen or count:
                yield AdjustmentLine(
                    adjustment=adjustment,
                    count=count,
                    marks=Fraction(adjustment.marks(count), 100),
                    disputed=bool(self.scores.disputed[row, self.own]),
                    seen=seen,
                )

    def _marks_seen(self) -> dict[int, tuple[MarkSeen, ...]]:
        """Return the unit's marks by row, in order of stage and evaluator."""
        sheet = self.scores.sheet
        column, criteria = sheet.column, sheet.criteria
        if column is None:
            return {}
        deciding = [*sheet.stages[:, self.own], *sheet.count_stages[:, self.own]]
        found: dict[int, list[tuple[int, str, MarkSeen]]] = {}
        for entry in np.flatnonzero(np.asarray(column.units) == sheet.places[self.own]):
            row, stage = column.rows[entry], column.stages[entry]
            evaluator = self.evaluators[column.evaluators[entry]]
            value = _value(column.codes[entry], column.facts.get(row))
            seen = MarkSeen(
                stage=criteria.all_stages[stage],
                evaluator=evaluator,
                mark=_shown(criteria.subjects[row], value),
                decides=bool(deciding[row] == stage),
            )
            found.setdefault(row, []).append((stage, evaluator, seen))
        return {
            row: tuple(seen for *_, seen in sorted(marks, key=lambda mark: mark[:2]))
            for row, marks in found.items()
        }


def _shown(subject: Criterion | Adjustment, value: Value) -> Text:
    """Return a mark as a person reads it: of a ballot the grades that had votes, by their titles."""
    if isinstance(value, tuple) and isinstance(subject, Criterion):
        votes = [(grade.title, count) for grade, count in zip(subject.grades, value, strict=True) if count]
        zh, en = (
            ", ".join(f"{title.in_(lang)} {count}" for title, count in votes) for lang in (Lang.ZH, Lang.EN)
        )
        return Text(zh.replace(", ", "、") or "0 票", en or "no votes")
    text = value_text(subject, value)
    return Text("不适用" if value is None else text, text)


def _value(code: int, facts: list[Fraction | tuple[int, ...]] | None) -> Value:
    if code == NOT_APPLICABLE:
        return None
    return code if facts is None else facts[code]


def _ranks(places: Places, unit: int) -> dict[Grouping, tuple[int, int]]:
    """Return the rank of the unit, and of how many rated units, in each grouping it is ranked in."""
    scores = places.ratings.scores
    found = {}
    for grouping, ranks in places.ranks.items():
        group = scores.assessments.groups[grouping].of
        if ranks[unit]:
            found[grouping] = (int(ranks[unit]), int((scores.rated & (group == group[unit])).sum()))
    return found


def _next_star(places: Places, unit: int, scores: SheetScores, own: int) -> NextStar | None:
    """Return what is missing to the lowest stars above the unit's; None with the highest, or without stars."""
    ratings = places.ratings
    criteria = scores.sheet.criteria
    stars = int(ratings.stars[unit])
    cut = next((cut for cut in reversed(criteria.cuts) if cut.stars > stars), None)
    if cut is None or not ratings.has_stars[unit]:
        return None
    bound = cut.at_least * 10**criteria.score.decimals
    needed = -(-bound.numerator // bound.denominator)
    short = max(0, needed - int(ratings.scores.printed[unit]))
    gate = criteria.gates[ratings.gate[unit]] if ratings.gate[unit] >= 0 else None
    own_unit = ratings.scores.assessments.units[unit]
    lowered = [step.place for step in ratings.steps(unit) if step.place is not None]
    return NextStar(
        cut_point=cut,
        short=short,
        single=single_ways(scores, own, needed) if short else (),
        fewest=fewest_marks(scores, own, needed) if short else None,
        gate=gate if gate is not None and gate.highest_stars < cut.stars else None,
        quota=next((place for place in lowered if place.quota.stars == cut.stars), None),
        quotas=tuple(
            quota
            for quota in criteria.quotas
            if quota.stars == cut.stars and own_unit.group(quota.within) is not None
        ),
    )


def reason(step: Step) -> Text:
    """Return why *step* left the unit with the stars it did."""
    match step.kind:
        case StepKind.CUT_POINT:
            if step.cut_point is None:
                return Text("得分未达到最低分数线", "the score is below the lowest cut point")
            bound = exact_text(step.cut_point.at_least)
            return Text(f"得分达到 {bound} 分", f"the score is {bound} or more")
        case StepKind.GATE:
            assert step.gate is not None
            return Text(
                f"{step.gate.title.zh}：最高 {step.gate.highest_stars} 星",
                f"{step.gate.title.en}: {step.gate.highest_stars} stars at most",
            )
        case StepKind.QUOTA:
            assert step.place is not None
            return _reason_of_quota(step.place)


def group_title(place: QuotaPlace) -> Text:
    """Return the group a quota was taken in, as a person would name it."""
    match place.group.kind:
        case Grouping.COUNTY:
            return Text("全县", "The county")
        case Grouping.DOMAIN:
            title = domain_title(place.group.name)
            return Text(f"{title.zh}领域", f"The domain “{title.en}”")
        case _:
            return Text(place.group.name, place.group.name)


def _reason_of_quota(place: QuotaPlace) -> Text:
    quota, group = place.quota, group_title(place)
    share = share_text(quota.share)
    zh = (
        f"{group.zh}已评 {place.rated} 个，{quota.stars} 星不超过 {share}，即 {place.allowed} 个；"
        f"达线 {place.holders} 个，本支部未进入前列"
    )
    en = (
        f"{group.en} has {place.rated} rated units, so at most {place.allowed} ({share}) may hold {quota.stars} "
        f"stars; {place.holders} reached them and this one is not among the best"
    )
    if place.tied and quota.ties is Ties.LOWER:
        return Text(f"{zh}（名额边缘同分的一并下调）", f"{en} (those tied at the edge all go down)")
    return Text(zh, en)
