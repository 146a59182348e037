"""Quarters: opened with everybody's baseline, which branches have closed them, and what is missing before they can."""

from collections.abc import Callable

from flask import request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, may, permit
from scoring.searching import Names
from scoring.store.ledger.rules import RulesMissing
from scoring.workflow.points.quarters import (
    close_quarter,
    last_ended,
    open_quarter,
    see_quarters,
    this_quarter,
)
from web.access import somebody, store
from web.asked import LONGEST_WORDS
from web.done import done
from web.errors import status_of
from web.pages.paging import Page
from web.pages.points_work.places import page, points_work_pages
from web.pages.refusing import own_faults

_SHOWN = 8


@points_work_pages.get("/quarters", endpoint="quarters")
def listed() -> ResponseReturnValue:
    """Show where branches stand with a quarter."""
    return _page(request.args.get("quarter", "") or last_ended(), ())


@points_work_pages.post("/quarters/open")
def open_one() -> ResponseReturnValue:
    """Give everybody their baseline of a quarter."""
    permit(somebody(), Action.OPEN_QUARTER, Setting())
    quarter = request.form.get("quarter", "")
    return _done(quarter, "opened_quarter", lambda: open_quarter(store(), somebody(), quarter))


@points_work_pages.post("/quarters/close")
def close() -> ResponseReturnValue:
    """Close a branch's quarter, for good."""
    permit(somebody(), Action.CLOSE_QUARTER, Setting())
    quarter, unit = request.form.get("quarter", ""), request.form.get("unit", "")
    return _done(quarter, "closed_quarter", lambda: close_quarter(store(), somebody(), quarter, unit))


def _done(quarter: str, code: str, deed: Callable[[], object]) -> ResponseReturnValue:
    try:
        deed()
    except Refused as refused:
        faults = own_faults(refused)
        return _page(quarter, faults), status_of(refused)
    return done(code, url_for("points_work.quarters", quarter=quarter))


def _page(asked: str, faults: tuple[Fault, ...]) -> str:
    own = somebody()
    permit(own, Action.SEE_POINTS_SUMS, Setting())
    offered = quarters_before(this_quarter(), _SHOWN)
    quarter = asked if asked in offered else last_ended()
    words = request.args.get("q", "")[:LONGEST_WORDS].strip()
    try:
        found = see_quarters(store(), own, quarter)
    except RulesMissing as missing:
        found, faults = (), (*faults, *missing.faults)
    names = Names((one.unit.code, one.unit.name) for one in found)
    rows = [found[place] for place in names.matching(words)]
    busy = [one for one in found if one.members]
    return page(
        "quarters",
        "quarters.html",
        quarter=quarter,
        offered=offered,
        ended=quarter <= last_ended(),
        branches=Page.of(
            sorted(rows, key=lambda one: one.closed_at is not None), request.args.get("page", "")
        ),
        whole=len(busy),
        closed=sum(one.closed_at is not None for one in busy),
        waiting=sum(one.waiting for one in found),
        without=sum(one.without_baseline for one in found),
        may_open=may(own, Action.OPEN_QUARTER, Setting()),
        words=words,
        faults=faults,
    )


def quarters_before(quarter: str, most: int) -> tuple[str, ...]:
    """Return *quarter* and those before it, the newest first."""
    year, place = int(quarter[:4]), int(quarter[5:])
    return tuple(f"{(4 * year + place - 1 - back) // 4}Q{(place - 1 - back) % 4 + 1}" for back in range(most))
