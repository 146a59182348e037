"""A county in one schema of a PostgreSQL database: how it is opened, read and written, and who may write."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    NullPool,
    TextClause,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import OperationalError

from scoring.errors import Refused
from scoring.store.refusals import busy, unready

_BUSY = frozenset({"55P03", "40001", "40P01", "53300", "57P03"})
"""A lock not had in time, two that waited for each other, too many connections, a server about to be ready."""

_LOST = ("08", "57P")
"""The connection is gone. Where it never came about, or broke without a word, there is no code at all."""

_FORBIDDEN = "42501"

_ATTEMPTS = 3
_PAUSE = 100
"""Between attempts to connect, in milliseconds; a server that restarts is soon there again."""

_IDLE_MOST = 600_000
"""How long a transaction may stand still before the server ends it, in milliseconds: its writer must be gone."""

_ARGUMENTS = {"client_encoding": "utf-8", "connect_timeout": "10", "application_name": "stars"}
"""What the driver is told where the URL does not say otherwise."""

_LOCAL = (
    "SELECT set_config('search_path', :path, true), set_config('lock_timeout', :patience, true),"
    " set_config('idle_in_transaction_session_timeout', :idle, true), set_config('work_mem', '64MB', true)"
)
_SETTINGS = text(_LOCAL)
"""For the transaction only, so that a pool between service and server may pass connections on."""

_TURN = text(f"{_LOCAL}, pg_advisory_xact_lock(hashtextextended('stars ' || :schema, 0))")
"""The same, then the turn of a writer, waited for as long as was just set; in one question, as each takes its time."""


class Postgresql:
    """The schema at *url*; people know it as *shown*, and wait for each other *patience* milliseconds."""

    def __init__(self, url: URL, schema: str, shown: str, patience: int) -> None:
        self.schema = schema
        self.shown = shown
        self.patience = patience
        self._url = url

    def exists(self) -> bool:
        """Return True: whether there is a schema is seen when connected."""
        return True

    def engine(self) -> Engine:
        """Return an engine on the database."""
        return self._engine(pool_pre_ping=True, pool_timeout=self.patience / 1000)

    def writers(self, engine: Engine) -> Engine:
        """Return the engine of whoever writes, which is *engine* of those who read."""
        return engine

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """Give a connection that sees the schema as it is now, whatever others write, and cannot write."""
        with _connected(engine) as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with self._begun(connection):
                yield connection

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Give a connection in a write transaction, when its turn has come. Raises StoreBusy."""
        with _connected(engine) as connection:
            connection.execution_options(isolation_level="READ COMMITTED")
            with self._begun(connection, _TURN, schema=self.schema):
                yield connection

    looking = reading

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Give a connection in a write transaction that may change tables; the schema is made if need be."""
        engine = self._engine(poolclass=NullPool)
        with self.writing(engine) as connection:
            self._refuse_other_encodings(connection)
            if not connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": f'"{self.schema}"'}):
                connection.exec_driver_sql(f'CREATE SCHEMA "{self.schema}"')
            yield connection

    def refusal(self, error: BaseException | None) -> Refused | None:
        """Return what a driver's *error* means to people, where it is about the state of the database."""
        state = getattr(error, "sqlstate", "") or ""
        if state in _BUSY:
            return busy()
        if state.startswith(_LOST) or (not state and type(error).__name__ == "OperationalError"):
            return self.unreachable(error)
        if state == _FORBIDDEN:
            reason = _first_line(error)
            return unready(
                f"数据库角色的权限不够（{reason}）：{self.shown}；请由表的所有者运行 stars init 并写明这个角色",
                f"The role lacks a privilege ({reason}) at {self.shown};"
                " let the tables' owner run `stars init` and name the role",
            )
        return None

    def unreachable(self, error: BaseException | None) -> Refused:
        """Return the refusal of a database that cannot be reached, for that driver's *error*."""
        reason = _first_line(error)
        if self._url.password:
            reason = reason.replace(str(self._url.password), "***")
        return unready(
            f"连不上数据库（{reason}）：{self.shown}",
            f"The database cannot be reached ({reason}): {self.shown}",
        )

    def _engine(self, **options: Any) -> Engine:
        arguments = {name: value for name, value in _ARGUMENTS.items() if name not in self._url.query}
        try:
            engine = create_engine(
                self._url,
                hide_parameters=True,
                use_native_hstore=False,
                connect_args=arguments,
                **options,
            )
        except ImportError:
            raise unready(
                "使用 PostgreSQL 还缺 psycopg：请运行 pip install 'stars[postgres]'",
                "PostgreSQL needs psycopg: run pip install 'stars[postgres]'",
            ) from None
        event.listen(engine, "handle_error", _hide_values)
        return engine

    @contextmanager
    def _begun(self, connection: Connection, first: TextClause = _SETTINGS, **more: str) -> Iterator[None]:
        """Begin a transaction with the statement *first*, which sets what holds in it."""
        connection.execution_options(schema_translate_map={None: self.schema})
        with connection.begin():
            settings = {
                "path": f'"{self.schema}", pg_temp',
                "patience": str(self.patience),
                "idle": str(_IDLE_MOST),
            }
            connection.execute(first, settings | more)
            yield

    def _refuse_other_encodings(self, connection: Connection) -> None:
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise unready(
                f"数据库的编码是 {encoding}，须为 UTF8：{self.shown}",
                f"The database is encoded in {encoding}, and must be in UTF8: {self.shown}",
            )


def hide_values(error: BaseException) -> None:
    """Take out of a driver's *error* the row it is about, which PostgreSQL quotes and no log should hold."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    if primary:
        error.args = (primary,)


def _hide_values(context: ExceptionContext) -> None:
    hide_values(context.original_exception)
    if context.sqlalchemy_exception is not None:
        kind = type(context.original_exception).__qualname__
        context.sqlalchemy_exception.args = (f"({kind}) {context.original_exception}",)


def _connected(engine: Engine) -> Connection:
    for attempt in range(1, _ATTEMPTS):
        try:
            return engine.connect()
        except OperationalError:
            time.sleep(_PAUSE * attempt / 1000)
    return engine.connect()


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]
