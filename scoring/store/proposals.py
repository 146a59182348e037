"""Editions prepared and not yet published, as they are kept, and what became of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, func, select

from scoring.canonical import canonical
from scoring.errors import Fault, Refused
from scoring.proposals import Proposal, ProposalState
from scoring.statement import Excuse, State
from scoring.store import chain
from scoring.store.tables import imports, marking, proposal, proposal_move, unit_revision
from scoring.working_days import Posting

_COLUMNS, _MOVES = proposal.c, proposal_move.c


class ProposalUnknown(Refused):
    """There is no proposal of that number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A unit whose particulars (stage '') or markings were revised, and the import that brought that."""

    unit: str
    stage: str
    evaluator: str
    name: str


def add(c: Connection, new: Proposal) -> int:
    """Keep the proposal *new*, and return its number, which *new* does not know yet."""
    number = (c.scalar(select(func.max(_COLUMNS.number))) or 0) + 1
    excused = [{"unit": own.unit, "reason": own.reason} for own in new.excused]
    chain.add(
        c,
        proposal,
        number=number,
        period=new.period,
        state=new.kind.value,
        inputs=new.inputs,
        supersedes=new.supersedes,
        reason=new.reason,
        excused=canonical(excused).decode(),
        first_day="" if new.posting is None else new.posting.first.isoformat(),
        last_day="" if new.posting is None else new.posting.last.isoformat(),
        by=new.by,
        on_behalf=new.on_behalf,
        made_at=datetime.now(UTC),
    )
    return number


def move(
    c: Connection,
    number: int,
    state: ProposalState,
    by: str,
    on_behalf: str,
    *,
    edition: str = "",
    reason: str = "",
) -> None:
    """Let the open proposal of that number end in *state*."""
    chain.add(
        c,
        proposal_move,
        proposal=number,
        state=state.value,
        edition=edition,
        reason=reason,
        by=by,
        on_behalf=on_behalf,
        made_at=datetime.now(UTC),
    )


def find(c: Connection, number: int) -> Proposal:
    """Return the proposal of that number. Raises ProposalUnknown."""
    for own in _found(c, _COLUMNS.number == number):
        return own
    raise ProposalUnknown([Fault.of(f"没有第 {number} 号发布准备", f"there is no proposal {number}")])


def of_period(c: Connection, period_id: str) -> tuple[Proposal, ...]:
    """Return all proposals of the period, the newest first."""
    return tuple(_found(c, _COLUMNS.period == period_id))


def touched_since(c: Connection, period_id: str, link: int) -> tuple[Touched, ...]:
    """Return what was revised of units and markings by links after that one, in order of unit."""
    later = (imports.c.period == period_id) & (imports.c.link > link)
    marks = (
        select(marking.c.unit, marking.c.stage, marking.c.evaluator, imports.c.name)
        .join(imports, imports.c.number == marking.c["import"])
        .where(later)
        .order_by(marking.c.unit, marking.c.stage, marking.c.evaluator, marking.c.revision)
    )
    units = (
        select(unit_revision.c.code, imports.c.name)
        .join(imports, imports.c.number == unit_revision.c["import"])
        .where(later)
        .order_by(unit_revision.c.code, unit_revision.c.revision)
    )
    found = {
        (row[0], "", ""): Touched(unit=row[0], stage="", evaluator="", name=row[1])
        for row in c.execute(units)
    }
    found |= {
        (row[0], row[1], row[2]): Touched(unit=row[0], stage=row[1], evaluator=row[2], name=row[3])
        for row in c.execute(marks)
    }
    return tuple(found[key] for key in sorted(found))


def _found(c: Connection, where: ColumnElement[bool]) -> Iterator[Proposal]:
    own = select(
        proposal,
        _MOVES.state.label("ended"),
        _MOVES.edition,
        _MOVES.reason.label("answer"),
        _MOVES.by.label("answered_by"),
        _MOVES.on_behalf.label("answered_on_behalf"),
        _MOVES.made_at.label("answered_at"),
    ).outerjoin(proposal_move, _MOVES.proposal == _COLUMNS.number)
    return map(_proposal, c.execute(own.where(where).order_by(_COLUMNS.number.desc())))


def _proposal(row: Row[Any]) -> Proposal:
    posting = None
    if row.first_day:
        posting = Posting(first=date.fromisoformat(row.first_day), last=date.fromisoformat(row.last_day))
    return Proposal(
        number=row.number,
        period=row.period,
        kind=State(row.state),
        inputs=row.inputs,
        supersedes=row.supersedes,
        reason=row.reason,
        excused=tuple(Excuse(**own) for own in orjson.loads(row.excused)),
        posting=posting,
        by=row.by,
        on_behalf=row.on_behalf,
        made_at=row.made_at,
        link=row.link,
        state=ProposalState(row.ended or ProposalState.OPEN),
        edition=row.edition or "",
        answer=row.answer or "",
        answered_by=row.answered_by or "",
        answered_on_behalf=row.answered_on_behalf or "",
        answered_at=row.answered_at,
    )
