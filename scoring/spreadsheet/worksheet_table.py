"""A page of a worksheet that came back: whether everything still stands where it was written, and what is in its cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from scoring.errors import Fault, Place
from scoring.spreadsheet.archive import Book
from scoring.spreadsheet.grids import Grid, Texts, flaw, sheet_grid
from scoring.spreadsheet.tables import letters_of
from scoring.spreadsheet.worksheet import as_read
from scoring.spreadsheet.worksheet_pages import FIRST_ROW, KEY_ROW, TITLE_ROW, Look, Page, Slot
from scoring.texts import Text

_ALIKE_MOST = 20
_QUOTED_MOST = 40
_AS_WRITTEN = frozenset({Look.KEY, Look.NAME, Look.SEEN})

_FORMULA = Text(
    "单元格是公式；请直接填写数值，或复制后用“选择性粘贴—数值”换成结果",
    "the cell is a formula; enter its value, or copy it and use Paste Special, Values",
)
_PERCENT = Text(
    "单元格是百分比格式，存放的数只有显示的百分之一；请把格式改为“常规”，再重新填写这个数",
    "the cell is formatted as a percentage and holds a hundredth of what it shows; "
    "format it as General and type the number again",
)
_OUTSIDE = Text(
    "这里在表格之外，填了也不会读取；请删去，或移到另外新建的工作表",
    "this stands outside the table and is not read; delete it, or move it to a sheet of your own",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRead:
    """A cell to fill as it was found: where, the slot it is, its text, and why it has none that counts (else None).

    `text` is what it shows; of a formula or a percentage it says so, so that it stays a fault until it is typed anew.
    """

    line: int
    column: int
    place: Place
    slot: Slot
    text: str
    fault: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """A page as it was found: its cells to fill, line by line, and what is wrong besides them.

    Where `moved` holds anything, something is not where it was written, and the cells are not to be trusted.
    """

    cells: tuple[CellRead, ...]
    moved: tuple[Fault, ...]
    others: tuple[Fault, ...]


def read_page(book: Book, page: Page, file: str | None) -> PageRead:
    """Return what stands on *page* of *book*. Raises FileRefused where the sheet cannot be read safely."""
    return _Reading(sheet_grid(book.sheet(page.name), file), page).read()


class _Reading:
    def __init__(self, grid: Grid, page: Page) -> None:
        self.page, self.place = page, grid.place
        self.texts = Texts(grid.place)
        self.rows = {row - 1: values for row, values in grid.rows}
        self.formulas = {(row - 1, column - 1) for row, column in grid.formulas.first}
        self.percents = {(row - 1, column - 1) for row, column in grid.percents.first}
        self.unlisted = grid.formulas.total + grid.percents.total - len(self.formulas) - len(self.percents)
        self.merged = grid.merged

    def read(self) -> PageRead:
        moved = list(self._moved_columns())
        places = self._places()
        moved += self._moved_lines(places)
        cells = () if moved else tuple(self._cells(places))
        return PageRead(cells=cells, moved=tuple(moved), others=tuple(self._others(places)))

    def _value(self, row: int, column: int) -> object:
        values = self.rows.get(row, ())
        return values[column] if column < len(values) else ""

    def _shown(self, row: int, column: int) -> str:
        """Return what the cell shows, whatever it is."""
        value = self._value(row, column)
        if isinstance(value, str):
            return as_read(value)
        text = self.texts[value]
        return str(value) if text is None else text

    def _fault(self, row: int, column: int | None, sentence: Text) -> Fault:
        letters = None if column is None else letters_of(column)
        place = Place(file=self.place.file, sheet=self.place.sheet, row=row + 1, column=letters)
        return Fault(place=place, sentence=sentence)

    def _moved_columns(self) -> Iterator[Fault]:
        """Yield a fault for the title and each key of a column that is not as it was written."""
        if self._shown(TITLE_ROW, 0) != as_read(self.page.title):
            found = self._shown(TITLE_ROW, 0)
            yield self._fault(TITLE_ROW, 0, _other(self.page.title, found, "这张工作表", "this sheet"))
        for row, called in (
            (KEY_ROW, ("编号行", "the row of keys")),
            (self.page.last_row, ("结尾行", "the closing row")),
        ):
            wrong = [
                (column, own.key)
                for column, own in enumerate(self.page.columns)
                if self._shown(row, column) != as_read(own.key)
            ]
            if len(wrong) > 1 and 2 * len(wrong) > len(self.page.columns):
                yield self._fault(row, None, Text(
                    f"这一行应是表格的{called[0]}，现在不是：有行或列被增删、移动；请撤销这些改动，或重新下载后再填",
                    f"this row should be {called[1]} of the table and is not: rows or columns were added, deleted or "
                    "moved; undo that, or download the worksheet again",
                ))  # fmt: skip
                continue
            for column, key in wrong:
                yield self._fault(row, column, _other(key, self._shown(row, column), "这一列", "this column"))

    def _places(self) -> list[int]:
        """Return the row of each line, counted from 0: where its key stands, if the rows only changed places."""
        rows = range(FIRST_ROW, self.page.last_row)
        found = {self._shown(row, 0): row for row in rows}
        keys = [line.key for line in self.page.lines]
        return [found[as_read(key)] for key in keys] if set(found) == set(map(as_read, keys)) else list(rows)

    def _moved_lines(self, places: Sequence[int]) -> Iterator[Fault]:
        """Yield a fault for each cell that must come back as it was written, and did not."""
        last = len(self.page.columns) - 1
        checked = [column for column, own in enumerate(self.page.columns) if own.look in _AS_WRITTEN]
        for line, row in zip(self.page.lines, places, strict=True):
            if self._shown(row, 0) != as_read(line.key):
                yield self._fault(row, 0, _other(line.key, self._shown(row, 0), "这一行", "this row"))
                continue
            for column in checked[1:]:
                cell = line.cells[column]
                assert isinstance(cell, str)
                found = self._shown(row, column)
                if found != as_read(cell):
                    zh, en = ("行尾", "the end of this row") if column == last else ("这一格", "this cell")
                    yield self._fault(row, column, _other(cell, found, zh, en))

    def _cells(self, places: Sequence[int]) -> Iterator[CellRead]:
        for line, column, slot in self.page.slots():
            row = places[line]
            value = self._value(row, column)
            text = self.texts[value]
            fault = flaw(value) if text is None else None
            showing = self._shown(row, column)
            if (row, column) in self.formulas:
                fault, showing = _FORMULA, f"（公式）{showing}"
            elif (row, column) in self.percents:
                fault, showing = _PERCENT, f"（%）{showing}"
            yield CellRead(
                line=line,
                column=column,
                place=self._fault(row, column, _FORMULA).place,
                slot=slot,
                text=showing,
                fault=fault,
            )

    def _others(self, places: Sequence[int]) -> Iterator[Fault]:
        """Yield what is wrong outside the cells to fill: other contents, merged cells, more formulas than are listed."""
        outside = list(self._outside(places))
        yield from (self._fault(row, column, _OUTSIDE) for row, column in outside[:_ALIKE_MOST])
        more = len(outside) - _ALIKE_MOST
        if more > 0:
            yield Fault(
                place=self.place,
                sentence=Text(
                    f"表格之外另有 {more:,} 处内容", f"there are {more:,} more contents outside the table"
                ),
            )
        within = (
            each
            for each in self.merged
            if each.last_row > KEY_ROW and each.first_row <= self.page.last_row + 1
        )
        for each in islice(within, _ALIKE_MOST):
            sentence = Text(
                f"{each.name} 是合并单元格；请取消合并，并把每一格都填写完整",
                f"{each.name} is a merged range; unmerge it and fill in every cell",
            )
            yield self._fault(each.first_row - 1, each.column - 1, sentence)
        if self.unlisted:
            sentence = Text(
                f"另有 {self.unlisted:,} 处公式或百分比格式，请一并改正",
                f"there are {self.unlisted:,} more formulas or percentages; correct them too",
            )
            yield Fault(place=self.place, sentence=sentence)

    def _outside(self, places: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield the cells that hold something and are none of the table's, row and column counted from 0."""
        width, last = len(self.page.columns), self.page.last_row
        held = {
            (row, column)
            for row, column in self.formulas
            if row > last or (row >= KEY_ROW and column >= width)
        }
        for row, values in self.rows.items():
            first = 0 if row > last else width if row >= KEY_ROW else len(values)
            held |= {(row, column) for column in range(first, len(values)) if self._shown(row, column)}
        noted = [column for column, own in enumerate(self.page.columns) if own.look is Look.COMMENT]
        held |= {
            (row, column)
            for line, row in zip(self.page.lines, places, strict=True)
            for column in noted
            if line.cells[column] == "" and self._shown(row, column)
        }
        yield from sorted(held)


def _other(expected: str, found: str, zh: str, en: str) -> Text:
    """Return that something should be *expected* and is *found*."""
    expected, found = _quoted(expected), _quoted(found)
    zh_now, en_now = (f"现为“{found}”", f"is “{found}”") if found else ("现在是空的", "is empty")
    zh_was = f"应是“{expected}”" if expected else "应是空的"
    en_was = f"should be “{expected}”" if expected else "should be empty"
    return Text(
        f"{zh}{zh_was}，{zh_now}：内容被移动或改动过；请恢复原样，或重新下载后再填",
        f"{en} {en_was} and {en_now}: something was moved or changed; put it back, or download the worksheet again",
    )


def _quoted(text: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in text)
    return plain if len(plain) <= _QUOTED_MOST else f"{plain[:_QUOTED_MOST]}…"
