"""Spendable points of a year end: where each year stands, announced and let go by an administrator."""

from collections.abc import Callable

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.workflow.points.expiring import announce_expiry, expire, see_expiry
from web.access import somebody, store
from web.done import done
from web.errors import status_of
from web.pages.points_till.places import expiry_pages
from web.pages.points_work.places import summed, tabs
from web.pages.refusing import own_faults


@expiry_pages.get("")
def show() -> str:
    """Show the years whose points end."""
    return _page(())


@expiry_pages.post("/<int:year>/announce")
def announce(year: int) -> ResponseReturnValue:
    """Announce that the points of a year are to end."""
    return _done("announced", lambda: announce_expiry(store(), somebody(), _year(year)))


@expiry_pages.post("/<int:year>/end")
def end(year: int) -> ResponseReturnValue:
    """Let what is left of a year's points end."""
    return _done("points_ended", lambda: expire(store(), somebody(), _year(year)))


def _year(asked: int) -> int:
    """Return a year that days can be of; before the first rules there is nothing to end."""
    return min(max(asked, 1), 9000)


def _done(code: str, do: Callable[[], object]) -> ResponseReturnValue:
    try:
        do()
    except Refused as refused:
        return _page(own_faults(refused)), status_of(refused)
    return done(code, url_for("expiry.show"))


def _page(faults: tuple[Fault, ...]) -> str:
    return render_template(
        "till/expiry.html",
        tabs=tabs("expiry"),
        years=see_expiry(store(), somebody()),
        faults=faults,
        summed=summed,
    )
