"""What moved between two editions as a page tells it: units by what became of them, and how many of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scoring.differences import (
    CriteriaDifference,
    Differences,
    Figures,
    GroupDifference,
    TargetDifference,
    UnitDifference,
)
from scoring.texts import Text


class Move(StrEnum):
    """What became of a unit, by the most that did."""

    ROSE = "rose"
    FELL = "fell"
    NEW = "new"
    GONE = "gone"
    SCORE = "score"
    RANK = "rank"
    OTHER = "other"


MOVES = {
    Move.ROSE: Text("升星", "More stars"),
    Move.FELL: Text("降星", "Fewer stars"),
    Move.NEW: Text("新列入", "New"),
    Move.GONE: Text("不再列入", "Gone"),
    Move.SCORE: Text("星级不变，得分变化", "Same stars, another score"),
    Move.RANK: Text("只有名次变化", "Rank only"),
    Move.OTHER: Text("得分、星级、名次不变", "Score, stars and rank as before"),
}
"""What each move is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """All that moved between two editions but the editions themselves, and how many units of each move there are."""

    criteria: tuple[CriteriaDifference, ...]
    county: GroupDifference | None
    target: TargetDifference | None
    groups: tuple[GroupDifference, ...]
    units: tuple[UnitDifference, ...]
    counts: Mapping[Move, int]
    names: Mapping[str, str]

    @property
    def empty(self) -> bool:
        """Whether nothing moved and nothing was changed."""
        return not (self.criteria or self.county or self.target or self.groups or self.units)

    def only(self, move: Move | None) -> Sequence[UnitDifference]:
        """Return the units of that move, in order; of None all."""
        return self.units if move is None else [own for own in self.units if move_of(own) is move]


def moved(found: Differences) -> Moved:
    """Return *found* as a page tells it."""
    counts = Counter(map(move_of, found.units))
    return Moved(
        criteria=found.criteria,
        county=found.county,
        target=found.target,
        groups=found.groups,
        units=found.units,
        counts={move: counts[move] for move in Move if counts[move]},
        names={own.unit: own.name for own in found.units},
    )


def move_of(own: UnitDifference) -> Move:
    """Return what became of a unit; no stars are fewer than any."""
    if own.before is None:
        return Move.NEW
    if own.after is None:
        return Move.GONE
    was, is_now = _stars(own.before), _stars(own.after)
    if was != is_now:
        return Move.ROSE if is_now > was else Move.FELL
    if own.before.score != own.after.score:
        return Move.SCORE
    return Move.RANK if own.before.rank != own.after.rank else Move.OTHER


def _stars(figures: Figures) -> int:
    return -1 if figures.stars is None else figures.stars
