"""What a county keeps is the same on both databases, to the last byte and in the same order."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

from scoring.store import county, criteria, editions, markings, periods, renderings, units
from scoring.store.engine import Connection, Store
from scoring.store.preparation import prepare
from tests.databases import postgresql_at, sqlite_in
from tests.store.frozen import year

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def told(c: Connection) -> list:
    """Return everything the store says of a year, but for the moments and what hashes them: each database's own."""
    listed = editions.listed(c)
    codes = ("A1", "A2", "A3", "B1", "C1", "C2")
    return [
        county.name(c),
        criteria.refs(c),
        periods.every(c),
        [units.current(c, period) for period in ("2025", "2026")],
        [units.named_in(c, code) for code in codes],
        [markings.current(c, period) for period in ("2025", "2026")],
        [markings.current(c, "2026", [code]) for code in codes],
        [replace(own, made_at=NOW) for code in codes for own in markings.history(c, "2026", code)],
        [replace(own, made_at=NOW, head=own.head and own.head.number) for own in listed],
        [editions.find(c, own.id) for own in listed],
        [renderings.find(c, own.id, name) for own in listed for name in renderings.names(c, own.id)],
        [editions.unit_lines(c, listed[0].id, code) for code in ("A1", "A2", "B1", "C1")],
    ]


def test_both_databases_tell_the_same(tmp_path, postgresql):
    """An office may begin on a file and go on on a server; no figure and no order may change by that."""
    found = []
    for database in (sqlite_in(tmp_path), postgresql_at(postgresql)):
        prepare(database.url, database.schema)
        with closing(Store.open(database.url, database.schema)) as store:
            with store.begin() as c:
                year(c)
            with store.read() as c:
                found.append(told(c))
    assert found[0] == found[1]
    assert all(found[0])
