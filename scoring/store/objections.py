"""Objections as they are kept, with their files and every move."""

from collections import defaultdict
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, func, select

from scoring.errors import Fault, Refused
from scoring.objections import Objection, ObjectionFile, ObjectionMove, ObjectionState
from scoring.store import chain
from scoring.store.tables import objection, objection_file, objection_move

_COLUMNS, _FILES, _MOVES = objection.c, objection_file.c, objection_move.c


class ObjectionUnknown(Refused):
    """There is no objection of that number."""


def add(c: Connection, new: Objection) -> int:
    """Keep the objection *new* with its files, and return its number, which *new* does not know yet."""
    number = (c.scalar(select(func.max(_COLUMNS.number))) or 0) + 1
    chain.add(
        c,
        objection,
        number=number,
        period=new.period,
        edition=new.edition,
        unit=new.unit,
        criterion=new.criterion,
        gate=new.gate,
        reason=new.reason,
        by=new.by,
        on_behalf=new.on_behalf,
        made_at=new.made_at,
    )
    for own in new.files:
        chain.add(c, objection_file, objection=number, file=own.sha256, title=own.title)
    return number


def move(
    c: Connection,
    number: int,
    state: ObjectionState,
    by: str,
    on_behalf: str,
    *,
    person: str = "",
    mark: str = "",
    reason: str = "",
) -> None:
    """Let the objection of that number come to *state*."""
    before = c.scalar(select(func.max(_MOVES.number)).where(_MOVES.objection == number))
    chain.add(
        c,
        objection_move,
        objection=number,
        number=(before or 0) + 1,
        state=state.value,
        person=person,
        mark=mark,
        reason=reason,
        by=by,
        on_behalf=on_behalf,
        made_at=datetime.now(UTC),
    )


def find(c: Connection, number: int) -> Objection:
    """Return the objection of that number. Raises ObjectionUnknown."""
    for own in _found(c, _COLUMNS.number == number):
        return own
    raise ObjectionUnknown([Fault.of(f"没有第 {number} 号异议", f"there is no objection {number}")])


def of_period(c: Connection, period_id: str) -> tuple[Objection, ...]:
    """Return all objections of the period, the newest first."""
    return _found(c, _COLUMNS.period == period_id)


def of_unit(c: Connection, period_id: str, unit: str) -> tuple[Objection, ...]:
    """Return all objections of the unit in the period, the newest first."""
    return _found(c, (_COLUMNS.period == period_id) & (_COLUMNS.unit == unit))


def _found(c: Connection, where: ColumnElement[bool]) -> tuple[Objection, ...]:
    rows = c.execute(select(objection).where(where).order_by(_COLUMNS.number.desc())).all()
    files, moves = _files(c, where), _moves(c, where)
    return tuple(
        Objection(
            number=row.number,
            period=row.period,
            edition=row.edition,
            unit=row.unit,
            criterion=row.criterion,
            gate=row.gate,
            reason=row.reason,
            by=row.by,
            on_behalf=row.on_behalf,
            made_at=row.made_at,
            files=tuple(files[row.number]),
            moves=tuple(moves[row.number]),
        )
        for row in rows
    )


def _files(c: Connection, where: ColumnElement[bool]) -> dict[int, list[ObjectionFile]]:
    found = defaultdict(list)
    own = select(objection_file).join(objection, _COLUMNS.number == _FILES.objection).where(where)
    for row in c.execute(own.order_by(_FILES.objection, _FILES.title, _FILES.file)):
        found[row.objection].append(ObjectionFile(sha256=row.file, title=row.title))
    return found


def _moves(c: Connection, where: ColumnElement[bool]) -> dict[int, list[ObjectionMove]]:
    found = defaultdict(list)
    own = select(objection_move).join(objection, _COLUMNS.number == _MOVES.objection).where(where)
    for row in c.execute(own.order_by(_MOVES.objection, _MOVES.number)):
        found[row.objection].append(
            ObjectionMove(
                number=row.number,
                state=ObjectionState(row.state),
                person=row.person,
                mark=row.mark,
                reason=row.reason,
                by=row.by,
                on_behalf=row.on_behalf,
                made_at=row.made_at,
            )
        )
    return found
