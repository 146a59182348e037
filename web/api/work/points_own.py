"""One's own points: the balance, lines and objections to them, a statement, what can be claimed, and one's claims."""

from dataclasses import replace
from typing import Any

from flask import Response

from scoring.criteria.item import Ledger
from scoring.permissions import Action, Setting, permit
from scoring.workflow.points.claiming import NewClaim, claim_points, withdraw_claim
from scoring.workflow.points.reading import (
    OwnLine,
    Waiting,
    own_line,
    own_points,
    own_statement,
    own_stretch,
)
from scoring.workflow.points.reading_own_claims import claimable, file_of_claim, own_claims, read_rules
from scoring.workflow.points.reversing import object_to_line, withdraw_line_objection
from scoring.working_days import today
from web.access import MEBIBYTE
from web.api.shapes.work import points as told
from web.api.shapes.work.common import Number, faults_told
from web.api.work import asked_points as asked
from web.api.work.asked_marking import Reason
from web.api.work.frame import Call, work
from web.api.work.points_telling import claim_told, item_told, line_told, room_told, year_told
from web.api.work.request import own_key
from web.api.work.telling import fields_told
from web.api.work.uploaded import documents_in
from web.downloads import handed_out, sent
from web.filing import files
from web.points_papers import days_of, paper_of
from web.viewing import contents

_OF = "points"
_LARGEST = 64 * MEBIBYTE


@work.looks("/me/points", told.OwnPoints, of=_OF)
def own_balance(call: Call) -> Any:
    """Read one's own points today: both balances, the year so far, what caps have left, and what waits.

    查看本人积分：余额、年度积分、上限余量和待审核的申报。
    """
    own = own_points(call.store, call.actor)
    return fields_told(
        own,
        kind=own.member.kind,
        quarter=None if own.quarter is None else fields_told(own.quarter, figure=own.quarter.figure),
        year=year_told(own.year),
        room=[room_told(one) for one in own.room],
        waiting=[claim_told(one.claim, one.item) for one in own.waiting],
    )


@work.looks("/me/points/lines", told.OwnLines, of=_OF, asks=asked.LinesAsked)
def own_lines(call: Call) -> Any:
    """Read lines of one's own statement, the newest first, some at a time.

    查看本人积分明细。
    """
    found = own_statement(call.store, call.actor, Ledger(call.sent["ledger"]), call.sent["before"])
    lines = [line_told(line, found.items.get((line.rules, line.item))) for line in found.lines]
    return fields_told(found, now=found.balance, lines=lines)


@work.looks("/me/points/lines/<int(max=999999999):number>", told.OwnLine, of=_OF)
def own_line_seen(call: Call, number: int) -> Any:
    """Read one line of one's own statement, by the number of its entry.

    查看一笔积分的依据。
    """
    return _line(own_line(call.store, call.actor, number))


@work.does(
    "POST",
    "/me/points/lines/<int(max=999999999):number>/objections",
    Number,
    of=_OF,
    takes=Reason,
    adds=True,
)
def line_objection_filed(call: Call, number: int) -> Any:
    """Object to a line of one's own statement.

    对一笔积分提出异议。
    """
    return {"number": object_to_line(call.store, call.actor, number, call.sent["reason"])}


@work.does("POST", "/points/objections/<int(max=999999999):number>/withdrawal", of=_OF)
def line_objection_withdrawn(call: Call, number: int) -> None:
    """Take back one's own objection to a line.

    撤回对积分的异议。
    """
    withdraw_line_objection(call.store, call.actor, number)


@work.looks("/me/points/statement", None, of=_OF, asks=asked.StatementAsked)
def own_statement_paper(call: Call) -> Response:
    """Take one's own statement of a year or a quarter as PDF, in the language that is asked for.

    下载本人积分对账单（PDF）。
    """
    year, quarter = call.sent["year"] or today().year, call.sent["quarter"] or ""
    found = own_stretch(call.store, call.actor, *days_of(year, quarter))
    own = paper_of(found, contents().county_name, year, quarter)
    return sent(own.drawn, "application/pdf", own.name, plain=own.plain)


@work.looks("/me/points/claimable", told.Claimable, of=_OF)
def own_claimable(call: Call) -> Any:
    """List what one may claim, each with what its caps have left.

    列出可以申报的项目及余量。
    """
    found = claimable(call.store, call.actor)
    return fields_told(found, room=[room_told(one) for one in found.room])


@work.looks("/me/points/claims", told.OwnClaims, of=_OF)
def own_claims_seen(call: Call) -> Any:
    """List one's own claims and what became of them.

    列出本人的积分申报。
    """
    return {
        "claims": [
            _waiting(one.told) | {"may_withdraw": one.may_withdraw}
            for one in own_claims(call.store, call.actor)
        ]
    }


@work.does(
    "POST",
    "/me/points/claims",
    Number,
    of=_OF,
    takes=asked.ClaimSent,
    adds=True,
    largest=_LARGEST,
)
def points_claimed(call: Call) -> Any:
    """Claim points for oneself, with files that prove it.

    为本人申报积分，可附材料。
    """
    member = claimable(call.store, call.actor).member
    values = {name: value for name, value in call.sent.items() if name != "file"}
    new = NewClaim(key=own_key(call.actor), member=member.id, **values)
    new = replace(new, files=documents_in(call.sent["file"]))
    return {"number": claim_points(call.store, call.actor, new).number}


@work.does("POST", "/points/claims/<int(max=999999999):number>/withdrawal", of=_OF)
def claim_withdrawn(call: Call, number: int) -> None:
    """Take back a claim that waits; who claimed it may.

    撤回尚未审核的申报。
    """
    permit(call.actor, Action.CLAIM_POINTS, Setting())
    withdraw_claim(call.store, call.actor, number)


@work.looks("/me/points/claims/<int(max=999999999):number>/files/<sha256>", None, of=_OF)
def own_claim_file(call: Call, number: int, sha256: str) -> Response:
    """Download a file of one's own claim.

    下载本人申报所附材料。
    """
    title, kind = file_of_claim(call.store, call.actor, number, sha256)
    return handed_out(files().path(sha256), kind.media_type, title, plain=f"document.{kind.extensions[0]}")


@work.looks("/points/rules", told.PointsRules, of=_OF)
def points_rules(call: Call) -> Any:
    """Read the rules of points in force: items, caps, stars and cards.

    查看现行积分规则。
    """
    found = read_rules(call.store)
    own = found.rules
    return fields_told(
        found,
        ref=own.ref,
        title=own.title,
        items=[item_told(one) for one in own.items],
        bands=own.bands,
        cards=() if own.cards is None else own.cards.levels,
    )


def _waiting(own: Waiting) -> dict[str, Any]:
    whom = [{"role": role, "unit": unit} for role, unit in own.with_whom]
    return claim_told(own.claim, own.item, with_whom=whom)


def _line(found: OwnLine) -> dict[str, Any]:
    item = found.item
    return {
        "ledger": found.ledger,
        "line": line_told(found.line, item),
        "claim": None if found.claim is None or item is None else claim_told(found.claim, item),
        "together": [one.number for one in found.together],
        "reversed_by": None if found.reversed_by is None else found.reversed_by.number,
        "posted_by_name": found.names.get(found.line.by, ""),
        "objections": [fields_told(one, entry=one.transfer) for one in found.objections],
        "hindrances": faults_told(found.hindrances),
    }
