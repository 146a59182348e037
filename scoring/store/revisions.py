"""The revisions of the tables this release knows, and which of them a database is at."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, column, select, table, text

MIGRATIONS = Path(__file__).with_name("migrations")
"""The folder Alembic works from; every revision is a file `versions/revision_NNNN.py`."""

KNOWN = tuple(
    sorted(path.stem.removeprefix("revision_") for path in (MIGRATIONS / "versions").glob("revision_*.py"))
)
"""Oldest first. Read from the names of the files, so that opening a database need not load Alembic."""

NEWEST = KNOWN[-1]

VERSION_TABLE = "alembic_version"


def names_of_tables(connection: Connection, schema: str) -> Collection[str]:
    """Return the names of the tables in the county's place, none where there is no such schema."""
    if connection.dialect.name == "sqlite":
        return (
            connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars().all()
        )
    found = text(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = :schema AND c.relkind IN ('r', 'p')"
    )
    return connection.execute(found, {"schema": schema}).scalars().all()


def current(connection: Connection, schema: str) -> str | None:
    """Return the revision the database is at; None where it was never made."""
    if VERSION_TABLE not in names_of_tables(connection, schema):
        return None
    place = table(VERSION_TABLE, column("version_num"), schema=schema or None)
    return connection.scalar(select(place.c.version_num))
