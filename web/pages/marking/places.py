"""Where the marking pages live, and which sheet an address means."""

from flask import Blueprint, request, url_for

from scoring.people import Actor
from scoring.sheets import SHARED, SheetKey
from web.access import somebody

marking_pages = Blueprint("marking", __name__, url_prefix="/desk/<period_id>")

_LONGEST_ID = 60


def key_of(actor: Actor, period_id: str, stage: str, code: str, holder: str = "") -> SheetKey:
    """Return the sheet of that unit and stage: the one that is shared, *holder*'s, or where none is named one's own."""
    whose = "" if stage in SHARED else holder or actor.sheet_holder.id
    return SheetKey(period=period_id, unit=code, stage=stage, holder=whose)


def key_asked(period_id: str, stage: str, code: str) -> SheetKey:
    """Return the sheet that the address asks for. Raises NotSignedIn."""
    return key_of(somebody(), period_id, stage, code, request.args.get("holder", "")[:_LONGEST_ID])


def address_of(key: SheetKey, own: str = "", **more: str) -> str:
    """Return the address of a sheet; *own* is the id of who goes there, whose sheet needs no name."""
    values = {"period_id": key.period, "stage": key.stage, "code": key.unit} | more
    if key.holder and key.holder != own:
        values["holder"] = key.holder
    return url_for("marking.sheet", **values)  # type: ignore[arg-type]
