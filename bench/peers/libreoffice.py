"""A peer: the county as a workbook with formulas, opened by LibreOffice without a screen, recalculated and saved.

A sheet a criteria set holds the marks of every evaluator; from them come weighted means, parts and scores. On one more
sheet every unit has its stars, quota and ranks, and on the last every group its figures. The profile is made for the
run: without its setting LibreOffice would believe the results that stand in the workbook, which here are all 0.
"""

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell

from bench.answers import RANKED_WITHIN, ROLLED_UP, STAR_LEVELS, CountyAnswer, GroupFigures
from bench.cohorts import ABSENT, EVALUATORS, NOT_APPLICABLE, Cohort, SheetMarks
from bench.plans import CUT_POINTS, GATES, QUOTA_PERCENT, QUOTA_STARS, AdjustmentPlan
from scoring.units import Grouping

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
_HEADS = 3
"""Rows above the first unit: names, full marks, weights."""
_HAIR = "1E-9"
_PATIENCE = 300


def installed() -> str | None:
    """Return what LibreOffice is started by, None where there is none."""
    return shutil.which("soffice") or shutil.which("libreoffice")


class LibreOfficeCounty:
    """The workbook, and what it is recalculated by."""

    def __init__(self, program: str, cohort: Cohort, folder: Path) -> None:
        self._program = program
        self._cohort = cohort
        self._workbook = folder / "county.xlsx"
        self._recalculated = folder / "recalculated" / "county.xlsx"
        self._profile = folder / "profile"
        settings = self._profile / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_PROFILE, encoding="utf-8")
        with xlsxwriter.Workbook(str(self._workbook)) as workbook:
            _write(workbook, cohort)

    def run(self) -> None:
        command = [
            self._program,
            f"-env:UserInstallation={self._profile.as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(self._recalculated.parent),
            str(self._workbook),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE)

    def reset(self) -> None:
        self._recalculated.unlink(missing_ok=True)

    def answer(self, _: None) -> CountyAnswer:
        """Return what stands in the recalculated workbook in words; not timed."""
        book = python_calamine.CalamineWorkbook.from_path(self._recalculated)
        units = book.get_sheet_by_name("units").to_python()[1:]
        groups = book.get_sheet_by_name("groups").to_python()[1:]
        codes = [row[0] for row in units]
        return CountyAnswer(
            scores={code: _hundredths(row[5]) for code, row in zip(codes, units, strict=True)},
            stars={code: _whole(row[7]) for code, row in zip(codes, units, strict=True)},
            ranks={
                (within, code): _whole(row[8 + column])
                for column, within in enumerate(RANKED_WITHIN)
                for code, row in zip(codes, units, strict=True)
            },
            groups={
                (row[0], row[1] or ""): GroupFigures(
                    units=int(row[2]),
                    rated=int(row[3]),
                    mean=_hundredths(row[4]),
                    rank=_whole(row[5]),
                    stars=tuple(int(count) for count in row[6 : 6 + len(STAR_LEVELS)]),
                    not_rated=int(row[2] - row[3]),
                )
                for row in groups
            },
        )


def _write(workbook: Any, cohort: Cohort) -> None:
    scores: dict[int, str] = {}
    for sheet in cohort.sheets:
        scores |= _write_sheet(workbook.add_worksheet(sheet.plan.id), cohort, sheet)
    _write_units(workbook.add_worksheet("units"), cohort, scores)
    _write_groups(workbook.add_worksheet("groups"), cohort)


def _write_sheet(page: Any, cohort: Cohort, sheet: SheetMarks) -> dict[int, str]:
    """Write the marks of a set and what they come to; return the cell of every unit's score by the unit's place."""
    plan, found = sheet.plan, {}
    size = len(plan.full)
    first_marks = 1 + len(plan.all_adjustments)
    first_agreed = first_marks + EVALUATORS * size
    first_part = first_agreed + size
    for column, weight in enumerate([weight for part in plan.parts for weight in part.weights], first_agreed):
        page.write_number(1, column, plan.full[column - first_agreed] / 2)
        page.write_number(2, column, weight)
    for column, part in enumerate(plan.parts, first_part):
        page.write_number(2, column, part.weight)
    for row, place in enumerate(sheet.places.tolist(), _HEADS):
        own = row - _HEADS
        page.write_string(row, 0, cohort.units[place].code)
        counts = [xl_rowcol_to_cell(row, column) for column in range(1, first_marks)]
        for column, count in enumerate(sheet.counts[:, own].tolist(), 1):
            if count:
                page.write_number(row, column, count)
        for number in range(EVALUATORS):
            for column, mark in enumerate(sheet.marks[number, :, own].tolist(), first_marks + number * size):
                if mark == NOT_APPLICABLE:
                    page.write_string(row, column, "n/a")
                elif mark != ABSENT:
                    page.write_number(row, column, mark / 2)
        for column in range(first_agreed, first_part):
            marks = [
                xl_rowcol_to_cell(row, column - first_agreed + first_marks + number * size)
                for number in range(EVALUATORS)
            ]
            page.write_formula(row, column, _agreed(marks, column))
        start, end, adjusted = first_agreed, 0, len(plan.adjustments)
        for column, part in enumerate(plan.parts, first_part):
            end = start + len(part.full)
            cells, weights = _span(row, start, end), xl_range_abs(2, start, 2, end - 1)
            steps = _adjusted(part.adjustments, counts[adjusted:], sum(part.full) / 2)
            page.write_formula(
                row,
                column,
                f'=IF(SUMIF({cells},">=0",{weights})=0,"n/a",'
                f'{part.weight}*MIN(1,MAX(0,SUM({cells})/SUMIF({cells},">=0",{weights}){steps})))',
            )
            start, adjusted = end, adjusted + len(part.adjustments)
        last = first_part + len(plan.parts)
        parts, weights = _span(row, first_part, last), xl_range_abs(2, first_part, 2, last - 1)
        steps = _adjusted(plan.adjustments, counts, 100)
        page.write_formula(
            row,
            last,
            f'=IF(OR(COUNTIF({_span(row, first_agreed, first_part)},"missing")>0,COUNT({parts})=0),"",'
            f'ROUND(100*MIN(1,MAX(0,SUM({parts})/SUMIF({parts},">=0",{weights}){steps}))+{_HAIR},2))',
        )
        found[place] = f"{plan.id}!{xl_rowcol_to_cell(row, last)}"
    return found


def _agreed(marks: Sequence[str], column: int) -> str:
    """Return the weighted mean of the marks in those cells, as a share of full marks."""
    cells, name = ",".join(marks), xl_col_to_name(column)
    return (
        f"=IF(COUNT({cells})={len(marks)},{name}$3*AVERAGE({cells})/{name}$2,"
        f'IF(COUNTA({cells})=0,"missing","n/a"))'
    )


def _adjusted(adjustments: Iterable[AdjustmentPlan], counts: Sequence[str], whole: float) -> str:
    terms = []
    for own, cell in zip(adjustments, counts, strict=False):
        size = f"{own.each / 2}*{cell}"
        size = size if own.most is None else f"MIN({own.most / 2},{size})"
        terms.append(f"{'+' if own.sign > 0 else '-'}{size}/{whole}")
    return "".join(terms)


def _span(row: int, start: int, end: int) -> str:
    return f"{xl_rowcol_to_cell(row, start)}:{xl_rowcol_to_cell(row, end - 1)}"


def _column(letter: str, size: int) -> str:
    return f"{letter}$2:{letter}${size + 1}"


def _write_units(page: Any, cohort: Cohort, scores: dict[int, str]) -> None:
    size = len(cohort.units)
    heads = ("code", "domain", "township", "department", "cap", "score", "stars by score", "stars")
    for column, head in enumerate((*heads, *RANKED_WITHIN)):
        page.write_string(0, column, head)
    score, held, domain = _column("F", size), _column("G", size), _column("B", size)
    cuts = "".join(f"IF(F{{0}}>={at},{stars}," for stars, at in CUT_POINTS.items())
    cuts += "0" + ")" * len(CUT_POINTS)
    for place, unit in enumerate(cohort.units):
        row, shown = place + 1, place + 2
        page.write_string(row, 0, unit.code)
        for column, group in enumerate((unit.domain, unit.township, unit.department), 1):
            if group is not None:
                page.write_string(row, column, group)
        if unit.gates:
            page.write_number(row, 4, min(GATES[gate] for gate in unit.gates))
        page.write_formula(row, 5, f"={scores[place]}")
        page.write_formula(
            row, 6, f'=IF(F{shown}="","",MIN(IF(E{shown}="",9,E{shown}),{cuts.format(shown)}))'
        )
        page.write_formula(
            row,
            7,
            f'=IF(G{shown}={QUOTA_STARS},IF(COUNTIFS({domain},B{shown},{held},{QUOTA_STARS},{score},">="&F{shown})'
            f'<=INT({QUOTA_PERCENT}*COUNTIFS({domain},B{shown},{score},">=0")/100),'
            f"{QUOTA_STARS},{QUOTA_STARS - 1}),G{shown})",
        )
        page.write_formula(row, 8, f'=IF(F{shown}="","",RANK(F{shown},{score}))')
        for column, letter in ((9, "C"), (10, "D"), (11, "B")):
            page.write_formula(
                row,
                column,
                f'=IF(OR(F{shown}="",{letter}{shown}=""),"",'
                f'COUNTIFS({_column(letter, size)},{letter}{shown},{score},">"&F{shown})+1)',
            )


def _write_groups(page: Any, cohort: Cohort) -> None:
    size = len(cohort.units)
    heads = ("grouping", "name", "units", "rated", "mean", "rank", *map(str, STAR_LEVELS))
    for column, head in enumerate(heads):
        page.write_string(0, column, head)
    score, stars = (f"units!{_column(letter, size)}" for letter in "FH")
    row = 1
    for within in ROLLED_UP:
        groups = (unit.group(Grouping(within)) for unit in cohort.units)
        names = sorted({group.name for group in groups if group is not None})
        means = f"E${row + 1}:E${row + len(names)}"
        for name in names:
            shown = row + 1
            page.write_string(row, 0, within)
            page.write_string(row, 1, name)
            if within == "county":
                own, units = "", f"COUNTA(units!{_column('A', size)})"
            else:
                letter = {"domain": "B", "township": "C", "department": "D"}[within]
                own = f"units!{_column(letter, size)},B{shown},"
                units = f"COUNTIFS({own.removesuffix(',')})"
            page.write_formula(row, 2, f"={units}")
            page.write_formula(row, 3, f'=COUNTIFS({own}{score},">=0")')
            mean = f'AVERAGEIFS({score},{own}{score},">=0")'
            page.write_formula(row, 4, f'=IF(D{shown}=0,"",ROUND({mean}+{_HAIR},2))')
            page.write_formula(row, 5, f'=IF(E{shown}="","",RANK(E{shown},{means}))')
            for column, level in enumerate(STAR_LEVELS, 6):
                page.write_formula(row, column, f"=COUNTIFS({own}{stars},{level})")
            row += 1


def _hundredths(cell: float | str) -> int | None:
    return None if cell == "" else round(100 * cell)


def _whole(cell: float | str) -> int | None:
    return None if cell == "" else int(cell)
