"""Redeeming by programs: a merchant kept, an offer, a code told once, a till that learns no name, and a settled month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scoring.store import answered
from scoring.workflow.points import settling
from scoring.working_days import today
from tests import people
from tests.web.api.points_working import with_points, with_shop

OFFER = {"title": "大米", "points": "2.5", "first_day": "2026-01-01", "last_day": "2999-12-31"}
KEY = "c0ffee00-0000-4000-8000-00000000000a"


@pytest.fixture
def office(tmp_path):
    with with_points(tmp_path) as found:
        found.merchant = with_shop(found)
        yield found


def _code(office, number: int = 1, key: str | None = None):
    return office.ask("member", "POST", f"/offers/{number}/codes", key=key)


def test_from_a_merchant_to_a_settled_month(office, monkeypatch):
    made = office.ask("admin", "POST", "/merchants", {"name": "河边书店", "place": "河边 8 号"})
    assert made.status_code == 201, made.json
    here = f"/merchants/{made.json['id']}"
    people.somebody(
        office.store, "shu9", *(g.role for g in office.people["merchant"].grants), name="书店收银"
    )
    put = office.ask("admin", "POST", f"{here}/tills", {"login": "shu9"})
    assert put.status_code == 201
    assert "书店收银" not in put.text
    office.people["till"] = people.again(office.store, put.json["id"])
    offer = office.ask("till", "POST", f"{here}/offers", OFFER)
    assert (offer.status_code, offer.json["points"]) == (201, "2.5")
    assert office.ask("merchant", "POST", f"{here}/offers", OFFER).status_code == 403
    told = office.ask("member", "GET", "/me/offers").json
    assert (told["balance"], [one["offer"]["title"] for one in told["offers"]]) == ("50", ["大米", "洗衣液"])
    digits = _code(office, offer.json["number"]).json["digits"]
    looked = office.ask("till", "POST", "/till/looks", {"code": digits})
    assert (looked.json["title"], looked.json["initial"], looked.json["receipt"]) == ("大米", "党", None)
    taken = office.ask("till", "POST", "/till/redemptions", {"code": digits})
    assert (taken.status_code, taken.json["points"]) == (201, "2.5")
    again = office.ask("till", "POST", "/till/redemptions", {"code": digits})
    assert again.json == taken.json
    number = taken.json["number"]
    for answer in (
        looked,
        taken,
        office.ask("till", "GET", "/till"),
        office.ask("till", "GET", f"/till/receipts/{number}"),
    ):
        assert "党一" not in answer.text
        assert "M1" not in answer.text
    assert office.ask("merchant", "GET", f"/till/receipts/{number}").status_code == 409
    month = today().isoformat()[:7]
    early = office.ask("admin", "POST", f"{here}/months/{month}/settlement")
    assert early.status_code == 409
    later = date(today().year + 1, today().month, 1)
    monkeypatch.setattr(settling, "today", lambda: later)
    settled = office.ask("admin", "POST", f"{here}/months/{month}/settlement")
    assert (settled.json["points"], settled.json["redemptions"]) == ("2.5", 1)
    seen = office.ask("till", "GET", f"{here}/months/{month}").json
    assert [own["number"] for own in seen["receipts"]] == [number]
    assert office.ask("merchant", "GET", f"{here}/months/{month}").status_code == 403
    (own,) = office.ask("till", "GET", "/settlements").json["months"]
    assert (own["month"], own["may_settle"]) == (month, False)


def test_a_code_is_told_once_and_kept_in_no_answer(office):
    first, again = _code(office, key=KEY), _code(office, key=KEY)
    assert len(first.json["digits"]) == 8
    assert again.json == first.json | {"digits": None}
    assert again.headers["Idempotency-Replayed"] == "true"
    with office.store.read() as c:
        kept = answered.find(c, office.people["member"].id, "POST /api/v1/offers/1/codes?", KEY)
    assert kept is not None
    assert first.json["digits"].encode() not in kept.answer


def test_a_code_of_before_is_good_no_more(office):
    first, second = _code(office).json["digits"], _code(office).json["digits"]
    assert office.ask("merchant", "POST", "/till/looks", {"code": first}).status_code == 409
    assert office.ask("merchant", "POST", "/till/looks", {"code": second}).status_code == 200


def test_codes_that_are_none_close_the_till_in_the_end(office):
    for turn in range(10):
        told = office.ask("merchant", "POST", "/till/looks", {"code": f"0000000{turn}"})
        assert told.status_code == 409
    closed = office.ask("merchant", "POST", "/till/redemptions", {"code": "00000000"})
    assert closed.status_code == 429
    assert closed.content_type == "application/problem+json"
    assert office.ask("merchant", "POST", "/till/looks", {"code": "1234"}).status_code == 422


def test_a_stale_offer_is_not_written_over(office):
    seen = office.ask("merchant", "GET", "/offers/1")
    sent = OFFER | {"revision": seen.json["offer"]["revision"]}
    changed = office.ask("merchant", "PATCH", "/offers/1", sent, headers={"If-Match": seen.headers["ETag"]})
    assert (changed.status_code, changed.json["revision"]) == (200, 2)
    assert office.ask("admin", "PATCH", "/offers/1", sent).status_code == 409
    late = office.ask("admin", "PATCH", "/offers/1", sent, headers={"If-Match": seen.headers["ETag"]})
    assert late.status_code == 412
    assert office.ask("admin", "POST", "/offers/1/ending", {"revision": 2}).json["state"] == "ended"


def test_every_fault_of_an_offer_is_told_at_once(office):
    last = (today() - timedelta(days=1)).isoformat()
    sent = OFFER | {"title": "找 13812345678", "points": "0", "card": "none", "last_day": last}
    told = office.ask("merchant", "POST", f"/merchants/{office.merchant}/offers", sent)
    assert told.status_code == 409
    assert len(told.json["faults"]) == 4
    assert "13812345678" not in told.text


def test_a_stale_merchant_is_not_written_over(office):
    here = f"/merchants/{office.merchant}"
    seen = office.ask("admin", "GET", here)
    (till,) = seen.json["tills"]
    sent = {"name": "便民超市", "place": "桥头", "revision": 1}
    assert office.ask("admin", "PATCH", here, sent, headers={"If-Match": '"x"'}).status_code == 412
    assert (
        office.ask("admin", "PATCH", here, sent, headers={"If-Match": seen.headers["ETag"]}).status_code
        == 200
    )
    assert office.ask("admin", "PATCH", here, sent).status_code == 409
    assert office.ask("admin", "DELETE", f"{here}/tills/{till['id']}").status_code == 204
    assert office.ask("admin", "DELETE", f"{here}/tills/{till['id']}").status_code == 409
    closed = office.ask("admin", "POST", f"{here}/closing", {"revision": 2})
    assert closed.json["state"] == "closed"
    assert _code(office).status_code == 409
    assert office.ask("admin", "GET", "/merchants/none").status_code == 404
