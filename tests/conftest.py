"""What tests of the store and of what stands on it are given: each of them runs on both databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring.store.engine import Store
from tests.applications import hurry
from tests.browser import program
from tests.bytecode import keep_bytecode
from tests.databases import Database, memory, own_postgresql, postgresql_server, ready_made, sqlite_in
from tests.order import place_of
from tests.sizes import told
from tests.statements import share_statements

hurry()
share_statements()

_ROOM = 4 << 30
"""Bytes of memory that must be free; files of tests that pass are removed at once."""


def pytest_configure() -> None:
    """Let tests keep their files in memory where there is plenty: each commit of SQLite waits for a disk otherwise."""
    if room := memory(_ROOM):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(room))
    keep_bytecode(room)


def pytest_report_header() -> list[str]:
    return [told(), program.told()]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A quiet run has no head, and whoever reads its end must know how much was tried."""
    if not terminalreporter.showheader:
        for line in pytest_report_header():
            terminalreporter.write_line(line)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=place_of)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server, as its superuser."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A place for a county: a SQLite file, then a PostgreSQL database. Nothing is there yet, but for a store's tables."""
    if request.param == "sqlite":
        yield sqlite_in(tmp_path)
        return
    made = "store" in request.fixturenames
    with own_postgresql(request.getfixturevalue("postgresql"), made=made) as found:
        yield found


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """A county's store, made and opened, where nothing is kept yet."""
    ready_made(database)
    store = Store.open(database.url, database.schema)
    yield store
    store.close()
