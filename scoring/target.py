"""The target: whether enough units reach its stars, counted on integers."""

from dataclasses import dataclass

from scoring.criteria.model import CriteriaSet, Target
from scoring.rollup import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetState:
    """How a body of *units* stands to a target: *reached* have its stars or more, *short* are wanting."""

    target: Target
    reached: int
    units: int

    @property
    def short(self) -> int:
        """How many more units must reach the stars."""
        return max(0, self.target.needed(self.units) - self.reached)

    @property
    def meets(self) -> bool:
        """Whether reached ≥ share × units, exactly; units not rated count among the units."""
        return self.reached * self.target.share.denominator >= self.target.share.numerator * self.units


def target_state(standing: Standing, criteria: CriteriaSet) -> TargetState | None:
    """Return how the group of *standing* stands to the target of *criteria*; None without target or cut points."""
    if criteria.target is None or not criteria.cut_points:
        return None
    reached = sum(units for stars, units in standing.stars if stars >= criteria.target.stars)
    return TargetState(target=criteria.target, reached=reached, units=standing.units)
