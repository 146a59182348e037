"""What evaluators left to be settled: marks further apart than the set allows, and facts that were given differently."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from scoring.agreement import Outcome, disagreements
from scoring.criteria.criterion import Criterion
from scoring.criteria.model import Adjustment
from scoring.scores import Scores, SheetScores


class Matter(StrEnum):
    """What is in dispute: judgements too far apart, or a fact (a number, a ballot, a count, whether it applies)."""

    APART = "apart"
    FACT = "fact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A dispute of the unit at that position of the cohort; `stage` is the one whose marks differ."""

    unit: int
    subject: Criterion | Adjustment
    stage: str
    matter: Matter


def disputes_in(scores: Scores) -> tuple[Open, ...]:
    """Return the disputes of the cohort by unit, in the order of its set."""
    found = [one for sheet in scores.sheets for one in _of_sheet(sheet)]
    return tuple(own for *_, own in sorted(found, key=lambda one: one[:2]))


def _of_sheet(scores: SheetScores) -> Iterator[tuple[int, int, Open]]:
    """Yield the position of the unit, the row of the subject, and the dispute; each once."""
    sheet = scores.sheet
    split = len(sheet.criteria.criteria)
    facts = [*zip(*np.nonzero(scores.agreed.outcomes == int(Outcome.DISPUTED)), strict=True)]
    counts = [(row + split, own) for row, own in zip(*np.nonzero(scores.disputed), strict=True)]
    known = {(int(row), int(own)): Matter.APART for row, own in disagreements(sheet)}
    known |= {(int(row), int(own)): Matter.FACT for row, own in (*facts, *counts)}
    for (row, own), matter in known.items():
        stages = sheet.stages if row < split else sheet.count_stages
        stage = sheet.criteria.all_stages[stages[row if row < split else row - split, own]]
        place = int(sheet.places[own])
        yield (
            place,
            row,
            Open(unit=place, subject=sheet.criteria.subjects[row], stage=stage, matter=matter),
        )
