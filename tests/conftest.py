"""What tests of the store and of what stands on it are given: each of them runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring.store.engine import Store
from scoring.store.preparation import prepare
from tests.databases import Database, postgresql_at, postgresql_server, sqlite_in


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server, as its superuser."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A place for a county, where nothing is yet: a SQLite file, then a PostgreSQL schema."""
    if request.param == "sqlite":
        return sqlite_in(tmp_path)
    return postgresql_at(request.getfixturevalue("postgresql"))


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """A county's store, made and opened, where nothing is kept yet."""
    prepare(database.url, database.schema)
    store = Store.open(database.url, database.schema)
    yield store
    store.close()
