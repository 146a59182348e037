"""What evaluators differ on in the demo county: disputes and disagreements, settled or open; and marks missing."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import cycle, islice

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import MODERATION
from scoring.workflow.demo.figures import ballot_text, other_number
from scoring.workflow.demo.marks import FROM_POINTS, NOT_APPLICABLE, SAME_FOR_ALL, Entry, Mark
from scoring.workflow.demo.questions import questions
from scoring.workflow.demo.seeds import dice

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

_Change = Callable[[Entry, random.Random], list[Mark]]


def conclude(entries: Sequence[Entry], year: str) -> list[Entry]:
    """Return *entries* as when marking is over: some in a thousand were in dispute, and everything is settled."""
    rng = dice(f"disputes {year}")
    settled = [_spreads_settled(entry, 1.0, rng) for entry in entries]
    return _changed(settled, [(_SETTLED, _SETTLED_ONES)], rng)


def leave_open(entries: Sequence[Entry], year: str) -> list[Entry]:
    """Return *entries* as in the midst of marking: some in a thousand lack a mark, are in dispute, or were."""
    rng = dice(f"disputes {year}")
    settled = [_spreads_settled(entry, _SPREADS_SETTLED, rng) for entry in entries]
    return _changed(
        settled, [(_MISSING, _MISSING_ONES), (_DISPUTED, _OPEN_ONES), (_SETTLED, _SETTLED_ONES)], rng
    )


def superiors_mark(entry: Entry, criterion: Criterion) -> str:
    """Return the superior's first mark on *criterion*."""
    return next(mark.mark for mark in entry.marks if mark[:2] == (criterion.id, "superior"))


def _changed(
    entries: Sequence[Entry], wanted: Sequence[tuple[int, Sequence[_Change]]], rng: random.Random
) -> list[Entry]:
    """Return *entries* with so many in a thousand changed in turn; those with gates or no marks stay as they are."""
    changed = list(entries)
    free = [place for place, entry in enumerate(entries) if entry.marks and not entry.one.unit.gates]
    rng.shuffle(free)
    for per_thousand, changes in wanted:
        for change in islice(cycle(changes), round(len(entries) * per_thousand / 1000)):
            if free:
                place = free.pop()
                changed[place] = replace(changed[place], marks=tuple(change(changed[place], rng)))
    return changed


def _spreads_settled(entry: Entry, likely: float, rng: random.Random) -> Entry:
    """Return *entry* with the county's differences of opinion settled as *likely*, on the superior's mark."""
    most = entry.criteria.agreement.disagreement
    given = defaultdict(list)
    for mark in entry.marks:
        if mark.stage == "county":
            given[mark.criterion].append(Fraction(mark.mark))
    settled = []
    for criterion in entry.criteria.criteria:
        found = given.get(criterion.id, [])
        if not found or most is None or criterion.kind not in (Kind.JUDGED, Kind.LEVELS):
            continue
        apart = 100 * (max(found) - min(found)) > most * criterion.full_marks
        if apart and rng.random() < likely:
            settled.append(_settling(criterion, superiors_mark(entry, criterion)))
    return replace(entry, marks=(*entry.marks, *settled)) if settled else entry


def _one_missing(entry: Entry, rng: random.Random) -> list[Mark]:
    return _dropped(entry, _some(entry, Kind.LEVELS, rng).id)


def _meeting_not_held(entry: Entry, _rng: random.Random) -> list[Mark]:
    return _dropped(entry, "secretary_report", "public_satisfaction")


def _too_few_voters(entry: Entry, _rng: random.Random) -> list[Mark]:
    ballot = entry.criteria.criterion("secretary_report")
    votes = ballot_text(ballot, (2, (ballot.least_voters or 3) - 3, 0, 0))
    return [*_dropped(entry, ballot.id), Mark(ballot.id, "superior", entry.one.branch.reviewers[0], votes)]


def _applies_or_not(entry: Entry, rng: random.Random) -> list[Mark]:
    criterion = _some(entry, Kind.LEVELS, rng, first=_DOUBTFUL)
    others = [mark for mark in entry.marks if (mark.criterion, mark.stage) != (criterion.id, "county")]
    one, other = (evaluator.name for evaluator in entry.one.branch.panel[:2])
    return [
        *others,
        Mark(criterion.id, "county", one, NOT_APPLICABLE),
        Mark(criterion.id, "county", other, superiors_mark(entry, criterion)),
    ]


def _two_numbers(entry: Entry, rng: random.Random) -> list[Mark]:
    criterion = _some(entry, Kind.MEASURED, rng)
    number = other_number(questions(entry.criteria)[criterion.id], superiors_mark(entry, criterion), rng)
    return [*entry.marks, Mark(criterion.id, "superior", entry.one.branch.reviewers[1], number)]


def _two_ballots(entry: Entry, _rng: random.Random) -> list[Mark]:
    ballot = entry.criteria.criterion("branch_appraisal")
    counts = dict(vote.split("=") for vote in superiors_mark(entry, ballot).split(";"))
    votes = [int(counts.get(grade.id, "0")) for grade in ballot.grades]
    votes[1] += 1
    return [
        *entry.marks,
        Mark(ballot.id, "superior", entry.one.branch.reviewers[1], ballot_text(ballot, votes)),
    ]


def _settled(dispute: _Change) -> _Change:
    """Return the change that makes the *dispute* and settles it, on what the superior found first."""

    def change(entry: Entry, rng: random.Random) -> list[Mark]:
        disputed = dispute(entry, rng)
        criterion = entry.criteria.criterion(disputed[-1].criterion)
        return [*disputed, _settling(criterion, superiors_mark(entry, criterion))]

    return change


_MISSING_ONES = (_one_missing, _meeting_not_held, _one_missing, _too_few_voters)
_OPEN_ONES = (_applies_or_not, _two_numbers, _two_ballots)
_SETTLED_ONES = tuple(_settled(dispute) for dispute in _OPEN_ONES)


def _settling(criterion: Criterion, mark: str) -> Mark:
    return Mark(criterion.id, MODERATION, MODERATOR, mark)


def _dropped(entry: Entry, *criteria: str) -> list[Mark]:
    """Return the marks without what anybody but the branch itself gave on *criteria*."""
    return [mark for mark in entry.marks if mark.stage == "self" or mark.criterion not in criteria]


def _some(entry: Entry, kind: Kind, rng: random.Random, *, first: frozenset[str] = frozenset()) -> Criterion:
    """Return a criterion of *kind* that applies and that the superior's mark decides so far, of *first* if one is.

    The one on which nobody differs is no matter for a dispute.
    """
    later = {mark.criterion for mark in entry.marks if mark.stage in ("county", MODERATION)}
    open_to = [
        criterion
        for criterion in entry.criteria.criteria
        if criterion.kind is kind
        and criterion.id not in later
        and criterion.id not in (SAME_FOR_ALL, FROM_POINTS)
        and superiors_mark(entry, criterion) != NOT_APPLICABLE
    ]
    return rng.choice([criterion for criterion in open_to if criterion.id in first] or open_to)
