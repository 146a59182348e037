"""The branch's desk: one next thing to do for whoever looks, why a sheet came back, and nothing told too early."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from scoring.edition import State
from scoring.evidence import UnitYear
from scoring.people import Actor
from scoring.periods import Phase
from scoring.sheets import Entered, SheetKey, SheetState
from scoring.store import assignments, sheets
from scoring.store.drafts import By
from scoring.store.engine import Store
from scoring.store.sheets import NewMove
from scoring.workflow.branch_desk import Next, read_desk
from scoring.workflow.keep_evidence import excuse
from scoring.workflow.mark_sheets import enter_marks
from tests.databases import ready_made, sqlite_in
from tests.web.signing_in import enrol, signed_in
from tests.workflow import county as small
from tests.workflow.people_at_work import (
    ADMINISTRATOR,
    AUDITOR,
    EVALUATOR,
    LEADER,
    MODERATOR,
    SUPERIOR,
    opened,
    reach,
    secretary,
)
from web.app import create_app

A01 = UnitYear("2026", "A01")
OWN = secretary("A01")
HERE = "/desk/2026/units/A01"
SELF = SheetKey(period="2026", unit="A01", stage="self")
MARKS = {
    "discipline": "18",
    "meetings": "10",
    "income": "n/a",
    "knowledge": "80",
    "satisfaction": "good=3;fair=4;poor=1",
}


@dataclass(frozen=True)
class Office:
    app: Flask
    store: Store

    def page(self, who: Actor) -> str:
        answer = signed_in(self.app, self.store, who).get(HERE)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def move(self, state: SheetState, number: int, reason: str = "") -> None:
        with self.store.begin() as c:
            sheets.add(
                c,
                [NewMove(key=SELF, number=number, state=state, reason=reason)],
                By(person="x", on_behalf=""),
            )

    def fill(self) -> None:
        saved = enter_marks(
            self.store, OWN, SELF, [Entered(criterion=own, mark=mark) for own, mark in MARKS.items()]
        )
        assert not saved.faults


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Office]:
    database = sqlite_in(tmp_path)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    opened(store, tmp_path)
    yield Office(create_app(store), store)
    store.close()


def primary(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<a class="primary"[^>]*href="([^"]+)"[^>]*>([^<]+)<', page)


def step(county: Office, who: Actor = OWN) -> Next:
    return read_desk(county.store, who, A01).next


def test_the_secretary_is_led_from_the_first_mark_to_signing(county: Office):
    with county.store.begin() as c:
        assignments.set_deadline(c, "2026", "self", "2026-11-30")
    assert primary(county.page(OWN)) == [("/desk/2026/marking/self/A01", "开始自评")]
    assert "2026-11-30" in county.page(OWN)
    county.fill()
    assert step(county) is Next.HAND_IN
    assert primary(county.page(OWN)) == [(f"{HERE}/evidence?show=missing", "上传材料")]
    desk = read_desk(county.store, OWN, A01)
    assert [(own.id, own.filled, own.of, own.missing) for own in desk.standards] == [
        ("organisation", 2, 2, 2),
        ("results", 3, 3, 0),
    ], "what does not apply asks for nothing"
    for own in desk.evidence.missing:
        excuse(county.store, OWN, A01, own.id, "在补", 0)
    assert step(county) is Next.SIGN
    county.move(SheetState.SIGNED, 1)
    assert step(county) is Next.NOTHING
    page = county.page(OWN)
    assert primary(page) == []
    assert "正在等待：上级" in page


def test_why_a_sheet_came_back_stands_first(county: Office):
    county.fill()
    county.move(SheetState.SIGNED, 1)
    reach(county.store, Phase.MARKING)
    county.move(SheetState.SENT_BACK, 2, "会议记录缺下半年的，请补充")
    page = county.page(OWN)
    assert step(county) is Next.MEND
    assert primary(page) == [("/desk/2026/marking/self/A01", "修改自评")]
    assert page.index("会议记录缺下半年的") < page.index("各方面进度")


def test_those_who_mark_are_led_to_their_sheet(county: Office):
    county.fill()
    county.move(SheetState.SIGNED, 1)
    person = enrol(county.store, EVALUATOR)
    with county.store.begin() as c:
        assignments.put(c, "2026", [assignments.Assigned(unit="A01", stage="county", person=person)], 0)
    assert primary(county.page(SUPERIOR)) == []
    reach(county.store, Phase.MARKING)
    assert primary(county.page(SUPERIOR)) == [("/desk/2026/marking/superior/A01", "去评分")]
    assert primary(county.page(EVALUATOR)) == [("/desk/2026/marking/county/A01", "去评分")]
    for who in (MODERATOR, AUDITOR):
        assert primary(county.page(who)) == []


@pytest.mark.parametrize("who", [secretary("A02"), secretary("A01", "2025"), ADMINISTRATOR, LEADER])
def test_nobody_else_sees_the_desk(county: Office, who: Actor):
    assert signed_in(county.app, county.store, who).get(HERE).status_code == 403
    assert county.app.test_client().get(HERE).status_code == 303


def test_once_posted_the_desk_leads_to_the_result(county: Office, tmp_path: Path):
    small.take_marks(county.store, tmp_path / "marks.csv", small.mark_rows())
    reach(county.store, Phase.MARKING)
    edition = small.publish(county.store, State.DRAFT)
    desk = read_desk(county.store, OWN, A01)
    assert desk.next is Next.SEE_RESULT
    assert desk.outcome is not None
    assert desk.outcome.edition.id == edition.id
    assert desk.outcome.may_object
    page = county.page(OWN)
    assert primary(page) == [("/periods/2026/units/A01", "查看结果")]
    assert "/desk/2026/objections/new?unit=A01" in page
    assert "/desk/2026/objections/new" not in county.page(SUPERIOR)


def test_what_a_year_asks_for_is_shown_to_who_runs_it(county: Office):
    page = signed_in(county.app, county.store, ADMINISTRATOR).get("/desk/2026/evidence")
    assert page.status_code == 200
    assert 'id="burden"' in page.get_data(as_text=True)
    assert signed_in(county.app, county.store, OWN).get("/desk/2026/evidence").status_code == 403
    assert county.app.test_client().get("/desk/2026/evidence").status_code == 303
