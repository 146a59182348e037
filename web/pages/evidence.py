"""A branch's evidence: what is asked for, what is handed in, each file with its preview, and files as they were sent.

A file goes out to be saved only, as the type it was found to be, and may do nothing where a browser shows it anyway.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from flask import Blueprint, Response, abort, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Place, Refused
from scoring.evidence import UnitYear, why_not
from scoring.permissions import NotAllowed
from scoring.pointers import day_of
from scoring.texts import Text
from scoring.uploads.intake import FILE_MOST
from scoring.uploads.previews import PREVIEW_MEDIA_TYPE
from scoring.workflow.keep_evidence import (
    HandedIn,
    StaleReason,
    excuse,
    hand_in,
    here_already,
    take_back,
    use_again,
)
from scoring.workflow.read_evidence import UnitEvidence, file_of, preview_of, read_evidence, read_one
from web.access import MEBIBYTE, large, somebody, store
from web.done import done
from web.downloads import handed_out, inert
from web.filing import files
from web.language import chosen, told
from web.pages.evidence_rows import chapters, only_missing, script_words, size

evidence_pages = Blueprint("evidence", __name__, url_prefix="/desk/<period_id>/units/<path:code>/evidence")

_AT_ONCE = 64 * MEBIBYTE
"""How much one form brings at most."""

_NO_FILE = Text("请先选择文件", "Choose a file first")


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What did not go through, and what was typed, so that the page shows both: a reason by its criterion."""

    faults: Sequence[Fault] = ()
    kept: Sequence[HandedIn] = ()
    reasons: Mapping[str, str] | None = None
    status: int = 422


@evidence_pages.get("")
def listed(period_id: str, code: str) -> ResponseReturnValue:
    """Show all that is asked for and handed in."""
    return _page(UnitYear(period_id, code), Trouble(status=200))


@evidence_pages.post("")
@large(_AT_ONCE)
def upload(period_id: str, code: str) -> ResponseReturnValue:
    """Take the files of a form, each by itself: what is good is kept, what is not is told."""
    whose, criteria = UnitYear(period_id, code), request.form.getlist("criterion")
    kept: list[HandedIn] = []
    faults: list[Fault] = []
    sent = [own for own in request.files.getlist("file") if own.filename]
    for own in sent:
        try:
            stream = cast("BinaryIO", own.stream)
            kept.append(hand_in(store(), files(), somebody(), whose, criteria, stream, own.filename or ""))
        except NotAllowed:
            raise
        except Refused as refused:
            faults += [_of_file(fault, own.filename or "") for fault in refused.faults]
    if not sent:
        faults.append(Fault(place=Place(), sentence=_NO_FILE))
    return _answered(whose, Trouble(faults=faults, kept=kept), criteria)


@evidence_pages.post("/here")
def here(period_id: str, code: str) -> ResponseReturnValue:
    """Say in JSON which files, by their SHA-256, the branch has handed in before and need not be sent again."""
    asked = request.get_json(silent=True)
    wanted = asked.get("sha256") if isinstance(asked, dict) else None
    if not isinstance(wanted, list) or not all(isinstance(own, str) for own in wanted):
        abort(400)
    known = here_already(store(), somebody(), UnitYear(period_id, code), wanted[:100])
    return jsonify(here=sorted(known))


@evidence_pages.post("/use")
def use(period_id: str, code: str) -> ResponseReturnValue:
    """Use a file that was handed in before for more criteria."""
    whose, criteria = UnitYear(period_id, code), request.form.getlist("criterion")
    try:
        handed = use_again(store(), somebody(), whose, criteria, request.form.get("file", ""))
    except NotAllowed:
        raise
    except Refused as refused:
        return _answered(whose, Trouble(faults=refused.faults), criteria)
    return _answered(whose, Trouble(kept=[handed]), criteria)


@evidence_pages.post("/reason")
def reason(period_id: str, code: str) -> ResponseReturnValue:
    """Keep why there is less than is asked for."""
    whose, criterion = UnitYear(period_id, code), request.form.get("criterion", "")
    words, revision = request.form.get("reason", ""), request.form.get("revision", "0")
    read_at = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else 0
    try:
        excuse(store(), somebody(), whose, criterion, words, read_at)
    except NotAllowed:
        raise
    except Refused as refused:
        status = 409 if isinstance(refused, StaleReason) else 422
        return _page(whose, Trouble(faults=refused.faults, reasons={criterion: words}, status=status))
    return done("saved", _anchored(whose, criterion))


@evidence_pages.get("/<int:number>")
def one(period_id: str, code: str, number: int) -> ResponseReturnValue:
    """Show one file: its preview, who handed it in, and what else it is used for."""
    found = read_one(store(), somebody(), UnitYear(period_id, code), number)
    taken = {own.criterion for own in found.uses if own.period == found.unit.period.id}
    more = [
        own
        for chapter in chapters(found.unit)
        for own in chapter.rows
        if own.subject.id not in taken | {found.evidence.criterion}
        and not why_not(own.asked, own.subject.title, found.evidence.kind, len(own.files))
    ]
    titles = {own.id: own.title for own in found.unit.criteria.subjects}
    return render_template(
        "work/evidence/one.html",
        found=found,
        own=found.evidence,
        more=more,
        titles=titles,
        size=size,
        taken_on=found.evidence.taken_at and day_of(found.evidence.taken_at),
    )


@evidence_pages.get("/<int:number>/file")
def file(period_id: str, code: str, number: int) -> ResponseReturnValue:
    """Send a file as it was handed in, to be saved."""
    own, path = file_of(store(), files(), somebody(), UnitYear(period_id, code), number)
    plain = f"evidence-{own.number}.{own.kind.extensions[0]}"
    return handed_out(path, own.kind.media_type, own.title, plain=plain)


@evidence_pages.get("/<int:number>/preview")
def preview(period_id: str, code: str, number: int) -> ResponseReturnValue:
    """Show a picture that we drew of a file ourselves."""
    drawn = preview_of(store(), files(), somebody(), UnitYear(period_id, code), number)
    if not drawn:
        abort(404)
    return inert(Response(drawn, content_type=PREVIEW_MEDIA_TYPE))


@evidence_pages.post("/<int:number>/withdraw")
def withdraw(period_id: str, code: str, number: int) -> ResponseReturnValue:
    """Take a file back from a criterion."""
    whose = UnitYear(period_id, code)
    take_back(store(), somebody(), whose, number)
    return done("withdrawn", _anchored(whose, request.form.get("criterion", "")))


def beside() -> UnitEvidence | None:
    """Return the evidence of the unit that the address names, read once a request; None for who may not see it."""
    if "evidence_beside" not in g:
        asked = request.view_args or {}
        g.evidence_beside = None
        if "period_id" in asked and "code" in asked:
            try:
                whose = UnitYear(asked["period_id"], asked["code"])
                g.evidence_beside = read_evidence(store(), somebody(), whose)
            except Refused:
                pass
    found: UnitEvidence | None = g.evidence_beside
    return found


def _page(whose: UnitYear, trouble: Trouble) -> ResponseReturnValue:
    found = read_evidence(store(), somebody(), whose)
    made = chapters(found)
    wanted = request.args.get("show") == "missing"
    page = render_template(
        "work/evidence/listed.html",
        found=found,
        chapters=only_missing(made) if wanted else made,
        only_missing=wanted,
        all_rows=[own for chapter in made for own in chapter.rows],
        trouble=trouble,
        script_words=script_words(),
        most_octets=FILE_MOST,
        size=size,
    )
    return page, trouble.status


def _answered(whose: UnitYear, trouble: Trouble, criteria: Sequence[str]) -> ResponseReturnValue:
    """Answer a script in JSON and a form with a page: back to the criterion, or with what is wrong."""
    if request.accept_mimetypes.best == "application/json":
        kept = [
            {
                "sha256": own.sha256,
                "title": own.title,
                "numbers": own.numbers,
                "already": own.already,
                "remarks": [told(remark) for remark in own.remarks],
            }
            for own in trouble.kept
        ]
        faults = [fault.in_(chosen()) for fault in trouble.faults]
        return jsonify(kept=kept, faults=faults), 422 if faults else 200
    remarks = [Fault(place=Place(), sentence=one) for own in trouble.kept for one in own.remarks]
    if trouble.faults:
        return _page(whose, trouble)
    if remarks:
        return _page(whose, Trouble(faults=remarks, kept=trouble.kept, status=200))
    return done("uploaded", _anchored(whose, criteria[0] if len(criteria) == 1 else ""))


def _anchored(whose: UnitYear, criterion: str) -> str:
    anchor = f"for-{criterion}" if criterion else None
    shown = "missing" if request.form.get("show") == "missing" else None
    return url_for("evidence.listed", period_id=whose.period, code=whose.unit, show=shown, _anchor=anchor)


def _of_file(fault: Fault, name: str) -> Fault:
    """Return the fault with the file's name, where it does not tell one."""
    return fault if fault.place.file else Fault(place=Place(file=name[:120]), sentence=fault.sentence)
