"""An objection upheld after a year of the demo county was published, and what its new marks change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import MODERATION
from scoring.quotas import limit
from scoring.stars import Ratings
from scoring.units import Unit
from scoring.workflow.demo.disputes import MODERATOR, superiors_mark
from scoring.workflow.demo.figures import text_of
from scoring.workflow.demo.marks import NOT_APPLICABLE, Entry, Mark
from scoring.workflow.demo.ties import places_by_set, ratings_of

_MOST_CRITERIA = 2
_MOST_TRIALS = 4
_WORTH = Fraction(7, 10)
"""What a mark of the six standards is worth in the score, where all of them apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The marks by which an objection of *unit* was upheld, and the reason to give for the new edition."""

    unit: Unit
    marks: tuple[Mark, ...]
    reason: str


class _Edge(NamedTuple):
    """A printed score that a branch lies *below*, and the one to get *beyond* for other stars, in hundredths."""

    below: int
    beyond: int


def correction(entries: Sequence[Entry]) -> Correction | None:
    """Return an objection that, upheld, changes stars; None where none is to be found in so small a county.

    Best is one that lifts a branch from below a quota's cut point to within the quota, so that another goes out.
    """
    domains = [[entries[place] for place in places] for places in places_by_set(entries).values()]
    rated = [(own, limit(ratings_of(own))) for own in sorted(domains, key=len)]
    for edges in (_quota_edges, _cut_points):
        for count in range(1, _MOST_CRITERIA + 1):
            for own, before in rated:
                for place, marks in islice(_hopes(own, before, edges(before), count), _MOST_TRIALS):
                    heard = replace(own[place], marks=(*own[place].marks, *marks))
                    after = limit(ratings_of([*own[:place], heard, *own[place + 1 :]]))
                    if before.stars[place] != after.stars[place]:
                        return Correction(unit=heard.one.unit, marks=marks, reason=_reason(own[place], marks))
    return None


def _quota_edges(ratings: Ratings) -> list[_Edge]:
    """Return where the quota that bites takes its stars from, and the last score that kept them."""
    cuts = {cut.stars: int(cut.at_least * 100) for cut in ratings.scores.assessments.criteria.cuts}
    return [
        _Edge(cuts[place.quota.stars], place.kept_from)
        for lowered in ratings.lowered
        for place in lowered.places.values()
        if place.kept_from is not None
    ]


def _cut_points(ratings: Ratings) -> list[_Edge]:
    cuts = [int(cut.at_least * 100) for cut in ratings.scores.assessments.criteria.cuts]
    return [_Edge(cut, cut) for cut in cuts]


def _hopes(
    own: Sequence[Entry], before: Ratings, edges: Sequence[_Edge], count: int
) -> Iterator[tuple[int, tuple[Mark, ...]]]:
    """Yield places, nearest to an edge first, and full marks on *count* criteria that may lift the branch over it."""
    printed = before.scores.printed.tolist()
    near = sorted(
        (edge.beyond - printed[place], place)
        for place, entry in enumerate(own)
        if before.has_stars[place] and not entry.one.unit.gates
        for edge in edges
        if printed[place] < edge.below
    )
    for wanting, place in near:
        heard = sorted(_lost(own[place]), key=lambda lost: -lost[1])[:count]
        if len(heard) == count and sum(lost for _, lost in heard) * _WORTH > wanting:
            yield place, tuple(_upheld(criterion) for criterion, _ in heard)


def _lost(entry: Entry) -> Iterator[tuple[Criterion, int]]:
    """Yield the criteria of levels on which the superior alone decided, below the top, and what was lost on each."""
    later = {mark.criterion for mark in entry.marks if mark.stage in ("county", MODERATION)}
    for criterion in entry.criteria.criteria:
        if criterion.kind is Kind.LEVELS and criterion.id not in later:
            mark = superiors_mark(entry, criterion)
            if mark != NOT_APPLICABLE and Fraction(mark) * 100 < criterion.full_marks:
                yield criterion, criterion.full_marks - int(Fraction(mark) * 100)


def _upheld(criterion: Criterion) -> Mark:
    return Mark(criterion.id, MODERATION, MODERATOR, text_of(criterion.full_marks))


def _reason(entry: Entry, marks: Sequence[Mark]) -> str:
    """Return the reason in the words of a notice: who objected to which marks, and what they are now."""
    criteria = [entry.criteria.criterion(mark.criterion) for mark in marks]
    titles = "".join(f"“{criterion.title.zh}”" for criterion in criteria)
    now = "、".join(
        f"由{superiors_mark(entry, criterion)}分改为{mark.mark}分"
        for criterion, mark in zip(criteria, marks, strict=True)
    )
    each = "分别" if len(marks) > 1 else ""
    return (
        f"{entry.one.unit.name}对{titles}的评分提出异议，"
        f"{MODERATOR}核查补充的佐证材料后认定异议成立，{each}{now}。"
    )
