"""The own statement, ledger by ledger, and each of its lines with all there is to know of it; where it can be objected to."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.criteria.item import Ledger
from scoring.errors import Fault, Refused
from scoring.store.ledger.reversals import LineObjectionState
from scoring.store.ledger.transfers import TransferUnknown
from scoring.workflow.points.reading import own_line, own_statement
from scoring.workflow.points.reversing import object_to_line, withdraw_line_objection
from web import points_telling as telling
from web.access import somebody, store
from web.done import done
from web.errors import status_of
from web.pages.points.places import points_pages
from web.pages.points.statements import years
from web.pages.refusing import own_faults

_LARGEST = 10**9


@points_pages.get("/lines")
def lines() -> str:
    """Show the statement of one ledger, the newest line first."""
    asked = request.args.get("ledger", "")
    ledger = Ledger.SPENDABLE if asked == Ledger.SPENDABLE else Ledger.HONOUR
    found = own_statement(store(), somebody(), ledger, _before())
    return render_template(
        "points/lines.html", found=found, years=years(found), tell=telling, LEDGERS=telling.LEDGERS
    )


@points_pages.get("/lines/<int:number>")
def line(number: int) -> ResponseReturnValue:
    """Show one line."""
    return _line(number)


@points_pages.post("/lines/<int:number>/object")
def object_to(number: int) -> ResponseReturnValue:
    """Object to a line."""
    reason = request.form.get("reason", "")
    try:
        object_to_line(store(), somebody(), number, reason)
    except TransferUnknown:
        raise
    except Refused as refused:
        return _line(number, own_faults(refused), reason, status_of(refused))
    return done("sent", url_for("points.line", number=number, _anchor="objections"))


@points_pages.post("/lines/<int:number>/withdraw/<int:objection>")
def withdraw_objection(number: int, objection: int) -> ResponseReturnValue:
    """Take an objection back."""
    try:
        withdraw_line_objection(store(), somebody(), objection)
    except Refused as refused:
        return _line(number, own_faults(refused), "", status_of(refused))
    return done("withdrawn", url_for("points.line", number=number, _anchor="objections"))


def _line(
    number: int, faults: tuple[Fault, ...] = (), reason: str = "", status: int = 200
) -> ResponseReturnValue:
    found = own_line(store(), somebody(), number)
    open_ = any(own.state is LineObjectionState.OPEN for own in found.objections)
    page = render_template(
        "points/line.html",
        found=found,
        line=found.line,
        faults=faults,
        reason=reason,
        may_object=not found.hindrances and not open_,
        tell=telling,
    )
    return page, status


def _before() -> int | None:
    asked = request.args.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:10]) < _LARGEST else None
