"""Made-up marks: the same numbers as bare arrays and, entered by the front door, as the product's assessments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.plans import GATES, Plan, marks_text
from scoring.assessment import Assessments, assemble
from scoring.marks import MarkBook
from scoring.units import Unit

NOT_APPLICABLE, ABSENT = -1, -2
EVALUATORS = 3
SIZE = 2_000
_TOWNSHIPS, _DEPARTMENTS = 40, 30
_SIZES = {
    "rural": 820,
    "office": 340,
    "community": 260,
    "new_sector": 220,
    "enterprise": 140,
    "school": 140,
    "hospital": 80,
}
_ALWAYS_IN_A_TOWNSHIP = ("rural", "community", "new_sector")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMarks:
    """One set's marks as bare arrays.

    `places` [unit] are positions in the cohort. `marks` [evaluator, criterion, unit] are half-marks, or
    NOT_APPLICABLE or ABSENT, which are so for all evaluators of a cell; `filled` is the same with a mark in every
    cell. `counts` [adjustment, unit] belong to `plan.all_adjustments`.
    """

    plan: Plan
    places: NDArray[np.int64]
    marks: NDArray[np.int16]
    filled: NDArray[np.int16]
    counts: NDArray[np.int16]

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Say which units have a mark in every cell [unit]."""
        return (self.marks >= 0).all(axis=(0, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Units in order of code, and their marks sheet by sheet."""

    units: tuple[Unit, ...]
    sheets: tuple[SheetMarks, ...]

    def assessments(self) -> Assessments:
        """Return the marks as the product holds them, each entered as text in a mark book."""
        sets: list = [None] * len(self.units)
        for sheet in self.sheets:
            criteria = sheet.plan.criteria_set()
            for place in sheet.places:
                sets[place] = criteria
        book = MarkBook(self.units, sets)
        for sheet in self.sheets:
            _enter(book, self.units, sheet)
        return assemble(self.units, book)


def evaluator_name(number: int) -> str:
    """Return what the evaluator of that number, from 1, is called."""
    return f"第{number}评委"


def one_sheet(plan: Plan) -> Cohort:
    """Return SIZE units that are all assessed by *plan*; 2 % of their marks are n/a."""
    rng = np.random.default_rng(20260701)
    units = _units(rng, [plan.domain] * SIZE, gated=0)
    return Cohort(units=units, sheets=(_sheet(rng, plan, np.arange(SIZE), absent=0),))


def county(plans: Sequence[Plan]) -> Cohort:
    """Return SIZE units of all domains; 2 % of marks are n/a, 1 % of units gated, and a few have a mark missing."""
    rng = np.random.default_rng(20260702)
    domains = rng.permutation([domain for domain, size in _SIZES.items() for _ in range(size)])
    units = _units(rng, domains.tolist(), gated=SIZE // 100)
    sheets = tuple(_sheet(rng, plan, np.flatnonzero(domains == plan.domain), absent=2) for plan in plans)
    return Cohort(units=units, sheets=sheets)


def _units(rng: np.random.Generator, domains: Sequence[str], gated: int) -> tuple[Unit, ...]:
    in_department = rng.random(len(domains)) < 0.6
    townships = rng.integers(_TOWNSHIPS, size=len(domains))
    departments = rng.integers(_DEPARTMENTS, size=len(domains))
    gates: list[tuple[str, ...]] = [()] * len(domains)
    for unit in rng.choice(len(domains), gated, replace=False):
        gates[unit] = tuple(gate for gate in GATES if rng.random() < 0.6) or (next(iter(GATES)),)
    return tuple(
        Unit(
            code=f"{place:06}",
            name=f"第{place}党支部",
            domain=domain,
            township=f"第{townships[place]:02}乡"
            if domain in _ALWAYS_IN_A_TOWNSHIP or not in_department[place]
            else None,
            department=None
            if domain in _ALWAYS_IN_A_TOWNSHIP and in_department[place]
            else f"第{departments[place]:02}局",
            gates=gates[place],
        )
        for place, domain in enumerate(domains)
    )


def _sheet(rng: np.random.Generator, plan: Plan, places: NDArray[np.int64], absent: int) -> SheetMarks:
    """Most units are good, some poor, so that parts are clipped at both ends and quotas have work to do."""
    size, criteria = len(places), len(plan.full)
    full = np.array(plan.full)[:, None]
    level = np.where(rng.random(size) < 0.03, rng.uniform(0, 0.1, size), rng.normal(0.9, 0.09, size))
    own = level + rng.normal(0, 0.06, (criteria, size))
    seen = own * full + rng.normal(0, 0.7, (EVALUATORS, criteria, size))
    filled = np.clip(np.rint(seen), 0, full).astype(np.int16)
    waived = rng.random((criteria, size)) < 0.02
    for unit in rng.choice(size, 2, replace=False):
        first = int(rng.integers(len(plan.parts)))
        start = sum(len(part.full) for part in plan.parts[:first])
        waived[start : start + len(plan.parts[first].full), unit] = True
    marks = np.where(waived, np.int16(NOT_APPLICABLE), filled)
    for unit in rng.choice(size, absent, replace=False):
        marks[:, rng.integers(criteria), unit] = ABSENT
    often = rng.random((len(plan.all_adjustments), size)) < 0.12
    counts = np.where(often, rng.integers(1, 5, often.shape), 0).astype(np.int16)
    return SheetMarks(plan=plan, places=places, marks=marks, filled=filled, counts=counts)


def _enter(book: MarkBook, units: Sequence[Unit], sheet: SheetMarks) -> None:
    codes = [units[place].code for place in sheet.places]
    for evaluator, marks in enumerate(sheet.marks.tolist(), 1):
        for criterion, row in zip(sheet.plan.criteria, marks, strict=True):
            _enter_row(book, codes, criterion, evaluator_name(evaluator), map(mark_text, row))
    for adjustment, counts in zip(sheet.plan.all_adjustments, sheet.counts.tolist(), strict=True):
        _enter_row(book, codes, adjustment.id, "clerk", (str(count) if count else "" for count in counts))


def _enter_row(
    book: MarkBook, codes: Sequence[str], subject: str, evaluator: str, texts: Iterable[str]
) -> None:
    for code, text in zip(codes, texts, strict=True):
        if text:
            book.enter(code, subject, "county", evaluator, text)


def mark_text(mark: int) -> str:
    """Return a mark as evaluators write it, '' where there is none."""
    return {NOT_APPLICABLE: "n/a", ABSENT: ""}.get(mark) or ("" if mark < 0 else marks_text(mark))
