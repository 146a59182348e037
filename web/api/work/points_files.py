"""Files of members and of points, taken in by an administrator: tried first, then taken, whole or not at all."""

from typing import Any

from scoring.permissions import Action, Setting, permit
from scoring.workflow.imports import Mode
from scoring.workflow.points.import_members import MembersTaken, import_members
from scoring.workflow.points.import_points import import_points
from web.access import MEBIBYTE
from web.api.shapes.work import points_office as told
from web.api.work import asked_points as asked
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told
from web.api.work.uploaded import laid_out

_OF = "books"
_LARGEST = 8 * MEBIBYTE


@work.does(
    "POST",
    "/points/files/members/trial",
    told.MembersTaken,
    of=_OF,
    takes=asked.FileSent,
    largest=_LARGEST,
)
def members_file_tried(call: Call) -> Any:
    """See what a file of members would change, or every fault by its cell; nothing is written.

    试导入党员名册。
    """
    return _members(call, Mode.TRIAL)


@work.does(
    "POST",
    "/points/files/members",
    told.MembersTaken,
    of=_OF,
    takes=asked.FileSent,
    adds=True,
    largest=_LARGEST,
)
def members_file_taken(call: Call) -> Any:
    """Take a file of members, all of it or nothing.

    导入党员名册。
    """
    return _members(call, Mode.FOR_GOOD)


@work.does(
    "POST",
    "/points/files/points/trial",
    told.PointsTaken,
    of=_OF,
    takes=asked.FileSent,
    largest=_LARGEST,
)
def points_file_tried(call: Call) -> Any:
    """See what a file of points would post and what caps would cut, or every fault by its cell; nothing is written.

    试导入积分文件。
    """
    return _points(call, Mode.TRIAL)


@work.does(
    "POST",
    "/points/files/points",
    told.PointsTaken,
    of=_OF,
    takes=asked.FileSent,
    adds=True,
    largest=_LARGEST,
)
def points_file_taken(call: Call) -> Any:
    """Take a file of points, all lines or none, under the caps.

    导入积分文件，按上限入账。
    """
    return _points(call, Mode.FOR_GOOD)


def _members(call: Call, mode: Mode) -> MembersTaken:
    permit(call.actor, Action.KEEP_MEMBERS, Setting())
    with laid_out(call.sent["file"]) as path:
        return import_members(call.store, call.actor, path, mode)


def _points(call: Call, mode: Mode) -> dict[str, Any]:
    permit(call.actor, Action.IMPORT_POINTS, Setting())
    with laid_out(call.sent["file"]) as path:
        own = import_points(call.store, call.actor, path, mode)
    cut = [fields_told(line, reasons=[one.sentence for one in line.cuts]) for line in own.cut]
    return fields_told(own, cut=cut)
