"""Files of units and marks taken in from the browser: tried first, and written only when that is confirmed."""

import tempfile
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from scoring.errors import Fault, Refused
from scoring.permissions import Action
from scoring.workflow.import_marks import MarksTaken, import_marks
from scoring.workflow.import_units import Extent, UnitsTaken, import_units
from scoring.workflow.imports import Mode
from scoring.workflow.run_period import permitted_period
from web.access import MEBIBYTE, large, somebody, store
from web.done import done
from web.downloads import own_name
from web.errors import status_of
from web.pages.refusing import own_faults

progress_files = Blueprint("progress_files", __name__, url_prefix="/desk/<period_id>/progress")

_LARGEST = 40 * MEBIBYTE
_ENDINGS = (".xlsx", ".csv")


@progress_files.get("/<any(units, marks):kind>")
def show(period_id: str, kind: str) -> ResponseReturnValue:
    """Show where a file is given."""
    return _page(period_id, kind, ())


@progress_files.post("/<any(units, marks):kind>")
@large(_LARGEST)
def take(period_id: str, kind: str) -> ResponseReturnValue:
    """Try a file, or take for good the one that was tried; it comes back with the form, so nothing of it lies about."""
    permitted_period(store(), somebody(), Action.IMPORT_FILES, period_id)
    name, content = _given()
    whole = bool(request.form.get("whole"))
    mode = Mode.FOR_GOOD if request.form.get("sure") else Mode.TRIAL
    try:
        taken = _taken(period_id, kind, name, content, mode, Extent.WHOLE if whole else Extent.PART)
    except Refused as refused:
        return _page(period_id, kind, own_faults(refused)), status_of(refused)
    if mode is Mode.FOR_GOOD:
        return done("imported", url_for("progress.show", period_id=period_id))
    return _page(period_id, kind, (), taken, name, b64encode(content).decode())


def _taken(  # noqa: PLR0917  a file, and how it is taken
    period_id: str, kind: str, name: str, content: bytes, mode: Mode, extent: Extent
) -> UnitsTaken | MarksTaken:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        if kind == "units":
            return import_units(store(), period_id, path, mode, extent, somebody())
        return import_marks(store(), period_id, path, mode, actor=somebody())


def _given() -> tuple[str, bytes]:
    """Return the file's name, fit for a folder, and its bytes: sent now, or tried before."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        return _named(sent.filename), sent.read()
    try:
        return _named(request.form.get("name", "")), b64decode(request.form.get("content", ""), validate=True)
    except NotBase64:
        raise BadRequest from None


def _named(name: str) -> str:
    """Return *name* as a file of ours may be called: its last part, with an ending that says what it is."""
    kept = own_name(name)
    ending = next((own for own in _ENDINGS if kept.lower().endswith(own)), None)
    if ending is None:
        return f"{kept or 'file'}.xlsx"
    return kept if len(kept) > len(ending) else f"file{ending}"


def _page(  # noqa: PLR0917  what the page shows
    period_id: str,
    kind: str,
    faults: tuple[Fault, ...],
    taken: UnitsTaken | MarksTaken | None = None,
    name: str = "",
    content: str = "",
) -> str:
    if kind not in {"units", "marks"}:
        abort(404)
    period = permitted_period(store(), somebody(), Action.IMPORT_FILES, period_id)
    return render_template(
        "work/progress/import.html",
        period=period,
        kind=kind,
        faults=faults,
        taken=taken,
        name=name,
        content=content,
        whole=bool(request.form.get("whole")),
    )
