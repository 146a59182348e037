"""Objections: filed while a draft is posted, given to who has not handled the case, answered with the consequences seen."""

from typing import Any, BinaryIO, cast

from flask import Response

from scoring.permissions import Action
from scoring.workflow.acting import ask_first
from scoring.workflow.documents import take_documents
from scoring.workflow.hear_objections import (
    About,
    assign_objection,
    dismiss,
    file_objection,
    foresee,
    take_objection,
    uphold,
    withdraw_objection,
)
from scoring.workflow.see_objections import (
    ObjectionSeen,
    document_of_motion,
    document_of_objection,
    see_objection,
    see_objections,
)
from web.access import MEBIBYTE
from web.api.shapes.work import deciding as told
from web.api.shapes.work.common import Number
from web.api.work import asked_deciding as asked
from web.api.work.asked_evidence import ObjectionSent
from web.api.work.asked_marking import Reason
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told
from web.clock import now
from web.downloads import handed_out
from web.filing import files

_OF = "objections"
_ONE = "/objections/<int(max=999999999):number>"
_LARGEST = 64 * MEBIBYTE


@work.looks("/desk/<period_id>/objections", told.Objections, of=_OF)
def objections(call: Call, period_id: str) -> Any:
    """List the objections of the units one may see, and until when they can be filed.

    列出异议与提出期限。
    """
    own = see_objections(call.store, call.actor, period_id, now())
    return {
        "open_until": own.posted.posting.ends_at if own.posted is not None and own.posted.is_open else None,
        "objections": [_told(one) for one in own.objections],
    }


@work.does(
    "POST",
    "/desk/<period_id>/objections",
    Number,
    of=_OF,
    takes=ObjectionSent,
    adds=True,
    largest=_LARGEST,
)
def objection_filed(call: Call, period_id: str) -> Any:
    """File a branch's objection to a line or a gate of the draft that is posted.

    对公示稿的一项评分或一票否决提出异议。
    """
    sent = call.sent
    ask_first(call.store, call.actor, Action.OBJECT, period_id, sent["unit"])
    given = [(cast("BinaryIO", own.stream), own.filename) for own in sent["file"]]
    documents = take_documents(files(), given) if given else ()
    about = About(criterion=sent["criterion"], gate="" if sent["criterion"] else sent["gate"])
    number = file_objection(
        call.store, call.actor, period_id, sent["unit"], about, sent["reason"], documents, now()
    )
    return {"number": number}


@work.looks(_ONE, told.Objection, of=_OF)
def objection(call: Call, number: int) -> Any:
    """Read one objection.

    查看一项异议。
    """
    return _told(see_objection(call.store, call.actor, number)[1])


@work.looks(f"{_ONE}/files/<sha256>", None, of=_OF)
def objection_file(call: Call, number: int, sha256: str) -> Response:
    """Download a file that came with an objection.

    下载异议所附文件。
    """
    title, kind = document_of_objection(call.store, call.actor, number, sha256)
    return _sent(sha256, title, kind)


@work.looks("/gates/<int(max=999999999):number>/file", None, of="gates")
def gate_file(call: Call, number: int) -> Response:
    """Download the document of a motion.

    下载一票否决所附文件。
    """
    return _sent(*document_of_motion(call.store, call.actor, number))


@work.does("POST", f"{_ONE}/withdrawal", of=_OF)
def objection_withdrawn(call: Call, number: int) -> None:
    """Take back an objection of the branch.

    撤回异议。
    """
    withdraw_objection(call.store, call.actor, number)


@work.does("PUT", f"{_ONE}/answerer", of=_OF, takes=asked.Assignee)
def objection_assigned(call: Call, number: int) -> None:
    """Say who answers: a moderator who has not handled the case.

    指定未经手的复议人答复。
    """
    assign_objection(call.store, call.actor, number, call.sent["person"])


@work.does("POST", f"{_ONE}/taking", of=_OF)
def objection_taken(call: Call, number: int) -> None:
    """Take an objection to answer it oneself.

    受理异议。
    """
    take_objection(call.store, call.actor, number)


@work.looks(f"{_ONE}/consequences", told.Consequences, of=_OF, asks=asked.MarkAsked)
def objection_consequences(call: Call, number: int) -> Any:
    """See what would change if the objection were upheld: scores, stars, ranks, groups. Nothing is kept.

    预览：异议成立将带来的变动。
    """
    own = foresee(call.store, call.actor, number, call.sent["mark"])
    return {"seal": own.seal, "empty": own.empty, "moved": own.moved.document()}


@work.does("POST", f"{_ONE}/upheld", told.Consequences, of=_OF, takes=asked.Upheld)
def objection_upheld(call: Call, number: int) -> Any:
    """Uphold an objection, handing back the seal of the consequences that were shown.

    异议成立。
    """
    sent = call.sent
    own = uphold(call.store, call.actor, number, sent["mark"], sent["reason"], sent["seal"])
    return {"seal": own.seal, "empty": own.empty, "moved": own.moved.document()}


@work.does("POST", f"{_ONE}/dismissed", of=_OF, takes=Reason)
def objection_dismissed(call: Call, number: int) -> None:
    """Dismiss an objection, with a reason.

    异议不成立，说明理由。
    """
    dismiss(call.store, call.actor, number, call.sent["reason"])


def _told(seen: ObjectionSeen) -> dict[str, Any]:
    own, called = seen.objection, seen.called
    return fields_told(
        own,
        unit=seen.unit,
        title=seen.subject.title,
        state=own.state,
        by_name=called.get(own.by, ""),
        answerer_name=called.get(own.answerer, ""),
        moves=[
            fields_told(one, by_name=called.get(one.by, ""), person_name=called.get(one.person, ""))
            for one in own.moves
        ],
    )


def _sent(sha256: str, title: str, kind: Any) -> Response:
    return handed_out(files().path(sha256), kind.media_type, title, plain=f"document.{kind.extensions[0]}")
