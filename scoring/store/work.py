"""What the work on a unit is asked before anything else: whether somebody is assigned it, and whether a sheet is signed."""

from datetime import date

from sqlalchemy import Connection, select

from scoring.store.tables import assignment, deadline, sheet_move

_SHARED = ""


def is_assigned(c: Connection, period_id: str, unit: str, person: str) -> bool:
    """Return whether the person is assigned the unit, in whatever stage."""
    columns = assignment.c
    own = (columns.period == period_id, columns.unit == unit, columns.person == person)
    rows = c.execute(select(columns.stage, columns.ended).where(*own).order_by(columns.revision))
    newest: dict[str, int] = dict(map(tuple, rows))
    return 0 in newest.values()


def is_signed(c: Connection, period_id: str, unit: str, stage: str) -> bool:
    """Return whether the sheet of the unit that those of *stage* share is signed, and was not sent back since."""
    columns = sheet_move.c
    own = (
        columns.period == period_id,
        columns.unit == unit,
        columns.stage == stage,
        columns.holder == _SHARED,
    )
    newest = select(columns.state).where(*own).order_by(columns.number.desc()).limit(1)
    return c.scalar(newest) == "signed"


def last_day(c: Connection, period_id: str, step: str) -> date | None:
    """Return the last day of the step, None where none is set."""
    columns = deadline.c
    own = (columns.period == period_id, columns.step == step)
    day = c.scalar(select(columns.day).where(*own).order_by(columns.revision.desc()).limit(1))
    return date.fromisoformat(day) if day else None
