"""The county's calendar: which days are holidays, which weekends are worked, and how long a posting would last."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, may, permit
from scoring.workflow.keep_calendar import keep_calendar, read_calendar
from scoring.working_days import SpecialDay, is_known, read_days, today
from web.access import somebody, store
from web.clock import now
from web.done import done
from web.errors import status_of
from web.pages.refusing import own_faults

calendar_pages = Blueprint("calendar", __name__, url_prefix="/desk/<period_id>/calendar")

_FIRST, _LAST = 2000, 2100
_ONE = timedelta(days=1)


@calendar_pages.get("")
def show(period_id: str) -> ResponseReturnValue:
    """Show a year of the calendar."""
    return _page(period_id, (), "")


@calendar_pages.post("")
def keep(period_id: str) -> ResponseReturnValue:
    """Take days as a notice writes them."""
    actor, typed = somebody(), request.form.get("days", "")
    permit(actor, Action.KEEP_CALENDAR, Setting())
    try:
        keep_calendar(store(), actor, read_days(typed))
    except Refused as refused:
        return _page(period_id, own_faults(refused), typed), status_of(refused)
    return done("saved", url_for("calendar.show", period_id=period_id, year=_year()))


def _page(period_id: str, faults: tuple[Fault, ...], typed: str) -> str:
    actor, year = somebody(), _year()
    days = read_calendar(store())
    first = days.next_working(today(now()))
    return render_template(
        "work/calendar/show.html",
        period_id=period_id,
        shown_year=year,
        known=is_known(year),
        days=_blocks(days.year(year)),
        own_days=days.own,
        posting=days.posting(first),
        faults=faults,
        typed=typed,
        keeps=may(actor, Action.KEEP_CALENDAR, Setting()),
    )


def _blocks(days: Sequence[SpecialDay]) -> list[tuple[SpecialDay, date]]:
    """Return days that follow each other and say the same as one: the first of them, and which day the last is."""
    found: list[tuple[SpecialDay, date]] = []
    for own in days:
        if found:
            first, last = found[-1]
            if own.day - last == _ONE and (own.working, own.name) == (first.working, first.name):
                found[-1] = (first, own.day)
                continue
        found.append((own, own.day))
    return found


def _year() -> int:
    """Return the year asked for, else this one."""
    asked = request.values.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else 0
    return year if _FIRST <= year <= _LAST else today(now()).year
