"""What takes two people is never done by the same hands: not by a workflow, not by a page, not by the API, not by a deputy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scoring.edition import State
from scoring.gates import MotionKind
from scoring.people import Actor, Role
from scoring.permissions import SameHands
from scoring.uploads.kinds import Kind
from scoring.workflow.documents import Document
from scoring.workflow.grant_roles import RoleAsked, confirm_roles, propose_role
from scoring.workflow.hear_objections import About, file_objection, take_objection
from scoring.workflow.keep_own import name_deputy
from scoring.workflow.moderate import settle
from scoring.workflow.move_gates import confirm_gate, move_gate, refuse_gate
from scoring.workflow.publish_by_two import Preparation, confirm_edition, prepare_edition
from scoring.workflow.sign_in import today
from tests import people
from tests.web.api.working import PERIOD, Office, working
from tests.workflow import county as small

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
DOCUMENT = Document(sha256="ab" * 32, kind=Kind.PDF, size=10, title="决定.pdf")


@dataclass(frozen=True)
class Duty:
    """What takes two: who did the first half, who may do the second, and how that is done in each way."""

    first: Actor
    other: Actor
    by_workflow: Callable[[Actor], object]
    page: tuple[str, dict[str, Any]]
    call: tuple[str, str, dict[str, Any] | None]


@pytest.fixture
def office(tmp_path):
    with working(tmp_path, marked=True) as found:
        found.app.extensions["stars_clock"] = lambda: MONDAY
        yield found


def _role(office: Office, _folder: Path) -> Duty:
    admin, store = office.people["admin"], office.store
    number = propose_role(store, admin, office.people["nobody"].id, RoleAsked(role=Role.MERCHANT))
    return Duty(
        first=admin,
        other=office.people["admin2"],
        by_workflow=lambda who: confirm_roles(store, who, [number]),
        page=("/roles/confirm", {"number": number}),
        call=("POST", "/grants/confirmations", {"numbers": [number]}),
    )


def _own_role(office: Office, _folder: Path) -> Duty:
    """Let the person concerned be who would confirm."""
    store, own = office.store, office.people["admin2"]
    number = propose_role(store, office.people["admin"], own.id, RoleAsked(role=Role.LEADER))
    third = people.somebody(store, "guan3", Role.ADMINISTRATOR, name="管三")
    return Duty(
        first=own,
        other=third,
        by_workflow=lambda who: confirm_roles(store, who, [number]),
        page=("/roles/confirm", {"number": number}),
        call=("POST", "/grants/confirmations", {"numbers": [number]}),
    )


def _gate(office: Office, _folder: Path) -> Duty:
    admin, store = office.people["admin"], office.store
    number = move_gate(store, admin, PERIOD, "A01", "banned", MotionKind.RAISE, "违纪", DOCUMENT)
    return Duty(
        first=admin,
        other=office.people["leader"],
        by_workflow=lambda who: confirm_gate(store, who, number),
        page=(f"/desk/{PERIOD}/gates/{number}/confirm", {}),
        call=("POST", f"/gates/{number}/confirmation", None),
    )


def _edition(office: Office, _folder: Path) -> Duty:
    """Let somebody run the service and lead."""
    store = office.store
    both = people.somebody(store, "shuang", Role.ADMINISTRATOR, Role.LEADER, name="双一")
    number = prepare_edition(store, both, PERIOD, Preparation(state=State.DRAFT), MONDAY)
    return Duty(
        first=both,
        other=office.people["leader"],
        by_workflow=lambda who: confirm_edition(store, who, number, now=MONDAY),
        page=(f"/desk/{PERIOD}/publishing/{number}/confirm", {}),
        call=("POST", f"/proposals/{number}/confirmation", None),
    )


def _objection(office: Office, _folder: Path) -> Duty:
    """Let a moderator have had a hand in the unit's case: a gate moved, though in vain."""
    store, moderator = office.store, office.people["moderator"]
    gate = move_gate(store, moderator, PERIOD, "A01", "banned", MotionKind.RAISE, "违纪", DOCUMENT)
    refuse_gate(store, office.people["leader"], gate, "不属实")
    number = prepare_edition(store, office.people["admin"], PERIOD, Preparation(state=State.DRAFT), MONDAY)
    confirm_edition(store, office.people["leader"], number, now=MONDAY)
    filed = file_objection(
        store, office.people["secretary"], PERIOD, "A01", About(criterion="discipline"), "偏低", (), MONDAY
    )
    return Duty(
        first=moderator,
        other=people.somebody(store, "hei", Role.MODERATOR, name="黑复议"),
        by_workflow=lambda who: take_objection(store, who, filed),
        page=(f"/desk/{PERIOD}/objections/{filed}/take", {}),
        call=("POST", f"/objections/{filed}/taking", None),
    )


def _moderation(office: Office, folder: Path) -> Duty:
    """Let a moderator be who marked the unit, by the name that stands on its marks."""
    store = office.store
    marked = people.somebody(store, "wang2", Role.MODERATOR, name="王")
    rows = [small.MARK_HEAD, ["A01", "discipline", "county", "王", "1"]]
    small.take_marks(store, folder / "apart.csv", rows)
    unit, criterion, mark = "A01", "discipline", "15"
    fields = {
        "unit": unit,
        "criterion": criterion,
        f"mark:{criterion}": mark,
        "reason": "折中",
        "revision": "0",
    }
    return Duty(
        first=marked,
        other=office.people["moderator"],
        by_workflow=lambda who: settle(store, who, PERIOD, unit, criterion, mark, "折中", 0),
        page=(f"/desk/{PERIOD}/moderation", fields),
        call=(
            "PUT",
            f"/desk/{PERIOD}/disputes/{unit}/{criterion}",
            {"mark": mark, "reason": "折中", "revision": 0},
        ),
    )


DUTIES = {
    "role": _role,
    "own role": _own_role,
    "gate": _gate,
    "edition": _edition,
    "objection": _objection,
    "moderation": _moderation,
}


@pytest.fixture(params=DUTIES)
def duty(request, office, tmp_path) -> Duty:
    return DUTIES[request.param](office, tmp_path)


def _by_page(office: Office, who: Actor, duty: Duty) -> int:
    address, fields = duty.page
    return people.browser_of(office.app, who).post(address, data=fields).status_code


def _by_call(office: Office, who: Actor, duty: Duty) -> int:
    method, address, sent = duty.call
    office.people["asking"] = who
    office.tokens.clear()
    return office.ask("asking", method, address, sent).status_code


def test_the_same_hands_are_refused_by_workflow_page_and_api(office, duty):
    """And so are they for their principal: a deputy adds no hands."""
    with pytest.raises(SameHands):
        duty.by_workflow(duty.first)
    assert _by_page(office, duty.first, duty) == 403
    assert _by_call(office, duty.first, duty) == 403


def test_a_deputy_of_the_same_hands_is_refused(office, duty):
    deputy = people.somebody(office.store, "dai", name="代一")
    name_deputy(office.store, duty.first, "dai", today(), today())
    acting = people.again(office.store, deputy.id, on_behalf=duty.first.id)
    with pytest.raises(SameHands):
        duty.by_workflow(acting)
    assert _by_page(office, acting, duty) == 403


def test_other_hands_do_it(office, duty):
    """The refusal is of the hands, and of nothing else."""
    duty.by_workflow(duty.other)


def test_other_hands_do_it_by_page(office, duty):
    assert _by_page(office, duty.other, duty) == 303


def test_other_hands_do_it_by_api(office, duty):
    assert _by_call(office, duty.other, duty) in {200, 201, 204}
