"""People, a year's work and members' points in tests: at least one plain row of every table, always the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scoring.canonical import canonical, sha256
from scoring.store import chain
from scoring.store.engine import Connection
from scoring.store.tables import METADATA

AT = datetime(2026, 11, 21, 6, 53, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 18, 53, tzinfo=UTC)
CLERK, DEPUTY = "00000000000000c1", "00000000000000d2"
MEMBER, SHOP = "00000000000000e3", "00000000000000f4"
FILE = sha256(b"evidence")
SALT = "a1" * 16


def named(login: str, name: str, signs_as: str) -> str:
    """Return the digest of names that stands in `person_revision`."""
    return sha256(SALT.encode() + canonical([login, name, signs_as]))


def add(c: Connection, table: str, **values: Any) -> None:
    chain.add(c, METADATA.tables[table], **values)


def people(c: Connection) -> None:
    """Keep two people, the second deputy of the first for a week, with all that is kept of people."""
    for number, (person, login, name) in enumerate([(CLERK, "zhang", "张三"), (DEPUTY, "li", "䶮四")]):
        add(c, "person", id=person, made_at=AT)
        digest = named(login, name, name)
        add(
            c, "person_revision", person=person, revision=1, state="open", unit="A1", named=digest, made_at=AT
        )
        add(c, "person_name", person=person, revision=1, login=login, name=name, signs_as=name, salt=SALT)
        add(c, "person_login", login=login, person=person)
        add(c, "person_signature", signs_as=name, person=person)
        until = None if number else LATER
        add(c, "credential", person=person, number=1, hash="$argon2id$", one_time=0, until=until, made_at=AT)
    grant = {"role": "secretary", "scope_kind": "unit", "scope": "A1", "period": "", "proposed_by": CLERK}
    add(c, "role_grant", number=1, person=DEPUTY, **grant, made_at=AT)
    add(c, "role_grant_move", role_grant=1, number=1, state="confirmed", by=CLERK, made_at=AT)
    days = {"first_day": "2026-11-01", "last_day": "2026-11-07"}
    add(c, "deputy", number=1, principal=CLERK, person=DEPUTY, **days, by=CLERK, made_at=AT)
    add(c, "deputy_end", deputy=1, by=CLERK, made_at=AT)
    add(c, "recusal", person=CLERK, unit="A2", revision=1, ended=0, reason="亲属", by=CLERK, made_at=AT)
    token = sha256(b"token")
    add(c, "access_token", token=token, person=CLERK, name="表格", scope="read", until=LATER, made_at=AT)
    add(c, "access_token_end", token=token, by=CLERK, made_at=AT)
    add(c, "session", token=token, person=CLERK, csrf="c" * 64, until=LATER, made_at=AT)
    add(c, "session_seen", token=token, number=1, on_behalf="", made_at=AT)
    add(c, "session_end", token=token, why="out", made_at=AT)
    tried = {"login": sha256(b"zhang"), "person": CLERK, "address": "127.0.0.1", "outcome": "in"}
    add(c, "sign_in", number=1, **tried, browser="", made_at=AT)
    asked = {"person": CLERK, "operation": "sign", "key": "k", "body": sha256(b"{}"), "status": 201}
    add(c, "answered", **asked, answer=b"{}", made_at=AT)
    told = {"kind": "sent_back", "zh": "已退回", "en": "sent back", "address": "/inbox"}
    add(c, "notice", number=1, person=CLERK, **told, made_at=AT)
    add(c, "notice_seen", notice=1, made_at=AT)


def work(c: Connection, edition: str) -> None:
    """Keep a little of everything people do in the period 2026, whose edition is *edition*."""
    own = {"period": "2026", "unit": "A1"}
    by = {"by": CLERK, "made_at": AT}
    both = {"by": DEPUTY, "on_behalf": CLERK, "made_at": AT}
    add(c, "assignment", **own, stage="county", person=CLERK, revision=1, ended=0, made_at=AT)
    add(c, "draw", number=1, period="2026", stage="county", seed="42", wanted=1, units='["A1"]', **by)
    add(c, "deadline", period="2026", step="self", revision=1, day="2026-11-30", made_at=AT)
    add(c, "working_day", day="2026-10-01", revision=1, working=0, name="国庆节", made_at=AT)
    add(c, "evidence_file", sha256=FILE, kind="jpeg", size=8, taken_at="", made_at=AT)
    add(c, "evidence", number=1, **own, criterion="dues", file=FILE, title="会议记录.jpg", **by)
    add(c, "evidence_end", evidence=1, **by)
    add(c, "evidence_excuse", **own, criterion="dues", revision=1, reason="无", **by)
    sheet = {**own, "stage": "self", "holder": ""}
    add(c, "draft", **sheet, criterion="dues", revision=1, mark="4.5", comment="", **both)
    signed = {"state": "signed", "evaluator": "张三", "comments": '{"dues":"齐"}', "reason": ""}
    add(c, "sheet_move", **sheet, number=1, **signed, **both)
    add(c, "gate_motion", number=1, **own, gate="weak", motion="raise", reason="函", file="", title="", **by)
    add(c, "gate_motion_move", gate_motion=1, state="confirmed", reason="", by=DEPUTY, made_at=AT)
    days = {"first_day": "2026-11-23", "last_day": "2026-11-27"}
    add(c, "posting", edition=edition, **days, made_at=AT)
    said = {"edition": edition, "criterion": "dues", "gate": "", "reason": "已交齐"}
    add(c, "objection", number=1, **own, **said, **both)
    add(c, "objection_file", objection=1, file=FILE, title="收据.jpg")
    answer = {"state": "upheld", "person": "", "mark": "5", "reason": "属实"}
    add(c, "objection_move", objection=1, number=1, **answer, **both)
    asked = {"inputs": sha256(b"inputs"), "supersedes": edition, "reason": "", "excused": "{}"}
    add(c, "proposal", number=1, period="2026", state="final", **asked, **days, **both)
    add(c, "proposal_move", proposal=1, state="confirmed", edition=edition, reason="", **both)


def points(c: Connection) -> None:
    """Keep a member's points: a quarter begun, an award spent at a shop, taken back in part, and made up for later."""
    by = {"by": CLERK, "made_at": AT}
    both = {"by": DEPUTY, "on_behalf": CLERK, "made_at": AT}
    _members(c, by)
    _claims(c, by, both)
    _shops(c, by)
    _transfers(c, both)
    _cases(c, by, both)
    add(c, "quarter_close", quarter="2026Q3", unit="A1", **both)
    figures = {"baseline": 1500, "earned": 0, "lost": 0, "figure": 1500}
    own = {"member": MEMBER, "quarter": "2026Q3", "unit": "A1", "kind": "resident", "rules": RULES}
    add(c, "quarter_result", **own, **figures)
    add(c, "points_expiry", year="2025", step="announced", last_day="2026-12-31", **by)
    add(c, "settlement", merchant=SHOP, month="2026-11", points=300, redemptions=1, **both)


RULES = "points@2026.1"


def _members(c: Connection, by: dict[str, Any]) -> None:
    document = canonical({"id": "points", "version": "2026.1"}).decode()
    digest = sha256(document.encode())
    add(c, "points_rules", ref=RULES, digest=digest, document=document, first_day="2026-01-01", **by)
    add(c, "member", id=MEMBER, made_at=AT)
    digest = sha256(SALT.encode() + canonical(["王五", "A1-01"]))
    own = {"unit": "A1", "kind": "resident", "state": "active", "person": DEPUTY, "named": digest}
    add(c, "member_revision", member=MEMBER, revision=1, **own, first_day="2026-01-01", made_at=AT)
    add(c, "member_name", member=MEMBER, revision=1, name="王五", salt=SALT)
    add(c, "member_code", code="A1-01", member=MEMBER)


def _claims(c: Connection, by: dict[str, Any], both: dict[str, Any]) -> None:
    own = {"member": MEMBER, "unit": "A1", "at_unit": "", "rules": RULES, "item": "meeting"}
    for number, day in ((1, "2026-11-10"), (2, "2026-11-20"), (3, "2026-11-20")):
        said = {"points": 300, "day": day, "event": f"支部会 {number}", "note": ""}
        add(c, "claim", number=number, key=f"k{number}", **own, **said, **both)
    add(c, "claim_file", claim=1, file=FILE, title="签到表.jpg")
    moved = {"state": "posted", "points": 300, "cut": "[]", "reason": ""}
    for number in (1, 2):
        add(c, "claim_move", claim=number, **moved, **by, on_behalf="")


def _shops(c: Connection, by: dict[str, Any]) -> None:
    add(c, "merchant", id=SHOP, made_at=AT)
    add(c, "merchant_revision", merchant=SHOP, revision=1, name="便民超市", place="街口", state="open", **by)
    add(c, "merchant_till", merchant=SHOP, person=DEPUTY, revision=1, ended=0, **by)
    add(c, "offer", number=1, merchant=SHOP, made_at=AT)
    own = {"title": "洗衣液", "terms": "", "points": 300, "stock": 10, "card": "", "state": "open"}
    days = {"first_day": "2026-11-01", "last_day": "2026-12-31"}
    add(c, "offer_revision", offer=1, revision=1, **own, **days, **by)
    code = {"member": MEMBER, "offer": 1, "until": LATER, "made_at": AT}
    add(c, "redemption_code", digest=sha256(b"12345678"), **code)
    add(c, "code_tried", merchant=SHOP, number=1, made_at=AT)


def _transfers(c: Connection, both: dict[str, Any]) -> None:
    """Lay seven transfers; the entries are what they come to."""
    plain = {"member": MEMBER, "unit": "A1", "rules": RULES, "item": "meeting", "event": "", "reason": ""}
    lines: list[tuple[Any, ...]] = [
        (
            "baseline:2026Q4:" + MEMBER,
            "honour",
            "baseline",
            "issuer",
            MEMBER,
            1500,
            0,
            "2026-10-01",
            None,
            None,
        ),
        ("claim:1", "honour", "award", "issuer", MEMBER, 300, 0, "2026-11-10", 1, None),
        ("claim:1", "spendable", "award", "issuer", MEMBER, 300, 0, "2026-11-10", 1, None),
        ("redemption:1", "spendable", "redemption", MEMBER, SHOP, 300, 0, "2026-11-21", None, None),
        ("reversal:3", "spendable", "reversal", MEMBER, "issuer", 0, 300, "2026-11-21", None, 3),
        ("claim:2", "spendable", "award", "issuer", MEMBER, 300, 0, "2026-11-20", 2, None),
        ("repayment:6", "spendable", "repayment", MEMBER, "issuer", 300, 0, "2026-11-21", None, None),
    ]
    names = ("key", "ledger", "kind", "source", "target", "amount", "owed", "day", "claim", "undoes")
    for number, line in enumerate(lines, 1):
        add(c, "transfer", number=number, **dict(zip(names, line, strict=True)), **plain, **both)
    entries = [
        (MEMBER, "honour", 1, 1, 1500, 1500, 0),
        (MEMBER, "honour", 2, 2, 300, 1800, 0),
        (MEMBER, "spendable", 1, 3, 300, 300, 0),
        (MEMBER, "spendable", 2, 4, -300, 0, 0),
        (SHOP, "spendable", 1, 4, 300, 300, 0),
        (MEMBER, "spendable", 3, 5, 0, 0, 300),
        (MEMBER, "spendable", 4, 6, 300, 300, 300),
        (MEMBER, "spendable", 5, 7, -300, 0, 0),
    ]
    names = ("account", "ledger", "seq", "transfer", "amount", "balance", "owed")
    for own in entries:
        add(c, "entry", **dict(zip(names, own, strict=True)))
    code = {"code": sha256(b"12345678"), "offer": 1, "revision": 1}
    add(c, "redemption", transfer=4, **code, merchant=SHOP, month="2026-11")


def _cases(c: Connection, by: dict[str, Any], both: dict[str, Any]) -> None:
    own = {"transfer": 3, "unit": "A1"}
    add(c, "points_objection", number=1, **own, member=MEMBER, reason="没有参加", **by)
    add(c, "points_objection_move", objection=1, state="upheld", reason="属实", **both)
    add(c, "reversal_motion", number=1, **own, reason="记错", objection=1, **both)
    add(c, "reversal_motion_move", motion=1, state="confirmed", reason="", **both)
