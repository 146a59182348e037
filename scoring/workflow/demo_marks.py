"""The marks of one demo branch: what it gave itself, what its superior gave it, what county evaluators changed.

Shares of full marks are floats here and nowhere else: they only say what is likely, and every mark that comes of
them is written as text before anything is scored.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import Adjustment, AdjustmentKind, CriteriaSet, Part
from scoring.numbers import exact_text, marks_text
from scoring.workflow.demo_branches import Branch, Evaluator, seed_rows

NOT_APPLICABLE = "n/a"
SAME_FOR_ALL = "talks_held"
_SPREAD = 0.15
_WEAK, _TOUCHED = -0.35, -0.75
_GROUPS_FROM = 45
_CHECKED, _CHECKED_INFLATED = 0.16, 0.5
_LEVELS_CHECKED = 7
_SHIFTS = {
    (Kind.JUDGED, False): ((-1, 0, 1), (12, 78, 10)),
    (Kind.LEVELS, False): ((-1, 0), (2, 98)),
    (Kind.JUDGED, True): ((-2, -1, 0), (35, 45, 20)),
    (Kind.LEVELS, True): ((-1, 0), (25, 75)),
}


class Mark(NamedTuple):
    """One mark of a branch, as a file of marks writes it."""

    criterion: str
    stage: str
    evaluator: str
    mark: str


class _Given(NamedTuple):
    text: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual for a criterion: how easy it is, its numbers in tenths, and to whom it does not apply."""

    tilt: float
    least: int
    most: int
    step: int
    not_applicable: float
    not_for: tuple[str, ...]


def marks_of(branch: Branch, criteria: CriteriaSet) -> list[Mark]:
    """Return the marks of *branch* by *criteria*, stage by stage; always the same for the same branch."""
    rng = random.Random(f"marks of {branch.unit.code}")  # noqa: S311 - a demo, which must come out the same each time
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


def usual(domain: str, criterion: str) -> Usual:
    """Return what is usual for the criterion in *domain*."""
    return _usual()[f"{domain}/{criterion}" if f"{domain}/{criterion}" in _usual() else criterion]


def other_number(criterion: Criterion, branch: Branch, text: str, rng: random.Random) -> str:
    """Return a number that somebody else may have found, different from *text*."""
    found = text
    while found == text:
        found = _number(criterion, usual(branch.unit.domain, criterion.id), rng.random(), rng).text
    return found


@cache
def _usual() -> dict[str, Usual]:
    return {
        row["criterion"]: Usual(
            tilt=int(row["tilt"]) / 100,
            least=_tenths(row["least"] or "0"),
            most=_tenths(row["most"] or "0"),
            step=_tenths(row["step"] or "1"),
            not_applicable=int(row["not_applicable"] or 0) / 100,
            not_for=tuple(filter(None, row["not_for"].split(";"))),
        )
        for row in seed_rows("criteria")
    }


@cache
def _tenths(number: str | Fraction) -> int:
    return int(Fraction(number) * 10)


@cache
def _number_text(tenths: int) -> str:
    return exact_text(Fraction(tenths, 10))


def _reviewed(branch: Branch, criteria: CriteriaSet, rng: random.Random) -> dict[str, _Given]:
    """Return the superior's marks, which come to the branch's level.

    Ballots come first, as the meetings voted; of the rest, in any order, each is drawn near what is still wanting.
    """
    given = {
        criterion.id: _Given(NOT_APPLICABLE, 0.0)
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
        one = given[criterion.id] = _draw(criterion, branch, share, rng)
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


def _draw(criterion: Criterion, branch: Branch, share: float, rng: random.Random) -> _Given:
    if criterion.kind is Kind.BALLOT:
        return _ballot(criterion, branch, share, rng)
    own = usual(branch.unit.domain, criterion.id)
    tilt = own.tilt + _WEAK * (criterion.id in branch.weak_in) + _TOUCHED * (criterion.id in branch.touched)
    likely = min(1.0, max(0.0, share + tilt + rng.triangular(-_SPREAD, _SPREAD)))
    if criterion.kind in (Kind.JUDGED, Kind.LEVELS):
        mark = _near(_possible(criterion), likely, criterion.full_marks, rng)
        return _Given(marks_text(mark), mark / criterion.full_marks)
    if criterion.id == "years_since_recruit" and branch.recruited:
        return _Given("0", 1.0)
    return _number(criterion, own, likely, rng)


def _possible(criterion: Criterion) -> list[int]:
    if criterion.kind is Kind.LEVELS:
        return sorted({level.marks for level in criterion.levels})
    return list(range(0, criterion.full_marks + 1, criterion.step_taken))


def _near(possible: Sequence[int], share: float, full_marks: int, rng: random.Random) -> int:
    """Return one of the two possible marks around that share of full marks, the nearer one more often."""
    wanted = share * full_marks
    below = max((mark for mark in possible if mark <= wanted), default=possible[0])
    above = min((mark for mark in possible if mark >= wanted), default=possible[-1])
    return above if above > below and rng.random() < (wanted - below) / (above - below) else below


def _number(criterion: Criterion, own: Usual, share: float, rng: random.Random) -> _Given:
    if criterion.line is None:
        return _number_in_bands(criterion, own, share, rng)
    start, end = _tenths(criterion.line.start), _tenths(criterion.line.end)
    tenths = float(start + share * (end - start))
    if share >= 1:
        tenths += rng.random() ** 2 * (own.most - end)
    elif share <= 0:
        tenths -= rng.random() ** 2 * (start - own.least)
    number = round(tenths / own.step) * own.step
    return _Given(_number_text(number), min(1.0, max(0.0, (number - start) / (end - start))))


def _number_in_bands(criterion: Criterion, own: Usual, share: float, rng: random.Random) -> _Given:
    """Return a number from a band with such marks, more often near its beginning, where people stop."""
    bands = sorted((_tenths(band.at_least), band.marks) for band in criterion.bands)
    if own.least < bands[0][0]:
        bands.insert(0, (own.least, 0))
    mark = _near(sorted({marks for _, marks in bands}), share, criterion.full_marks, rng)
    place = rng.choice([place for place, (_, marks) in enumerate(bands) if marks == mark])
    low = bands[place][0]
    high = bands[place + 1][0] - own.step if place + 1 < len(bands) else max(own.most, low)
    number = low + own.step * int(((high - low) // own.step + 1) * rng.random() ** 3)
    return _Given(_number_text(number), mark / criterion.full_marks)


def _ballot(criterion: Criterion, branch: Branch, share: float, rng: random.Random) -> _Given:
    """Return the votes of a meeting; the better the branch, the better the votes, within the cap on the best grade."""
    voters = max(6, round(branch.members * (0.8 + 0.2 * rng.random())))
    best = share**2
    if criterion.least_voters == 5:
        voters = 16 + int(40 * rng.random())
    if criterion.best_share_most is not None:
        best = float(criterion.best_share_most) * (0.75 + 0.25 * rng.random())
    votes = [int(voters * best)]
    rest = voters - votes[0]
    poor = int(rest * (1 - share) * 0.10 + rng.random() * 0.5)
    fair = int(rest * (1 - share) * 0.45 + rng.random() * 0.5)
    votes += [rest - fair - poor, fair, poor]
    worth = sum(float(grade.worth) * count for grade, count in zip(criterion.grades, votes, strict=True))
    return _Given(ballot_text(criterion, votes), worth / (100 * voters))


def ballot_text(criterion: Criterion, votes: Sequence[int]) -> str:
    """Return *votes*, best grade first, as a file of marks writes them; grades nobody voted for are left out."""
    return ";".join(
        f"{grade.id}={count}" for grade, count in zip(criterion.grades, votes, strict=True) if count
    )


def _own_mark(criterion: Criterion, given: _Given, branch: Branch, rng: random.Random) -> str:
    """Return what the branch gives itself: of opinions at least as much, of facts mostly the same."""
    if given.text == NOT_APPLICABLE or criterion.kind in (Kind.BALLOT, Kind.DERIVED):
        return given.text
    if criterion.kind is Kind.MEASURED:
        honest = given.share >= 1 or rng.random() >= (0.6 if branch.inflates else 0.06)
        own = usual(branch.unit.domain, criterion.id)
        return given.text if honest else _number(criterion, own, 1.0, rng).text
    possible = _possible(criterion)
    chance = rng.random()
    if branch.inflates or chance < 0.3:
        return marks_text(possible[-1])
    place = possible.index(round(given.share * criterion.full_marks)) + (chance < 0.55)
    return marks_text(possible[min(place, len(possible) - 1)])


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
    branch: Branch, criteria: CriteriaSet, given: dict[str, _Given], rng: random.Random
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
        found = _number(verified, usual(branch.unit.domain, verified.id), max(0.0, found.share - 0.2), rng)
    return [*marks, Mark(verified.id, "county", panel[0].name, found.text)]


def _changed(criterion: Criterion, given: _Given, evaluator: Evaluator, rng: random.Random) -> str:
    shifts, weights = _SHIFTS[criterion.kind, evaluator.harsh]
    possible = _possible(criterion)
    place = possible.index(round(given.share * criterion.full_marks)) + rng.choices(shifts, weights)[0]
    return marks_text(possible[min(max(place, 0), len(possible) - 1)])
