"""The tables of the peer that publishes: criteria, units and marks as rows, and what an edition keeps.

Of a unit an edition keeps one row with JSON columns (its marks, lines, parts, steps). That spares this peer a hundred
thousand rows that another would write.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Numeric, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from bench.cohorts import ABSENT, NOT_APPLICABLE, Cohort, SheetMarks, evaluator_name
from bench.offices import CLERK, STAGE
from bench.plans import AdjustmentPlan
from scoring import units


class Table(DeclarativeBase):
    """The peer's models."""


class CriteriaSet(Table):
    __tablename__ = "criteria_sets"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str]
    parts: Mapped[list["Part"]] = relationship(order_by="Part.id")
    adjustments: Mapped[list["Adjustment"]] = relationship(order_by="Adjustment.id")


class Part(Table):
    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("criteria_sets.id"))
    name: Mapped[str]
    weight: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    criteria: Mapped[list["Criterion"]] = relationship(order_by="Criterion.id")
    adjustments: Mapped[list["Adjustment"]] = relationship(order_by="Adjustment.id")


class Criterion(Table):
    __tablename__ = "criteria"
    id: Mapped[int] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("parts.id"))
    name: Mapped[str]
    full_marks: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    weight: Mapped[Decimal] = mapped_column(Numeric(6, 2))


class Adjustment(Table):
    """An adjustment of a part, or, without one, of the whole set."""

    __tablename__ = "adjustments"
    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int | None] = mapped_column(ForeignKey("criteria_sets.id"))
    part_id: Mapped[int | None] = mapped_column(ForeignKey("parts.id"))
    name: Mapped[str]
    sign: Mapped[int]
    each: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    most: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))


class Unit(Table):
    __tablename__ = "units"
    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("criteria_sets.id"))
    code: Mapped[str]
    name: Mapped[str]
    domain: Mapped[str]
    township: Mapped[str | None]
    department: Mapped[str | None]
    gates: Mapped[list[str]] = mapped_column(JSON)
    marks: Mapped[list["Mark"]] = relationship()
    counts: Mapped[list["Count"]] = relationship()


class Mark(Table):
    """One evaluator's mark; None is not applicable."""

    __tablename__ = "marks"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id"))
    stage: Mapped[str]
    evaluator: Mapped[str]
    mark: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))


class Count(Table):
    """How often one evaluator counted an adjustment."""

    __tablename__ = "counts"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    adjustment_id: Mapped[int] = mapped_column(ForeignKey("adjustments.id"))
    stage: Mapped[str]
    evaluator: Mapped[str]
    times: Mapped[int]


class Period(Table):
    __tablename__ = "periods"
    id: Mapped[int] = mapped_column(primary_key=True)
    phase: Mapped[str]


class Edition(Table):
    __tablename__ = "editions"
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("editions.id"))
    state: Mapped[str]
    prepared_by: Mapped[str]
    confirmed_by: Mapped[str]
    excused: Mapped[dict[str, str]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    units: Mapped[list["EditionUnit"]] = relationship()
    standings: Mapped[list["EditionStanding"]] = relationship()


class EditionUnit(Table):
    """What an edition says of a unit, for good."""

    __tablename__ = "edition_units"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    code: Mapped[str]
    name: Mapped[str]
    domain: Mapped[str]
    township: Mapped[str | None]
    department: Mapped[str | None]
    gates: Mapped[list[str]] = mapped_column(JSON)
    ref: Mapped[str]
    score: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    stars: Mapped[int | None]
    rank_county: Mapped[int | None]
    rank_township: Mapped[int | None]
    rank_department: Mapped[int | None]
    rank_domain: Mapped[int | None]
    missing: Mapped[list[str]] = mapped_column(JSON)
    marks: Mapped[dict] = mapped_column(JSON)
    lines: Mapped[list[dict]] = mapped_column(JSON)
    parts: Mapped[list[dict]] = mapped_column(JSON)
    adjustments: Mapped[list[dict]] = mapped_column(JSON)
    steps: Mapped[list[dict]] = mapped_column(JSON)

    @property
    def county(self) -> str:
        """The name of the one group of its kind."""
        return ""


class EditionStanding(Table):
    __tablename__ = "edition_standings"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
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
    at_target: Mapped[int]
    meets: Mapped[bool]


def fill(session: Session, cohort: Cohort) -> None:
    """Put the criteria, units and marks of *cohort* there, and a period, by bulk inserts."""
    session.add(Period(id=1, phase="posted"))
    ids = _Ids()
    for key, sheet in enumerate(cohort.sheets, 1):
        _fill_sheet(session, cohort, sheet, key, ids)


class _Ids:
    """The ids of criteria, parts and adjustments, counted up."""

    def __init__(self) -> None:
        self._last: dict[type[Table], int] = defaultdict(int)

    def next(self, table: type[Table]) -> int:
        self._last[table] += 1
        return self._last[table]


def _fill_sheet(session: Session, cohort: Cohort, sheet: SheetMarks, key: int, ids: _Ids) -> None:
    plan = sheet.plan
    session.add(CriteriaSet(id=key, ref=f"{plan.id}@1"))
    criteria: list[int] = []
    adjustments = [_add_adjustment(session, own, ids, set_id=key) for own in plan.adjustments]
    names = iter(plan.criteria)
    for number, part in enumerate(plan.parts, 1):
        part_id = ids.next(Part)
        session.add(Part(id=part_id, set_id=key, name=f"p{number}", weight=part.weight))
        for full, weight in zip(part.full, part.weights, strict=True):
            criteria.append(ids.next(Criterion))
            values = {"full_marks": _decimal(full), "weight": _decimal(weight)}
            session.add(Criterion(id=criteria[-1], part_id=part_id, name=next(names), **values))
        adjustments += [_add_adjustment(session, own, ids, part_id=part_id) for own in part.adjustments]
    session.flush()
    units = [place + 1 for place in sheet.places.tolist()]
    session.execute(insert(Unit), [_unit(cohort.units[place - 1], place, key) for place in units])
    session.execute(insert(Mark), list(_marks(sheet, units, criteria)))
    session.execute(insert(Count), list(_counts(sheet, units, adjustments)))


def _add_adjustment(session: Session, own: AdjustmentPlan, ids: _Ids, **owner: int) -> int:
    key = ids.next(Adjustment)
    most = None if own.most is None else _decimal(own.most)
    session.add(Adjustment(id=key, name=own.id, sign=own.sign, each=_decimal(own.each), most=most, **owner))
    return key


def _unit(unit: units.Unit, key: int, set_id: int) -> dict[str, Any]:
    return {
        "id": key,
        "set_id": set_id,
        "code": unit.code,
        "name": unit.name,
        "domain": unit.domain,
        "township": unit.township,
        "department": unit.department,
        "gates": sorted(unit.gates),
    }


def _marks(sheet: SheetMarks, units: Sequence[int], criteria: Sequence[int]) -> Iterator[dict[str, Any]]:
    for number, rows in enumerate(sheet.marks.tolist(), 1):
        for criterion, row in zip(criteria, rows, strict=True):
            for unit, mark in zip(units, row, strict=True):
                if mark != ABSENT:
                    yield {
                        "unit_id": unit,
                        "criterion_id": criterion,
                        "stage": STAGE,
                        "evaluator": evaluator_name(number),
                        "mark": None if mark == NOT_APPLICABLE else _decimal(mark),
                    }


def _counts(sheet: SheetMarks, units: Sequence[int], adjustments: Sequence[int]) -> Iterator[dict[str, Any]]:
    for adjustment, row in zip(adjustments, sheet.counts.tolist(), strict=True):
        for unit, times in zip(units, row, strict=True):
            if times:
                yield {
                    "unit_id": unit,
                    "adjustment_id": adjustment,
                    "stage": STAGE,
                    "evaluator": CLERK,
                    "times": times,
                }


def _decimal(half_marks: int) -> Decimal:
    return Decimal(half_marks) / 2
