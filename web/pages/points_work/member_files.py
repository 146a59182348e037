"""Members by the file: a trial with every fault by its cell, and then all of it or nothing."""

import tempfile
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from scoring.errors import Refused
from scoring.permissions import Action, Setting, permit
from scoring.workflow.imports import Mode
from scoring.workflow.points.import_members import import_members
from web.access import MEBIBYTE, large, somebody, store
from web.done import done
from web.downloads import own_name
from web.errors import status_of
from web.pages.points_work.places import page, points_work_pages
from web.pages.refusing import own_faults

_LARGEST = 8 * MEBIBYTE


@points_work_pages.get("/members/import")
def members_file() -> ResponseReturnValue:
    """Show where a file of members is given."""
    permit(somebody(), Action.KEEP_MEMBERS, Setting())
    return page("members", "members_file.html", faults=(), taken=None)


@points_work_pages.post("/members/import")
@large(_LARGEST)
def take_members() -> ResponseReturnValue:
    """Try a file, or take for good the one that was tried; it comes back with the form, so nothing of it lies about."""
    permit(somebody(), Action.KEEP_MEMBERS, Setting())
    name, content = _given()
    mode = Mode.FOR_GOOD if request.form.get("sure") else Mode.TRIAL
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            taken = import_members(store(), somebody(), path, mode)
        except Refused as refused:
            shown = page("members", "members_file.html", faults=own_faults(refused), taken=None)
            return shown, status_of(refused)
    if mode is Mode.TRIAL:
        return page(
            "members",
            "members_file.html",
            faults=(),
            taken=taken,
            name=name,
            content=b64encode(content).decode(),
        )
    return done("imported", url_for("points_work.members"))


def _given() -> tuple[str, bytes]:
    """Return the name and the bytes of the file that is given anew, or was tried before."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return own_name(file.filename) or "members.csv", file.read()
    try:
        content = b64decode(request.form.get("content", ""), validate=True)
    except NotBase64:
        raise BadRequest from None
    return own_name(request.form.get("name", "")) or "members.csv", content
