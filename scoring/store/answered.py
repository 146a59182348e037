"""Requests that were answered, by the key their sender gave them, so that the same one sent again is not done again."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from scoring.store.tables import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was asked, by its SHA-256 (`body`), and what was answered."""

    body: str
    status: int
    answer: bytes


def find(c: Connection, person: str, operation: str, key: str) -> Answered | None:
    """Return what *person* was answered to that operation under that key; None where it was not asked before."""
    columns = answered.c
    row = c.execute(
        select(columns.body, columns.status, columns.answer).where(
            columns.person == person, columns.operation == operation, columns.key == key
        )
    ).first()
    return None if row is None else Answered(body=row.body, status=row.status, answer=row.answer)


def keep(c: Connection, person: str, operation: str, key: str, own: Answered) -> None:
    """Keep what is answered, in the transaction that does what was asked. Raises what SQLAlchemy raises for a key taken."""
    c.execute(
        insert(answered).values(
            person=person,
            operation=operation,
            key=key,
            body=own.body,
            status=own.status,
            answer=own.answer,
            made_at=datetime.now(UTC),
        )
    )
