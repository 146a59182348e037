"""What kept pages depend on: it moves when something they show does, and not for every sheet that is signed."""

from __future__ import annotations

import pytest

from scoring.periods import Phase
from scoring.store import contents, county, editions, markings, periods, units
from scoring.store.engine import Connection, Store
from tests.store.workers import AT, add
from tests.store.years import edition, kept, marking, open_period, take

FIRST = edition()


def told(store: Store) -> tuple[tuple[int, ...], int]:
    with store.read() as c:
        return contents.version(c), contents.state(c)


def posted(c: Connection) -> None:
    add(c, "posting", edition=FIRST.id, first_day="2026-11-23", last_day="2026-11-27", made_at=AT)


@pytest.mark.parametrize(
    ("change", "published"),
    [
        (lambda c: markings.put(c, "2026", [marking("A1", dues="4")], take(c)), False),
        (lambda c: units.put(c, "2026", kept("A2"), take(c, kind="units")), False),
        (lambda c: editions.add(c, edition(supersedes=FIRST.id)), True),
        (lambda c: county.call(c, "青石区"), True),
        (lambda c: periods.move(c, "2026", Phase.MARKING), True),
        (lambda c: open_period(c, "2027"), True),
        (posted, True),
    ],
    ids=["marks", "units", "edition", "county", "phase", "period", "posting"],
)
def test_published_pages_go_when_they_would_show_something_else(store, change, published):
    """While a county marks, pages of the years before stay kept; those of the open year never outlive a change."""
    with store.begin() as c:
        open_period(c, codes=("A1",))
        editions.add(c, FIRST)
    before = told(store)
    with store.begin() as c:
        change(c)
    after = told(store)
    assert (after[0] != before[0]) is published
    assert after[1] == before[1] + 1


def test_drafts_change_no_page(store):
    """They count when the sheet is signed."""
    with store.begin() as c:
        open_period(c, codes=("A1",))
    before = told(store)
    with store.begin() as c:
        sheet = {"period": "2026", "unit": "A1", "stage": "self", "holder": "", "criterion": "dues"}
        add(c, "draft", **sheet, revision=1, mark="4", comment="", by="", on_behalf="", made_at=AT)
    assert told(store) == before
