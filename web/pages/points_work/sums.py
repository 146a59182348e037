"""Sums of members' points for leaders, on one page to be printed: no member is named, and nothing told of few."""

from flask import request
from flask.typing import ResponseReturnValue

from scoring.permissions import Action, Setting, permit
from scoring.store.engine import Store
from scoring.store.ledger.rules import RulesMissing
from scoring.workflow.points.quarters import this_quarter
from scoring.workflow.points.reading import FEWEST
from scoring.workflow.points.reading_groups import CountyPoints, points_of_county
from web.access import somebody, store
from web.pages.points_work.places import page, points_work_pages, whole
from web.pictures.points import spread_picture, superiors_picture, told_superiors


@points_work_pages.get("/county", endpoint="county")
def show() -> ResponseReturnValue:
    """Show the sums of what they may see, for this year or an earlier one."""
    permit(somebody(), Action.SEE_POINTS_SUMS, Setting())
    this = int(this_quarter()[:4])
    year = whole(request.args.get("year", ""), this) or this
    found = _found(store(), year)
    last = _found(store(), year - 1)
    before = _found(store(), this - 1) if year == this else last
    if found is None:
        return page("county", "county.html", found=None, of_year=year, years=[this])
    return page(
        "county",
        "county.html",
        found=found,
        last=None if last is None or last.county is None or last.county.annual is None else last,
        of_year=year,
        years=[this] if before is None and year == this else [this, this - 1],
        fewest=FEWEST,
        superiors=told_superiors(found),
        spread_picture=spread_picture(found) if found.county else None,
        superiors_picture=superiors_picture(found) if found.county and found.county.stars else None,
    )


def _found(own: Store, year: int) -> CountyPoints | None:
    """Return the sums of *year*, None where no rules were in force."""
    try:
        return points_of_county(own, somebody(), year)
    except RulesMissing:
        return None
