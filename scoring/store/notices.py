"""What people are told in their inbox, as it is kept, and what of it they have read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from scoring.store import bulk
from scoring.store.parts import in_parts
from scoring.store.plain import run
from scoring.store.tables import moment_text, notice, notice_seen
from scoring.texts import Text

_LAST = "SELECT max(number) FROM notice"
"""How many values one question names at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a person was told, of what kind, and the path of the page it is about."""

    number: int
    person: str
    kind: str
    sentence: Text
    address: str
    made_at: datetime
    read: bool


def add(c: Connection, people: Iterable[str], kind: str, sentence: Text, address: str) -> tuple[int, ...]:
    """Tell each of *people* once, and return the numbers of the notices."""
    told = sorted(set(people))
    if not told:
        return ()
    first = (run(c, _LAST).fetchone()[0] or 0) + 1
    now = moment_text(datetime.now(UTC))
    numbers = tuple(range(first, first + len(told)))
    rows = zip(numbers, told, strict=True)
    bulk.insert(
        c, notice, [(number, own, kind, sentence.zh, sentence.en, address, now) for number, own in rows]
    )
    return numbers


def of_person(c: Connection, person: str, most: int) -> tuple[Notice, ...]:
    """Return what *person* was told, the newest first, at most so much."""
    own = _with_marks(notice.c.person == person).order_by(notice.c.number.desc()).limit(most)
    return tuple(_notice(row) for row in c.execute(own))


def unread(c: Connection, person: str) -> int:
    """Return how many notices *person* has not read."""
    own = _with_marks(notice.c.person == person, notice_seen.c.notice.is_(None))
    return c.scalar(select(func.count()).select_from(own.subquery())) or 0


def mark_read(c: Connection, person: str) -> None:
    """Let everything *person* was told be read."""
    own = _with_marks(notice.c.person == person, notice_seen.c.notice.is_(None))
    now = datetime.now(UTC)
    rows = [{"notice": row.number, "made_at": now} for row in c.execute(own).all()]
    if rows:
        c.execute(insert(notice_seen), rows)


def numbered(c: Connection, numbers: Sequence[int]) -> tuple[Notice, ...]:
    """Return the notices of those *numbers* that are kept, in order."""
    found: list[Notice] = []
    for part in in_parts(numbers):
        own = _with_marks(notice.c.number.in_(part)).order_by(notice.c.number)
        found += [_notice(row) for row in c.execute(own)]
    return tuple(found)


def told_since(c: Connection, kind: str, address: str, since: datetime) -> frozenset[str]:
    """Return the ids of whom something of that kind was told about that page since then."""
    columns = notice.c
    own = select(columns.person).where(
        columns.kind == kind, columns.address == address, columns.made_at >= since
    )
    return frozenset(c.scalars(own))


def _with_marks(*where: Any) -> Select[Any]:
    joined = notice.outerjoin(notice_seen, notice_seen.c.notice == notice.c.number)
    return select(notice, notice_seen.c.notice.label("read")).select_from(joined).where(*where)


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        number=row.number,
        person=row.person,
        kind=row.kind,
        sentence=Text(row.zh, row.en),
        address=row.address,
        made_at=row.made_at,
        read=row.read is not None,
    )
