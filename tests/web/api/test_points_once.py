"""Every operation about points that takes a key is done once: sent two to five times, with another body, by another person."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import scoring.criteria
from scoring.workflow.points import expiring, settling
from scoring.workflow.points.keep_merchants import MerchantFields, add_merchant
from scoring.working_days import today
from tests.web.api.points_working import (
    MULTIPART,
    claim,
    member_of,
    paper_of,
    photo_of,
    with_points,
    with_shop,
)
from tests.web.api.working import Office
from tests.workflow.county import counts
from tests.workflow.points.members_at_hand import RULES
from tests.workflow.points.shops_at_hand import award
from web.api.description import description

KEY = "c0ffee00-0000-4000-8000-0000000000{:02d}"
DAY = today().isoformat()
SETS = Path(scoring.criteria.__file__).parent / "sets"
ASIDE = {"answered"}
"""Where the answers to keys are kept."""


def _posted(office: Office) -> int:
    number = claim(office).json["number"]
    sent = {"decisions": [{"claim": number, "post": True}]}
    answer = office.ask("superior", "POST", "/points/claims/decisions", sent)
    entry: int = answer.json["decided"][0]["transfers"][0]
    return entry


def _reversal(office: Office) -> int:
    entry = _posted(office)
    moved = office.ask("secretary", "POST", f"/points/lines/{entry}/reversals", {"reason": "重复"})
    number: int = moved.json["number"]
    return number


def _objection(office: Office) -> int:
    entry = _posted(office)
    filed = office.ask("member", "POST", f"/me/points/lines/{entry}/objections", {"reason": "不对"})
    number: int = filed.json["number"]
    return number


def _shop_without_till(office: Office) -> str:
    fields = MerchantFields(name="书店", place="河边")
    return add_merchant(office.store, office.people["admin2"], fields).id


def _code(office: Office) -> str:
    """Return the digits that the member was told."""
    office.merchant = with_shop(office)
    digits: str = office.ask("member", "POST", "/offers/1/codes").json["digits"]
    return digits


def _rules() -> list[tuple[io.BytesIO, str]]:
    """Return the shipped rules under another version."""
    text = (SETS / f"{RULES}.yaml").read_text("utf-8")
    return [(io.BytesIO(text.replace('"2026.1"', '"2026.2"').encode()), "member-points@2026.2.yaml")]


def _json(**sent: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"json": sent}


def _form(**sent: Any) -> Callable[[], dict[str, Any]]:
    """Return what sends a form; files are opened anew each time."""

    def own() -> dict[str, Any]:
        data = {name: value() if callable(value) else value for name, value in sent.items()}
        return {"data": data, "content_type": MULTIPART}

    return own


def _csv(text: str, name: str) -> Callable[[], list[tuple[io.BytesIO, str]]]:
    return lambda: [(io.BytesIO(text.encode()), name)]


def _photo() -> list[tuple[Any, str]]:
    return [(photo_of(), "现场.jpg")]


def _paper() -> list[tuple[Any, str]]:
    return [(paper_of(), "签到表.pdf")]


MEMBERS = "编号,姓名,支部,类型,起始日期\n{},周八,A02,在家党员,2026-02-01\n"
POINTS = "编号,项目,日期,分值,活动,说明,流水号\n{},参加党课,2026-11-06,,冬训,,\n"
OFFER = {"points": "2.5", "first_day": "2026-01-01", "last_day": "2999-12-31"}
MEMBER = {"name": "周七", "unit": "A02", "kind": "resident", "first_day": "2026-02-01"}
CLAIM = {"item": "lecture_given", "day": DAY, "file": _photo}
CAME = {"unit": "A01", "item": "general_meeting", "day": DAY, "member": ["M1", "M3"], "file": _paper}

CASES: dict[
    str, tuple[str, Callable[[Office], str], Callable[[Office], Any], Callable[[Office], Any], str]
] = {
    "points_claimed": (
        "member",
        lambda _: "/me/points/claims",
        lambda _: _form(**CLAIM, event="一课"),
        lambda _: _form(**CLAIM, event="二课"),
        "member2",
    ),
    "attendance_claimed": (
        "secretary",
        lambda _: "/points/attendance",
        lambda _: _form(**CAME, event="大会"),
        lambda _: _form(**CAME, event="别的大会"),
        "secretary2",
    ),
    "line_objection_filed": (
        "member",
        lambda office: f"/me/points/lines/{_posted(office)}/objections",
        lambda _: _json(reason="不对"),
        lambda _: _json(reason="还是不对"),
        "member2",
    ),
    "reversal_moved": (
        "secretary",
        lambda office: f"/points/lines/{_posted(office)}/reversals",
        lambda _: _json(reason="重复"),
        lambda _: _json(reason="又重复"),
        "secretary2",
    ),
    "reversal_confirmed": (
        "superior",
        lambda office: f"/points/reversals/{_reversal(office)}/confirmation",
        lambda _: _json(),
        lambda _: _json(more=1),
        "superior2",
    ),
    "reversal_refused": (
        "superior",
        lambda office: f"/points/reversals/{_reversal(office)}/refusal",
        lambda _: _json(reason="无误"),
        lambda _: _json(reason="并无误"),
        "superior2",
    ),
    "line_objection_upheld": (
        "admin",
        lambda office: f"/points/objections/{_objection(office)}/upheld",
        lambda _: _json(reason="有误"),
        lambda _: _json(reason="确有误"),
        "secretary",
    ),
    "line_objection_dismissed": (
        "admin",
        lambda office: f"/points/objections/{_objection(office)}/dismissed",
        lambda _: _json(reason="无误"),
        lambda _: _json(reason="并无误"),
        "secretary",
    ),
    "line_objection_withdrawn": (
        "member",
        lambda office: f"/points/objections/{_objection(office)}/withdrawal",
        lambda _: _json(),
        lambda _: _json(more=1),
        "member2",
    ),
    "claim_withdrawn": (
        "member",
        lambda office: f"/points/claims/{claim(office).json['number']}/withdrawal",
        lambda _: _json(),
        lambda _: _json(more=1),
        "member2",
    ),
    "member_added": (
        "admin",
        lambda _: "/points/members",
        lambda _: _json(**MEMBER, code="M8"),
        lambda _: _json(**MEMBER, code="M9"),
        "secretary",
    ),
    "quarter_opened": (
        "admin",
        lambda _: "/points/quarters/2026Q3/opening",
        lambda _: _json(),
        lambda _: _json(more=1),
        "secretary",
    ),
    "members_file_taken": (
        "admin",
        lambda _: "/points/files/members",
        lambda _: _form(file=_csv(MEMBERS.format("M8"), "m.csv")),
        lambda _: _form(file=_csv(MEMBERS.format("M9"), "m.csv")),
        "secretary",
    ),
    "points_file_taken": (
        "admin",
        lambda _: "/points/files/points",
        lambda _: _form(file=_csv(POINTS.format("M3"), "p.csv")),
        lambda _: _form(file=_csv(POINTS.format("M4"), "p.csv")),
        "secretary",
    ),
    "merchant_added": (
        "admin",
        lambda _: "/merchants",
        lambda _: _json(name="书店", place="河边"),
        lambda _: _json(name="书局", place="河边"),
        "secretary",
    ),
    "offer_added": (
        "merchant",
        lambda office: f"/merchants/{with_shop(office)}/offers",
        lambda _: _json(**OFFER, title="大米"),
        lambda _: _json(**OFFER, title="面粉"),
        "secretary",
    ),
    "offer_ended": (
        "merchant",
        lambda office: (with_shop(office), "/offers/1/ending")[1],
        lambda _: _json(revision=1),
        lambda _: _json(revision=2),
        "secretary",
    ),
    "merchant_closed": (
        "admin",
        lambda office: f"/merchants/{with_shop(office)}/closing",
        lambda _: _json(revision=1),
        lambda _: _json(revision=2),
        "secretary",
    ),
    "till_added": (
        "admin",
        lambda office: f"/merchants/{_shop_without_till(office)}/tills",
        lambda _: _json(login="shang"),
        lambda _: _json(login="dang"),
        "secretary",
    ),
    "rules_taken": (
        "admin",
        lambda _: "/points/rules",
        lambda _: _form(first_day="2999-01-01", file=_rules),
        lambda _: _form(first_day="2999-04-01", file=_rules),
        "secretary",
    ),
    "code_asked": (
        "member",
        lambda office: (with_shop(office), "/offers/1/codes")[1],
        lambda _: _json(),
        lambda _: _json(more=1),
        "secretary",
    ),
}
"""By operation: who sends it, where to, what, what else, and who may not."""

STRANGERS = {"points_claimed": 201, "line_objection_filed": 404}
"""What somebody else hears: 403, but who claims for themselves does, and who looks at others' lines finds none."""

ELSEWHERE = {
    "claims_decided": "test_decisions_are_done_once",
    "code_taken": "test_a_code_is_taken_once_whatever_its_key",
    "quarter_closed": "test_a_quarter_is_closed_once",
    "quarters_closed": "test_a_quarter_is_closed_once",
    "member_left": "test_whoever_left_leaves_once",
    "expiry_announced": "test_a_year_is_announced_to_end_and_ends_once",
    "expiry_ended": "test_a_year_is_announced_to_end_and_ends_once",
    "month_settled": "test_a_month_is_settled_once",
}
"""Operations that have a test of their own below."""

LOOKS: dict[str, tuple[str, str, Callable[[Office], Any]]] = {
    "members_file_tried": (
        "admin",
        "/points/files/members/trial",
        lambda _: _form(file=_csv(MEMBERS.format("M8"), "m.csv")),
    ),
    "points_file_tried": (
        "admin",
        "/points/files/points/trial",
        lambda _: _form(file=_csv(POINTS.format("M3"), "p.csv")),
    ),
    "code_looked_at": ("merchant", "/till/looks", lambda office: _json(code=_code(office))),
}
"""What writes nothing, with or without a key: who sends it, where to, and what."""

TAGS = {"points", "members", "books", "merchants", "redeeming"}


@pytest.fixture
def office(tmp_path):
    with with_points(tmp_path) as found:
        yield found


def test_every_operation_that_takes_a_key_is_here():
    """A new one is written down with how it was tried."""
    found = {
        operation["operationId"]
        for item in description()["paths"].values()
        for method, operation in item.items()
        if method == "post" and operation["tags"][0] in TAGS
    }
    assert found == CASES.keys() | ELSEWHERE.keys() | LOOKS.keys()


@pytest.mark.parametrize("name", CASES)
def test_sent_again_it_is_done_once(office, name):
    """Five times under one key, then with another body, then by somebody else who may not."""
    who, where, sends, other, stranger = CASES[name]
    address = where(office)
    first = office.ask(who, "POST", address, key=KEY.format(1), **sends(office)())
    assert first.status_code < 300, first.json
    before = counts(office.store)
    for _ in range(4):
        again = office.ask(who, "POST", address, key=KEY.format(1), **sends(office)())
        assert again.status_code == first.status_code
        assert again.headers["Idempotency-Replayed"] == "true"
        if name != "code_asked":
            assert again.data == first.data
    assert counts(office.store) == before
    changed = office.ask(who, "POST", address, key=KEY.format(1), **other(office)())
    assert changed.status_code in {409, 422}
    strange = office.ask(stranger, "POST", address, key=KEY.format(1), **sends(office)())
    assert strange.status_code == STRANGERS.get(name, 403)
    assert "Idempotency-Replayed" not in strange.headers


def test_decisions_are_done_once(office):
    number = claim(office).json["number"]
    sent = {"decisions": [{"claim": number, "post": True}]}
    answers = [
        office.ask("superior", "POST", "/points/claims/decisions", sent, key=KEY.format(2)) for _ in range(5)
    ]
    assert {own.data for own in answers} == {answers[0].data}
    assert office.ask("member", "GET", "/me/points").json["honour"]["balance"] == "64"
    other = {"decisions": [{"claim": number, "post": False, "reason": "不实"}]}
    assert (
        office.ask("superior", "POST", "/points/claims/decisions", other, key=KEY.format(2)).status_code
        == 422
    )
    anew = office.ask("superior", "POST", "/points/claims/decisions", sent, key=KEY.format(3))
    assert anew.status_code == 409


def test_a_code_is_taken_once_whatever_its_key(office):
    with_shop(office)
    digits = office.ask("member", "POST", "/offers/1/codes").json["digits"]
    answers = [
        office.ask("merchant", "POST", "/till/redemptions", {"code": digits}, key=KEY.format(turn % 3))
        for turn in range(5)
    ]
    assert {own.data for own in answers} == {answers[0].data}
    assert office.ask("member", "GET", "/me/points").json["spendable"]["balance"] == "47"
    other = office.ask("merchant", "POST", "/till/redemptions", {"code": "00000000"}, key=KEY.format(0))
    assert other.status_code == 422


def test_a_quarter_is_closed_once(office):
    here = "/points/quarters/2026Q3"
    assert office.ask("admin", "POST", f"{here}/opening").status_code == 200
    closing = [
        office.ask("secretary", "POST", f"{here}/units/A01/closing", key=KEY.format(4)) for _ in range(3)
    ]
    assert [own.status_code for own in closing] == [200, 200, 200]
    assert office.ask("secretary", "POST", f"{here}/units/A01/closing").status_code == 409
    all_ = [office.ask("admin", "POST", f"{here}/closings", key=KEY.format(5)).json for _ in range(3)]
    assert all_ == [{"branches": ["A02"]}] * 3


def test_whoever_left_leaves_once(office):
    made = office.ask("admin", "POST", "/points/members", MEMBER | {"code": "M8"}).json
    sent = {"first_day": DAY, "revision": 1}
    here = f"/points/members/{made['id']}/leaving"
    left = [office.ask("admin", "POST", here, sent, key=KEY.format(6)).json for _ in range(3)]
    assert left == [left[0]] * 3
    assert office.ask("admin", "POST", here, sent | {"revision": 2}).status_code == 409


@pytest.mark.parametrize("name", LOOKS)
def test_what_only_looks_writes_nothing_however_often_it_is_sent(office, name):
    who, address, sends = LOOKS[name]
    own = sends(office)
    office.token(who)
    before = counts(office.store)
    answers = [office.ask(who, "POST", address, key=KEY.format(turn // 2), **own()) for turn in range(5)]
    assert {one.status_code for one in answers} == {200}, answers[0].json
    assert len({one.data for one in answers}) == 1
    assert {table: rows for table, rows in counts(office.store).items() if table not in ASIDE} == {
        table: rows for table, rows in before.items() if table not in ASIDE
    }


def test_a_year_is_announced_to_end_and_ends_once(office, monkeypatch):
    award(office.store, member_of(office), 5_000, date(2026, 3, 1))
    for name, day in (("announcement", date(2027, 12, 1)), ("ending", date(2028, 1, 5))):
        monkeypatch.setattr(expiring, "today", lambda day=day: day)
        first = office.ask("admin", "POST", f"/points/expiry/2026/{name}", key=KEY.format(1))
        assert first.status_code == 200, first.json
        before = counts(office.store)
        again = [
            office.ask("admin", "POST", f"/points/expiry/2026/{name}", key=KEY.format(1)) for _ in range(4)
        ]
        assert {one.data for one in again} == {first.data}
        assert counts(office.store) == before
        anew = office.ask("admin", "POST", f"/points/expiry/2026/{name}", key=KEY.format(2))
        assert anew.json != first.json, "done under another key it says that nothing was left to do"
        assert counts(office.store)["transfer"] == before["transfer"]
        assert counts(office.store)["notice"] == before["notice"]
        strange = office.ask("secretary", "POST", f"/points/expiry/2026/{name}", key=KEY.format(1))
        assert strange.status_code == 403
    assert office.ask("member", "GET", "/me/points").json["spendable"]["balance"] == "0"


def test_a_month_is_settled_once(office, monkeypatch):
    digits = _code(office)
    assert office.ask("merchant", "POST", "/till/redemptions", {"code": digits}).status_code == 201
    monkeypatch.setattr(settling, "today", lambda: today() + timedelta(days=40))
    here = f"/merchants/{office.merchant}/months/{DAY[:7]}/settlement"
    first = office.ask("admin", "POST", here, key=KEY.format(1))
    assert first.status_code == 200, first.json
    before = counts(office.store)
    for _ in range(4):
        again = office.ask("admin", "POST", here, key=KEY.format(1))
        assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert office.ask("admin", "POST", here, key=KEY.format(2)).status_code == 409
    assert counts(office.store) == before
    assert office.ask("secretary", "POST", here, key=KEY.format(1)).status_code == 403
