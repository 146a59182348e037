"""A statement of a year or a quarter of the own points, to be printed or kept."""

from flask import Response, abort, request

from scoring.workflow.points.reading import OwnStatement, own_stretch
from scoring.working_days import today
from web.access import somebody, store
from web.downloads import sent
from web.pages.points.places import points_pages
from web.points_papers import days_of, paper_of
from web.viewing import contents


@points_pages.get("/statement.pdf")
def statement() -> Response:
    """Send the statement of the year, or of one quarter of it."""
    asked = request.args.get("year", "") or str(today().year)
    quarter = request.args.get("quarter", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) == 4 and quarter in {"", "1", "2", "3", "4"}):
        abort(400)
    year = int(asked)
    if not 2000 <= year <= 2999:
        abort(400)
    found = own_stretch(store(), somebody(), *days_of(year, quarter))
    own = paper_of(found, contents().county_name, year, quarter)
    return sent(own.drawn, "application/pdf", own.name, plain=own.plain)


def years(found: OwnStatement) -> list[int]:
    """Return the years there can be statements of, the newest first."""
    return list(range(found.day.year, found.first_day.year - 1, -1))
