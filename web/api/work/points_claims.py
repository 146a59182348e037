"""Claims as whoever verifies them: what waits, decided one by one or many at once; and attendance, claimed for who came."""

from typing import Any

from flask import Response

from scoring.errors import Fault, Place
from scoring.people import Role
from scoring.permissions import Action, Setting, permit
from scoring.store.ledger.members import Member
from scoring.texts import Text
from scoring.workflow.points.awarding import Awarding, awarding
from scoring.workflow.points.claiming import ClaimRefused, NewClaim, claim_for_many
from scoring.workflow.points.in_role import in_role
from scoring.workflow.points.reading_claims import ClaimSeen, document_of_claim, see_claims
from scoring.workflow.points.verifying import Decision, verify_claims
from web.access import MEBIBYTE
from web.api.shapes.work import points as told
from web.api.work import asked_points as asked
from web.api.work.frame import Call, work
from web.api.work.points_telling import claim_told, item_told
from web.api.work.request import own_key
from web.api.work.uploaded import documents_in
from web.downloads import handed_out
from web.filing import files

_OF = "points"
_LARGEST = 64 * MEBIBYTE


@work.looks("/points/claims", told.ClaimQueue, of=_OF, asks=asked.PageAsked)
def claims_waiting(call: Call) -> Any:
    """List the claims that are one's to decide, a page at a time, and those decided last.

    列出待审核的申报和近期已办结的。
    """
    found = see_claims(call.store, call.actor)
    size = call.sent["page_size"]
    first = (call.sent["page"] - 1) * size
    return {
        "total": len(found.waiting),
        "waiting": [_claim(own) for own in found.waiting[first : first + size]],
        "decided": [_claim(own) for own in found.decided],
    }


@work.does("POST", "/points/claims/decisions", told.AllDecided, of=_OF, takes=asked.DecisionsSent)
def claims_decided(call: Call) -> Any:
    """Post claims, as far as caps allow, or do not, with the reason: up to 500 at once, all or none.

    审核申报，可成批办理：要么全部办结，要么都不办。
    """
    permit(call.actor, Action.VERIFY_POINTS, Setting())
    decisions = [Decision(**one) for one in call.sent["decisions"]]
    return {"decided": verify_claims(call.store, call.actor, decisions)}


@work.looks("/points/claims/<int(max=999999999):number>/files/<sha256>", None, of=_OF)
def claim_file(call: Call, number: int, sha256: str) -> Response:
    """Download a file that came with a claim.

    下载申报所附材料。
    """
    title, kind = document_of_claim(call.store, call.actor, number, sha256)
    return handed_out(files().path(sha256), kind.media_type, title, plain=f"document.{kind.extensions[0]}")


@work.looks("/points/attendance", told.Awarding, of=_OF, asks=asked.UnitAsked)
def attendance(call: Call) -> Any:
    """See what one may claim for a branch as its secretary, and for whom.

    查看可以集体登记的项目和本支部党员。
    """
    found = awarding(call.store, call.actor, call.sent["unit"])
    return {
        "unit": found.unit,
        "branches": found.branches,
        "members": found.members,
        "items": [item_told(one) for one in found.items],
        "day": found.day,
    }


@work.does(
    "POST",
    "/points/attendance",
    told.ClaimsMade,
    of=_OF,
    takes=asked.AttendanceSent,
    adds=True,
    largest=_LARGEST,
)
def attendance_claimed(call: Call) -> Any:
    """Claim the same for everybody who came to a meeting, by their numbers, all or none.

    集体登记：为到会的党员一次申报，要么全部收下，要么都不收。
    """
    permit(in_role(call.actor, Role.SECRETARY), Action.CLAIM_POINTS, Setting())
    sent = call.sent
    came = _came(awarding(call.store, call.actor, sent["unit"]), sent["member"])
    key, documents = own_key(call.actor), documents_in(sent["file"])
    made = claim_for_many(
        call.store,
        call.actor,
        [
            NewClaim(
                key=f"{key}:{own.id}",
                member=own.id,
                item=sent["item"],
                points=sent["points"],
                day=sent["day"],
                event=sent["event"],
                note=sent["note"],
                files=documents,
            )
            for own in came
        ],
    )
    return {"numbers": [own.number for own in made]}


def _came(found: Awarding, codes: list[str]) -> list[Member]:
    """Return the members of those numbers, each once. Raises ClaimRefused with every number that is nobody's here."""
    known = {own.code: own for own in found.members}
    strangers = [code for code in dict.fromkeys(codes) if code not in known]
    if strangers:
        raise ClaimRefused([_stranger(code) for code in strangers])
    return [known[code] for code in dict.fromkeys(codes)]


def _stranger(code: str) -> Fault:
    sentence = Text(
        f"“{code}”：本支部在册党员中没有这个编号", f"“{code}”: no member of the branch has that number"
    )
    return Fault(place=Place(field="member"), sentence=sentence)


def _claim(own: ClaimSeen) -> dict[str, Any]:
    return claim_told(
        own.claim,
        own.item,
        member=own.member,
        by_name=own.by_name,
        decided_by_name=own.decided_by_name,
        would=None if own.would is None else own.would.posts,
        may_verify=own.may_verify,
    )
