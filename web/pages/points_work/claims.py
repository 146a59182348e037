"""Claims that wait: posted or sent back one by one, by keyboard, or many at once; and what was decided before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, permit
from scoring.workflow.points.reading_claims import document_of_claim, see_claims
from scoring.workflow.points.verifying import Decision, verify_claims
from web.access import MEBIBYTE, large, somebody, store
from web.done import done
from web.errors import status_of
from web.pages.cases import given_out
from web.pages.paging import Page
from web.pages.points_work.places import page, points_work_pages, tabs, whole
from web.pages.refusing import own_faults

_NOTHING = Fault.of("请先勾选要办理的申报", "tick the claims this is about first")


@points_work_pages.get("")
def first() -> ResponseReturnValue:
    """Lead to the first of these pages that who asks may see."""
    somebody()
    found = tabs()
    if not found:
        raise NotFound
    return redirect(found[0].href, 303)


@points_work_pages.get("/claims", endpoint="claims")
def listed() -> ResponseReturnValue:
    """Show the claims that are theirs to verify."""
    return _page((), {})


@points_work_pages.post("/claims")
@large(MEBIBYTE)
def decide() -> ResponseReturnValue:
    """Decide one claim, or those that are ticked, all or none."""
    permit(somebody(), Action.VERIFY_POINTS, Setting())
    decisions = _decisions(request.form)
    if not decisions:
        keeping = request.form.get("do") == "keep"
        return _page(() if keeping else (_NOTHING,), request.form), 200 if keeping else 409
    try:
        verify_claims(store(), somebody(), decisions)
    except Refused as refused:
        return _page(own_faults(refused), request.form), status_of(refused)
    return done("decided", url_for("points_work.claims"))


@points_work_pages.get("/claims/<int:number>/files/<sha256>")
def claim_file(number: int, sha256: str) -> ResponseReturnValue:
    """Give a file that came with a claim."""
    title, kind = document_of_claim(store(), somebody(), number, sha256)
    return given_out(sha256, title, kind)


def _decisions(form: Mapping[str, str]) -> list[Decision]:
    """Return what the button that was pressed decides: about its own claim, or about those that are ticked."""
    if form.get("post"):
        return [_decision(form, form["post"], post=True)] if whole(form["post"]) else []
    if form.get("void"):
        return [_decision(form, form["void"], post=False)] if whole(form["void"]) else []
    if form.get("do") not in {"post", "void"}:
        return []
    ticked = [own for own in dict.fromkeys(request.form.getlist("claim")) if whole(own)]
    post = form["do"] == "post"
    reason = "" if post else form.get("reason", "")
    return [_decision(form, own, post=post, reason=reason) for own in ticked]


def _decision(form: Mapping[str, str], number: str, *, post: bool, reason: str = "") -> Decision:
    said = reason or form.get(f"reason:{number}", "")
    typed = form.get(f"points:{number}") if post else None
    points = None if typed is None else whole(typed) or 0
    return Decision(claim=int(number), post=post, points=points, reason="" if post else said)


def _page(faults: Sequence[Fault], typed: Mapping[str, str]) -> str:
    seen = see_claims(store(), somebody())
    rows = Page.of(seen.waiting, request.args.get("page", ""))
    there = {f"#{own.claim.number}" for own in rows.rows}
    beside: dict[str, list[Fault]] = defaultdict(list)
    above: list[Fault] = []
    for fault in faults:
        if fault.place.field in there:
            beside[fault.place.field or ""].append(fault)
        else:
            above.append(fault)
    ticked = request.form.getlist("claim") if typed else []
    return page(
        "claims",
        "claims.html",
        waiting=rows,
        decided=seen.decided,
        faults=above,
        beside=beside,
        typed=typed,
        ticked={*ticked},
        tick_all=request.args.get("tick") == "all",
    )
