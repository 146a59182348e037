"""What of the database the chain covers: which tables, which of their columns, and the line that stands for a row.

Every table with a column `link` is covered. A line is made of the row as it is kept, so that it is the same on every
database, and whoever reads it with any other program comes to the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Table, Text, exists, select, type_coerce
from sqlalchemy.types import TypeEngine

from scoring.canonical import sha256
from scoring.chain import Cell, line_of
from scoring.store.tables import METADATA, Moment, moment_text

_APART = {"edition": ("manifest", "standings")}
"""Columns that the id of the edition in the same row covers."""

_SECRET = {"credential": ("hash",)}
"""Texts that are covered by their SHA-256, so that lines can be shown to whoever verifies and hold no secret."""

_AT_ONCE = 500

Lines = dict[str, list[bytes]]
"""Lines of rows by table."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of one table is covered: the columns by name, in order, and how values of them become cells."""

    columns: tuple[str, ...]
    _cells: tuple[Callable[[Any], Cell], ...]
    _plain: bool

    def line(self, values: Sequence[Any]) -> bytes:
        """Return the line of a row by its covered columns in order."""
        return line_of([cell(value) for cell, value in zip(self._cells, values, strict=True)])

    def lines(self, rows: Iterable[Sequence[Any]]) -> list[bytes]:
        """Return the lines of *rows* as they are kept, moments as their texts; but for bytes and secrets those are cells."""
        return [line_of(row) for row in rows] if self._plain else [self.line(row) for row in rows]


@cache
def covered() -> tuple[Table, ...]:
    """Return the tables the chain covers, in order of name."""
    own = [table for name, table in METADATA.tables.items() if "link" in table.c and name != "link_subject"]
    return tuple(sorted(own, key=lambda table: table.name))


@cache
def coverage(table: Table) -> Coverage | None:
    """Return what of *table* is covered; None where nothing is."""
    if table not in covered():
        return None
    columns = tuple(
        column.name for column in table.columns if column.name not in (*_APART.get(table.name, ()), "link")
    )
    secret = _SECRET.get(table.name, ())
    cells = tuple(_digest if name in secret else _cell_of(table.c[name].type) for name in columns)
    return Coverage(columns, cells, {_number, _text, _moment}.issuperset(cells))


def named(table: str) -> Coverage | None:
    """Return what of the table of that name is covered; None where nothing is, or there is no such table."""
    own = METADATA.tables.get(table)
    return None if own is None else coverage(own)


def together(one: Lines, other: Lines) -> Lines:
    """Return the lines of both."""
    return {name: [*one.get(name, ()), *other.get(name, ())] for name in one.keys() | other.keys()}


def lines_of(c: Connection, number: int | None) -> Lines:
    """Return the lines of all rows that say they were written under that link (None: before there was any)."""
    written = {table: _under(table, number) for table in covered()}
    any_of = select(*(exists().where(where).label(table.name) for table, where in written.items()))
    held = c.execute(any_of).one()
    return {
        table.name: [line for _, line in _rows(c, table, where)]
        for (table, where), there in zip(written.items(), held, strict=True)
        if there
    }


def _under(table: Table, number: int | None) -> ColumnElement[bool]:
    own = table.c.link
    return own.is_(None) if number is None else own == number


def lines_by_link(c: Connection) -> Iterator[tuple[int | None, Lines]]:
    """Yield the lines of all rows by the link they say they were written under, in order, those of none first.

    No more is held at a time than one link wrote.
    """
    every = merge(*(_ordered(c, table) for table in covered()), key=itemgetter(0))
    for (_, number), rows in groupby(every, key=itemgetter(0)):
        lines: Lines = {}
        for _, name, line in rows:
            lines.setdefault(name, []).append(line)
        yield number, lines


def keys_of(c: Connection, name: str, number: int | None, most: int) -> tuple[str, ...]:
    """Return of a covered table the keys of rows that say they were written under that link, at most so many."""
    table = METADATA.tables[name]
    keys = [column for column in table.primary_key.columns if column.name != "made_at"]
    rows = c.execute(select(*keys).where(_under(table, number)).order_by(*keys).limit(most))
    return tuple(" ".join(str(value) for value in row) for row in rows)


def _ordered(c: Connection, table: Table) -> Iterator[tuple[tuple[bool, int | None], str, bytes]]:
    """Yield every row of *table* by link: a key to sort by, the table's name, and the line."""
    order = (table.c.link.is_not(None), table.c.link)
    for link, line in _rows(c, table, None, order):
        yield (link is not None, link), table.name, line


def _rows(
    c: Connection, table: Table, where: ColumnElement[bool] | None, order: Iterable[ColumnElement[Any]] = ()
) -> Iterator[tuple[int | None, bytes]]:
    """Yield link and line of the rows of *table*, as they are kept: moments as their text."""
    own = coverage(table)
    assert own is not None
    columns = [type_coerce(table.c[name], _as_kept(table.c[name].type)) for name in own.columns]
    selection = select(table.c.link, *columns).order_by(*order).execution_options(yield_per=_AT_ONCE)
    with c.execute(selection if where is None else selection.where(where)) as found:
        for rows in found.partitions():
            yield from zip([row[0] for row in rows], own.lines([row[1:] for row in rows]), strict=True)


def _as_kept(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return Text() if isinstance(kind, Moment) else kind


def _cell_of(kind: TypeEngine[Any]) -> Callable[[Any], Cell]:
    if isinstance(kind, Integer):
        return _number
    if isinstance(kind, Moment):
        return _moment
    return _text if isinstance(kind, Text) else _bytes


def _number(value: Any) -> Cell:
    """Return a whole number; True is kept as 1."""
    return None if value is None else int(value)


def _text(value: Any) -> Cell:
    return None if value is None else str(value)


def _moment(value: datetime | str | None) -> Cell:
    """Return a moment as it is kept."""
    return moment_text(value) if isinstance(value, datetime) else value


def _bytes(value: bytes | None) -> Cell:
    """Return bytes by their SHA-256."""
    return None if value is None else sha256(value)


def _digest(value: Any) -> Cell:
    return None if value is None else sha256(str(value).encode())
