"""Rules of members' points: those in force and before, and another version taken into use from a quarter on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue

from scoring.criteria.catalogue import points_refs
from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, permit
from scoring.workflow.points.replay import choices
from scoring.workflow.points.rules_in_force import adopt_rules, rules_adopted
from web.access import MEBIBYTE, large, somebody, store
from web.done import done
from web.downloads import own_name
from web.errors import status_of
from web.handed_in import laid_out
from web.pages.points_work.places import page, points_work_pages
from web.pages.refusing import own_faults

LARGEST_RULES = 2 * MEBIBYTE
"""So many bytes a file of rules may have."""


@points_work_pages.get("/rules", endpoint="rules")
def show() -> ResponseReturnValue:
    """Show the rules that were ever taken into use."""
    return _page(())


@points_work_pages.post("/rules")
@large(LARGEST_RULES)
def adopt() -> ResponseReturnValue:
    """Take shipped rules, or those in a file, into use from a day on."""
    permit(somebody(), Action.KEEP_POINTS_RULES, Setting())
    try:
        first_day = date.fromisoformat(request.form.get("first_day", ""))
    except ValueError:
        return _page(
            (Fault.of("请填写施行日期，例如 2027-01-01", "give the first day, such as 2027-01-01"),)
        ), 409
    with rules_given() as name:
        if name is None:
            return _page(
                (Fault.of("请选择一套规则，或上传规则文件", "choose rules, or give a file of them"),)
            ), 409
        try:
            adopt_rules(store(), somebody(), name, first_day)
        except Refused as refused:
            return _page(own_faults(refused)), status_of(refused)
    return done("adopted", url_for("points_work.rules"))


@contextmanager
def rules_given() -> Iterator[str | None]:
    """Give the name of the rules that a form means: where its file lies for now, or the ref chosen; None for neither."""
    file, ref = request.files.get("file"), request.form.get("ref", "")
    if file is None or not file.filename:
        yield ref if ref in choices(store(), somebody()).refs else None
        return
    with laid_out(own_name(file.filename) or "rules.yaml", file.stream) as path:
        yield str(path)


def _page(faults: tuple[Fault, ...]) -> str:
    found = rules_adopted(store(), somebody())
    known = {own.ref for own in found}
    return page(
        "rules",
        "rules.html",
        adopted=found,
        offered=[ref for ref in points_refs() if ref not in known],
        faults=faults,
        typed=request.form,
    )
