"""The criteria as the demo county answers them: how easy each is, its usual numbers, to whom it does not apply."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import CriteriaSet
from scoring.workflow.demo.seeds import seed_rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """A criterion and what is usual for it. Marks are in hundredths, numbers in tenths, lowest first.

    `possible` are the marks it may have where they are judged or levels. `bands` (from, marks) begin at `least`;
    `line` is where full marks begin and are reached. `not_applicable` is how likely it does not apply, and it never
    does to branches with a word of `not_for` in their name.
    """

    criterion: Criterion
    tilt: float
    least: int
    most: int
    step: int
    not_applicable: float
    not_for: tuple[str, ...]
    possible: tuple[int, ...]
    bands: tuple[tuple[int, int], ...]
    band_marks: tuple[int, ...]
    line: tuple[int, int] | None


@lru_cache(maxsize=32)
def questions(criteria: CriteriaSet) -> dict[str, Question]:
    """Return the questions of *criteria* by criterion, in the set's order."""
    rows = {row["criterion"]: row for row in seed_rows("criteria")}
    domain = criteria.domains[0]
    return {
        criterion.id: _question(criterion, rows.get(f"{domain}/{criterion.id}") or rows[criterion.id])
        for criterion in criteria.criteria
    }


def _question(criterion: Criterion, row: dict[str, str]) -> Question:
    least = _tenths(row["least"] or "0")
    bands = sorted((_tenths(band.at_least), band.marks) for band in criterion.bands)
    if bands and least < bands[0][0]:
        bands.insert(0, (least, 0))
    return Question(
        criterion=criterion,
        tilt=int(row["tilt"]) / 100,
        least=least,
        most=_tenths(row["most"] or "0"),
        step=_tenths(row["step"] or "1"),
        not_applicable=int(row["not_applicable"] or 0) / 100,
        not_for=tuple(filter(None, row["not_for"].split(";"))),
        possible=tuple(_possible(criterion)),
        bands=tuple(bands),
        band_marks=tuple(sorted({marks for _, marks in bands})),
        line=(_tenths(criterion.line.start), _tenths(criterion.line.end)) if criterion.line else None,
    )


def _possible(criterion: Criterion) -> Iterator[int]:
    if criterion.kind is Kind.LEVELS:
        yield from sorted({level.marks for level in criterion.levels})
    if criterion.kind is Kind.JUDGED:
        yield from range(0, criterion.full_marks + 1, criterion.step_taken)


def _tenths(number: str | Fraction) -> int:
    return int(Fraction(number) * 10)
