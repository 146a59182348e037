"""The county's calendar as it is kept: what the office says of days, revision by revision."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from sqlalchemy import Connection, func, select

from scoring.store import chain
from scoring.store.tables import working_day
from scoring.working_days import SpecialDay, WorkingDays

_COLUMNS = working_day.c


def read(c: Connection) -> WorkingDays:
    """Return the calendar as it is now."""
    rows = c.execute(select(working_day).order_by(_COLUMNS.day, _COLUMNS.revision))
    found = (
        SpecialDay(day=date.fromisoformat(row.day), working=bool(row.working), name=row.name) for row in rows
    )
    return WorkingDays(own={own.day: own for own in found})


def put(c: Connection, days: Iterable[SpecialDay]) -> int:
    """Let *days* be as they say from now on, and return how many were otherwise before."""
    before = read(c)
    newest: dict[str, int] = dict(
        c.execute(select(_COLUMNS.day, func.max(_COLUMNS.revision)).group_by(_COLUMNS.day)).all()
    )
    changed = [own for own in days if before.special(own.day) != own]
    for own in changed:
        day = own.day.isoformat()
        chain.add(
            c,
            working_day,
            day=day,
            revision=newest.get(day, 0) + 1,
            working=int(own.working),
            name=own.name,
            made_at=datetime.now(UTC),
        )
    return len(changed)
