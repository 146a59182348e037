"""What was worked out of an edition is kept with it: as it was given, once, under its name."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scoring.store import editions, renderings
from scoring.store.engine import Store
from scoring.store.tables import edition_rendering
from tests.databases import ready_made
from tests.store.processes import FORK, processes
from tests.store.years import RARE, edition, open_period

FIRST = edition()
SECOND = edition(supersedes=FIRST.id)


def publish(store: Store) -> Store:
    with store.begin() as c:
        open_period(c)
        editions.add(c, FIRST)
        editions.add(c, SECOND)
    return store


def told(store: Store, *names: str, of: str = FIRST.id) -> list[bytes | None]:
    with store.read() as c:
        return [renderings.find(c, of, name) for name in names]


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg/>", f"<svg>{RARE}</svg>".encode() * 30_000, bytes(range(256))],
    ids=["nothing", "short", "long", "any_bytes"],
)
def test_a_rendering_comes_back_byte_for_byte(store, content):
    publish(store)
    with store.begin() as c:
        renderings.add(c, FIRST.id, "stars.svg", content)
    (found,) = told(store, "stars.svg")
    assert found == content
    assert type(found) is bytes


def test_a_chart_takes_a_fraction_of_its_size(store):
    """A county's charts are much the same words again and again; a database is backed up every night."""
    content = b'<rect x="10" y="20" width="300" height="12" class="bar"/>\n' * 1_000
    publish(store)
    with store.begin() as c:
        renderings.add(c, FIRST.id, "stars.svg", content)
        kept = c.execute(select(edition_rendering.c.content)).scalar_one()
    assert len(kept) * 20 < len(content)


def test_what_was_not_kept_is_none(store):
    """Of another name, of another edition, of none at all; and a beginning of an id is no id here."""
    publish(store)
    with store.begin() as c:
        renderings.add(c, FIRST.id, "stars.svg", b"<svg/>")
    assert told(store, "stars", "STARS.SVG", "stars.svg") == [None, None, b"<svg/>"]
    for other in (SECOND.id, "f" * 64, FIRST.id[:12]):
        assert told(store, "stars.svg", of=other) == [None]
        with store.read() as c:
            assert renderings.names(c, other) == ()


def test_names_come_in_order(store):
    """By code point, on every database."""
    publish(store)
    given = ("b", "Z", "分布", "a-1", "a")
    with store.begin() as c:
        for name in given:
            renderings.add(c, FIRST.id, name, name.encode())
        renderings.add(c, SECOND.id, "other", b"")
    with store.read() as c:
        assert renderings.names(c, FIRST.id) == tuple(sorted(given))
    assert told(store, *given) == [name.encode() for name in given]


def test_the_first_of_a_name_stays_and_nobody_is_disturbed(store):
    """Two who are asked for the same page at once draw the same chart; what else they write is kept."""
    publish(store)
    for number, content in enumerate((b"<svg/>", b"<svg/>", b"<svg>other</svg>")):
        with store.begin() as c:
            renderings.add(c, FIRST.id, "stars.svg", content)
            renderings.add(c, FIRST.id, f"after {number}", b"")
    assert told(store, "stars.svg") == [b"<svg/>"]
    with store.read() as c:
        assert renderings.names(c, FIRST.id) == ("after 0", "after 1", "after 2", "stars.svg")


def test_processes_that_draw_at_once_all_go_on(database):
    """Whoever comes second finds the first one's, whatever the order."""
    ready_made(database)
    start = FORK.Event()

    def draw() -> None:
        with closing(Store.open(database.url, database.schema)) as store:
            start.wait(30)
            for number in range(20):
                with store.begin() as c:
                    renderings.add(c, FIRST.id, f"{number}", b"<svg/>")

    with closing(Store.open(database.url, database.schema)) as store:
        publish(store)
    with processes(draw, draw, draw) as started:
        start.set()
        for process in started:
            process.join(30)
        assert [process.exitcode for process in started] == [0, 0, 0]
    with closing(Store.open(database.url, database.schema)) as store, store.read() as c:
        assert len(renderings.names(c, FIRST.id)) == 20


@pytest.mark.parametrize(("of", "name"), [("f" * 64, "stars.svg"), (FIRST.id, ""), (FIRST.id, "n" * 161)])
def test_what_the_tables_cannot_hold_is_no_second_comer(store, of, name):
    """An edition that is not kept, a name that is none: told, and not taken for a chart that is there."""
    publish(store)
    with pytest.raises(IntegrityError), store.begin() as c:
        renderings.add(c, of, name, b"<svg/>")
