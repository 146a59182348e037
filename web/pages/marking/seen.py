"""A sheet as its page shows it: chapters by standard, and in each the criteria with what stands beside one's own mark."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import ROOT, Adjustment, CriteriaSet, Part
from scoring.numbers import exact_text, marks_text
from scoring.sheets import Conflict, DraftMark, LastMark, SeenMark, Sheet
from scoring.texts import Text
from web.handbook.earning import earning
from web.language import say, told
from web.pages.marking.typed import Typed

NOT_APPLICABLE = "n/a"
"""How a mark says that a criterion does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """The field of one grade of a ballot."""

    grade: str
    title: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What earns which marks; a `pick` is a mark that can be given as it stands."""

    marks: str
    when: str
    pick: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Somebody else's mark, as it is shown beside one's own."""

    stage: str
    evaluator: str
    shown: str
    comment: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One criterion or adjustment of a sheet, with what is typed on it and what is told of that."""

    subject: Criterion | Adjustment
    draft: DraftMark
    revision: int
    typed: str
    comment: str
    waived: bool
    open: bool
    missing: bool
    fault: str
    votes: tuple[Vote, ...]
    steps: tuple[Step, ...]
    sentences: tuple[str, ...]
    earlier: tuple[Beside, ...]
    others: tuple[Beside, ...]
    last_year: LastMark | None
    accepted: str | None
    accepted_shown: str
    shown: str
    closed_words: str

    @property
    def adjustment(self) -> bool:
        """Whether it is an adjustment, of which times are counted."""
        return isinstance(self.subject, Adjustment)

    @property
    def full(self) -> str:
        """The full marks, as text."""
        return "" if isinstance(self.subject, Adjustment) else marks_text(self.subject.full_marks)

    @property
    def worth(self) -> str:
        """What it is worth, in words."""
        if isinstance(self.subject, Criterion):
            return say(f"满分 {self.full}", f"full marks {self.full}")
        each = marks_text(self.subject.each)
        most = "" if self.subject.most is None else marks_text(self.subject.most)
        return say(
            f"每次 {each} 分{f'，最多 {most} 分' if most else ''}",
            f"{each} each{f', at most {most}' if most else ''}",
        )

    @property
    def asked(self) -> str:
        """What is to be typed."""
        if isinstance(self.subject, Adjustment):
            return say("次数", "Times")
        if self.subject.kind in (Kind.MEASURED, Kind.DERIVED):
            return say("数值", "Number")
        return say("评分", "Mark")

    @property
    def unit_of(self) -> str:
        """In what a number is measured, '' where it is not."""
        return self.subject.measured_in if isinstance(self.subject, Criterion) else ""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A part of the criteria with its rows; `weight` as text, '' for the whole tree."""

    title: str
    weight: str
    rows: tuple[Row, ...] = field(default=())


def chapters(
    sheet: Sheet,
    typed: Mapping[str, Typed] | None = None,
    faults: Mapping[str, Text] | None = None,
    conflicts: Sequence[Conflict] = (),
) -> tuple[Chapter, ...]:
    """Return *sheet* by part, in order of the tree; where something was *typed* that was not saved, that is shown."""
    rows = _Rows(sheet, typed or {}, faults or {}, {own.criterion: own for own in conflicts})
    return tuple(_chapters(sheet.criteria.root, "", rows))


def _chapters(part: Part, above: str, rows: "_Rows") -> Iterator[Chapter]:
    """Yield a part and those below it; what adjusts the whole comes last, as it does on paper."""
    if part.id == ROOT:
        yield from _of_whole(part.criteria, rows)
        for below in part.parts:
            yield from _chapters(below, "", rows)
        yield from _of_whole(part.adjustments, rows)
        return
    title = f"{above} · {told(part.title)}" if above else told(part.title)
    own = (*map(rows.row, part.criteria), *map(rows.row, part.adjustments))
    if own:
        yield Chapter(title=title, weight=exact_text(part.share_of_tree), rows=own)
    for below in part.parts:
        yield from _chapters(below, title, rows)


def _of_whole(subjects: Sequence[Criterion] | Sequence[Adjustment], rows: "_Rows") -> Iterator[Chapter]:
    if subjects:
        whole = tuple(rows.row(own) for own in subjects)
        yield Chapter(title=say("总分之下", "Of the whole"), weight="", rows=whole)


class _Rows:
    """Makes rows of one sheet."""

    def __init__(
        self,
        sheet: Sheet,
        typed: Mapping[str, Typed],
        faults: Mapping[str, Text],
        conflicts: Mapping[str, Conflict],
    ) -> None:
        self._sheet, self._typed, self._faults, self._conflicts = sheet, typed, faults, conflicts

    def row(self, subject: Criterion | Adjustment) -> Row:
        """Return the row of *subject*."""
        sheet, own = self._sheet, subject.id
        draft, fault = sheet.mark_of(own), self._faults.get(own)
        typed = self._typed.get(own) if fault or own in self._conflicts else None
        mark = draft.mark if typed is None else typed.mark
        closed = own in sheet.closed
        accepted = sheet.accepted(own)
        return Row(
            subject=subject,
            draft=draft,
            revision=draft.revision if typed is None else typed.revision,
            typed="" if mark == NOT_APPLICABLE else mark,
            comment=draft.comment if typed is None else typed.comment,
            waived=mark == NOT_APPLICABLE,
            open=sheet.locked is None and not closed,
            missing=own in sheet.missing,
            fault="" if fault is None else told(fault),
            votes=votes(subject, counts_of(mark)),
            steps=_steps(subject, sheet.criteria),
            sentences=_sentences(subject, sheet.criteria),
            earlier=shown_beside(subject, sheet.earlier.get(own, ())),
            others=shown_beside(subject, sheet.others.get(own, ())),
            last_year=sheet.last_year.get(own),
            accepted=accepted,
            accepted_shown="" if accepted is None else mark_shown(subject, accepted),
            shown=mark_shown(subject, draft.mark),
            closed_words=_CLOSED() if closed else "",
        )


def mark_shown(subject: Criterion | Adjustment, mark: str) -> str:
    """Return a mark as a person reads it: with its unit, a ballot by its grades, `–` for none."""
    if not mark:
        return "–"
    if mark == NOT_APPLICABLE:
        return say("不适用", "n/a")
    if isinstance(subject, Adjustment):
        return say(f"{mark} 次", f"{mark} ×")
    if subject.kind is Kind.BALLOT:
        titles = {grade.id: told(grade.title) for grade in subject.grades}
        return say("、", ", ").join(f"{titles[grade]} {count}" for grade, count in counts_of(mark).items())
    return f"{mark} {subject.measured_in}" if subject.measured_in else mark


def counts_of(mark: str) -> dict[str, str]:
    """Return the counts of a ballot's mark by id of grade, as typed."""
    pieces = (piece.partition("=") for piece in mark.split(";") if "=" in piece)
    return {grade.strip(): count.strip() for grade, _, count in pieces}


def _CLOSED() -> str:  # noqa: N802
    return say("由上级或县级按核定的数字填写。", "The superior or the county enters this number.")


def votes(subject: Criterion | Adjustment, counts: Mapping[str, str]) -> tuple[Vote, ...]:
    """Return the fields of a ballot with its *counts* by grade; none where there is nothing to vote on."""
    if isinstance(subject, Adjustment):
        return ()
    return tuple(
        Vote(grade=grade.id, title=told(grade.title), count=counts.get(grade.id, ""))
        for grade in subject.grades
    )


def _steps(subject: Criterion | Adjustment, criteria: CriteriaSet) -> tuple[Step, ...]:
    if isinstance(subject, Adjustment):
        return ()
    if subject.kind is Kind.LEVELS:
        ordered = sorted(subject.levels, key=lambda level: -level.marks)
        return tuple(
            Step(marks=marks_text(level.marks), when=told(level.when), pick=True) for level in ordered
        )
    return tuple(
        Step(marks=told(rung.gives), when=told(rung.when), pick=False)
        for rung in earning(subject, criteria).rungs
    )


def _sentences(subject: Criterion | Adjustment, criteria: CriteriaSet) -> tuple[str, ...]:
    """Return what has to be said of how marks are earned where the steps do not say it all."""
    if isinstance(subject, Adjustment) or subject.kind is Kind.LEVELS:
        return ()
    told_of = earning(subject, criteria)
    if subject.kind is Kind.MEASURED and told_of.rungs:
        return ()
    return tuple(told(own) for own in told_of.sentences)


def shown_beside(subject: Criterion | Adjustment, seen: Sequence[SeenMark]) -> tuple[Beside, ...]:
    """Return others' marks on *subject* as they are shown beside one's own."""
    return tuple(
        Beside(
            stage=own.stage,
            evaluator=own.evaluator,
            shown=mark_shown(subject, own.mark),
            comment=own.comment,
        )
        for own in seen
    )
