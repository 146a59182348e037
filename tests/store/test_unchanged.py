"""What was read is kept for as long as nothing was written that the chain covers, and not a moment longer."""

from __future__ import annotations

from contextlib import closing

import pytest

from scoring.store import chain, periods
from scoring.store.engine import Connection, Store
from scoring.store.unchanged import grown, unchanged
from tests.databases import ready_made, sqlite_in
from tests.store.years import open_period


class Counting:
    """A question about covered tables, and how often they were asked it."""

    def __init__(self) -> None:
        self.times = 0

    def of(self, c: Connection) -> tuple[str, ...]:
        return unchanged(c, "periods", lambda: self._ask(c))

    def _ask(self, c: Connection) -> tuple[str, ...]:
        self.times += 1
        return tuple(own.id for own in periods.every(c))


def seen(store: Store, question: Counting) -> tuple[str, ...]:
    with store.read() as c:
        return question.of(c)


def opened(store: Store, period: str) -> None:
    with store.begin() as c:
        open_period(c, period, codes=("A1",))


def test_it_is_asked_once_a_link(store):
    question = Counting()
    opened(store, "2025")
    assert [seen(store, question) for _ in range(3)] == [("2025",)] * 3
    assert question.times == 1
    opened(store, "2026")
    assert [set(seen(store, question)) for _ in range(3)] == [{"2025", "2026"}] * 3
    assert question.times == 2


def test_what_another_process_writes_is_seen(store, database):
    question = Counting()
    opened(store, "2025")
    assert seen(store, question) == ("2025",)
    with closing(Store.open(database.url, database.schema)) as other:
        opened(other, "2026")
    assert set(seen(store, question)) == {"2025", "2026"}


def test_a_transaction_sees_what_it_has_written_itself_and_nobody_else_does(store):
    question = Counting()
    opened(store, "2025")
    with pytest.raises(ZeroDivisionError), store.begin() as c:
        assert question.of(c) == ("2025",)
        open_period(c, "2026", codes=("A1",))
        assert set(question.of(c)) == {"2025", "2026"}
        raise ZeroDivisionError
    assert seen(store, question) == ("2025",)


def test_what_a_savepoint_takes_back_is_forgotten(store):
    question = Counting()
    opened(store, "2025")
    with store.begin() as c:
        savepoint = c.begin_nested()
        open_period(c, "2026", codes=("A1",))
        assert set(question.of(c)) == {"2025", "2026"}
        savepoint.rollback()
        assert question.of(c) == ("2025",)
    assert seen(store, question) == ("2025",)


def test_before_the_first_link_nothing_is_kept(store):
    question = Counting()
    assert [seen(store, question) for _ in range(2)] == [(), ()]
    assert question.times == 2


def test_counties_do_not_answer_for_each_other(store, tmp_path):

    question = Counting()
    opened(store, "2025")
    (tmp_path / "other").mkdir()
    other = ready_made(sqlite_in(tmp_path / "other"))
    with closing(Store.open(other.url, other.schema)) as second:
        opened(second, "2031")
        assert (seen(store, question), seen(second, question)) == (("2025",), ("2031",))


def test_whoever_did_not_look_at_the_newest_link_would_see_what_was(store, monkeypatch):
    """The tests above find out a careless variant."""
    question = Counting()
    opened(store, "2025")
    monkeypatch.setattr(chain, "newest", lambda _c: "one link for ever")
    assert seen(store, question) == ("2025",)
    opened(store, "2026")
    assert seen(store, question) == ("2025",)


class Growing:
    """A question whose answer grows: how often it was asked as a whole, and from which links it went on."""

    def __init__(self) -> None:
        self.whole = 0
        self.from_links: list[int] = []
        self.of = "today"

    def seen(self, store: Store) -> frozenset[str]:
        with store.read() as c:
            return grown(
                c, "periods", self.of, lambda: self._ask(c), lambda own, link: self._grow(c, own, link)
            )

    def _ask(self, c: Connection) -> frozenset[str]:
        self.whole += 1
        return frozenset(own.id for own in periods.every(c))

    def _grow(self, c: Connection, before: frozenset[str], link: int) -> frozenset[str]:
        self.from_links.append(link)
        return before | {own.id for own in periods.every(c)}


def test_an_answer_grows_with_the_links_and_is_asked_as_a_whole_once(store, database):
    question = Growing()
    opened(store, "2025")
    assert [question.seen(store) for _ in range(2)] == [{"2025"}] * 2
    opened(store, "2026")
    with closing(Store.open(database.url, database.schema)) as other:
        opened(other, "2027")
    assert [question.seen(store) for _ in range(2)] == [{"2025", "2026", "2027"}] * 2
    assert (question.whole, question.from_links) == (1, [1])


def test_on_another_day_it_is_asked_as_a_whole(store):
    question = Growing()
    opened(store, "2025")
    assert question.seen(store) == {"2025"}
    question.of = "tomorrow"
    assert question.seen(store) == {"2025"}
    assert (question.whole, question.from_links) == (2, [])


def test_where_the_link_of_before_is_gone_it_is_asked_as_a_whole(store, monkeypatch):
    """As after a backup was put back: what is newer than it was is no longer what came after."""
    question = Growing()
    opened(store, "2025")
    assert question.seen(store) == {"2025"}
    opened(store, "2026")
    with store.read() as c:
        number, newest = chain.newest_link(c)
        assert chain.is_link(c, number, newest)
        assert not chain.is_link(c, number, "0" * 64)
        assert not chain.is_link(c, number + 1, newest)
    monkeypatch.setattr(chain, "is_link", lambda *_: False)
    assert question.seen(store) == {"2025", "2026"}
    assert (question.whole, question.from_links) == (2, [])


def test_a_transaction_that_has_written_asks_for_itself_and_keeps_nothing(store):
    question = Growing()
    opened(store, "2025")
    with pytest.raises(ZeroDivisionError), store.begin() as c:
        open_period(c, "2026", codes=("A1",))
        found = grown(c, "periods", "today", lambda: question._ask(c), lambda *_: frozenset())
        assert found == {"2025", "2026"}
        raise ZeroDivisionError
    assert question.seen(store) == {"2025"}
    assert question.whole == 2
