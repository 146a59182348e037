"""The chain as it is kept: what a transaction writes to tables it covers becomes one link, in the same transaction.

A covered table has a column `link`, and whoever adds a row to it does so by `add` or `bulk.insert`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, insert, select

from scoring.canonical import sha256
from scoring.chain import NONE, Cell, Deed, Link, content_of, line_of, linked
from scoring.store.tables import METADATA, chain_link, link_subject, moment_text

_OPTION = "stars_written"
_OWN = (chain_link, link_subject)
_APART = {"credential": ("hash",), "edition": ("manifest", "standings")}
"""Columns that no link covers: a secret, and what an edition's id covers."""


class Written:
    """What a transaction has written so far that the chain covers, and the deed it is part of."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.lines: list[bytes] = []
        self.number: int | None = None
        self.subjects: list[str] = list(deed.subjects)


def covered() -> tuple[Table, ...]:
    """Return the tables the chain covers, in order of name."""
    own = [table for table in METADATA.tables.values() if "link" in table.c and table not in _OWN]
    return tuple(sorted(own, key=lambda table: table.name))


def covered_columns(table: Table) -> tuple[str, ...]:
    """Return the names of the columns of *table* that the chain covers, in order."""
    return tuple(name for name in table.c.keys() if name not in (*_APART.get(table.name, ()), "link"))  # noqa: SIM118


def begin(c: Connection, deed: Deed) -> None:
    """Let what is written from now on be part of *deed*."""
    c.execution_options(**{_OPTION: Written(deed)})


def concern(c: Connection, *subjects: str) -> None:
    """Say what else the deed of this transaction is about."""
    written = _written(c)
    written.subjects += [own for own in subjects if own not in written.subjects]


def add(c: Connection, table: Table, **values: Any) -> None:
    """Add one row to *table*, covered where it has a link. Raises what SQLAlchemy raises."""
    if "link" not in table.c or table in _OWN:
        c.execute(insert(table).values(**values))
        return
    number = link_number(c)
    c.execute(insert(table).values(**values, link=number))
    cover(c, table, [tuple(values[name] for name in covered_columns(table))])


def link_number(c: Connection) -> int:
    """Return the number of the link that this transaction will be."""
    written = _written(c)
    if written.number is None:
        written.number = (c.scalar(select(func.max(chain_link.c.number))) or 0) + 1
    return written.number


def cover(c: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Note that *rows*, by their covered columns in order, were written to *table*."""
    lines = _written(c).lines
    lines += [line_of(table.name, map(_cell, row)) for row in rows]


def close(c: Connection) -> Link | None:
    """Add the link for what was written, and return it; None where that was nothing."""
    written = _written(c)
    if not written.lines:
        return None
    number = link_number(c)
    if number == 1:
        written.lines += lines_of(c, None)
    previous = newest(c)
    subjects = tuple(written.subjects)
    deed = Deed(
        person=written.deed.person,
        on_behalf=written.deed.on_behalf,
        role=written.deed.role,
        action=written.deed.action,
        subjects=subjects,
    )
    before = NONE if not subjects else _last_about(c, subjects[0])
    own = linked(deed, content_of(written.lines), before, previous)
    assert own.number == number, "one transaction writes at a time"
    values = {
        "number": own.number,
        "made_at": own.made_at,
        "person": deed.person,
        "on_behalf": deed.on_behalf,
        "role": deed.role,
        "action": deed.action,
        "before": own.before,
        "content": own.content,
        "previous": own.previous,
        "hash": own.hash,
    }
    c.execute(insert(chain_link).values(values))
    if subjects:
        c.execute(
            insert(link_subject),
            [{"link": number, "place": place, "subject": one} for place, one in enumerate(subjects)],
        )
    return own


def lines_of(c: Connection, number: int | None) -> list[bytes]:
    """Return the lines of all rows of covered tables that say they were written under that link (None: before any)."""
    found: list[bytes] = []
    for table in covered():
        column = table.c.link
        where = column.is_(None) if number is None else column == number
        found += _lines(c, table, select(*_columns(table)).where(where))
    return found


def lines_by_link(c: Connection) -> dict[int | None, list[bytes]]:
    """Return the lines of all rows of covered tables, by the link they say they were written under."""
    found: dict[int | None, list[bytes]] = {}
    for table in covered():
        for row in c.execute(select(table.c.link, *_columns(table))):
            found.setdefault(row[0], []).append(line_of(table.name, map(_cell, row[1:])))
    return found


def every(c: Connection) -> Iterator[Link]:
    """Yield all links in order of number."""
    subjects: dict[int, list[str]] = {}
    own = select(link_subject.c.link, link_subject.c.subject)
    for number, subject in c.execute(own.order_by(link_subject.c.link, link_subject.c.place)):
        subjects.setdefault(number, []).append(subject)
    for row in c.execute(select(chain_link).order_by(chain_link.c.number)):
        yield _link(row, subjects.get(row.number, []))


def newest(c: Connection) -> Link | None:
    """Return the last link; None where there is none."""
    row = c.execute(select(chain_link).order_by(chain_link.c.number.desc()).limit(1)).first()
    return None if row is None else _link(row, _subjects(c, row.number))


def find(c: Connection, number: int) -> Link | None:
    """Return the link of that number; None where there is none."""
    row = c.execute(select(chain_link).where(chain_link.c.number == number)).first()
    return None if row is None else _link(row, _subjects(c, number))


def about(c: Connection, subject: str) -> tuple[Link, ...]:
    """Return the links about *subject*, in order."""
    own = (
        select(chain_link)
        .join(link_subject, link_subject.c.link == chain_link.c.number)
        .where(link_subject.c.subject == subject)
        .order_by(chain_link.c.number)
    )
    return tuple(_link(row, _subjects(c, row.number)) for row in c.execute(own).all())


def by_person(c: Connection, person: str) -> tuple[Link, ...]:
    """Return what that person did, in order."""
    own = select(chain_link).where(chain_link.c.person == person).order_by(chain_link.c.number)
    return tuple(_link(row, _subjects(c, row.number)) for row in c.execute(own).all())


def _written(c: Connection) -> Written:
    written = c.get_execution_options().get(_OPTION)
    assert isinstance(written, Written), "only in a transaction that writes"
    return written


def _columns(table: Table) -> list[Any]:
    return [table.c[name] for name in covered_columns(table)]


def _lines(c: Connection, table: Table, selection: Select[Any]) -> list[bytes]:
    return [line_of(table.name, map(_cell, row)) for row in c.execute(selection)]


def _cell(value: Any) -> Cell:
    """Return a value as it is covered: moments as they are kept, bytes by their SHA-256."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, bytes):
        return sha256(value)
    assert value is None or isinstance(value, str | int)
    return value


def _last_about(c: Connection, subject: str) -> str:
    """Return the hash of the last link about *subject*, '' where there is none."""
    own = (
        select(chain_link.c.hash)
        .join(link_subject, link_subject.c.link == chain_link.c.number)
        .where(link_subject.c.subject == subject)
        .order_by(chain_link.c.number.desc())
        .limit(1)
    )
    return c.scalar(own) or NONE


def _subjects(c: Connection, number: int) -> list[str]:
    own = select(link_subject.c.subject).where(link_subject.c.link == number)
    return list(c.execute(own.order_by(link_subject.c.place)).scalars())


def _link(row: Row[Any], subjects: Sequence[str]) -> Link:
    deed = Deed(
        person=row.person,
        on_behalf=row.on_behalf,
        role=row.role,
        action=row.action,
        subjects=tuple(subjects),
    )
    return Link(
        number=row.number,
        made_at=row.made_at,
        deed=deed,
        before=row.before,
        content=row.content,
        previous=row.previous,
        hash=row.hash,
    )
