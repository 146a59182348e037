"""One's own points by a program: what it reads is what the workflows say, and what it claims is claimed once."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pytest

from scoring.numbers import marks_text
from scoring.store.tokens import TokenScope
from scoring.workflow.points.reading import own_points
from scoring.workflow.points.verifying import Decision, verify_claims
from scoring.working_days import today
from tests.web.api.points_working import claim, with_points


@pytest.fixture
def office(tmp_path):
    with with_points(tmp_path) as found:
        yield found


def _posted(office) -> int:
    """Let the member's claim be posted, and return the number of the honour entry."""
    number = claim(office).json["number"]
    (decided,) = verify_claims(office.store, office.people["superior"], [Decision(claim=number, post=True)])
    return decided.transfers[0]


def test_the_balance_is_that_of_the_workflow(office):
    _posted(office)
    told = office.ask("member", "GET", "/me/points").json
    own = own_points(office.store, office.people["member"])
    assert told["honour"] == {"balance": marks_text(own.honour.balance), "owed": "0"}
    assert told["spendable"]["balance"] == "4"
    assert told["year"]["annual"] == marks_text(own.year.annual) == "64"
    assert told["quarter"]["figure"] == "64"
    assert told["member"] == {"id": own.member.id, "code": "M1", "name": "党一"}
    assert {one["item"] for one in told["room"]} == {one.item.id for one in own.room}


def test_what_is_claimed_waits_and_says_with_whom(office):
    answer = claim(office)
    assert answer.status_code == 201, answer.json
    (told,) = office.ask("member", "GET", "/me/points/claims").json["claims"]
    assert told["number"] == answer.json["number"]
    assert (told["state"], told["points"], told["may_withdraw"]) == ("pending", "4", True)
    assert told["with_whom"][0]["role"] in {"secretary", "superior"}
    (file,) = told["files"]
    assert file["title"] == "现场.jpg"
    sent = office.ask("member", "GET", f"/me/points/claims/{told['number']}/files/{file['sha256']}")
    assert sent.status_code == 200
    sent.close()
    assert (
        office.ask("member2", "GET", f"/me/points/claims/{told['number']}/files/{file['sha256']}").status_code
        == 404
    )
    assert office.ask("member2", "GET", "/me/points/claims").json["claims"] == []


def test_every_fault_of_a_claim_is_told_at_once_by_its_parameter(office):
    told = claim(office, day="2999-01-01", note="电话 13812345678", at_unit="A99", file=[])
    assert told.status_code == 409
    assert {one["parameter"] for one in told.json["faults"]} >= {"day", "note", "at_unit"}
    assert "13812345678" not in told.text


def test_a_day_there_is_none_of_and_points_that_are_none_are_refused_by_shape(office):
    told = claim(office, day="2026-02-31", points="1.234")
    assert told.status_code == 422
    assert [one["parameter"] for one in told.json["faults"]] == ["day", "points"]


def test_a_claim_is_taken_back_by_who_made_it_alone(office):
    number = claim(office).json["number"]
    address = f"/points/claims/{number}/withdrawal"
    assert office.ask("member2", "POST", address).status_code == 403
    assert office.ask("member", "POST", address).status_code == 204
    assert office.ask("member", "POST", address).status_code == 409
    assert office.ask("member", "GET", "/me/points/claims").json["claims"][0]["state"] == "withdrawn"


def test_lines_are_read_some_at_a_time_and_one_by_one(office):
    number = _posted(office)
    told = office.ask("member", "GET", "/me/points/lines").json
    assert [one["kind"] for one in told["lines"]] == ["award", "baseline"]
    assert told["older"] is None
    older = office.ask("member", "GET", "/me/points/lines?before=2").json
    assert [one["kind"] for one in older["lines"]] == ["baseline"]
    spendable = office.ask("member", "GET", "/me/points/lines?ledger=spendable").json
    assert [one["amount"] for one in spendable["lines"]] == ["4"]
    line = office.ask("member", "GET", f"/me/points/lines/{number}").json
    assert line["line"]["title"]["zh"] == "讲一次党课"
    assert line["claim"]["event"] == "十一月党课"
    assert line["hindrances"] == []
    assert line["posted_by_name"] == "镇一"
    assert office.ask("member2", "GET", f"/me/points/lines/{number}").status_code == 404


def test_a_line_is_objected_to_once_and_the_objection_taken_back(office):
    number = _posted(office)
    filed = office.ask("member", "POST", f"/me/points/lines/{number}/objections", {"reason": "多记了"})
    assert filed.status_code == 201
    again = office.ask("member", "POST", f"/me/points/lines/{number}/objections", {"reason": "多记了"})
    assert again.status_code == 409
    (told,) = office.ask("member", "GET", f"/me/points/lines/{number}").json["objections"]
    assert (told["number"], told["state"], told["entry"]) == (filed.json["number"], "open", number)
    address = f"/points/objections/{told['number']}/withdrawal"
    assert office.ask("member2", "POST", address).status_code == 403
    assert office.ask("member", "POST", address).status_code == 204
    wrong = office.ask(
        "member", "POST", f"/me/points/lines/{number}/objections", {"reason": "打 13812345678 找我"}
    )
    assert wrong.status_code == 409
    assert "13812345678" not in wrong.text


def test_the_statement_is_a_paper_of_ones_own(office):
    _posted(office)
    year = today().year
    sent = office.ask("member", "GET", f"/me/points/statement?year={year}", headers={"Accept-Language": "zh"})
    assert sent.content_type == "application/pdf"
    with pdfium.PdfDocument(io.BytesIO(sent.data)) as paper:
        words = "".join(page.get_textpage().get_text_bounded() for page in paper)
    assert "讲一次党课" in words
    assert "党一" in words
    assert "党二" not in words
    assert office.ask("member", "GET", "/me/points/statement?year=1999").status_code == 422
    assert office.ask("member", "GET", "/me/points/statement?quarter=5").status_code == 422


def test_what_can_be_claimed_and_the_rules_are_those_in_force(office):
    told = office.ask("member", "GET", "/me/points/claimable").json
    rules = office.ask("nobody", "GET", "/points/rules").json
    assert rules["ref"] == "member-points@2026.1"
    claimed_by = {one["id"]: one["claims"] for one in rules["items"]}
    assert all("member" in claimed_by[one["item"]] for one in told["room"])
    assert {one["item"] for one in told["room"]} < set(claimed_by)


def test_a_token_for_reading_claims_nothing(office):
    office.tokens["member-write"] = office.token("member", TokenScope.READ)
    assert office.ask("member", "GET", "/me/points").status_code == 200
    assert claim(office).status_code == 403


def test_whoever_is_on_no_list_is_told_so(office):
    assert office.ask("nobody", "GET", "/me/points").status_code == 403
    assert office.ask("secretary", "GET", "/me/points").status_code == 403
    assert office.ask("", "GET", "/me/points").status_code == 401
