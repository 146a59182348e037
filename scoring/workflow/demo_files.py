"""A county to look at: three years of made-up branches and marks, in the files an office would bring."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from scoring.criteria import catalogue
from scoring.criteria.model import CriteriaSet
from scoring.units import DOMAINS, Unit
from scoring.workflow.demo.corrections import correction
from scoring.workflow.demo.disputes import conclude, leave_open
from scoring.workflow.demo.marks import Entry, Mark, marks_of
from scoring.workflow.demo.participants import participants
from scoring.workflow.demo.seeds import seed_sets
from scoring.workflow.demo.ties import tied
from scoring.workflow.demo.unfinished import unfinished

COUNTY = "青石县"
YEARS = ("2024", "2025", "2026")
"""The years in order; the last is still open."""

UNITS_HEAD = ("unit", "name", "domain", "township", "department", "gates", "predecessors")
MARKS_HEAD = ("unit", "criterion", "stage", "evaluator", "mark")
_CORRECTED = "2025"
_ROWS_A_FILE = 150_000


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFiles:
    """The files of a year, and how many units and marks they hold.

    `marks` are as many files as it takes for each to be short enough to be read. `criteria` are the files or refs of
    the sets that assess the year. `excused` gives of units that stay unrated the reason. `corrections`, where there
    are some, are the marks of an objection upheld after publication, and `correction_reason` is what to say of them.
    """

    units: Path
    marks: tuple[Path, ...]
    criteria: tuple[str, ...]
    excused: tuple[tuple[str, str], ...]
    corrections: Path | None
    correction_reason: str
    unit_count: int
    mark_count: int


def write_year(folder: Path, year: str, *, scale: Fraction | int = 1) -> YearFiles:
    """Write one of the years of the demo county into a folder of its own in *folder*, and return its files.

    There are *scale* times the usual 1,200 branches. The same scale always gives the same bytes. The tables open in
    Excel and WPS as they are. All years but the last are complete: nothing hinders their publication.
    """
    own = folder / year
    own.mkdir(parents=True, exist_ok=True)
    names = _criteria(own / "criteria", year)
    entries = _entries(year, Fraction(scale), [_read(name) for name in names])
    heard = correction(entries) if year == _CORRECTED else None
    files = YearFiles(
        units=own / "units.csv",
        marks=_write_marks(own, entries),
        criteria=names,
        excused=tuple((entry.one.unit.code, entry.one.unrated) for entry in entries if entry.one.unrated),
        corrections=own / "corrections.csv" if heard else None,
        correction_reason=heard.reason if heard else "",
        unit_count=len(entries),
        mark_count=sum(len(entry.marks) for entry in entries),
    )
    write_rows(files.units, UNITS_HEAD, (_row(entry.one.unit) for entry in entries))
    if heard and files.corrections:
        write_rows(files.corrections, MARKS_HEAD, ((heard.unit.code, *mark) for mark in heard.marks))
    return files


def write_rows(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write *rows* under *head* to the table at *path*, which opens in Excel and WPS as it is."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def _entries(year: str, scale: Fraction, sets: Sequence[CriteriaSet]) -> list[Entry]:
    by_domain = {domain: criteria for criteria in sets for domain in criteria.domains}
    entries = [
        Entry(
            one=one,
            criteria=by_domain[one.unit.domain],
            marks=marks_of(one, by_domain[one.unit.domain], year),
        )
        for one in participants(year, scale)
    ]
    entries = unfinished(leave_open(entries, year)) if year == YEARS[-1] else conclude(entries, year)
    return tied(entries)


def _criteria(folder: Path, year: str) -> tuple[str, ...]:
    """Write the year's own sets into *folder* and return their paths, or the refs of the shipped sets."""
    own = seed_sets(year)
    if not own:
        return tuple(ref for ref in catalogue.refs() if set(catalogue.find(ref).domains) & set(DOMAINS))
    folder.mkdir(exist_ok=True)
    for name, content in own.items():
        (folder / name).write_bytes(content)
    return tuple(str(folder / name) for name in own)


def _read(name: str) -> CriteriaSet:
    return catalogue.read(Path(name)) if name.endswith(".yaml") else catalogue.find(name)


def _row(unit: Unit) -> tuple[str, ...]:
    return (
        unit.code,
        unit.name,
        unit.domain,
        unit.township or "",
        unit.department or "",
        ";".join(unit.gates),
        ";".join(unit.predecessors),
    )


def _in_order(entry: Entry) -> list[Mark]:
    """Return the marks as on the sheets they come from: by stage, evaluator by evaluator, in the set's order."""
    stages = {stage: place for place, stage in enumerate(entry.criteria.all_stages)}
    rows = {subject.id: row for row, subject in enumerate(entry.criteria.subjects)}
    return sorted(entry.marks, key=lambda mark: (stages[mark.stage], mark.evaluator, rows[mark.criterion]))


def _write_marks(folder: Path, entries: Sequence[Entry]) -> tuple[Path, ...]:
    """Write the marks, a branch's all in one file, and return the files: one, or numbered ones where that is too big."""
    files: list[list[tuple[str, ...]]] = [[]]
    for entry in entries:
        if len(files[-1]) + len(entry.marks) > _ROWS_A_FILE:
            files.append([])
        files[-1] += [(entry.one.unit.code, *mark) for mark in _in_order(entry)]
    one = len(files) == 1
    paths = [folder / ("marks.csv" if one else f"marks-{number}.csv") for number in range(1, len(files) + 1)]
    for path, rows in zip(paths, files, strict=True):
        write_rows(path, MARKS_HEAD, rows)
    return tuple(paths)
