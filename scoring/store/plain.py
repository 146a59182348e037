"""Statements put to the driver itself: the few that are asked most, where SQLAlchemy's own way takes longer than they do.

They are written as all others are, and made text once for each kind of database. Values go in and come out as they are
kept: moments are texts.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import DBAPIError

from scoring.store.postgresql import hide_values

Values = Mapping[str, Any] | Sequence[Any]
Value = str | int | bytes | None


class Plain:
    """One statement; its text and the values that stand in it for good, by the name of the dialect."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._texts: dict[str, tuple[str, dict[str, Any]]] = {}

    def ask(self, c: Connection, **values: Value) -> list[tuple[Any, ...]]:
        """Return the rows found. Raises what SQLAlchemy raises."""
        text, own = self._texts.get(c.dialect.name) or self._text(c.dialect)
        found: list[tuple[Any, ...]] = run(c, text, own | values).fetchall()
        return found

    def do(self, c: Connection, **values: Value) -> None:
        """Do what gives no rows. Raises what SQLAlchemy raises."""
        text, own = self._texts.get(c.dialect.name) or self._text(c.dialect)
        run(c, text, own | values)

    def _text(self, dialect: Dialect) -> tuple[str, dict[str, Any]]:
        named = SQLiteDialect(paramstyle="named") if dialect.name == "sqlite" else dialect
        compiled = self._statement.compile(dialect=named)
        own = {name: value for name, value in compiled.params.items() if value is not None}
        found = self._texts[dialect.name] = str(compiled), own
        return found


def run(c: Connection, text: str, values: Values | None = None) -> Any:
    """Return the driver's cursor of a statement as text, run in the transaction of *c*. Raises what SQLAlchemy raises."""
    connection = c.connection.driver_connection
    assert connection is not None
    try:
        return connection.execute(text) if values is None else connection.execute(text, values)
    except c.dialect.loaded_dbapi.Error as error:
        raise told(c, text, error) from error


def run_each(c: Connection, text: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement as text for each of *rows*, in the transaction of *c*. Raises what SQLAlchemy raises."""
    connection = c.connection.driver_connection
    assert connection is not None
    try:
        with closing(connection.cursor()) as cursor:
            cursor.executemany(text, rows)
    except c.dialect.loaded_dbapi.Error as error:
        raise told(c, text, error) from error


def told(c: Connection, text: str, error: Any) -> BaseException:
    """Return a driver's *error* as SQLAlchemy tells it, without the values it may quote."""
    hide_values(error)
    kind = c.dialect.loaded_dbapi.Error
    found: BaseException = DBAPIError.instance(
        text, None, error, kind, hide_parameters=True, dialect=c.dialect
    )
    return found
