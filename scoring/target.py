"""The target: whether enough units reach its stars, counted on integers."""

from dataclasses import dataclass

from scoring.criteria.model import Target


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
