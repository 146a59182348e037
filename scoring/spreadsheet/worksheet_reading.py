"""A worksheet that comes back: refused where it is another one or was taken apart, else read cell by cell.

A cell that was empty and still is counts as untouched; one that had a mark and is empty now takes the mark back.
Whole rows may come in another order. Everything else must stand where it was written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from scoring.criteria.loader import digest
from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, FileRefused, Place
from scoring.records import shown
from scoring.sentences import stage_title
from scoring.spreadsheet.archive import Book, refusal
from scoring.spreadsheet.grids import Texts, open_book, sheet_grid
from scoring.spreadsheet.tables import capped
from scoring.spreadsheet.worksheet import Expected, Layout, OwnMark, Worksheet, as_read
from scoring.spreadsheet.worksheet_entries import EntryRefused, canonical_mark, comment, entered
from scoring.spreadsheet.worksheet_pages import STAMP, At, Entry, Page, pages_of
from scoring.spreadsheet.worksheet_stamp import FORMAT, OtherFormat, Stamp, StampWrong, read_stamp
from scoring.spreadsheet.worksheet_table import CellRead, PageRead, read_page
from scoring.texts import Lang, Text


class Change(StrEnum):
    """What became of a mark or comment since the worksheet was made."""

    UNTOUCHED = "untouched"
    ENTERED = "entered"
    CHANGED = "changed"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledCell:
    """A mark or comment as it was brought back: *text* in canonical form ('' where empty), *before* as it was.

    `revision` is the one it was read at when the worksheet was made. A ballot's place is the cell of its first grade.
    """

    place: Place
    unit: str
    criterion: str
    entry: Entry
    text: str
    before: str
    revision: int

    @property
    def change(self) -> Change:
        """What became of it."""
        if self.text == self.before:
            return Change.UNTOUCHED
        if not self.before:
            return Change.ENTERED
        return Change.CHANGED if self.text else Change.CLEARED


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A worksheet that came back: what it was when made, its cells that are sound, and what is wrong, by cell.

    While `faults` holds anything it is not to be taken. `typed` is what cells show that are not as they were written,
    `where` which cell of the worksheet stands at a place: so it can be given back with the faults marked.
    """

    worksheet: Worksheet
    layout: Layout
    lang: Lang
    cells: tuple[FilledCell, ...]
    faults: tuple[Fault, ...]
    typed: Mapping[At, str]
    where: Mapping[Place, At]

    @property
    def changes(self) -> tuple[FilledCell, ...]:
        """The cells that are not what they were."""
        return tuple(cell for cell in self.cells if cell.change is not Change.UNTOUCHED)


def read_worksheet(path: Path, expected: Expected) -> Filled:
    """Return what was filled in the worksheet at *path*, with the faults of its cells, all at once.

    Raises FileRefused where it is no worksheet of what is *expected* (period, stage, holder, county, criteria), of
    another format, or where rows, columns or sheets were moved, so that cells are not what they say.
    """
    book = open_book(path)
    stamp = _stamp(book, path.name)
    sets = {digest(criteria): criteria for criteria in expected.sets}
    _check(stamp, expected, sets, path.name)
    try:
        worksheet = stamp.worksheet(sets)
        pages = pages_of(worksheet, stamp.layout, stamp.lang)
    except ValueError:
        raise refusal(Place(file=path.name, sheet=STAMP), _DAMAGED) from None
    read = _pages(book, pages, path.name)
    book.finish()
    return _Filling(stamp, worksheet, expected).filled(read)


def _stamp(book: Book, file: str) -> Stamp:
    """Return the stamp in the hidden sheet. Raises FileRefused."""
    place = Place(file=file, sheet=STAMP)
    if STAMP not in book.names:
        raise refusal(Place(file=file), _NO_STAMP)
    grid = sheet_grid(book.sheet(STAMP), file)
    texts = Texts(place)
    try:
        return read_stamp([[texts[value] or "" for value in values] for _, values in grid.rows])
    except OtherFormat as other:
        found = shown(other.args[0], 8)
        sentence = Text(
            f"这是另一版本的评分表（格式 {found}，现用 {FORMAT}）；请重新下载",
            f"this worksheet is of another format ({found}; now it is {FORMAT}); download it again",
        )
        raise refusal(place, sentence) from None
    except StampWrong:
        raise refusal(place, _DAMAGED) from None


def _check(stamp: Stamp, expected: Expected, sets: Mapping[str, CriteriaSet], file: str) -> None:
    """Raise FileRefused, with every reason, where the worksheet is not the one that is expected."""
    place = Place(file=file)
    sentences = list(_others(stamp, expected))
    refs = {criteria.ref for criteria in expected.sets}
    for ref, own in stamp.sets:
        if own not in sets:
            called = shown(ref)
            sentences.append(
                Text(
                    f"所用的评分标准 {called} 与现在的内容不同；请重新下载",
                    f"its criteria set {called} is not what it is now; download the worksheet again",
                )
                if ref in refs
                else Text(
                    f"所用的评分标准 {called} 不是本期采用的；请重新下载",
                    f"its criteria set {called} is not used in this period; download the worksheet again",
                )
            )
    if sentences:
        raise FileRefused([Fault(place=place, sentence=sentence) for sentence in sentences])


def _others(stamp: Stamp, expected: Expected) -> Iterator[Text]:
    if stamp.county != as_read(expected.county):
        was = shown(stamp.county)
        yield Text(f"这是{was}的评分表，不是本县区的", f"this is a worksheet of {was}, not of this county")
    if stamp.period != as_read(expected.period):
        was, now = shown(stamp.period), shown(expected.period)
        yield Text(
            f"这是评定期 {was} 的评分表，现在要的是 {now}；请下载本期的评分表",
            f"this is the worksheet of period {was}, and {now} is asked for; download that of this period",
        )
    if stamp.stage != expected.stage:
        of, asked = stage_title(shown(stamp.stage)), stage_title(expected.stage)
        yield Text(
            f"这是“{of.zh}”阶段的评分表，现在要的是“{asked.zh}”",
            f"this is the worksheet of the stage {of.en}, and {asked.en} is asked for",
        )
    if stamp.holder[0] != as_read(expected.holder):
        was = shown(stamp.holder[1])
        yield Text(
            f"这份评分表是给{was}的，不能由别人提交；请用自己下载的那一份",
            f"this worksheet was made for {was} and cannot be brought back by somebody else; use your own",
        )


def _pages(book: Book, pages: tuple[Page, ...], file: str) -> list[PageRead]:
    """Return the pages as they were found. Raises FileRefused with all that was moved, renamed or deleted."""
    names = set(book.names)
    faults = [
        Fault(place=Place(file=file, sheet=page.name), sentence=_GONE)
        for page in pages
        if page.name not in names
    ]
    read = [read_page(book, page, file) for page in pages if page.name in names]
    faults += [fault for page in read for fault in page.moved]
    if faults:
        raise FileRefused(capped(faults, Place(file=file)))
    return read


class _Filling:
    """The cells of a worksheet that stands as it was written, so far."""

    def __init__(self, stamp: Stamp, worksheet: Worksheet, expected: Expected) -> None:
        self.stamp, self.worksheet, self.expected = stamp, worksheet, expected
        self.own = {unit.code: unit.own for unit in worksheet.units}
        self.cells: list[FilledCell] = []
        self.faults: list[Fault] = []

    def filled(self, pages: list[PageRead]) -> Filled:
        typed: dict[At, str] = {}
        where: dict[Place, At] = {}
        others: list[Fault] = []
        for place, page in enumerate(pages):
            for cell in page.cells:
                at = where[cell.place] = (place, cell.line, cell.column)
                if cell.text != cell.slot.text:
                    typed[at] = cell.text
            ordered = sorted(page.cells, key=_order)
            for _, run in groupby(ordered, key=lambda cell: _order(cell)[:3]):
                self._mark(list(run))
            others += page.others
        self.cells.sort(key=lambda cell: where[cell.place])
        self.faults.sort(key=lambda fault: where[fault.place])
        return Filled(
            worksheet=self.worksheet,
            layout=self.stamp.layout,
            lang=self.stamp.lang,
            cells=tuple(self.cells),
            faults=(*self.faults, *others),
            typed=typed,
            where=where,
        )

    def _mark(self, cells: list[CellRead]) -> None:
        """Take one mark or comment, which a ballot has several cells for."""
        first = cells[0].slot
        wrong = [(cell, cell.fault) for cell in cells if cell.fault is not None]
        changed = [cell for cell in cells if cell.text != cell.slot.text]
        if (first.closed or first.unit not in self.expected.units) and changed:
            for cell in changed:
                self._fault(cell, _closed(cell, first.closed))
        elif wrong:
            for cell, sentence in wrong:
                self._fault(cell, sentence)
        elif not first.closed and first.unit in self.expected.units:
            self._take(cells)

    def _take(self, cells: list[CellRead]) -> None:
        slot = cells[0].slot
        own = self.own[slot.unit].get(slot.subject.id, OwnMark())
        noted = slot.entry is Entry.COMMENT
        before = as_read(own.comment) if noted else canonical_mark(slot.subject, own.mark)
        try:
            text = comment(cells[0].text) if noted else entered(slot.subject, [cell.text for cell in cells])
        except EntryRefused as refused:
            self._fault(cells[refused.cell], refused.sentence)
            return
        self.cells.append(
            FilledCell(
                place=cells[0].place,
                unit=slot.unit,
                criterion=slot.subject.id,
                entry=slot.entry,
                text=text,
                before=before,
                revision=own.revision,
            )
        )

    def _fault(self, cell: CellRead, sentence: Text) -> None:
        self.faults.append(Fault(place=cell.place, sentence=sentence))


def _order(cell: CellRead) -> tuple[str, str, str, int]:
    return (cell.slot.unit, cell.slot.subject.id, cell.slot.entry, cell.slot.grade)


def _closed(cell: CellRead, closed: bool) -> Text:  # noqa: FBT001  which of two reasons
    was = cell.slot.text
    zh, en = (f"恢复原来的“{was}”", f"put back “{was}”") if was else ("清空这一格", "clear the cell")
    if closed:
        return Text(f"这一项不由您评分；请{zh}", f"this is not yours to mark; {en}")
    return Text(
        f"{cell.slot.unit} 现在不能由您评分（已签署，或已交给别人）；请{zh}",
        f"{cell.slot.unit} is not yours to mark now (it was signed, or given to somebody else); {en}",
    )


_NO_STAMP = Text(
    "这不是从本系统下载的评分表（缺少隐藏的版本表）；请在下载的评分表里填写，不要把内容复制到新的工作簿",
    "this is no worksheet downloaded from this service (its hidden version sheet is missing); "
    "fill in the one you downloaded, do not copy it to a new workbook",
)
_DAMAGED = Text(
    "隐藏的版本表已被改动或损坏，无法确认这是哪一份评分表；请重新下载，把评分填进去",
    "the hidden version sheet was changed or damaged, so nobody can say which worksheet this is; "
    "download it again and enter the marks there",
)
_GONE = Text(
    "这张工作表不见了（被删除或改了名字）；请恢复，或重新下载后再填",
    "this sheet is missing (deleted or renamed); bring it back, or download the worksheet again",
)
