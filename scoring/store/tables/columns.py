"""What the columns of all tables have in common.

Texts are compared by code point on every database, so that an order is the same everywhere. Numbers of imports,
editions and the like are given in order of writing, without gaps. A table with a column `link` is covered by the chain:
each of its rows says under which link of the chain it was written.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, LargeBinary, MetaData, Table
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)
"""Every table but Alembic's own `alembic_version`."""

_BY_CODE_POINT: TypeEngine[str] = SqlText().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_NUMBER: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """A moment as text in UTC, `2026-11-21T06:53:00.000000Z`, so that a person reads it in the database as it is."""

    impl = SqlText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of all texts here."""
        return dialect.type_descriptor(_BY_CODE_POINT)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the moment as text."""
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment the text says."""
        return None if value is None else datetime.fromisoformat(value)


def moment_text(moment: datetime) -> str:
    """Return *moment* as it is kept."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds').removesuffix('+00:00')}Z"


def text(name: str, *more: Any, nullable: bool = False) -> Column[str]:
    """Return a column of texts."""
    return Column(name, _BY_CODE_POINT, *more, nullable=nullable)


def number(name: str, *more: Any, nullable: bool = False) -> Column[int]:
    """Return a column of numbers that may grow large."""
    return Column(name, _NUMBER, *more, nullable=nullable, autoincrement=False)


def small(name: str) -> Column[int]:
    """Return a column of numbers that stay small."""
    return Column(name, Integer, nullable=False, autoincrement=False)


def octets(name: str) -> Column[bytes]:
    """Return a column of bytes."""
    return Column(name, LargeBinary, nullable=False)


def moment(name: str = "made_at", *, nullable: bool = False) -> Column[datetime]:
    """Return a column of moments."""
    return Column(name, Moment, nullable=nullable)


def link() -> Column[int]:
    """Return the column that says under which link of the chain a row was written; None before there was a chain."""
    return number("link", nullable=True)


def table(name: str, *elements: Any) -> Table:
    """Return a table whose rows stay as they were written."""
    return Table(name, METADATA, *elements, sqlite_strict=True, sqlite_with_rowid=False)
