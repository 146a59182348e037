"""Stars: cut on the score as printed, then capped by gates. Every step is kept as codes and operands."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from scoring.criteria.model import CutPoint, Gate, Quota
from scoring.scores import Scores
from scoring.units import Group


class StepKind(StrEnum):
    """What moved, or first gave, a unit's stars."""

    CUT_POINT = "cut_point"
    GATE = "gate"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step to a unit's stars: those it left the unit with, and the operands of its kind.

    `cut_point` is None where the score lies below the lowest. `place` tells where a quota was taken.
    """

    kind: StepKind
    stars: int
    cut_point: CutPoint | None = None
    gate: Gate | None = None
    place: "QuotaPlace | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaPlace:
    """A quota in one group: how many were rated, held the stars, and might keep them; whether a tie was lowered.

    `kept_from` is the lowest printed score that kept the stars, None where nobody did.
    """

    quota: Quota
    group: Group
    rated: int
    holders: int
    allowed: int
    tied: bool
    kept_from: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """A cohort's stars [unit], 0 where a rated unit has none; `has_stars` [unit] is false for the not rated.

    `cut` holds the stars by the score alone, `gate` the place of the gate that caps a unit among its set's, -1 for
    none, `lowered` what each quota took: the units' positions and the places of the quota, in order.
    """

    scores: Scores
    stars: NDArray[np.int64]
    has_stars: NDArray[np.bool_]
    cut: NDArray[np.int64]
    gate: NDArray[np.int64]
    lowered: tuple["Lowered", ...] = ()

    def limited(self, stars: NDArray[np.int64], lowered: "Lowered") -> "Ratings":
        """Return the ratings after one more quota."""
        return replace(self, stars=stars, lowered=(*self.lowered, lowered))

    def gated(self, unit: int) -> bool:
        """Say whether a gate holds on the unit at that position (受限)."""
        return bool(self.scores.assessments.units[unit].gates)

    def steps(self, unit: int) -> tuple[Step, ...]:
        """Return the steps to the stars of the unit at that position; none where it has no stars."""
        if not self.has_stars[unit]:
            return ()
        criteria = self.scores.place_of(unit)[0].sheet.criteria
        stars = int(self.cut[unit])
        cut = next((cut for cut in criteria.cuts if cut.stars == stars), None)
        steps = [Step(kind=StepKind.CUT_POINT, stars=stars, cut_point=cut)]
        if self.gate[unit] >= 0:
            gate = criteria.gates[self.gate[unit]]
            stars = min(stars, gate.highest_stars)
            steps.append(Step(kind=StepKind.GATE, stars=stars, gate=gate))
        for lowered in self.lowered:
            place = lowered.place_of(unit)
            if place is not None:
                steps.append(Step(kind=StepKind.QUOTA, stars=lowered.stars, place=place))
        return tuple(steps)


@dataclass(frozen=True, slots=True, eq=False)
class Lowered:
    """What one quota took: from which units (positions, sorted), to which stars, and their group's place [group]."""

    stars: int
    units: NDArray[np.int64]
    groups: NDArray[np.int64]
    places: dict[int, QuotaPlace]

    def place_of(self, unit: int) -> QuotaPlace | None:
        """Return the place of the quota that lowered the unit, or None."""
        own = int(np.searchsorted(self.units, unit))
        if own < len(self.units) and self.units[own] == unit:
            return self.places[int(self.groups[own])]
        return None


def rate(scores: Scores) -> Ratings:
    """Return the stars of *scores* by cut points and gates; without cut points nobody has any.

    Bands are half-open: the stars of the highest cut point the printed score reaches. The lowest gate wins.
    """
    size = len(scores.assessments.units)
    criteria = scores.assessments.criteria
    stars = np.zeros(size, dtype=np.int64)
    scale = 10**criteria.score.decimals
    for cut in reversed(criteria.cuts):
        bound = cut.at_least * scale
        least = -(-bound.numerator // bound.denominator)
        stars[scores.printed >= least] = cut.stars
    has_stars = scores.rated if criteria.cut_points else np.zeros(size, dtype=bool)
    stars[~has_stars] = 0
    gate, cap = _caps(scores)
    return Ratings(scores, np.minimum(stars, cap), has_stars, cut=stars, gate=gate)


def _caps(scores: Scores) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return of each unit its lowest gate's place among its set's gates, -1 for none, and the stars it allows."""
    units = scores.assessments.units
    gate = np.full(len(units), -1, dtype=np.int64)
    cap = np.full(len(units), np.iinfo(np.int64).max, dtype=np.int64)
    for sheet in (scores.sheet for scores in scores.sheets):
        places = {own.id: place for place, own in enumerate(sheet.criteria.gates)}
        for unit in sheet.places[sheet.gated]:
            held = [places[gate_id] for gate_id in units[unit].gates]
            lowest = min(held, key=lambda place: (sheet.criteria.gates[place].highest_stars, place))
            gate[unit], cap[unit] = lowest, sheet.criteria.gates[lowest].highest_stars
    return gate, cap
