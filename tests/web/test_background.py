"""What was just published is drawn ahead of whoever looks, in a thread of its own that nobody waits for."""

from __future__ import annotations

import logging
import threading

import pytest

from scoring.store import renderings
from tests.applications import drawn_ahead
from tests.databases import sqlite_in
from tests.web.api.test_work_year import MONDAY, published_by
from tests.web.api.working import working
from tests.workflow import county
from web import background
from web.app import create_app


@pytest.fixture
def published(tmp_path):
    with county.store_at(sqlite_in(tmp_path)) as store:
        county.with_marks(store, tmp_path)
        edition = county.publish(store)
        yield create_app(store), store, edition.id


def _kept(store, edition: str) -> set[str]:
    with store.read() as c:
        return set(renderings.names(c, edition))


def test_all_that_stands_on_the_first_pages_is_drawn_in_both_languages(published):
    """Nothing is left to be drawn when they are opened."""
    app, store, edition = published
    drawn_ahead(app, edition)
    kept = _kept(store, edition)
    assert kept
    for lang in ("zh", "en"):
        for path in ("", "ranking/townships", "ranking/domains", "results.xlsx"):
            answer = app.test_client().get(f"/editions/{edition}/{path}", headers={"Accept-Language": lang})
            assert answer.status_code == 200
    assert _kept(store, edition) == kept


def test_what_cannot_be_drawn_is_said_and_stops_nothing(published, caplog):
    app, _, edition = published
    with caplog.at_level(logging.WARNING, "web.background"):
        drawn_ahead(app, edition[::-1])
    assert len(caplog.messages) == 2 * len(background._PAGES)
    assert all("was not drawn ahead: 404" in own for own in caplog.messages)


def test_who_publishes_lets_it_be_drawn_and_does_not_wait(tmp_path, monkeypatch):
    asked, may_draw = [], threading.Event()

    def draw(app, edition: str) -> None:
        assert may_draw.wait(60)
        asked.append((app, edition, threading.current_thread() is threading.main_thread()))

    monkeypatch.setattr(background, "_draw", draw)
    before = set(threading.enumerate())
    with working(tmp_path, marked=True) as office:
        office.app.extensions["stars_clock"] = lambda: MONDAY
        edition = published_by(office, "draft", first="2026-11-23")
        assert asked == []
        may_draw.set()
        for thread in set(threading.enumerate()) - before:
            thread.join(60)
    assert asked == [(office.app, edition, False)]
