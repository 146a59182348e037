"""A peer: the publication as most web applications would do it, with an ORM, Decimal and a loop over the units.

It does all that ours does but for hashing. Decimal cannot hold a third, so a score is first rounded to twelve places
and then half up to two; an agreed mark is kept with six places.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bench.answers import RANKED_WITHIN, ROLLED_UP, STAR_LEVELS
from bench.peers.orm import grouped, ranked
from bench.peers.orm_tables import (
    Adjustment,
    CriteriaSet,
    Criterion,
    Edition,
    EditionStanding,
    EditionUnit,
    Part,
    Period,
    Unit,
)
from bench.plans import (
    CUT_POINTS,
    DISAGREEMENT_PERCENT,
    GATES,
    QUOTA_PERCENT,
    QUOTA_STARS,
    TARGET_PERCENT,
    TARGET_STARS,
)

_STAGES = ("self", "superior", "county", "moderation")
_NONE, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
_FINE, _PRINTED, _SHOWN = Decimal("1e-12"), Decimal("0.01"), Decimal("1e-6")


class Hindered(Exception):
    """A unit is not rated and not excused, or its evaluators lie too far apart."""


def publish(session: Session, state: str, excused: Mapping[str, str]) -> None:
    """Publish the period, over the edition that stands."""
    period = session.scalars(select(Period)).one()
    before = session.scalars(select(Edition).order_by(Edition.id.desc()).limit(1)).first()
    of_part = selectinload(CriteriaSet.parts)
    sets = session.scalars(
        select(CriteriaSet).options(
            selectinload(CriteriaSet.adjustments),
            of_part.selectinload(Part.criteria),
            of_part.selectinload(Part.adjustments),
        )
    ).all()
    forms = {own.id: own for own in sets}
    units = session.scalars(
        select(Unit).order_by(Unit.code).options(selectinload(Unit.marks), selectinload(Unit.counts))
    ).all()
    rows = [_assessed(unit, forms[unit.set_id], excused) for unit in units]
    for name, members in grouped(rows, "domain").items():
        _limit(name, members)
    edition = Edition(
        period_id=period.id,
        supersedes_id=before.id if before else None,
        state=state,
        prepared_by="张三",
        confirmed_by="李四",
        excused=dict(excused),
        made_at=datetime.now(UTC).replace(tzinfo=None),
        units=rows,
    )
    for within in ROLLED_UP:
        standings = []
        for name, members in grouped(rows, within).items():
            if within in RANKED_WITHIN:
                for row, rank in ranked(members, [row.score for row in members]):
                    setattr(row, f"rank_{within}", rank)
            standings.append(_standing(within, name, members))
        for standing, rank in ranked(standings, [standing.mean for standing in standings]):
            standing.rank = rank
        edition.standings += standings
    session.add(edition)
    period.phase = "posted" if state == "draft" else "published"


@dataclass(slots=True)
class _Line:
    """What became of one criterion of one unit."""

    outcome: str
    stage: str | None
    agreed: Decimal | None = None


def _assessed(unit: Unit, criteria: CriteriaSet, excused: Mapping[str, str]) -> EditionUnit:
    """Return what the edition says of *unit*, but for quotas and ranks."""
    kept: dict[str, dict[str, dict[str, str]]] = {}
    of_criteria = {own.id: own for part in criteria.parts for own in part.criteria}
    of_adjustments = {own.id: own for part in criteria.parts for own in part.adjustments}
    of_adjustments |= {own.id: own for own in criteria.adjustments}
    marks: dict[int, dict[str, list[Decimal | None]]] = defaultdict(lambda: defaultdict(list))
    for mark in unit.marks:
        marks[mark.criterion_id][mark.stage].append(mark.mark)
        written = "n/a" if mark.mark is None else str(mark.mark)
        own_marks = kept.setdefault(mark.stage, {}).setdefault(mark.evaluator, {})
        own_marks[of_criteria[mark.criterion_id].name] = written
    counts: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for count in unit.counts:
        counts[count.adjustment_id][count.stage].add(count.times)
        own_marks = kept.setdefault(count.stage, {}).setdefault(count.evaluator, {})
        own_marks[of_adjustments[count.adjustment_id].name] = str(count.times)
    lines = {own.id: _line(unit, own, marks.get(own.id), excused) for own in of_criteria.values()}
    times = {key: _times(counts.get(key)) for key in of_adjustments}
    missing = [own.name for own in of_criteria.values() if lines[own.id].outcome in ("missing", "disputed")]
    missing += [own.name for key, own in of_adjustments.items() if times[key] is None]
    parts = {part.id: _part(part, lines, times) for part in criteria.parts}
    score = None if missing else _score(criteria, parts, times)
    if score is None and unit.code not in excused:
        raise Hindered(f"{unit.code} is not rated: {missing}")
    in_order = (*criteria.adjustments, *(own for part in criteria.parts for own in part.adjustments))
    steps = [] if score is None else _steps(unit, score)
    return EditionUnit(
        code=unit.code,
        name=unit.name,
        domain=unit.domain,
        township=unit.township,
        department=unit.department,
        gates=unit.gates,
        ref=criteria.ref,
        score=score,
        stars=steps[-1]["stars"] if steps else None,
        missing=missing,
        marks=kept,
        lines=[
            {
                "criterion": own.name,
                "agreed": None if line.agreed is None else str(line.agreed.quantize(_SHOWN)),
                "full_marks": str(own.full_marks),
                "outcome": line.outcome,
                "stage": line.stage,
            }
            for own, line in ((own, lines[own.id]) for own in of_criteria.values())
        ],
        parts=[
            {"part": part.name, "value": None if score is None else _printed_part(parts[part.id])}
            for part in criteria.parts
        ],
        adjustments=[
            {"adjustment": own.name, "count": times[own.id], "marks": str(own.sign * _size(own, times))}
            for own in in_order
            if times[own.id]
        ],
        steps=steps,
    )


def _line(
    unit: Unit,
    criterion: Criterion,
    by_stage: Mapping[str, Sequence[Decimal | None]] | None,
    excused: Mapping[str, str],
) -> _Line:
    """Return what the latest stage that has any marks came to."""
    if not by_stage:
        return _Line("missing", None)
    stage = max(by_stage, key=_STAGES.index)
    given = [mark for mark in by_stage[stage] if mark is not None]
    if not given:
        return _Line("not_applicable", stage)
    if len(given) < len(by_stage[stage]):
        return _Line("disputed", stage)
    spread = max(given) - min(given)
    if spread * 100 > DISAGREEMENT_PERCENT * criterion.full_marks and unit.code not in excused:
        raise Hindered(f"{unit.code}: evaluators lie {spread} apart on {criterion.name}")
    return _Line("agreed", stage, sum(given) / len(given))


def _times(by_stage: Mapping[str, set[int]] | None) -> int | None:
    """Return how often the latest stage counted, 0 where none did; None where its counts differ."""
    if not by_stage:
        return 0
    counts = by_stage[max(by_stage, key=_STAGES.index)]
    return next(iter(counts)) if len(counts) == 1 else None


def _part(part: Part, lines: Mapping[int, _Line], times: Mapping[int, int | None]) -> Decimal | None:
    """Return what a part came to, 0 to 1; None where nothing in it applies."""
    value = weights = full_marks = _NONE
    for criterion in part.criteria:
        full_marks += criterion.full_marks
        agreed = lines[criterion.id].agreed
        if agreed is not None:
            value += criterion.weight * agreed / criterion.full_marks
            weights += criterion.weight
    if not weights:
        return None
    return min(max(value / weights + _adjusted(part.adjustments, times) / full_marks, _NONE), _ONE)


def _score(
    criteria: CriteriaSet, parts: Mapping[int, Decimal | None], times: Mapping[int, int | None]
) -> Decimal | None:
    total = weights = _NONE
    for part in criteria.parts:
        value = parts[part.id]
        if value is not None:
            total += part.weight * value
            weights += part.weight
    if not weights:
        return None
    root = total / weights + _adjusted(criteria.adjustments, times) / _HUNDRED
    return _printed(min(max(root, _NONE), _ONE))


def _printed(share: Decimal) -> Decimal:
    return (_HUNDRED * share).quantize(_FINE).quantize(_PRINTED, ROUND_HALF_UP)


def _printed_part(value: Decimal | None) -> str | None:
    return None if value is None else str(_printed(value))


def _adjusted(adjustments: Iterable[Adjustment], times: Mapping[int, int | None]) -> Decimal:
    return sum((own.sign * _size(own, times) for own in adjustments), _NONE)


def _size(adjustment: Adjustment, times: Mapping[int, int | None]) -> Decimal:
    size = adjustment.each * (times[adjustment.id] or 0)
    return size if adjustment.most is None else min(size, adjustment.most)


def _steps(unit: Unit, score: Decimal) -> list[dict]:
    stars, at_least = next((stars, at) for stars, at in CUT_POINTS.items() if score >= at)
    steps = [{"kind": "cut_point", "stars": stars, "at_least": str(at_least)}]
    if unit.gates:
        gate = min(unit.gates, key=GATES.__getitem__)
        steps.append({"kind": "gate", "stars": min(stars, GATES[gate]), "gate": gate})
    return steps


def _limit(domain: str, members: Sequence[EditionUnit]) -> None:
    """Take a star of those beyond the quota, and of any tied with them."""
    rated = sum(row.score is not None for row in members)
    allowed = rated * QUOTA_PERCENT // 100
    holders = [row for row in members if row.stars == QUOTA_STARS]
    holders.sort(key=lambda row: row.score, reverse=True)
    if len(holders) <= allowed:
        return
    edge = holders[allowed].score
    kept = [row.score for row in holders if row.score > edge]
    step = {
        "kind": "quota",
        "stars": QUOTA_STARS - 1,
        "quota": QUOTA_STARS,
        "share": f"{QUOTA_PERCENT}%",
        "within": "domain",
        "group": domain,
        "rated": rated,
        "holders": len(holders),
        "allowed": allowed,
        "tied": allowed > 0 and holders[allowed - 1].score == edge,
        "kept_from": str(kept[-1]) if kept else None,
    }
    for row in holders[len(kept) :]:
        row.stars = QUOTA_STARS - 1
        row.steps.append(step)


def _standing(within: str, name: str, members: Sequence[EditionUnit]) -> EditionStanding:
    """Return the figures of a group, but for its rank."""
    rated = [row.score for row in members if row.score is not None]
    stars = [row.stars for row in members]
    at_target = sum(own is not None and own >= TARGET_STARS for own in stars)
    return EditionStanding(
        within=within,
        name=name,
        units=len(members),
        rated=len(rated),
        mean=(sum(rated) / len(rated)).quantize(_PRINTED, ROUND_HALF_UP) if rated else None,
        at_target=at_target,
        meets=100 * at_target >= TARGET_PERCENT * len(members),
        **{f"stars_{level}": stars.count(level) for level in STAR_LEVELS},
    )
