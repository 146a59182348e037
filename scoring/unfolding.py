"""A unit's score sheet read back from the arrays: every part, line and adjustment, with the marks entered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scoring.agreement import Outcome
from scoring.criteria.criterion import Criterion
from scoring.criteria.model import Adjustment, Part
from scoring.marks import NOT_APPLICABLE, Value, value_text
from scoring.scores import SheetScores
from scoring.texts import Lang, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSeen:
    """One mark as it was entered; *decides* where its stage is the one that counts."""

    stage: str
    evaluator: str
    mark: Text
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A criterion's line of the score sheet: its outcome, agreed marks (None without), and the marks entered."""

    criterion: Criterion
    outcome: Outcome
    agreed: Fraction | None
    marks: tuple[MarkSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentLine:
    """An adjustment that was counted, and what it gave or took in marks."""

    adjustment: Adjustment
    count: int
    marks: Fraction
    disputed: bool
    seen: tuple[MarkSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSheet:
    """A part with what it came to: shares of full marks before (`plain`) and after adjustments, None where n/a."""

    part: Part
    plain: Fraction | None
    value: Fraction | None
    lines: tuple[Line, ...]
    parts: tuple["PartSheet", ...]
    adjustments: tuple[AdjustmentLine, ...]


def score_sheet(scores: SheetScores, own: int, evaluators: Sequence[str]) -> PartSheet:
    """Return the score sheet of the unit at position *own* of its sheet; *evaluators* are those of the cohort."""
    return _Unfolding(scores, own, evaluators).part(scores.sheet.criteria.root)


class _Unfolding:
    """One unit's score sheet, read back from the arrays."""

    def __init__(self, scores: SheetScores, own: int, evaluators: Sequence[str]) -> None:
        self.scores, self.own, self.evaluators = scores, own, evaluators
        criteria = scores.sheet.criteria
        self.rows = {criterion.id: row for row, criterion in enumerate(criteria.criteria)}
        self.adjustment_rows = {one.id: row for row, one in enumerate(criteria.adjustments)}
        self.seen = self._marks_seen()

    def part(self, part: Part) -> PartSheet:
        values = self.scores.parts[part.id]
        applies = values.applicable is None or bool(values.applicable[self.own])
        return PartSheet(
            part=part,
            plain=values.plain.at(self.own) if applies else None,
            value=values.value.at(self.own) if applies else None,
            lines=tuple(self._line(criterion) for criterion in part.criteria),
            parts=tuple(self.part(child) for child in part.parts),
            adjustments=tuple(self._adjustments(part)),
        )

    def _line(self, criterion: Criterion) -> Line:
        row = self.rows[criterion.id]
        agreed = self.scores.agreed
        outcome = Outcome(int(agreed.outcomes[row, self.own]))
        grain = Fraction(self.scores.sheet.criteria.grain, 100)
        return Line(
            criterion=criterion,
            outcome=outcome,
            agreed=agreed.at(row, self.own) * grain if outcome is Outcome.AGREED else None,
            marks=self.seen.get(row, ()),
        )

    def _adjustments(self, part: Part) -> Iterator[AdjustmentLine]:
        for adjustment in part.adjustments:
            row = self.adjustment_rows[adjustment.id]
            seen = self.seen.get(len(self.rows) + row, ())
            count = int(self.scores.counts[row, self.own])
            if seen or count:
                yield AdjustmentLine(
                    adjustment=adjustment,
                    count=count,
                    marks=Fraction(adjustment.marks(count), 100),
                    disputed=bool(self.scores.disputed[row, self.own]),
                    seen=seen,
                )

    def _marks_seen(self) -> dict[int, tuple[MarkSeen, ...]]:
        """Return the unit's marks by row, in order of stage and evaluator."""
        sheet = self.scores.sheet
        column, criteria = sheet.column, sheet.criteria
        if column is None:
            return {}
        deciding = [*sheet.stages[:, self.own], *sheet.count_stages[:, self.own]]
        found: dict[int, list[tuple[int, str, MarkSeen]]] = {}
        for entry in np.flatnonzero(np.asarray(column.units) == sheet.places[self.own]):
            row, stage = column.rows[entry], column.stages[entry]
            evaluator = self.evaluators[column.evaluators[entry]]
            value = _value(column.codes[entry], column.facts.get(row))
            seen = MarkSeen(
                stage=criteria.all_stages[stage],
                evaluator=evaluator,
                mark=_shown(criteria.subjects[row], value),
                decides=bool(deciding[row] == stage),
            )
            found.setdefault(row, []).append((stage, evaluator, seen))
        return {
            row: tuple(seen for *_, seen in sorted(marks, key=lambda mark: mark[:2]))
            for row, marks in found.items()
        }


def _shown(subject: Criterion | Adjustment, value: Value) -> Text:
    """Return a mark as a person reads it: of a ballot the grades that had votes, by their titles."""
    if isinstance(value, tuple) and isinstance(subject, Criterion):
        votes = [(grade.title, count) for grade, count in zip(subject.grades, value, strict=True) if count]
        zh, en = (
            ", ".join(f"{title.in_(lang)} {count}" for title, count in votes) for lang in (Lang.ZH, Lang.EN)
        )
        return Text(zh.replace(", ", "、") or "0 票", en or "no votes")
    text = value_text(subject, value)
    return Text("不适用" if value is None else text, text)


def _value(code: int, facts: list[Fraction | tuple[int, ...]] | None) -> Value:
    if code == NOT_APPLICABLE:
        return None
    return code if facts is None else facts[code]
