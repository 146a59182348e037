"""An office checks its own files before the notice goes out: criteria sets, and rules of members' points."""

from dataclasses import dataclass
from pathlib import Path

from scoring.criteria import catalogue, linter, points_linter
from scoring.criteria.loader import digest
from scoring.criteria.model import CriteriaSet
from scoring.criteria.points import PointsRules
from scoring.criteria.points_comparison import PointsChange, compare_points
from scoring.errors import CriteriaInvalid, Fault, Place
from scoring.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a file holds, what is weak in it and, for rules of points with a version before, what changed since."""

    found: CriteriaSet | PointsRules
    warnings: tuple[Fault, ...]
    changes: tuple[PointsChange, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of what was found."""
        return digest(self.found)


def check_criteria(name: str, previous: str | None = None) -> Checked:
    """Return what the file or ref *name* holds and what is weak in it, also beside *previous*, a file or a ref.

    Raises Refused with all that is wrong, and where one holds a criteria set and the other rules of points.
    """
    found = _either(name)
    before = None if previous is None else _either(previous)
    file = Path(name).name
    if isinstance(found, PointsRules):
        if before is None or isinstance(before, PointsRules):
            changes = () if before is None else compare_points(before, found)
            weak = points_linter.warnings(found, file, before)
            return Checked(found=found, warnings=weak, changes=changes)
    elif before is None or isinstance(before, CriteriaSet):
        return Checked(found=found, warnings=linter.warnings(found, file, before))
    sentence = Text(
        f"与 {found.ref} 不是同一类文件：一个是评分标准，一个是党员积分规则，无从比较",
        f"is not of the kind of {found.ref}: one is a criteria set, the other holds rules of members' points",
    )
    raise CriteriaInvalid([Fault(place=Place(file=before.ref), sentence=sentence)])


def _either(name: str) -> CriteriaSet | PointsRules:
    return catalogue.find_either(name) if catalogue.is_ref(name) else catalogue.read_either(Path(name))
