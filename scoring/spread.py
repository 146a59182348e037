"""How scores are spread: counts over equal ranges, and the median."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.numbers import Rounding, decimal_text, exact_text, rounded
from scoring.register import Entry, Register

_RANGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """How many units have a printed score from *low* up to, but not at, *high*; the last range takes the highest, too."""

    low: str
    high: str
    units: int


def bins_of(register: Register, entries: Sequence[Entry]) -> tuple[Bin, ...]:
    """Return how the scores of *entries* are distributed over equal ranges up to the highest score there can be."""
    rule = register.rule
    scores = [Fraction(entry.score) for entry in entries if entry.score is not None]
    if rule is None or not scores:
        return ()
    top = max(rule.score.ceiling, *scores)
    width = top / _RANGES
    counts = [0] * _RANGES
    for score in scores:
        counts[min(int(score / width), _RANGES - 1)] += 1
    return tuple(
        Bin(low=exact_text(width * place), high=exact_text(width * (place + 1)), units=units)
        for place, units in enumerate(counts)
    )


def median_of(register: Register, entries: Sequence[Entry]) -> str | None:
    """Return the median of the printed scores, rounded once like a score; None where there is none."""
    rule = register.rule
    scores = sorted(Fraction(entry.score) for entry in entries if entry.score is not None)
    if rule is None or not scores:
        return None
    half = len(scores) // 2
    median = scores[half] if len(scores) % 2 else (scores[half - 1] + scores[half]) / 2
    return decimal_text(rounded(median, rule.score.decimals, Rounding.HALF_UP), rule.score.decimals)
