"""Many rows at once: by the one statement of each database that is made for it."""

from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table, Text
from sqlalchemy.exc import DBAPIError

from scoring.store.postgresql import hide_values

Row = tuple[str | int | bytes | None, ...]
"""Values in the order of a table's columns."""

_BINARY: dict[type, str] = {Text: "text", Integer: "int4", BigInteger: "int8", LargeBinary: "bytea"}
"""What PostgreSQL calls the types of columns."""


def insert(c: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add *rows* to *table*. Raises what SQLAlchemy raises."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    if not rows:
        return
    if c.dialect.name == "sqlite":
        places = ", ".join("?" for _ in table.columns)
        c.exec_driver_sql(f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})', list(rows))  # noqa: S608
    else:
        _copy(c, f'COPY "{table.name}" ({columns}) FROM STDIN (FORMAT BINARY)', table, rows)


def _copy(c: Connection, statement: str, table: Table, rows: Sequence[Row]) -> None:
    types = [_BINARY[type(column.type)] for column in table.columns]
    error_class = c.dialect.loaded_dbapi.Error
    with closing(c.connection.cursor()) as cursor:
        try:
            with cursor.copy(statement) as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)
        except error_class as error:
            hide_values(error)
            raise DBAPIError.instance(
                statement, None, error, error_class, hide_parameters=True, dialect=c.dialect
            ) from error
