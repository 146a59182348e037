"""The moves of sheets: signed, and sent back. The newest says where a sheet stands; without any it is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, func, select

from scoring.canonical import canonical
from scoring.marks import KeptMarks, Marking
from scoring.sheets import Move, SheetKey, SheetState
from scoring.store import bulk
from scoring.store.drafts import By
from scoring.store.tables import marking, moment_text, sheet_move

_COLUMNS = sheet_move.c


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMove:
    """A move as it is kept; names of people are the reader's to find. `comments` are by criterion."""

    key: SheetKey
    move: Move
    comments: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMove:
    """A move to be made: signed as that evaluator with comments by criterion, or sent back with a reason."""

    key: SheetKey
    number: int
    state: SheetState
    evaluator: str = ""
    comments: Mapping[str, str] | None = None
    reason: str = ""


def newest(c: Connection, period_id: str, unit: str) -> dict[SheetKey, KeptMove]:
    """Return the newest move of each of the unit's sheets, those never moved are left out."""
    own = select(sheet_move).where(_COLUMNS.period == period_id, _COLUMNS.unit == unit)
    return _by_key(c.execute(own.order_by(_COLUMNS.number)).all())


def every(c: Connection, period_id: str, unit: str) -> tuple[KeptMove, ...]:
    """Return all moves of the unit's sheets, as they were made."""
    own = select(sheet_move).where(_COLUMNS.period == period_id, _COLUMNS.unit == unit)
    rows = c.execute(own.order_by(_COLUMNS.made_at, _COLUMNS.stage, _COLUMNS.holder, _COLUMNS.number)).all()
    return tuple(_kept(row) for row in rows)


def signed_by(c: Connection, period_id: str) -> dict[str, set[str]]:
    """Return of each unit the ids of all who signed a sheet of it or sent one back, and for whom, but for moderation."""
    own = select(_COLUMNS.unit, _COLUMNS.by, _COLUMNS.on_behalf, _COLUMNS.holder)
    found: dict[str, set[str]] = {}
    for unit, *hands in c.execute(own.where(_COLUMNS.period == period_id, _COLUMNS.stage != "moderation")):
        found.setdefault(unit, set()).update(filter(None, hands))
    return found


def states(c: Connection, period_id: str) -> dict[SheetKey, SheetState]:
    """Return where every sheet of the period stands that was ever signed or sent back."""
    own = select(_COLUMNS.unit, _COLUMNS.stage, _COLUMNS.holder, _COLUMNS.state)
    rows = c.execute(own.where(_COLUMNS.period == period_id).order_by(_COLUMNS.number))
    return {
        SheetKey(period=period_id, unit=unit, stage=stage, holder=holder): SheetState(state)
        for unit, stage, holder, state in rows
    }


def moves_in(c: Connection, period_id: str) -> dict[SheetKey, KeptMove]:
    """Return the newest move of every sheet of the period."""
    own = select(sheet_move).where(_COLUMNS.period == period_id)
    return _by_key(c.execute(own.order_by(_COLUMNS.number)).all())


def add(c: Connection, moves: Sequence[NewMove], by: By) -> None:
    """Make *moves*, all by the same person."""
    now = moment_text(datetime.now(UTC))
    rows: list[bulk.Row] = [
        (
            own.key.period,
            own.key.unit,
            own.key.stage,
            own.key.holder,
            own.number,
            own.state.value,
            own.evaluator,
            canonical(dict(own.comments or {})).decode(),
            own.reason,
            by.person,
            by.on_behalf,
            now,
        )
        for own in moves
    ]
    bulk.insert(c, sheet_move, rows)


def markings_of(c: Connection, period_id: str, unit: str) -> tuple[Marking, ...]:
    """Return the unit's markings as they are now, by stage and evaluator; those withdrawn are left out."""
    columns = marking.c
    own = (
        select(columns.stage, columns.evaluator, columns.marks)
        .where(columns.period == period_id, columns.unit == unit)
        .order_by(columns.stage, columns.evaluator, columns.revision)
    )
    found = {(stage, evaluator): marks for stage, evaluator, marks in c.execute(own)}
    return tuple(
        Marking(unit=unit, stage=stage, evaluator=evaluator, marks=KeptMarks(marks))
        for (stage, evaluator), marks in found.items()
        if marks != "{}"
    )


def kept_in(c: Connection, period_id: str, stage: str, evaluator: str | None = None) -> tuple[Marking, ...]:
    """Return the markings of that stage as they are now, by unit and evaluator; of that evaluator alone where named."""
    columns = marking.c
    own = (
        select(columns.unit, columns.evaluator, columns.marks)
        .where(columns.period == period_id, columns.stage == stage)
        .order_by(columns.unit, columns.evaluator, columns.revision)
    )
    if evaluator is not None:
        own = own.where(columns.evaluator == evaluator)
    found = {(unit, by): marks for unit, by, marks in c.execute(own)}
    return tuple(
        Marking(unit=unit, stage=stage, evaluator=by, marks=KeptMarks(marks))
        for (unit, by), marks in found.items()
        if marks != "{}"
    )


def marked(c: Connection, period_id: str) -> frozenset[tuple[str, str, str]]:
    """Return of which units marks stand in which stages by which evaluators: unit, stage and evaluator."""
    columns = marking.c
    key = (columns.unit, columns.stage, columns.evaluator)
    of_period = columns.period == period_id
    last = select(*key, func.max(columns.revision).label("last")).where(of_period).group_by(*key).subquery()
    same = [columns[name] == last.c[name] for name in ("unit", "stage", "evaluator")]
    own = select(*key).join(last, and_(*same, columns.revision == last.c.last))
    return frozenset(map(tuple, c.execute(own.where(of_period, columns.marks != "{}"))))


def _by_key(rows: Sequence[Row[Any]]) -> dict[SheetKey, KeptMove]:
    return {own.key: own for own in map(_kept, rows)}


def _kept(row: Row[Any]) -> KeptMove:
    key = SheetKey(period=row.period, unit=row.unit, stage=row.stage, holder=row.holder)
    move = Move(
        state=SheetState(row.state),
        number=row.number,
        by=row.by,
        by_name="",
        made_at=row.made_at,
        evaluator=row.evaluator,
        reason=row.reason,
        on_behalf=row.on_behalf,
    )
    return KeptMove(key=key, move=move, comments=orjson.loads(row.comments))
