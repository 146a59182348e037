"""The store of one county: opened once, read in snapshots, written one transaction at a time."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from copy import copy
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from scoring.chain import BY_COMMAND, Deed
from scoring.store import append_only, chain, readiness, standing
from scoring.store.address import Database, database_at
from scoring.store.refusals import StoreBusy, StoreUnready, busy
from scoring.store.tables import METADATA
from scoring.store.unchanged import share

__all__ = ["PATIENCE", "Connection", "Store", "StoreBusy", "StoreUnready"]

PATIENCE = 15_000
"""How long anybody waits for others, in milliseconds."""

_HASTE = 300


class Store:
    """A county's database, ready for this release. It may be opened before processes are forked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engines: dict[int, tuple[Engine, Engine]] = {}
        self._writers: set[tuple[int, int]] = set()
        self._moments: dict[tuple[int, int], _Moment] = {}
        self._hasty: Self | None = None

    @classmethod
    def open(cls, url: str, schema: str = "stars", *, patience: int = PATIENCE) -> Self:
        """Return the store at *url*; on PostgreSQL the county is *schema*. Nothing is created.

        Raises StoreUnready where the database is not there, not of this release, altered, or cannot be reached.
        """
        return cls._opened(database_at(url, schema, patience), readiness.check)

    @classmethod
    def open_to_check(cls, url: str, schema: str = "stars", *, patience: int = PATIENCE) -> Self:
        """Return the store at *url* as `open` does, altered or not, for whoever looks into what was altered."""
        return cls._opened(database_at(url, schema, patience), readiness.check_revision)

    @classmethod
    def _opened(cls, database: Database, check: Callable[[Connection, Database], None]) -> Self:
        if not database.exists():
            raise readiness.missing(database)
        store = cls(database)
        engine, _ = store._own_engines
        try:
            with database.reading(engine) as connection:
                check(connection, database)
        except DBAPIError as error:
            raise database.refusal(error.orig) or database.unreachable(error.orig) from None
        finally:
            engine.dispose()
        return store

    def hasty(self) -> Self:
        """Return the same store for what can as well be written another time: it waits for others a third of a second."""
        if self._hasty is None:
            database = copy(self._database)
            database.patience = min(_HASTE, database.patience)
            self._hasty = type(self)(database)
        return self._hasty

    @property
    def address(self) -> str:
        """The URL, without the password."""
        return self._database.shown

    @contextmanager
    def begin(self, deed: Deed = BY_COMMAND) -> Iterator[Connection]:
        """Give the one connection that may write: all of it is kept at the end, nothing where anything is raised.

        What is written that the chain covers becomes a link of it, for *deed*.

        Raises StoreBusy where others write for longer than the store's patience, and NotSignedIn or NotAllowed where
        the deed is no longer its person's to do.
        """
        own = _here()
        assert own not in self._writers, "whoever writes already would wait for nobody but itself"
        self._end_moment()
        self._writers.add(own)
        try:
            _, writers = self._own_engines
            with self._refusals_told(), self._database.writing(writers) as connection:
                chain.begin(connection, deed)
                standing.check(connection, deed)
                yield connection
                chain.close(connection)
        finally:
            self._writers.discard(own)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees the database as it is now, until the end, and cannot write."""
        moment = self._moments.get(_here())
        if moment is not None:
            with self._refusals_told(), moment.open(self._looking) as connection:
                yield connection
            return
        readers, _ = self._own_engines
        with self._refusals_told(), self._database.reading(readers) as connection:
            yield connection

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Let this thread read all until it writes at one moment, that of its first reading, and all after that at another.

        It is for who is about to write: what is read agrees, costs one transaction, and lies ready for the writing. As a
        transaction stays open in between, what is done here must soon be over.
        """
        own = _here()
        assert own not in self._moments, "this is a moment already"
        self._moments[own] = _Moment()
        try:
            yield
        finally:
            try:
                self._end_moment()
            finally:
                del self._moments[own]

    def loosened(self) -> tuple[str, ...]:
        """Return the names of triggers that are missing, altered or not ours, in order; () when rows stay as written."""
        with self.read() as connection:
            return append_only.flaws(connection, METADATA.sorted_tables, self._database.schema)

    def close(self) -> None:
        """Close this process's connections; using the store again opens new ones."""
        for engine in self._engines.pop(os.getpid(), ()):
            engine.dispose()
        if self._hasty is not None:
            self._hasty.close()

    def _looking(self) -> AbstractContextManager[Connection]:
        _, writers = self._own_engines
        return self._database.looking(writers)

    def _end_moment(self) -> None:
        """Let what this thread reads next be read as it is then."""
        moment = self._moments.get(_here())
        if moment is not None:
            with self._refusals_told():
                moment.end()

    @property
    def _own_engines(self) -> tuple[Engine, Engine]:
        """The engines of this process, of who reads and of who writes, which may be one.

        Connections of the process it was forked from are left untouched.
        """
        own = self._engines.get(os.getpid())
        if own is None:
            readers = self._database.engine()
            writers = self._database.writers(readers)
            for engine in {readers, writers}:
                chain.watch(engine)
            share(writers, readers)
            own = self._engines.setdefault(os.getpid(), (readers, writers))
        return own

    @contextmanager
    def _refusals_told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            refusal = self._database.refusal(error.orig)
            if refusal is None:
                raise
            raise refusal from None
        except NoConnectionLeft:
            raise busy() from None


class _Moment:
    """A reading transaction that begins when it is first asked for, and anew after it ended; an error ends it."""

    def __init__(self) -> None:
        self._held = ExitStack()
        self._connection: Connection | None = None

    @contextmanager
    def open(self, reading: Callable[[], AbstractContextManager[Connection]]) -> Iterator[Connection]:
        if self._connection is None:
            self._connection = self._held.enter_context(reading())
        try:
            yield self._connection
        except DBAPIError:
            self.end()
            raise

    def end(self) -> None:
        self._connection = None
        self._held.close()


def _here() -> tuple[int, int]:
    """Return what tells this process and thread from all others that may use the store."""
    return os.getpid(), threading.get_ident()
