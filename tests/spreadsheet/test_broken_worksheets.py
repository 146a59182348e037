"""Hundreds of worksheets that came back broken: each is refused or its cells are named, and nothing else is raised."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import io
import json
import random
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator

import openpyxl
import pytest

from scoring.canonical import canonical, sha256
from scoring.errors import FileRefused
from scoring.spreadsheet.worksheet import Layout, Worksheet
from scoring.spreadsheet.worksheet_marked import marked_back
from scoring.spreadsheet.worksheet_pages import FIRST_ROW, pages_of
from scoring.spreadsheet.worksheet_reading import Filled
from scoring.spreadsheet.worksheet_stamp import CALLED, FORMAT, StampWrong, read_stamp, stamp_rows
from scoring.texts import Lang
from tests.spreadsheet.worksheets import address, edited, fill, made, read, unit, worksheet

CONTENT = {layout: made(worksheet(), layout) for layout in Layout}
SMALL = {Layout.BY_UNIT: worksheet(), Layout.BY_CRITERION: worksheet(unit("A01"))}
"""What is taken apart: one page of each layout is enough, and quicker."""
LEAST = 300


def outcome(folder, content: bytes, sheet: Worksheet | None = None) -> Filled | FileRefused:
    """What becomes of the workbook: anything but reading or refusing is raised here, and fails."""
    try:
        filled = read(folder, content, sheet)
    except FileRefused as refused:
        faults = refused.faults
        found: Filled | FileRefused = refused
    else:
        faults, found = filled.faults, filled
    for fault in faults:
        assert fault.sentence.zh
        assert fault.sentence.en
        assert fault.place.file == "评分.xlsx"
    return found


# Wrong entries: the cell is named, and no other.

NOT_NUMBERS = [
    "五分", "7,5", "7.5分", "1/2", "½", "--1", "1e3", "1E+05", ".5", "5.", "∞", "NaN", "0x10", "7 5", "”7”", "?", "-", "=", "＝1", "+7.5元",
    "优", "True", "null", "undefined", "<b>7</b>", "7;8", "7\n8", "'7", "\u200b7", "7\u202e", "九", "Ⅶ点", "空",
]  # fmt: skip
SPOILT = [
    dt.date(2026, 7, 5),
    dt.datetime(2026, 7, 5, 8, 1),  # noqa: DTZ001  Excel knows no zones
    dt.time(7, 5),
    True,
    "#N/A",
    "#DIV/0!",
    "#REF!",
    10**16,
    "=1+1",
    "=B5",
    "长" * 2_001,
]
ENTRIES: list[tuple[tuple[str, ...], object]] = [
    *((("A01", "judged"), value) for value in [*NOT_NUMBERS, *SPOILT, -0.5, 10.5, 7.25, 7.123, "7.300", 1e-9, "１１"]),
    *((("A02", "levels"), value) for value in [*NOT_NUMBERS, *SPOILT, 3, 5.5, -5, "2.51", "５０"]),
    *((("A03", "income"), value) for value in [*(each for each in NOT_NUMBERS if each != "1E+05"), *SPOILT, "1" * 19, "1." + "1" * 19]),
    *((("A01", "late"), value) for value in [*NOT_NUMBERS, *SPOILT, -1, 1.5, 1_000_001, "不适用", "n/a"]),
    *((("A02", "ballot", "mark", grade), value) for grade in (1, 2) for value in [*NOT_NUMBERS, *SPOILT, -1, 0.5, "1;1", "good=1", "不适用"]),
    *((("A04", "ballot", "mark", 0), value) for value in [5, "=5", "good", "good=", "good=1;good=2", "best=3;fair=9", "good=9;fair=1", "优秀：3"]),
]  # fmt: skip


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("layout", list(Layout))
def test_each_wrong_entry_is_a_fault_of_its_cell_alone(tmp_path, layout):
    """Every entry is tried by itself; all that is told is its own cell, or for a ballot one of its cells."""
    sheet, missed = worksheet(), []
    book = openpyxl.load_workbook(io.BytesIO(CONTENT[layout]))
    for key, value in ENTRIES if layout is Layout.BY_UNIT else ENTRIES[::5]:
        name, row, column = address(sheet, layout, key[:2], *key[2:])
        cell = book[name].cell(row, column)
        before, style = cell.value, copy.copy(cell._style)
        cell.value = value
        found = outcome(tmp_path, saved(book))
        cell.value, cell._style = before, style
        assert isinstance(found, Filled)
        cells = {(name, row, openpyxl.utils.get_column_letter(column))}
        if key[1] == "ballot":
            cells |= {
                (page, at, openpyxl.utils.get_column_letter(letter))
                for page, at, letter in (address(sheet, layout, key[:2], "mark", grade) for grade in range(3))
            }
        told = {(fault.place.sheet, fault.place.row, fault.place.column) for fault in found.faults}
        if not told or not told <= cells:
            missed.append((key, value, told))
    assert not missed


def test_there_are_hundreds():
    assert len(ENTRIES) + len(list(taken_apart())) + len(list(forged())) > LEAST


# Worksheets taken apart: each is refused, with the sheet named.


def clear(page, row: int, column: int) -> None:
    page.cell(row, column).value = None


def taken_apart() -> Iterator[tuple[str, Layout, Callable[[openpyxl.Workbook], object]]]:
    for layout in Layout:
        page = pages_of(SMALL[layout], layout, Lang.ZH)[0]
        columns, rows = len(page.columns), page.last_row + 1
        name = page.name
        for column in range(1, columns + 1):
            yield (
                f"{layout} column {column} deleted",
                layout,
                lambda book, at=column, of=name: book[of].delete_cols(at),
            )
            yield (
                f"{layout} column before {column}",
                layout,
                lambda book, at=column, of=name: book[of].insert_cols(at),
            )
            yield f"{layout} key {column}", layout, lambda book, at=column, of=name: book[of].cell(4, at, "x")
            yield (
                f"{layout} closing key {column}",
                layout,
                lambda book, at=column, of=name, last=rows: clear(book[of], last, at),
            )
        for row in range(1, rows + 1):
            yield (
                f"{layout} row {row} deleted",
                layout,
                lambda book, at=row, of=name: book[of].delete_rows(at),
            )
            yield f"{layout} row before {row}", layout, lambda book, at=row, of=name: book[of].insert_rows(at)
        for line in range(len(page.lines)):
            row = FIRST_ROW + line + 1
            yield (
                f"{layout} first key of {row}",
                layout,
                lambda book, at=row, of=name: book[of].cell(at, 1, "zz"),
            )
            yield (
                f"{layout} last key of {row}",
                layout,
                lambda book, at=row, of=name, end=columns: book[of].cell(at, end, "zz"),
            )
        yield f"{layout} renamed", layout, lambda book, of=name: setattr(book[of], "title", "x")
        yield f"{layout} removed", layout, lambda book, of=name: book.remove(book[of])
        yield f"{layout} emptied", layout, lambda book, of=name: book[of].delete_rows(1, 99)
        yield f"{layout} title", layout, lambda book, of=name: book[of].cell(1, 1, "A09  别的支部")


def test_each_worksheet_taken_apart_is_refused(tmp_path):
    passed, contents = [], {layout: made(sheet, layout) for layout, sheet in SMALL.items()}
    for name, layout, edit in taken_apart():
        found = outcome(tmp_path, edited(contents[layout], edit), SMALL[layout])
        if not isinstance(found, FileRefused) or not all(fault.place.sheet for fault in found.faults):
            passed.append(name)
    assert not passed


# Stamps forged with the right digest: whoever can compute a hash can write one.

WEIRD = [
    None,
    True,
    -1,
    0,
    10**18,
    "",
    "x",
    "\u202e",
    [],
    {},
    [[]],
    {"x": []},
    ["a"] * 3,
    {"judged": ["1", "", -1]},
    {"judged": [1, 2, 3]},
    "2026-13-45",
]


def paths(document: object, at: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Every place in the document, the first two entries of a list and of an object standing for all."""
    yield at
    if isinstance(document, dict):
        for key in list(document)[:12]:
            yield from paths(document[key], (*at, key))
    elif isinstance(document, list):
        for place in range(min(2, len(document))):
            yield from paths(document[place], (*at, place))


def document_of(layout: Layout) -> dict[str, object]:
    rows = stamp_rows(worksheet(), layout, Lang.ZH)
    return json.loads(zlib.decompress(base64.b64decode("".join(row[0][1:] for row in rows[2:]))))


def stamped(layout: Layout, content: bytes, packed: bytes | None = None) -> bytes:
    """The worksheet with that stamp, its digest right, written into the texts its cells share."""
    body = base64.b64encode(zlib.compress(content) if packed is None else packed).decode()
    (_, (digest,), *chunks) = stamp_rows(worksheet(), layout, Lang.ZH)
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CONTENT[layout])) as archive, zipfile.ZipFile(stream, "w") as forged_:
        for info in archive.infolist():
            part = archive.read(info)
            if info.filename == "xl/sharedStrings.xml":
                part = part.replace(digest.encode(), sha256(content).encode())
                for place, (chunk,) in enumerate(chunks):
                    piece = (
                        body[place * 1900 : (place + 1) * 1900]
                        if place < len(chunks) - 1
                        else body[place * 1900 :]
                    )
                    assert part.count(chunk.encode()) == 1
                    part = part.replace(chunk.encode(), f"~{piece}".encode())
            forged_.writestr(info, part)
    return stream.getvalue()


def forged() -> Iterator[tuple[str, bytes]]:
    document = document_of(Layout.BY_UNIT)
    rng = random.Random(5)
    for at in paths(document):
        for weird in rng.sample(WEIRD, 3):
            forgery = copy.deepcopy(document)
            if not at:
                forgery = weird
            else:
                place = forgery
                for key in at[:-1]:
                    place = place[key]
                place[at[-1]] = weird
            try:
                yield f"{at} is {weird!r}", canonical(forgery)
            except (ValueError, TypeError):
                continue


def test_a_stamp_forged_true_is_read(tmp_path):
    """The control: the forger's way of writing stamps is not what gets them refused."""
    document = document_of(Layout.BY_UNIT)
    assert outcome(tmp_path, stamped(Layout.BY_UNIT, canonical(document))).changes == ()
    document["units"][1]["own"]["judged"] = ["8", "", 7]
    (change,) = outcome(tmp_path, stamped(Layout.BY_UNIT, canonical(document))).changes
    assert (change.before, change.text, change.revision) == ("8", "7.5", 7)


def test_a_stamp_that_swells_is_not_unpacked():
    """A short text must not become a hundred megabytes of memory."""
    bomb = base64.b64encode(zlib.compress(b" " * 128 * 1024 * 1024, 1)).decode()
    tracemalloc.start()
    with pytest.raises(StampWrong):
        read_stamp([[CALLED, str(FORMAT)], ["0" * 64], ["~" + bomb]])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80 * 1024 * 1024


def test_no_forged_stamp_raises_anything_else(tmp_path):
    """A forged one may be read where it says what could be true; it never breaks the reader."""
    refused = tried = 0
    for _, content in forged():
        tried += 1
        refused += isinstance(outcome(tmp_path, stamped(Layout.BY_UNIT, content)), FileRefused)
    assert tried > 100
    assert refused > tried // 2


@pytest.mark.parametrize(
    ("content", "packed"),
    [
        (b"", None),
        (b"{}", None),
        (b"[" * 100_000, None),
        (b"{" + b'"a":{' * 5_000, None),
        (b"\xff\xfe", None),
        (b'{"format":1}', b"not zlib"),
        (b"{}", zlib.compress(b"{}") + b"tail"),
        (b"{ }", None),
    ],
)
def test_stamps_that_are_no_documents_are_refused(tmp_path, content, packed):
    assert isinstance(outcome(tmp_path, stamped(Layout.BY_UNIT, content, packed)), FileRefused)


# Bytes that were damaged on the way.


@pytest.mark.parametrize("layout", list(Layout))
def test_cut_and_flipped_bytes_never_break_the_reader(tmp_path, layout):
    content, rng = CONTENT[layout], random.Random(7)
    for length in range(0, len(content), max(1, len(content) // 40)):
        assert isinstance(outcome(tmp_path, content[:length]), FileRefused)
    for _ in range(60):
        flipped = bytearray(content)
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        outcome(tmp_path, bytes(flipped))


def test_parts_swapped_within_the_package_never_break_the_reader(tmp_path):
    """A sheet's part in the place of another's: names stay, contents are another page's."""
    with zipfile.ZipFile(io.BytesIO(CONTENT[Layout.BY_CRITERION])) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    sheets = sorted(name for name in parts if name.startswith("xl/worksheets/sheet"))
    for one in sheets:
        for other in sheets:
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w") as archive:
                for name, part in parts.items():
                    archive.writestr(name, parts[other] if name == one else part)
            found = outcome(tmp_path, stream.getvalue())
            if one != other and one != sheets[0]:  # the first is the page that is only read by people
                assert isinstance(found, FileRefused)


def test_a_worksheet_with_everything_wrong_is_given_back(tmp_path):
    """All wrong entries at once: each is a fault, and the workbook that is given back is wrong in the same cells."""
    sheet = worksheet()
    values = {key: value for key, value in ENTRIES if key[1] != "ballot"}
    filled = outcome(tmp_path, edited(CONTENT[Layout.BY_UNIT], fill(sheet, Layout.BY_UNIT, values)))
    assert isinstance(filled, Filled)
    assert len(filled.faults) == len(values)
    again = outcome(tmp_path, marked_back(filled, filled.faults, Lang.ZH))
    assert isinstance(again, Filled)
    assert [fault.place for fault in again.faults] == [fault.place for fault in filled.faults]


@pytest.mark.parametrize(
    "value", [each for each in SPOILT if not isinstance(each, str) or each.startswith(("=", "#"))]
)
def test_what_was_spoilt_stays_a_fault_when_given_back(tmp_path, value):
    """A clerk who sends the marked workbook again without looking must be told again."""
    sheet = worksheet()
    filled = outcome(
        tmp_path, edited(CONTENT[Layout.BY_UNIT], fill(sheet, Layout.BY_UNIT, {("A01", "income"): value}))
    )
    assert isinstance(filled, Filled)
    again = outcome(tmp_path, marked_back(filled, filled.faults, Lang.ZH))
    assert isinstance(again, Filled)
    assert [fault.place for fault in again.faults] == [fault.place for fault in filled.faults]
