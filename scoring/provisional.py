"""What one sheet comes to before anything is signed: its unit scored as a cohort of one, by the same functions.

What a criterion comes to depends on its own marks alone. So it is known, of all that were ever asked for, as long as
it is remembered; an edit asks for one that may be new, and only the tree is added up again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

from scoring.agreement import Agreed, Outcome, agree, count_of_adjustments
from scoring.criteria.model import CriteriaSet
from scoring.inputs import Inputs, in_order
from scoring.marks import Marking
from scoring.numbers import Ratios
from scoring.rows import printed_score
from scoring.scores import score_complete
from scoring.sheets import Provisional
from scoring.units import Unit

_NOBODY = "–"
_REMEMBERED = 20_000
"""So many rows are remembered a set, at most."""

_Given = tuple[tuple[str, str], ...]
"""The marks that a criterion or an adjustment was given, each after its stage, in order of stage and evaluator."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Row:
    """What the marks of one criterion or adjustment come to, on one unit.

    The agreed mark, in grains, is `num` over `den` or stands `apart`; `wanting` where it leaves the unit unrated.
    """

    outcome: int
    num: int
    den: int
    apart: Ratios | None
    count: int
    wanting: bool


def provisional(
    unit: Unit, criteria: CriteriaSet, stage: str, marks: Mapping[str, str], markings: Sequence[Marking]
) -> Provisional:
    """Return what the unit's score would be if *marks* were signed in *stage*, over those of *markings* before it.

    Other sheets of the same stage are left out, so that nobody reads a colleague's marks off the score. A stage too
    early to decide counts as the first that may: a branch sees what it gives itself.
    """
    stages = criteria.all_stages
    place = max(stages.index(stage), criteria.first_deciding)
    early = {own: rank for rank, own in enumerate(stages[: stages.index(stage)])}
    taken = [own for own in markings if own.unit == unit.code and own.stage in early]
    own = {criterion: mark for criterion, mark in marks.items() if mark}
    if own:
        taken.append(Marking(unit=unit.code, stage=stages[place], evaluator=_NOBODY, marks=own))
    rows = _rows(unit, criteria, in_order(taken))
    missing = tuple([own.id for own, row in zip(criteria.subjects, rows, strict=True) if row.wanting])
    if missing:
        return Provisional(score=None, missing=missing)
    split = len(criteria.criteria)
    scores, applies = score_complete(criteria, _agreed(rows[:split]), _counts(rows[split:]))
    return Provisional(
        score=printed_score(int(scores[0]), criteria) if applies is None or applies[0] else None
    )


def _rows(unit: Unit, criteria: CriteriaSet, taken: Sequence[Marking]) -> list[_Row]:
    """Return what each criterion, then each adjustment comes to. Raises MarkRefused."""
    given: dict[str, _Given] = dict.fromkeys([own.id for own in criteria.subjects], ())
    for marking in taken:
        for criterion, mark in marking.marks.items():
            given[criterion] = (*given.get(criterion, ()), (marking.stage, mark))
    known = _known(criteria)
    found = [known.get(own) for own in given.items()]
    rows = [row for row in found if row is not None]
    if len(rows) == len(found):
        return rows
    rows = _asked(unit, criteria, taken)
    if len(known) >= _REMEMBERED:
        known.clear()
    known.update(zip(given.items(), rows, strict=True))
    return rows


@lru_cache(maxsize=256)
def _known(criteria: CriteriaSet) -> dict[tuple[str, _Given], _Row]:  # noqa: ARG001  of each set its own
    """Return what is remembered of a set: by criterion or adjustment, and the marks it was given."""
    return {}


def _asked(unit: Unit, criteria: CriteriaSet, taken: Sequence[Marking]) -> list[_Row]:
    """Return the same as `_rows`, by the functions that score a cohort."""
    (sheet,) = Inputs(units=(unit,), sets=(criteria,), markings=tuple(taken)).assessments().sheets
    agreed = agree(sheet)
    counts, disputed = count_of_adjustments(sheet)
    rows = []
    for row, (outcome, num) in enumerate(
        zip(agreed.outcomes[:, 0].tolist(), agreed.num[:, 0].tolist(), strict=True)
    ):
        common = gcd(num, agreed.den)
        rows.append(
            _Row(
                outcome=outcome,
                num=num // common,
                den=agreed.den // common,
                apart=agreed.apart.get(row),
                count=0,
                wanting=outcome >= Outcome.MISSING,
            )
        )
    for count, differ in zip(counts[:, 0].tolist(), disputed[:, 0].tolist(), strict=True):
        rows.append(_Row(outcome=Outcome.AGREED, num=0, den=1, apart=None, count=count, wanting=differ))
    return rows


def _agreed(rows: Sequence[_Row]) -> Agreed:
    """Return the agreed marks of one unit."""
    den = lcm(*{row.den for row in rows})
    num = [row.num * (den // row.den) for row in rows]
    wide = max(num) > 2**62
    return Agreed(
        outcomes=np.array([[row.outcome] for row in rows], dtype=np.int8),
        num=np.array(num, dtype=object if wide else np.int64).reshape(-1, 1),
        den=den,
        apart={place: row.apart for place, row in enumerate(rows) if row.apart is not None},
    )


def _counts(rows: Sequence[_Row]) -> NDArray[np.int64]:
    """Return the counts of adjustments of one unit."""
    return np.array([row.count for row in rows], dtype=np.int64).reshape(-1, 1)
