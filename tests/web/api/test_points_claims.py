"""Claims decided by programs: by whom they may, many at once or none, under the caps, and never by who claimed them."""

from __future__ import annotations

import pytest

from scoring.store.ledger import claims
from scoring.working_days import today
from tests.web.api.points_working import MULTIPART, claim, paper_of, with_points

DECIDE = "/points/claims/decisions"


@pytest.fixture
def office(tmp_path):
    with with_points(tmp_path) as found:
        yield found


def _decide(office, who: str, *decisions, key: str | None = None):
    return office.ask(who, "POST", DECIDE, {"decisions": list(decisions)}, key=key)


def test_what_waits_is_seen_with_what_would_post_by_whom_it_is_to_decide(office):
    number = claim(office).json["number"]
    told = office.ask("superior", "GET", "/points/claims").json
    assert told["total"] == 1
    (own,) = told["waiting"]
    assert (own["number"], own["would"], own["may_verify"]) == (number, "4", True)
    assert own["member"]["name"] == "党一"
    for who in ("superior2", "secretary2"):
        assert office.ask(who, "GET", "/points/claims").json["waiting"] == []
    for who in ("admin", "leader", "member", "merchant", "evaluator", "auditor"):
        assert office.ask(who, "GET", "/points/claims").status_code == 403
    file = own["files"][0]["sha256"]
    here = f"/points/claims/{number}/files/{file}"
    sent = office.ask("superior", "GET", here)
    assert sent.status_code == 200
    sent.close()
    assert office.ask("superior2", "GET", here).status_code == 403


def test_pages_of_what_waits_are_of_the_size_asked_for(office):
    for number in range(3):
        assert claim(office, event=f"第 {number} 课").status_code == 201
    told = office.ask("superior", "GET", "/points/claims?page_size=2&page=2").json
    assert (told["total"], len(told["waiting"])) == (3, 1)
    assert office.ask("superior", "GET", "/points/claims?page=0").status_code == 422


def test_claims_are_posted_and_not_posted_at_once(office):
    one, two = claim(office).json["number"], claim(office, event="第二课").json["number"]
    answer = _decide(
        office,
        "superior",
        {"claim": one, "post": True},
        {"claim": two, "post": False, "reason": "没有签到"},
    )
    assert answer.status_code == 200, answer.json
    assert [(own["claim"], own["state"], own["points"]) for own in answer.json["decided"]] == [
        (one, "posted", "4"),
        (two, "void", "0"),
    ]
    assert office.ask("member", "GET", "/me/points").json["honour"]["balance"] == "64"
    reasons = {
        own["number"]: own["reason"]
        for own in office.ask("member", "GET", "/me/points/claims").json["claims"]
    }
    assert reasons == {one: "", two: "没有签到"}


def test_all_or_none_with_every_fault(office):
    number = claim(office).json["number"]
    answer = _decide(
        office,
        "superior",
        {"claim": number, "post": True},
        {"claim": number, "post": False, "reason": "电话 13812345678"},
        {"claim": number, "post": False},
    )
    assert answer.status_code == 409
    assert len(answer.json["faults"]) >= 3
    assert "13812345678" not in answer.text
    with office.store.read() as c:
        assert claims.find(c, number).state == "pending"
    assert _decide(office, "superior", {"claim": 999, "post": True}).status_code == 404
    assert _decide(office, "superior2", {"claim": number, "post": True}).status_code == 403
    assert _decide(office, "superior").status_code == 422


def test_points_other_than_claimed_are_sent_as_they_are_printed(office):
    number = claim(office, item="volunteer_service", points="2.5").json["number"]
    wrong = _decide(office, "superior", {"claim": number, "post": True, "points": 1.5})
    assert wrong.status_code == 422
    assert wrong.json["faults"][0]["parameter"] == "decisions.0.points"
    decided = _decide(office, "superior", {"claim": number, "post": True, "points": "1.5"})
    assert decided.json["decided"][0]["points"] == "1.5"


def _came(office, who: str = "secretary", key: str | None = None, **more):
    sent = {
        "unit": "A01",
        "item": "general_meeting",
        "day": today().isoformat(),
        "event": "十一月党员大会",
        "member": ["M1", "M3", "M4"],
        "file": [(paper_of(), "签到表.pdf")],
    }
    return office.ask(who, "POST", "/points/attendance", data=sent | more, content_type=MULTIPART, key=key)


def test_a_meetings_attendance_is_claimed_for_all_who_came_and_decided_by_another(office):
    told = office.ask("secretary", "GET", "/points/attendance").json
    assert [own["code"] for own in told["members"]] == [f"M{number}" for number in range(1, 7)]
    assert "general_meeting" in {own["id"] for own in told["items"]}
    made = _came(office)
    assert made.status_code == 201, made.json
    numbers = made.json["numbers"]
    assert len(numbers) == 3
    decisions = [{"claim": own, "post": True} for own in numbers]
    assert _decide(office, "secretary", *decisions).status_code == 403
    decided = _decide(office, "superior", *decisions)
    assert [own["state"] for own in decided.json["decided"]] == ["posted"] * 3


def test_attendance_of_strangers_is_refused_with_each_number(office):
    answer = _came(office, member=["M1", "M7", "M99"])
    assert answer.status_code == 409
    assert len(answer.json["faults"]) == 2
    with office.store.read() as c:
        assert claims.of_unit(c, "A01", 10) == ()
    assert _came(office, "secretary2").status_code == 403
    assert _came(office, "member").status_code == 403
