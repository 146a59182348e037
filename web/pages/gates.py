"""Gates: what holds on which branch, what is moved, and what waits for another person to confirm."""

from collections.abc import Callable

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.gates import MotionKind, MotionState
from scoring.permissions import Action
from scoring.workflow.acting import ask_first
from scoring.workflow.move_gates import confirm_gate, move_gate, refuse_gate, see_gates, withdraw_gate
from scoring.workflow.see_objections import document_of_motion
from web.access import large, somebody, store
from web.done import done
from web.errors import status_of
from web.pages.cases import ROOM, documents, given_out
from web.pages.refusing import own_faults

gate_pages = Blueprint("gates", __name__, url_prefix="/desk/<period_id>/gates")


@gate_pages.get("")
def show(period_id: str) -> ResponseReturnValue:
    """Show the gates of the period."""
    return _page(period_id, (), {})


@gate_pages.post("")
@large(ROOM)
def move(period_id: str) -> ResponseReturnValue:
    """Move that a gate be raised or lifted."""
    typed = {name: request.form.get(name, "") for name in ("unit", "gate", "motion", "reason")}
    try:
        motion = MotionKind.LIFT if typed["motion"] == MotionKind.LIFT else MotionKind.RAISE
        ask_first(store(), somebody(), Action.RAISE_GATE, period_id, typed["unit"].strip())
        found = documents()
        document = found[0] if found else None
        move_gate(
            store(),
            somebody(),
            period_id,
            typed["unit"].strip(),
            typed["gate"],
            motion,
            typed["reason"],
            document,
        )
    except Refused as refused:
        return _page(period_id, own_faults(refused), typed), status_of(refused)
    return done("sent", url_for("gates.show", period_id=period_id))


@gate_pages.post("/<int:number>/confirm")
def confirm(period_id: str, number: int) -> ResponseReturnValue:
    """Let a motion hold."""
    return _answered(period_id, "confirmed", lambda: confirm_gate(store(), somebody(), number))


@gate_pages.post("/<int:number>/refuse")
def refuse(period_id: str, number: int) -> ResponseReturnValue:
    """Let a motion not hold."""
    reason = request.form.get("reason", "")
    return _answered(period_id, "refused", lambda: refuse_gate(store(), somebody(), number, reason))


@gate_pages.post("/<int:number>/withdraw")
def withdraw(period_id: str, number: int) -> ResponseReturnValue:
    """Take a motion back."""
    return _answered(period_id, "withdrawn", lambda: withdraw_gate(store(), somebody(), number))


@gate_pages.get("/<int:number>/document")
def document(period_id: str, number: int) -> ResponseReturnValue:  # noqa: ARG001  it stands in the address
    """Give the document of a motion."""
    return given_out(*document_of_motion(store(), somebody(), number))


def _answered(period_id: str, code: str, answer: Callable[[], None]) -> ResponseReturnValue:
    try:
        answer()
    except Refused as refused:
        return _page(period_id, own_faults(refused), {}), status_of(refused)
    return done(code, url_for("gates.show", period_id=period_id))


def _page(period_id: str, faults: tuple[Fault, ...], typed: dict[str, str]) -> str:
    seen = see_gates(store(), somebody(), period_id)
    return render_template(
        "work/gates/show.html",
        seen=seen,
        waiting=[own for own in seen.motions if own.motion.state is MotionState.OPEN],
        ended=[own for own in seen.motions if own.motion.state is not MotionState.OPEN],
        faults=faults,
        typed=typed,
        all_gates={own.id: own for found in seen.gates.values() for own in found}.values(),
    )
