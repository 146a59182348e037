"""The databases that are written to: SQLite files, and a PostgreSQL server of the run's own; both keep what they are told.

A database is prepared once and copied before every call, so that each call finds the same and writes something new.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol

import psycopg
import pysqlite3.dbapi2
import pytest
from sqlalchemy import Engine, create_engine, event, make_url

from bench.rounds import Skipped
from tests.databases import postgresql_server

_PATIENCE = 10
_DISK = Path(tempfile.gettempdir())
"""Where the server's files lie: beside those of SQLite, not in memory, where to be durable costs nothing."""

_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


class Databases(Protocol):
    """A kind of database, and those of it that the benchmarks use, by name."""

    kind: str

    def new(self, name: str) -> str:
        """Return the URL of a database that is not there yet, or empty."""

    def settle(self, name: str) -> None:
        """Let the database, which nobody has open, come to rest, as a night would."""

    def copy(self, name: str, to: str) -> str:
        """Make *to* a copy of *name*, whatever it was, and return its URL. Nobody may have either open."""


class SqliteFiles:
    """Files in one folder."""

    kind = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    def settle(self, name: str) -> None:
        """Leave it as it is: nobody analyses an office's file, and SQLite does not by itself."""

    def copy(self, name: str, to: str) -> str:
        for old in self._folder.glob(f"{to}.db*"):
            old.unlink()
        path = shutil.copyfile(self._folder / f"{name}.db", self._folder / f"{to}.db")
        with path.open("rb") as file:
            os.fsync(file)
        return f"sqlite:///{path}"


class PostgresqlDatabases:
    """Databases of one server. Tests let it hurry; here it waits for the disk again."""

    kind = "PostgreSQL"

    def __init__(self, server: str) -> None:
        self._server = server
        for setting in _DURABLE:
            self._run(f"ALTER SYSTEM SET {setting} = on")
        self._run("SELECT pg_reload_conf()")
        until = monotonic() + _PATIENCE
        while any(self._run(f"SHOW {setting}") != ("on",) for setting in _DURABLE):
            assert monotonic() < until, "the server does not become durable"
            sleep(0.1)

    def new(self, name: str) -> str:
        self._run(f"CREATE DATABASE {name}")
        return self._url(name)

    def settle(self, name: str) -> None:
        with psycopg.connect(self._url(name), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def copy(self, name: str, to: str) -> str:
        self._run(f"DROP DATABASE IF EXISTS {to} WITH (FORCE)")
        self._run(f"CREATE DATABASE {to} TEMPLATE {name}")
        self._run("CHECKPOINT")
        return self._url(to)

    def _url(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> Any:
        with psycopg.connect(self._server, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone() if cursor.description else None


@contextmanager
def all_databases(folder: Path) -> Iterator[tuple[list[Databases], list[Skipped]]]:
    """Give the kinds there are, files in *folder*, and what has to be skipped for want of one."""
    with ExitStack() as stack:
        kinds: list[Databases] = [SqliteFiles(folder)]
        skipped = []
        try:
            kinds.append(PostgresqlDatabases(stack.enter_context(postgresql_server(_DISK))))
        except pytest.skip.Exception as reason:
            skipped.append(Skipped(work="everything on PostgreSQL", why=str(reason)))
        yield kinds, skipped


def usual_engine(url: str) -> Engine:
    """Return an engine as an application has one, as durable as the product's own."""
    if not url.startswith("sqlite"):
        return create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    engine = create_engine(url, module=pysqlite3.dbapi2)
    event.listen(engine, "connect", _settings)
    return engine


def _settings(connection: Any, _: Any) -> None:
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")
