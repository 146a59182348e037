"""Much at once, rows or bytes: by the way that each database has for it, where SQLAlchemy's own takes twice as long."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import Any, TypeVarTuple

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Select, Table, Text

from scoring.store import chain
from scoring.store.plain import run, run_each, told
from scoring.store.tables import Moment

Columns = TypeVarTuple("Columns")

Row = tuple[str | int | bytes | None, ...]
"""Values in the order of a table's columns; moments as the texts they are kept as."""

_BINARY: dict[type, str] = {
    Text: "text",
    Moment: "text",
    Integer: "int4",
    BigInteger: "int8",
    LargeBinary: "bytea",
}
"""What PostgreSQL calls the types of columns."""

_FEW = 4
"""Up to so many rows PostgreSQL adds sooner one by one."""


def insert(c: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add *rows* to *table*, by all its columns but the link to the chain. Raises what SQLAlchemy raises."""
    if not rows:
        return
    if "link" in table.c:
        link = chain.link_number(c)
        chain.cover(c, table, rows)
        rows = [(*row, link) for row in rows]
    if c.dialect.name == "sqlite":
        run_each(c, _adding(table, "?"), rows)
        return
    if len(rows) <= _FEW:
        for row in rows:
            run(c, _adding(table, "%s"), row)
        return
    statement = f'COPY "{table.name}" ({_columns(table)}) FROM STDIN (FORMAT BINARY)'
    with _own_cursor(c, statement) as cursor, cursor.copy(statement) as copy:
        copy.set_types([_BINARY[type(column.type)] for column in table.columns])
        for row in rows:
            copy.write_row(row)


@lru_cache(maxsize=256)
def _adding(table: Table, place: str) -> str:
    places = ", ".join(place for _ in table.columns)
    return f'INSERT INTO "{table.name}" ({_columns(table)}) VALUES ({places})'  # noqa: S608


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def read(c: Connection, selection: Select[*Columns]) -> Sequence[tuple[*Columns]]:
    """Return the rows of a *selection* that holds long bytes."""
    if c.dialect.name == "sqlite":
        return c.execute(selection).all()
    compiled = selection.compile(dialect=c.dialect)
    with _own_cursor(c, str(compiled)) as cursor:
        found: list[tuple[*Columns]] = cursor.execute(str(compiled), compiled.params).fetchall()
        return found


@contextmanager
def _own_cursor(c: Connection, statement: str) -> Iterator[Any]:
    """Give a cursor of psycopg's that takes and gives bytes as they are; its errors are told as SQLAlchemy's."""
    connection = c.connection.driver_connection
    assert connection is not None
    with closing(connection.cursor(binary=True)) as cursor:
        try:
            yield cursor
        except c.dialect.loaded_dbapi.Error as error:
            raise told(c, statement, error) from error
