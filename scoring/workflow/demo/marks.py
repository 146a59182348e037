"""The marks of one demo branch: what it gave itself, what its superior gave it, what county evaluators changed."""

import random
from dataclasses import dataclass
from typing import NamedTuple

from scoring.criteria.criterion import Kind
from scoring.criteria.model import Adjustment, AdjustmentKind, CriteriaSet, Part
from scoring.workflow.demo.branches import Evaluator
from scoring.workflow.demo.figures import Drawn, draw, number_near, text_of
from scoring.workflow.demo.participants import Participant
from scoring.workflow.demo.questions import Question, questions
from scoring.workflow.demo.seeds import dice, seed_rows

NOT_APPLICABLE = "n/a"
SAME_FOR_ALL = "talks_held"
"""The criterion on which everybody has full marks, so that nothing is told apart by it."""

FROM_POINTS = "member_points"
"""The criterion whose number comes of members' points: branches tell it as it is, and nobody checks it or differs on it."""

_GROUPS_FROM = 45
_BENT = 0.12
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A branch in one year, the set that assesses it, and its marks."""

    one: Participant
    criteria: CriteriaSet
    marks: tuple[Mark, ...]


def marks_of(one: Participant, criteria: CriteriaSet, year: str) -> tuple[Mark, ...]:
    """Return the marks of *one* by *criteria*, stage by stage; always the same for the same branch and year."""
    if one.unrated is not None:
        return ()
    rng = dice(f"marks of {one.unit.code} in {year}")
    given = _reviewed(one, criteria, rng)
    marks = [
        Mark(criterion, "self", one.branch.secretary, _own_mark(question, given[criterion], one, rng))
        for criterion, question in questions(criteria).items()
    ]
    reviewer = one.branch.reviewers[0]
    marks += [
        Mark(criterion.id, "superior", reviewer, given[criterion.id].text) for criterion in criteria.criteria
    ]
    marks += _adjusted(one, criteria, rng)
    if rng.random() < (_CHECKED_INFLATED if one.branch.inflates else _CHECKED):
        marks += _checked(one, criteria, given, rng)
    return tuple(marks)


def _reviewed(one: Participant, criteria: CriteriaSet, rng: random.Random) -> dict[str, Drawn]:
    """Return the superior's marks, which come to the branch's level.

    Ballots come first, as the meetings voted; of the rest, in any order, each is drawn near what is still wanting.
    """
    asked = questions(criteria)
    given = {
        criterion: Drawn(NOT_APPLICABLE, 0.0)
        for criterion, question in asked.items()
        if _does_not_apply(question, one, rng)
    }
    order = [question for criterion, question in asked.items() if criterion not in given]
    rng.shuffle(order)
    order.sort(key=lambda question: question.criterion.kind is not Kind.BALLOT)
    weights = _weights(criteria.root, 1.0, {question.criterion.id for question in order})
    bents = _bents(one)
    wanted, left = one.level / 100, 1.0
    for question in order:
        criterion = question.criterion.id
        share = min(1.0, max(0.0, wanted / left))
        found = given[criterion] = draw(question, one, bents[criterion], share, rng)
        wanted -= weights[criterion] * found.share
        left -= weights[criterion]
    return given


def _bents(one: Participant) -> dict[str, float]:
    """Return how much better or worse the branch is on each criterion than on others, in every year the same."""
    rng = dice(f"bents of {one.unit.code}")
    return {row["criterion"]: rng.triangular(-_BENT, _BENT) for row in seed_rows("criteria")}


def _does_not_apply(question: Question, one: Participant, rng: random.Random) -> bool:
    match question.criterion.id:
        case "party_groups":
            return one.branch.members < _GROUPS_FROM and rng.random() < 0.97
        case "election_procedure":
            return rng.random() < 0.75
        case "recruitment_procedure":
            return not one.recruited
        case _:
            return (
                any(word in one.unit.name for word in question.not_for)
                or rng.random() < question.not_applicable
            )


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


def _own_mark(question: Question, given: Drawn, one: Participant, rng: random.Random) -> str:
    """Return what the branch gives itself: of opinions at least as much, of facts mostly the same."""
    kind, inflates = question.criterion.kind, one.branch.inflates
    counted = kind in (Kind.BALLOT, Kind.DERIVED) or question.criterion.id == FROM_POINTS
    if given.text == NOT_APPLICABLE or counted:
        return given.text
    if kind is Kind.MEASURED:
        honest = given.share >= 1 or rng.random() >= (0.6 if inflates else 0.06)
        return given.text if honest else number_near(question, 1.0, rng).text
    marks = question.possible
    chance = rng.random()
    if inflates or chance < 0.3:
        return text_of(marks[-1])
    place = marks.index(round(given.share * question.criterion.full_marks)) + (chance < 0.55)
    return text_of(marks[min(place, len(marks) - 1)])


def _adjusted(one: Participant, criteria: CriteriaSet, rng: random.Random) -> list[Mark]:
    """Return the counts of adjustments: few, bonuses for the good, some claimed and not confirmed."""
    marks = []
    for adjustment in criteria.adjustments:
        chance, count = rng.random(), "1" if rng.random() < 0.85 else "2"
        if one.unit.gates:
            continue
        counted = chance < _likely(adjustment, one.level / 100)
        bonus = adjustment.kind is AdjustmentKind.BONUS
        if bonus and (counted or chance > 0.985):
            marks.append(Mark(adjustment.id, "self", one.branch.secretary, count))
        if counted:
            marks.append(Mark(adjustment.id, "superior", one.branch.reviewers[0], count))
    return marks


def _likely(adjustment: Adjustment, share: float) -> float:
    bonus = adjustment.kind is AdjustmentKind.BONUS
    return max(0.0, 0.12 * (share - 0.6)) if bonus else 0.03 * (1 - share) + 0.002


def _checked(
    one: Participant, criteria: CriteriaSet, given: dict[str, Drawn], rng: random.Random
) -> list[Mark]:
    """Return the marks of two or three county evaluators on some criteria, and one fact verified on the spot."""
    open_to = [own for own in questions(criteria).values() if given[own.criterion.id].text != NOT_APPLICABLE]
    judged = [own for own in open_to if own.criterion.kind is Kind.JUDGED]
    levels = [own for own in open_to if own.criterion.kind is Kind.LEVELS]
    as_found = (SAME_FOR_ALL, FROM_POINTS)
    measured = [
        own for own in open_to if own.criterion.kind is Kind.MEASURED and own.criterion.id not in as_found
    ]
    judged += rng.sample(levels, min(_LEVELS_CHECKED, len(levels)))
    panel = rng.sample(one.branch.panel, rng.choice((2, 3)))
    marks = [
        Mark(
            own.criterion.id,
            "county",
            evaluator.name,
            _changed(own, given[own.criterion.id], evaluator, rng),
        )
        for evaluator in panel
        for own in judged
    ]
    verified = rng.choice(measured)
    found = given[verified.criterion.id]
    if rng.random() < 0.25:
        found = number_near(verified, max(0.0, found.share - 0.2), rng)
    return [*marks, Mark(verified.criterion.id, "county", panel[0].name, found.text)]


def _changed(question: Question, given: Drawn, evaluator: Evaluator, rng: random.Random) -> str:
    shifts, weights = _SHIFTS[question.criterion.kind, evaluator.harsh]
    marks = question.possible
    place = marks.index(round(given.share * question.criterion.full_marks)) + rng.choices(shifts, weights)[0]
    return text_of(marks[min(max(place, 0), len(marks) - 1)])
