"""Who comes back with a session, asked for at once, as it is asked in every request of theirs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, bindparam, func, select

from scoring.people import Person
from scoring.store.people import person_of
from scoring.store.sessions import Session, key_of
from scoring.store.tables import (
    credential,
    notice,
    notice_seen,
    person_name,
    person_revision,
    session,
    session_end,
    session_seen,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A session that was not ended, its person, and how much of what they were told they have not read.

    `password_at` is when their password was kept, None where they have none; `one_time` where that is good only once.
    """

    session: Session
    person: Person
    password_at: datetime | None
    one_time: bool
    unread: int


def find(c: Connection, token: str) -> Coming | None:
    """Return who comes with the session of that token; None where there is none, or it was ended."""
    row = c.execute(_STATEMENT, {"token": key_of(token)}).first()
    if row is None:
        return None
    own = Session(
        key=row.token,
        person=row.person,
        csrf=row.csrf,
        made_at=row.made_at,
        until=row.until,
        seen_at=row.seen_at or row.made_at,
        on_behalf=row.on_behalf or "",
    )
    return Coming(
        session=own,
        person=person_of(row),
        password_at=row.password_at,
        one_time=bool(row.one_time),
        unread=row.unread,
    )


def _statement() -> Select[Any]:
    person = session.c.person
    seen, revision, password = session_seen.c, person_revision.c, credential.c
    unread = (
        select(func.count())
        .select_from(notice.outerjoin(notice_seen, notice_seen.c.notice == notice.c.number))
        .where(notice.c.person == person, notice_seen.c.notice.is_(None))
        .scalar_subquery()
    )
    joined = (
        session.outerjoin(session_end, session_end.c.token == session.c.token)
        .outerjoin(session_seen, _last(session_seen, seen.token, session.c.token, seen.number))
        .join(person_revision, _last(person_revision, revision.person, person, revision.revision))
        .outerjoin(
            person_name,
            and_(person_name.c.person == revision.person, person_name.c.revision == revision.revision),
        )
        .outerjoin(credential, _last(credential, password.person, person, password.number))
    )
    columns = (
        session,
        seen.made_at.label("seen_at"),
        seen.on_behalf,
        revision.state,
        revision.unit,
        person_name.c.login,
        person_name.c.name,
        person_name.c.signs_as,
        password.made_at.label("password_at"),
        password.one_time,
        unread.label("unread"),
    )
    return (
        select(*columns)
        .select_from(joined)
        .where(session.c.token == bindparam("token"), session_end.c.token.is_(None))
    )


def _last(table: Table, own: Any, other: Any, number: Any) -> Any:
    """Return the condition that a row of *table* is the last of those whose *own* column is *other*."""
    again = table.alias()
    last = select(func.max(again.c[number.name])).where(again.c[own.name] == other).scalar_subquery()
    return and_(own == other, number == last)


_STATEMENT = _statement()
