"""Members by the file: a trial with every fault by its cell, and then all of it or nothing."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.permissions import Action, Setting, permit
from scoring.workflow.imports import Mode
from scoring.workflow.points.import_members import MembersTaken, import_members
from web.access import MEBIBYTE, large, somebody, store
from web.done import done
from web.downloads import own_name
from web.errors import status_of
from web.handed_in import HandedIn, handed_in
from web.pages.points_work.places import page, points_work_pages
from web.pages.refusing import own_faults

_LARGEST = 8 * MEBIBYTE


@points_work_pages.get("/members/import")
def members_file() -> ResponseReturnValue:
    """Show where a file of members is given."""
    permit(somebody(), Action.KEEP_MEMBERS, Setting())
    return _page(())


@points_work_pages.post("/members/import")
@large(_LARGEST)
def take_members() -> ResponseReturnValue:
    """Try a file, or take for good the one that was tried; it comes back with the form, so nothing of it lies about."""
    permit(somebody(), Action.KEEP_MEMBERS, Setting())
    file = handed_in(_file_name)
    mode = Mode.FOR_GOOD if request.form.get("sure") else Mode.TRIAL
    try:
        with file.laid_out() as path:
            taken = import_members(store(), somebody(), path, mode)
    except Refused as refused:
        return _page(own_faults(refused)), status_of(refused)
    if mode is Mode.TRIAL:
        return _page((), taken, file)
    return done("imported", url_for("points_work.members"))


def _page(faults: tuple[Fault, ...], taken: MembersTaken | None = None, file: HandedIn | None = None) -> str:
    return page("members", "members_file.html", faults=faults, taken=taken, file=file)


def _file_name(name: str) -> str:
    """Return a name for a file in a folder of its own: no path, and an ending that says how it is read."""
    return own_name(name) or "members.csv"
