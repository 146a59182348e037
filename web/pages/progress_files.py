"""Files of units and marks taken in from the browser: tried first, and written only when that is confirmed."""

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

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
from web.handed_in import HandedIn, handed_in
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
    file = handed_in(_named)
    whole = bool(request.form.get("whole"))
    mode = Mode.FOR_GOOD if request.form.get("sure") else Mode.TRIAL
    try:
        taken = _taken(period_id, kind, file, mode, Extent.WHOLE if whole else Extent.PART)
    except Refused as refused:
        return _page(period_id, kind, own_faults(refused)), status_of(refused)
    if mode is Mode.FOR_GOOD:
        return done("imported", url_for("progress.show", period_id=period_id))
    return _page(period_id, kind, (), taken, file)


def _taken(period_id: str, kind: str, file: HandedIn, mode: Mode, extent: Extent) -> UnitsTaken | MarksTaken:
    with file.laid_out() as path:
        if kind == "units":
            return import_units(store(), period_id, path, mode, extent, somebody())
        return import_marks(store(), period_id, path, mode, actor=somebody())


def _named(name: str) -> str:
    """Return *name* as a file of ours may be called: its last part, with an ending that says what it is."""
    kept = own_name(name)
    ending = next((own for own in _ENDINGS if kept.lower().endswith(own)), None)
    if ending is None:
        return f"{kept or 'file'}.xlsx"
    return kept if len(kept) > len(ending) else f"file{ending}"


def _page(
    period_id: str,
    kind: str,
    faults: tuple[Fault, ...],
    taken: UnitsTaken | MarksTaken | None = None,
    file: HandedIn | None = None,
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
        file=file,
        whole=bool(request.form.get("whole")),
    )
