"""Evidence: what a branch is asked for and hands in, file by file, and files as they were sent."""

from typing import Any, BinaryIO, cast

from flask import Response

from scoring.evidence import Evidence, Excuse, UnitYear
from scoring.sheets import Conflict, StaleMarks
from scoring.workflow.keep_evidence import StaleReason, excuse, hand_in, here_already, take_back, use_again
from scoring.workflow.read_evidence import UnitEvidence, file_of, read_evidence
from web.access import MEBIBYTE
from web.api.shapes.work import evidence as told
from web.api.work import asked_evidence as asked
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told
from web.downloads import handed_out
from web.filing import files

_OF = "evidence"
_HERE = "/desk/<period_id>/units/<path:code>/evidence"
_ONE = f"{_HERE}/<int(max=999999999):number>"
_LARGEST = 32 * MEBIBYTE


@work.looks(_HERE, told.UnitEvidence, of=_OF)
def evidence(call: Call, period_id: str, code: str) -> Any:
    """See what a branch is asked for, what it has handed in, and what is missing.

    查看支部的佐证材料：应交、已交、缺少。
    """
    return _told(read_evidence(call.store, call.actor, UnitYear(period_id, code)))


@work.does("POST", _HERE, told.HandedIn, of=_OF, takes=asked.EvidenceSent, adds=True, largest=_LARGEST)
def evidence_handed_in(call: Call, period_id: str, code: str) -> Any:
    """Hand in a file for one criterion or several.

    上传佐证材料，可同时用于几项指标。
    """
    own = call.sent["file"]
    whose, stream = UnitYear(period_id, code), cast("BinaryIO", own.stream)
    return hand_in(call.store, files(), call.actor, whose, call.sent["criterion"], stream, own.filename)


@work.looks(f"{_HERE}/here", told.Here, of=_OF, asks=asked.HereAsked)
def evidence_here(call: Call, period_id: str, code: str) -> Any:
    """Ask which files the branch has handed in before, so that they need not be sent again.

    查询哪些文件以前交过，不必重传。
    """
    found = here_already(call.store, call.actor, UnitYear(period_id, code), call.sent["sha256"])
    return {"here": sorted(found)}


@work.does("POST", f"{_HERE}/uses", told.HandedIn, of=_OF, takes=asked.UseSent, adds=True)
def evidence_used(call: Call, period_id: str, code: str) -> Any:
    """Use a file that was handed in before for more criteria.

    把以前交过的文件用于更多指标。
    """
    whose, sent = UnitYear(period_id, code), call.sent
    return use_again(call.store, call.actor, whose, sent["criteria"], sent["sha256"])


@work.looks(f"{_ONE}/file", None, of=_OF)
def evidence_file(call: Call, period_id: str, code: str, number: int) -> Response:
    """Download a file as it was handed in.

    下载佐证材料原件。
    """
    own, path = file_of(call.store, files(), call.actor, UnitYear(period_id, code), number)
    plain = f"evidence-{own.number}.{own.kind.extensions[0]}"
    return handed_out(path, own.kind.media_type, own.title, plain=plain)


@work.does("DELETE", _ONE, of=_OF)
def evidence_taken_back(call: Call, period_id: str, code: str, number: int) -> None:
    """Take a file back from its criterion.

    撤回一份佐证材料。
    """
    take_back(call.store, call.actor, UnitYear(period_id, code), number)


@work.does("PUT", f"{_HERE}/excuses/<criterion>", told.Excuse, of=_OF, takes=asked.ExcuseSent)
def evidence_excused(call: Call, period_id: str, code: str, criterion: str) -> Any:
    """Say why there is less than is asked for; one that somebody else has written meanwhile is told (409).

    说明材料不足的原因。
    """
    whose, sent = UnitYear(period_id, code), call.sent
    try:
        excuse(call.store, call.actor, whose, criterion, sent["reason"], sent["revision"])
    except StaleReason as stale:
        if stale.theirs is None:
            raise
        raise _both(call, whose, criterion, stale.theirs) from None
    found = read_evidence(call.store, call.actor, whose)
    return _excuse(found, criterion)


def _told(own: UnitEvidence) -> dict[str, Any]:
    return fields_told(
        own,
        asked=[
            {
                "criterion": one,
                "title": own.title_of(one),
                "least": what.least,
                "most": what.most,
                "kinds": what.kinds,
            }
            for one, what in own.asked.items()
        ],
        handed_in=[_file(own, one) for one in own.handed_in],
        excuses=[_excuse(own, one) for one in own.excuses],
        missing=[one.id for one in own.missing],
        closed=None if own.closed is None else own.closed.faults[0].sentence,
        last_day=None if own.last_day is None else own.last_day.isoformat(),
    )


def _file(own: UnitEvidence, one: Evidence) -> dict[str, Any]:
    return fields_told(one, by_name=own.people.get(one.by, ""))


def _excuse(own: UnitEvidence, criterion: str) -> dict[str, Any]:
    kept = own.excuses.get(criterion)
    return {
        "criterion": criterion,
        "reason": "" if kept is None else kept.reason,
        "revision": own.revisions.get(criterion, 0),
    }


def _both(call: Call, whose: UnitYear, criterion: str, theirs: Excuse) -> StaleMarks:
    """Return the refusal with both reasons, as of a mark."""
    names = read_evidence(call.store, call.actor, whose).people
    return StaleMarks(
        [
            Conflict(
                unit=whose.unit,
                criterion=criterion,
                yours=call.sent["reason"],
                theirs=theirs.reason,
                by_name=names.get(theirs.by, ""),
                made_at=theirs.made_at,
                revision=theirs.revision,
            )
        ]
    )
