"""A star unfolded to its reasons: the score sheet, the steps, and what is missing to the next star."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.criteria.model import CriteriaSet, CutPoint, Gate, Quota, Ties
from scoring.improvement import Room, Way, fewest_marks, single_ways
from scoring.inputs import Inputs
from scoring.numbers import exact_text, share_text
from scoring.ranking import RANKED_WITHIN, Places
from scoring.rows import Row, printed_score, step_of
from scoring.scores import Scores, score
from scoring.stars import QuotaPlace, Step, StepKind
from scoring.texts import Text
from scoring.unfolding import AdjustmentLine, Line, MarkSeen, PartSheet, score_sheet
from scoring.units import Grouping, Unit, domain_title

__all__ = [
    "AdjustmentLine",
    "Decided",
    "Explanation",
    "Line",
    "MarkSeen",
    "NextStar",
    "PartSheet",
    "explain",
    "explain_published",
    "group_title",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the whole cohort decided of a unit, and its own marks alone cannot tell.

    `stars` is None where it has none, `steps` led to them. `ranks` holds, of each grouping it is ranked in, the rank
    and of how many rated units.
    """

    stars: int | None
    steps: tuple[Step, ...]
    ranks: dict[Grouping, tuple[int, int]]


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
    decided = Decided(
        stars=int(ratings.stars[unit]) if ratings.has_stars[unit] else None,
        steps=ratings.steps(unit),
        ranks=_ranks(places, unit),
    )
    return _unfolded(ratings.scores, unit, decided)


def explain_published(inputs: Inputs, row: Row, rated: Mapping[Grouping, int]) -> Explanation:
    """Return the explanation of a published unit without its cohort; equal to `explain` on the whole of it.

    *inputs* hold that unit alone, *row* is what was published of it, and *rated* is how many rated units there are in
    each grouping it has a rank in: in the county, and in its own township, department and domain.
    """
    (unit,), (criteria,) = inputs.units, inputs.sets
    scores = score(inputs.assessments())
    printed = printed_score(int(scores.printed[0]), criteria) if scores.rated[0] else None
    assert (unit.code, criteria.ref) == (row["unit"], row["criteria"]), "the row is of another unit"
    assert printed == row["score"], f"{unit.code} was published with {row['score']} and comes to {printed}"
    ranks = {Grouping.COUNTY: row["rank"]} | {Grouping(kind): own for kind, own in row["ranks"].items()}
    decided = Decided(
        stars=row["stars"],
        steps=tuple(_step(step_of(step, criteria), unit) for step in row["steps"]),
        ranks={kind: (ranks[kind], rated[kind]) for kind in RANKED_WITHIN if ranks[kind] is not None},
    )
    return _unfolded(scores, 0, decided)


def _step(step: Step, unit: Unit) -> Step:
    """Return *step* with the unit's own group where a quota was taken: of a superior, a row keeps the name only."""
    if step.place is None:
        return step
    group = unit.group(step.place.quota.within)
    assert group is not None, "a quota is taken in a group the unit belongs to"
    assert group.name == step.place.group.name, "the row tells of another group"
    return replace(step, place=replace(step.place, group=group))


def _unfolded(scores: Scores, unit: int, decided: Decided) -> Explanation:
    sheet_scores, own = scores.place_of(unit)
    rated = bool(scores.rated[unit])
    return Explanation(
        unit=scores.assessments.units[unit],
        criteria=sheet_scores.sheet.criteria,
        printed=int(scores.printed[unit]) if rated else None,
        exact=sheet_scores.root.value.at(own) * 100 if rated else None,
        stars=decided.stars,
        sheet=score_sheet(sheet_scores, own, scores.assessments.evaluators),
        steps=decided.steps,
        ranks=decided.ranks,
        missing=scores.missing(unit),
        next_star=_next_star(scores, unit, decided),
    )


def _ranks(places: Places, unit: int) -> dict[Grouping, tuple[int, int]]:
    """Return the rank of the unit, and of how many rated units, in each grouping it is ranked in."""
    scores = places.ratings.scores
    found = {}
    for grouping, ranks in places.ranks.items():
        group = scores.assessments.groups[grouping].of
        if ranks[unit]:
            found[grouping] = (int(ranks[unit]), int((scores.rated & (group == group[unit])).sum()))
    return found


def _next_star(scores: Scores, unit: int, decided: Decided) -> NextStar | None:
    """Return what is missing to the lowest stars above the unit's; None with the highest, or without stars."""
    sheet_scores, own = scores.place_of(unit)
    criteria = sheet_scores.sheet.criteria
    stars = decided.stars
    if stars is None:
        return None
    cut = next((cut for cut in reversed(criteria.cuts) if cut.stars > stars), None)
    if cut is None:
        return None
    bound = cut.at_least * 10**criteria.score.decimals
    needed = -(-bound.numerator // bound.denominator)
    short = max(0, needed - int(scores.printed[unit]))
    gate = next((step.gate for step in decided.steps if step.gate is not None), None)
    lowered = [step.place for step in decided.steps if step.place is not None]
    own_unit = scores.assessments.units[unit]
    room = Room(sheet_scores, own)
    return NextStar(
        cut_point=cut,
        short=short,
        single=single_ways(room, needed) if short else (),
        fewest=fewest_marks(room, needed) if short else None,
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
