"""Who a member is, and what they and others say of their points, shows to those who may see it and to nobody else."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from scoring.canonical import sha256
from scoring.criteria.item import MemberKind
from scoring.ledger import quarter_of
from scoring.people import Role
from scoring.periods import Phase
from scoring.store.ledger import members
from scoring.store.ledger.members import NewMember
from scoring.uploads.kinds import Kind
from scoring.workflow.documents import Document
from scoring.workflow.points import keep_members
from scoring.workflow.points.claiming import NewClaim, claim_points
from scoring.workflow.points.quarters import open_quarter
from scoring.workflow.points.redeeming import ask_code, redeem
from scoring.workflow.points.reversing import move_reversal, object_to_line
from scoring.workflow.points.verifying import Decision, verify_claims
from scoring.working_days import today
from tests import people
from tests.web.matrix.counties import OWN, County, county_in
from tests.web.matrix.table import LINES, Line
from tests.web.words_sought import found_in, words_in, words_of
from tests.workflow.points.shops_at_hand import award
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
    "till.receipt": "receipt",
    "receipt_seen": "receipt",
}
"""Which of what was planted a rule means by its number, by a part of its name; the first that fits."""


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
    award(store, own, 10_000)
    code = ask_code(store, account, county.numbers["offer", ""])
    receipt = redeem(store, who["merchant"], code.digits)
    more = {
        "own": account,
        "other": other,
        "secretary2": people.somebody(store, "shu9", Role.SECRETARY, scope=people.unit("A02"), branch="A02"),
        "superior2": people.somebody(store, "zhen9", Role.SUPERIOR, scope=people.township("青石镇")),
    }
    for name, actor in more.items():
        county.people[name] = actor
        county.browsers[name] = people.browser_of(county.app, actor)
    county.browsers["nobody"] = people.browser_of(county.app, who["nobody"])
    return {
        "member_id": own.id,
        "entry": entry,
        "claim": waiting,
        "motion": motion,
        "objected": objected,
        "receipt": receipt.number,
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
