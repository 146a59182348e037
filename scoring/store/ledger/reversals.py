"""Reversals as they are moved and decided, and objections of members to lines of their statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from scoring.errors import Fault, Refused
from scoring.store import chain
from scoring.store.drafts import By
from scoring.store.tables import (
    points_objection,
    points_objection_move,
    redemption,
    reversal_motion,
    reversal_motion_move,
    settlement,
    transfer,
)
from scoring.texts import Text

_MOTION, _MOTION_MOVE = reversal_motion.c, reversal_motion_move.c
_OBJECTION, _ANSWER = points_objection.c, points_objection_move.c


class ReversalUnknown(Refused):
    """There is no motion to reverse points of that number."""


class LineObjectionUnknown(Refused):
    """There is no objection to points of that number."""


class ReversalState(StrEnum):
    """What became of a motion to reverse points."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _REVERSAL_STATES[self]


class LineObjectionState(StrEnum):
    """What became of an objection to points."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _OBJECTION_STATES[self]


_REVERSAL_STATES = {
    ReversalState.OPEN: Text("待确认", "to be confirmed"),
    ReversalState.CONFIRMED: Text("已冲销", "reversed"),
    ReversalState.REFUSED: Text("未通过", "refused"),
}
_OBJECTION_STATES = {
    LineObjectionState.OPEN: Text("待答复", "to be answered"),
    LineObjectionState.UPHELD: Text("成立", "upheld"),
    LineObjectionState.DISMISSED: Text("不成立", "dismissed"),
    LineObjectionState.WITHDRAWN: Text("已撤回", "withdrawn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalMotion:
    """A motion that a transfer be reversed, in the branch *unit*; people stand by id.

    *objection* is the number of the one that was upheld, None for none. The answer is '' and None while it is open.
    """

    number: int = 0
    transfer: int
    unit: str
    reason: str
    objection: int | None
    by: str
    on_behalf: str
    made_at: datetime
    state: ReversalState = ReversalState.OPEN
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None

    @property
    def movers(self) -> frozenset[str]:
        """Who moved it, and on whose behalf, by id."""
        return frozenset(filter(None, (self.by, self.on_behalf)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineObjection:
    """A member's objection to a transfer of their own, and its answer ('' and None while it is open)."""

    number: int = 0
    transfer: int
    member: str
    unit: str
    reason: str
    by: str
    made_at: datetime
    state: LineObjectionState = LineObjectionState.OPEN
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None


def add_motion(c: Connection, new: ReversalMotion) -> int:
    """Keep the motion *new*, and return its number, which *new* does not know yet."""
    chain.link_number(c)
    number = (c.scalar(select(func.max(_MOTION.number))) or 0) + 1
    chain.add(
        c,
        reversal_motion,
        number=number,
        transfer=new.transfer,
        unit=new.unit,
        reason=new.reason,
        objection=new.objection,
        by=new.by,
        on_behalf=new.on_behalf,
        made_at=new.made_at,
    )
    return number


def decide_motion(c: Connection, number: int, state: ReversalState, by: By, reason: str = "") -> None:
    """Let the open motion of that number end in *state*."""
    values = {"motion": number, "state": state.value, "reason": reason}
    chain.add(c, reversal_motion_move, **values, **_done(by))


def motion(c: Connection, number: int) -> ReversalMotion:
    """Return the motion of that number. Raises ReversalUnknown."""
    for own in _motions(c, _MOTION.number == number):
        return own
    raise ReversalUnknown(
        [Fault.of(f"没有第 {number} 号冲销提议", f"there is no motion {number} to reverse points")]
    )


def motions_of(c: Connection, units: Collection[str] | None = None) -> tuple[ReversalMotion, ...]:
    """Return the motions in those branches (None: in all), the newest first."""
    return _motions(c, None if units is None else _MOTION.unit.in_(sorted(units)))


def open_motion_about(c: Connection, transfers: Collection[int]) -> ReversalMotion | None:
    """Return a motion about one of those transfers that waits; None where none does."""
    waits = and_(_MOTION.transfer.in_(sorted(transfers)), _MOTION_MOVE.motion.is_(None))
    return next(iter(_motions(c, waits)), None)


def add_objection(c: Connection, new: LineObjection) -> int:
    """Keep the objection *new*, and return its number, which *new* does not know yet."""
    chain.link_number(c)
    number = (c.scalar(select(func.max(_OBJECTION.number))) or 0) + 1
    chain.add(
        c,
        points_objection,
        number=number,
        transfer=new.transfer,
        member=new.member,
        unit=new.unit,
        reason=new.reason,
        by=new.by,
        made_at=new.made_at,
    )
    return number


def answer_objection(c: Connection, number: int, state: LineObjectionState, by: By, reason: str = "") -> None:
    """Let the open objection of that number end in *state*."""
    values = {"objection": number, "state": state.value, "reason": reason}
    chain.add(c, points_objection_move, **values, **_done(by))


def objection(c: Connection, number: int) -> LineObjection:
    """Return the objection of that number. Raises LineObjectionUnknown."""
    for own in _objections(c, _OBJECTION.number == number):
        return own
    raise LineObjectionUnknown(
        [Fault.of(f"没有第 {number} 号积分异议", f"there is no objection {number} to points")]
    )


def objections_of(c: Connection, units: Collection[str] | None = None) -> tuple[LineObjection, ...]:
    """Return the objections in those branches (None: in all), the newest first."""
    return _objections(c, None if units is None else _OBJECTION.unit.in_(sorted(units)))


def objections_to(c: Connection, transfers: Collection[int]) -> tuple[LineObjection, ...]:
    """Return the objections to those transfers, the newest first."""
    return _objections(c, _OBJECTION.transfer.in_(sorted(transfers)))


def open_objection_to(c: Connection, transfers: Collection[int]) -> LineObjection | None:
    """Return an objection to one of those transfers that waits; None where none does."""
    waits = and_(_OBJECTION.transfer.in_(sorted(transfers)), _ANSWER.objection.is_(None))
    return next(iter(_objections(c, waits)), None)


def is_settled(c: Connection, number: int) -> bool:
    """Say whether that transfer is a redemption of a month which was settled with the merchant."""
    own = redemption.c
    same = and_(settlement.c.merchant == own.merchant, settlement.c.month == own.month)
    return bool(c.scalar(select(exists().where(own.transfer == number, same))))


def are_reversed(c: Connection, numbers: Collection[int]) -> frozenset[int]:
    """Return those of *numbers* that were reversed."""
    undoes = transfer.c.undoes
    return frozenset(own for own in c.scalars(select(undoes).where(undoes.in_(sorted(numbers)))) if own)


def _done(by: By) -> dict[str, Any]:
    return {"by": by.person, "on_behalf": by.on_behalf, "made_at": datetime.now(UTC)}


def _motions(c: Connection, where: ColumnElement[bool] | None) -> tuple[ReversalMotion, ...]:
    own = select(
        reversal_motion,
        _MOTION_MOVE.state,
        _MOTION_MOVE.reason.label("answer"),
        _MOTION_MOVE.by.label("answered_by"),
        _MOTION_MOVE.made_at.label("answered_at"),
    ).outerjoin(reversal_motion_move, _MOTION_MOVE.motion == _MOTION.number)
    own = own.order_by(_MOTION.number.desc())
    return tuple(
        ReversalMotion(
            number=row.number,
            transfer=row.transfer,
            unit=row.unit,
            reason=row.reason,
            objection=row.objection,
            by=row.by,
            on_behalf=row.on_behalf,
            made_at=row.made_at,
            state=ReversalState(row.state or ReversalState.OPEN),
            answer=row.answer or "",
            answered_by=row.answered_by or "",
            answered_at=row.answered_at,
        )
        for row in c.execute(own if where is None else own.where(where))
    )


def _objections(c: Connection, where: ColumnElement[bool] | None) -> tuple[LineObjection, ...]:
    own = select(
        points_objection,
        _ANSWER.state,
        _ANSWER.reason.label("answer"),
        _ANSWER.by.label("answered_by"),
        _ANSWER.made_at.label("answered_at"),
    ).outerjoin(points_objection_move, _ANSWER.objection == _OBJECTION.number)
    own = own.order_by(_OBJECTION.number.desc())
    return tuple(
        LineObjection(
            number=row.number,
            transfer=row.transfer,
            member=row.member,
            unit=row.unit,
            reason=row.reason,
            by=row.by,
            made_at=row.made_at,
            state=LineObjectionState(row.state or LineObjectionState.OPEN),
            answer=row.answer or "",
            answered_by=row.answered_by or "",
            answered_at=row.answered_at,
        )
        for row in c.execute(own if where is None else own.where(where))
    )
