"""Publishing by two: one prepares, with everything shown that would be published, another confirms."""

from datetime import date

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.edition import State
from scoring.errors import Fault, Place, Refused
from scoring.texts import Text
from scoring.workflow.publish_by_two import (
    Preparation,
    confirm_edition,
    prepare_edition,
    preview,
    refuse_edition,
    see_publishing,
)
from scoring.working_days import POSTED_DAYS
from web.access import somebody, store
from web.background import draw_later
from web.clock import now
from web.done import done
from web.errors import status_of
from web.moves import MOVES, move_of, moved
from web.pages.refusing import own_faults

publishing_pages = Blueprint("publishing", __name__, url_prefix="/desk/<period_id>/publishing")

_SHOWN = 100
_NO_DAY = Text("首日应写成 2026-11-23", "the first day is written 2026-11-23")
_NO_NUMBER = Text("公示天数应为整数", "the days of posting are a whole number")


class NotANumber(Refused):
    """A field of the form is not what it should be."""


@publishing_pages.get("")
def show(period_id: str) -> ResponseReturnValue:
    """Show how publishing stands."""
    return _page(period_id, ())


@publishing_pages.post("")
def prepare(period_id: str) -> ResponseReturnValue:
    """Prepare an edition."""
    try:
        number = prepare_edition(store(), somebody(), period_id, _preparation(), now())
    except Refused as refused:
        return _page(period_id, own_faults(refused)), status_of(refused)
    return done("saved", url_for("publishing.one", period_id=period_id, number=number))


@publishing_pages.get("/<int:number>")
def one(period_id: str, number: int) -> ResponseReturnValue:  # noqa: ARG001  it stands in the address
    """Show what confirming would publish."""
    return _proposal(number, ())


@publishing_pages.post("/<int:number>/confirm")
def confirm(period_id: str, number: int) -> ResponseReturnValue:
    """Publish what was prepared."""
    try:
        edition = confirm_edition(store(), somebody(), number, now=now())
    except Refused as refused:
        return _proposal(number, own_faults(refused)), status_of(refused)
    draw_later(current_app._get_current_object(), edition.id)  # type: ignore[attr-defined]  # noqa: SLF001
    return done("published", url_for("publishing.one", period_id=period_id, number=number))


@publishing_pages.post("/<int:number>/refuse")
def refuse(period_id: str, number: int) -> ResponseReturnValue:
    """Let what was prepared not be published, or take it back."""
    try:
        refuse_edition(store(), somebody(), number, request.form.get("reason", ""))
    except Refused as refused:
        return _proposal(number, own_faults(refused)), status_of(refused)
    return done("refused", url_for("publishing.show", period_id=period_id))


def _preparation() -> Preparation:
    """Return what the form asks for. Raises NotANumber."""
    form = request.form
    faults, first = [], None
    try:
        first = date.fromisoformat(form["first"]) if form.get("first") else None
    except ValueError:
        faults.append(Fault(place=Place(), sentence=_NO_DAY))
    days = form.get("days", "").strip() or str(POSTED_DAYS)
    if not (days.isascii() and days.isdigit() and len(days) <= 3):
        faults.append(Fault(place=Place(), sentence=_NO_NUMBER))
    if faults:
        raise NotANumber(faults)
    excused = {
        name.removeprefix("excuse-"): why
        for name, why in form.items()
        if name.startswith("excuse-") and why.strip()
    }
    return Preparation(
        state=State.FINAL if form.get("state") == State.FINAL else State.DRAFT,
        reason=form.get("reason", ""),
        excused=excused,
        first=first,
        working_days=int(days),
    )


def _page(period_id: str, faults: tuple[Fault, ...]) -> str:
    seen = see_publishing(store(), somebody(), period_id, now())
    final = seen.newest is not None and not seen.hindering[State.FINAL]
    return render_template(
        "work/publishing/show.html",
        seen=seen,
        faults=faults,
        typed=request.form,
        wanted=request.form.get("state") or (State.FINAL if final else State.DRAFT).value,
        State=State,
        days=POSTED_DAYS,
    )


def _proposal(number: int, faults: tuple[Fault, ...]) -> str:
    found = preview(store(), somebody(), number, now())
    return render_template(
        "work/publishing/one.html",
        found=found,
        own=found.seen.proposal,
        moved=None if found.moved is None else moved(found.moved),
        faults=faults,
        typed=request.form,
        most=_SHOWN,
        MOVES=MOVES,
        move_of=move_of,
    )
