"""The county as an office hands it in: files of criteria, units and marks, and a store they were imported into."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from bench.cohorts import EVALUATORS, Cohort, evaluator_name, mark_text
from scoring.store.engine import Store
from scoring.units import Unit
from scoring.workflow.import_units import import_units
from scoring.workflow.keep_periods import open_period
from scoring.workflow.open_county import open_county

PERIOD = "2026"
STAGE = "county"
CLERK = "经办人"

MarkRow = tuple[str, str, str, str, str]
"""Unit, criterion, stage, evaluator, mark."""

_MARKS_HEAD = ("unit", "criterion", "stage", "evaluator", "mark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """A county's criteria and units as files."""

    criteria: tuple[Path, ...]
    units: Path


def write_files(cohort: Cohort, folder: Path) -> Files:
    """Write the criteria and units of *cohort* into *folder*, which is made."""
    folder.mkdir()
    criteria = []
    for sheet in cohort.sheets:
        path = folder / f"{sheet.plan.id}.yaml"
        path.write_text(json.dumps(sheet.plan.document()), encoding="utf-8")
        criteria.append(path)
    units = folder / "units.csv"
    head = ("unit", "name", "domain", "township", "department", "gates")
    write_csv(units, [head, *(_unit_row(unit) for unit in cohort.units)])
    return Files(criteria=tuple(criteria), units=units)


def open_store(url: str, files: Files) -> Store:
    """Make a county's database at *url*, open a period with those criteria and units in it, and return its store."""
    open_county(url, "stars", name="某县")
    store = Store.open(url)
    open_period(store, PERIOD, [str(path) for path in files.criteria])
    import_units(store, PERIOD, files.units)
    return store


def write_marks(cohort: Cohort, folder: Path) -> list[Path]:
    """Write the marks of every evaluator, and the clerk's counts, a file each; return the files."""
    paths = []
    for name, rows in (
        *((evaluator_name(number), _marks_of(cohort, number)) for number in range(1, EVALUATORS + 1)),
        (CLERK, _counts_of(cohort)),
    ):
        path = folder / f"{name}.csv"
        write_csv(path, [_MARKS_HEAD, *rows])
        paths.append(path)
    return paths


def write_long_workbook(cohort: Cohort, path: Path) -> list[MarkRow]:
    """Write a workbook of one mark a row, the criteria shared out among the evaluators; return its rows."""
    rows = [
        row
        for number in range(1, EVALUATORS + 1)
        for row in _marks_of(cohort, number)
        if int(row[1].removeprefix("c")) % EVALUATORS == number - 1
    ]
    rows.sort()
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        for column, head in enumerate(_MARKS_HEAD):
            sheet.write_string(0, column, head)
        for row, cells in enumerate(rows, 1):
            for column, cell in enumerate(cells):
                if column == len(cells) - 1 and cell != "n/a":
                    sheet.write_number(row, column, float(cell))
                else:
                    sheet.write_string(row, column, cell)
    return rows


def write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _unit_row(unit: Unit) -> tuple[str, ...]:
    return (
        unit.code,
        unit.name,
        unit.domain,
        unit.township or "",
        unit.department or "",
        ";".join(unit.gates),
    )


def _marks_of(cohort: Cohort, number: int) -> Iterator[MarkRow]:
    for sheet in cohort.sheets:
        codes = [cohort.units[place].code for place in sheet.places]
        for criterion, row in zip(sheet.plan.criteria, sheet.marks[number - 1].tolist(), strict=True):
            for code, mark in zip(codes, row, strict=True):
                text = mark_text(mark)
                if text:
                    yield code, criterion, STAGE, evaluator_name(number), text


def _counts_of(cohort: Cohort) -> Iterator[MarkRow]:
    for sheet in cohort.sheets:
        codes = [cohort.units[place].code for place in sheet.places]
        for adjustment, row in zip(sheet.plan.all_adjustments, sheet.counts.tolist(), strict=True):
            for code, count in zip(codes, row, strict=True):
                if count:
                    yield code, adjustment.id, STAGE, CLERK, str(count)
