"""A clerk's file as a table: the columns that were asked for, under whatever heads, row by row as text.

The head is found, not assumed: office tables like a title or two above it. A file is taken whole or refused
with everything that is wrong with it, each fault named by row and column as Excel shows them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from operator import itemgetter
from pathlib import Path
from unicodedata import normalize

from scoring.errors import Fault, FileRefused, Place
from scoring.spreadsheet.archive import Merged, refusal
from scoring.spreadsheet.grids import OPENING_LINES, Grid, Texts, flaw, open_grid
from scoring.texts import Text

Row = tuple[int, tuple[str, ...]]
"""The number of a row as Excel shows it, and its cells in the order of the table's columns."""

FAULTS_MOST = 200
_HEAD_WITHIN = OPENING_LINES
_ALIKE_MOST = 20
_KEPT_MOST = 1_000
_QUOTED_MOST = 40


class Others(StrEnum):
    """What becomes of columns that a form does not name."""

    REFUSED = "refused"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a form: its name, and what else its head may say. The first alias is its Chinese name."""

    name: str
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert all(_folded(head) for head in (self.name, *self.aliases)), "a head says something"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The columns a table must have, those it may have, and what becomes of others."""

    required: tuple[Column, ...]
    optional: tuple[Column, ...] = ()
    others: Others = Others.REFUSED

    def __post_init__(self) -> None:
        assert self.required, "a head is known by the columns it must have"
        heads = [_folded(head) for column in self.columns for head in {column.name, *column.aliases}]
        assert len(heads) == len(set(heads)), "a head belongs to one column"

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns by name, the required ones first."""
        return (*self.required, *self.optional)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file's contents by the columns of a form.

    `columns` names the cells of every row: the form's required columns, its optional ones, then the others as
    their heads are written, from left to right. `letters` are the columns' letters in Excel, None for an
    optional column the file does not have; its cells are "". Rows without any content are left out.
    """

    place: Place
    form: Form
    head: int
    columns: tuple[str, ...]
    letters: tuple[str | None, ...]
    rows: tuple[Row, ...]

    @property
    def others(self) -> tuple[str, ...]:
        """The columns the form does not name."""
        return self.columns[len(self.form.columns) :]

    def has(self, column: str) -> bool:
        """Return whether the file has that column, be it empty."""
        return self.letters[self.columns.index(column)] is not None

    def place_of(self, row: int, column: str) -> Place:
        """Return where the cell of that row and column is, for a fault found in it later."""
        letter = self.letters[self.columns.index(column)]
        return Place(file=self.place.file, sheet=self.place.sheet, row=row, column=letter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed(Table):
    """A row of a form that was typed into fields, with no file behind it; `letters` are what the fields are called."""

    def place_of(self, row: int, column: str) -> Place:
        """Return the field of that column; where there is one row alone it has the number 0, and is not named."""
        return Place(row=row or None, field=self.letters[self.columns.index(column)])


def read_table(path: Path, *forms: Form) -> Table:
    """Return the table in the CSV or XLSX file at *path*, by the first of *forms* that its head answers.

    The head is the first row, of the first ten, that holds every required column of a form; heads are compared
    without regard to case, width and spaces. Raises FileRefused with all faults of the file.
    """
    grid = open_grid(path)
    texts = Texts(grid.place)
    head = _find_head(grid, texts, forms)
    faults = _Faults(grid.place)
    layout = _laid_out(head, faults)
    _report_special_cells(grid, head.row, faults)
    rows = tuple(_body(grid, texts, layout, faults))
    faults.raise_any()
    return Table(
        place=grid.place,
        form=head.form,
        head=head.row,
        columns=layout.names,
        letters=tuple(letters_of(at) if at < layout.width else None for at in layout.positions),
        rows=rows,
    )


def capped(faults: Sequence[Fault], place: Place) -> tuple[Fault, ...]:
    """Return the first two hundred of the faults of the file at *place*, and in one more how many others there are."""
    more = len(faults) - FAULTS_MOST
    if more <= 0:
        return tuple(faults)
    sentence = Text(
        f"还有 {more:,} 处问题没有列出；请改正以上各处后再提交一次",
        f"{more:,} more faults are not listed; mend those above and send the file again",
    )
    return (*faults[:FAULTS_MOST], Fault(place=place, sentence=sentence))


def letters_of(position: int) -> str:
    """Return what Excel calls the column at *position*, counted from 0: A, B, … Z, AA."""
    letters, left = "", position + 1
    while left:
        left, last = divmod(left - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def _folded(head: str) -> str:
    """Return a head in the form in which heads are compared. Office heads are often spaced out: 单 位."""
    return "".join(normalize("NFKC", head).split()).casefold()


class _Faults:
    """The faults of one file so far: the first thousand kept, the rest counted."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._faults: list[Fault] = []
        self._more = 0

    def add(self, sentence: Text, *, row: int | None = None, position: int | None = None) -> None:
        """Add a fault of the cell at *row* and *position* (from 0), or of the file as a whole."""
        column = None if position is None else letters_of(position)
        place = Place(file=self._place.file, sheet=self._place.sheet, row=row, column=column)
        self.extend([Fault(place=place, sentence=sentence)])

    def extend(self, faults: Iterable[Fault]) -> None:
        """Add faults that have a place already."""
        for fault in faults:
            if len(self._faults) < _KEPT_MOST:
                self._faults.append(fault)
            else:
                self._more += 1

    def raise_any(self) -> None:
        """Raise FileRefused with the first 200 faults in order of place, if there are any."""
        if not self._faults:
            return
        faults = sorted(self._faults, key=_place_order)
        more = self._more + len(faults) - FAULTS_MOST
        if more > 0:
            sentence = Text(
                f"还有 {more:,} 处问题没有列出；请改正以上各处后再提交一次",
                f"{more:,} more faults are not listed; correct those above and send the file again",
            )
            faults = [*faults[:FAULTS_MOST], Fault(place=self._place, sentence=sentence)]
        raise FileRefused(faults)


def _place_order(fault: Fault) -> tuple[float, int, str]:
    letters = fault.place.column or ""
    return (fault.place.row or inf, len(letters), letters)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The row that was recognised as the head of a form; None stands for a cell that has no text."""

    row: int
    form: Form
    values: Sequence[object]
    cells: tuple[str | None, ...]


def _find_head(grid: Grid, texts: Texts, forms: Sequence[Form]) -> _Head:
    """Return the head, having read the grid's rows up to it. Raises FileRefused if there is none."""
    nearest: tuple[float, int | None, Sequence[Column]] = (0.0, None, forms[0].required)
    try:
        for row, values in grid.rows:
            if row > _HEAD_WITHIN:
                break
            cells = tuple(map(texts.__getitem__, values))
            heads = {_folded(cell) for cell in cells if cell}
            for form in forms:
                missing = [column for column in form.required if not _heads_of(column) & heads]
                if not missing:
                    return _Head(row=row, form=form, values=values, cells=cells)
                found = 1 - len(missing) / len(form.required)
                if found > nearest[0]:
                    nearest = (found, row, missing)
    except FileRefused:
        _refuse_delimiter(grid)
        raise
    _refuse_delimiter(grid)
    _, row_or_none, lacking = nearest
    raise refusal(_within(grid.place, row_or_none), _missing(lacking, row_or_none))


def _heads_of(column: Column) -> set[str]:
    return {_folded(head) for head in (column.name, *column.aliases)}


def _within(place: Place, row: int | None) -> Place:
    return Place(file=place.file, sheet=place.sheet, row=row)


def _called(column: Column) -> Text:
    zh = f"“{column.aliases[0]}”（{column.name}）" if column.aliases else f"“{column.name}”"
    return Text(zh, f"“{column.name}”")


def _missing(columns: Sequence[Column], row: int | None) -> Text:
    called = [_called(column) for column in columns]
    zh, en = "、".join(each.zh for each in called), ", ".join(each.en for each in called)
    if row is None:
        return Text(
            f"前 {_HEAD_WITHIN} 行里没有表头；请在数据上方加一行表头，写明：{zh}",
            f"there is no head in the first {_HEAD_WITHIN} rows; put one above the data, with: {en}",
        )
    return Text(f"这一行表头缺少：{zh}；请补上", f"the head in this row lacks: {en}; add what is missing")


_DELIMITERS = {
    ";": Text("分号", "semicolons"),
    "\t": Text("制表符（Tab）", "tabs"),
    "，": Text("中文逗号", "Chinese commas"),
    "；": Text("中文分号", "Chinese semicolons"),
    "|": Text("竖线", "vertical bars"),
}


def _refuse_delimiter(grid: Grid) -> None:
    """Raise FileRefused if most of a CSV file's first lines have no more commas than of another delimiter."""
    lines = [line for line in grid.opening if line.strip()]
    for delimiter, called in _DELIMITERS.items():
        if 2 * sum(line.count(delimiter) >= max(1, line.count(",")) for line in lines) > len(lines):
            sentence = Text(
                f"文件用{called.zh}分隔各列，应当用英文逗号；请用 Excel 或 WPS 打开，分好列后另存为 xlsx 或 CSV",
                f"the columns are separated by {called.en} instead of commas; "
                "open the file in Excel or WPS, split it into columns, and save it as xlsx or CSV",
            )
            raise refusal(grid.place, sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where the columns of a table are in its file, counted from 0; *width* where one is not there at all.

    `gaps` are the columns within the head's width over which nothing is written.
    """

    names: tuple[str, ...]
    positions: tuple[int, ...]
    gaps: tuple[int, ...]
    width: int


def _laid_out(head: _Head, faults: _Faults) -> _Layout:
    """Return where each column is; what is wrong with the head goes to *faults*."""
    asked = {folded: column for column in head.form.columns for folded in _heads_of(column)}
    seen: dict[str, int] = {}
    others: list[tuple[str, int]] = []
    for position, cell in enumerate(head.cells):
        if cell is None:
            faults.add(flaw(head.values[position]), row=head.row, position=position)
        elif cell:
            column = asked.get(_folded(cell))
            key = column.name if column else _folded(cell)
            if key in seen:
                faults.add(_twice(column or Column(name=cell), seen[key]), row=head.row, position=position)
            elif column is None and head.form.others is Others.REFUSED:
                faults.add(_unknown(cell), row=head.row, position=position)
            elif column is None:
                others.append((cell, position))
            seen.setdefault(key, position)
    filled = [position for position, cell in enumerate(head.cells) if cell != ""]
    width = filled[-1] + 1
    return _Layout(
        names=(*(column.name for column in head.form.columns), *(name for name, _ in others)),
        positions=(
            *(seen.get(column.name, width) for column in head.form.columns),
            *(position for _, position in others),
        ),
        gaps=tuple(sorted(set(range(width)) - set(filled))),
        width=width,
    )


def _twice(column: Column, first: int) -> Text:
    called, letters = _called(column), letters_of(first)
    return Text(
        f"与 {letters} 列重复，都是{called.zh}；请只保留一列",
        f"this is {called.en} again, like column {letters}; keep only one of the two",
    )


def _unknown(head: str) -> Text:
    shown = head if len(head) <= _QUOTED_MOST else f"{head[:_QUOTED_MOST]}…"
    return Text(
        f"表中不应有“{shown}”这一列；请删去这一列，或按模板改正列名",
        f"the column “{shown}” is not known here; delete it, or correct its head",
    )


_FORMULA = Text(
    "单元格是公式；请复制后用“选择性粘贴—数值”把公式换成结果",
    "the cell is a formula; copy it and use Paste Special, Values to replace it by its result",
)
_PERCENT = Text(
    "单元格是百分比格式，存放的数只有显示的百分之一；请把格式改为“常规”，再重新填写这个数",
    "the cell is formatted as a percentage and holds a hundredth of what it shows; "
    "format it as General and type the number again",
)
_UNHEADED = Text(
    "这一列没有表头，却有内容；请补上表头，或删去这里的内容（CSV 里带逗号的内容要加英文引号）",
    "there is something here, but the column has no head; add one, or delete this "
    "(in CSV, contents with a comma in them are put in quotation marks)",
)


def _report_special_cells(grid: Grid, head: int, faults: _Faults) -> None:
    """Report formulas, percentages and merged cells in the head or below it; a title above it may have any."""
    for cells, sentence, called in (
        (grid.formulas, _FORMULA, Text("公式", "formulas")),
        (grid.percents, _PERCENT, Text("百分比格式", "percentages")),
    ):
        below = [cell for cell in cells.first if cell[0] >= head]
        for row, column in below[:_ALIKE_MOST]:
            faults.add(sentence, row=row, position=column - 1)
        _report_rest(cells.total - (len(cells.first) - len(below)), called, faults)
    merged = [each for each in grid.merged if each.last_row >= head]
    for each in merged[:_ALIKE_MOST]:
        faults.add(_unmerge(each), row=each.first_row, position=each.column - 1)
    _report_rest(len(merged), Text("合并单元格", "merged ranges"), faults)


def _report_rest(total: int, called: Text, faults: _Faults) -> None:
    more = total - _ALIKE_MOST
    if more > 0:
        faults.add(
            Text(
                f"另有 {more:,} 处{called.zh}，请一并改正",
                f"there are {more:,} more {called.en}; correct them too",
            )
        )


def _unmerge(merged: Merged) -> Text:
    return Text(
        f"{merged.name} 是合并单元格；请取消合并，并把每一格都填写完整",
        f"{merged.name} is a merged range; unmerge it and fill in every cell",
    )


def _body(grid: Grid, texts: Texts, layout: _Layout, faults: _Faults) -> Iterator[Row]:
    """Yield the rows below the head that have any content; what is wrong with them goes to *faults*."""
    positions = layout.positions
    pick = itemgetter(*positions) if len(positions) > 1 else itemgetter(slice(positions[0], positions[0] + 1))
    needed, text = max(positions) + 1, texts.__getitem__
    try:
        for row, values in grid.rows:
            cells = tuple(map(text, values))
            if None in cells:
                for position, value in enumerate(values):
                    if cells[position] is None:
                        faults.add(flaw(value), row=row, position=position)
                cells = tuple(cell or "" for cell in cells)
            if not any(cells):
                continue
            if layout.gaps or len(cells) > layout.width:
                for position in (*layout.gaps, *range(layout.width, len(cells))):
                    if position < len(cells) and cells[position]:
                        faults.add(_UNHEADED, row=row, position=position)
            if len(cells) < needed:
                cells += ("",) * (needed - len(cells))
            yield row, pick(cells)
    except FileRefused as refusal:
        faults.extend(refusal.faults)
