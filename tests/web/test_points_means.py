"""Pages of branches' mean points: taken over from a sheet or from the list, never by itself, and explained as far as may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from scoring.people import Role
from scoring.sheets import SheetKey
from scoring.store.engine import Store
from scoring.workflow.mark_sheets import read_sheet
from scoring.workflow.points.quarters import close_quarter, open_quarter
from tests.databases import ready_made, sqlite_in
from tests.people import browser_of, somebody
from tests.workflow.marking import OFFICE, PERIOD
from tests.workflow.points import test_derived
from tests.workflow.points.members_at_hand import take_points as post
from web.app import create_app

LIST = "/desk/points/means"
SHEET = f"/desk/{PERIOD}/marking/superior/{OFFICE}"
MEAN = test_derived.MEAN


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    for module in ("branch_means", "quarters", "import_members", "keep_members"):
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: test_derived.NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = sqlite_in(tmp_path)
    ready_made(database)
    opened = Store.open(database.url, database.schema)
    yield opened
    opened.close()


def at(store, actor):
    return browser_of(create_app(store), actor)


def mark_on(store, actor):
    return read_sheet(store, actor, SheetKey(period=PERIOD, unit=OFFICE, stage="superior")).mark_of("points")


def test_the_sheet_shows_the_number_and_a_button_takes_it_over(store, tmp_path):
    superior = test_derived.kept(store, tmp_path)
    browser = at(store, superior)
    page = browser.get(SHEET).text
    assert f'取用 <span class="num">{MEAN}</span>' in page
    assert mark_on(store, superior).mark == "", "looking enters nothing"
    answer = browser.post(SHEET, data={"do": "points"})
    assert (answer.status_code, "#mark-points" in answer.location) == (303, True)
    assert mark_on(store, superior).mark == MEAN
    page = browser.get(SHEET).text
    assert 'value="points"' not in page, "what stands there already is not offered again"
    assert f'href="{LIST}/{PERIOD}/{OFFICE}"' in page


def test_a_sheet_whose_points_are_not_ready_says_why_and_offers_nothing(store, tmp_path):
    superior = test_derived.kept(store, tmp_path, closed=("2026Q1", "2026Q2"))
    browser = at(store, superior)
    page = browser.get(SHEET).text
    assert "2026Q3 还没有结账" in page
    assert 'value="points"' not in page
    answer = browser.post(SHEET, data={"do": "points"})
    assert answer.status_code == 409
    assert "2026Q3 还没有结账" in answer.text
    assert mark_on(store, superior).mark == ""


def test_a_superior_takes_over_what_is_ticked_and_a_later_difference_is_shown(store, tmp_path, monkeypatch):
    superior = test_derived.kept(store, tmp_path)
    browser = at(store, superior)
    page = browser.get(LIST).text
    assert f'name="take" value="{OFFICE}:points"' in page
    assert browser.post(f"{LIST}/{PERIOD}", data={}).status_code == 409
    form = {"take": f"{OFFICE}:points", f"revision:{OFFICE}:points": "0"}
    assert browser.post(f"{LIST}/{PERIOD}", data=form).status_code == 303
    assert mark_on(store, superior).mark == MEAN
    for module in ("branch_means", "quarters"):
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: date(2027, 1, 5))
    open_quarter(store, None, "2026Q4")
    post(store, tmp_path / "late.csv", [["M2", "dues_overdue", "2026-10-09", "", "", "", ""]])
    close_quarter(store, None, "2026Q4", OFFICE)
    page = browser.get(f"{LIST}?show=differ").text
    assert (MEAN in page, "62.53" in page, "不同</span>" in page) == (True, True, True)
    assert "与本表的" in browser.get(SHEET).text
    assert mark_on(store, superior).mark == MEAN
    stale = browser.post(f"{LIST}/{PERIOD}", data=form)
    assert stale.status_code == 409
    assert mark_on(store, superior).mark == MEAN
    form[f"revision:{OFFICE}:points"] = "1"
    assert browser.post(f"{LIST}/{PERIOD}", data=form).status_code == 303
    assert mark_on(store, superior).mark == "62.53"


def test_members_are_told_one_by_one_to_who_sees_their_points_alone(store, tmp_path):
    superior = test_derived.kept(store, tmp_path)
    address = f"{LIST}/{PERIOD}/{OFFICE}"
    page = at(store, superior).get(address).text
    assert all(name in page for name in ("王一", "赵三", "61.33"))
    admin = at(store, somebody(store, "guan", Role.ADMINISTRATOR))
    assert "赵三" in admin.get(address).text
    assert 'name="take"' not in admin.get(LIST).text
    for role in (Role.LEADER,):
        seen = at(store, somebody(store, role.value, role)).get(address).text
        assert MEAN in seen
        assert not re.search("王一|赵三|61.33", seen)
    evaluator = at(store, somebody(store, "ping", Role.EVALUATOR))
    assert evaluator.get(address).status_code == 403
    assert evaluator.get(LIST).status_code == 403
