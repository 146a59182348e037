"""What a clerk's file may look like, and what becomes of it: a table of text, or every fault by its place."""

import csv
import datetime as dt
import io
import random
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.errors import FileRefused
from scoring.spreadsheet.archive import CELLS_MOST, COLUMNS_MOST, ROWS_MOST
from scoring.spreadsheet.grids import CELL_MOST
from scoring.spreadsheet.tables import FAULTS_MOST, Column, Form, Others, Table, letters_of, read_table

UNIT = Column(name="unit", aliases=("单位代码", "支部代码"))
NAME = Column(name="name", aliases=("名称",))
MARK = Column(name="mark", aliases=("得分",))
STAGE = Column(name="stage", aliases=("阶段",))
PAIR = Form(required=(UNIT, MARK))
MARKS = Form(required=(UNIT, MARK), optional=(NAME, STAGE))
WIDE = Form(required=(UNIT, NAME), optional=(STAGE,), others=Others.TAKEN)


def csv_file(folder: Path, text: str | bytes, name: str = "marks.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def book(folder: Path, rows, name: str = "marks.xlsx", sheet: str = "评分", fill=None) -> Path:
    """A workbook of these rows, None standing for an empty cell; *fill* may write more with (book, sheet)."""
    path = folder / name
    written = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    page = written.add_worksheet(sheet)
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if isinstance(value, str):
                page.write_string(row, column, value)
            elif value is not None:
                page.write(row, column, value)
    if fill:
        fill(written, page)
    written.close()
    return path


def refused(path: Path, *forms: Form) -> list[tuple[int | None, str | None, str]]:
    """The faults of a file as (row, column, Chinese sentence)."""
    with pytest.raises(FileRefused) as caught:
        read_table(path, *(forms or (PAIR,)))
    assert all(fault.place.file == path.name for fault in caught.value.faults)
    assert all(fault.sentence.zh and fault.sentence.en for fault in caught.value.faults)
    return [(fault.place.row, fault.place.column, fault.sentence.zh) for fault in caught.value.faults]


def only(faults: list[tuple[int | None, str | None, str]]) -> tuple[int | None, str | None, str]:
    assert len(faults) == 1, faults
    return faults[0]


def places(faults: list[tuple[int | None, str | None, str]]) -> list[tuple[int | None, str | None]]:
    return [(row, column) for row, column, _ in faults]


SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD_XML = '<row r="1"><c r="A1" t="str"><v>unit</v></c><c r="B1" t="str"><v>mark</v></c></row>'


def sheet_xml(rows: str, after: str = "", before: str = "") -> str:
    return f'{before}<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def relations(**targets: str) -> str:
    listed = "".join(
        f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{listed}</Relationships>'


def parts_of(sheet: str | bytes, **others: str | bytes) -> dict[str, str | bytes]:
    """The parts of a small workbook by name; *others* are parts of xl/ besides."""
    return {
        "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="评分" sheetId="1" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            worksheet="worksheets/sheet1.xml", **{kind: f"{kind}.xml" for kind in others}
        ),
        "xl/worksheets/sheet1.xml": sheet,
        **{f"xl/{kind}.xml": xml for kind, xml in others.items()},
    }


def zipped(folder: Path, parts: dict[str, str | bytes], name: str = "marks.xlsx") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return path


def by_hand(folder: Path, parts: dict[str, str | bytes], **last: int | bytes) -> Path:
    """A zip whose last member's headers say what *last* says: flags, method, packed, size, crc."""
    local, central = b"", b""
    for part, content in parts.items():
        raw = content.encode() if isinstance(content, str) else content
        pack = zlib.compressobj(9, zlib.DEFLATED, -15)
        said = {"flags": 0, "method": 8, "packed": pack.compress(raw) + pack.flush()}
        said |= {"size": len(raw), "crc": zlib.crc32(raw)}
        if part == list(parts)[-1]:
            said |= last
        common = struct.pack(
            "<HHHHHIIIHH", 20, said["flags"], said["method"], 0, 0x21, said["crc"], len(said["packed"]),
            said["size"], len(part.encode()), 0,
        )  # fmt: skip
        central += b"PK\1\2\x14\0" + common + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + part.encode()
        local += b"PK\3\4" + common + part.encode() + said["packed"]
    end = struct.pack("<HHHHIIH", 0, 0, len(parts), len(parts), len(central), len(local), 0)
    path = folder / "marks.xlsx"
    path.write_bytes(local + central + b"PK\5\6" + end)
    return path


# Files that are read.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_of_chinese_offices(tmp_path, encoding):
    """Excel writes GB18030 or UTF-8 with a mark, everyone else UTF-8; rare characters of names are in all."""
    text = "单位代码,得分\r\n䶮𠮷㐂,9.5\r\n"
    table = read_table(csv_file(tmp_path, text.encode(encoding)), PAIR)
    assert table.rows == ((2, ("䶮𠮷㐂", "9.5")),)


def test_a_byte_order_mark_is_no_part_of_the_head_however_often_it_comes(tmp_path):
    """Files that were put together by a script carry the mark twice, and quotes after it."""
    table = read_table(csv_file(tmp_path, '\ufeff\ufeff"unit",mark\nU1,5\n'), PAIR)
    assert table.rows == ((2, ("U1", "5")),)


def test_a_file_is_what_it_holds_not_what_it_is_called(tmp_path):
    """Clerks rename files; a workbook called .csv and a CSV called .xlsx are read for what they are."""
    rows = [["unit", "mark"], ["U1", 5]]
    assert read_table(book(tmp_path, rows, name="marks.csv"), PAIR).place.sheet == "评分"
    assert read_table(csv_file(tmp_path, "unit,mark\nU1,5\n", "a.xlsx"), PAIR).place.sheet is None


def test_titles_above_the_head_are_skipped_whatever_is_in_them(tmp_path):
    """Office tables start with a merged title, the date of filling in, a sum: none of it is data."""

    def fill(written, page):
        page.merge_range(0, 0, 0, 1, "石桥县党支部评分表")
        page.write_datetime(1, 0, dt.datetime(2025, 12, 1), written.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
        page.write_formula(1, 1, "=COUNTA(A4:A9)", None, 1)

    path = book(tmp_path, [[], [], [], ["单位代码", "得分"], ["U1", 9.5]], fill=fill)
    table = read_table(path, PAIR)
    assert (table.head, table.rows) == (4, ((5, ("U1", "9.5")),))


def test_heads_are_compared_without_regard_to_case_width_and_spaces(tmp_path):
    """单 位 代 码 and ＭＡＲＫ are what people type."""
    table = read_table(csv_file(tmp_path, "单 位　代 码 , ＭＡＲＫ\nU1,5\n"), PAIR)
    assert table.columns == ("unit", "mark")


def test_the_cells_of_a_row_come_in_the_order_of_the_form(tmp_path):
    """The caller unpacks a row without looking at the file's order; an optional column not there is empty."""
    table = read_table(csv_file(tmp_path, "mark,阶段,unit\n5,county,U1\n"), MARKS)
    assert table.columns == ("unit", "mark", "name", "stage")
    assert table.letters == ("C", "A", None, "B")
    assert table.rows == ((2, ("U1", "5", "", "county")),)
    assert (table.has("stage"), table.has("name")) == (True, False)
    assert table.place_of(2, "unit").column == "C"
    assert table.place_of(2, "name").column is None


def test_the_wide_form_keeps_the_columns_it_does_not_name(tmp_path):
    """One column a criterion: their heads are the caller's to judge, so they come as written, from the left."""
    path = csv_file(tmp_path, "支部代码,名称,学习,c.1\nU1,东村,3,4\nU2,西村,,5\n")
    table = read_table(path, WIDE)
    assert table.others == ("学习", "c.1")
    assert table.rows == ((2, ("U1", "东村", "", "3", "4")), (3, ("U2", "西村", "", "", "5")))


def test_the_first_form_that_the_head_answers_is_taken(tmp_path):
    """A caller that takes marks in the long or the wide form asks once."""
    assert read_table(csv_file(tmp_path, "unit,name,c1\n"), PAIR, WIDE).form is WIDE
    assert read_table(csv_file(tmp_path, "unit,mark,name\n"), MARKS, WIDE).form is MARKS


def test_a_single_column_is_a_table(tmp_path):
    """A list of codes is the smallest table."""
    assert read_table(csv_file(tmp_path, "unit\nU1\n"), Form(required=(UNIT,))).rows == ((2, ("U1",)),)


def test_a_head_alone_is_a_table_without_rows(tmp_path):
    """Whether a table may be empty is for the caller to say."""
    assert read_table(csv_file(tmp_path, "unit,mark"), PAIR).rows == ()
    assert read_table(book(tmp_path, [["unit", "mark"]]), PAIR).rows == ()


def test_empty_rows_are_left_out_and_the_numbers_stay_those_of_excel(tmp_path):
    """A fault is looked up by its row, so blank lines, blank cells and line breaks in cells shift nothing."""
    table = read_table(csv_file(tmp_path, 'unit,mark\n\n"U\n1",5\n , \n,,,\nU2,6,,\n'), PAIR)
    assert table.rows == ((3, ("U\n1", "5")), (6, ("U2", "6")))
    rows = [
        [],
        [None, None, "unit", "mark"],
        [],
        [None, None, "U1", 5],
        [None, None, " ", None],
        [None, None, "U2"],
    ]
    table = read_table(book(tmp_path, rows), PAIR)
    assert table.rows == ((4, ("U1", "5")), (6, ("U2", "")))
    assert table.letters == ("C", "D")


def test_the_first_visible_sheet_is_read(tmp_path):
    """What a clerk sees first is what is meant; our own worksheets carry a hidden sheet."""
    path = tmp_path / "marks.xlsx"
    written = openpyxl.Workbook()
    written.active.sheet_state = "hidden"
    for title, mark in (("评分", 7), ("旧表", 8)):
        page = written.create_sheet(title)
        page.append(["unit", "mark"])
        page.append(["U1", mark])
    written.active = 1
    written.save(path)
    table = read_table(path, PAIR)
    assert (table.place.sheet, table.rows) == ("评分", ((2, ("U1", "7")),))


def test_tags_with_a_namespace_prefix_are_read(tmp_path):
    """Some reporting systems write <x:c>."""
    rows = HEAD_XML + '<row r="2"><c r="A2" t="str"><v>U1</v></c><c r="B2"><v>5</v></c></row>'
    xml = sheet_xml(rows).replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    assert read_table(zipped(tmp_path, parts_of(xml)), PAIR).rows == ((2, ("U1", "5")),)


def test_strings_inline_rich_and_shared_are_read(tmp_path):
    """A text may be kept in the cell, in the table of strings, or in runs of different looks."""
    rows = HEAD_XML + (
        '<row r="2"><c r="A2" t="inlineStr"><is><r><rPr><b/><sz val="9"/></rPr><t>U</t></r><r><t>1</t></r></is></c>'
        '<c r="B2" t="s"><v>1</v></c></row>'
    )
    strings = f'<sst xmlns="{SPREADSHEET}"><si><t>x</t></si><si><r><t>九</t></r><r><t>点五</t></r></si></sst>'
    path = zipped(tmp_path, parts_of(sheet_xml(rows), sharedStrings=strings))
    assert read_table(path, PAIR).rows == ((2, ("U1", "九点五")),)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (95.0, "95"), (0.1, "0.1"), (0.1 + 0.2, "0.3"), (1e-7, "0.0000001"), (-2.5, "-2.5"), (0, "0"), (-0.0, "0"),
        (1, "1"), (1e14, "100000000000000"), (999_999_999_999_999, "999999999999999"), (8.300000000000001, "8.3"),
        (" 甲\n乙　", "甲\n乙"), ("0012", "0012"), ("e\u0301", "é"), ("110101199001011234", "110101199001011234"),
    ],
)  # fmt: skip
def test_a_cell_becomes_the_text_that_excel_shows(tmp_path, value, text):
    """Whole numbers have no .0, nothing has an exponent, and no digit beyond Excel's fifteen appears."""
    table = read_table(book(tmp_path, [["unit", "mark"], ["U1", value]]), PAIR)
    assert table.rows == ((2, ("U1", text)),)


def test_columns_are_called_as_excel_calls_them():
    """A is the first column, AA the one after Z, XFD the last of all."""
    assert [letters_of(at) for at in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


# Files that are refused for what they are.


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"\xef\xbb\xbf \r\n", "空的"),
        ("unit,mark\n".encode("utf-16"), "UTF-16"),
        (b"unit,mark\nU\x001,5\n", "NUL"),
        (b"unit,mark\n\xff\xff,5\n", "GB18030"),
        (b"\xef\xbb\xbfunit,mark\n\xb5\xd8,5\n", "GB18030"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls 或 .et"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"<html><body><table><tr><td>unit</td></tr></table>", "网页"),
        ("\ufeff\n<?xml version='1.0'?><Workbook/>".encode(), "网页"),
        (b"%PDF-1.7\n", "不是表格"),
        (b"PK\x05\x06" + b"\0" * 18, "不是 xlsx"),
    ],
)
def test_other_kinds_of_file_are_known_by_their_contents(tmp_path, content, words):
    """The sentence says what the file really is, whatever it is called, and what to save it as."""
    for name in ("marks.csv", "marks.xlsx"):
        assert words in only(refused(csv_file(tmp_path, content, name)))[2]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"a.csv": "unit,mark"}, "不是 xlsx"),
        (
            {"_rels/.rels": relations(officeDocument="word/document.xml"), "word/document.xml": "<d/>"},
            "不是 xlsx",
        ),
        (
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<d/>"},
            "xlsm、xlsb、ods",
        ),
        (parts_of(sheet_xml(HEAD_XML)) | {"xl/vbaProject.bin": b"x"}, "xlsm、xlsb、ods"),
    ],
)
def test_other_kinds_of_zip_are_told_apart(tmp_path, parts, words):
    """An archive, a Word document, a macro workbook: each has its own remedy."""
    assert words in only(refused(zipped(tmp_path, parts)))[2]


@pytest.mark.parametrize("path", ["nowhere.csv", ".", "/dev/zero", "a\0b"])
def test_what_is_no_file_is_refused(tmp_path, path):
    """A wrong path is the clerk's to mend, and a device would never end."""
    assert "打不开" in only(refused(tmp_path / path))[2]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("unit;mark\nU1;5,5\n", "分号"),
        ("unit\tmark\nU1\t5\n", "制表符"),
        ("单位代码，得分\nU1，5\n", "中文逗号"),
        ('"unit";"mark"\n"U1";"5"\n', "分号"),
    ],
)
def test_other_delimiters_are_named(tmp_path, text, word):
    """Otherwise every column would be said to be missing, which helps nobody."""
    assert word in only(refused(csv_file(tmp_path, text)))[2]


def test_a_missing_head_names_the_columns_and_the_row_that_came_nearest(tmp_path):
    """A misspelt head is mended where it stands."""
    row, column, sentence = only(refused(csv_file(tmp_path, "表,\n代码,得分\nU1,5\n")))
    assert (row, column) == (2, None)
    assert "“单位代码”（unit）" in sentence
    assert "得分" not in sentence


def test_a_head_that_is_nowhere_names_no_row(tmp_path):
    """A head is looked for in the first ten rows only."""
    row, _, sentence = only(refused(csv_file(tmp_path, "甲,乙\n" * 10 + "unit,mark\n")))
    assert row is None
    assert "前 10 行" in sentence
    assert read_table(csv_file(tmp_path, "甲,乙\n" * 9 + "unit,mark\n"), PAIR).head == 10
    assert "前 10 行" in only(refused(book(tmp_path, [])))[2]


# Faults in a table.


def test_columns_that_are_unknown_or_come_twice_are_named(tmp_path):
    """Taking the wrong one of two columns, or leaving one out unsaid, would lose marks."""
    faults = refused(csv_file(tmp_path, "unit,mark,备注,支部代码\nU1,5,,\n"))
    assert places(faults) == [(1, "C"), (1, "D")]
    assert "备注" in faults[0][2]
    assert "A 列" in faults[1][2]
    faults = refused(csv_file(tmp_path, "unit,name,c1,C 1\n"), WIDE)
    assert places(faults) == [(1, "D")]


def test_contents_without_a_head_are_named(tmp_path):
    """A comma in an unquoted name pushes everything to the right of it out of its column."""
    faults = refused(csv_file(tmp_path, "unit,,mark\nU1,,5,,x\nU2,y,5\nU3,,5,,\n"))
    assert places(faults) == [(2, "E"), (3, "B")]


def test_an_unclosed_quotation_mark_is_named_by_the_row_it_opens_in(tmp_path):
    """It swallows what follows, so the reader's own complaint comes many rows too late."""
    text = 'unit,mark\n"U\n1",5\nU2,"6\nU3,7\n'
    for rest in ("", '"U4",8\n', "U5,9\n" * 40_000):
        row, _, sentence = only(refused(csv_file(tmp_path, text + rest)))
        assert row == 3
        assert "引号" in sentence
    assert places(refused(csv_file(tmp_path, 'unit,mark\nU1,"x" 5\n'))) == [(2, None)]


def test_faults_before_an_unclosed_quotation_mark_are_named_too(tmp_path):
    """One round of mending, not one for each fault."""
    assert places(refused(csv_file(tmp_path, 'unit,mark,x\nU1,5,,y\nU2,"6'))) == [
        (1, "C"),
        (2, "D"),
        (3, None),
    ]


@pytest.mark.parametrize("length", [CELL_MOST + 1, 200_000])
def test_a_huge_cell_is_named(tmp_path, length):
    """A report pasted into a cell is no mark; a text of just the length allowed is none of our business."""
    for path in (
        csv_file(tmp_path, f"unit,mark\nU1,{'长' * length}\n"),
        zipped(
            tmp_path,
            parts_of(sheet_xml(f'{HEAD_XML}<row r="2"><c r="B2" t="str"><v>{"长" * length}</v></c></row>')),
        ),
    ):
        row, _, sentence = only(refused(path))
        assert row == 2
        assert "2,000" in sentence
    assert read_table(csv_file(tmp_path, f"unit,mark\nU1,{'长' * CELL_MOST}\n"), PAIR).rows


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("unit,mark\n" + "U1,5\n" * ROWS_MOST, ROWS_MOST + 1),
        ("unit,mark" + "," * COLUMNS_MOST, 1),
        ("unit,mark\n" + ("U1,5" + "," * 98 + "\n") * (CELLS_MOST // 100), CELLS_MOST // 100 + 1),
    ],
)
def test_a_csv_beyond_the_limits_is_refused(tmp_path, text, row):
    """No county has 200,000 marks in one file, or a thousand columns."""
    faults = refused(csv_file(tmp_path, text))
    assert places(faults) == [(row, None)]
    assert "限额" in faults[0][2]


def test_a_file_beyond_fifty_megabytes_is_not_even_opened(tmp_path):
    """A film sent by mistake costs nothing."""
    path = tmp_path / "marks.csv"
    with path.open("wb") as file:
        file.truncate(51 * 1024 * 1024)
    assert "50 MB" in only(refused(path))[2]


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda w, p: p.write_formula("B2", "=1+1", None, 2), "公式"),
        (lambda w, p: p.write_formula("B2", "=1+1", None, ""), "公式"),
        (lambda w, p: p.write_boolean("B2", True), "逻辑值"),
        (lambda w, p: p.write_boolean("B2", False), "逻辑值"),
        (lambda w, p: p.write_datetime("B2", dt.date(2025, 1, 2), w.add_format({"num_format": 14})), "日期"),
        (lambda w, p: p.write_number("B2", 0.5, w.add_format({"num_format": "h:mm"})), "日期"),
        (lambda w, p: p.write_number("B2", 1.5, w.add_format({"num_format": "[h]:mm"})), "日期"),
        (lambda w, p: p.write_number("B2", 45_000, w.add_format({"num_format": 'm"月"d"日"'})), "日期"),
        (lambda w, p: p.write_number("B2", 110101199001011234), "15 位"),
        (lambda w, p: p.write_number("B2", 1e16), "15 位"),
        (lambda w, p: p.write_number("B2", 0.95, w.add_format({"num_format": "0.0%"})), "百分比"),
        (lambda w, p: p.write_number("B2", 0.95, w.add_format({"num_format": 10})), "百分比"),
        (lambda w, p: p.write_string("B2", "#N/A"), "错误值"),
        (lambda w, p: p.write_string("B2", "#DIV/0!"), "错误值"),
        (lambda w, p: p.write_string("B2", "1.10101E+17"), "科学记数"),
        (lambda w, p: p.merge_range("B2:B3", 5), "B2:B3"),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_plain_text_or_number_is_named(tmp_path, write, words):
    """What Excel shows and what it keeps differ there, or it has spoilt what was typed; nothing is guessed."""

    def fill(written, page):
        page.set_column("F:XFD", 8, written.add_format({"num_format": "0%"}))
        write(written, page)

    row, column, sentence = only(refused(book(tmp_path, [["unit", "mark"], ["U1"], ["U2"]], fill=fill)))
    assert (row, column) == (2, "B")
    assert words in sentence


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#NAME?", "#SPILL!", "#BUSY!"])
def test_an_error_cell_is_named_whatever_the_error(tmp_path, error):
    """New versions of Excel invent new errors; an error read as an empty cell would be a mark lost."""
    rows = (
        f'{HEAD_XML}<row r="2"><c r="A2" t="str"><v>U1 t="e"</v></c><c r="B2" t="e"><v>{error}</v></c></row>'
    )
    row, column, sentence = only(refused(zipped(tmp_path, parts_of(sheet_xml(rows)))))
    assert (row, column) == (2, "B")
    assert "错误值" in sentence


@pytest.mark.parametrize("code", ['0"%"', "0\\%"])
def test_a_literal_percent_sign_in_a_format_is_no_percentage(tmp_path, code):
    """The formats 0"%" and 0\\% show 95% for 95: what is kept is what is shown."""

    def fill(written, page):
        page.write_number("B2", 95, written.add_format({"num_format": code}))

    assert read_table(book(tmp_path, [["unit", "mark"], ["U1"]], fill=fill), PAIR).rows == (
        (2, ("U1", "95")),
    )


def test_a_csv_spoilt_by_excel_is_named_like_a_workbook(tmp_path):
    """Saving as CSV writes errors and rounded long numbers down as text."""
    faults = refused(csv_file(tmp_path, "unit,mark\n1.10101E+17,5\nU2,#REF!\nE+5,a#b!\n"))
    assert places(faults) == [(2, "A"), (3, "B")]


def test_merged_cells_and_formulas_in_or_below_the_head_are_named(tmp_path):
    """A merged cell is one value and several empty ones; which rows it was meant for is a guess."""

    def fill(written, page):
        page.merge_range("A1:B1", "评分表")
        page.merge_range("C1:C2", "")
        page.merge_range("A4:A9", "U1")
        page.write_formula("B3", "=1", None, 1)

    faults = refused(book(tmp_path, [[], ["unit", "mark"]], fill=fill))
    assert places(faults) == [(1, "C"), (3, "B"), (4, "A")]


def test_many_faults_of_one_sort_are_summed_up(tmp_path):
    """A column of formulas is one thing to mend, not five hundred."""

    def fill(written, page):
        for row in range(1, 501):
            page.write_formula(row, 1, "=1", None, 1)

    faults = refused(book(tmp_path, [["unit", "mark"]], fill=fill))
    assert len(faults) == 21
    assert "480 处公式" in faults[-1][2]


def test_all_faults_come_at_once_in_order_and_no_more_than_two_hundred(tmp_path):
    """A clerk mends from top to bottom; a list of thousands is read by nobody."""
    faults = refused(csv_file(tmp_path, "unit,mark,x\n" + "U1,5,,y\n" * 3_000))
    assert len(faults) == FAULTS_MOST + 1
    assert places(faults[:3]) == [(1, "C"), (2, "D"), (3, "D")]
    assert faults[-1][:2] == (None, None)
    assert f"{3_001 - FAULTS_MOST:,} 处" in faults[-1][2]


def test_a_fault_says_sheet_row_and_column(tmp_path):
    """The clerk finds the cell without counting."""
    with pytest.raises(FileRefused) as caught:
        read_table(book(tmp_path, [["unit", "mark"], ["U1", True]]), PAIR)
    place = caught.value.faults[0].place
    assert (place.file, place.sheet, place.row, place.column) == ("marks.xlsx", "评分", 2, "B")


# Workbooks that are not what they seem.


def test_a_workbook_cut_off_anywhere_is_refused(tmp_path):
    """A download that broke off is no shorter table."""
    whole = book(tmp_path, [["unit", "mark"], *(["U1", 5] for _ in range(99))]).read_bytes()
    for length in range(4, len(whole), len(whole) // 40):
        refused(csv_file(tmp_path, whole[:length], "marks.xlsx"))


def test_a_workbook_with_any_byte_changed_is_read_or_refused(tmp_path):
    """Damage is a fault with a sentence, never a crash."""
    whole = book(tmp_path, [["unit", "mark"], ["U1", 5]]).read_bytes()
    dice = random.Random(7)
    for _ in range(300):
        changed = bytearray(whole)
        changed[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        try:
            assert isinstance(read_table(csv_file(tmp_path, bytes(changed), "marks.xlsx"), PAIR), Table)
        except FileRefused:
            continue


def test_a_changed_sheet_is_read_or_refused(tmp_path):
    """The same for what is inside the zip, where no checksum helps."""
    parts = parts_of(
        sheet_xml(HEAD_XML + '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>5</v></c></row>')
    )
    parts |= parts_of(parts["xl/worksheets/sheet1.xml"], sharedStrings="<sst><si><t>U1</t></si></sst>")
    dice = random.Random(11)
    pieces = [
        "<",
        ">",
        '"',
        "/",
        "<c ",
        "<v>",
        "<f>",
        "</sheetData>",
        ' t="s"',
        "XFD1048576",
        "&#0;",
        "-",
        "0",
        ":",
    ]
    for _ in range(300):
        part = dice.choice(list(parts))
        at = dice.randrange(len(parts[part]))
        text = parts[part][:at] + dice.choice(pieces) + parts[part][at + dice.randrange(3) :]
        try:
            assert isinstance(read_table(zipped(tmp_path, parts | {part: text}), PAIR), Table)
        except FileRefused:
            continue


def thousandfold(megabytes: int) -> bytes:
    """The deflated form of so many megabytes of zeros, without making them."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = pack.compress(bytes(1 << 20)) + pack.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + pack.flush()


@pytest.mark.parametrize("size", [1 << 30, 1_000, 0])
def test_a_bomb_is_refused_whatever_size_it_claims(tmp_path, size):
    """A gigabyte of zeros in a megabyte of zip; its headers may say so, or lie."""
    path = by_hand(tmp_path, parts_of(sheet_xml(HEAD_XML)), packed=thousandfold(1024), size=size)
    assert "解压后" in only(refused(path))[2]


def test_a_bomb_beside_the_table_is_refused(tmp_path):
    """Whoever opens the file next may unpack all of it."""
    parts = parts_of(sheet_xml(HEAD_XML)) | {"xl/media/image1.png": b""}
    assert "解压后" in only(refused(by_hand(tmp_path, parts, packed=thousandfold(200), size=200 << 20)))[2]


def test_many_members_that_are_too_much_together_are_refused(tmp_path):
    """The allowance is one for all: bombs of many small parts are no better."""
    noise = random.Random(1).randbytes(20_000) * 300
    parts = parts_of(sheet_xml(HEAD_XML)) | {f"xl/media/{at}.bin": noise for at in range(18)}
    assert "解压后" in only(refused(zipped(tmp_path, parts)))[2]


def test_a_size_that_is_not_the_real_one_is_refused(tmp_path):
    """Two readers might see two different tables in such a file."""
    parts = parts_of(sheet_xml(HEAD_XML))
    raw = parts["xl/worksheets/sheet1.xml"].encode()
    for lie in ({"size": len(raw) - 9}, {"crc": 1}, {"packed": thousandfold(1) + b"x"}):
        assert "损坏" in only(refused(by_hand(tmp_path, parts, **lie)))[2]
    assert "特殊" in only(refused(by_hand(tmp_path, parts, method=12)))[2]
    assert read_table(by_hand(tmp_path, parts), PAIR).rows == ()
    assert read_table(by_hand(tmp_path, parts, method=0, packed=raw), PAIR).rows == ()


def test_members_that_share_their_bytes_are_refused(tmp_path):
    """Two thousand members of one stretch of bytes would be unpacked two thousand times."""
    whole = zipped(tmp_path, parts_of(sheet_xml(HEAD_XML))).read_bytes()
    end = len(whole) - 22
    at = struct.unpack("<I", whole[end + 16 : end + 20])[0]
    entry = b"PK\1\2\x14\0" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x21, 0, at, 0, 1, 0)
    entry += struct.pack("<HHHII", 0, 0, 0, 0, 0)
    central = whole[at:end] + b"".join(entry + bytes([97 + letter]) for letter in range(20))
    count = whole[at:].count(b"PK\1\2") + 20
    tail = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), at, 0)
    assert "特殊" in only(refused(csv_file(tmp_path, whole[:at] + central + tail, "marks.xlsx")))[2]


def test_a_list_of_a_million_members_is_not_even_read(tmp_path):
    """Each would become an object before anyone had counted them."""
    whole = zipped(tmp_path, parts_of(sheet_xml(HEAD_XML))).read_bytes()
    flood = whole[:-22] + b"PK\1\2" * 5_000 + whole[-22:]
    assert "特殊" in only(refused(csv_file(tmp_path, flood, "marks.xlsx")))[2]


def test_an_encrypted_workbook_is_refused(tmp_path):
    """The clerk is told to take the password off."""
    assert "密码" in only(refused(by_hand(tmp_path, parts_of(sheet_xml(HEAD_XML)), flags=1)))[2]


def test_a_zip_of_too_many_or_repeated_members_is_refused(tmp_path):
    """Of two members of one name, programs read different ones."""
    parts = parts_of(sheet_xml(HEAD_XML))
    many = {f"xl/x{at}.xml": "" for at in range(2_000)}
    assert "特殊" in only(refused(zipped(tmp_path, parts | many)))[2]
    assert "特殊" in only(refused(zipped(tmp_path, parts | {"XL\\Worksheets\\sheet1.xml": sheet_xml("")})))[2]


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "docProps/core.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_part(tmp_path, part, encoding):
    """A billion laughs in ten lines of XML; office programs never write a DTD."""
    laughs = '<!DOCTYPE x [<!ENTITY a "哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>' + sheet_xml(HEAD_XML)
    parts = parts_of(sheet_xml(HEAD_XML)) | {part: laughs.encode(encoding)}
    assert "实体" in only(refused(zipped(tmp_path, parts)))[2]


def test_entities_that_straddle_two_pieces_are_refused(tmp_path):
    """Parts are looked at piece by piece, and the mark may lie across two of them."""
    for shift in range(0, 12, 3):
        noise = (
            random.Random(5).randbytes(65_536 - shift).translate(bytes([97 + at % 16 for at in range(256)]))
        )
        parts = parts_of(sheet_xml(HEAD_XML)) | {"docProps/core.xml": noise + b"<!DOCTYPE x>"}
        raw = parts["docProps/core.xml"]
        assert "实体" in only(refused(by_hand(tmp_path, parts, method=0, packed=raw)))[2]


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
)
def test_a_workbook_without_one_of_its_parts_is_refused(tmp_path, part):
    """A first sheet that is not there is not replaced by the second."""
    parts = parts_of(sheet_xml(HEAD_XML))
    del parts[part]
    assert "损坏" in only(refused(zipped(tmp_path, parts)))[2]


def test_a_workbook_without_a_visible_sheet_is_refused(tmp_path):
    """Nothing that the clerk cannot see is read."""
    parts = parts_of(sheet_xml(HEAD_XML))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("<sheet ", '<sheet state="veryHidden" ')
    assert "取消隐藏" in only(refused(zipped(tmp_path, parts)))[2]


@pytest.mark.parametrize("far", ["XFD1048576", "ALM2", "A200001", "ALL1001"])
def test_a_cell_far_away_is_refused_before_room_is_made_for_it(tmp_path, far):
    """Two cells at the corners of a sheet make seventeen thousand million of them."""
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    xml = sheet_xml(f'{HEAD_XML}<row r="{row}"><c r="{far}"><v>1</v></c></row>')
    assert "限额" in only(refused(zipped(tmp_path, parts_of(xml))))[2]


def test_empty_cells_far_away_and_a_wrong_dimension_do_no_harm(tmp_path):
    """Whole columns are often formatted, and programs get the dimension wrong; only what is held counts."""
    rows = f'{HEAD_XML}<row r="2"><c r="A2" t="str"><v>U1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    xml = sheet_xml(rows).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    assert read_table(zipped(tmp_path, parts_of(xml)), PAIR).rows == ((2, ("U1", "")),)
    xml = sheet_xml(rows).replace("<sheetData>", '<dimension ref="A1"/><sheetData>')
    assert read_table(zipped(tmp_path, parts_of(xml)), PAIR).rows == ((2, ("U1", "")),)


@pytest.mark.parametrize(
    "row",
    [
        "<c r='XFD1048576'><v>1</v></c>",
        '<c s="0" r="XFD1048576"><v>1</v></c>',
        "<c><v>1</v></c>",
        '<y:c r="XFD1048576"><v>1</v></y:c>',
        '<row2:c r="XFD1048576"><v>1</v></row2:c>',
        '<c r="XFD1048576" q="</c>"><v>1</v></c>',
        '<c r="A2"><y:v>1</y:v></c>',
        '<c r="A2" t="str"><v><![CDATA[U1]]></v></c>',
        '<!-- --><c r="A2"><v>1</v></c>',
        '<c r="$A$2"><v>1</v></c>',
        '<c r="A0"><v>1</v></c>',
        '<c r="AAAAAAAAA1"><v>1</v></c>',
        "<is><t>x</t></is>",
    ],
)
def test_a_cell_written_in_an_unusual_way_is_refused(tmp_path, row):
    """Such a cell might slip past the look that is taken before the sheet is read; Excel writes none."""
    refused(zipped(tmp_path, parts_of(sheet_xml(f'{HEAD_XML}<row r="2">{row}</row>'))))
    refused(zipped(tmp_path, parts_of(sheet_xml(HEAD_XML, before="<y:sheetData></y:sheetData>"))))


@pytest.mark.parametrize(
    ("rows", "after", "styles"),
    [
        ('<c r="A2"><v>1</v></c>' * (CELLS_MOST + 1), "", ""),
        ("<b/>" * (CELLS_MOST + 1), "", ""),
        ("", "mergeCell " * 1_000_000, ""),
        ("", "", "cellXfs " * 1_000_000),
        ("", "", 'numFmtId="' * 1_000_000),
        ('<c r="A2" t="e"' + " " * 1_000_000 + "><v>1</v></c>", "", ""),
        ("x" * 3_000_000, "", ""),
    ],
)
def test_a_part_made_to_keep_the_reader_busy_is_soon_done_with(tmp_path, rows, after, styles):
    """Each of these would take hours, or gigabytes, if some search began anew at every byte."""
    path = zipped(
        tmp_path, parts_of(sheet_xml(f'{HEAD_XML}<row r="2">{rows}</row>', after), styles=f"<x>{styles}</x>")
    )
    try:
        assert read_table(path, PAIR).rows == ()
    except FileRefused as refusal:
        assert refusal.faults


@pytest.mark.parametrize("flood", ["," * 2_000_000, '"\n",' * 300_000])
def test_a_record_without_end_is_refused(tmp_path, flood):
    """Millions of cells in one record would be made into a list before anyone had counted them."""
    faults = refused(csv_file(tmp_path, f"unit,mark\nU1,{flood}\n"))
    assert places(faults) == [(2, None)]
    assert "限额" in faults[0][2]


def test_a_number_that_is_none_is_refused(tmp_path):
    """Infinity, not-a-number and words where a number should be."""
    for number, words in (("1e400", "15 位"), ("nan", "15 位"), ("abc", "损坏")):
        xml = sheet_xml(f'{HEAD_XML}<row r="2"><c r="B2" t="n"><v>{number}</v></c></row>')
        assert words in only(refused(zipped(tmp_path, parts_of(xml))))[2]


def test_a_long_text_in_every_cell_is_refused(tmp_path):
    """One string of a hundred thousand characters, pointed to by every cell, is a bomb that no zip limit sees."""
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, 2_000))
    for long, refusal in ((40_000, "解压后"), (1_900, None)):
        strings = f"<sst><si><t>{'x' * long}</t></si><si><t>y</t></si></sst>"
        path = zipped(tmp_path, parts_of(sheet_xml(HEAD_XML + cells), sharedStrings=strings))
        if refusal:
            assert refusal in only(refused(path))[2]
        else:
            assert len(read_table(path, PAIR).rows) == 1_998


def test_a_long_text_in_one_cell_of_many_is_read(tmp_path):
    """Instructions of a few hundred words above a long table of short codes are no bomb."""
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>1</v></c></row>' for row in range(3, 60_000))
    rows = f'<row r="1"><c r="A1" t="s"><v>0</v></c></row>{HEAD_XML.replace("1", "2")}{cells}'
    strings = f"<sst><si><t>{'填表说明' * 400}</t></si><si><t>U1</t></si></sst>"
    path = zipped(tmp_path, parts_of(sheet_xml(rows), sharedStrings=strings))
    assert len(read_table(path, PAIR).rows) == 59_997


MEASURE = """
import re, sys
from pathlib import Path
from scoring.errors import FileRefused
from scoring.spreadsheet.tables import Column, Form, read_table
try:
    read_table(Path(sys.argv[1]), Form(required=(Column(name="unit"), Column(name="mark"))))
    print("read")
except FileRefused:
    print("refused")
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def memory(path: Path) -> tuple[str, float]:
    """What became of a file in a process of its own, and the most megabytes that process took.

    The kernel's own high-water mark is asked: getrusage would count what this process had when it forked.
    """
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], cwd=root, capture_output=True, text=True
    )
    outcome, kilobytes = done.stdout.split()
    return outcome, int(kilobytes) / 1024


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")


@LINUX
def test_hostile_files_take_less_than_three_hundred_megabytes(tmp_path):
    """An upload must not bring the service down, whatever it holds."""
    bomb = by_hand(tmp_path, parts_of(sheet_xml(HEAD_XML)), packed=thousandfold(1024), size=1 << 30)
    outcome, megabytes = memory(bomb)
    assert outcome == "refused"
    assert megabytes < 300
    far = sheet_xml(f'{HEAD_XML}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    outcome, megabytes = memory(zipped(tmp_path, parts_of(far)))
    assert outcome == "refused"
    assert megabytes < 300


@LINUX
def test_the_largest_table_that_is_taken_takes_less_than_three_hundred_megabytes(tmp_path):
    """The limits are chosen so that every table within them is read within the same bounds."""
    head = HEAD_XML.replace("</row>", "".join(f'<c r="{x}1" t="str"><v> </v></c>' for x in "CDE") + "</row>")
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{2 * row}</v></c><c r="B{row}" t="s"><v>{2 * row + 1}</v></c>'
        f'<c r="C{row}" s="1"/><c r="D{row}" s="1"/><c r="E{row}" t="str"><v> </v></c></row>'
        for row in range(2, ROWS_MOST + 1)
    )
    strings = "<sst>" + "".join(f"<si><t>编{at}</t></si>" for at in range(2 * ROWS_MOST + 2)) + "</sst>"
    outcome, megabytes = memory(zipped(tmp_path, parts_of(sheet_xml(head + rows), sharedStrings=strings)))
    assert outcome == "read"
    assert megabytes < 300


# Whatever is written is read.

CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\"',;\t 䶮𠮷e\u0301")
TABLES = st.lists(st.tuples(st.text(CHARACTERS, max_size=8), st.text(CHARACTERS, max_size=8)), max_size=6)


def expected(rows: list[tuple[str, str]]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Cells stripped and composed, rows without content left out, the others under their own numbers."""
    cleaned = [tuple(unicodedata.normalize("NFC", cell.strip()) for cell in row) for row in rows]
    return tuple((number, row) for number, row in enumerate(cleaned, 2) if any(row))


@settings(max_examples=120, deadline=None)
@given(rows=TABLES, encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_a_table_written_as_csv_reads_back_the_same(rows, encoding):
    """Quotes, line breaks and every script, in each encoding: the same cells under the same numbers."""
    text = io.StringIO()
    csv.writer(text).writerows([("unit", "mark"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = csv_file(Path(folder), text.getvalue().encode(encoding))
        assert read_table(path, PAIR).rows == expected(rows)


@settings(max_examples=80, deadline=None)
@given(rows=TABLES)
def test_a_table_written_as_a_workbook_reads_back_the_same(rows):
    """By two programs that write workbooks, none of which is the one that reads."""
    with tempfile.TemporaryDirectory() as folder:
        path = book(Path(folder), [("unit", "mark"), *rows])
        assert read_table(path, PAIR).rows == expected(rows)
        written = openpyxl.Workbook()
        for at, row in enumerate([("unit", "mark"), *rows], 1):
            for column, value in enumerate(row, 1):
                cell = written.active.cell(at, column)
                cell.value, cell.data_type = value, "s"
        written.save(path)
        assert read_table(path, PAIR).rows == expected(rows)
