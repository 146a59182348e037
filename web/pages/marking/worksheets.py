"""Worksheets: one's sheets taken along as a workbook; what comes back is shown before anything of it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.criteria.model import MODERATION
from scoring.errors import Fault, Refused
from scoring.sentences import stage_title
from scoring.sheets import Conflict
from scoring.spreadsheet.worksheet import Layout
from scoring.workflow.imports import Mode
from scoring.workflow.queues import queue
from scoring.workflow.sheets_together import read_rows
from scoring.workflow.worksheets import NothingToTake, Preview, WorksheetChange, take_worksheet, worksheet_for
from web.access import MEBIBYTE, large, somebody, store
from web.done import done
from web.downloads import XLSX, own_name, sent
from web.errors import status_of
from web.handed_in import HandedIn, handed_in
from web.language import chosen, say, told
from web.pages.marking.places import address_of, key_of, marking_pages
from web.pages.marking.seen import mark_shown
from web.pages.marking.telling import moment_told
from web.pages.refusing import own_faults

SHOWN = 300
"""How many changes, and how many faults, a preview lists; it counts all."""

_LARGEST = 28 * MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A mark that the worksheet changes, as the preview shows it."""

    where: str
    href: str
    unit: str
    title: str
    before: str
    after: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A mark that somebody else has changed since the worksheet was made, as the preview shows it."""

    unit: str
    title: str
    yours: str
    theirs: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A cell that stands in the way, where it is, and why."""

    where: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A worksheet that was tried: what it would change, what stands in the way, and itself, to be sent once more."""

    preview: Preview
    file: HandedIn
    changes: tuple[Changed, ...]
    clashes: tuple[Clash, ...]
    wrong: tuple[Wrong, ...]
    status: int


@marking_pages.get("/marking/<stage>/worksheet")
def worksheet(period_id: str, stage: str) -> ResponseReturnValue:
    """Show where a worksheet is had and given back."""
    return _page(period_id, stage, None)


@marking_pages.get("/marking/<stage>/worksheet.xlsx")
def worksheet_file(period_id: str, stage: str) -> ResponseReturnValue:
    """Give the sheets that are open as a workbook."""
    asked = request.args.get("layout", Layout.BY_UNIT.value)
    if asked not in list(Layout) or stage == MODERATION:
        abort(404)
    codes = request.args.getlist("unit") or None
    try:
        content = worksheet_for(store(), somebody(), period_id, stage, Layout(asked), chosen(), codes)
    except NothingToTake as refused:
        return _page(period_id, stage, None, refused.faults), 409
    title = told(stage_title(stage))
    name = say(f"{period_id}年{title}评分表.xlsx", f"{period_id} marks, {title}.xlsx")
    return sent(content, XLSX, name, plain=f"worksheet-{period_id}.xlsx")


@marking_pages.post("/marking/<stage>/worksheet")
@large(_LARGEST)
def take(period_id: str, stage: str) -> ResponseReturnValue:
    """Try a worksheet, take the one that was tried, or give it back marked.

    It comes back with the form, so nothing of it lies about on the server, and is read anew each time.
    """
    file = handed_in(_file_name)
    mode = Mode.FOR_GOOD if request.form.get("do") == "take" else Mode.TRIAL
    try:
        with file.laid_out() as path:
            preview = take_worksheet(store(), somebody(), period_id, stage, path, mode)
    except Refused as refused:
        return _page(period_id, stage, None, own_faults(refused)), status_of(refused)
    if request.form.get("do") == "marked" and preview.marked_back is not None:
        marked = say("标出错误-", "marked-") + file.name
        return sent(preview.marked_back, XLSX, marked, plain="worksheet-marked.xlsx")
    if preview.taken:
        return done("imported", url_for("marking.queue", period_id=period_id, stage=stage))
    tried = _tried(period_id, stage, preview, file)
    return _page(period_id, stage, tried), tried.status


def _page(period_id: str, stage: str, tried: Tried | None, faults: Sequence[Fault] = ()) -> str:
    items = [own for own in queue(store(), somebody(), period_id).items if own.stage == stage]
    return render_template(
        "work/marking/worksheet.html",
        period=period_id,
        stage=stage,
        waiting=sum(own.state.value != "signed" and own.locked is None for own in items),
        tried=tried,
        faults=[fault.in_(chosen()) for fault in faults[:SHOWN]],
        SHOWN=SHOWN,
    )


def _tried(period_id: str, stage: str, preview: Preview, file: HandedIn) -> Tried:
    wrong = [Wrong(where=one.place.in_(chosen()), why=told(one.sentence)) for one in preview.faults]
    changes = [_changed(period_id, stage, one) for one in preview.changes[:SHOWN]]
    return Tried(
        preview=preview,
        file=file,
        changes=tuple(changes),
        clashes=_clashes(period_id, stage, preview.conflicts[:SHOWN]),
        wrong=tuple(wrong),
        status=409 if preview.conflicts else 422 if wrong else 200,
    )


def _changed(period_id: str, stage: str, one: WorksheetChange) -> Changed:
    own = somebody()
    address = address_of(key_of(own, period_id, stage, one.unit), own.sheet_holder.id)
    return Changed(
        where=one.place.in_(chosen()),
        href=f"{address}#mark-{one.subject.id}",
        unit=one.unit_name,
        title=told(one.subject.title),
        before=mark_shown(one.subject, one.before),
        after=mark_shown(one.subject, one.after),
        comment=one.comment_after if one.comment_after != one.comment_before else "",
    )


def _clashes(period_id: str, stage: str, conflicts: Sequence[Conflict]) -> tuple[Clash, ...]:
    if not conflicts:
        return ()
    rows = read_rows(store(), somebody(), period_id, stage, {one.unit for one in conflicts})
    subjects = {(row.unit.code, own.id): own for row in rows for own in row.criteria.subjects}
    names = {row.unit.code: row.unit.name for row in rows}
    found = []
    for one in conflicts:
        subject = subjects[one.unit, one.criterion]
        found.append(
            Clash(
                unit=names[one.unit],
                title=told(subject.title),
                yours=mark_shown(subject, one.yours),
                theirs=mark_shown(subject, one.theirs),
                by=f"{one.by_name} {moment_told(one.made_at)}".strip(),
            )
        )
    return tuple(found)


def _file_name(name: str) -> str:
    """Return a name for a workbook in a folder of its own: no path, and the ending of a workbook."""
    last = own_name(name).removesuffix(".xlsx")
    return f"{last or 'worksheet'}.xlsx"
