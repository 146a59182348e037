"""Reversals that wait for a second person, and objections to lines that wait for an answer."""

from collections.abc import Callable

from flask import request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, permit
from scoring.workflow.points.reading_reversals import see_reversals
from scoring.workflow.points.reversing import (
    confirm_reversal,
    dismiss_line_objection,
    refuse_reversal,
    uphold_line_objection,
)
from web.access import somebody, store
from web.done import done
from web.errors import status_of
from web.pages.points_work.places import page, points_work_pages
from web.pages.refusing import own_faults


@points_work_pages.get("/reversals", endpoint="reversals")
def listed() -> ResponseReturnValue:
    """Show motions and objections."""
    return _page("", ())


@points_work_pages.post("/reversals/<int:number>/confirm")
def confirm(number: int) -> ResponseReturnValue:
    """Let a motion hold."""
    permit(somebody(), Action.CONFIRM_REVERSAL, Setting())
    return _answered("confirmed", f"motion {number}", lambda: confirm_reversal(store(), somebody(), number))


@points_work_pages.post("/reversals/<int:number>/refuse")
def refuse(number: int) -> ResponseReturnValue:
    """Let a motion not hold."""
    permit(somebody(), Action.CONFIRM_REVERSAL, Setting())
    reason = request.form.get("reason", "")
    return _answered(
        "refused", f"motion {number}", lambda: refuse_reversal(store(), somebody(), number, reason)
    )


@points_work_pages.post("/objections/<int:number>/uphold")
def uphold(number: int) -> ResponseReturnValue:
    """Uphold an objection, which moves that the line be reversed."""
    permit(somebody(), Action.ANSWER_POINTS, Setting())
    reason = request.form.get("reason", "")
    return _answered(
        "upheld", f"objection {number}", lambda: uphold_line_objection(store(), somebody(), number, reason)
    )


@points_work_pages.post("/objections/<int:number>/dismiss")
def dismiss(number: int) -> ResponseReturnValue:
    """Dismiss an objection."""
    permit(somebody(), Action.ANSWER_POINTS, Setting())
    reason = request.form.get("reason", "")
    return _answered(
        "answered", f"objection {number}", lambda: dismiss_line_objection(store(), somebody(), number, reason)
    )


def _answered(code: str, form: str, answer: Callable[[], object]) -> ResponseReturnValue:
    try:
        answer()
    except Refused as refused:
        return _page(form, own_faults(refused)), status_of(refused)
    return done(code, url_for("points_work.reversals"))


def _page(form: str, faults: tuple[Fault, ...]) -> str:
    seen = see_reversals(store(), somebody())
    there = {
        *(f"motion {own.motion.number}" for own in seen.motions),
        *(f"objection {own.objection.number}" for own in seen.objections),
    }
    return page(
        "reversals",
        "reversals.html",
        seen=seen,
        waits=there.__contains__,
        refused_of=form,
        faults=faults,
        typed=request.form,
    )
