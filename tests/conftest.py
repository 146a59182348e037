"""What tests of the store and of what stands on it are given: each of them runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring.store.engine import Store
from tests.applications import hurry
from tests.databases import Database, own_postgresql, postgresql_server, ready_made, sqlite_in
from tests.order import place_of

hurry()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=place_of)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server, as its superuser."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A place for a county, where nothing is yet: a SQLite file, then a PostgreSQL database."""
    if request.param == "sqlite":
        yield sqlite_in(tmp_path)
        return
    with own_postgresql(request.getfixturevalue("postgresql")) as found:
        yield found


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """A county's store, made and opened, where nothing is kept yet."""
    ready_made(database)
    store = Store.open(database.url, database.schema)
    yield store
    store.close()
