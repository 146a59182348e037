"""Worksheets: one's sheets taken along as a workbook, and brought back, tried first and then taken, all or none."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scoring.criteria.criterion import Criterion
from scoring.criteria.model import Adjustment
from scoring.errors import Fault, Place, Refused
from scoring.people import Actor
from scoring.sheets import Conflict, DraftMark, Entered, SheetState, closed_in, told
from scoring.spreadsheet.worksheet import (
    PAGES_MOST,
    UNITS_MOST,
    EarlierMark,
    Expected,
    Layout,
    OwnMark,
    Worksheet,
    WorksheetUnit,
)
from scoring.spreadsheet.worksheet_marked import marked_back
from scoring.spreadsheet.worksheet_pages import Entry
from scoring.spreadsheet.worksheet_reading import Change, Filled, FilledCell, read_worksheet
from scoring.spreadsheet.worksheet_writing import worksheet_workbook
from scoring.store import county, criteria, drafts, periods
from scoring.store.engine import Connection, Store
from scoring.texts import Lang, Text
from scoring.workflow.footing import Footing, own_key, permit_marking
from scoring.workflow.imports import Mode
from scoring.workflow.sheets_together import footings
from scoring.workflow.typed_blocks import Block, sort_block
from scoring.workflow.typed_marks import by_of, typing


class NothingToTake(Refused):
    """There is no sheet that could be taken along as a worksheet, or there are too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksheetChange:
    """One mark that a worksheet changes, or its comment, and where it stands there."""

    unit: str
    unit_name: str
    subject: Criterion | Adjustment
    before: str
    after: str
    comment_before: str
    comment_after: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What taking a worksheet does, or in a trial would do.

    `same` cells of it change nothing. While there are `faults` or `conflicts` nothing is taken; `marked_back` is then
    the workbook as it was filled with both told on their cells, else None. `taken` says whether it was taken now.
    """

    changes: tuple[WorksheetChange, ...]
    same: int
    faults: tuple[Fault, ...]
    conflicts: tuple[Conflict, ...]
    marked_back: bytes | None
    taken: bool = False


def worksheet_for(  # noqa: PLR0917  the fields of a form, in their order
    store: Store,
    actor: Actor,
    period_id: str,
    stage: str,
    layout: Layout = Layout.BY_UNIT,
    lang: Lang = Lang.ZH,
    codes: Collection[str] | None = None,
) -> bytes:
    """Return the actor's sheets of *stage* that are open, of *codes* alone where given, as a workbook.

    Raises NothingToTake where there are none, or more than that layout holds, and PeriodUnknown.
    """
    with store.read() as c:
        name = county.name(c)
        found = _open_sheets(c, actor, period_id, stage, codes)
    most = PAGES_MOST if layout is Layout.BY_CRITERION else UNITS_MOST
    if not found or len(found) > most:
        raise NothingToTake([_nothing() if not found else _too_many(len(found), most)])
    holder = actor.sheet_holder
    worksheet = Worksheet(
        county=name,
        period=found[0].period.id,
        stage=stage,
        holder=holder.id,
        holder_name=holder.name,
        made_at=datetime.now(UTC),
        units=tuple(_unit(own, stage) for own in found),
    )
    return worksheet_workbook(worksheet, layout, lang)


def take_worksheet(  # noqa: PLR0917  the fields of a form, in their order
    store: Store, actor: Actor, period_id: str, stage: str, path: Path, mode: Mode = Mode.TRIAL
) -> Preview:
    """Take a worksheet that comes back, or try to: all its changes, or none while anything stands in the way.

    Raises FileRefused where it is another's, of another period, stage, county or criteria, or was taken apart.
    """
    with store.read() as c:
        expected = _expected(c, actor, period_id, stage)
    filled = read_worksheet(path, expected)
    by_unit = _entered(filled)
    if mode is Mode.TRIAL:
        with store.read() as c:
            block = _sorted(c, actor, period_id, stage, by_unit)
        return _preview(filled, block)
    with store.begin(typing(actor, stage)) as c:
        block = _sorted(c, actor, period_id, stage, by_unit)
        sound = not (filled.faults or block.faults or block.conflicts)
        if sound and block.new:
            drafts.add(c, own_key(actor, period_id, block.new[0].unit, stage), block.new, by_of(actor))
    return _preview(filled, block, taken=sound)


def _open_sheets(
    c: Connection, actor: Actor, period_id: str, stage: str, codes: Collection[str] | None
) -> list[Footing]:
    found = footings(c, actor, period_id, stage, codes).values()
    return [own for own in found if _may_enter(actor, own)]


def _may_enter(actor: Actor, own: Footing) -> bool:
    try:
        permit_marking(actor, own)
    except Refused:
        return False
    return own.state is not SheetState.SIGNED


def _expected(c: Connection, actor: Actor, period_id: str, stage: str) -> Expected:
    period = periods.find(c, period_id)
    found = _open_sheets(c, actor, period.id, stage, None)
    return Expected(
        county=county.name(c),
        period=period.id,
        stage=stage,
        holder=actor.sheet_holder.id,
        sets=tuple(criteria.known(c, ref) for ref in period.refs),
        units=frozenset(own.unit.code for own in found),
    )


def _unit(own: Footing, stage: str) -> WorksheetUnit:
    earlier: dict[str, dict[str, EarlierMark]] = {}
    for criterion, seen in own.earlier.items():
        for of in dict.fromkeys(one.stage for one in seen):
            marks = [one for one in seen if one.stage == of]
            earlier.setdefault(of, {})[criterion] = EarlierMark(
                mark=" / ".join(dict.fromkeys(one.mark for one in marks)),
                comment="\n".join(one.comment for one in marks if one.comment),
            )
    return WorksheetUnit(
        code=own.unit.code,
        name=own.unit.name,
        criteria=own.criteria,
        own={
            one.criterion: OwnMark(mark=one.mark, comment=one.comment, revision=one.revision)
            for one in own.marks.values()
        },
        earlier=earlier,
        closed=closed_in(own.criteria, stage),
    )


def _entered(filled: Filled) -> dict[str, list[Entered]]:
    """Return what is changed on the worksheet as it is entered on sheets: a mark with its comment, where either is."""
    cells = {(cell.unit, cell.criterion, cell.entry): cell for cell in filled.cells}
    found: dict[str, list[Entered]] = {}
    for unit, criterion in dict.fromkeys((cell.unit, cell.criterion) for cell in filled.changes):
        mark = cells.get((unit, criterion, Entry.MARK))
        comment = cells.get((unit, criterion, Entry.COMMENT))
        if mark is None:
            continue
        noted = comment is not None and comment.change is not Change.UNTOUCHED
        entered = Entered(
            criterion=criterion,
            mark=mark.text,
            comment=comment.text if noted and comment is not None else None,
            revision=mark.revision,
        )
        found.setdefault(unit, []).append(entered)
    return found


def _sorted(
    c: Connection, actor: Actor, period_id: str, stage: str, by_unit: Mapping[str, Sequence[Entered]]
) -> Block:
    return sort_block(c, actor, period_id, stage, by_unit) if by_unit else Block()


def _preview(filled: Filled, block: Block, *, taken: bool = False) -> Preview:
    marks = {(cell.unit, cell.criterion): cell for cell in filled.cells if cell.entry is Entry.MARK}
    units = {unit.code: unit for unit in filled.worksheet.units}
    changes = []
    for own in block.new:
        subjects = {subject.id: subject for subject in units[own.unit].criteria.subjects}
        before = block.before[own.unit].get(own.criterion) or DraftMark(criterion=own.criterion)
        changes.append(
            WorksheetChange(
                unit=own.unit,
                unit_name=units[own.unit].name,
                subject=subjects[own.criterion],
                before=before.mark,
                after=own.mark,
                comment_before=before.comment,
                comment_after=own.comment,
                place=marks[own.unit, own.criterion].place,
            )
        )
    stale = [Fault(place=_place(marks, one), sentence=told(one)) for one in block.conflicts]
    faults = (*filled.faults, *_faults(marks, block.faults.items()))
    wrong = (*faults, *stale)
    return Preview(
        changes=tuple(changes),
        same=len(marks) - len(changes) - len(block.conflicts) - len(block.faults),
        faults=faults,
        conflicts=block.conflicts,
        marked_back=marked_back(filled, wrong, filled.lang) if wrong else None,
        taken=taken,
    )


def _faults(
    marks: Mapping[tuple[str, str], FilledCell], faults: Iterable[tuple[tuple[str, str], Text]]
) -> list[Fault]:
    return [Fault(place=marks[cell].place, sentence=sentence) for cell, sentence in faults]


def _place(marks: Mapping[tuple[str, str], FilledCell], conflict: Conflict) -> Place:
    return marks[conflict.unit, conflict.criterion].place


def _nothing() -> Fault:
    return Fault.of(
        "现在没有可以填写的评分表：没有分配、已经签署，或不在您的环节",
        "there is no sheet to fill now: none is yours, all are signed, or it is not your turn",
    )


def _too_many(found: int, most: int) -> Fault:
    return Fault.of(
        f"这种样式最多 {most} 个支部，现有 {found} 个；请分批下载，或改用每支部一行的样式",
        f"this layout holds {most} units, and there are {found}: take some of them, or the layout of a row a unit",
    )
