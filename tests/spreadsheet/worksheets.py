"""A small worksheet of every kind of criterion, and the hands of a clerk who fills it with another program."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import openpyxl

from scoring.criteria import loader
from scoring.criteria.model import CriteriaSet
from scoring.spreadsheet.worksheet import (
    EarlierMark,
    Expected,
    Layout,
    OwnMark,
    Worksheet,
    WorksheetUnit,
    expected_of,
)
from scoring.spreadsheet.worksheet_pages import FIRST_ROW, KEY_ROW, pages_of
from scoring.spreadsheet.worksheet_reading import Filled, FilledCell, read_worksheet
from scoring.spreadsheet.worksheet_writing import worksheet_workbook
from scoring.texts import Lang

CRITERIA = {
    "id": "s",
    "version": "1",
    "title": {"zh": "红旗党支部创建标准（农村）", "en": "Red-flag standard (rural)"},
    "stages": ["self", "superior", "county"],
    "criteria": [
        {
            "id": "judged",
            "kind": "judged",
            "full_marks": "10",
            "step": "0.5",
            "title": {"zh": "作用发挥", "en": "Impact"},
        },
        {
            "id": "levels",
            "kind": "levels",
            "full_marks": "5",
            "title": {"zh": "按期换届", "en": "Elections on time"},
            "levels": [{"marks": marks, "when": {"zh": "档" + marks}} for marks in ("5", "2.5", "0")],
            "evidence": {"least": "1", "most": "3", "kinds": ["document", "image"]},
        },
        {
            "id": "income",
            "kind": "measured",
            "full_marks": "5",
            "unit": "元",
            "title": {"zh": "集体收入", "en": "Income"},
            "bands": [{"at_least": "50000", "marks": "5"}],
        },
        {
            "id": "ballot",
            "kind": "ballot",
            "full_marks": "30",
            "title": {"zh": "民主评议", "en": "Appraisal"},
            "grades": [
                {"id": "good", "worth": "100", "title": {"zh": "优秀", "en": "excellent"}},
                {"id": "fair", "worth": "60", "title": {"zh": "合格", "en": "fair"}},
                {"id": "poor", "worth": "0", "title": {"zh": "不合格", "en": "poor"}},
            ],
            "best_share_most": "1/3",
        },
    ],
    "adjustments": [{"id": "late", "kind": "deduction", "each": "1", "title": {"zh": "迟报", "en": "Late"}}],
}

GOOD = {"judged": "7.5", "levels": "2.5", "income": "61200.35", "ballot": "good=4;fair=7;poor=1", "late": "2"}
"""A mark of every subject, in canonical form."""


def criteria(**changes: object) -> CriteriaSet:
    document = CRITERIA | changes
    return loader.load(json.dumps(document, ensure_ascii=False).encode(), "s.yaml", lambda _: None)


SET = criteria()
OTHER = criteria(id="t", title={"zh": "红旗党支部创建标准（机关）", "en": "Red-flag standard (office)"})


def unit(
    code: str, own: dict[str, OwnMark] | None = None, by: CriteriaSet = SET, **more: object
) -> WorksheetUnit:
    earlier = {
        "self": {
            "judged": EarlierMark(mark="8", comment="材料齐全"),
            "ballot": EarlierMark(mark="good=3;fair=8;poor=1"),
        },
        "superior": {"judged": EarlierMark(mark="6.5"), "levels": EarlierMark(mark="n/a")},
    }
    asked = {"earlier": earlier} | more
    return WorksheetUnit(code=code, name=f"{code}村党支部", criteria=by, own=own or {}, **asked)


def worksheet(*units: WorksheetUnit, **changes: object) -> Worksheet:
    """Four units, of which A02 has marks already and A04 has another set."""
    marked = {key: OwnMark(mark=mark, comment="原意见", revision=3) for key, mark in GOOD.items()}
    known = units or (unit("A01"), unit("A02", marked), unit("A03"), unit("A04", by=OTHER))
    own = {
        "county": "青石县",
        "period": "2026",
        "stage": "county",
        "holder": "5f03",
        "holder_name": "张三",
        "made_at": datetime(2026, 11, 2, 9, 30),  # noqa: DTZ001  an office's own clock
        "units": known,
    }
    return Worksheet(**(own | changes))


def made(sheet: Worksheet, layout: Layout = Layout.BY_UNIT, lang: Lang = Lang.ZH) -> bytes:
    return worksheet_workbook(sheet, layout, lang)


def read(
    folder: Path, content: bytes, expected: Expected | Worksheet | None = None, name: str = "评分.xlsx"
) -> Filled:
    path = folder / name
    path.write_bytes(content)
    asked = worksheet() if expected is None else expected
    return read_worksheet(path, expected_of(asked) if isinstance(asked, Worksheet) else asked)


def edited(content: bytes, *edits: Callable[[openpyxl.Workbook], object]) -> bytes:
    """The workbook as another program saves it, after *edits*."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for edit in edits:
        edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def address(  # noqa: PLR0917
    sheet: Worksheet,
    layout: Layout,
    where: tuple[str, str],
    entry: str = "mark",
    grade: int = 0,
    lang: Lang = Lang.ZH,
) -> tuple[str, int, int]:
    """The page, row and column (from 1, as Excel counts) where *where*, a unit and a criterion, is to be filled."""
    for page in pages_of(sheet, layout, lang):
        for line, column, slot in page.slots():
            if (slot.unit, slot.subject.id) == where and (slot.entry, slot.grade) == (entry, grade):
                return page.name, FIRST_ROW + line + 1, column + 1
    raise KeyError(where)


def fill(
    sheet: Worksheet, layout: Layout, values: dict[tuple[str, ...], object], lang: Lang = Lang.ZH
) -> Callable[[openpyxl.Workbook], None]:
    """An edit that fills cells: (unit, criterion), or with entry and grade, to its value."""

    def edit(book: openpyxl.Workbook) -> None:
        for key, value in values.items():
            name, row, column = address(sheet, layout, key[:2], *key[2:], lang=lang)
            book[name].cell(row, column).value = value

    return edit


def found(filled: Filled, where: tuple[str, str], entry: str = "mark") -> FilledCell:
    (cell,) = (one for one in filled.cells if (one.unit, one.criterion, one.entry) == (*where, entry))
    return cell


def key_row(page: object) -> int:
    """The row of keys as Excel counts."""
    return KEY_ROW + 1


def told(filled: Filled) -> list[tuple[int | None, str | None, str]]:
    return [(fault.place.row, fault.place.column, fault.sentence.zh) for fault in filled.faults]


def office() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


CSV_IN = "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,0,true"
"""CSV in UTF-8, special numbers detected, formulas evaluated: as trusting as LibreOffice gets."""


def converted(paths: list[Path], to: str, folder: Path, *options: str) -> Iterator[Path]:
    """The files as LibreOffice saves them under another kind; one run for all."""
    program = office()
    assert program
    profile = (folder / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", to]
    out = folder / "converted"
    subprocess.run(
        [*command, *options, "--outdir", str(out), *map(str, paths)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    for path in paths:
        yield out / f"{path.stem}.{to.partition(':')[0]}"
