"""Members with whom a talk is due by a year's closed quarters: a notice to who looks after them, and nothing else."""

from collections.abc import Sequence

from flask import request
from flask.typing import ResponseReturnValue

from scoring.errors import Fault
from scoring.permissions import Action, Setting, permit
from scoring.searching import Names
from scoring.store.ledger.members import Member
from scoring.store.ledger.rules import RulesMissing
from scoring.workflow.points.quarters import this_quarter
from scoring.workflow.points.reading_members import branches_seen
from scoring.workflow.points.years import YearFigure, talks_due
from web.access import somebody, store
from web.asked import LONGEST_WORDS
from web.pages.paging import Page
from web.pages.points_work.places import page, points_work_pages, whole


@points_work_pages.get("/talks", endpoint="talks")
def listed() -> ResponseReturnValue:
    """Show whom a talk is due with, of this year or the one before."""
    permit(somebody(), Action.SEE_POINTS, Setting())
    this = int(this_quarter()[:4])
    asked = whole(request.args.get("year", ""), this) or this
    year = asked if asked in (this, this - 1) else this
    units = {own.code: own for own in branches_seen(store(), somebody())}
    due, faults = _due(year)
    words = request.args.get("q", "")[:LONGEST_WORDS].strip()
    names = Names((own.code, f"{own.name} {units[own.unit].name}") for own, _ in due)
    rows = [due[place] for place in names.matching(words)]
    return page(
        "talks",
        "talks.html",
        of_year=year,
        years=(this, this - 1),
        units=units,
        due=Page.of(rows, request.args.get("page", "")),
        whole=len(due),
        words=words,
        faults=faults,
    )


def _due(year: int) -> tuple[Sequence[tuple[Member, YearFigure]], tuple[Fault, ...]]:
    """Return whom a talk is due with, or why that cannot be told."""
    try:
        return talks_due(store(), somebody(), year), ()
    except RulesMissing as missing:
        return (), missing.faults
