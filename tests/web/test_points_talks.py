"""The page of whom a talk is due with: by closed quarters alone, and of no branch that is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from scoring.people import Role
from scoring.store.engine import Store
from scoring.workflow.points.quarters import close_quarter, open_quarter
from tests.databases import ready_made, sqlite_in
from tests.people import browser_of, somebody
from tests.workflow.points.members_at_hand import administrator, secretary, take_points, with_members
from web.app import create_app

HERE = "/desk/points/talks"


@pytest.fixture
def store(tmp_path: Path, monkeypatch) -> Iterator[Store]:
    monkeypatch.setattr("scoring.workflow.points.quarters.today", lambda: date(2026, 11, 21))
    database = sqlite_in(tmp_path)
    ready_made(database)
    opened = Store.open(database.url, database.schema)
    with_members(opened, tmp_path)
    open_quarter(opened, None, "2026Q1")
    take_points(opened, tmp_path / "p.csv", [["M2", "pledge_broken", "2026-03-06", "", "", "", ""]])
    yield opened
    opened.close()


def page(store, actor, query="", status=200):
    answer = browser_of(create_app(store), actor).get(HERE + query)
    assert answer.status_code == status
    return answer.text


def test_who_is_below_the_line_is_listed_once_the_quarter_is_closed(store):
    """60 to begin with and 3 off for a broken pledge."""
    admin = administrator(store)
    assert "没有需要谈话的党员" in page(store, admin)
    close_quarter(store, None, "2026Q1", "A01")
    shown = page(store, admin)
    assert ("李二" in shown, "Q1 57" in shown, "王一" in shown) == (True, True, False)
    assert "李二" in page(store, admin, "?q=第1村")
    assert "没有找到" in page(store, admin, "?q=第2村")
    assert "李二" in page(store, secretary(store))
    assert "李二" not in page(store, secretary(store, "A02", "shuji2"))


def test_a_year_without_rules_says_so_and_a_leader_sees_no_names(store):
    shown = page(store, administrator(store), "?year=2025")
    assert "还没有启用积分规则" in shown
    page(store, somebody(store, "ling", Role.LEADER), status=403)
