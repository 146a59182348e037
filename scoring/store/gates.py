"""Motions about gates as they are kept, and what became of each."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, func, select

from scoring.errors import Fault, Refused
from scoring.gates import GateMotion, MotionKind, MotionState
from scoring.store import chain
from scoring.store.tables import chain_link, gate_motion, gate_motion_move

_COLUMNS, _MOVES = gate_motion.c, gate_motion_move.c


class MotionUnknown(Refused):
    """There is no motion of that number."""


def add(c: Connection, new: GateMotion) -> int:
    """Keep the motion *new*, made now, and return its number, which *new* does not know yet."""
    number = (c.scalar(select(func.max(_COLUMNS.number))) or 0) + 1
    chain.add(
        c,
        gate_motion,
        number=number,
        period=new.period,
        unit=new.unit,
        gate=new.gate,
        motion=new.motion.value,
        reason=new.reason,
        file=new.file,
        title=new.title,
        by=new.by,
        made_at=new.made_at,
    )
    return number


def move(c: Connection, number: int, state: MotionState, reason: str, by: str) -> None:
    """Let the open motion of that number end in *state*."""
    chain.add(
        c,
        gate_motion_move,
        gate_motion=number,
        state=state.value,
        reason=reason,
        by=by,
        made_at=datetime.now(UTC),
    )


def find(c: Connection, number: int) -> GateMotion:
    """Return the motion of that number. Raises MotionUnknown."""
    for own in _found(c, _COLUMNS.number == number):
        return own
    raise MotionUnknown(
        [Fault.of(f"没有第 {number} 号一票否决事项", f"there is no motion {number} about a gate")]
    )


def of_period(c: Connection, period_id: str) -> tuple[GateMotion, ...]:
    """Return all motions of the period, the newest first."""
    return tuple(_found(c, _COLUMNS.period == period_id))


def of_unit(c: Connection, period_id: str, unit: str) -> tuple[GateMotion, ...]:
    """Return all motions about the unit in the period, the newest first."""
    return tuple(_found(c, (_COLUMNS.period == period_id) & (_COLUMNS.unit == unit)))


def _found(c: Connection, where: ColumnElement[bool]) -> Iterator[GateMotion]:
    own = select(
        gate_motion,
        chain_link.c.on_behalf,
        _MOVES.state,
        _MOVES.reason.label("answer"),
        _MOVES.by.label("answered_by"),
        _MOVES.made_at.label("answered_at"),
    ).outerjoin(gate_motion_move, _MOVES.gate_motion == _COLUMNS.number)
    own = own.outerjoin(chain_link, chain_link.c.number == _COLUMNS.link)
    for row in c.execute(own.where(where).order_by(_COLUMNS.number.desc())):
        yield GateMotion(
            number=row.number,
            period=row.period,
            unit=row.unit,
            gate=row.gate,
            motion=MotionKind(row.motion),
            reason=row.reason,
            file=row.file,
            title=row.title,
            by=row.by,
            made_at=row.made_at,
            on_behalf=row.on_behalf or "",
            state=MotionState(row.state or MotionState.OPEN),
            answer=row.answer or "",
            answered_by=row.answered_by or "",
            answered_at=row.answered_at,
        )
