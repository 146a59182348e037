"""Objections: filed by the branch, given to somebody who has not handled the case, answered with the consequences seen."""

from collections.abc import Callable

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.permissions import Action
from scoring.workflow.acting import ask_first
from scoring.workflow.consequences import Consequences
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
    answerers,
    document_of_objection,
    see_filing,
    see_objection,
    see_objections,
)
from web.access import large, somebody, store
from web.clock import now
from web.done import done
from web.errors import status_of
from web.moves import MOVES, move_of, moved
from web.pages.cases import ROOM, documents, given_out
from web.pages.refusing import own_faults

objection_pages = Blueprint("objections", __name__, url_prefix="/desk/<period_id>/objections")

_SHOWN = 200


@objection_pages.get("")
def listed(period_id: str) -> ResponseReturnValue:
    """Show the objections of the period."""
    seen = see_objections(store(), somebody(), period_id, now())
    return render_template("work/objections/listed.html", seen=seen, unit=request.args.get("unit", ""))


@objection_pages.get("/new")
def new(period_id: str) -> ResponseReturnValue:
    """Show what a branch can object to."""
    return _form(period_id, request.args.get("unit", ""), (), {"about": request.args.get("about", "")})


@objection_pages.post("")
@large(ROOM)
def file(period_id: str) -> ResponseReturnValue:
    """File an objection."""
    typed = {name: request.form.get(name, "") for name in ("unit", "about", "reason")}
    kind, _, about = typed["about"].partition(":")
    try:
        ask_first(store(), somebody(), Action.OBJECT, period_id, typed["unit"])
        number = file_objection(
            store(),
            somebody(),
            period_id,
            typed["unit"],
            About(gate=about) if kind == "gate" else About(criterion=about),
            typed["reason"],
            documents(),
            now(),
        )
    except Refused as refused:
        return _form(period_id, typed["unit"], own_faults(refused), typed), status_of(refused)
    return done("sent", url_for("objections.one", period_id=period_id, number=number))


@objection_pages.get("/<int:number>")
def one(period_id: str, number: int) -> ResponseReturnValue:  # noqa: ARG001  it stands in the address
    """Show one objection."""
    return _page(number, (), {})


@objection_pages.post("/<int:number>/withdraw")
def withdraw(period_id: str, number: int) -> ResponseReturnValue:
    """Take an objection back."""
    return _moved(period_id, number, "withdrawn", lambda: withdraw_objection(store(), somebody(), number))


@objection_pages.post("/<int:number>/assign")
def assign(period_id: str, number: int) -> ResponseReturnValue:
    """Say who answers."""
    person = request.form.get("person", "")
    return _moved(
        period_id, number, "assigned", lambda: assign_objection(store(), somebody(), number, person)
    )


@objection_pages.post("/<int:number>/take")
def take(period_id: str, number: int) -> ResponseReturnValue:
    """Take an objection to answer it."""
    return _moved(period_id, number, "assigned", lambda: take_objection(store(), somebody(), number))


@objection_pages.post("/<int:number>/consequences")
def consequences(period_id: str, number: int) -> ResponseReturnValue:  # noqa: ARG001  it stands in the address
    """Show what would change if it were upheld."""
    typed = {name: request.form.get(name, "") for name in ("mark", "reason")}
    try:
        found = foresee(store(), somebody(), number, _mark())
    except Refused as refused:
        return _page(number, own_faults(refused), typed), status_of(refused)
    return _page(number, (), typed, found)


@objection_pages.post("/<int:number>/uphold")
def upheld(period_id: str, number: int) -> ResponseReturnValue:
    """Uphold an objection, with the consequences that were shown."""
    typed = {name: request.form.get(name, "") for name in ("mark", "reason")}
    seal = request.form.get("seal", "")
    try:
        uphold(store(), somebody(), number, _mark(), typed["reason"], seal)
    except Refused as refused:
        faults = own_faults(refused)
        return _page(number, faults, typed), status_of(refused)
    return done("saved", url_for("objections.one", period_id=period_id, number=number))


@objection_pages.post("/<int:number>/dismiss")
def dismissed(period_id: str, number: int) -> ResponseReturnValue:
    """Dismiss an objection."""
    reason = request.form.get("reason", "")
    return _moved(
        period_id, number, "saved", lambda: dismiss(store(), somebody(), number, reason), {"reason": reason}
    )


@objection_pages.get("/<int:number>/files/<sha256>")
def document(period_id: str, number: int, sha256: str) -> ResponseReturnValue:  # noqa: ARG001
    """Give a file that came with an objection."""
    title, kind = document_of_objection(store(), somebody(), number, sha256)
    return given_out(sha256, title, kind)


def _mark() -> str:
    """Return the mark as it was given: of a ballot, a field a grade."""
    counts = {
        name.removeprefix("grade-"): value.strip()
        for name, value in request.form.items()
        if name.startswith("grade-")
    }
    if any(counts.values()):
        return ";".join(f"{grade}={count or 0}" for grade, count in counts.items())
    return request.form.get("mark", "")


def _moved(
    period_id: str, number: int, code: str, move: Callable[[], None], typed: dict[str, str] | None = None
) -> ResponseReturnValue:
    try:
        move()
    except Refused as refused:
        return _page(number, own_faults(refused), typed or {}), status_of(refused)
    return done(code, url_for("objections.one", period_id=period_id, number=number))


def _page(
    number: int, faults: tuple[Fault, ...], typed: dict[str, str], found: Consequences | None = None
) -> str:
    period, seen = see_objection(store(), somebody(), number)
    return render_template(
        "work/objections/one.html",
        period=period,
        seen=seen,
        own=seen.objection,
        answerers=answerers(store(), somebody(), number) if seen.may_assign else (),
        faults=faults,
        typed=typed,
        given=request.form if request.method == "POST" else {},
        foreseen=found,
        moved=None if found is None else moved(found.moved),
        most=_SHOWN,
        MOVES=MOVES,
        move_of=move_of,
    )


def _form(period_id: str, unit: str, faults: tuple[Fault, ...], typed: dict[str, str]) -> str:
    seen = see_filing(store(), somebody(), period_id, unit, now())
    return render_template("work/objections/new.html", seen=seen, faults=faults, typed=typed)
