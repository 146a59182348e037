"""Requests that were answered, by the key their sender gave them, so that the same one sent again is not done again."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select

from scoring.store.plain import Plain
from scoring.store.tables import answered, moment_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was asked, by its SHA-256 (`body`), and what was answered."""

    body: str
    status: int
    answer: bytes


def find(c: Connection, person: str, operation: str, key: str) -> Answered | None:
    """Return what *person* was answered to that operation under that key; None where it was not asked before."""
    for body, status, answer in _FIND.ask(c, person=person, operation=operation, key=key):
        return Answered(body=body, status=status, answer=bytes(answer))
    return None


def keep(c: Connection, person: str, operation: str, key: str, own: Answered) -> None:
    """Keep what is answered, in the transaction that does what was asked. Raises what SQLAlchemy raises for a key taken."""
    _KEEP.do(
        c,
        person=person,
        operation=operation,
        key=key,
        body=own.body,
        status=own.status,
        answer=own.answer,
        made_at=moment_text(datetime.now(UTC)),
    )


_COLUMNS = answered.c
_FIND = Plain(
    select(_COLUMNS.body, _COLUMNS.status, _COLUMNS.answer).where(
        _COLUMNS.person == bindparam("person"),
        _COLUMNS.operation == bindparam("operation"),
        _COLUMNS.key == bindparam("key"),
    )
)
_KEEP = Plain(insert(answered))
