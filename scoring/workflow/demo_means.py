"""What members' points come to, taken over on the demo county's sheets from a file, as the offices' worksheets would.

The years before did not take the number from points: their sets have it measured. A few branches were taken over before
the last quarter was closed: what was closed since shows as a difference.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from scoring.criteria import member_stars
from scoring.criteria.model import CriteriaSet
from scoring.criteria.points import PointsRules
from scoring.marks import Marking
from scoring.sheets import SELF, SUPERIOR
from scoring.store import criteria, markings, units
from scoring.store.engine import Store
from scoring.store.ledger import rules
from scoring.workflow.demo.marks import NOT_APPLICABLE
from scoring.workflow.demo_files import MARKS_HEAD, write_rows
from scoring.workflow.import_marks import import_marks
from scoring.workflow.points.branch_means import BranchMean, asking, means_of, with_members

_EARLY = 40
"""Of so many branches one was taken over a quarter too early."""


def take_over(store: Store, folder: Path, year: str) -> None:
    """Let sheets that bear a mark where their sets ask for members' points bear what these come to in *year*, as far as they are ready."""
    with store.read() as c:
        kept = units.current(c, year)
        means = means_of(c, [own.unit for own in kept], int(year))
        sets = {own.unit.code: criteria.known(c, own.ref) for own in kept}
        given = [own for own in markings.current(c, year) if own.stage in (SELF, SUPERIOR)]
        in_force = rules.in_force(c, date(int(year), 12, 31))
        early = [means[own.unit.code] for place, own in enumerate(kept, 1) if place % _EARLY == 0]
        earlier = {own.unit.code: _before_the_last(with_members(c, own), in_force) for own in early}
    taken = means | earlier
    rows = [row for own in given for row in _rows(own, sets[own.unit], taken[own.unit])]
    if rows:
        path = folder / "member-points.csv"
        write_rows(path, MARKS_HEAD, rows)
        import_marks(store, year, path)


def _rows(own: Marking, criteria_set: CriteriaSet, mean: BranchMean) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a file of marks that bring the mean on that sheet, where it bears a number."""
    mark = mean.as_mark(criteria_set)
    for criterion in asking(criteria_set):
        if mark is not None and own.marks.get(criterion.id, NOT_APPLICABLE) != NOT_APPLICABLE:
            yield own.unit, criterion.id, own.stage, own.evaluator, mark


def _before_the_last(mean: BranchMean, in_force: PointsRules) -> BranchMean:
    """Return what the mean was before the last of its quarters was closed; as it is where there was none before."""
    annual = [
        member_stars.annual(in_force, [one.figure for one in own.quarters[:-1]]) for own in mean.members
    ]
    found = [one for one in annual if one is not None]
    return replace(mean, mean=Fraction(sum(found), len(found))) if found else mean
