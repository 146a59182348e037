"""What is still open in the demo county's marks: some missing, some in dispute; and disputes that were settled."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import cycle

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import MODERATION, CriteriaSet
from scoring.workflow.demo_branches import Branch
from scoring.workflow.demo_figures import ballot_text, other_number
from scoring.workflow.demo_marks import NOT_APPLICABLE, SAME_FOR_ALL, Mark
from scoring.workflow.demo_seeds import dice

MODERATOR = "县评星定级复议组"
_MISSING, _DISPUTED, _SETTLED = 13, 10, 10
_SPREADS_SETTLED = 0.7
_DOUBTFUL = frozenset(
    (
        "election_procedure",
        "recruitment_procedure",
        "party_groups",
        "village_decisions",
        "major_decisions",
        "head_is_secretary",
        "specialist_secretary",
    )
)

_Change = Callable[[Branch, CriteriaSet, list[Mark], random.Random], list[Mark]]


def leave_open(
    branches: Sequence[Branch], sets: Sequence[CriteriaSet], marks: Sequence[list[Mark]]
) -> list[list[Mark]]:
    """Return *marks* with some missing, some in dispute and some disputes settled, each so many in a thousand.

    Branches on which a gate holds are left as they are.
    """
    rng = dice("disputes")
    changed = [_spreads_settled(criteria, own, rng) for criteria, own in zip(sets, marks, strict=True)]
    free = [place for place, branch in enumerate(branches) if not branch.unit.gates]
    rng.shuffle(free)
    for per_thousand, changes in (
        (_MISSING, (_one_missing, _meeting_not_held, _one_missing, _too_few_voters)),
        (_DISPUTED, (_applies_or_not, _two_numbers, _two_ballots)),
        (_SETTLED, (_applies_settled, _number_settled, _ballot_settled)),
    ):
        for change in _repeated(changes, round(len(branches) * per_thousand / 1000)):
            place = free.pop()
            changed[place] = change(branches[place], sets[place], changed[place], rng)
    return changed


def _repeated(changes: Sequence[_Change], count: int) -> list[_Change]:
    return [change for change, _ in zip(cycle(changes), range(count), strict=False)]


def _spreads_settled(criteria: CriteriaSet, marks: list[Mark], rng: random.Random) -> list[Mark]:
    """Return *marks* with most of the county's differences of opinion settled, on the superior's mark."""
    most = criteria.agreement.disagreement
    given = defaultdict(list)
    for mark in marks:
        if mark.stage == "county":
            given[mark.criterion].append(Fraction(mark.mark))
    settled = []
    for criterion in criteria.criteria:
        found = given.get(criterion.id, [])
        if not found or most is None or criterion.kind not in (Kind.JUDGED, Kind.LEVELS):
            continue
        apart = 100 * (max(found) - min(found)) > most * criterion.full_marks
        if apart and rng.random() < _SPREADS_SETTLED:
            settled.append(_settling(criterion, _superiors(criterion, marks)))
    return [*marks, *settled]


def _one_missing(_branch: Branch, criteria: CriteriaSet, marks: list[Mark], rng: random.Random) -> list[Mark]:
    return _dropped(marks, _one(criteria, Kind.LEVELS, marks, rng).id)


def _meeting_not_held(
    _branch: Branch, _criteria: CriteriaSet, marks: list[Mark], _rng: random.Random
) -> list[Mark]:
    return _dropped(marks, "secretary_report", "public_satisfaction")


def _too_few_voters(
    branch: Branch, criteria: CriteriaSet, marks: list[Mark], _rng: random.Random
) -> list[Mark]:
    ballot = criteria.criterion("secretary_report")
    votes = ballot_text(ballot, (2, (ballot.least_voters or 3) - 3, 0, 0))
    return [*_dropped(marks, ballot.id), Mark(ballot.id, "superior", branch.reviewers[0], votes)]


def _applies_or_not(
    branch: Branch, criteria: CriteriaSet, marks: list[Mark], rng: random.Random
) -> list[Mark]:
    criterion = _one(criteria, Kind.LEVELS, marks, rng, first=_DOUBTFUL)
    others = [mark for mark in marks if (mark.criterion, mark.stage) != (criterion.id, "county")]
    one, other = (evaluator.name for evaluator in branch.panel[:2])
    return [
        *others,
        Mark(criterion.id, "county", one, NOT_APPLICABLE),
        Mark(criterion.id, "county", other, _superiors(criterion, marks)),
    ]


def _two_numbers(branch: Branch, criteria: CriteriaSet, marks: list[Mark], rng: random.Random) -> list[Mark]:
    criterion = _one(criteria, Kind.MEASURED, marks, rng)
    number = other_number(criterion, branch, _superiors(criterion, marks), rng)
    return [*marks, Mark(criterion.id, "superior", branch.reviewers[1], number)]


def _two_ballots(branch: Branch, criteria: CriteriaSet, marks: list[Mark], _rng: random.Random) -> list[Mark]:
    ballot = criteria.criterion("branch_appraisal")
    counts = dict(vote.split("=") for vote in _superiors(ballot, marks).split(";"))
    votes = [int(counts.get(grade.id, "0")) for grade in ballot.grades]
    votes[1] += 1
    return [*marks, Mark(ballot.id, "superior", branch.reviewers[1], ballot_text(ballot, votes))]


def _applies_settled(
    branch: Branch, criteria: CriteriaSet, marks: list[Mark], rng: random.Random
) -> list[Mark]:
    return _settled(criteria, marks, _applies_or_not(branch, criteria, marks, rng))


def _number_settled(
    branch: Branch, criteria: CriteriaSet, marks: list[Mark], rng: random.Random
) -> list[Mark]:
    return _settled(criteria, marks, _two_numbers(branch, criteria, marks, rng))


def _ballot_settled(
    branch: Branch, criteria: CriteriaSet, marks: list[Mark], rng: random.Random
) -> list[Mark]:
    return _settled(criteria, marks, _two_ballots(branch, criteria, marks, rng))


def _settled(criteria: CriteriaSet, before: list[Mark], disputed: list[Mark]) -> list[Mark]:
    """Return the disputed marks and the moderation that settles them, on what the superior found first."""
    criterion = criteria.criterion(disputed[-1].criterion)
    return [*disputed, _settling(criterion, _superiors(criterion, before))]


def _settling(criterion: Criterion, mark: str) -> Mark:
    return Mark(criterion.id, MODERATION, MODERATOR, mark)


def _superiors(criterion: Criterion, marks: Sequence[Mark]) -> str:
    return next(mark.mark for mark in marks if (mark.criterion, mark.stage) == (criterion.id, "superior"))


def _dropped(marks: Sequence[Mark], *criteria: str) -> list[Mark]:
    """Return *marks* without what anybody but the branch itself gave on *criteria*."""
    return [mark for mark in marks if mark.stage == "self" or mark.criterion not in criteria]


def _one(
    criteria: CriteriaSet,
    kind: Kind,
    marks: Sequence[Mark],
    rng: random.Random,
    *,
    first: frozenset[str] = frozenset(),
) -> Criterion:
    """Return a criterion of *kind* that applies and that the superior's mark decides so far, of *first* if one is.

    The one on which nobody differs is no matter for a dispute.
    """
    later = {mark.criterion for mark in marks if mark.stage in ("county", MODERATION)}
    open_to = [
        criterion
        for criterion in criteria.criteria
        if criterion.kind is kind
        and criterion.id not in later
        and criterion.id != SAME_FOR_ALL
        and _superiors(criterion, marks) != NOT_APPLICABLE
    ]
    return rng.choice([criterion for criterion in open_to if criterion.id in first] or open_to)
