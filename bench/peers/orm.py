"""A peer: the county as most web applications would do it, with an ORM, Decimal and a loop over the units.

SQLAlchemy's declarative models on SQLite in memory, `selectinload`, results written back and committed. Decimal
cannot hold a third, so a score is first rounded to twelve places and then half up to two. The database is filled
beforehand, by bulk inserts.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import ForeignKey, Numeric, create_engine, delete, insert, select, update
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload
from sqlalchemy.pool import StaticPool

from bench.answers import RANKED_WITHIN, ROLLED_UP, STAR_LEVELS, CountyAnswer, GroupFigures
from bench.cohorts import ABSENT, NOT_APPLICABLE, Cohort, SheetMarks
from bench.plans import CUT_POINTS, GATES, QUOTA_PERCENT, QUOTA_STARS, AdjustmentPlan
from scoring.units import Grouping

_NONE, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
_FINE, _PRINTED = Decimal("1e-12"), Decimal("0.01")


class Table(DeclarativeBase):
    """The peer's models."""


class Part(Table):
    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str]
    weight: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    criteria: Mapped[list["Criterion"]] = relationship()
    adjustments: Mapped[list["Adjustment"]] = relationship()


class Criterion(Table):
    __tablename__ = "criteria"
    id: Mapped[int] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("parts.id"))
    full_marks: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    weight: Mapped[Decimal] = mapped_column(Numeric(6, 2))


class Adjustment(Table):
    __tablename__ = "adjustments"
    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str]
    part_id: Mapped[int | None] = mapped_column(ForeignKey("parts.id"))
    sign: Mapped[int]
    each: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    most: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))


class Unit(Table):
    __tablename__ = "units"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    county: Mapped[str]
    domain: Mapped[str]
    township: Mapped[str | None]
    department: Mapped[str | None]
    highest_stars: Mapped[int | None]
    score: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    stars: Mapped[int | None]
    rank_county: Mapped[int | None]
    rank_township: Mapped[int | None]
    rank_department: Mapped[int | None]
    rank_domain: Mapped[int | None]
    marks: Mapped[list["Mark"]] = relationship()
    counts: Mapped[list["Count"]] = relationship()


class Mark(Table):
    """One evaluator's mark; None is not applicable."""

    __tablename__ = "marks"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id"))
    evaluator: Mapped[int]
    mark: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))


class Count(Table):
    __tablename__ = "counts"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    adjustment_id: Mapped[int] = mapped_column(ForeignKey("adjustments.id"))
    times: Mapped[int]


class Standing(Table):
    __tablename__ = "standings"
    id: Mapped[int] = mapped_column(primary_key=True)
    within: Mapped[str]
    name: Mapped[str]
    units: Mapped[int]
    rated: Mapped[int]
    mean: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    rank: Mapped[int | None]
    stars_5: Mapped[int]
    stars_4: Mapped[int]
    stars_3: Mapped[int]
    stars_2: Mapped[int]
    stars_1: Mapped[int]
    stars_0: Mapped[int]


class OrmCounty:
    """The database and what is run on it."""

    def __init__(self, cohort: Cohort) -> None:
        warnings.filterwarnings("ignore", "Dialect sqlite.*does .*not.* support Decimal", SAWarning)
        self.engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        Table.metadata.create_all(self.engine)
        with Session(self.engine) as session, session.begin():
            _fill(session, cohort)

    def run(self) -> None:
        with Session(self.engine) as session, session.begin():
            _rate_county(session)

    def reset(self) -> None:
        """Forget the results, so that the next run has them all to write; not timed."""
        results = ("score", "stars", *(f"rank_{within}" for within in RANKED_WITHIN))
        with Session(self.engine) as session, session.begin():
            session.execute(delete(Standing))
            session.execute(update(Unit).values(dict.fromkeys(results)))

    def answer(self, _: None) -> CountyAnswer:
        """Return the results in the database in words; not timed."""
        with Session(self.engine) as session:
            units = session.scalars(select(Unit)).all()
            return CountyAnswer(
                scores={unit.code: _hundredths(unit.score) for unit in units},
                stars={unit.code: unit.stars for unit in units},
                ranks={
                    (within, unit.code): getattr(unit, f"rank_{within}")
                    for unit in units
                    for within in RANKED_WITHIN
                },
                groups={
                    (one.within, one.name): GroupFigures(
                        units=one.units,
                        rated=one.rated,
                        mean=_hundredths(one.mean),
                        rank=one.rank,
                        stars=tuple(getattr(one, f"stars_{stars}") for stars in STAR_LEVELS),
                        not_rated=one.units - one.rated,
                    )
                    for one in session.scalars(select(Standing))
                },
            )


def _rate_county(session: Session) -> None:
    parts = session.scalars(
        select(Part).options(selectinload(Part.criteria), selectinload(Part.adjustments))
    ).all()
    of_root = session.scalars(select(Adjustment).where(Adjustment.part_id.is_(None))).all()
    units = session.scalars(
        select(Unit).order_by(Unit.code).options(selectinload(Unit.marks), selectinload(Unit.counts))
    ).all()
    for unit in units:
        own_parts = [part for part in parts if part.domain == unit.domain]
        own_of_root = [adjustment for adjustment in of_root if adjustment.domain == unit.domain]
        unit.score = _score(unit, own_parts, own_of_root)
        unit.stars = _stars(unit)
    for members in grouped(units, "domain").values():
        _limit(members)
    for within in ROLLED_UP:
        standings = []
        for name, members in grouped(units, within).items():
            if within in RANKED_WITHIN:
                for unit, rank in ranked(members, [unit.score for unit in members]):
                    setattr(unit, f"rank_{within}", rank)
            standings.append(_standing(within, name, members))
        for standing, rank in ranked(standings, [standing.mean for standing in standings]):
            standing.rank = rank
        session.add_all(standings)


def _score(unit: Unit, parts: Sequence[Part], of_root: Sequence[Adjustment]) -> Decimal | None:
    marks = defaultdict(list)
    for mark in unit.marks:
        marks[mark.criterion_id].append(mark.mark)
    times = {count.adjustment_id: count.times for count in unit.counts}
    total = weights = _NONE
    for part in parts:
        value = part_weights = full_marks = _NONE
        for criterion in part.criteria:
            full_marks += criterion.full_marks
            own = marks[criterion.id]
            if not own:
                return None
            if None in own:
                continue
            value += criterion.weight * sum(own) / len(own) / criterion.full_marks
            part_weights += criterion.weight
        if part_weights:
            value = value / part_weights + _adjusted(part.adjustments, times) / full_marks
            total += part.weight * min(max(value, _NONE), _ONE)
            weights += part.weight
    if not weights:
        return None
    root = total / weights + _adjusted(of_root, times) / _HUNDRED
    score = _HUNDRED * min(max(root, _NONE), _ONE)
    return score.quantize(_FINE).quantize(_PRINTED, ROUND_HALF_UP)


def _adjusted(adjustments: Iterable[Adjustment], times: dict[int, int]) -> Decimal:
    total = _NONE
    for adjustment in adjustments:
        size = adjustment.each * times.get(adjustment.id, 0)
        if adjustment.most is not None:
            size = min(size, adjustment.most)
        total += adjustment.sign * size
    return total


def _stars(unit: Unit) -> int | None:
    if unit.score is None:
        return None
    stars = next((stars for stars, at_least in CUT_POINTS.items() if unit.score >= at_least), 0)
    return stars if unit.highest_stars is None else min(stars, unit.highest_stars)


def _limit(members: Sequence[Unit]) -> None:
    allowed = sum(unit.score is not None for unit in members) * QUOTA_PERCENT // 100
    holders = [unit for unit in members if unit.stars == QUOTA_STARS]
    holders.sort(key=lambda unit: unit.score, reverse=True)
    if len(holders) > allowed:
        edge = holders[allowed].score
        for unit in holders:
            if unit.score <= edge:
                unit.stars = QUOTA_STARS - 1


def grouped(units: Iterable[Unit], within: str) -> dict[str, list[Unit]]:
    groups = defaultdict(list)
    for unit in units:
        name = getattr(unit, within)
        if name is not None:
            groups[name].append(unit)
    return groups


def ranked(rows: Sequence, scores: Sequence[Decimal | None]) -> Iterator[tuple]:
    first: dict[Decimal, int] = {}
    rated = sorted((score for score in scores if score is not None), reverse=True)
    for place, score in enumerate(rated, 1):
        first.setdefault(score, place)
    for row, score in zip(rows, scores, strict=True):
        yield row, None if score is None else first[score]


def _standing(within: str, name: str, members: Sequence[Unit]) -> Standing:
    rated = [unit.score for unit in members if unit.score is not None]
    stars = [unit.stars for unit in members]
    return Standing(
        within=within,
        name=name,
        units=len(members),
        rated=len(rated),
        mean=(sum(rated) / len(rated)).quantize(_PRINTED, ROUND_HALF_UP) if rated else None,
        **{f"stars_{level}": stars.count(level) for level in STAR_LEVELS},
    )


def _hundredths(score: Decimal | None) -> int | None:
    return None if score is None else int(score * 100)


def _fill(session: Session, cohort: Cohort) -> None:
    units = [
        {
            "id": place,
            "code": unit.code,
            "highest_stars": min((GATES[gate] for gate in unit.gates), default=None),
            **{within: getattr(unit.group(Grouping(within)), "name", None) for within in ROLLED_UP},
        }
        for place, unit in enumerate(cohort.units, 1)
    ]
    session.execute(insert(Unit), units)
    ids = dict.fromkeys((Part, Criterion, Adjustment), 1)
    for sheet in cohort.sheets:
        _fill_sheet(session, sheet, ids)


def _fill_sheet(session: Session, sheet: SheetMarks, ids: dict[type[Table], int]) -> None:
    plan = sheet.plan
    first_criterion, first_adjustment = ids[Criterion], ids[Adjustment]
    for own in plan.adjustments:
        _add_adjustment(session, own, plan.domain, None, ids)
    for part in plan.parts:
        part_id = _next(ids, Part)
        session.add(Part(id=part_id, domain=plan.domain, weight=part.weight))
        for full, weight in zip(part.full, part.weights, strict=True):
            key = _next(ids, Criterion)
            session.add(
                Criterion(id=key, part_id=part_id, full_marks=_decimal(full), weight=_decimal(weight))
            )
        for own in part.adjustments:
            _add_adjustment(session, own, plan.domain, part_id, ids)
    places = (sheet.places + 1).tolist()
    marks = [
        {
            "unit_id": unit,
            "criterion_id": criterion,
            "evaluator": evaluator,
            "mark": None if mark == NOT_APPLICABLE else _decimal(mark),
        }
        for evaluator, rows in enumerate(sheet.marks.tolist(), 1)
        for criterion, row in enumerate(rows, first_criterion)
        for unit, mark in zip(places, row, strict=True)
        if mark != ABSENT
    ]
    session.execute(insert(Mark), marks)
    counts = [
        {"unit_id": unit, "adjustment_id": adjustment, "times": times}
        for adjustment, row in enumerate(sheet.counts.tolist(), first_adjustment)
        for unit, times in zip(places, row, strict=True)
        if times
    ]
    session.execute(insert(Count), counts)


def _add_adjustment(
    session: Session, own: AdjustmentPlan, domain: str, part_id: int | None, ids: dict[type[Table], int]
) -> None:
    session.add(
        Adjustment(
            id=_next(ids, Adjustment),
            domain=domain,
            part_id=part_id,
            sign=own.sign,
            each=_decimal(own.each),
            most=None if own.most is None else _decimal(own.most),
        )
    )


def _next(ids: dict[type[Table], int], table: type[Table]) -> int:
    ids[table] += 1
    return ids[table] - 1


def _decimal(half_marks: int) -> Decimal:
    return Decimal(half_marks) / 2
