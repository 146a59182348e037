"""The rows of a clerk's file as text, whatever the file is called: CSV, or the first sheet of an XLSX workbook.

A cell becomes the text that Excel shows of it. What has no such text, or one that Excel has already spoilt,
becomes None, and `flaw` says why.
"""

import codecs
import csv
import datetime as dt
import io
import re
import stat
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from scoring.errors import Place
from scoring.spreadsheet.archive import (
    CELLS_MOST,
    COLUMNS_MOST,
    DAMAGED,
    MEGABYTE,
    PASSWORD,
    ROWS_MOST,
    Book,
    Cells,
    Merged,
    Workbook,
    check_unpacked,
    open_workbook,
    refusal,
)
from scoring.texts import Text, unwritable

CELL_MOST = 2_000
OPENING_LINES = 10
FILE_MOST = 50 * MEGABYTE
_TEXT_MOST = 80 * MEGABYTE
_REMEMBERED_MOST = 50_000
_RECORD_MOST = 1 << 20
_STEP = MEGABYTE
_ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")

_SAVE_AS = (
    "请用 Excel 或 WPS 打开后另存为 xlsx（或“CSV UTF-8”）再提交",
    "open it in Excel or WPS, save it as xlsx (or as CSV UTF-8) and send that",
)
_MISSING = Text(
    "打不开这个文件；请检查路径和文件名是否正确", "this file cannot be opened; check its path and name"
)
_EMPTY = Text("文件是空的；请填写后再提交", "the file is empty; fill it in and send it again")
_BIG = Text(
    f"文件超过 {FILE_MOST // MEGABYTE} MB；请删去图片等无关内容，或分成几个文件提交",
    f"the file is larger than {FILE_MOST // MEGABYTE} MB; delete pictures and the like, or send it in parts",
)
_OLD_BOOK = Text(
    "这是旧格式的工作簿（.xls 或 .et）；请用 Excel 或 WPS 打开后另存为 xlsx 再提交",
    "this is a workbook in an old format (.xls or .et); open it in Excel or WPS, save it as xlsx and send that",
)
_WEB_PAGE = Text(
    f"这其实是网页或 XML 文件，不是表格；{_SAVE_AS[0]}",
    f"this is really a web page or XML file; {_SAVE_AS[1]}",
)
_NO_TABLE = Text(
    "这不是表格文件；只收 xlsx 工作簿和 CSV 文件",
    "this is not a spreadsheet; only xlsx workbooks and CSV files are taken",
)
_NO_BOOK = Text(
    "这不是 xlsx 工作簿；请用 Excel 或 WPS 打开下载的那份工作簿，填好后存为 xlsx 再提交",
    "this is no xlsx workbook; fill in the workbook you downloaded, save it as xlsx and send that",
)
_UTF_16 = Text(
    f"文件是 UTF-16 编码（Excel 的“Unicode 文本”）；{_SAVE_AS[0]}",
    f"the file is in UTF-16 (“Unicode text” of Excel); {_SAVE_AS[1]}",
)
_NUL = Text(
    f"文件里有空字符（NUL），不是正常的 CSV；{_SAVE_AS[0]}",
    f"the file contains NUL characters and is not proper CSV; {_SAVE_AS[1]}",
)
_CODING = Text(
    f"文字既不是 UTF-8 编码，也不是 GB18030 编码；{_SAVE_AS[0]}",
    f"the text is in neither UTF-8 nor GB18030; {_SAVE_AS[1]}",
)
_QUOTE = Text(
    '这一行有引号没有成对，后面的内容读不下去；请补上或删去这个引号（内容里的引号要写成两个 ""）',
    "a quotation mark opened in this row is not closed properly, and what follows cannot be read; "
    'close it or delete it (a quotation mark inside a cell is written twice, "")',
)
_LONG = Text(
    f"单元格超过 {CELL_MOST:,} 个字；请删减",
    f"the cell holds more than {CELL_MOST:,} characters; shorten it",
)
_TOO_MUCH = Text(
    "文字总量太大；请删去与数据无关的长文字，或分成几个文件提交",
    "there is too much text; delete long texts that are not part of the data, or send the file in parts",
)
_LOGICAL = Text(
    "单元格是逻辑值（TRUE 或 FALSE）；请改写成文字或数字",
    "the cell holds a logical value (TRUE or FALSE); write it as text or as a number",
)
_DATE = Text(
    "Excel 把单元格当成了日期或时间；请把单元格格式改为“文本”，再重新填写原来的内容",
    "Excel has taken the cell for a date or time; format the cell as Text and type its contents again",
)
_LONG_NUMBER = Text(
    "超过 15 位的号码按数字存放，后几位已被 Excel 改掉；请把单元格格式改为“文本”，再照原件重新填写",
    "a number of more than 15 digits: Excel has already changed its last digits; "
    "format the cell as Text and type it again from the original",
)
_CONTROL = Text(
    "单元格里有看不见的控制字符；请删去内容后重新输入",
    "the cell holds a control character that cannot be seen; delete its contents and type them again",
)
_SCIENTIFIC = Text(
    "号码已被 Excel 改成科学记数（如 1.1E+17），后几位丢失；请把单元格格式改为“文本”，再照原件重新填写",
    "Excel has turned the number into scientific notation (like 1.1E+17) and lost its last digits; "
    "format the cell as Text and type it again from the original",
)
_ERROR = Text(
    "单元格是 Excel 的错误值（如 #N/A、#DIV/0!）；请改成正确的内容，或清空",
    "the cell holds an Excel error value (like #N/A, #DIV/0!); enter the right contents, or clear it",
)
_EXTENT = Text(
    f"表格超过限额（{ROWS_MOST:,} 行、{COLUMNS_MOST:,} 列、{CELLS_MOST:,} 格）；请删去空行空列，或分成几个文件提交",
    f"the table is too large: at most {ROWS_MOST:,} rows, {COLUMNS_MOST:,} columns and {CELLS_MOST:,} cells "
    "are taken; delete empty rows and columns, or send it in several files",
)
_ERROR_TEXT = re.compile(r"#(?:N/A|GETTING_DATA|[A-Z][A-Z0-9/_]{1,20}[!?])")
_SCIENTIFIC_TEXT = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?E\+[0-9]{2,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A file's rows, read as they are asked for, and what is known about it before.

    `rows` yields the number of each row as Excel shows it and its raw values, column A first. `opening` holds
    the first lines of a CSV file as they stand.
    """

    place: Place
    rows: Iterator[tuple[int, Sequence[object]]]
    opening: tuple[str, ...] = ()
    formulas: Cells = field(default_factory=Cells)
    percents: Cells = field(default_factory=Cells)
    merged: tuple[Merged, ...] = ()


def open_grid(path: Path) -> Grid:
    """Return the rows of the file at *path*. Raises FileRefused, as does reading the rows."""
    place = Place(file=path.name)
    content = _content(path, place)
    match _kind(content):
        case Text() as sentence:
            raise refusal(place, sentence)
        case "xlsx":
            return sheet_grid(open_workbook(content, place), place.file)
        case _:
            return _csv_grid(content, place)


def open_book(path: Path) -> Book:
    """Return the workbook at *path*, for whoever reads several sheets of it. Raises FileRefused."""
    place = Place(file=path.name)
    content = _content(path, place)
    match _kind(content):
        case Text() as sentence:
            raise refusal(place, sentence)
        case "xlsx":
            return Book(content, place)
        case _:
            raise refusal(place, _NO_BOOK)


def sheet_grid(workbook: Workbook, file: str | None) -> Grid:
    """Return the rows of a sheet taken out of the workbook of that file name. Raises FileRefused."""
    place = Place(file=file, sheet=workbook.sheet)
    return Grid(
        place=place,
        rows=enumerate(_from_column_a(_sheet(workbook.content, place)), 1),
        formulas=workbook.formulas,
        percents=workbook.percents,
        merged=workbook.merged,
    )


class Texts(dict[object, str | None]):
    """From the value of a cell to its text, None where it has none; most values come many times over."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._size = 0

    def __missing__(self, value: object) -> str | None:
        # To a dict, 0 and 1 are the same keys as False and True, so they are never remembered.
        if value.__class__ is float and value in {0.0, 1.0}:
            return "1" if value else "0"
        text = _text(value)
        if isinstance(value, str) and text is not None:
            self._size += sys.getsizeof(text)
            if self._size > _TEXT_MOST:
                raise refusal(self._place, _TOO_MUCH)
        if text is not None and len(self) < _REMEMBERED_MOST and value not in {0, 1}:
            self[value] = text
        return text


def flaw(value: object) -> Text:
    """Return why a cell of this value has no text."""
    match value:
        case bool():
            return _LOGICAL
        case float() | int():
            return _LONG_NUMBER
        case dt.date() | dt.time() | dt.timedelta():
            return _DATE
        case str() if len(value) > CELL_MOST:
            return _LONG
        case str() if unwritable(value.strip()) is not None:
            return _CONTROL
        case str() if value.strip().startswith("#"):
            return _ERROR
        case _:
            assert isinstance(value, str), value
            return _SCIENTIFIC


def _content(path: Path, place: Place) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise refusal(place, _MISSING)
        if status.st_size > FILE_MOST:
            raise refusal(place, _BIG)
        with path.open("rb") as file:
            if file.read(4) in _ZIP_HEADS:
                check_unpacked(file, place)
            file.seek(0)
            content = file.read(FILE_MOST + 1)
    except (OSError, ValueError):
        raise refusal(place, _MISSING) from None
    if len(content) > FILE_MOST:
        raise refusal(place, _BIG)
    return content


def _kind(content: bytes) -> Text | str:
    """Return what the file is by its first bytes: `xlsx`, `csv`, or why it is neither."""
    start = content[:1024].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if not start and len(content) <= 1024:
        return _EMPTY
    if content.startswith(_ZIP_HEADS):
        return "xlsx"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return PASSWORD if "EncryptedPackage".encode("utf-16-le") in content else _OLD_BOOK
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _UTF_16
    if start.startswith(
        (b"<html", b"<!doctype", b"<?xml", b"<table", b"<head", b"<meta", b"<body", b"<div", b"mime-version:")
    ):
        return _WEB_PAGE
    if start.startswith(
        (b"%pdf", b"rar!", b"7z\xbc\xaf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"{\\rtf", b"\x1f\x8b")
    ):
        return _NO_TABLE
    return _NUL if 0 in content else "csv"


def _sheet(content: io.BytesIO, place: Place) -> CalamineSheet:
    try:
        with CalamineWorkbook.from_filelike(content) as workbook:
            content.close()  # it has made a copy
            return workbook.get_sheet_by_index(0)
    except CalamineError:
        raise refusal(place, DAMAGED) from None


def _from_column_a(sheet: CalamineSheet) -> Iterator[Sequence[object]]:
    """Return the rows of a sheet from row 1 on. Calamine fills up the empty rows above, but not the columns."""
    blank = [""] * sheet.start[1] if sheet.start else []
    return ([*blank, *row] for row in sheet.iter_rows()) if blank else sheet.iter_rows()


def _csv_grid(content: bytes, place: Place) -> Grid:
    start, encoding = _encoding(content, place)

    def lines() -> io.TextIOWrapper:
        stream = io.BytesIO(content)
        stream.seek(start)
        return io.TextIOWrapper(stream, encoding=encoding, newline="")

    opening = lines()
    return Grid(
        place=place,
        rows=_records(lines(), place),
        opening=tuple(opening.readline(4 * CELL_MOST) for _ in range(OPENING_LINES)),
    )


def _encoding(content: bytes, place: Place) -> tuple[int, str]:
    """Return where the text begins, after any byte order marks, and its encoding."""
    start = 0
    while content.startswith(codecs.BOM_UTF8, start):
        start += len(codecs.BOM_UTF8)
    for encoding in ("utf-8",) if start else ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for at in range(start, len(content), _STEP):
                decoder.decode(content[at : at + _STEP])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return start, encoding
    raise refusal(place, _CODING)


def _records(lines: io.TextIOWrapper, place: Place) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a CSV file under the numbers their rows have in Excel: a blank line is a row."""
    number = cells = line = 0

    def measured() -> Iterator[str]:
        of_record, size = 0, 0
        while text := lines.readline(_RECORD_MOST + 1):
            of_record, size = number, len(text) + (size if of_record == number else 0)
            if size > _RECORD_MOST:  # before it becomes a list of millions of cells
                raise refusal(Place(file=place.file, row=number + 1), _EXTENT)
            yield text

    reader = csv.reader(measured(), strict=True)
    try:
        for number, record in enumerate(reader, 1):
            cells += len(record)
            if number > ROWS_MOST or len(record) > COLUMNS_MOST or cells > CELLS_MOST:
                raise refusal(Place(file=place.file, row=number), _EXTENT)
            yield number, record
            line = reader.line_num
    except csv.Error as error:
        long = "field larger" in str(error) and reader.line_num <= line + 1
        raise refusal(Place(file=place.file, row=number + 1), _LONG if long else _QUOTE) from None


def _text(value: object) -> str | None:
    if isinstance(value, str):
        text = value.strip()
        if len(text) <= CELL_MOST and not text.isascii():
            text = unicodedata.normalize("NFC", text)
        spoilt = text.startswith("#") and _ERROR_TEXT.fullmatch(text)
        spoilt = spoilt or ("E+" in text and _SCIENTIFIC_TEXT.fullmatch(text))
        long = len(text) > CELL_MOST
        return None if spoilt or long or unwritable(text) is not None else text
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _number_text(value)
    return None


def _number_text(number: float) -> str | None:
    """Return *number* in plain digits, to the 15 significant digits Excel itself shows; None from 10^15 on."""
    if not abs(number) < 10**15:
        return None
    text = f"{number:.15g}"
    if "e" in text:
        text = f"{Decimal(text):f}"
    return "0" if text == "-0" else text
