"""What one sheet comes to before anything is signed: its unit scored as a cohort of one, by the same functions."""

from collections.abc import Mapping, Sequence

from scoring.criteria.model import CriteriaSet
from scoring.inputs import Inputs, in_order
from scoring.marks import Marking
from scoring.rows import printed_score
from scoring.scores import score
from scoring.sheets import Provisional
from scoring.units import Unit

_NOBODY = "–"


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
    scores = score(Inputs(units=(unit,), sets=(criteria,), markings=in_order(taken)).assessments())
    if scores.rated[0]:
        return Provisional(score=printed_score(int(scores.printed[0]), criteria))
    return Provisional(score=None, missing=scores.missing(0))
