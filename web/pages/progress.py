"""A year as it is run: its phase and what hinders the next, deadlines, assignments, and who is behind."""

import re
from collections.abc import Callable, Mapping

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Place, Refused
from scoring.permissions import Action, Setting, permit
from scoring.sheets import SHARED
from scoring.texts import Text
from scoring.workflow.assign import assign, draw_checks, set_deadline, unassign
from scoring.workflow.keep_periods import list_periods
from scoring.workflow.run_period import evaluators, known_sets, move_on, open_year, remind, see_period
from web.access import MEBIBYTE, large, somebody, store
from web.done import done
from web.errors import status_of
from web.pages.refusing import own_faults

progress_pages = Blueprint("progress", __name__, url_prefix="/desk")

_ROOM = MEBIBYTE
_APART = re.compile(r"[\s,，、;；]+")
_FEW = Text("抽查数应为整数", "the number to draw is a whole number")


class NotANumber(Refused):
    """A field of the form is not what it should be."""


@progress_pages.get("/open")
def opening() -> ResponseReturnValue:
    """Show where a period is opened."""
    return _opening((), {})


@progress_pages.post("/open")
def open_() -> ResponseReturnValue:
    """Open a period."""
    form = request.form
    try:
        period = open_year(
            store(), somebody(), form.get("period", ""), form.getlist("ref"), form.get("like") or None
        )
    except Refused as refused:
        return _opening(own_faults(refused), form), status_of(refused)
    return done("saved", url_for("progress.show", period_id=period.id))


@progress_pages.get("/<period_id>/progress")
def show(period_id: str) -> ResponseReturnValue:
    """Show how far the period is."""
    return _page(period_id, ())


@progress_pages.post("/<period_id>/progress/move")
def move(period_id: str) -> ResponseReturnValue:
    """Move the period on."""
    return _did(period_id, "moved", lambda: move_on(store(), somebody(), period_id))


@progress_pages.post("/<period_id>/progress/remind")
def remind_(period_id: str) -> ResponseReturnValue:
    """Remind those who are behind: those named, else all."""
    persons = request.form.getlist("person") or None
    return _did(period_id, "reminded", lambda: remind(store(), somebody(), period_id, persons))


@progress_pages.post("/<period_id>/progress/deadline")
def deadline(period_id: str) -> ResponseReturnValue:
    """Set the last day of a step."""
    step, day = request.form.get("step", ""), request.form.get("day", "")
    return _did(period_id, "saved", lambda: set_deadline(store(), somebody(), period_id, step, day))


@progress_pages.post("/<period_id>/progress/assign")
@large(_ROOM)
def assign_(period_id: str) -> ResponseReturnValue:
    """Give units to evaluators, or take them back."""
    persons, codes = request.form.getlist("person"), _APART.split(request.form.get("units", "").strip())
    wanted = {code: persons for code in codes if code}
    act = unassign if request.form.get("act") == "unassign" else assign
    stage = request.form.get("stage", "")
    return _did(period_id, "assigned", lambda: act(store(), somebody(), period_id, stage, wanted))


@progress_pages.post("/<period_id>/progress/draw")
def draw(period_id: str) -> ResponseReturnValue:
    """Draw spot checks."""
    form = request.form

    def drawing() -> object:
        wanted = form.get("wanted", "").strip()
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 6):
            raise NotANumber([Fault(place=Place(), sentence=_FEW)])
        seed = form.get("seed", "").strip() or None
        return draw_checks(
            store(), somebody(), period_id, form.get("stage", ""), int(wanted), form.getlist("person"), seed
        )

    return _did(period_id, "assigned", drawing)


def _did(period_id: str, code: str, act: Callable[[], object]) -> ResponseReturnValue:
    try:
        act()
    except Refused as refused:
        return _page(period_id, own_faults(refused)), status_of(refused)
    return done(code, url_for("progress.show", period_id=period_id))


def _page(period_id: str, faults: tuple[Fault, ...]) -> str:
    seen = see_period(store(), somebody(), period_id)
    people = evaluators(store(), somebody(), period_id) if seen.may_assign else ()
    return render_template(
        "work/progress/show.html",
        seen=seen,
        faults=faults,
        typed=request.form,
        evaluators=people,
        county_stages=[own.stage for own in seen.progress.stages if own.stage not in SHARED],
    )


def _opening(faults: tuple[Fault, ...], typed: Mapping[str, str]) -> str:
    permit(somebody(), Action.OPEN_PERIOD, Setting())
    return render_template(
        "work/progress/open.html",
        refs=known_sets(store()),
        periods=list_periods(store()),
        faults=faults,
        typed=typed,
        chosen_refs=request.form.getlist("ref"),
    )
