"""Where everything stands on a worksheet: its pages, their columns and lines, and the cells to fill.

Writer and reader both go by what is laid out here. Each line carries its key at both ends, and each column its own
above and below, so that a cell which was moved is not where its keys meet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import Adjustment, CriteriaSet, Part
from scoring.marks import MarkRefused, read_value
from scoring.numbers import marks_text
from scoring.sentences import stage_title
from scoring.spreadsheet.archive import CELLS_MOST, COLUMNS_MOST
from scoring.spreadsheet.scales import NOT_APPLICABLE, Subject, allowed, evidence_asked, method
from scoring.spreadsheet.worksheet import (
    PAGES_MOST,
    EarlierMark,
    Layout,
    OwnMark,
    Worksheet,
    WorksheetUnit,
    as_read,
)
from scoring.spreadsheet.worksheet_cells import cut
from scoring.texts import Lang, Text

TITLE_ROW, HINT_ROW, HEAD_ROW, KEY_ROW, FIRST_ROW = range(5)
"""The rows of every page, counted from 0: a title, a hint, heads, the columns' keys, then the lines."""

STAMP = "_stars"
README = Text("说明", "Read me")
FAULTS = Text("问题清单", "Faults")
_NAME_MOST = 31
_FORBIDDEN = frozenset("[]:*?/\\'")
_RESERVED = {word.casefold() for text in (README, FAULTS) for word in (text.zh, text.en)} | {STAMP, "history"}


At = tuple[int, int, int]
"""A cell by the place of its page, its line and its column, as the worksheet was written, each from 0."""


class Look(StrEnum):
    """What a column is for; the texts of keys, names and earlier marks must come back as they were written."""

    KEY = "key"
    NAME = "name"
    PROSE = "prose"
    SEEN = "seen"
    MARK = "mark"
    COMMENT = "comment"


class Entry(StrEnum):
    """What a cell to fill takes."""

    MARK = "mark"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A cell to fill: of which unit and criterion, for its mark or the comment, and what stands in it at first.

    A ballot has one for each grade; `grade` is the grade's place then, else 0.
    """

    unit: str
    subject: Subject
    entry: Entry
    text: str
    grade: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageColumn:
    """A column: its key, what stands above it for people, its width in characters, and what it is for."""

    key: str
    title: str
    width: int
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line: its key, and its cells in the order of the columns, each a text or a slot."""

    key: str
    cells: tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its name, its title (which says what it is of), the columns that stay in sight, columns and lines."""

    name: str
    title: str
    kept: int
    columns: tuple[PageColumn, ...]
    lines: tuple[Line, ...]

    @property
    def last_row(self) -> int:
        """The row of the closing line, which repeats the columns' keys, counted from 0."""
        return FIRST_ROW + len(self.lines)

    def slots(self) -> Iterator[tuple[int, int, Slot]]:
        """Yield the cells to fill with their line and column, counted from 0."""
        for line, own in enumerate(self.lines):
            for column, cell in enumerate(own.cells):
                if isinstance(cell, Slot):
                    yield line, column, cell


def pages_of(worksheet: Worksheet, layout: Layout, lang: Lang) -> tuple[Page, ...]:
    """Return the pages of *worksheet*. Raises ValueError where there would be more than can be read back."""
    names = _Names()
    if layout is Layout.BY_UNIT:
        pages = tuple(_page_of_set(worksheet, criteria, names, lang) for criteria in worksheet.sets)
    elif len(worksheet.units) > PAGES_MOST:
        raise ValueError(f"{len(worksheet.units)} pages")
    else:
        pages = tuple(_page_of_unit(unit, names, lang) for unit in worksheet.units)
    for page in pages:
        if len(page.columns) > COLUMNS_MOST or len(page.columns) * (page.last_row + 1) > CELLS_MOST:
            raise ValueError(f"{len(page.columns)} columns, {len(page.lines)} lines")
    return pages


def said_of(text: str, lang: Lang) -> str:
    """Return a mark as a worksheet shows it: *not applicable* in its language, all else as it is."""
    return NOT_APPLICABLE.in_(lang) if text == "n/a" else text


class _Names:
    """The names of pages, each once and as Excel takes them."""

    def __init__(self) -> None:
        self._taken = set(_RESERVED)

    def new(self, title: str) -> str:
        """Return a name like *title* that no other page has."""
        plain = " ".join(
            "".join(" " if each in _FORBIDDEN or not each.isprintable() else each for each in title).split()
        )
        name, number = cut(plain, _NAME_MOST).strip() or "1", 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{cut(plain, _NAME_MOST - 1 - len(str(number))).strip()} {number}".strip()
        self._taken.add(name.casefold())
        return name


def _page_of_set(worksheet: Worksheet, criteria: CriteriaSet, names: _Names, lang: Lang) -> Page:
    """Return the page of the units marked by *criteria*: a line a unit."""
    units = worksheet.of(criteria)
    stages = _stages_seen(units)
    columns = [
        PageColumn(key="unit", title=Text("单位代码", "Unit").in_(lang), width=12, look=Look.KEY),
        PageColumn(key="name", title=Text("名称", "Name").in_(lang), width=28, look=Look.NAME),
    ]
    for subject in criteria.subjects:
        columns += _columns_of(subject, stages, lang)
    columns.append(PageColumn(key="unit", title=Text("核对", "Check").in_(lang), width=10, look=Look.KEY))
    lines = []
    for unit in units:
        cells: list[str | Slot] = [unit.code, as_read(unit.name)]
        for subject in criteria.subjects:
            cells += _slots_of(unit, subject, lang)
            cells += [_earlier(unit, stage, subject, lang).mark for stage in stages]
        lines.append(Line(key=unit.code, cells=(*cells, unit.code)))
    return Page(
        name=names.new(criteria.title.in_(lang)),
        title=f"{as_read(criteria.title.in_(lang))}  {criteria.ref}",
        kept=2,
        columns=tuple(columns),
        lines=tuple(lines),
    )


def _columns_of(subject: Subject, stages: Sequence[str], lang: Lang) -> Iterator[PageColumn]:
    """Yield the columns of one criterion: for the own mark, then for what other stages gave."""
    title, range_ = subject.title.in_(lang), allowed(subject).in_(lang)
    for key, word in _keys_of(subject, lang):
        head = f"{title}\n{word}（{range_}）" if word else f"{title}\n{range_}"
        yield PageColumn(key=key, title=head, width=11 if word else 13, look=Look.MARK)
    for stage in stages:
        yield PageColumn(
            key=f"{subject.id} {stage}", title=stage_title(stage).in_(lang), width=7, look=Look.SEEN
        )


def _page_of_unit(unit: WorksheetUnit, names: _Names, lang: Lang) -> Page:
    """Return the page of one unit: a line a criterion, of a ballot a line a grade."""
    stages = _stages_seen([unit])
    noted = [stage for stage in stages if any(mark.comment for mark in unit.earlier[stage].values())]
    lines = []
    for subject in unit.criteria.subjects:
        marks = _slots_of(unit, subject, lang)
        described = _described(unit.criteria, subject, lang)
        seen = [_earlier(unit, stage, subject, lang) for stage in stages]
        notes = [_earlier(unit, stage, subject, lang).comment for stage in noted]
        for place, ((key, word), mark) in enumerate(zip(_keys_of(subject, lang), marks, strict=True)):
            part, title, *rest = described
            cells: list[str | Slot]
            if place:
                cells = [key, "", f"{title}：{word}", *("" for _ in (*rest, *seen, *notes)), mark, ""]
            else:
                named = f"{title}：{word}" if word else title
                comment = _comment_of(unit, subject)
                cells = [key, part, named, *rest, *(one.mark for one in seen), *notes, mark, comment]
            lines.append(Line(key=key, cells=(*cells, key)))
    return Page(
        name=names.new(f"{unit.code} {unit.name}"),
        title=f"{unit.code}  {as_read(unit.name)}",
        kept=3,
        columns=tuple(_unit_columns(stages, noted, lang)),
        lines=tuple(lines),
    )


def _unit_columns(stages: Sequence[str], noted: Sequence[str], lang: Lang) -> Iterator[PageColumn]:
    for key, title, width, look in (
        ("criterion", Text("编号", "Id"), 10, Look.KEY),
        ("part", Text("标准", "Part"), 14, Look.PROSE),
        ("title", Text("指标", "Criterion"), 26, Look.PROSE),
        ("full_marks", Text("满分", "Full marks"), 7, Look.PROSE),
        ("method", Text("评分办法", "How it is marked"), 44, Look.PROSE),
        ("evidence", Text("佐证材料", "Evidence"), 16, Look.PROSE),
    ):
        yield PageColumn(key=key, title=title.in_(lang), width=width, look=look)
    for stage in stages:
        yield PageColumn(key=f"mark {stage}", title=stage_title(stage).in_(lang), width=8, look=Look.SEEN)
    for stage in noted:
        called = stage_title(stage)
        noted_by = Text(f"{called.zh}意见", f"Comment ({called.en})").in_(lang)
        yield PageColumn(key=f"comment {stage}", title=noted_by, width=22, look=Look.SEEN)
    yield PageColumn(key="mark", title=Text("评分", "Mark").in_(lang), width=10, look=Look.MARK)
    yield PageColumn(key="comment", title=Text("意见", "Comment").in_(lang), width=30, look=Look.COMMENT)
    yield PageColumn(key="criterion", title=Text("核对", "Check").in_(lang), width=10, look=Look.KEY)


def _described(criteria: CriteriaSet, subject: Subject, lang: Lang) -> tuple[str, ...]:
    """Return the part, the title, the full marks, how it is marked and the evidence asked for."""
    full = "" if isinstance(subject, Adjustment) else marks_text(subject.full_marks)
    part = _part_of(criteria.root, subject)
    named = part.title.in_(lang) if part is not criteria.root else ""
    prose = (method(subject).in_(lang), evidence_asked(subject).in_(lang))
    return (named, subject.title.in_(lang), full, *prose)


def _part_of(part: Part, subject: Subject) -> Part:
    """Return the part below *part*, or itself, that holds *subject*."""
    for each in part.all_parts():
        if any(own is subject for own in (*each.criteria, *each.adjustments)):
            return each
    raise AssertionError(subject.id)


def _stages_seen(units: Sequence[WorksheetUnit]) -> tuple[str, ...]:
    """Return the other stages the units show marks of, in the order of their set."""
    seen = {stage for unit in units for stage in unit.earlier}
    known = [stage for stage in units[0].criteria.all_stages if stage in seen]
    return (*known, *sorted(seen - set(known)))


def _keys_of(subject: Subject, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return the keys of the cells a mark of *subject* is entered in, each with its grade's title ('' without)."""
    if isinstance(subject, Criterion) and subject.kind is Kind.BALLOT:
        return tuple((f"{subject.id}={grade.id}", grade.title.in_(lang)) for grade in subject.grades)
    return ((subject.id, ""),)


def _slots_of(unit: WorksheetUnit, subject: Subject, lang: Lang) -> list[Slot]:
    own = unit.own.get(subject.id, OwnMark())
    return [
        Slot(
            unit=unit.code,
            subject=subject,
            entry=Entry.MARK,
            text=said_of(text, lang),
            grade=grade,
            closed=subject.id in unit.closed,
        )
        for grade, text in enumerate(_cells_of(subject, as_read(own.mark)))
    ]


def _cells_of(subject: Subject, mark: str) -> list[str]:
    """Return what the cells of a mark show. A ballot that cannot be read stands in its first cell."""
    if not (isinstance(subject, Criterion) and subject.kind is Kind.BALLOT):
        return [mark]
    counts: Sequence[object] = ()
    try:
        value = read_value(subject, mark) if mark else None
        counts = value if isinstance(value, tuple) else ()
    except MarkRefused:
        pass
    return list(map(str, counts)) or [mark, *("" for _ in subject.grades[1:])]


def _comment_of(unit: WorksheetUnit, subject: Subject) -> Slot:
    own = unit.own.get(subject.id, OwnMark())
    closed = subject.id in unit.closed
    text = as_read(own.comment)
    return Slot(unit=unit.code, subject=subject, entry=Entry.COMMENT, text=text, closed=closed)


def _earlier(unit: WorksheetUnit, stage: str, subject: Subject, lang: Lang) -> EarlierMark:
    mark = unit.earlier.get(stage, {}).get(subject.id, EarlierMark())
    cells = _cells_of(subject, as_read(mark.mark))
    text = " / ".join(cells) if all(cells) else cells[0]
    return EarlierMark(mark=said_of(text, lang), comment=as_read(mark.comment))
