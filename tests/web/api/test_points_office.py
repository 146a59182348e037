"""Points at an office by programs: members kept, quarters, sums, reversals by two, rules, files taken in, points that end."""

from __future__ import annotations

import io
from datetime import date

import pytest

from scoring.ledger import quarter_of
from scoring.numbers import marks_text
from scoring.workflow.points import expiring, quarters, reversing
from scoring.workflow.points import import_points as importing
from scoring.workflow.points.reading_groups import points_of_county
from scoring.working_days import today
from tests.web.api.points_working import MULTIPART, claim, member_of, with_points

MEMBER = {"name": "周七", "unit": "A02", "kind": "resident", "first_day": "2026-02-01"}


@pytest.fixture
def office(tmp_path):
    with with_points(tmp_path) as found:
        yield found


def _posted(office) -> int:
    """Let a claim of the member be posted by a program, and return the honour entry."""
    number = claim(office).json["number"]
    sent = {"decisions": [{"claim": number, "post": True}]}
    answer = office.ask("superior", "POST", "/points/claims/decisions", sent)
    assert answer.status_code == 200, answer.json
    return answer.json["decided"][0]["transfers"][0]


def test_a_branchs_members_are_seen_by_its_own_people(office):
    _posted(office)
    here = "/points/branches/A01/members"
    told = office.ask("secretary", "GET", here).json
    assert [own["member"]["code"] for own in told["members"]] == [f"M{number}" for number in range(1, 7)]
    assert told["members"][0]["honour"]["balance"] == "64"
    found = office.ask("secretary", "GET", f"{here}?q=li3").json["members"]
    assert [own["member"]["name"] for own in found] == ["李3"]
    assert office.ask("secretary2", "GET", here).status_code == 403
    assert office.ask("leader", "GET", here).status_code == 403
    assert office.ask("member", "GET", here).status_code == 403
    assert [own["code"] for own in office.ask("secretary", "GET", "/points/branches").json["branches"]] == [
        "A01"
    ]


def test_a_member_is_found_by_number_where_they_may_be_seen(office):
    here = "/points/members?code=M3"
    assert [own["name"] for own in office.ask("secretary", "GET", here).json["members"]] == ["李3"]
    assert office.ask("secretary2", "GET", here).json == {"members": []}
    assert office.ask("leader", "GET", here).status_code == 403


def test_a_member_is_added_changed_moved_and_let_go(office):
    made = office.ask("admin", "POST", "/points/members", MEMBER | {"code": "M8"})
    assert made.status_code == 201, made.json
    assert "周七" not in made.text
    here = f"/points/members/{made.json['id']}"
    seen = office.ask("admin", "GET", here)
    assert (seen.json["member"]["name"], seen.json["revision"]) == ("周七", 1)
    moved = MEMBER | {"unit": "A01", "revision": 1, "first_day": today().isoformat()}
    stale = office.ask("admin", "PATCH", here, moved, headers={"If-Match": '"other"'})
    assert stale.status_code == 412
    tagged = {"If-Match": seen.headers["ETag"]}
    changed = office.ask("admin", "PATCH", here, moved, headers=tagged)
    assert (changed.status_code, changed.json["revision"]) == (200, 2)
    assert office.ask("admin", "PATCH", here, moved).status_code == 409
    assert office.ask("secretary", "GET", here).json["unit"]["code"] == "A01"
    left = {"first_day": today().isoformat(), "revision": 2}
    assert office.ask("secretary", "POST", f"{here}/leaving", left).status_code == 403
    assert office.ask("admin", "POST", f"{here}/leaving", left).json["state"] == "left"


def test_all_faults_of_a_member_are_told_at_once(office):
    sent = MEMBER | {"code": "13812345678", "name": "周七 110101199003070039", "unit": "A99"}
    answer = office.ask("admin", "POST", "/points/members", sent | {"login": "niemand"})
    assert answer.status_code == 409
    assert len(answer.json["faults"]) == 4
    assert "13812345678" not in answer.text
    assert "110101199003070039" not in answer.text


def test_a_quarter_is_seen_opened_and_closed_when_it_is_over(office, monkeypatch):
    monkeypatch.setattr(quarters, "today", lambda: date(2027, 1, 5))
    here = f"/points/quarters/{quarter_of(date(2026, 12, 1))}"
    told = {own["unit"]["code"]: own for own in office.ask("secretary", "GET", here).json["branches"]}
    assert told.keys() == {"A01"}
    assert (told["A01"]["members"], told["A01"]["may_close"]) == (6, True)
    assert office.ask("secretary", "POST", f"{here}/opening").status_code == 403
    opened = office.ask("admin", "POST", f"{here}/opening").json
    had = 7 if here.endswith(quarter_of(today())) else 0
    assert (opened["given"], opened["had"]) == (7 - had, had)
    assert office.ask("secretary2", "POST", f"{here}/units/A01/closing").status_code == 403
    closed = office.ask("secretary", "POST", f"{here}/units/A01/closing")
    assert closed.json == {"branches": ["A01"]}
    again = office.ask("secretary", "POST", f"{here}/units/A01/closing")
    assert again.status_code == 409
    assert office.ask("admin", "POST", f"{here}/closings").json == {"branches": ["A02"]}


@pytest.mark.parametrize("quarter", ["2026", "2026Q5", "0000Q1", "٢٠٢٦Q1", "2026Q1 "])
def test_what_is_no_quarter_is_refused_in_words(office, quarter):
    told = office.ask("admin", "GET", f"/points/quarters/{quarter}")
    assert told.status_code == 409, told.json
    assert "2026Q4" in told.json["faults"][0]["en"]
    assert office.ask("admin", "POST", f"/points/quarters/{quarter}/opening").status_code == 409


def test_sums_are_those_of_the_workflow_and_name_nobody(office):
    _posted(office)
    told = office.ask("leader", "GET", "/points/sums")
    own = points_of_county(office.store, office.people["leader"])
    assert own.county is not None
    assert told.json["county"]["annual"] == marks_text(own.county.annual)
    assert told.json["county"]["spread"] == [
        {"from": marks_text(step), "members": count} for step, count in own.county.spread
    ]
    small = next(one for one in told.json["branches"] if one["unit"]["code"] == "A02")
    assert small["sums"] is None
    for name in ("党一", "李3", "赵七", "M1"):
        assert name not in told.text
    assert office.ask("evaluator", "GET", "/points/sums").status_code == 403
    assert office.ask("leader", "GET", "/points/sums?year=2000").status_code == 404


def test_an_entry_is_taken_back_by_two(office):
    entry = _posted(office)
    moved = office.ask("secretary", "POST", f"/points/lines/{entry}/reversals", {"reason": "重复计分"})
    assert moved.status_code == 201, moved.json
    number = moved.json["number"]
    (seen,) = office.ask("superior", "GET", "/points/reversals").json["motions"]
    assert (seen["number"], seen["line"]["entry"], seen["may_decide"]) == (number, entry, True)
    assert seen["line"]["member"]["name"] == "党一"
    assert office.ask("secretary2", "GET", "/points/reversals").json["motions"] == []
    here = f"/points/reversals/{number}"
    assert office.ask("secretary", "POST", f"{here}/confirmation").status_code == 403
    assert office.ask("superior2", "POST", f"{here}/confirmation").status_code == 403
    done = office.ask("superior", "POST", f"{here}/confirmation")
    assert len(done.json["entries"]) == 2
    assert office.ask("member", "GET", "/me/points").json["honour"]["balance"] == "60"
    assert office.ask("superior", "POST", f"{here}/refusal", {"reason": "晚了"}).status_code == 409
    line = office.ask("member", "GET", f"/me/points/lines/{entry}").json
    assert line["reversed_by"] in done.json["entries"]


def test_an_objection_is_answered_by_another_than_who_posted(office):
    entry = _posted(office)
    filed = office.ask("member", "POST", f"/me/points/lines/{entry}/objections", {"reason": "分值不对"})
    here = f"/points/objections/{filed.json['number']}"
    (seen,) = office.ask("admin", "GET", "/points/reversals").json["objections"]
    assert (seen["reason"], seen["may_answer"]) == ("分值不对", True)
    assert office.ask("superior", "POST", f"{here}/dismissed", {"reason": "无误"}).status_code == 403
    upheld = office.ask("admin", "POST", f"{here}/upheld", {"reason": "确有误"})
    assert upheld.status_code == 200, upheld.json
    assert office.ask("admin", "POST", f"{here}/dismissed", {"reason": "无误"}).status_code == 409
    refused = office.ask(
        "admin2", "POST", f"/points/reversals/{upheld.json['number']}/refusal", {"reason": "再核"}
    )
    assert refused.status_code == 204
    told = office.ask("member", "GET", f"/me/points/lines/{entry}").json["objections"]
    assert (told[0]["state"], told[0]["answer"]) == ("upheld", "确有误")


def test_rules_are_listed_and_taken_into_use_by_administrators(office):
    (told,) = office.ask("admin", "GET", "/points/rules/adopted").json["rules"]
    assert (told["ref"], told["in_force"]) == ("member-points@2026.1", True)
    assert office.ask("secretary", "GET", "/points/rules/adopted").status_code == 403
    sent = {"ref": "member-points@2026.1", "first_day": "2027-01-02"}
    wrong = office.ask("admin", "POST", "/points/rules", data=sent, content_type=MULTIPART)
    assert wrong.status_code == 409
    assert len(wrong.json["faults"]) == 2
    neither = office.ask(
        "admin", "POST", "/points/rules", data={"first_day": "2027-01-01"}, content_type=MULTIPART
    )
    assert neither.json["faults"][0]["parameter"] == "ref"


def _file(office, address: str, text: str, name: str):
    sent = {"file": (io.BytesIO(text.encode()), name)}
    return office.ask("admin", "POST", address, data=sent, content_type=MULTIPART)


def test_a_file_of_members_is_tried_and_then_taken(office):
    rows = "编号,姓名,支部,类型,起始日期\nM8,周八,A02,在家党员,2026-02-01\n"
    here = "/points/files/members"
    tried = _file(office, f"{here}/trial", rows, "members.csv")
    assert (tried.status_code, tried.json["new"], tried.json["not_in_file"]) == (200, 1, 7)
    assert office.ask("admin", "GET", "/points/members?code=M8").json["members"] == []
    taken = _file(office, here, rows, "members.csv")
    assert (taken.status_code, taken.json["new"]) == (201, 1)
    assert _file(office, here, rows, "members.csv").status_code == 409
    wrong = _file(office, here, rows.replace("A02", "A99").replace("M8", "M9"), "members.csv")
    assert "row 2" in wrong.json["faults"][0]["en"]
    assert "第 2 行" in wrong.json["faults"][0]["zh"]
    sent = {"file": (io.BytesIO(rows.encode()), "members.csv")}
    assert office.ask("secretary", "POST", here, data=sent, content_type=MULTIPART).status_code == 403


def test_a_file_of_points_says_what_caps_cut(office, monkeypatch):
    monkeypatch.setattr(importing, "today", lambda: date(2026, 11, 21))
    rows = "编号,项目,日期,分值,活动,说明,流水号\n" + "M3,参加党课,2026-11-06,,冬训,,\n" * 2
    here = "/points/files/points"
    tried = _file(office, f"{here}/trial", rows, "points.csv").json
    assert (tried["lines"], tried["posted"], tried["earned"]) == (2, 1, "2")
    assert [(own["row"], own["code"], own["posts"]) for own in tried["cut"]] == [(3, "M3", "0")]
    assert tried["cut"][0]["reasons"][0]["zh"]
    taken = _file(office, here, rows, "points.csv")
    assert taken.status_code == 201
    seen = office.ask("secretary", "GET", f"/points/members/{member_of(office, 'M3').id}").json
    assert seen["honour"]["balance"] == "62"


def test_points_that_end_are_announced_and_ended_by_administrators(office, monkeypatch):
    monkeypatch.setattr(expiring, "today", lambda: date(2026, 11, 21))
    assert office.ask("admin", "GET", "/points/expiry").json["years"] == []
    early = office.ask("admin", "POST", "/points/expiry/2026/announcement")
    assert early.status_code == 409
    assert office.ask("admin", "POST", "/points/expiry/2026/ending").status_code == 409
    assert office.ask("admin", "POST", "/points/expiry/0/ending").status_code == 409
    assert office.ask("secretary", "POST", "/points/expiry/2026/ending").status_code == 403


def test_whom_to_talk_with_is_told_to_those_who_see_the_points(office):
    assert office.ask("secretary", "GET", "/points/talks").json == {"talks": []}
    assert office.ask("leader", "GET", "/points/talks").status_code == 403


def test_nobody_reverses_by_a_stale_day(office, monkeypatch):
    """What is reversed counts on the day it is, whatever the program thinks."""
    entry = _posted(office)
    monkeypatch.setattr(reversing, "today", lambda: date(2026, 12, 30))
    moved = office.ask("secretary", "POST", f"/points/lines/{entry}/reversals", {"reason": "重复计分"})
    office.ask("superior", "POST", f"/points/reversals/{moved.json['number']}/confirmation")
    lines = office.ask("member", "GET", "/me/points/lines").json["lines"]
    assert (lines[0]["kind"], lines[0]["day"]) == ("reversal", "2026-12-30")
