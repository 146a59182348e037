"""Files of units and marks with one to three faults planted at known cells, thousands of them from a seed.

Faults come in two layers, since a cell must have a text before anybody can say what is wrong with what it says:
*spoilt* cells and heads (formulas, errors, dates, merged cells …), and faults of *meaning*. A file has faults of one layer.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from tests.web.broken_spreadsheets import as_csv, as_workbook
from tests.workflow.county import MARK_HEAD, UNIT_HEAD, mark_rows, unit_rows, wide

UNITS = 8
"""How many units the period has that marks are imported into."""

MARKED = 3
"""How many of them a file of marks is about."""

Cell = tuple[int | None, str | None]
"""A row as Excel counts it and a column's letter; None where the fault is of the row, or of the whole file."""

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")
TITLES: tuple[list[list[object]], ...] = ([], [], [["青石县党支部评星定级"]], [["青石县"], []])


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that must be refused: for which import, under what name, and the cells that must be named, exactly these.

    Where `cells` is empty the fault is of the file, and only the file must be named.
    """

    name: str
    into: str
    file: str
    content: bytes
    cells: frozenset[Cell]


@dataclass(slots=True)
class Draft:
    """A sound table into which faults are planted, each in a row of its own."""

    rows: list[list[object]]
    titles: list[list[object]]
    ending: str
    rng: random.Random
    cells: set[Cell] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    changes: list[Callable[[object], None]] = field(default_factory=list)

    @property
    def head(self) -> int:
        """The head's row as Excel counts it."""
        return len(self.titles) + 1

    def pick(self, fits: Callable[[list[object]], bool] = lambda _: True) -> int | None:
        """Return a row that fits and has no fault yet, and take it; None where there is none."""
        found = [at for at in range(1, len(self.rows)) if at not in self.taken and fits(self.rows[at])]
        if not found:
            return None
        at = self.rng.choice(found)
        self.taken.add(at)
        return at

    def expect(self, at: int, column: int | None) -> None:
        """Expect a fault in row *at* of the table and that column, counted from 0."""
        self.cells.add((self.head + at, None if column is None else letter(column)))

    def put(self, at: int, column: int, value: object) -> None:
        """Put *value* into a cell, and expect a fault there."""
        self.rows[at][column] = value
        self.expect(at, column)

    def append(self, row: list[object], column: int) -> None:
        """Add a row at the end, and expect a fault in that column of it."""
        self.rows.append(row)
        self.taken.add(len(self.rows) - 1)
        self.expect(len(self.rows) - 1, column)

    def write(self) -> bytes:
        """Return the file."""
        table = [*self.titles, *self.rows]
        if self.ending == "xlsx":
            return as_workbook(table, self._changed)
        return as_csv(self.rng.choice(ENCODINGS))(table)

    def _changed(self, sheet: object) -> None:
        for change in self.changes:
            change(sheet)


def letter(column: int) -> str:
    return chr(ord("A") + column)


Plant = Callable[[Draft], bool]
"""Plants one fault, and says whether there was a place for it."""


def in_row(criteria: tuple[str, ...], column: int, value: object) -> Plant:
    """Plant *value* in a row about one of *criteria*; about any where there are none."""

    def plant(draft: Draft) -> bool:
        at = draft.pick(lambda row: not criteria or row[1] in criteria)
        if at is not None:
            draft.put(at, column, value)
        return at is not None

    return plant


def again(column: int, **cells: object) -> Plant:
    """Plant a row a second time at the end, some cells changed by name of column; the fault is in *column*."""

    def plant(draft: Draft) -> bool:
        at = draft.pick()
        if at is not None:
            row = [cells.get(head, cell) for head, cell in zip(draft.rows[0], draft.rows[at], strict=True)]
            draft.append(row, column)
        return at is not None

    return plant


# Marks, a row a mark

_ANY: tuple[str, ...] = ()
_JUDGED, _LEVELS, _NUMBERS = (
    ("discipline",),
    ("meetings",),
    ("income", "knowledge", "late_meetings", "points"),
)
_BALLOT, _COUNTS = ("satisfaction",), ("late", "honour")

MARKS: dict[str, Plant] = {
    "unknown unit": in_row(_ANY, 0, "Z99"),
    "full-width unit": in_row(_ANY, 0, "Ａ01"),
    "unit in small letters": in_row(_ANY, 0, "a01"),
    "rare characters in the unit": in_row(_ANY, 0, "𠮷䶮01"),
    "no unit": in_row(_ANY, 0, ""),
    "a unit with an invisible space": in_row(_ANY, 0, "A01\u200b"),
    "unknown criterion": in_row(_ANY, 1, "behaviour"),
    "no criterion": in_row(_ANY, 1, ""),
    "criterion by its title": in_row(_ANY, 1, "纪律"),
    "criterion of another set": in_row(("income", "honour"), 1, "points"),
    "unknown stage": in_row(_ANY, 2, "town"),
    "no stage": in_row(_ANY, 2, ""),
    "stage in capitals": in_row(_ANY, 2, "County"),
    "no evaluator": in_row(_ANY, 3, ""),
    "evaluator of blanks": in_row(_ANY, 3, "　 "),
    "an evaluator too long": in_row(_ANY, 3, "长" * 161),
    "no mark": in_row(_ANY, 4, ""),
    "above full marks": in_row(_JUDGED, 4, "20.5"),
    "far above full marks": in_row(_JUDGED, 4, "99999999999"),
    "below nought": in_row(_JUDGED, 4, "-0.5"),
    "not a step": in_row(_JUDGED, 4, "12.3"),
    "three decimals": in_row(_JUDGED, 4, "12.125"),
    "full-width digits": in_row(_JUDGED + _NUMBERS, 4, "１２"),
    "Arabic digits": in_row(_JUDGED + _NUMBERS, 4, "١٢"),
    "a superscript": in_row(_JUDGED + _NUMBERS, 4, "12²"),
    "words": in_row(_JUDGED + _LEVELS + _NUMBERS, 4, "优秀"),
    "Chinese numerals": in_row(_JUDGED + _LEVELS + _NUMBERS, 4, "十二"),
    "an exponent": in_row(_JUDGED + _NUMBERS, 4, "1e1"),
    "a decimal comma": in_row(_JUDGED, 4, "12,5"),
    "not a number": in_row(_JUDGED + _NUMBERS, 4, "NaN"),
    "infinite": in_row(_NUMBERS, 4, "inf"),
    "an underscore": in_row(_JUDGED + _NUMBERS, 4, "1_0"),
    "hexadecimal": in_row(_JUDGED, 4, "0x10"),
    "no such level": in_row(_LEVELS, 4, "7"),
    "a level below nought": in_row(_LEVELS, 4, "-5"),
    "a thousands separator": in_row(_NUMBERS, 4, "52,000"),
    "with its unit": in_row(_NUMBERS, 4, "52000元"),
    "a percent sign": in_row(_NUMBERS, 4, "85%"),
    "a range": in_row(_NUMBERS, 4, "10-12"),
    "a formula as text": in_row(_NUMBERS, 4, "'=1+2"),
    "unknown grade": in_row(_BALLOT, 4, "best=3;fair=6"),
    "no equals sign": in_row(_BALLOT, 4, "good 3"),
    "negative votes": in_row(_BALLOT, 4, "good=-1;fair=6"),
    "half a vote": in_row(_BALLOT, 4, "good=0.5;fair=6"),
    "a grade twice": in_row(_BALLOT, 4, "fair=1;fair=6"),
    "no votes": in_row(_BALLOT, 4, ";"),
    "a negative count": in_row(_COUNTS, 4, "-1"),
    "half a count": in_row(_COUNTS, 4, "1.5"),
    "a count too large": in_row(_COUNTS, 4, "99999999"),
    "an adjustment that does not apply": in_row(_COUNTS, 4, "n/a"),
    "a row twice": again(3),
    "a row twice with another mark": again(3, mark="5"),
}

MODERATION: dict[str, Plant] = {
    "self-assessment": in_row(_ANY, 2, "self"),
    "the superiors": in_row(_ANY, 2, "superior"),
    "the county": in_row(_ANY, 2, "county"),
    "moderated twice": again(3, evaluator="另一人"),
} | {
    name: MARKS[name]
    for name in ("unknown unit", "no evaluator", "above full marks", "words", "unknown criterion", "no mark")
}
"""Faults of a file of moderation in a period that is posted: there every other stage is closed."""


# Marks, a row a unit


def in_wide(column: str, value: object) -> Plant:
    """Plant *value* under a head, in a row in which that cell is filled."""

    def plant(draft: Draft) -> bool:
        at_column = draft.rows[0].index(column)
        at = draft.pick(lambda row: row[at_column] != "" and sum(cell != "" for cell in row[3:]) > 0)
        if at is not None:
            draft.put(at, at_column, value)
        return at is not None

    return plant


def wide_row_again(draft: Draft) -> bool:
    """A row a second time: each of its marks stands there twice."""
    at = draft.pick()
    if at is None:
        return False
    draft.rows.append(list(draft.rows[at]))
    draft.taken.add(len(draft.rows) - 1)
    for column in range(3, len(draft.rows[at])):
        if draft.rows[at][column] != "":
            draft.expect(len(draft.rows) - 1, column)
    return True


WIDE: dict[str, Plant] = {
    "unknown unit": in_wide("unit", "Z99"),
    "no unit": in_wide("unit", ""),
    "full-width unit": in_wide("unit", "Ａ01"),
    "unknown stage": in_wide("stage", "town"),
    "no evaluator": in_wide("evaluator", ""),
    "above full marks": in_wide("discipline", "20.5"),
    "not a step": in_wide("discipline", "12.3"),
    "full-width digits": in_wide("discipline", "１２"),
    "no such level": in_wide("meetings", "7"),
    "words": in_wide("knowledge", "不详"),
    "unknown grade": in_wide("satisfaction", "best=3"),
    "half a count": in_wide("late", "0.5"),
    "a row twice": wide_row_again,
}


# Units


def on_unit(column: str, value: object, domains: tuple[str, ...] = ()) -> Plant:
    """Plant *value* under a head, in a row of one of *domains*; of any where there are none."""

    def plant(draft: Draft) -> bool:
        at = draft.pick(lambda row: not domains or row[2] in domains)
        if at is not None:
            draft.put(at, UNIT_HEAD.index(column), value)
        return at is not None

    return plant


def without_superior(draft: Draft) -> bool:
    at = draft.pick(lambda row: row[4] == "")
    if at is not None:
        draft.put(at, 3, "")
    return at is not None


def own_predecessor(draft: Draft) -> bool:
    at = draft.pick()
    if at is not None:
        draft.put(at, 6, f"A99;{draft.rows[at][0]}")
    return at is not None


def spelt_otherwise(draft: Draft) -> bool:
    """The domain of the last village is written in the other language; there are sound villages before it."""
    found = [at for at in range(1, len(draft.rows)) if at not in draft.taken and draft.rows[at][2] == "rural"]
    if len(found) < 3:
        return False
    draft.taken.add(found[-1])
    draft.put(found[-1], 2, "农村")
    draft.taken.add(found[0])
    return True


def another_domain(draft: Draft) -> bool:
    """Another domain, in a row without a gate, which the other domain's set might not know."""
    at = draft.pick(lambda row: row[2] != "office" and row[5] == "")
    if at is not None:
        draft.put(at, 2, "office")
    return at is not None


UNITS_FAULTS: dict[str, Plant] = {
    "no code": on_unit("unit", ""),
    "a code too long": on_unit("unit", "长" * 161),
    "a code twice": again(0, name="另一支部"),
    "no domain": on_unit("domain", ""),
    "unknown domain": on_unit("domain", "village"),
    "domain in capitals": on_unit("domain", "Rural"),
    "full-width domain": on_unit("domain", "ｒｕｒａｌ"),
    "rare domain": on_unit("domain", "𠮷"),
    "domain spelt two ways": spelt_otherwise,
    "no superior": without_superior,
    "unknown gate": on_unit("gates", "weakness"),
    "one known gate and one unknown": on_unit("gates", "weak；unknown", ("rural",)),
    "a gate of another set": on_unit("gates", "dues", ("rural",)),
    "a gate by its title": on_unit("gates", "软弱涣散"),
    "its own predecessor": own_predecessor,
}

PREDECESSORS: dict[str, Plant] = {
    "a predecessor nobody was": on_unit("predecessors", "Z99"),
    "one known predecessor and one unknown": on_unit("predecessors", "OLD1;Z99"),
    "a full-width predecessor": on_unit("predecessors", "ＯＬＤ1"),
}

FROZEN: dict[str, Plant] = {
    "another name": on_unit("name", "改名党支部"),
    "no name": on_unit("name", ""),
    "another domain": another_domain,
    "another township": on_unit("township", "别镇"),
    "another department": on_unit("department", "民政局"),
    "a predecessor": on_unit("predecessors", "OLD1"),
    "another code": on_unit("unit", "N1"),
}
"""Changes of a list of units that is frozen."""


# Spoilt cells


def spoilt_text(value: str) -> Plant:
    """Plant a text that Excel, or the way here, has spoilt, into any cell."""

    def plant(draft: Draft) -> bool:
        at = draft.pick()
        if at is not None:
            draft.put(at, draft.rng.randrange(len(draft.rows[0])), value)
        return at is not None

    return plant


def beyond_the_head(draft: Draft) -> bool:
    at = draft.pick()
    if at is not None:
        draft.rows[at] = [*draft.rows[at], "多"]
        draft.expect(at, len(draft.rows[0]))
    return at is not None


SPOILT: dict[str, Plant] = {
    "#N/A": spoilt_text("#N/A"),
    "#DIV/0!": spoilt_text("#DIV/0!"),
    "#NAME?": spoilt_text("#NAME?"),
    "scientific notation": spoilt_text("1.1E+17"),
    "a long scientific notation": spoilt_text("3.30101199001E+17"),
    "too long a text": spoilt_text("长" * 2_001),
    "a cell beyond the head": beyond_the_head,
}

SPOILT_CSV: dict[str, Plant] = SPOILT | {
    "a bell": spoilt_text("青石\x07"),
    "an escape sequence": spoilt_text("\x1b[31m青石"),
    "delete": spoilt_text("青石\x7f"),
    "no character": spoilt_text("青石\uffff"),
}


def in_sheet(change: Callable[[object, int, int], None]) -> Plant:
    """Plant what only a workbook can hold: *change* is given the sheet, a row and a column as openpyxl counts them."""

    def plant(draft: Draft) -> bool:
        at = draft.pick()
        if at is None:
            return False
        column = draft.rng.randrange(len(draft.rows[0]))
        row = draft.head + at
        draft.expect(at, column)
        draft.changes.append(lambda sheet: change(sheet, row, column + 1))
        return True

    return plant


def value(what: object, number_format: str = "General") -> Plant:
    def change(sheet, row: int, column: int) -> None:
        cell = sheet.cell(row, column)
        cell.value = what
        if number_format != "General":
            cell.number_format = number_format

    return in_sheet(change)


def merged_down(draft: Draft) -> bool:
    """Two rows merged in one column; the upper one is named."""
    found = [at for at in range(1, len(draft.rows) - 1) if not {at, at + 1} & draft.taken]
    if not found:
        return False
    at, column = draft.rng.choice(found), draft.rng.randrange(len(draft.rows[0]))
    draft.taken |= {at, at + 1}
    draft.expect(at, column)
    row = draft.head + at
    name = f"{letter(column)}{row}:{letter(column)}{row + 1}"
    draft.changes.append(lambda sheet: sheet.merge_cells(name))
    return True


def merged_across(draft: Draft) -> bool:
    at = draft.pick()
    if at is None:
        return False
    column, row = draft.rng.randrange(len(draft.rows[0]) - 1), draft.head + at
    draft.expect(at, column)
    name = f"{letter(column)}{row}:{letter(column + 1)}{row}"
    draft.changes.append(lambda sheet: sheet.merge_cells(name))
    return True


SPOILT_XLSX: dict[str, Plant] = SPOILT | {
    "a formula": value("=SUM(1,2)"),
    "a formula of text": value('=IF(A1="","",A1)'),
    "a date": value(date(2026, 8, 5)),
    "a moment": value(datetime(2026, 8, 5, 12, 30)),  # noqa: DTZ001  a cell knows no zone
    "a time of day": value(time(12, 30)),
    "true": value(true := True),
    "false": value(not true),
    "a percentage": value(0.85, "0%"),
    "a percentage with decimals": value(0.855, "0.00%"),
    "seventeen digits": value(33010119900101123),
    "a number of an identity card": value(330101199001011234),
    "merged down": merged_down,
    "merged across": merged_across,
    "a bell": value("青石_x0007_"),
    "a nul": value("_x0000_青石"),
    "no character": value("青石\uffff"),
}


# Heads


def unknown_column(draft: Draft) -> bool:
    draft.rows = [[*draft.rows[0], "备注"], *([*row, ""] for row in draft.rows[1:])]
    draft.expect(0, len(draft.rows[0]) - 1)
    return True


def column_twice(draft: Draft) -> bool:
    column = draft.rng.randrange(len(draft.rows[0]))
    draft.rows = [[*row, row[column]] for row in draft.rows]
    draft.expect(0, len(draft.rows[0]) - 1)
    return True


def lacking(*heads: str) -> Plant:
    """Take columns away, which the head then lacks."""

    def plant(draft: Draft) -> bool:
        kept = [at for at, head in enumerate(draft.rows[0]) if head not in heads]
        draft.rows = [[row[at] for at in kept] for row in draft.rows]
        draft.expect(0, None)
        return True

    return plant


def other_heads(draft: Draft) -> bool:
    """No head at all, or one of something else."""
    draft.rows[0] = [f"第{at}列" for at in range(len(draft.rows[0]))]
    return True


def no_rows(draft: Draft) -> bool:
    del draft.rows[1:]
    return True


HEADS_UNITS: dict[str, Plant] = {
    "an unknown column": unknown_column,
    "a column twice": column_twice,
    "no column of codes": lacking("unit"),
    "no column of domains": lacking("domain"),
    "another head": other_heads,
    "nothing but the head": no_rows,
}
HEADS_LONG: dict[str, Plant] = {
    "an unknown column": unknown_column,
    "a column twice": column_twice,
    "no column of units": lacking("unit"),
    "no column of stages": lacking("stage"),
    "no column of evaluators": lacking("evaluator"),
    "another head": other_heads,
    "nothing but the head": no_rows,
}
HEADS_WIDE: dict[str, Plant] = {
    "a column twice": column_twice,
    "no column of units": lacking("unit"),
    "no column of evaluators": lacking("evaluator"),
    "nothing but the head": no_rows,
}


# The corpus


def moderation_rows() -> list[list[str]]:
    """Return a file of moderation of every criterion of the first units."""
    found = {(row[0], row[1]): row for row in mark_rows(MARKED)[1:]}
    return [MARK_HEAD, *([row[0], row[1], "moderation", "组长", row[4]] for row in found.values())]


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of file: the import it is for, its sound rows, and the layers of faults."""

    name: str
    into: str
    rows: Callable[[], list[list[str]]]
    meaning: tuple[dict[str, Plant], ...]
    heads: dict[str, Plant]


SORTS = (
    Sort("units", "units", lambda: unit_rows(UNITS), (UNITS_FAULTS, PREDECESSORS), HEADS_UNITS),
    Sort("units frozen", "frozen", lambda: unit_rows(UNITS), (FROZEN, UNITS_FAULTS), HEADS_UNITS),
    Sort("marks", "marks", lambda: mark_rows(MARKED), (MARKS,), HEADS_LONG),
    Sort("marks wide", "marks", lambda: wide(mark_rows(MARKED)), (WIDE,), HEADS_WIDE),
    Sort("moderation", "posted", moderation_rows, (MODERATION,), HEADS_LONG),
)


def drafts(sort: Sort, seed: object) -> Draft:
    """Return a sound file of that sort: its rows shuffled, under a title or none, CSV or a workbook."""
    rng = random.Random(f"{sort.name} {seed}")
    head, *body = sort.rows()
    rng.shuffle(body)
    ending = rng.choice(("csv", "csv", "xlsx"))
    return Draft(rows=[list(head), *map(list, body)], titles=rng.choice(TITLES), ending=ending, rng=rng)


def planted(seed: int) -> Iterator[tuple[Sort, Draft, list[str]]]:
    """Yield one table of every sort and layer, and the names of the faults planted in it: the whole of a round."""
    for sort in SORTS:
        for number, layer in enumerate((*sort.meaning, None, sort.heads)):
            draft = drafts(sort, f"{seed} {number}")
            faults = layer if layer is not None else (SPOILT_XLSX if draft.ending == "xlsx" else SPOILT_CSV)
            at_once = 1 if layer is sort.heads else draft.rng.choice((1, 1, 2, 3))
            names = draft.rng.sample(sorted(faults), at_once)
            found = [name for name in names if faults[name](draft)]
            assert found, f"there is a place for {names}"
            yield sort, draft, found


def with_faults(seed: int) -> Iterator[Broken]:
    """Yield the broken files of a round."""
    for sort, draft, names in planted(seed):
        yield Broken(
            f"{sort.name}, {draft.ending}: {', '.join(names)}",
            sort.into,
            f"第{seed}批.{draft.ending}",
            draft.write(),
            frozenset(draft.cells),
        )


def whole_files() -> Iterator[Broken]:
    """Yield files that are no table at all, or only half of one."""
    for into, rows in (("units", unit_rows(UNITS)), ("marks", mark_rows(MARKED))):
        text, book = as_csv("utf-8")(rows), as_workbook(rows)
        for name, ending, content in (*_spoilt_texts(text), *_spoilt_books(book), *_other_files(book)):
            yield Broken(f"{into}: {name}", into, f"坏.{ending}", content, frozenset())


def _spoilt_texts(text: bytes) -> Iterator[tuple[str, str, bytes]]:
    words = text.decode()
    yield "empty", "csv", b""
    yield "blank lines", "csv", b"\r\n\r\n \r\n"
    yield "only a mark of byte order", "csv", b"\xef\xbb\xbf"
    yield "UTF-16", "csv", words.encode("utf-16")
    yield "UTF-16 without a mark", "csv", words.encode("utf-16-le")
    yield "UTF-32", "csv", words.encode("utf-32")
    yield "GB18030 under a UTF-8 mark", "csv", b"\xef\xbb\xbf" + words.encode("gb18030")
    yield "half UTF-8, half GB18030", "csv", text + words.encode("gb18030")[:-40] + b"\xff\xff"
    yield (
        "cut within a character",
        "csv",
        text[: text.rindex("村".encode()) + 1] if b"\xe6\x9d\x91" in text else text + b"\xe6",
    )
    yield "a nul", "csv", text.replace(b",", b",\x00", 1)
    yield "nothing but nuls", "csv", bytes(4_000)
    yield "nuls at the end", "csv", text + bytes(512)
    yield "an unclosed quotation mark", "csv", text.replace(b"\r\nA02,", b'\r\n"A02,', 1)
    yield "a quotation mark within", "csv", text.replace(b"\r\nA02,", b'\r\n"A0"2,', 1)
    for name, sign in (
        ("semicolons", b";"),
        ("tabs", b"\t"),
        ("bars", b"|"),
        ("Chinese commas", "，".encode()),
    ):
        yield name, "csv", text.replace(b";", b" ").replace(b",", sign)
    yield "one enormous cell", "csv", text.replace(b"A01", b"A" * 200_000, 1)
    yield "a thousand and one columns", "csv", text + b"," * 1_001 + b"\r\n"
    yield "one enormous line", "csv", b"unit," * 300_000
    for seed in range(6):
        yield (
            f"random bytes {seed}",
            "csv",
            b"\x81" + random.Random(seed).randbytes(2_000).replace(b"\x00", b"\xff"),
        )


def _spoilt_books(book: bytes) -> Iterator[tuple[str, str, bytes]]:
    for part in range(40):
        at = 4 + (len(book) - 5) * part // 40
        yield f"cut at {at}", "xlsx", book[:at]
    for part in range(20):
        at = 30 + (len(book) - 300) * part // 20
        yield f"a piece missing at {at}", "xlsx", book[:at] + book[at + 97 :]
    for part in range(12):
        at = 200 + (len(book) - 1_200) * part // 12
        yield f"noughts at {at}", "xlsx", book[:at] + bytes(200) + book[at + 200 :]
    sheet = "xl/worksheets/sheet1.xml"
    for name in (sheet, "xl/workbook.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"):
        yield (
            f"without {name}",
            "xlsx",
            _repacked(book, lambda own, data, gone=name: None if own == gone else data),
        )
        yield (
            f"{name} empty",
            "xlsx",
            _repacked(book, lambda own, data, gone=name: b"" if own == gone else data),
        )
        yield (
            f"{name} cut",
            "xlsx",
            _repacked(book, lambda own, data, gone=name: data[: len(data) // 2] if own == gone else data),
        )
        yield (
            f"entities in {name}",
            "xlsx",
            _repacked(
                book,
                lambda own, data, gone=name: (
                    b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + data.partition(b"?>")[2] if own == gone else data
                ),
            ),
        )
    yield (
        "a cell far out",
        "xlsx",
        _in_sheet(
            book, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        ),
    )
    yield "a bomb of blanks", "xlsx", _in_sheet(book, b"</sheetData>", b" " * 20_000_000 + b"</sheetData>")
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (at, at) for at in range(1_000, 250_000, 3)
    )
    yield "a bomb of rows", "xlsx", _in_sheet(book, b"</sheetData>", rows + b"</sheetData>")
    yield (
        "a hidden sheet",
        "xlsx",
        _repacked(
            book,
            lambda own, data: (
                data.replace(b"<sheet ", b'<sheet state="hidden" ').replace(b'state="visible" ', b"")
                if own == "xl/workbook.xml"
                else data
            ),
        ),
    )
    yield "a macro", "xlsm", _repacked(book, lambda _, data: data, ("xl/vbaProject.bin", b"x"))
    yield (
        "a password",
        "xlsx",
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    )


def _other_files(book: bytes) -> Iterator[tuple[str, str, bytes]]:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
        archive.writestr("_rels/.rels", "<Relationships/>")
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("名单.xlsx", book)
    for name, content in {
        "a letter": other.getvalue(),
        "an archive with the workbook in it": plain.getvalue(),
        "an empty archive": b"PK\x05\x06" + bytes(18),
        "an old workbook": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
        "a web page": b"<html><table><tr><td>unit</td></tr></table></html>",
        "XML": b'<?xml version="1.0"?><table/>',
        "a PDF": b"%PDF-1.7\n" + bytes(range(256)),
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "a photograph": b"\xff\xd8\xff\xe0" + bytes(64),
        "RTF": b"{\\rtf1 unit}",
        "gzip": b"\x1f\x8b\x08" + bytes(32),
    }.items():
        for ending in ("xlsx", "csv"):
            yield f"{name} called {ending}", ending, content


def _in_sheet(book: bytes, old: bytes, new: bytes) -> bytes:
    return _repacked(
        book, lambda name, data: data.replace(old, new) if name == "xl/worksheets/sheet1.xml" else data
    )


def _repacked(book: bytes, change: Callable[[str, bytes], bytes | None], *more: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in more:
            new.writestr(name, data)
    return held.getvalue()
