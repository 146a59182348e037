"""A county to look at: made-up branches and this year's marks, in the files an office would bring."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from scoring.assessment import assemble
from scoring.criteria import catalogue
from scoring.criteria.model import CriteriaSet
from scoring.marks import MarkBook
from scoring.scores import score
from scoring.stars import rate
from scoring.workflow.demo_branches import Branch, branches
from scoring.workflow.demo_disputes import leave_open
from scoring.workflow.demo_marks import Mark, marks_of

COUNTY = "青石县"
PERIOD = "2026"
UNITS_HEAD = ("unit", "name", "domain", "township", "department", "gates")
MARKS_HEAD = ("unit", "criterion", "stage", "evaluator", "mark")
_REF = "red-flag-{}@2026.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyFiles:
    """The files of a county: its units and their marks, and how many rows each has."""

    units: Path
    marks: Path
    unit_count: int
    mark_count: int


def write_county(folder: Path, *, scale: Fraction | int = 1) -> CountyFiles:
    """Write the demo county into *folder*, *scale* times its usual 1,200 branches; return the files.

    The same scale always gives the same bytes. The files open in Excel and WPS as they are.
    """
    found = branches(Fraction(scale))
    sets = [criteria_of(branch.unit.domain) for branch in found]
    marks = [marks_of(branch, criteria) for branch, criteria in zip(found, sets, strict=True)]
    marks = _tied(found, sets, leave_open(found, sets, marks))
    units_rows = [
        (unit.code, unit.name, unit.domain, unit.township or "", unit.department or "", ";".join(unit.gates))
        for unit in (branch.unit for branch in found)
    ]
    marks_rows = [
        (branch.unit.code, *mark)
        for branch, criteria, own in zip(found, sets, marks, strict=True)
        for mark in _in_order(criteria, own)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    files = CountyFiles(
        units=folder / "units.csv",
        marks=folder / "marks.csv",
        unit_count=len(units_rows),
        mark_count=len(marks_rows),
    )
    _write(files.units, UNITS_HEAD, units_rows)
    _write(files.marks, MARKS_HEAD, marks_rows)
    return files


def criteria_of(domain: str) -> CriteriaSet:
    """Return the shipped set by which the demo assesses branches of *domain*."""
    return catalogue.find(_REF.format(domain.replace("_", "-")))


def _tied(
    found: Sequence[Branch], sets: Sequence[CriteriaSet], marks: Sequence[list[Mark]]
) -> list[list[Mark]]:
    """Return *marks* with a tie across the edge of a quota, in the first domain where more hold the stars than may.

    The first branch beyond the edge gets the marks of the last within it, under its own evaluators' names.
    """
    tied = list(marks)
    for criteria in dict.fromkeys(sets):
        own = [place for place, its in enumerate(sets) if its is criteria]
        pair = _at_edge([found[place] for place in own], criteria, [marks[place] for place in own])
        if pair is not None:
            last, first = (own[place] for place in pair)
            tied[first] = _copied(marks[last], found[last], found[first])
            break
    return tied


def _at_edge(
    found: Sequence[Branch], criteria: CriteriaSet, marks: Sequence[list[Mark]]
) -> tuple[int, int] | None:
    """Return the last branch within the first quota of *criteria* and the first beyond it; None if it takes nobody."""
    units = [branch.unit for branch in found]
    book = MarkBook(units, [criteria] * len(units))
    for unit, own in zip(units, marks, strict=True):
        for mark in own:
            book.enter(unit.code, *mark)
    scores = score(assemble(units, book))
    quota = criteria.quotas[0]
    holders = np.flatnonzero(rate(scores).stars == quota.stars)
    holders = holders[np.argsort(-scores.printed[holders], kind="stable")]
    allowed = int(quota.share * int(scores.rated.sum()))
    if not 0 < allowed < len(holders):
        return None
    return int(holders[allowed - 1]), int(holders[allowed])


def _copied(marks: Sequence[Mark], source: Branch, target: Branch) -> list[Mark]:
    names = {source.secretary: target.secretary} | dict(zip(source.reviewers, target.reviewers, strict=True))
    return [mark._replace(evaluator=names.get(mark.evaluator, mark.evaluator)) for mark in marks]


def _in_order(criteria: CriteriaSet, marks: Iterable[Mark]) -> list[Mark]:
    """Return *marks* as on the sheets they come from: by stage, evaluator by evaluator, in the set's order."""
    stages = {stage: place for place, stage in enumerate(criteria.all_stages)}
    rows = {subject.id: row for row, subject in enumerate(criteria.subjects)}
    return sorted(marks, key=lambda mark: (stages[mark.stage], mark.evaluator, rows[mark.criterion]))


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
