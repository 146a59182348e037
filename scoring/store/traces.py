"""How a unit's marks came about, row by row: what was typed, what was signed or sent back, and what came to count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from scoring.marks import KeptMarks
from scoring.store.tables import draft, imports, marking, sheet_move


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A mark as somebody entered it on a sheet ('' where they cleared it); it counted only if the sheet was signed."""

    stage: str
    holder: str
    criterion: str
    mark: str
    comment: str
    by: str
    on_behalf: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A sheet that was signed or sent back; `link` is under which link of the chain."""

    stage: str
    holder: str
    state: str
    evaluator: str
    reason: str
    by: str
    on_behalf: str
    made_at: datetime
    link: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The marks of a stage and evaluator as they counted from then on; `file_name` is what brought them."""

    stage: str
    evaluator: str
    marks: Mapping[str, str]
    file_name: str
    made_at: datetime
    link: int | None


def typed(c: Connection, period_id: str, unit: str, criterion: str) -> tuple[Typed, ...]:
    """Return all that was ever entered for that criterion, in order."""
    own = draft.c
    rows = (
        select(draft)
        .where(own.period == period_id, own.unit == unit, own.criterion == criterion)
        .order_by(own.made_at, own.stage, own.holder, own.revision)
    )
    return tuple(
        Typed(
            stage=row.stage,
            holder=row.holder,
            criterion=row.criterion,
            mark=row.mark,
            comment=row.comment,
            by=row.by,
            on_behalf=row.on_behalf,
            made_at=row.made_at,
        )
        for row in c.execute(rows)
    )


def steps(c: Connection, period_id: str, unit: str) -> tuple[Step, ...]:
    """Return every signing and sending back of the unit's sheets, in order."""
    own = sheet_move.c
    rows = select(sheet_move).where(own.period == period_id, own.unit == unit)
    return tuple(
        Step(
            stage=row.stage,
            holder=row.holder,
            state=row.state,
            evaluator=row.evaluator,
            reason=row.reason,
            by=row.by,
            on_behalf=row.on_behalf,
            made_at=row.made_at,
            link=row.link,
        )
        for row in c.execute(rows.order_by(own.made_at, own.stage, own.holder, own.number))
    )


def counted(c: Connection, period_id: str, unit: str) -> tuple[Counted, ...]:
    """Return every revision of every marking of the unit, in order."""
    own = marking.c
    rows = (
        select(own.stage, own.evaluator, own.marks, own.link, imports.c.name, imports.c.made_at)
        .join(imports, imports.c.number == own["import"])
        .where(own.period == period_id, own.unit == unit)
        .order_by(own["import"], own.stage, own.evaluator, own.revision)
    )
    return tuple(
        Counted(
            stage=row.stage,
            evaluator=row.evaluator,
            marks=dict(KeptMarks(row.marks).items()),
            file_name=row.name,
            made_at=row.made_at,
            link=row.link,
        )
        for row in c.execute(rows)
    )
