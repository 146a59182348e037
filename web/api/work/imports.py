"""Files of units and marks, taken in by an administrator: tried first, then taken, whole or not at all."""

from typing import Any

from scoring.permissions import Action
from scoring.workflow.acting import ask_first
from scoring.workflow.import_marks import import_marks
from scoring.workflow.import_units import Extent, import_units
from scoring.workflow.imports import Mode
from web.access import MEBIBYTE
from web.api.fields import Shape, number, truth
from web.api.work.frame import Call, work
from web.api.work.typed import Sent, choice, upload
from web.api.work.uploaded import laid_out

_OF = "running"
_LARGEST = 40 * MEBIBYTE


class WorkFileTaken(Shape):
    """What taking a file did, or in a trial would do."""

    already = truth("Whether the very same file was taken before, so that nothing was done.")
    new = number("How many units or marks are new.")
    changed = number("How many are others than before.")
    same = number("How many are as they were.")
    taken_out = number("How many units were taken out.")


class UnitsFileSent(Sent):
    """A file of units."""

    file = upload("The file, XLSX or CSV.")
    extent = choice("Whether it is a part of the list or all of it.", Extent, load_default=Extent.PART.value)


class MarksFileSent(Sent):
    """A file of marks."""

    file = upload("The file, XLSX or CSV.")


@work.does(
    "POST",
    "/desk/<period_id>/units/trial",
    WorkFileTaken,
    of=_OF,
    takes=UnitsFileSent,
    largest=_LARGEST,
)
def units_tried(call: Call, period_id: str) -> Any:
    """See what a file of units would change; nothing is written.

    试导入单位名单。
    """
    return _units(call, period_id, Mode.TRIAL)


@work.does(
    "POST", "/desk/<period_id>/units", WorkFileTaken, of=_OF, takes=UnitsFileSent, adds=True, largest=_LARGEST
)
def units_taken(call: Call, period_id: str) -> Any:
    """Take a file of units, all of it or nothing.

    导入单位名单。
    """
    return _units(call, period_id, Mode.FOR_GOOD)


@work.does(
    "POST",
    "/desk/<period_id>/marks/trial",
    WorkFileTaken,
    of=_OF,
    takes=MarksFileSent,
    largest=_LARGEST,
)
def marks_tried(call: Call, period_id: str) -> Any:
    """See what a file of marks would change; nothing is written.

    试导入评分文件。
    """
    return _marks(call, period_id, Mode.TRIAL)


@work.does(
    "POST", "/desk/<period_id>/marks", WorkFileTaken, of=_OF, takes=MarksFileSent, adds=True, largest=_LARGEST
)
def marks_taken(call: Call, period_id: str) -> Any:
    """Take a file of marks, all of it or nothing.

    导入评分文件。
    """
    return _marks(call, period_id, Mode.FOR_GOOD)


def _units(call: Call, period_id: str, mode: Mode) -> dict[str, Any]:
    ask_first(call.store, call.actor, Action.IMPORT_FILES, period_id)
    with laid_out(call.sent["file"]) as path:
        extent = Extent(call.sent["extent"])
        own = import_units(call.store, period_id, path, mode, extent, call.actor)
    return {
        "already": own.already is not None,
        "new": len(own.new),
        "changed": len(own.changed),
        "same": own.same,
        "taken_out": len(own.taken_out),
    }


def _marks(call: Call, period_id: str, mode: Mode) -> dict[str, Any]:
    ask_first(call.store, call.actor, Action.IMPORT_FILES, period_id)
    with laid_out(call.sent["file"]) as path:
        own = import_marks(call.store, period_id, path, mode, actor=call.actor)
    return {
        "already": own.already is not None,
        "new": own.new,
        "changed": len(own.changed),
        "same": own.same,
        "taken_out": 0,
    }
