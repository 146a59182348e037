"""The API of people's work keeps what its description promises, whatever it is asked, and whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.sizes import WORK_QUESTIONS
from tests.web.api.fuzzing import fuzz
from tests.web.api.points_working import claim, member_of, with_points, with_shop
from tests.web.api.working import PERIOD, Office
from web.api.description import description

EVERYBODY = (
    "administrator",
    "evaluator",
    "moderator",
    "superior",
    "secretary",
    "leader",
    "auditor",
    "member",
    "merchant",
)
SHORT = {"administrator": "admin"}


@pytest.fixture
def office(tmp_path):
    with with_points(tmp_path) as found:
        found.merchant = with_shop(found)
        claim(found)
        yield found


def _known(office: Office) -> dict[str, Sequence[str | int]]:
    dummies = [office.people[who].id for who in ("merchant", "member", "nobody")]
    return {
        "path.period_id": [PERIOD],
        "path.code": ["A01", "A04", "A07", "A02"],
        "path.stage": ["self", "superior", "county"],
        "path.criterion": ["discipline", "meetings"],
        "path.person_id": dummies,
        "path.number": [1, 2],
        "path.step": ["self", "county"],
        "path.year": [2026],
        "path.quarter": ["2026Q3", "2026Q4", "0000Q1"],
        "path.month": ["2026-11", "2026-13"],
        "path.member_id": [member_of(office, code).id for code in ("M1", "M3", "M7")],
        "path.merchant_id": [office.merchant],
    }


def _operations() -> set[str]:
    return {
        f"{method.upper()} {path}"
        for path, item in description()["paths"].items()
        for method, operation in item.items()
        if method != "parameters" and "security" in operation
    }


@pytest.mark.parametrize("role", EVERYBODY)
def test_no_answer_to_anybody_is_an_error_of_the_server_or_undocumented(office, role):
    """All checks over every operation, by somebody of each role: those who may, and those who may not."""
    asked = fuzz(
        office.app,
        WORK_QUESTIONS,
        _known(office),
        work=True,
        token=office.token(SHORT.get(role, role)),
        whole=role == EVERYBODY[0],
    )
    assert not asked.faults
    assert not [status for _, status in asked.statuses if status >= 500]
    assert asked.questions.keys() == _operations()
    assert min(asked.questions.values()) >= WORK_QUESTIONS
    statuses = {status for _, status in asked.statuses}
    assert statuses >= {200, 403, 404, 422}
    assert 401 not in statuses
