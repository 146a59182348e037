"""What one mark of a demo branch is likely to be: a judgement, a number or a ballot near a share of full marks.

Shares are floats here and in what uses them: they only say what is likely, and every mark that comes of them is
text before anything is scored.
"""

import random
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from scoring.criteria.criterion import Criterion, Kind
from scoring.numbers import exact_text, marks_text
from scoring.workflow.demo.participants import Participant
from scoring.workflow.demo.questions import Question

_SPREAD = 0.09
_WEAK, _TOUCHED = -0.35, -0.75
_BY_THE_SUPERIOR = "secretary_report"


class Drawn(NamedTuple):
    """A mark as a file of marks writes it, and the share of full marks it earns."""

    text: str
    share: float


def draw(question: Question, one: Participant, bent: float, share: float, rng: random.Random) -> Drawn:
    """Return a mark of *one* near that share of full marks, as far as the criterion is hard or easy for it.

    *bent* is how much of full marks the branch has more or less on it than on others, year after year.
    """
    criterion = question.criterion
    if criterion.kind is Kind.BALLOT:
        return _ballot(criterion, one, share, rng)
    tilt = question.tilt + bent
    if criterion.id in one.branch.weak_in:
        tilt += _WEAK
    if criterion.id in one.touched:
        tilt += _TOUCHED
    likely = min(1.0, max(0.0, share + tilt + rng.triangular(-_SPREAD, _SPREAD)))
    if question.possible:
        mark = _near(question.possible, likely, criterion.full_marks, rng)
        return Drawn(text_of(mark), mark / criterion.full_marks)
    if criterion.id == "years_since_recruit" and one.recruited:
        return Drawn("0", 1.0)
    return number_near(question, likely, rng)


def number_near(question: Question, share: float, rng: random.Random) -> Drawn:
    """Return a number that earns about that share of full marks."""
    if question.line is None:
        return _number_in_bands(question, share, rng)
    start, end = question.line
    tenths = float(start + share * (end - start))
    if share >= 1:
        tenths += _little(rng) * (question.most - end)
    elif share <= 0:
        tenths -= _little(rng) * (start - question.least)
    number = round(tenths / question.step) * question.step
    return Drawn(_number_text(number), min(1.0, max(0.0, (number - start) / (end - start))))


def other_number(question: Question, text: str, rng: random.Random) -> str:
    """Return a number that somebody else may have found, different from *text*."""
    found = text
    while found == text:
        found = number_near(question, rng.random(), rng).text
    return found


def ballot_text(criterion: Criterion, votes: Sequence[int]) -> str:
    """Return *votes*, best grade first, as a file of marks writes them; grades nobody voted for are left out."""
    return ";".join(
        f"{grade.id}={count}" for grade, count in zip(criterion.grades, votes, strict=True) if count
    )


@cache
def text_of(hundredths: int) -> str:
    """Return marks as a file of marks writes them."""
    return marks_text(hundredths)


@cache
def _number_text(tenths: int) -> str:
    return exact_text(Fraction(tenths, 10))


def _near(marks: Sequence[int], share: float, full_marks: int, rng: random.Random) -> int:
    """Return one of the two possible *marks*, lowest first, around that share, the nearer one more often."""
    wanted = share * full_marks
    below = above = marks[0]
    for mark in marks:
        above = mark
        if mark >= wanted:
            break
        below = mark
    return above if above > below and rng.random() < (wanted - below) / (above - below) else below


def _number_in_bands(question: Question, share: float, rng: random.Random) -> Drawn:
    """Return a number from a band with such marks, more often near its beginning, where people stop."""
    bands, full = question.bands, question.criterion.full_marks
    mark = _near(question.band_marks, share, full, rng)
    place = rng.choice([place for place, (_, marks) in enumerate(bands) if marks == mark])
    low = bands[place][0]
    high = bands[place + 1][0] - question.step if place + 1 < len(bands) else max(question.most, low)
    number = low + question.step * int(((high - low) // question.step + 1) * _little(rng))
    return Drawn(_number_text(number), mark / full)


def _little(rng: random.Random) -> float:
    """Return a share of 1, mostly small; multiplied and not raised, which every machine rounds alike."""
    return rng.random() * rng.random() * rng.random()


def _ballot(criterion: Criterion, one: Participant, share: float, rng: random.Random) -> Drawn:
    """Return the votes of a meeting; the better the branch, the better the votes, within the cap on the best grade."""
    voters = max(6, round(one.branch.members * (0.8 + 0.2 * rng.random())))
    best = share * share
    if criterion.id == _BY_THE_SUPERIOR:
        voters = 16 + int(40 * rng.random())
    if criterion.best_share_most is not None:
        best = float(criterion.best_share_most) * (0.75 + 0.25 * rng.random())
    votes = [int(voters * best)]
    rest = voters - votes[0]
    poor = int(rest * (1 - share) * 0.10 + rng.random() * 0.5)
    fair = int(rest * (1 - share) * 0.45 + rng.random() * 0.5)
    votes += [rest - fair - poor, fair, poor]
    worth = sum(float(grade.worth) * count for grade, count in zip(criterion.grades, votes, strict=True))
    return Drawn(ballot_text(criterion, votes), worth / (100 * voters))
