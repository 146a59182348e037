"""What a unit's page says of its score sheet, sentence by sentence, in the language of the request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from scoring.criteria.criterion import Kind
from scoring.explain import Explanation
from scoring.numbers import exact_text
from scoring.sentences import AGREED_BY, Sentence, came_to, to_the_next_star, why_these_stars
from scoring.texts import Text
from scoring.unfolding import AdjustmentLine, Line, PartSheet
from web.language import say, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence under a heading; *deep* where it belongs to the one before."""

    words: str
    deep: bool


def chapters(explanation: Explanation) -> list[tuple[str, list[Said]]]:
    """Return why the unit has its stars and what is missing to the next, each under its heading."""
    found: list[tuple[str, list[Said]]] = []
    for sentences in (why_these_stars(explanation), to_the_next_star(explanation)):
        found += _under_headings(sentences)
    return found


def sheet_words(explanation: Explanation) -> dict[str, Callable[..., Any]]:
    """Return what the template of the score sheet asks of lines, adjustments and parts."""
    rule = explanation.criteria.agreement.rule

    def working(sheet: PartSheet) -> str:
        return told(came_to(explanation, sheet))

    def agreement_told(line: Line) -> str:
        deciding = [mark for mark in line.marks if mark.decides]
        judged = line.criterion.kind in (Kind.JUDGED, Kind.LEVELS)
        if line.agreed is None or not judged or len(deciding) < 2:
            return ""
        count = len(deciding)
        return say(f"{count} 人评分{AGREED_BY[rule].zh}。", f"{count} evaluators{AGREED_BY[rule].en}.")

    return {
        "working": working,
        "agreement_told": agreement_told,
        "level_of": _level,
        "lost": _lost,
        "adjustment_text": _adjustment,
    }


def _under_headings(sentences: Iterable[Sentence]) -> list[tuple[str, list[Said]]]:
    found: list[tuple[str, list[Said]]] = []
    for sentence in sentences:
        if not sentence.depth:
            found.append((told(sentence.text), []))
        else:
            found[-1][1].append(Said(words=told(sentence.text), deep=sentence.depth > 1))
    return found


def _level(line: Line) -> Text | None:
    """Return what the level says that was picked."""
    if line.agreed is None:
        return None
    return next((level.when for level in line.criterion.levels if level.marks == line.agreed * 100), None)


def _lost(line: Line) -> bool:
    return line.agreed is not None and line.agreed * 100 < line.criterion.full_marks


def _adjustment(line: AdjustmentLine) -> str:
    sign = "+" if line.marks > 0 else "−" if line.marks < 0 else ""
    times = say(f"{line.count} 次", f"{line.count} ×")
    return f"{times} {sign}{exact_text(abs(line.marks))}"
