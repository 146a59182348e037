"""Who a member is and what they say of themselves shows to those who may see it alone; private numbers are kept nowhere."""

from __future__ import annotations

import html
import io
import json
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pypdfium2 as pdfium
import pytest
from sqlalchemy.exc import IntegrityError

from scoring.canonical import sha256
from scoring.criteria.item import MemberKind
from scoring.ledger import quarter_of
from scoring.people import Role
from scoring.periods import Phase
from scoring.store.ledger import claims, members
from scoring.store.ledger.members import NewMember
from scoring.uploads.kinds import Kind
from scoring.workflow.documents import Document
from scoring.workflow.points import keep_members
from scoring.workflow.points.claiming import NewClaim, claim_points
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.reversing import move_reversal, object_to_line
from scoring.workflow.points.verifying import Decision, verify_claims
from scoring.working_days import today
from tests import people
from tests.uploads.bytes_of import pdf, photo
from tests.web.api.points_working import MULTIPART, claim, member_of, with_points, with_shop
from tests.web.api.working import Office
from tests.web.matrix.counties import OWN, County, _browser, county_in
from tests.web.matrix.table import LINES, Line
from tests.workflow.county import counts
from web.charts import statement as paper
from web.serving import _SETTINGS

NAMES = ("慕容隐川", "令狐藏锋")
"""The first has an account; the other stands on the list alone."""

CODES = ("ZD7731", "ZD7732")
SAID = {
    "event": "灯笼巷探望",
    "note": "家中变故已告知",
    "file": "夜灯合照",
    "void": "签名似代笔",
    "objection": "此笔应归腊月",
    "motion": "疑与旧账相重",
}
PLANTED = (*NAMES, *CODES, *SAID.values())
TODAY = today()

MAY_NOT = {
    "other": PLANTED,
    "member": PLANTED,
    "secretary2": PLANTED,
    "superior2": PLANTED,
    "leader": PLANTED,
    "merchant": PLANTED,
    "evaluator": PLANTED,
    "moderator": PLANTED,
    "nobody": PLANTED,
    "visitor": PLANTED,
    "administrator": (SAID["note"], SAID["file"]),
    "auditor": (SAID["note"], SAID["file"]),
}
"""Who may not see which of it. Points are an administrator's and an auditor's to see, claims and their files are not."""


@dataclass
class Planted:
    """A county in which a member's telling words stand wherever one can write them, and where to look for each."""

    county: County
    values: dict[str, Any]

    def ask(self, who: str, line: Line) -> Any:
        """Return the answer to *who* at that rule, about what was planted wherever the rule names something."""
        own = dict(line.values(self.county, OWN)) | self._about(line)
        address = self.county.app.url_map.bind("localhost").build(line.endpoint, own, method=line.method)
        key = {"Idempotency-Key": sha256(f"{who}{address}".encode())} if line.method == "POST" else {}
        return self.county.browsers[who].open(
            address, method=line.method, headers=key, **line.sent(self.county, OWN)
        )

    def _about(self, line: Line) -> dict[str, Any]:
        arguments = {
            name
            for rule in self.county.app.url_map.iter_rules(line.endpoint)
            if line.method in (rule.methods or ())
            for name in rule.arguments
        }
        found = {name: value for name, value in self.values.items() if name in arguments}
        if "number" in arguments:
            kind = next((kind for part, kind in _NUMBERED.items() if part in line.endpoint), None)
            found |= {} if kind is None else {"number": self.values[kind]}
            if kind != "claim":
                found.pop("sha256", None)
        elif "sha256" in arguments:
            found.pop("sha256", None)
        return found


_NUMBERED = {
    "points.line": "entry",
    "points.object_to": "entry",
    "points.withdraw_objection": "entry",
    "points.file": "claim",
    "points.withdraw": "claim",
    "points_work.claim_file": "claim",
    "points_work.confirm": "motion",
    "points_work.refuse": "motion",
    "points_work.uphold": "objected",
    "points_work.dismiss": "objected",
    "points_work.move": "entry",
    "own_line_seen": "entry",
    "line_objection_filed": "entry",
    "reversal_moved": "entry",
    "own_claim_file": "claim",
    "work_api.claim_": "claim",
    "reversal_": "motion",
    "line_objection_": "objected",
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Iterator[Planted]:
    with county_in(tmp_path_factory.mktemp("planted"), Phase.PUBLISHED) as county:
        county.store.keeps = True
        values = _plant(county)
        county.store.keeps = False
        yield Planted(county, values)


def _plant(county: County) -> dict[str, Any]:
    """Put it in by the workflows, and the people who must not see it."""
    store, who = county.store, county.people
    account = people.somebody(
        store, "yinchuan", Role.MEMBER, scope=people.unit(OWN), branch=OWN, name=NAMES[0]
    )
    other = people.somebody(store, "bieren", Role.MEMBER, scope=people.unit(OWN), branch=OWN, name="别人")
    plain = NewMember(
        code=CODES[0], name=NAMES[0], unit=OWN, kind=MemberKind.SERVING, first_day=TODAY - timedelta(days=200)
    )
    new = [
        replace(plain, person=account.id),
        replace(plain, code=CODES[1], name=NAMES[1]),
        replace(plain, code="M2", name="别人", person=other.id),
    ]
    with store.begin() as c:
        own, *_ = members.add(c, new)
    open_quarter(store, None, quarter_of(TODAY))
    waiting = _claimed(store, account, own.id, "waits")
    posted, void = _claimed(store, account, own.id, "posted"), _claimed(store, account, own.id, "void")
    decisions = [
        Decision(claim=posted, post=True),
        Decision(claim=void, post=False, reason=SAID["void"]),
    ]
    done, _ = verify_claims(store, who["superior"], decisions)
    entry = done.transfers[0]
    motion = move_reversal(store, who["secretary"], entry, SAID["motion"])
    objected = object_to_line(store, account, done.transfers[0], SAID["objection"])
    more = {
        "own": account,
        "other": other,
        "secretary2": people.somebody(store, "shu9", Role.SECRETARY, scope=people.unit("A02"), branch="A02"),
        "superior2": people.somebody(store, "zhen9", Role.SUPERIOR, scope=people.township("青石镇")),
    }
    for name, actor in more.items():
        county.people[name] = actor
        county.browsers[name] = _browser(county.app, actor)
    county.browsers["nobody"] = _browser(county.app, who["nobody"])
    return {
        "member_id": own.id,
        "entry": entry,
        "claim": waiting,
        "motion": motion,
        "objected": objected,
        "sha256": FILE_OF["waits"].sha256,
        "quarter": quarter_of(TODAY),
        "item": "lecture_given",
    }


FILE_OF = {
    name: Document(sha256=sha256(name.encode()), kind=Kind.JPEG, size=10, title=f"{SAID['file']}.jpg")
    for name in ("waits", "posted", "void")
}


def _claimed(store: Any, account: Any, member: str, name: str) -> int:
    new = NewClaim(
        key=name,
        member=member,
        item="lecture_given",
        day=TODAY,
        event=f"{SAID['event']} {name}",
        note=SAID["note"],
        files=(FILE_OF[name],),
    )
    return claim_points(store, account, new).number


def words_of(answer: Any) -> str:
    """Return all that can be read in an answer: of a page, of JSON, of every part of an archive, of a paper, of its headers."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    return f"{head}\n{words_in(answer.data)}"


def words_in(content: bytes) -> str:
    """Return what can be read in *content*."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(f"{name}\n{words_in(archive.read(name))}" for name in archive.namelist())
    if content.startswith(b"%PDF"):
        with pdfium.PdfDocument(content) as paper:
            return "\n".join(page.get_textpage().get_text_bounded() for page in paper)
    plain = content.decode("utf-8", "replace")
    told = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), plain)
    return html.unescape(told)


def found_in(words: str, wanted: tuple[str, ...]) -> list[str]:
    """Return which of *wanted* stand in *words*, however they are spaced or written in an address."""
    whole = "".join(unquote(words).split())
    return [one for one in wanted if one in whole]


ABOUT = ("points", "till", "merchants", "redeeming", "expiry", "work_api")
LOOKED = [line for line in LINES if line.method == "GET"]
WRITTEN = [line for line in LINES if line.method != "GET" and line.endpoint.startswith(ABOUT)]
"""What is read, all of it; and what is written about points or by programs, which those who may not are refused."""


def _leaks(planted: Planted, who: str, lines: list[Line]) -> tuple[list[str], int]:
    """Return where *who* sees what they may not, and how many answers told something."""
    leaks, told = [], 0
    for line in lines:
        answer = planted.ask(who, line)
        told += answer.status_code < 400
        leaks += [
            f"{line.method} {line.endpoint} {answer.status_code}: {one}"
            for one in found_in(words_of(answer), MAY_NOT[who])
        ]
        answer.close()
    return leaks, told


@pytest.mark.parametrize("who", MAY_NOT)
def test_nobody_sees_what_is_not_theirs_to_see(planted, who, caplog, capfd):
    """Every page, operation, workbook, bundle, paper and chart, and what is told of wrong input; and the log besides."""
    caplog.set_level(logging.DEBUG)
    leaks, told = _leaks(planted, who, [*LOOKED, *WRITTEN])
    assert not leaks, "\n".join(leaks)
    assert told > 20
    printed = capfd.readouterr()
    assert not found_in(caplog.text + printed.out + printed.err, PLANTED)


def _seen(planted: Planted, who: str) -> set[str]:
    seen: set[str] = set()
    for line in LOOKED:
        answer = planted.ask(who, line)
        seen |= set(found_in(words_of(answer), PLANTED))
        answer.close()
    return seen


def test_whoever_may_see_it_finds_it(planted, caplog, capfd):
    """Negative control: the same look finds everything where it is theirs to see, and the log has none of it even then."""
    caplog.set_level(logging.DEBUG)
    assert _seen(planted, "superior") == set(PLANTED)
    assert _seen(planted, "own") == set(PLANTED) - {NAMES[1], CODES[1], SAID["motion"]}
    assert {*NAMES, *CODES} <= _seen(planted, "administrator")
    assert {*NAMES, *CODES} <= _seen(planted, "auditor")
    printed = capfd.readouterr()
    assert not found_in(caplog.text + printed.out + printed.err, PLANTED)


LEAKING = {
    "points_work.county": f"<p>{NAMES[0]}</p>",
    "work_api.points_sums": f'{{"zh": "{"".join(f"&#{ord(one)};" for one in NAMES[1])}"}}',
    "redeeming.offers": f"<p>{SAID['note'][:3]} {SAID['note'][3:]}</p>",
}


@pytest.mark.parametrize("endpoint", LEAKING)
def test_a_planted_leak_is_found(planted, endpoint):
    """Negative control: one view that tells too much, plainly, in entities, or with a space in it."""
    views = planted.county.app.view_functions
    own = views[endpoint]
    views[endpoint] = lambda **_: LEAKING[endpoint]
    try:
        leaks, _ = _leaks(planted, "leader", [line for line in LOOKED if line.endpoint == endpoint])
    finally:
        views[endpoint] = own
    assert len(leaks) == 1


@pytest.mark.parametrize("kind", ["zip", "pdf", "json"])
def test_a_name_in_a_file_is_found(kind):
    """Negative control: what is packed, drawn or escaped is read all the same."""
    match kind:
        case "zip":
            held = io.BytesIO()
            with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("xl/sharedStrings.xml", f"<t>{NAMES[0]}</t>")
            content = held.getvalue()
        case "pdf":
            line = paper.PaperLine(day="2026-11-10", what=NAMES[0], more="", did="+1", came_to="61")
            heads = ("日期", "事由", "增减", "累计")
            table = paper.PaperTable(title="荣誉分", heads=heads, lines=(line,), empty="没有")
            content = paper.draw(paper.Paper(title="对账单", facts=(), tables=(table,), foot="脚注"))
        case _:
            content = json.dumps({"name": NAMES[0]}).encode()
    assert NAMES[0].encode() not in content
    assert found_in(words_in(content), PLANTED) == [NAMES[0]]


def test_an_exception_names_nobody_in_the_log(planted, monkeypatch, caplog, capfd):
    """What the database itself refuses is logged with its statement, and without what was to be written."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(keep_members.members, "by_codes", lambda *_: {})
    sent = {"code": CODES[1], "name": NAMES[1], "unit": OWN, "kind": "resident"}
    sent |= {"first_day": TODAY.isoformat()}
    told = planted.county.browsers["administrator"].post("/desk/points/members/new", data=sent)
    assert told.status_code == 500
    assert not found_in(words_of(told), PLANTED)
    assert IntegrityError.__name__ in caplog.text
    printed = capfd.readouterr()
    assert not found_in(caplog.text + printed.out + printed.err, PLANTED)


def test_a_name_in_the_log_is_found(planted, caplog):
    """Negative control: a view that notes whom it showed, and one that fails over a name."""
    caplog.set_level(logging.DEBUG)
    planted.county.app.logger.warning("shown: %s", NAMES[0])
    assert found_in(caplog.text, PLANTED) == [NAMES[0]]
    views = planted.county.app.view_functions
    own = views["points.show"]

    def failing() -> str:
        raise RuntimeError(NAMES[1])

    views["points.show"] = failing
    try:
        assert planted.county.browsers["own"].get("/points").status_code == 500
    finally:
        views["points.show"] = own
    assert found_in(caplog.text, PLANTED) == list(NAMES)


def test_the_server_notes_no_request():
    """Addresses may hold what was searched for; gunicorn keeps none of them, and says only what goes wrong."""
    assert _SETTINGS["accesslog"] is None
    assert _SETTINGS["loglevel"] == "warning"


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
