"""What one mark of a demo branch is likely to be: a judgement, a number or a ballot near a share of full marks.

Shares are floats here and in what uses them: they only say what is likely, and every mark that comes of them is
text before anything is scored.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from scoring.criteria.criterion import Criterion, Kind
from scoring.numbers import exact_text, marks_text
from scoring.workflow.demo_branches import Branch
from scoring.workflow.demo_seeds import seed_rows

_SPREAD = 0.15
_WEAK, _TOUCHED = -0.35, -0.75
_BY_THE_SUPERIOR = "secretary_report"


class Drawn(NamedTuple):
    """A mark as a file of marks writes it, and the share of full marks it earns."""

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


def usual(domain: str, criterion: str) -> Usual:
    """Return what is usual for the criterion in *domain*."""
    return _usual()[f"{domain}/{criterion}" if f"{domain}/{criterion}" in _usual() else criterion]


def draw(criterion: Criterion, branch: Branch, share: float, rng: random.Random) -> Drawn:
    """Return a mark of *branch* near that share of full marks, as far as the criterion is hard or easy for it."""
    if criterion.kind is Kind.BALLOT:
        return _ballot(criterion, branch, share, rng)
    own = usual(branch.unit.domain, criterion.id)
    tilt = own.tilt + _WEAK * (criterion.id in branch.weak_in) + _TOUCHED * (criterion.id in branch.touched)
    likely = min(1.0, max(0.0, share + tilt + rng.triangular(-_SPREAD, _SPREAD)))
    if criterion.kind in (Kind.JUDGED, Kind.LEVELS):
        mark = _near(possible(criterion), likely, criterion.full_marks, rng)
        return Drawn(marks_text(mark), mark / criterion.full_marks)
    if criterion.id == "years_since_recruit" and branch.recruited:
        return Drawn("0", 1.0)
    return _number(criterion, own, likely, rng)


def possible(criterion: Criterion) -> list[int]:
    """Return the marks a judged criterion or one of levels may have, in hundredths, lowest first."""
    if criterion.kind is Kind.LEVELS:
        return sorted({level.marks for level in criterion.levels})
    return list(range(0, criterion.full_marks + 1, criterion.step_taken))


def other_number(criterion: Criterion, branch: Branch, text: str, rng: random.Random) -> str:
    """Return a number that somebody else may have found, different from *text*."""
    found = text
    while found == text:
        found = number_near(criterion, branch, rng.random(), rng).text
    return found


def number_near(criterion: Criterion, branch: Branch, share: float, rng: random.Random) -> Drawn:
    """Return a number that earns *branch* about that share of full marks."""
    return _number(criterion, usual(branch.unit.domain, criterion.id), share, rng)


def ballot_text(criterion: Criterion, votes: Sequence[int]) -> str:
    """Return *votes*, best grade first, as a file of marks writes them; grades nobody voted for are left out."""
    return ";".join(
        f"{grade.id}={count}" for grade, count in zip(criterion.grades, votes, strict=True) if count
    )


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


def _near(marks: Sequence[int], share: float, full_marks: int, rng: random.Random) -> int:
    """Return one of the two possible marks around that share of full marks, the nearer one more often."""
    wanted = share * full_marks
    below = max((mark for mark in marks if mark <= wanted), default=marks[0])
    above = min((mark for mark in marks if mark >= wanted), default=marks[-1])
    return above if above > below and rng.random() < (wanted - below) / (above - below) else below


def _number(criterion: Criterion, own: Usual, share: float, rng: random.Random) -> Drawn:
    if criterion.line is None:
        return _number_in_bands(criterion, own, share, rng)
    start, end = _tenths(criterion.line.start), _tenths(criterion.line.end)
    tenths = float(start + share * (end - start))
    if share >= 1:
        tenths += _little(rng) * (own.most - end)
    elif share <= 0:
        tenths -= _little(rng) * (start - own.least)
    number = round(tenths / own.step) * own.step
    return Drawn(_number_text(number), min(1.0, max(0.0, (number - start) / (end - start))))


def _number_in_bands(criterion: Criterion, own: Usual, share: float, rng: random.Random) -> Drawn:
    """Return a number from a band with such marks, more often near its beginning, where people stop."""
    bands = sorted((_tenths(band.at_least), band.marks) for band in criterion.bands)
    if own.least < bands[0][0]:
        bands.insert(0, (own.least, 0))
    mark = _near(sorted({marks for _, marks in bands}), share, criterion.full_marks, rng)
    place = rng.choice([place for place, (_, marks) in enumerate(bands) if marks == mark])
    low = bands[place][0]
    high = bands[place + 1][0] - own.step if place + 1 < len(bands) else max(own.most, low)
    number = low + own.step * int(((high - low) // own.step + 1) * _little(rng))
    return Drawn(_number_text(number), mark / criterion.full_marks)


def _little(rng: random.Random) -> float:
    """Return a share of 1, mostly small; multiplied and not raised, which every machine rounds alike."""
    return rng.random() * rng.random() * rng.random()


def _ballot(criterion: Criterion, branch: Branch, share: float, rng: random.Random) -> Drawn:
    """Return the votes of a meeting; the better the branch, the better the votes, within the cap on the best grade."""
    voters = max(6, round(branch.members * (0.8 + 0.2 * rng.random())))
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
