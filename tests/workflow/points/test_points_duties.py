"""What of members' points waits on whose desk; where a county has no rules for them, nothing does."""

from __future__ import annotations

from datetime import date

import pytest

from scoring.people import Role
from scoring.workflow.duties import Task, duties
from scoring.workflow.points.quarters import close_quarter, open_quarter
from scoring.workflow.points.reversing import move_reversal, object_to_line
from tests.people import somebody
from tests.workflow.county import with_units
from tests.workflow.points.claims_at_hand import branch

NOW = date(2026, 11, 21)
POINTS = {Task.VERIFY_CLAIMS, Task.CONFIRM_REVERSALS, Task.ANSWER_LINES, Task.CLOSE_QUARTER}


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    for module in ("reading", "quarters", "claiming", "reversing"):
        monkeypatch.setattr(f"scoring.workflow.points.{module}.today", lambda: NOW)


def waiting(store, actor) -> dict[Task, int]:
    return {own.task: own.waiting for own in duties(store, actor) if own.task in POINTS and own.waiting}


def test_claims_reversals_objections_and_quarters_wait_for_whom_they_concern(store, tmp_path):
    own = branch(store, tmp_path)
    for quarter in ("2026Q3", "2026Q4"):
        open_quarter(store, None, quarter)
    admin, other = (somebody(store, login, Role.ADMINISTRATOR) for login in ("guan1", "guan2"))
    first, _ = own.posted().transfers
    own.claimed("k2", "party_lecture")
    move_reversal(store, admin, first, "重复")
    second, *_ = own.posted("k3", "volunteer_service", points=200).transfers
    object_to_line(store, own.member, second, "少计")
    assert waiting(store, own.superior) == {Task.VERIFY_CLAIMS: 1, Task.CONFIRM_REVERSALS: 1}
    assert waiting(store, admin) == {Task.ANSWER_LINES: 1}
    assert waiting(store, other) == {Task.CONFIRM_REVERSALS: 1, Task.ANSWER_LINES: 1}
    assert waiting(store, own.secretary)[Task.CLOSE_QUARTER] == 1
    close_quarter(store, own.secretary, "2026Q3", "A01")
    assert Task.CLOSE_QUARTER not in waiting(store, own.secretary)
    assert waiting(store, own.member) == {}


def test_without_rules_of_points_nothing_waits(store, tmp_path):
    with_units(store, tmp_path)
    admin = somebody(store, "guan1", Role.ADMINISTRATOR)
    assert not POINTS & {own.task for own in duties(store, admin)}
