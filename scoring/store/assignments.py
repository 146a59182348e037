"""Who marks which units in the county's stages, which were drawn for spot checks, and by when each step is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Select, bindparam, func, select

from scoring import working_days
from scoring.store import bulk, chain
from scoring.store.tables import assignment, deadline, draw, moment_text

_COLUMNS = assignment.c

_OF_UNIT = (
    select(_COLUMNS.stage, _COLUMNS.person, _COLUMNS.ended)
    .where(_COLUMNS.period == bindparam("period"), _COLUMNS.unit == bindparam("unit"))
    .order_by(_COLUMNS.stage, _COLUMNS.person, _COLUMNS.revision)
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Assigned:
    """That a person (by id) marks a unit in a stage."""

    unit: str
    stage: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Spot checks as they were drawn: the seed, how many were wanted, and which units it came to, in that order."""

    number: int
    stage: str
    seed: str
    wanted: int
    units: tuple[str, ...]
    by: str
    made_at: datetime


def of_unit(c: Connection, period_id: str, unit: str) -> tuple[Assigned, ...]:
    """Return who is assigned to the unit, by stage and id."""
    rows = c.execute(_OF_UNIT, {"period": period_id, "unit": unit})
    found = {(stage, person): ended for stage, person, ended in rows}
    return tuple(
        Assigned(unit=unit, stage=stage, person=person)
        for (stage, person), ended in found.items()
        if not ended
    )


def of_person(c: Connection, period_id: str, person: str) -> tuple[Assigned, ...]:
    """Return what the person is assigned to, by unit and stage."""
    return _standing(c, _selected(period_id).where(_COLUMNS.person == person))


def every(c: Connection, period_id: str) -> tuple[Assigned, ...]:
    """Return all assignments of the period that stand, by unit, stage and person."""
    return _standing(c, _selected(period_id))


def put(c: Connection, period_id: str, wanted: Iterable[Assigned], ended: int) -> int:
    """Let those assignments stand (*ended* 0) or no longer (1), and return how many were otherwise before."""
    newest = (
        select(_COLUMNS.unit, _COLUMNS.stage, _COLUMNS.person, func.max(_COLUMNS.revision))
        .where(_COLUMNS.period == period_id)
        .group_by(_COLUMNS.unit, _COLUMNS.stage, _COLUMNS.person)
    )
    before = {Assigned(unit=row[0], stage=row[1], person=row[2]): row[3] for row in c.execute(newest)}
    standing = set(every(c, period_id))
    now = moment_text(datetime.now(UTC))
    rows: list[bulk.Row] = [
        (period_id, own.unit, own.stage, own.person, before.get(own, 0) + 1, ended, now)
        for own in dict.fromkeys(wanted)
        if (own in standing) == bool(ended)
    ]
    bulk.insert(c, assignment, rows)
    return len(rows)


def add_draw(  # noqa: PLR0917  a draw's particulars, in the order of the columns
    c: Connection, period_id: str, stage: str, seed: str, wanted: int, units: Sequence[str], by: str
) -> Draw:
    """Note that *units* were drawn, and return the draw."""
    number = (c.scalar(select(func.max(draw.c.number))) or 0) + 1
    now = datetime.now(UTC)
    values = {
        "number": number,
        "period": period_id,
        "stage": stage,
        "seed": seed,
        "wanted": wanted,
        "units": orjson.dumps(list(units)).decode(),
        "by": by,
        "made_at": now,
    }
    chain.add(c, draw, **values)
    return Draw(number=number, stage=stage, seed=seed, wanted=wanted, units=tuple(units), by=by, made_at=now)


def draws(c: Connection, period_id: str) -> tuple[Draw, ...]:
    """Return the draws of the period, as they were made."""
    rows = c.execute(select(draw).where(draw.c.period == period_id).order_by(draw.c.number))
    return tuple(
        Draw(
            number=row.number,
            stage=row.stage,
            seed=row.seed,
            wanted=row.wanted,
            units=tuple(orjson.loads(row.units)),
            by=row.by,
            made_at=row.made_at,
        )
        for row in rows
    )


def set_deadline(c: Connection, period_id: str, step: str, day: str) -> None:
    """Let *day* (2026-12-31, '' for none) be the last day of *step*."""
    own = (deadline.c.period == period_id, deadline.c.step == step)
    revision = (c.scalar(select(func.max(deadline.c.revision)).where(*own)) or 0) + 1
    chain.add(
        c,
        deadline,
        period=period_id,
        step=step,
        revision=revision,
        day=day,
        made_at=datetime.now(UTC),
    )


def deadlines(c: Connection, period_id: str) -> dict[str, str]:
    """Return the last day of each step that has one."""
    own = select(deadline.c.step, deadline.c.day).where(deadline.c.period == period_id)
    days: dict[str, str] = dict(map(tuple, c.execute(own.order_by(deadline.c.revision))))
    return {step: day for step, day in days.items() if day}


def today() -> str:
    """Return the day it is in the county, 2026-12-31."""
    return working_days.today().isoformat()


def is_day(text: str) -> bool:
    """Return whether *text* is a day written 2026-12-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _selected(period_id: str) -> Select[Any]:
    own = select(_COLUMNS.unit, _COLUMNS.stage, _COLUMNS.person, _COLUMNS.ended)
    return own.where(_COLUMNS.period == period_id).order_by(
        _COLUMNS.unit, _COLUMNS.stage, _COLUMNS.person, _COLUMNS.revision
    )


def _standing(c: Connection, selection: Select[Any]) -> tuple[Assigned, ...]:
    found = {(unit, stage, person): ended for unit, stage, person, ended in c.execute(selection)}
    return tuple(
        Assigned(unit=unit, stage=stage, person=person)
        for (unit, stage, person), ended in found.items()
        if not ended
    )
