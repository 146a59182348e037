"""Worksheets: one's sheets as a workbook, which comes back to be tried and then taken, whole or not at all."""

from base64 import b64encode
from typing import Any

from flask import Response

from scoring.errors import Fault
from scoring.spreadsheet.worksheet import Layout
from scoring.texts import Lang
from scoring.workflow.imports import Mode
from scoring.workflow.worksheets import Preview, take_worksheet, worksheet_for
from web.access import MEBIBYTE
from web.api.problems import conflict_told
from web.api.shapes.work import worksheets as told
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told
from web.api.work.typed import Sent, choice, listed, text, upload
from web.downloads import XLSX, sent
from web.handed_in import laid_out

_OF = "marking"
_HERE = "/desk/<period_id>/worksheets/<stage>"
_LARGEST = 20 * MEBIBYTE


class WorksheetAsked(Sent):
    """Which worksheet."""

    layout = choice("How it is laid out.", Layout, load_default=Layout.BY_UNIT.value)
    lang = choice("In which language.", Lang, load_default=Lang.ZH.value)
    unit = listed(
        text("A unit's code.", least=1, most=80),
        "Units; left out for all that are open. May be given several times.",
        most=5_000,
        load_default=None,
    )


class WorksheetSent(Sent):
    """A worksheet that comes back."""

    file = upload("The workbook.")


@work.looks(_HERE, None, of=_OF, asks=WorksheetAsked)
def worksheet(call: Call, period_id: str, stage: str) -> Response:
    """Take one's open sheets of a stage along as a workbook.

    下载评分工作簿，离线填写。
    """
    asked = call.sent
    content = worksheet_for(
        call.store, call.actor, period_id, stage, Layout(asked["layout"]), Lang(asked["lang"]), asked["unit"]
    )
    return sent(content, XLSX, f"{period_id}-{stage}.xlsx", plain="worksheet.xlsx")


@work.does("POST", f"{_HERE}/trial", told.WorksheetPreview, of=_OF, takes=WorksheetSent, largest=_LARGEST)
def worksheet_tried(call: Call, period_id: str, stage: str) -> Any:
    """See what taking a worksheet would change, and every fault by its cell; nothing is written.

    试导入：预览变动与逐格的问题，不写入。
    """
    return _taken(call, period_id, stage, Mode.TRIAL)


@work.does("POST", _HERE, told.WorksheetPreview, of=_OF, takes=WorksheetSent, largest=_LARGEST)
def worksheet_taken(call: Call, period_id: str, stage: str) -> Any:
    """Take a worksheet: all its changes, or none while anything stands in the way.

    导入评分工作簿，要么全部写入，要么都不写入。
    """
    return _taken(call, period_id, stage, Mode.FOR_GOOD)


def _taken(call: Call, period_id: str, stage: str, mode: Mode) -> Any:
    with laid_out("worksheet.xlsx", call.sent["file"].stream) as path:
        return _told(take_worksheet(call.store, call.actor, period_id, stage, path, mode))


def _told(own: Preview) -> dict[str, Any]:
    return fields_told(
        own,
        faults=[{"where": _where(one), "sentence": one.sentence} for one in own.faults],
        conflicts=[conflict_told(one) for one in own.conflicts],
        marked_back=None if own.marked_back is None else b64encode(own.marked_back).decode(),
    )


def _where(fault: Fault) -> str:
    return fault.place.in_(Lang.EN)
