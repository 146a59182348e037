"""The API of people's work: each operation by who may and by who may not, and what becomes of stale changes."""

from __future__ import annotations

import io

import pytest

from scoring.periods import Phase
from scoring.store.tokens import TokenScope
from scoring.workflow.sign_in import today
from tests import people as persons
from tests.uploads.bytes_of import pdf
from tests.web.api.working import PERIOD, working
from web.api.mount import OPERATIONS

SHEET = f"/desk/{PERIOD}/sheets/county/A01"
MARKS = f"/desk/{PERIOD}/marks/county/A01"


@pytest.fixture
def office(tmp_path):
    with working(tmp_path) as found:
        yield found


def _mark(mark, revision=0, criterion="discipline", **more):
    return {"marks": [{"criterion": criterion, "mark": mark, "revision": revision, **more}]}


def test_a_sheet_is_marked_looked_at_and_marked_again(office):
    first = office.ask("evaluator", "GET", SHEET)
    assert first.json["missing"] == [
        "discipline",
        "meetings",
        "late_meetings",
        "income",
        "knowledge",
        "satisfaction",
    ]
    saved = office.ask("evaluator", "PATCH", MARKS, _mark("15", comment="按规定开展"))
    assert saved.json["revisions"] == {"discipline": 1}
    assert saved.headers["ETag"] != first.headers["ETag"]
    again = office.ask("evaluator", "GET", SHEET)
    assert again.headers["ETag"] == saved.headers["ETag"]
    assert [(own["criterion"], own["mark"], own["comment"]) for own in again.json["marks"]] == [
        ("discipline", "15", "按规定开展")
    ]
    assert office.ask("evaluator2", "GET", SHEET).json["marks"] == []


def test_a_mark_that_is_not_allowed_is_told_and_the_rest_is_saved(office):
    sent = {"marks": [*_mark("99")["marks"], *_mark("5", criterion="meetings")["marks"]]}
    told = office.ask("evaluator", "PATCH", MARKS, sent)
    assert told.status_code == 200
    assert told.json["faults"].keys() == {"discipline"}
    assert told.json["faults"]["discipline"]["zh"]
    assert told.json["marks"] == {"meetings": "5"}


def test_a_stale_mark_is_told_with_both_values_and_the_rest_is_saved(office):
    """Two secretaries' sheet is one: the second hears who wrote what."""
    sheet = f"/desk/{PERIOD}/marks/superior/A01"
    office.people["superior3"] = persons.somebody(
        office.store,
        "zhen3",
        *(grant.role for grant in office.people["superior"].grants),
        scope=office.people["superior"].grants[0].scope,
        name="镇三",
    )
    assert office.ask("superior", "PATCH", sheet, _mark("15")).status_code == 200
    stale = office.ask(
        "superior3",
        "PATCH",
        sheet,
        {"marks": [*_mark("17")["marks"], *_mark("5", criterion="meetings")["marks"]]},
    )
    assert stale.status_code == 409
    assert stale.content_type == "application/problem+json"
    (conflict,) = stale.json["conflicts"]
    assert (conflict["yours"], conflict["theirs"], conflict["by"], conflict["revision"]) == (
        "17",
        "15",
        "镇一",
        1,
    )
    read = office.ask("superior", "GET", f"/desk/{PERIOD}/sheets/superior/A01").json
    assert {own["criterion"]: own["mark"] for own in read["marks"]} == {"discipline": "15", "meetings": "5"}


def test_a_sheet_that_has_changed_is_not_written_where_the_sender_says_so(office):
    etag = office.ask("evaluator", "GET", SHEET).headers["ETag"]
    assert office.ask("evaluator", "PATCH", MARKS, _mark("15"), headers={"If-Match": etag}).status_code == 200
    stale = office.ask(
        "evaluator", "PATCH", MARKS, _mark("5", criterion="meetings"), headers={"If-Match": etag}
    )
    assert stale.status_code == 412
    assert stale.json["faults"][0]["zh"]
    assert "meetings" not in {own["criterion"] for own in office.ask("evaluator", "GET", SHEET).json["marks"]}
    for address in (f"/desk/{PERIOD}/signatures/county/A01", f"/desk/{PERIOD}/accepted/county/A01"):
        sent = {"criteria": ["discipline"]} if "accepted" in address else None
        assert office.ask("evaluator", "POST", address, sent, headers={"If-Match": etag}).status_code == 412
    assert (
        office.ask(
            "evaluator", "PATCH", MARKS, _mark("5", criterion="meetings"), headers={"If-Match": "*"}
        ).status_code
        == 200
    )


def test_a_branch_hands_in_and_signs_and_gets_it_back(office, tmp_path):
    """The year's first steps, by programs."""
    evidence = f"/desk/{PERIOD}/units/A01/evidence"
    sent = {"criterion": ["discipline", "meetings"], "file": (io.BytesIO(pdf()), "会议记录.pdf")}
    handed = office.ask("secretary", "POST", evidence, data=sent, content_type="multipart/form-data")
    assert handed.status_code == 201
    number, sha256 = handed.json["numbers"][0], handed.json["sha256"]
    told = office.ask("superior", "GET", evidence).json
    assert [(own["criterion"], own["title"], own["by_name"]) for own in told["handed_in"]] == [
        ("discipline", "会议记录.pdf", "书一"),
        ("meetings", "会议记录.pdf", "书一"),
    ]
    file = office.ask("evaluator", "GET", f"{evidence}/{number}/file")
    assert file.data == pdf()
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Cache-Control"] == "no-store"
    file.close()
    assert office.ask("secretary", "GET", f"{evidence}/here?sha256={sha256}").json == {"here": [sha256]}
    used = office.ask("secretary", "POST", f"{evidence}/uses", {"sha256": sha256, "criteria": ["knowledge"]})
    assert used.status_code == 201
    excuse = f"{evidence}/excuses/income"
    assert (
        office.ask("secretary", "PUT", excuse, {"reason": "账目在镇里", "revision": 0}).json["revision"] == 1
    )
    stale = office.ask("secretary", "PUT", excuse, {"reason": "另一说", "revision": 0})
    assert stale.status_code == 409
    assert (stale.json["conflicts"][0]["theirs"], stale.json["conflicts"][0]["by"]) == ("账目在镇里", "书一")
    assert office.ask("secretary", "DELETE", f"{evidence}/{used.json['numbers'][0]}").status_code == 204
    assert office.ask("secretary2", "GET", evidence).status_code == 403
    assert office.ask("secretary2", "GET", f"{evidence}/{number}/file").status_code == 403
    assert (
        office.ask("secretary2", "GET", f"/desk/{PERIOD}/units/A02/evidence/{number}/file").status_code == 404
    )


def test_signing_names_all_that_is_wanting_and_a_return_says_why(office):
    refused = office.ask("evaluator", "POST", f"/desk/{PERIOD}/signatures/county/A01")
    assert refused.status_code == 409
    assert len(refused.json["faults"]) == 2
    back = f"/desk/{PERIOD}/returns/self/A01"
    assert office.ask("superior2", "POST", back, {"reason": "材料不全"}).status_code == 403
    assert office.ask("superior", "POST", back, {"reason": "材料不全"}).status_code == 204
    sheet = office.ask("secretary", "GET", f"/desk/{PERIOD}/sheets/self/A01").json
    assert (sheet["state"], sheet["sent_back"]["reason"]) == ("sent_back", "材料不全")
    assert "材料不全" in office.ask("secretary", "GET", "/me/inbox").json["notices"][0]["sentence"]["zh"]


def test_a_block_says_of_every_cell_what_became_of_it(office):
    cells = [
        {"unit": unit, "criterion": "discipline", "mark": mark, "revision": 0}
        for unit, mark in (("A01", "15"), ("A04", "99"), ("A02", "15"))
    ]
    told = office.ask("evaluator", "POST", f"/desk/{PERIOD}/grids/county/cells", {"cells": cells}).json
    by_unit = {own["unit"]: own for own in told["cells"]}
    assert (by_unit["A01"]["revision"], by_unit["A01"]["fault"]) == (1, None)
    assert by_unit["A04"]["fault"]["zh"]
    assert by_unit["A02"]["fault"]["zh"]
    grid = office.ask("evaluator", "GET", f"/desk/{PERIOD}/grids/county").json
    assert [own["unit"]["code"] for own in grid["rows"]] == ["A01", "A04", "A07"]


def test_a_worksheet_goes_out_and_comes_back(office):
    here = f"/desk/{PERIOD}/worksheets/county"
    book = office.ask("evaluator", "GET", here)
    assert book.status_code == 200
    for address, taken in ((f"{here}/trial", False), (here, True)):
        sent = {"file": (io.BytesIO(book.data), "评分表.xlsx")}
        back = office.ask("evaluator", "POST", address, data=sent, content_type="multipart/form-data")
        assert (back.status_code, back.json["taken"], back.json["changes"]) == (200, taken, [])
    other = office.ask(
        "evaluator2",
        "POST",
        here,
        data={"file": (io.BytesIO(book.data), "x.xlsx")},
        content_type="multipart/form-data",
    )
    assert other.status_code == 409


def test_units_are_given_drawn_and_due(office):
    person = office.people["evaluator"].id
    wanted = {"stage": "county", "units": {"A10": [person]}}
    assert office.ask("admin", "POST", f"/desk/{PERIOD}/assignments", wanted).json == {"count": 1}
    assert office.ask("admin", "POST", f"/desk/{PERIOD}/assignments/ended", wanted).json == {"count": 1}
    assert office.ask("leader", "POST", f"/desk/{PERIOD}/assignments", wanted).status_code == 403
    checks = office.ask(
        "admin",
        "POST",
        f"/desk/{PERIOD}/draws",
        {"stage": "county", "wanted": 2, "persons": [person], "seed": "2026"},
    )
    assert checks.status_code == 201
    assert len(checks.json["draw"]["units"]) == 2
    assert (
        office.ask("admin", "PUT", f"/desk/{PERIOD}/deadlines/county", {"day": "2026-12-31"}).status_code
        == 200
    )
    progress = office.ask("superior", "GET", f"/desk/{PERIOD}/progress").json
    assert progress["deadlines"] == {"county": "2026-12-31"}
    assert office.ask("admin", "POST", f"/desk/{PERIOD}/reminders", {}).status_code == 201
    assert office.ask("admin", "POST", f"/desk/{PERIOD}/reminders", {}).status_code == 409


def test_a_gate_takes_two_and_a_document(office):
    here = f"/desk/{PERIOD}/gates"
    fields = {"unit": "A01", "gate": "banned", "motion": "raise", "reason": "违纪"}
    bare = office.ask("admin", "POST", here, data=dict(fields), content_type="multipart/form-data")
    assert bare.status_code == 409
    sent = fields | {"file": (io.BytesIO(pdf()), "决定.pdf")}
    moved = office.ask("admin", "POST", here, data=sent, content_type="multipart/form-data")
    number = moved.json["number"]
    assert office.ask("admin", "POST", f"/gates/{number}/confirmation").status_code == 403
    document = office.ask("admin", "GET", f"/gates/{number}/file")
    assert document.data == pdf()
    document.close()
    assert office.ask("leader", "POST", f"/gates/{number}/confirmation").status_code == 204
    told = office.ask("secretary", "GET", here).json
    assert [(own["gate"], own["unit"]["code"]) for own in told["in_force"] if own["motion"]] == [
        ("banned", "A01")
    ]
    assert [own["unit"]["code"] for own in office.ask("secretary2", "GET", here).json["in_force"]] == []


def test_a_role_takes_two_administrators_and_neither_is_the_person(office):
    person = office.people["nobody"].id
    proposed = office.ask("admin", "POST", f"/people/{person}/grants", {"role": "moderator"})
    number = proposed.json["number"]
    assert office.ask("admin", "POST", "/grants/confirmations", {"numbers": [number]}).status_code == 403
    waiting = office.ask("admin2", "GET", "/grants").json["waiting"]
    assert [(own["grant"]["number"], own["own"]) for own in waiting] == [(number, False)]
    assert office.ask("admin2", "POST", "/grants/confirmations", {"numbers": [number]}).json == {"count": 1}
    assert [own["role"] for own in office.ask("nobody", "GET", "/me").json["roles"]] == ["moderator"]
    assert office.ask("admin", "DELETE", f"/grants/{number}").status_code == 204
    assert office.ask("nobody", "GET", "/me").json["roles"] == []
    own = office.people["admin"].id
    assert office.ask("admin", "POST", f"/people/{own}/grants", {"role": "administrator"}).status_code == 403


def test_an_account_is_made_and_its_password_told_once(office):
    sent = {"login": "xinren", "name": "新人"}
    made = office.ask("admin", "POST", "/people", sent, key="a-key-of-its-own")
    assert made.status_code == 201
    assert made.json["password"]
    again = office.ask("admin", "POST", "/people", sent, key="a-key-of-its-own")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json["password"] is None
    assert again.json["person"] == made.json["person"]
    person = made.json["person"]["id"]
    read = {"If-Match": office.ask("admin", "GET", f"/people/{person}").headers["ETag"]}
    revised = office.ask("admin", "PATCH", f"/people/{person}", {"name": "改名", "unit": "A03"}, headers=read)
    assert revised.json["unit"] == "A03"
    assert revised.headers["ETag"] == office.ask("admin", "GET", f"/people/{person}").headers["ETag"]
    sent = {"name": "别名", "unit": ""}
    assert office.ask("admin2", "PATCH", f"/people/{person}", sent, headers=read).status_code == 412
    own = office.people["admin"].id
    assert office.ask("admin", "PATCH", f"/people/{own}", {"name": "管一", "unit": "A01"}).status_code == 403
    assert office.ask("admin", "PUT", f"/people/{person}/recusals/A05", {"reason": "亲属"}).status_code == 204
    seen = office.ask("auditor", "GET", f"/people/{person}").json
    assert [(own["unit"], own["by_name"]) for own in seen["recusals"]] == [("A05", "管一")]
    assert (
        office.ask("admin", "POST", f"/people/{person}/ended-recusals/A05", {"reason": "误登"}).status_code
        == 204
    )
    for move in ("closing", "opening"):
        assert office.ask("admin", "POST", f"/people/{person}/{move}").status_code == 204
    assert office.ask("leader", "GET", "/people").status_code == 403


def test_a_program_without_a_good_token_is_told_how(office):
    """RFC 6750: 401 names the scheme, and of a token that is not good the error."""
    none = office.client.get("/api/v1/me")
    assert (none.status_code, none.headers["WWW-Authenticate"]) == (401, 'Bearer realm="stars"')
    wrong = office.client.get("/api/v1/me", headers={"Authorization": "Bearer stars_nonsense"})
    assert (wrong.status_code, wrong.headers["WWW-Authenticate"]) == (
        401,
        'Bearer realm="stars", error="invalid_token"',
    )
    reading = {"Authorization": f"Bearer {office.token('evaluator', TokenScope.READ)}"}
    assert office.client.get("/api/v1/me", headers=reading).status_code == 200
    refused = office.client.patch(f"/api/v1{MARKS}", json=_mark("15"), headers=reading)
    assert refused.status_code == 403
    assert "只能读取" in refused.json["faults"][0]["zh"]


def test_a_token_ended_is_good_no_more_and_none_makes_another(office):
    sent = {"name": "再来一个", "scope": "write", "days": 3}
    assert office.ask("evaluator", "POST", "/me/tokens", sent).status_code == 405
    (own,) = office.ask("evaluator", "GET", "/me/tokens").json["tokens"]
    assert office.ask("evaluator", "DELETE", f"/me/tokens/{own['key']}").status_code == 204
    assert office.ask("evaluator", "GET", "/me").status_code == 401


def test_a_browser_writes_with_its_session_and_the_token_of_its_pages(office):
    browser = persons.browser_of(office.app, office.people["evaluator"])
    assert browser.patch(f"/api/v1{MARKS}", json=_mark("15")).status_code == 200
    browser.csrf = ""
    refused = browser.patch(f"/api/v1{MARKS}", json=_mark("16", 1))
    assert refused.status_code == 403
    assert refused.content_type == "application/problem+json"
    browser.csrf = "of another session"
    assert browser.patch(f"/api/v1{MARKS}", json=_mark("16", 1)).status_code == 403


@pytest.mark.parametrize(
    "address", [f"/desk/{PERIOD}/queue", SHEET, "/me", "/people", f"/desk/{PERIOD}/progress"]
)
def test_nothing_that_takes_a_token_is_kept_by_anybody(office, address):
    for who in ("evaluator", "admin", ""):
        assert office.ask(who, "GET", address).headers["Cache-Control"] == "no-store"


def test_provisional_figures_seen_by_right_are_kept_by_nobody(tmp_path):
    """A cache between must not hand them to who has no right to them."""
    with working(tmp_path, marked=True) as office:
        address = f"/provisional/{PERIOD}/ranking"
        seen = office.ask("leader", "GET", address)
        assert (seen.status_code, seen.headers["Cache-Control"]) == (200, "no-store")
        again = office.ask("leader", "GET", address, headers={"If-None-Match": seen.headers["ETag"]})
        assert (again.status_code, again.headers["Cache-Control"]) == (304, "no-store")
        assert office.ask("secretary", "GET", address).status_code == 404
        assert office.ask("", "GET", address).status_code == 404
        wrong = office.client.get(f"/api/v1{address}", headers={"Authorization": "Bearer stars_nonsense"})
        assert wrong.status_code == 401


def test_what_is_malformed_is_named_field_by_field_in_both_languages(office):
    told = office.ask("evaluator", "PATCH", MARKS, {"marks": [{"criterion": 3, "mark": "5"}], "extra": 1})
    assert told.status_code == 422
    assert [own["parameter"] for own in told.json["faults"]] == [
        "marks.0.criterion",
        "marks.0.revision",
        "extra",
    ]
    assert all(own["zh"] and own["en"] for own in told.json["faults"])
    assert (
        office.ask("evaluator", "PATCH", MARKS, data=b"{", content_type="application/json").status_code == 400
    )
    assert office.ask("evaluator", "PATCH", MARKS, data=b"a=b", content_type="text/plain").status_code == 415
    assert (
        office.ask(
            "evaluator", "PATCH", MARKS, data=b'{"marks": ["\xff"]}', content_type="application/json"
        ).status_code
        == 400
    )
    assert office.ask("evaluator", "GET", f"{SHEET}?x=1").status_code == 422
    assert office.ask("evaluator", "PATCH", MARKS, _mark("5\x00")).status_code == 422


def test_a_name_no_database_can_hold_is_not_there(office):
    assert office.ask("evaluator", "GET", "/desk/2026/sheets/county/A%0001").status_code == 404
    assert office.ask("evaluator", "GET", "/gates/99999999999999999999/file").status_code == 404


def test_everybody_sees_where_the_chain_stands_and_auditors_its_links(office):
    head = office.client.get("/api/v1/chain/head").json
    assert head["number"] > 0
    links = office.ask("auditor", "GET", "/chain/links?page_size=2").json
    assert (links["total"], links["links"][0]["hash"]) == (head["number"] + 1, links["links"][0]["hash"])
    assert [own["number"] for own in links["links"]] == [head["number"] + 1, head["number"]]
    assert office.ask("admin", "GET", "/chain/links").status_code == 403


def test_a_deputy_is_named_for_days(office):
    sent = {"login": "ouyang", "first_day": today(), "last_day": today()}
    number = office.ask("evaluator", "POST", "/me/deputies", sent).json["number"]
    assert office.ask("evaluator2", "GET", "/me/deputies").json["principals"][0]["principal_name"] == "王评"
    assert office.ask("secretary", "DELETE", f"/deputies/{number}").status_code == 403
    assert office.ask("evaluator2", "DELETE", f"/deputies/{number}").status_code == 204


def test_the_calendar_is_kept_by_the_office(office):
    day = {"day": "2027-02-06", "working": True, "name": "补班"}
    assert office.ask("admin", "PATCH", "/calendar", {"days": [day]}).json == {"count": 1}
    assert day in office.ask("leader", "GET", "/calendar/2027").json["days"]
    assert office.ask("leader", "PATCH", "/calendar", {"days": [day]}).status_code == 403
    assert (
        office.ask("admin", "PATCH", "/calendar", {"days": [day | {"day": "2027-02-30"}]}).status_code == 422
    )


def test_a_period_is_opened_filled_and_moved_on(office):
    opened = office.ask(
        "admin", "POST", "/desk", {"id": "2027", "refs": ["village@1", "office@1"], "like": PERIOD}
    )
    assert opened.json == {"id": "2027", "phase": "preparing", "refs": ["office@1", "village@1"]}
    assert office.ask("admin", "POST", "/desk/2027/phase").json["phase"] == "collecting"
    units = (
        "unit,name,domain,township,department,gates,predecessors\nB01,新村党支部,rural,青石镇,,,\n".encode()
    )
    late = office.ask(
        "admin",
        "POST",
        "/desk/2027/units",
        data={"file": (io.BytesIO(units), "u.csv")},
        content_type="multipart/form-data",
    )
    assert late.status_code == 409
    office.ask("admin", "POST", "/desk", {"id": "2028", "refs": ["village@1"]})
    for address, status in (("/desk/2028/units/trial", 200), ("/desk/2028/units", 201)):
        sent = {"file": (io.BytesIO(units), "u.csv")}
        taken = office.ask("admin", "POST", address, data=sent, content_type="multipart/form-data")
        assert (taken.status_code, taken.json["new"]) == (status, 1)
    assert office.ask("leader", "POST", "/desk", {"id": "2029", "refs": ["village@1"]}).status_code == 403


def test_every_module_of_operations_is_mounted():
    """One that is not imported has no operations."""
    assert len(OPERATIONS) == 22


@pytest.mark.parametrize("phase", [Phase.COLLECTING, Phase.MARKING])
def test_a_branch_marks_itself_while_that_is_open(tmp_path, phase):
    with working(tmp_path, phase) as office:
        told = office.ask("secretary", "PATCH", f"/desk/{PERIOD}/marks/self/A01", _mark("15"))
        assert told.status_code == (200 if phase is Phase.COLLECTING else 403)
