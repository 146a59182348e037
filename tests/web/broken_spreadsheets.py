"""Some hundreds of spreadsheets a clerk might hand in, each wrong in ways that are known: the corpus of the tests.

Run as a program it scores all of them and prints how many there were, how many answers were wrong, and the most
memory it took in kilobytes.
"""

from __future__ import annotations

import csv
import io
import json
import random
import resource
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import openpyxl
from click.testing import CliRunner
from openpyxl.styles import Alignment

from web.cli import main

CRITERIA = {
    "id": "s",
    "version": "1",
    "title": {"zh": "标准"},
    "domains": ["rural", "office"],
    "stages": ["self", "superior", "county"],
    "criteria": [
        {"id": "judged", "kind": "judged", "full_marks": "10", "step": "0.5"},
        {
            "id": "levels",
            "kind": "levels",
            "full_marks": "5",
            "levels": [{"marks": marks, "when": {"zh": "档"}} for marks in ("5", "2.5", "0")],
        },
        {
            "id": "income",
            "kind": "measured",
            "full_marks": "5",
            "bands": [{"at_least": "50000", "marks": "5"}],
        },
        {
            "id": "ballot",
            "kind": "ballot",
            "full_marks": "30",
            "grades": [
                {"id": "good", "worth": "100"},
                {"id": "fair", "worth": "60"},
                {"id": "poor", "worth": "0"},
            ],
            "best_share_most": "1/3",
        },
    ],
    "adjustments": [{"id": "late", "kind": "deduction", "each": "1"}],
    "gates": [{"id": "weak", "highest_stars": "2"}],
    "cut_points": [{"stars": "3", "at_least": "70"}, {"stars": "2", "at_least": "60"}],
}
UNIT_HEAD = ["unit", "name", "domain", "township", "department", "gates"]
MARK_HEAD = ["unit", "criterion", "stage", "evaluator", "mark"]

Rows = list[list[object]]
Expected = tuple[str, int | None, str | None, str]
"""The file at fault ('units' or 'marks'), row, column letter, and words of the sentence."""


@dataclass(frozen=True, slots=True)
class Case:
    """Two files by name, and the faults that must be named, all of them at once."""

    name: str
    files: dict[str, bytes]
    expected: tuple[Expected, ...] = field(default=())


def good_units() -> Rows:
    rows: Rows = [[f"R{n}", f"第{n}党支部", "rural", "青石镇", "", ""] for n in range(1, 6)]
    return [UNIT_HEAD, *rows, ["O1", "机关党支部", "office", "", "财政局", "weak"]]


def good_marks() -> Rows:
    rows: Rows = [MARK_HEAD]
    for unit in ("R1", "R2", "R3", "R4", "R5", "O1"):
        rows += [
            [unit, "judged", "superior", "王", "8.5"],
            [unit, "levels", "superior", "王", "2.5"],
            [unit, "income", "superior", "王", "52000.5"],
            [unit, "ballot", "superior", "王", "good=3;fair=6"],
            [unit, "late", "superior", "王", "1"],
        ]
    return rows


MARK_FAULTS: dict[str, tuple[str, int, object, str]] = {
    "unknown unit": ("judged", 0, "R99", "no unit"),
    "full-width unit": ("judged", 0, "Ｒ1", "full-width"),
    "no unit": ("judged", 0, "", "no unit"),
    "unknown criterion": ("judged", 1, "judgement", "no criterion or adjustment"),
    "no criterion": ("judged", 1, "", "no criterion or adjustment"),
    "unknown stage": ("judged", 2, "town", "no stage"),
    "stage in capitals": ("judged", 2, "Superior", "no stage"),
    "no evaluator": ("judged", 3, "", "evaluator is missing"),
    "empty mark": ("judged", 4, "", "empty"),
    "above full marks": ("judged", 4, "10.5", "above full marks 10"),
    "far above full marks": ("judged", 4, "999999999", "above full marks 10"),
    "below nought": ("judged", 4, "-0.5", "below 0"),
    "not a step": ("judged", 4, "8.3", "multiple of 0.5"),
    "three decimals": ("judged", 4, "8.555", "two decimals"),
    "full-width digits": ("judged", 4, "８", "full-width"),
    "words": ("judged", 4, "优秀", "needs a number"),
    "exponent": ("judged", 4, "1e1", "needs a number"),
    "decimal comma": ("judged", 4, "8,5", "needs a number"),
    "no such level": ("levels", 4, "3", "none of the levels"),
    "thousands separator": ("income", 4, "52,000", "needs a number"),
    "with its unit": ("income", 4, "52000元", "needs a number"),
    "percent sign": ("income", 4, "85%", "needs a number"),
    "infinite": ("income", 4, "inf", "needs a number"),
    "unknown grade": ("ballot", 4, "best=3;fair=6", "must be written like"),
    "no equals sign": ("ballot", 4, "good 3", "must be written like"),
    "negative votes": ("ballot", 4, "good=-1;fair=6", "whole number"),
    "half a vote": ("ballot", 4, "good=0.5;fair=6", "whole number"),
    "grade twice": ("ballot", 4, "fair=1;fair=6", "stands there twice"),
    "no votes": ("ballot", 4, ";", "no votes"),
    "too many good": ("ballot", 4, "good=4;fair=6", "more than 1/3 (at most 3)"),
    "negative count": ("late", 4, "-1", "whole number"),
    "half a count": ("late", 4, "1.5", "whole number"),
    "count too large": ("late", 4, "99999999", "too large"),
    "adjustment n/a": ("late", 4, "n/a", "needs a number"),
}
UNIT_FAULTS: dict[str, tuple[int, object, str]] = {
    "no code": (0, "", "code is missing"),
    "code twice": (0, "O1", "already"),
    "no domain": (2, "", "domain is missing"),
    "unknown domain": (2, "village", "takes the domain"),
    "domain spelt two ways": (2, "农村", "write it one way"),
    "no superior": (3, "", "township or a department"),
    "unknown gate": (5, "weakness", "no gate"),
}


def plant_mark(marks: Rows, name: str, unit: str) -> Expected:
    """Make the mark of *unit* wrong as *name* says, and return what must be told of it."""
    criterion, column, value, words = MARK_FAULTS[name]
    row = next(n for n, cells in enumerate(marks) if cells[0] == unit and cells[1] == criterion)
    marks[row] = [*marks[row][:column], value, *marks[row][column + 1 :]]
    return ("marks", row + 1, "ABCDE"[column], words)


def plant_unit(units: Rows, name: str, row: int) -> Expected:
    """Make the unit at *row* wrong as *name* says; the second of two equal codes is the one at fault."""
    column, value, words = UNIT_FAULTS[name]
    units[row] = [*units[row][:column], value, *units[row][column + 1 :]]
    at = len(units) if name == "code twice" else row + 1
    return ("units", at, "ABCDEF"[column], words)


def as_csv(encoding: str) -> Callable[[Rows], bytes]:
    def write(rows: Rows) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        return text.getvalue().encode(encoding)

    return write


def as_workbook(rows: Rows, change: Callable[[object], None] | None = None) -> bytes:
    """Return a workbook; what looks like a plain number is one, as it would be in Excel."""
    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append([_typed(cell) for cell in cells])
    if change is not None:
        change(book.active)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _typed(cell: object) -> object:
    if not isinstance(cell, str) or cell == "":
        return cell or None
    plain = cell.isascii() and cell.lstrip("-").replace(".", "", 1).isdigit()
    return float(cell) if plain else cell


FORMATS: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "utf-8": ("csv", as_csv("utf-8")),
    "bom": ("csv", as_csv("utf-8-sig")),
    "gb18030": ("csv", as_csv("gb18030")),
    "xlsx": ("xlsx", as_workbook),
}


def corpus() -> Iterator[Case]:
    """Yield every case."""
    for kind, (ending, write) in FORMATS.items():
        yield from _single_faults(kind, ending, write)
        yield from _many_faults(kind, ending, write)
        yield from _whole_table_faults(kind, ending, write)
    yield from _spoilt_csv()
    yield from _spoilt_workbooks()


def _files(ending: str, write: Callable[[Rows], bytes], units: Rows, marks: Rows) -> dict[str, bytes]:
    return {f"units.{ending}": write(units), f"marks.{ending}": write(marks)}


def _single_faults(kind: str, ending: str, write: Callable[[Rows], bytes]) -> Iterator[Case]:
    for name in MARK_FAULTS:
        marks = good_marks()
        expected = plant_mark(marks, name, "R3")
        yield Case(f"{kind}: {name}", _files(ending, write, good_units(), marks), (expected,))
    for name in UNIT_FAULTS:
        units = good_units()
        expected = plant_unit(units, name, 3)
        yield Case(f"{kind}: {name}", _files(ending, write, units, good_marks()), (expected,))
    twice = good_marks()
    twice.append(list(twice[1]))
    expected = ("marks", len(twice), "D", "already marked")
    yield Case(f"{kind}: a mark twice", _files(ending, write, good_units(), twice), (expected,))
    moderated = good_marks()
    moderated += [["R1", "judged", "moderation", "赵", "7"], ["R1", "judged", "moderation", "钱", "7"]]
    expected = ("marks", len(moderated), "D", "already have a moderation mark")
    yield Case(f"{kind}: moderated twice", _files(ending, write, good_units(), moderated), (expected,))


def _many_faults(kind: str, ending: str, write: Callable[[Rows], bytes]) -> Iterator[Case]:
    """Several faults in both files: every one is told."""
    for seed in range(15):
        rng = random.Random(f"{kind}{seed}")
        units, marks = good_units(), good_marks()
        unit_fault = plant_unit(units, rng.choice([name for name in UNIT_FAULTS if name != "code twice"]), 5)
        names = rng.sample(sorted(MARK_FAULTS), 4)
        expected = [plant_mark(marks, name, f"R{place}") for place, name in enumerate(names, 1)]
        yield Case(
            f"{kind}: five faults {seed}", _files(ending, write, units, marks), (unit_fault, *expected)
        )


def _whole_table_faults(kind: str, ending: str, write: Callable[[Rows], bytes]) -> Iterator[Case]:
    for column, name in enumerate(MARK_HEAD):
        marks = [cells[:column] + cells[column + 1 :] for cells in good_marks()]
        yield Case(
            f"{kind}: marks without {name}",
            _files(ending, write, good_units(), marks),
            (("marks", None, None, ""),),
        )
    for column in (0, 2):
        units = [cells[:column] + cells[column + 1 :] for cells in good_units()]
        expected = ("units", 1, None, UNIT_HEAD[column])
        yield Case(
            f"{kind}: units without {UNIT_HEAD[column]}",
            _files(ending, write, units, good_marks()),
            (expected,),
        )
    extra = [[*cells, "remark"] for cells in good_units()]
    yield Case(
        f"{kind}: a column too many",
        _files(ending, write, extra, good_marks()),
        (("units", 1, "G", "remark"),),
    )
    double = [[*cells, cells[0]] for cells in good_units()]
    yield Case(
        f"{kind}: a column twice", _files(ending, write, double, good_marks()), (("units", 1, "G", "again"),)
    )
    longer = good_marks()
    longer[7] = [*longer[7], "x"]
    yield Case(
        f"{kind}: a row too long", _files(ending, write, good_units(), longer), (("marks", 8, "F", "head"),)
    )
    only_heads = _files(ending, write, [UNIT_HEAD], [MARK_HEAD])
    yield Case(f"{kind}: nothing but heads", only_heads, (("units", None, None, "no unit"),))
    no_marks = _files(ending, write, good_units(), [MARK_HEAD])
    yield Case(f"{kind}: no marks", no_marks, (("marks", None, None, "no mark"),))


def _spoilt_csv() -> Iterator[Case]:
    units, marks = as_csv("utf-8")(good_units()), as_csv("utf-8")(good_marks())
    text = marks.decode()
    spoilt = {
        "utf-16": text.encode("utf-16"),
        "latin bytes": b"unit,criterion,stage,evaluator,mark\nR1,judged,superior,\xff\xfe\xfa,8\n",
        "a nul": marks.replace(b"8.5", b"8\x005", 1),
        "semicolons": marks.replace(b",", b"\x3b"),
        "tabs": marks.replace(b",", b"\t"),
        "chinese commas": text.replace(",", "，").encode(),
        "an unclosed quote": marks.replace(b"R3,judged", b'"R3,judged', 1),
        "empty": b"",
        "blank lines": b"\n\n\n",
        "a workbook by another name": as_workbook(good_marks())[:3000],
        "a web page": b"<html><table><tr><td>unit</td></tr></table></html>",
        "a huge cell": marks.replace(b"8.5", b"8" * 5000, 1),
        "an old workbook": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    }
    for name, content in spoilt.items():
        yield Case(f"csv: {name}", {"units.csv": units, "marks.csv": content}, (("marks", None, None, ""),))


def _spoilt_workbooks() -> Iterator[Case]:
    units, marks = as_workbook(good_units()), as_workbook(good_marks())

    def formula(sheet) -> None:
        sheet["E4"] = "=SUM(1,2)"

    def merged(sheet) -> None:
        sheet.merge_cells("A3:A4")

    def dated(sheet) -> None:
        sheet["E4"] = date(2026, 8, 5)

    def failed(sheet) -> None:
        sheet["E4"] = "#DIV/0!"

    def truth(sheet) -> None:
        sheet["E4"] = True

    def percent(sheet) -> None:
        sheet["E4"] = 0.85
        sheet["E4"].number_format = "0%"
        sheet["E4"].alignment = Alignment(horizontal="right")

    def long_code(sheet) -> None:
        sheet["A4"] = 330101199001011234

    changes = {
        "a formula": (formula, 4, "E"),
        "merged cells": (merged, 3, "A"),
        "a date": (dated, 4, "E"),
        "a failed formula": (failed, 4, "E"),
        "a truth value": (truth, 4, "E"),
        "a percentage": (percent, 4, "E"),
        "a long number": (long_code, 4, "A"),
    }
    for name, (change, row, column) in changes.items():
        content = as_workbook(good_marks(), change)
        yield Case(
            f"xlsx: {name}", {"units.xlsx": units, "marks.xlsx": content}, (("marks", row, column, ""),)
        )
    for cut in range(100, len(marks), max(1, len(marks) // 24)):
        yield Case(
            f"xlsx: cut at {cut}",
            {"units.xlsx": units, "marks.xlsx": marks[:cut]},
            (("marks", None, None, ""),),
        )
    for name, content in {
        "a bomb": _bomb(marks),
        "a giant area": _with_sheet(
            marks,
            lambda xml: xml.replace(
                b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            ),
        ),
        "entities": _with_sheet(
            marks, lambda xml: b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml.partition(b"?>")[2]
        ),
        "no sheet": _without(marks, "xl/worksheets/sheet1.xml"),
        "no workbook": _without(marks, "xl/workbook.xml"),
    }.items():
        yield Case(
            f"xlsx: {name}", {"units.xlsx": units, "marks.xlsx": content}, (("marks", None, None, ""),)
        )


def _bomb(workbook: bytes) -> bytes:
    """Return a workbook whose sheet unpacks to 600 MB of blanks; written a piece at a time, as it must be read."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != "xl/worksheets/sheet1.xml":
                new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(b"<worksheet><sheetData>")
            for _ in range(600):
                sheet.write(b" " * 1_000_000)
    return held.getvalue()


def _with_sheet(workbook: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return _repacked(
        workbook, lambda name, data: change(data) if name == "xl/worksheets/sheet1.xml" else data
    )


def _without(workbook: bytes, gone: str) -> bytes:
    return _repacked(workbook, lambda name, data: None if name == gone else data)


def _repacked(workbook: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return held.getvalue()


def wrong_answers(case: Case, folder: Path) -> list[str]:
    """Return what is wrong with the answer to *case*; nothing is right."""
    (folder / "s.yaml").write_text(json.dumps(CRITERIA, ensure_ascii=False), "utf-8")
    paths = {}
    for name, content in case.files.items():
        (folder / name).write_bytes(content)
        paths[name.partition(".")[0]] = folder / name
    arguments = [
        "score",
        str(folder / "s.yaml"),
        "--units",
        str(paths["units"]),
        "--marks",
        str(paths["marks"]),
    ]
    outcome = CliRunner().invoke(main, [*arguments, "--json", "--lang", "en"])
    wrong = []
    if outcome.exit_code != 2 or outcome.stdout or not outcome.stderr or "Traceback" in outcome.stderr:
        wrong.append(f"exit code {outcome.exit_code}, {outcome.exception!r}, {outcome.stdout[:200]!r}")
    lines = outcome.stderr.splitlines()
    for file, row, column, words in case.expected:
        place = [paths[file].name, row and f"row {row}", column and f"column {column}"]
        if not any(all(part in line for part in filter(None, [*place, words])) for line in lines):
            wrong.append(f"not told: {place} {words!r} in {lines[:8]}")
    return wrong


def check_all() -> None:
    """Score the whole corpus and print what came of it."""
    cases, wrong = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for case in corpus():
            cases += 1
            wrong += [f"{case.name}: {fault}" for fault in wrong_answers(case, Path(folder))]
    sys.stdout.write(
        json.dumps({"cases": cases, "wrong": wrong, "kilobytes": _most_memory()}, ensure_ascii=False)
    )


def _most_memory() -> int:
    """Return the most memory this process held; not what the process it was forked from had held."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    check_all()
