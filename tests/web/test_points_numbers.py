"""Identity and mobile numbers are refused wherever words about points can be written: pages, programs, files."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from scoring.store.ledger import claims
from scoring.workflow.points.reversing import move_reversal, object_to_line
from scoring.workflow.points.verifying import Decision, verify_claims
from scoring.working_days import today
from tests import people
from tests.uploads.bytes_of import pdf, photo
from tests.web.api.points_working import MULTIPART, claim, member_of, with_points, with_shop
from tests.web.api.working import Office
from tests.web.words_sought import found_in
from tests.workflow.county import counts

TODAY = today()
MOBILES = ("13812345678", "138 1234 5678", "１３８１２３４５６７８")
NUMBERS = (*MOBILES, "110101199003070039", "11010119900307003X")


@dataclass(frozen=True)
class Field:
    """Somewhere one can write: who does, what must be there first, and how words are sent."""

    who: str
    send: Callable[[Office, Any, str], Any]
    first: Callable[[Office], Any] = lambda _: None


def _page(office: Office, who: str, address: str, /, **form: Any) -> Any:
    return people.browser_of(office.app, office.people[who]).post(address, data=form)


def _posted(office: Office) -> int:
    number = claim(office).json["number"]
    decided = verify_claims(office.store, office.people["superior"], [Decision(claim=number, post=True)])
    return decided[0].transfers[0]


def _moved(office: Office) -> int:
    return move_reversal(office.store, office.people["secretary"], _posted(office), "重复")


def _objected(office: Office) -> int:
    return object_to_line(office.store, office.people["member"], _posted(office), "不对")


def _claim_number(office: Office) -> int:
    number: int = claim(office).json["number"]
    return number


def _csv(words: str, name: str = "a.csv") -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(words.encode()), name)]


def _pictured(name: str = "现场.jpg") -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(photo()), name)]


def _signed(name: str = "签到表.pdf") -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(pdf()), name)]


DAY = TODAY.isoformat()
CAME = {"unit": "A01", "item": "general_meeting", "day": DAY}
MEMBER = {"name": "周七", "unit": "A01", "kind": "resident", "first_day": DAY}
OFFER = {"title": "大米", "points": "3", "first_day": DAY, "last_day": "2999-12-31"}
MEMBER_HEAD = "编号,姓名,支部,类型,起始日期\n"
POINTS_HEAD = "编号,项目,日期,分值,活动,说明,流水号\n"


def _api_file(address: str, words: Callable[[str], tuple[str, str]]) -> Field:
    def send(office: Office, _first: Any, text: str) -> Any:
        sent = {"file": _csv(*words(text))}
        return office.ask("admin", "POST", address, data=sent, content_type=MULTIPART)

    return Field("admin", send)


def _attended(office: Office, **more: Any) -> Any:
    sent = CAME | {"member": ["M1"], "event": "大会", "file": _signed()} | more
    return office.ask("secretary", "POST", "/points/attendance", data=sent, content_type=MULTIPART)


def _attended_page(office: Office, **more: Any) -> Any:
    member = member_of(office).id
    sent = CAME | {"member": member, "event": "大会", "note": "", "file": _signed(), "form": "f" * 32}
    return _page(office, "secretary", "/desk/points/award", **sent | more)


def _claimed_page(office: Office, **more: Any) -> Any:
    sent = {"key": "k" * 32, "day": DAY, "event": "一课", "note": "", "file": _pictured()}
    return _page(office, "member", "/points/claim/lecture_given", **sent | more)


def _decision(text: str) -> dict[str, Any]:
    return {"decisions": [{"claim": 1, "post": False, "reason": text}]}


MEMBERS_FILE, POINTS_FILE = "/points/files/members", "/points/files/points"
FIELDS: dict[str, Field] = {
    "API claim event": Field("member", lambda office, _, text: claim(office, event=text)),
    "API claim note": Field("member", lambda office, _, text: claim(office, note=text)),
    "API claim file": Field("member", lambda office, _, text: claim(office, file=_pictured(f"{text}.jpg"))),
    "API attendance event": Field("secretary", lambda office, _, text: _attended(office, event=text)),
    "API attendance note": Field("secretary", lambda office, _, text: _attended(office, note=text)),
    "API attendance file": Field(
        "secretary", lambda office, _, text: _attended(office, file=_signed(f"{text}.pdf"))
    ),
    "API decision": Field(
        "superior",
        lambda office, _, text: office.ask("superior", "POST", "/points/claims/decisions", _decision(text)),
        _claim_number,
    ),
    "API objection": Field(
        "member",
        lambda office, entry, text: office.ask(
            "member", "POST", f"/me/points/lines/{entry}/objections", {"reason": text}
        ),
        _posted,
    ),
    "API reversal": Field(
        "secretary",
        lambda office, entry, text: office.ask(
            "secretary", "POST", f"/points/lines/{entry}/reversals", {"reason": text}
        ),
        _posted,
    ),
    "API refusal": Field(
        "superior",
        lambda office, number, text: office.ask(
            "superior", "POST", f"/points/reversals/{number}/refusal", {"reason": text}
        ),
        _moved,
    ),
    "API upheld": Field(
        "admin",
        lambda office, number, text: office.ask(
            "admin", "POST", f"/points/objections/{number}/upheld", {"reason": text}
        ),
        _objected,
    ),
    "API dismissed": Field(
        "admin",
        lambda office, number, text: office.ask(
            "admin", "POST", f"/points/objections/{number}/dismissed", {"reason": text}
        ),
        _objected,
    ),
    "API member name": Field(
        "admin",
        lambda office, _, text: office.ask(
            "admin", "POST", "/points/members", MEMBER | {"code": "M8", "name": text}
        ),
    ),
    "API member number": Field(
        "admin",
        lambda office, _, text: office.ask("admin", "POST", "/points/members", MEMBER | {"code": text}),
    ),
    "API member renamed": Field(
        "admin",
        lambda office, id_, text: office.ask(
            "admin", "PATCH", f"/points/members/{id_}", MEMBER | {"name": text, "revision": 1}
        ),
        lambda office: member_of(office, "M3").id,
    ),
    "API merchant name": Field(
        "admin",
        lambda office, _, text: office.ask("admin", "POST", "/merchants", {"name": text, "place": "街口"}),
    ),
    "API merchant place": Field(
        "admin",
        lambda office, _, text: office.ask("admin", "POST", "/merchants", {"name": "书店", "place": text}),
    ),
    "API offer title": Field(
        "merchant",
        lambda office, shop, text: office.ask(
            "merchant", "POST", f"/merchants/{shop}/offers", OFFER | {"title": text}
        ),
        with_shop,
    ),
    "API offer terms": Field(
        "merchant",
        lambda office, shop, text: office.ask(
            "merchant", "POST", f"/merchants/{shop}/offers", OFFER | {"terms": text}
        ),
        with_shop,
    ),
    "file of members: name": _api_file(
        MEMBERS_FILE, lambda text: (f"{MEMBER_HEAD}M8,{text},A01,在家党员,{DAY}\n", "m.csv")
    ),
    "file of members: number": _api_file(
        MEMBERS_FILE, lambda text: (f"{MEMBER_HEAD}{text},周七,A01,在家党员,{DAY}\n", "m.csv")
    ),
    "file of points: event": _api_file(
        POINTS_FILE, lambda text: (f"{POINTS_HEAD}M3,参加党课,{DAY},,{text},,\n", "p.csv")
    ),
    "file of points: note": _api_file(
        POINTS_FILE, lambda text: (f"{POINTS_HEAD}M3,参加党课,{DAY},,冬训,{text},\n", "p.csv")
    ),
    "file of points: key": _api_file(
        POINTS_FILE, lambda text: (f"{POINTS_HEAD}M3,参加党课,{DAY},,冬训,,{text}\n", "p.csv")
    ),
    "file of points: its name": _api_file(
        POINTS_FILE, lambda text: (f"{POINTS_HEAD}M3,参加党课,{DAY},,冬训,,\n", f"{text}.csv")
    ),
    "page claim event": Field("member", lambda office, _, text: _claimed_page(office, event=text)),
    "page claim note": Field("member", lambda office, _, text: _claimed_page(office, note=text)),
    "page claim file": Field(
        "member", lambda office, _, text: _claimed_page(office, file=_pictured(f"{text}.jpg"))
    ),
    "page objection": Field(
        "member",
        lambda office, entry, text: _page(office, "member", f"/points/lines/{entry}/object", reason=text),
        _posted,
    ),
    "page attendance event": Field("secretary", lambda office, _, text: _attended_page(office, event=text)),
    "page attendance note": Field("secretary", lambda office, _, text: _attended_page(office, note=text)),
    "page attendance file": Field(
        "secretary", lambda office, _, text: _attended_page(office, file=_signed(f"{text}.pdf"))
    ),
    "page decision": Field(
        "superior",
        lambda office, number, text: _page(
            office, "superior", "/desk/points/claims", **{"void": str(number), f"reason:{number}": text}
        ),
        _claim_number,
    ),
    "page reversal": Field(
        "secretary",
        lambda office, entry, text: _page(
            office,
            "secretary",
            f"/desk/points/members/{member_of(office).id}/lines/{entry}/reversal",
            reason=text,
        ),
        _posted,
    ),
    "page refusal": Field(
        "superior",
        lambda office, number, text: _page(
            office, "superior", f"/desk/points/reversals/{number}/refuse", reason=text
        ),
        _moved,
    ),
    "page upheld": Field(
        "admin",
        lambda office, number, text: _page(
            office, "admin", f"/desk/points/objections/{number}/uphold", reason=text
        ),
        _objected,
    ),
    "page dismissed": Field(
        "admin",
        lambda office, number, text: _page(
            office, "admin", f"/desk/points/objections/{number}/dismiss", reason=text
        ),
        _objected,
    ),
    "page member name": Field(
        "admin",
        lambda office, _, text: _page(
            office, "admin", "/desk/points/members/new", **MEMBER | {"code": "M8", "name": text}
        ),
    ),
    "page member number": Field(
        "admin",
        lambda office, _, text: _page(office, "admin", "/desk/points/members/new", **MEMBER | {"code": text}),
    ),
    "page member renamed": Field(
        "admin",
        lambda office, id_, text: _page(
            office, "admin", f"/desk/points/members/{id_}", **MEMBER | {"name": text}
        ),
        lambda office: member_of(office, "M3").id,
    ),
    "page merchant name": Field(
        "admin",
        lambda office, _, text: _page(office, "admin", "/desk/points/merchants", name=text, place="街口"),
    ),
    "page merchant place": Field(
        "admin",
        lambda office, _, text: _page(office, "admin", "/desk/points/merchants", name="书店", place=text),
    ),
    "page offer title": Field(
        "merchant",
        lambda office, _, text: _page(office, "merchant", "/till/offers", **OFFER | {"title": text}),
        with_shop,
    ),
    "page offer terms": Field(
        "merchant",
        lambda office, _, text: _page(office, "merchant", "/till/offers", **OFFER | {"terms": text}),
        with_shop,
    ),
}
"""Every place where words about points can be written, by pages, by programs, in files."""


@pytest.fixture
def office(tmp_path):
    with with_points(tmp_path) as found:
        yield found


def _kept(office: Office) -> dict[str, int]:
    """Return how many rows every table has, but for who is signed in."""
    return {table: rows for table, rows in counts(office.store).items() if table != "session"}


@pytest.mark.parametrize("name", FIELDS)
def test_a_private_number_is_taken_nowhere(office, name, caplog, capfd):
    """Nothing is written and nothing logged, however the number is written; plain words are taken at the same place."""
    own = FIELDS[name]
    first = own.first(office)
    office.token(own.who)
    before = _kept(office)
    caplog.set_level(logging.DEBUG)
    for number in NUMBERS:
        told = own.send(office, first, number)
        assert told.status_code in {409, 422}, (number, told.status_code)
        told.close()
    assert _kept(office) == before
    printed = capfd.readouterr()
    assert not found_in(caplog.text + printed.out + printed.err, NUMBERS)
    told = own.send(office, first, "平常的话")
    assert told.status_code in {200, 201, 204, 303}, told.text
    told.close()
    assert _kept(office) != before


def test_a_place_that_takes_numbers_is_found(office, monkeypatch):
    """Negative control: without the question the very same number is taken."""
    monkeypatch.setattr("scoring.workflow.points.claiming.private_number", lambda _: None)
    assert claim(office, note=NUMBERS[0]).status_code == 201
    with office.store.read() as c:
        (kept,) = claims.of_member(c, member_of(office).id, 5)
    assert kept.note == NUMBERS[0]
