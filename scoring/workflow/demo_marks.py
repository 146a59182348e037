"""The marks of one demo branch: what it gave itself, what its superior gave it, what county evaluators changed."""

import random
from typing import NamedTuple

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import Adjustment, AdjustmentKind, CriteriaSet, Part
from scoring.numbers import marks_text
from scoring.workflow.demo_branches import Branch, Evaluator
from scoring.workflow.demo_figures import Drawn, draw, number_near, possible, usual
from scoring.workflow.demo_seeds import dice

NOT_APPLICABLE = "n/a"
SAME_FOR_ALL = "talks_held"
"""The criterion on which everybody has full marks, so that nothing is told apart by it."""

_GROUPS_FROM = 45
_CHECKED, _CHECKED_INFLATED = 0.16, 0.5
_LEVELS_CHECKED = 7
_SHIFTS = {
    (Kind.JUDGED, False): ((-1, 0, 1), (12, 78, 10)),
    (Kind.LEVELS, False): ((-1, 0), (2, 98)),
    (Kind.JUDGED, True): ((-2, -1, 0), (35, 45, 20)),
    (Kind.LEVELS, True): ((-1, 0), (25, 75)),
}
"""How many steps an evaluator, harsh or not, is from the superior's mark, and how likely each is."""


class Mark(NamedTuple):
    """One mark of a branch, as a file of marks writes it."""

    criterion: str
    stage: str
    evaluator: str
    mark: str


def marks_of(branch: Branch, criteria: CriteriaSet) -> list[Mark]:
    """Return the marks of *branch* by *criteria*, stage by stage; always the same for the same branch."""
    rng = dice(f"marks of {branch.unit.code}")
    given = _reviewed(branch, criteria, rng)
    marks = [
        Mark(criterion.id, "self", branch.secretary, _own_mark(criterion, given[criterion.id], branch, rng))
        for criterion in criteria.criteria
    ]
    reviewer = branch.reviewers[0]
    marks += [
        Mark(criterion.id, "superior", reviewer, given[criterion.id].text) for criterion in criteria.criteria
    ]
    marks += _adjusted(branch, criteria, rng)
    if rng.random() < (_CHECKED_INFLATED if branch.inflates else _CHECKED):
        marks += _checked(branch, criteria, given, rng)
    return marks


def _reviewed(branch: Branch, criteria: CriteriaSet, rng: random.Random) -> dict[str, Drawn]:
    """Return the superior's marks, which come to the branch's level.

    Ballots come first, as the meetings voted; of the rest, in any order, each is drawn near what is still wanting.
    """
    given = {
        criterion.id: Drawn(NOT_APPLICABLE, 0.0)
        for criterion in criteria.criteria
        if _does_not_apply(criterion, branch, rng)
    }
    order = [criterion for criterion in criteria.criteria if criterion.id not in given]
    rng.shuffle(order)
    order.sort(key=lambda criterion: criterion.kind is not Kind.BALLOT)
    weights = _weights(criteria.root, 1.0, {criterion.id for criterion in order})
    wanted, left = branch.level / 100, 1.0
    for criterion in order:
        share = min(1.0, max(0.0, wanted / left))
        one = given[criterion.id] = draw(criterion, branch, share, rng)
        wanted -= weights[criterion.id] * one.share
        left -= weights[criterion.id]
    return given


def _does_not_apply(criterion: Criterion, branch: Branch, rng: random.Random) -> bool:
    match criterion.id:
        case "party_groups":
            return branch.members < _GROUPS_FROM and rng.random() < 0.97
        case "election_procedure":
            return rng.random() < 0.75
        case "recruitment_procedure":
            return not branch.recruited
        case _:
            own = usual(branch.unit.domain, criterion.id)
            return any(word in branch.unit.name for word in own.not_for) or rng.random() < own.not_applicable


def _weights(part: Part, share: float, applicable: set[str]) -> dict[str, float]:
    """Return what each applicable criterion below *part* weighs in the score; together they weigh *share*."""
    criteria = [criterion for criterion in part.criteria if criterion.id in applicable]
    parts = [child for child in part.parts if any(own.id in applicable for own in child.all_criteria())]
    own = [float(child.share_of_tree) for child in criteria]
    below = [float(child.share_of_tree) for child in parts]
    total = sum(own) + sum(below)
    found = {criterion.id: share * weight / total for criterion, weight in zip(criteria, own, strict=True)}
    for child, weight in zip(parts, below, strict=True):
        found |= _weights(child, share * weight / total, applicable)
    return found


def _own_mark(criterion: Criterion, given: Drawn, branch: Branch, rng: random.Random) -> str:
    """Return what the branch gives itself: of opinions at least as much, of facts mostly the same."""
    if given.text == NOT_APPLICABLE or criterion.kind in (Kind.BALLOT, Kind.DERIVED):
        return given.text
    if criterion.kind is Kind.MEASURED:
        honest = given.share >= 1 or rng.random() >= (0.6 if branch.inflates else 0.06)
        return given.text if honest else number_near(criterion, branch, 1.0, rng).text
    marks = possible(criterion)
    chance = rng.random()
    if branch.inflates or chance < 0.3:
        return marks_text(marks[-1])
    place = marks.index(round(given.share * criterion.full_marks)) + (chance < 0.55)
    return marks_text(marks[min(place, len(marks) - 1)])


def _adjusted(branch: Branch, criteria: CriteriaSet, rng: random.Random) -> list[Mark]:
    """Return the counts of adjustments: few, bonuses for the good, some claimed and not confirmed."""
    marks = []
    for adjustment in criteria.adjustments:
        chance, count = rng.random(), "1" if rng.random() < 0.85 else "2"
        if branch.unit.gates:
            continue
        counted = chance < _likely(adjustment, branch.level / 100)
        bonus = adjustment.kind is AdjustmentKind.BONUS
        if bonus and (counted or chance > 0.985):
            marks.append(Mark(adjustment.id, "self", branch.secretary, count))
        if counted:
            marks.append(Mark(adjustment.id, "superior", branch.reviewers[0], count))
    return marks


def _likely(adjustment: Adjustment, share: float) -> float:
    bonus = adjustment.kind is AdjustmentKind.BONUS
    return max(0.0, 0.12 * (share - 0.6)) if bonus else 0.03 * (1 - share) + 0.002


def _checked(
    branch: Branch, criteria: CriteriaSet, given: dict[str, Drawn], rng: random.Random
) -> list[Mark]:
    """Return the marks of two or three county evaluators on some criteria, and one fact verified on the spot."""
    open_to = [criterion for criterion in criteria.criteria if given[criterion.id].text != NOT_APPLICABLE]
    judged = [criterion for criterion in open_to if criterion.kind is Kind.JUDGED]
    levels = [criterion for criterion in open_to if criterion.kind is Kind.LEVELS]
    measured = [
        criterion for criterion in open_to if criterion.kind is Kind.MEASURED and criterion.id != SAME_FOR_ALL
    ]
    judged += rng.sample(levels, min(_LEVELS_CHECKED, len(levels)))
    panel = rng.sample(branch.panel, rng.choice((2, 3)))
    marks = [
        Mark(criterion.id, "county", evaluator.name, _changed(criterion, given[criterion.id], evaluator, rng))
        for evaluator in panel
        for criterion in judged
    ]
    verified = rng.choice(measured)
    found = given[verified.id]
    if rng.random() < 0.25:
        found = number_near(verified, branch, max(0.0, found.share - 0.2), rng)
    return [*marks, Mark(verified.id, "county", panel[0].name, found.text)]


def _changed(criterion: Criterion, given: Drawn, evaluator: Evaluator, rng: random.Random) -> str:
    shifts, weights = _SHIFTS[criterion.kind, evaluator.harsh]
    marks = possible(criterion)
    place = marks.index(round(given.share * criterion.full_marks)) + rng.choices(shifts, weights)[0]
    return marks_text(marks[min(max(place, 0), len(marks) - 1)])
