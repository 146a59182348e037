"""Marking: one's queue, sheets with their marks, signing and sending back, blocks of many units, and disputes."""

from hashlib import sha256
from typing import Any

import orjson

from scoring.sheets import SHARED, BlockCell, BlockSaved, Entered, Sheet, SheetKey
from scoring.workflow.mark_sheets import accept, enter_block, enter_marks, read_sheet
from scoring.workflow.moderate import settle
from scoring.workflow.queues import queue
from scoring.workflow.read_disputes import Dispute, disputes
from scoring.workflow.sheets_together import read_rows
from scoring.workflow.sign_sheets import send_back, sign_sheet, sign_sheets
from web.access import MEBIBYTE
from web.api.problems import conflict_told
from web.api.shapes.work import marking as told
from web.api.shapes.work.common import faults_told
from web.api.work import asked_marking as asked
from web.api.work.frame import Call, work
from web.api.work.telling import fields_told

_OF = "marking"
_OF_SHEET = "<stage>/<path:code>"
_SHEET = f"/desk/<period_id>/sheets/{_OF_SHEET}"
_BLOCK = 4 * MEBIBYTE


def sheet_tag(own: Sheet) -> str:
    """Return what changes whenever the marks of a sheet do, or it is signed or sent back."""
    moves = [None if one is None else one.number for one in (own.signed, own.sent_back)]
    marks = sorted((one.criterion, one.mark, one.comment, one.revision) for one in own.marks.values())
    return sha256(orjson.dumps([own.state, moves, marks])).hexdigest()[:32]


def sheet_now(call: Call, period_id: str, stage: str, code: str) -> str:
    """Return the ETag of the sheet as it is now, for whoever may see it."""
    return sheet_tag(read_sheet(call.store, call.actor, _key(period_id, stage, code)))


@work.looks("/desk/<period_id>/queue", told.Queue, of=_OF)
def work_queue(call: Call, period_id: str) -> Any:
    """List the sheets that are mine to mark, how far each is and what is due.

    列出由我评分的评分表、进度与期限。
    """
    return queue(call.store, call.actor, period_id)


@work.looks(_SHEET, told.Sheet, of=_OF, asks=asked.SheetAsked, tag=lambda value: value["etag"])
def sheet(call: Call, period_id: str, stage: str, code: str) -> Any:
    """Read a sheet: its marks with their revisions, those of earlier stages, and what stands in the way of signing.

    查看评分表：评分与修订号、前面阶段的评分、签署前还缺什么。
    """
    key = _key(period_id, stage, code, call.sent["holder"])
    return _sheet_told(read_sheet(call.store, call.actor, key))


@work.does(
    "PATCH",
    f"/desk/<period_id>/marks/{_OF_SHEET}",
    told.Saved,
    of=_OF,
    takes=asked.MarksSent,
    largest=MEBIBYTE,
    tag=lambda value: value["etag"],
    current=sheet_now,
)
def sheet_marks(call: Call, period_id: str, stage: str, code: str) -> Any:
    """Enter marks on a sheet of one's own; those others have changed since they were read are told with both values (409).

    What is not allowed is told as a fault of its criterion, and all else is saved, in either case.

    在评分表上填写评分；别人已改过的，不覆盖，返回双方的值。
    """
    key = _key(period_id, stage, code)
    entries = [Entered(**own) for own in call.sent["marks"]]
    return _saved(call, key, enter_marks(call.store, call.actor, key, entries))


@work.does(
    "POST",
    f"/desk/<period_id>/accepted/{_OF_SHEET}",
    told.Saved,
    of=_OF,
    takes=asked.Accepted,
    largest=MEBIBYTE,
    tag=lambda value: value["etag"],
    current=sheet_now,
)
def sheet_accepted(call: Call, period_id: str, stage: str, code: str) -> Any:
    """Take over the marks of the stage before as they stand.

    照单采用前一阶段的评分。
    """
    key = _key(period_id, stage, code)
    saved = accept(call.store, call.actor, key, call.sent["criteria"], call.sent["revisions"])
    return _saved(call, key, saved)


@work.does(
    "POST",
    f"/desk/<period_id>/signatures/{_OF_SHEET}",
    told.SheetSigned,
    of=_OF,
    adds=True,
    current=sheet_now,
)
def sheet_signature(call: Call, period_id: str, stage: str, code: str) -> Any:
    """Sign a sheet of one's own: its marks count from now on, and it is locked.

    签署评分表，评分自此生效并锁定。
    """
    return sign_sheet(call.store, call.actor, _key(period_id, stage, code))


@work.does(
    "POST",
    f"/desk/<period_id>/returns/{_OF_SHEET}",
    of=_OF,
    takes=asked.Reason,
    current=sheet_now,
)
def sheet_return(call: Call, period_id: str, stage: str, code: str) -> None:
    """Send back the sheet of the stage before one's own, with a reason.

    把前一阶段的评分表退回，并说明理由。
    """
    send_back(call.store, call.actor, period_id, code, stage, call.sent["reason"])


@work.does(
    "POST",
    "/desk/<period_id>/signatures",
    told.SignedSheets,
    of=_OF,
    takes=asked.SheetsNamed,
    adds=True,
    largest=MEBIBYTE,
)
def signatures(call: Call, period_id: str) -> Any:
    """Sign several sheets of one's own, all or none.

    一次签署多张评分表，要么全部签署，要么都不签署。
    """
    keys = [_key(period_id, own["stage"], own["unit"]) for own in call.sent["sheets"]]
    return {"signed": sign_sheets(call.store, call.actor, keys)}


@work.looks("/desk/<period_id>/grids/<stage>", told.Grid, of=_OF)
def grid(call: Call, period_id: str, stage: str) -> Any:
    """Read all of one's own sheets of a stage with their marks.

    查看本人在一个阶段的全部评分表。
    """
    rows = read_rows(call.store, call.actor, period_id, stage)
    return {"rows": [fields_told(own, marks=own.marks.values(), closed=sorted(own.closed)) for own in rows]}


@work.does(
    "POST",
    "/desk/<period_id>/grids/<stage>/cells",
    told.BlockSaved,
    of=_OF,
    takes=asked.BlockSent,
    largest=_BLOCK,
)
def grid_cells(call: Call, period_id: str, stage: str) -> Any:
    """Enter a block of marks on many sheets of one's own, and hear of every cell what became of it.

    一次填写多个支部的评分，逐格返回结果。
    """
    cells = [BlockCell(**own) for own in call.sent["cells"]]
    return _block(enter_block(call.store, call.actor, period_id, stage, cells))


@work.looks("/desk/<period_id>/disputes", told.Disputes, of=_OF)
def work_disputes(call: Call, period_id: str) -> Any:
    """List what evaluators differ on, with all marks and comments side by side, and what was settled.

    列出待复议和已复议的分歧。
    """
    return {"disputes": [_dispute(own) for own in disputes(call.store, call.actor, period_id)]}


@work.does(
    "PUT",
    "/desk/<period_id>/disputes/<path:code>/<criterion>",
    told.Settled,
    of=_OF,
    takes=asked.Settlement,
)
def dispute_settled(call: Call, period_id: str, code: str, criterion: str) -> Any:
    """Settle a dispute: one mark, with its reason, in place of theirs.

    复议：给出一个评分及理由。
    """
    sent = call.sent
    return settle(
        call.store, call.actor, period_id, code, criterion, sent["mark"], sent["reason"], sent["revision"]
    )


def _key(period_id: str, stage: str, code: str, holder: str = "") -> SheetKey:
    return SheetKey(period=period_id, unit=code, stage=stage, holder="" if stage in SHARED else holder)


def _saved(call: Call, key: SheetKey, saved: Any) -> Any:
    """Return what became of marks, with the ETag that their sheet has now."""
    return fields_told(saved, etag=sheet_tag(read_sheet(call.store, call.actor, key)))


def _sheet_told(own: Sheet) -> Any:
    return fields_told(
        own,
        etag=sheet_tag(own),
        marks=[own.marks[one] for one in sorted(own.marks)],
        closed=sorted(own.closed),
        unready=faults_told(own.unready),
    )


def _block(saved: BlockSaved) -> Any:
    keys = [*saved.revisions, *(own for own in saved.faults if own not in saved.revisions)]
    cells = [
        {
            "unit": unit,
            "criterion": criterion,
            "revision": saved.revisions.get((unit, criterion)),
            "mark": saved.marks.get((unit, criterion)),
            "fault": saved.faults.get((unit, criterion)),
        }
        for unit, criterion in keys
    ]
    return {"cells": cells, "conflicts": [conflict_told(own) for own in saved.conflicts]}


def _dispute(own: Dispute) -> Any:
    return fields_told(own, limit=None if own.limit is None else str(own.limit))
