"""Marks: what evaluators enter on a criterion, read from text by its kind, and the book they are entered in.

A judged or level mark is an integer of hundredths; a measured number a fraction; a ballot a count for each grade;
an adjustment's mark the count of times. None stands for *not applicable*.
"""

import unicodedata
from array import array
from collections.abc import Collection, ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from operator import itemgetter

import numpy as np
import orjson
from numpy.typing import NDArray

from scoring.canonical import parsed
from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import MODERATION, Adjustment, CriteriaSet
from scoring.errors import ScoringError
from scoring.numbers import exact_text, marks_text, plain_decimal, share_text
from scoring.texts import Text
from scoring.units import LONGEST_NAME, Unit

NOT_APPLICABLE = -1
"""How *not applicable* stands in a column of marks."""

Value = int | Fraction | tuple[int, ...] | None

_LARGEST_COUNT = 1_000_000
_REMEMBERED = 20_000
"""So many texts of marks are remembered a set, at most."""

_CODE_BITS = 32
_CODE = (1 << _CODE_BITS) - 1
_NOT_APPLICABLE_WORDS = frozenset({"n/a", "na", "不适用"})


class MarkRefused(ScoringError):
    """A mark cannot be entered: *column* is what is wrong with it, *sentence* says why."""

    def __init__(self, column: str, sentence: Text) -> None:
        self.column = column
        self.sentence = sentence
        super().__init__(f"{column}: {sentence.en}")


def read_value(subject: Criterion | Adjustment, text: str) -> Value:
    """Return the mark that *text* writes for *subject*. Raises MarkRefused where it is none, or none allowed."""
    if isinstance(subject, Adjustment):
        return _count(text, subject.title)
    if text.lower() in _NOT_APPLICABLE_WORDS:
        return None
    match subject.kind:
        case Kind.JUDGED | Kind.LEVELS:
            return _judgement(subject, text)
        case Kind.MEASURED | Kind.DERIVED:
            return _number(subject, text)
        case Kind.BALLOT:
            return _ballot(subject, text)


def value_text(subject: Criterion | Adjustment, value: Value) -> str:
    """Return *value* as a file of marks writes it."""
    if value is None:
        return "n/a"
    if isinstance(value, tuple):
        assert isinstance(subject, Criterion)
        return ";".join(f"{grade.id}={count}" for grade, count in zip(subject.grades, value, strict=True))
    if isinstance(value, int) and isinstance(subject, Criterion):
        return marks_text(value)
    return exact_text(Fraction(value))


@dataclass(slots=True)
class Column:
    """The marks of one criteria set, one entry a mark: position of unit, row of subject, stage, evaluator, code.

    Rows are the set's criteria, then its adjustments. The code is hundredths, a count, NOT_APPLICABLE, or, for
    numbers and ballots, the place of the fact in `facts` of that row.
    """

    criteria: CriteriaSet
    units: "array[int]" = field(default_factory=lambda: array("i"))
    rows: "array[int]" = field(default_factory=lambda: array("i"))
    stages: "array[int]" = field(default_factory=lambda: array("b"))
    evaluators: "array[int]" = field(default_factory=lambda: array("i"))
    codes: "array[int]" = field(default_factory=lambda: array("i"))
    facts: dict[int, list[Fraction | tuple[int, ...]]] = field(default_factory=dict)


class KeptMarks(Mapping[str, str]):
    """Marks by criterion in the canonical JSON they are kept as, which is parsed when a mark is first asked for."""

    __slots__ = ("_marks", "text")

    def __init__(self, text: str) -> None:
        """Take *text*, which is canonical."""
        self.text = text
        self._marks: dict[str, str] | None = None

    def __getitem__(self, criterion: str) -> str:
        """Return the mark of *criterion*."""
        return self._parsed()[criterion]

    def __iter__(self) -> Iterator[str]:
        """Go through the criteria."""
        return iter(self._parsed())

    def __len__(self) -> int:
        """Return how many marks there are."""
        return len(self._parsed())

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return self.text != "{}"

    def items(self) -> ItemsView[str, str]:
        """Return the marks with their criteria."""
        return self._parsed().items()

    def entries(self) -> "Collection[Entry]":
        """Return the marks with their criteria, each as cut out of the text where that can be done: `term":"4.5`.

        Raises ValueError where it cannot and the text is not canonical.
        """
        if "\\" in self.text or not self:
            return dict(parsed(self.text.encode())).items()
        # Nothing is escaped, so every quotation mark begins or ends a text.
        return self.text[2:-2].split('","')

    def _parsed(self) -> dict[str, str]:
        if self._marks is None:
            self._marks = orjson.loads(self.text)
        return self._marks


Entry = tuple[str, str] | str
"""A mark with its criterion, or what JSON has between the outer quotation marks of both."""


def cut(entry: str) -> tuple[str, str]:
    """Return the criterion and the mark of an entry that is a text. Raises ValueError where it is not canonical."""
    ((criterion, mark),) = parsed(f'{{"{entry}"}}'.encode()).items()
    return criterion, mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """One evaluator's marks of one unit in one stage: of each criterion its mark as text, in the one canonical form."""

    unit: str
    stage: str
    evaluator: str
    marks: Mapping[str, str]


class MarkBook:
    """The book of a cohort's marks. Each is checked as it is entered; the order of entry is of no account."""

    def __init__(self, units: Sequence[Unit], sets: Sequence[CriteriaSet]) -> None:
        """Open the book for *units* (in order of code), each with the set that assesses it."""
        columns = {id(criteria): Column(criteria) for criteria in dict.fromkeys(sets)}
        self.columns = list(columns.values())
        self.column_of = [columns[id(criteria)] for criteria in sets]
        self.evaluators: list[str] = []
        self._pages = {own: _Page(column) for own, column in columns.items()}
        self._page_of = {
            unit.code: (self._pages[id(criteria)], place)
            for place, (unit, criteria) in enumerate(zip(units, sets, strict=True))
        }
        self._codes = [unit.code for unit in units]
        self._evaluator_places: dict[str, int] = {}
        self._entered: set[tuple[int, int, int, int]] = set()

    def enter(self, unit: str, criterion: str, stage: str, evaluator: str, mark: str) -> None:
        """Enter one mark as text. Raises MarkRefused, naming the column at fault and the reason."""
        if unit not in self._page_of:
            raise MarkRefused("unit", _unknown("单位", "unit", unit))
        page, place = self._page_of[unit]
        row = page.row(criterion)
        stage_place = page.stage(stage)
        evaluator_place = self._evaluator(evaluator)
        key = (place, row, stage_place, evaluator_place if stage != MODERATION else -1)
        if key in self._entered:
            raise MarkRefused("evaluator", _entered_twice(stage, evaluator))
        self._entered.add(key)
        page.enter(place, row, stage_place, evaluator_place, mark)

    def take(self, markings: Iterable[Marking]) -> None:
        """Enter whole markings, checked as by `enter`; nothing else may be entered of their units and evaluators.

        Raises MarkRefused at the first fault, with the criterion in the sentence; the book is of no use then.
        """
        batches: dict[_Page, _Batch] = {page: _Batch() for page in self._pages.values()}
        for marking in markings:
            if marking.unit not in self._page_of:
                raise MarkRefused("unit", _unknown("单位", "unit", marking.unit))
            page, place = self._page_of[marking.unit]
            stage = page.stage(marking.stage)
            evaluator = self._evaluator(marking.evaluator)
            keys = {(place, -1, stage, evaluator)}
            if marking.stage == MODERATION:
                keys |= {(place, page.row(criterion), stage, -1) for criterion in marking.marks}
            if not self._entered.isdisjoint(keys):
                raise MarkRefused("evaluator", _entered_twice(marking.stage, marking.evaluator))
            self._entered.update(keys)
            batches[page].add((place, stage, evaluator), marking.marks)
        for page, batch in batches.items():
            page.take(batch)

    def markings(self) -> Iterator[Marking]:
        """Yield what was entered, by unit, stage and evaluator in order of code point, marks in canonical form."""
        places = sorted(range(len(self.evaluators)), key=self.evaluators.__getitem__)
        ranks = np.empty(len(places), dtype=np.int64)
        ranks[places] = np.arange(len(places))
        found = [own for page in self._pages.values() for own in page.groups(ranks)]
        for unit, stage, evaluator, marks in sorted(found, key=itemgetter(0, 1, 2)):
            name = self.evaluators[places[evaluator]]
            yield Marking(unit=self._codes[unit], stage=stage, evaluator=name, marks=marks)

    def _evaluator(self, evaluator: str) -> int:
        if not evaluator:
            raise MarkRefused("evaluator", Text("未填评分人", "the evaluator is missing"))
        if len(evaluator) > LONGEST_NAME:
            sentence = Text(
                f"评分人最长 {LONGEST_NAME} 字，现有 {len(evaluator)} 字",
                f"the evaluator's name has {len(evaluator)} characters; {LONGEST_NAME} at most",
            )
            raise MarkRefused("evaluator", sentence)
        place = self._evaluator_places.setdefault(evaluator, len(self._evaluator_places))
        if place == len(self.evaluators):
            self.evaluators.append(evaluator)
        return place


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Known:
    """What every book knows of a set: its subjects, their rows and ranks by id, its stages, and marks once read.

    `codes` are of marks that stand for themselves, by row and text; facts have a place in their book alone.
    """

    subjects: tuple[Criterion | Adjustment, ...]
    rows: dict[str, int]
    ranks: NDArray[np.int64]
    stages: dict[str, int]
    codes: dict[tuple[int, str], int]


@lru_cache(maxsize=256)
def _known(criteria: CriteriaSet) -> _Known:
    rows = {subject.id: row for row, subject in enumerate(criteria.subjects)}
    ranks = {criterion: rank for rank, criterion in enumerate(sorted(rows))}
    return _Known(
        subjects=criteria.subjects,
        rows=rows,
        ranks=np.array([ranks[subject.id] for subject in criteria.subjects], dtype=np.int64),
        stages={stage: place for place, stage in enumerate(criteria.all_stages)},
        codes={},
    )


class _Page:
    """One set's column, and what is looked up while it is filled."""

    def __init__(self, column: Column) -> None:
        known = _known(column.criteria)
        self.column = column
        self.subjects = known.subjects
        self.rows = known.rows
        self.stages = known.stages
        self._stage_names = column.criteria.all_stages
        self._codes = known.codes
        self._fact_codes: dict[tuple[int, str], int] = {}
        self._fact_places: dict[tuple[int, Fraction | tuple[int, ...]], int] = {}
        self._ranks = known.ranks
        self._taken = _Taken(self)
        self._words = _Words(self)

    def row(self, criterion: str) -> int:
        """Return the row of that criterion or adjustment. Raises MarkRefused."""
        row = self.rows.get(criterion)
        if row is None:
            ref = self.column.criteria.ref
            raise MarkRefused(
                "criterion",
                Text(
                    f"{ref} 中没有“{criterion}”这一项", f"{ref} has no criterion or adjustment “{criterion}”"
                ),
            )
        return row

    def stage(self, stage: str) -> int:
        """Return the place of that stage. Raises MarkRefused."""
        place = self.stages.get(stage)
        if place is None:
            known = "、".join(self.stages), ", ".join(self.stages)
            raise MarkRefused(
                "stage",
                Text(
                    f"没有“{stage}”这个阶段；可用：{known[0]}", f"there is no stage “{stage}”; use {known[1]}"
                ),
            )
        return place

    def groups(self, ranks: NDArray[np.int64]) -> Iterator[tuple[int, str, int, dict[str, str]]]:
        """Yield the marks by unit, stage and evaluator: the unit's place, the stage, the evaluator's rank, the marks."""
        column = self.column
        if not column.units:
            return
        unit, stage = np.asarray(column.units), np.asarray(column.stages, dtype=np.int64)
        evaluator = ranks[np.asarray(column.evaluators)]
        order = np.lexsort((np.asarray(column.rows), evaluator, stage, unit))
        key = np.stack((unit, stage, evaluator))[:, order]
        starts = np.flatnonzero(np.any(np.diff(key, axis=1, prepend=-1), axis=0)).tolist()
        owners = key[:, starts].T.tolist()
        packed = (np.asarray(column.rows, dtype=np.int64)[order] << _CODE_BITS) | (
            np.asarray(column.codes, dtype=np.int64)[order] & _CODE
        )
        marks = list(map(self._words.__getitem__, packed.tolist()))
        for start, end, (place, own_stage, rank) in zip(
            starts, [*starts[1:], len(marks)], owners, strict=True
        ):
            yield place, self._stage_names[own_stage], rank, dict(marks[start:end])

    def take(self, batch: "_Batch") -> None:
        """Enter the marks of *batch*; each distinct one is read once. Raises MarkRefused."""
        entries = chain.from_iterable(batch.entries)
        counts = list(map(len, batch.entries))
        packed = np.fromiter(map(self._taken.__getitem__, entries), dtype=np.int64, count=sum(counts))
        rows = (packed >> _CODE_BITS).astype(np.int32)
        if batch.kept:
            marking = np.repeat(np.arange(len(counts)), counts)
            rises = (np.diff(self._ranks[rows]) > 0) | (np.diff(marking) > 0)
            assert rises.all(), "the criteria of kept marks stand in order, each once"
        units, stages, evaluators = np.array(batch.owners, dtype=np.int32).reshape(-1, 3).T
        column = self.column
        column.units.frombytes(np.repeat(units, counts).tobytes())
        column.stages.frombytes(np.repeat(stages.astype(np.int8), counts).tobytes())
        column.evaluators.frombytes(np.repeat(evaluators, counts).tobytes())
        column.rows.frombytes(rows.tobytes())
        column.codes.frombytes(packed.astype(np.int32).tobytes())

    def enter(self, place: int, row: int, stage: int, evaluator: int, mark: str) -> None:
        code = self.code(row, mark)
        column = self.column
        column.units.append(place)
        column.rows.append(row)
        column.stages.append(stage)
        column.evaluators.append(evaluator)
        column.codes.append(code)

    def code(self, row: int, mark: str) -> int:
        """Return how that mark of the row's subject stands in the column. Raises MarkRefused."""
        key = (row, mark)
        code = self._codes.get(key)
        if code is None:
            code = self._fact_codes.get(key)
        return self._read(key) if code is None else code

    def _read(self, key: tuple[int, str]) -> int:
        row, mark = key
        value = read_value(self.subjects[row], mark)
        if value is None or isinstance(value, int):
            if len(self._codes) >= _REMEMBERED:
                self._codes.clear()
            code = self._codes[key] = NOT_APPLICABLE if value is None else value
            return code
        facts = self.column.facts.setdefault(row, [])
        code = self._fact_codes[key] = self._fact_places.setdefault((row, value), len(facts))
        if code == len(facts):
            facts.append(value)
        return code


class _Batch:
    """Marks to be entered together: of each marking its place, stage and evaluator, and its marks by criterion.

    `kept` says whether all are as they were kept.
    """

    def __init__(self) -> None:
        self.owners: list[tuple[int, int, int]] = []
        self.entries: list[Collection[Entry]] = []
        self.kept = True

    def add(self, owner: tuple[int, int, int], marks: Mapping[str, str]) -> None:
        self.owners.append(owner)
        if isinstance(marks, KeptMarks):
            self.entries.append(marks.entries())
        else:
            self.entries.append(marks.items())
            self.kept = False


class _Taken(dict[Entry, int]):
    """Of a criterion and its mark as text the row and the code in one number, read when first asked for."""

    def __init__(self, page: _Page) -> None:
        super().__init__()
        self._page = page

    def __missing__(self, key: Entry) -> int:
        criterion, mark = cut(key) if isinstance(key, str) else key
        row = self._page.row(criterion)
        try:
            code = self._page.code(row, mark)
        except MarkRefused as refusal:
            zh, en = f"{criterion}：{refusal.sentence.zh}", f"{criterion}: {refusal.sentence.en}"
            raise MarkRefused(refusal.column, Text(zh, en)) from None
        found = self[key] = (row << _CODE_BITS) | (code & _CODE)
        return found


class _Words(dict[int, tuple[str, str]]):
    """Of a row and a code in one number the criterion and its mark in canonical text."""

    def __init__(self, page: _Page) -> None:
        super().__init__()
        self._page = page

    def __missing__(self, key: int) -> tuple[str, str]:
        row, code = key >> _CODE_BITS, key & _CODE
        subject, facts = self._page.subjects[row], self._page.column.facts.get(row)
        value = None if code == NOT_APPLICABLE & _CODE else code if facts is None else facts[code]
        found = self[key] = (subject.id, value_text(subject, value))
        return found


def _judgement(criterion: Criterion, text: str) -> int:
    number, scale = _decimal(text, criterion.title)
    mark, rest = divmod(number * 100, scale)
    if rest:
        raise _refused(f"“{text}”最多保留两位小数", f"“{text}” may have two decimals at most")
    if mark < 0:
        raise _refused(f"评分 {text} 小于 0", f"the mark {text} is below 0")
    if mark > criterion.full_marks:
        full = marks_text(criterion.full_marks)
        raise _refused(f"评分 {text} 高于满分 {full}", f"the mark {text} is above full marks {full}")
    if criterion.kind is Kind.LEVELS:
        if mark not in {level.marks for level in criterion.levels}:
            known = [marks_text(level.marks) for level in criterion.levels]
            raise _refused(
                f"评分 {text} 不是任何一档的分值（{'、'.join(known)}）",
                f"the mark {text} is none of the levels' marks ({', '.join(known)})",
            )
    elif mark % criterion.step_taken:
        step = marks_text(criterion.step_taken)
        raise _refused(f"评分 {text} 不是 {step} 的整数倍", f"the mark {text} is not a multiple of {step}")
    return mark


def _number(criterion: Criterion, text: str) -> Fraction:
    return Fraction(*_decimal(text, criterion.title))


def _ballot(criterion: Criterion, text: str) -> tuple[int, ...]:
    counts = dict.fromkeys((grade.id for grade in criterion.grades), 0)
    titles = {grade.title.zh: grade.id for grade in criterion.grades}
    seen = set()
    for entry in filter(None, (entry.strip() for entry in text.replace("；", ";").split(";"))):
        word, equals, count = (piece.strip() for piece in entry.replace("＝", "=").partition("="))
        grade = titles.get(word, word)
        if not equals or grade not in counts:
            known = (
                "；".join(f"{grade}=票数" for grade in counts),
                ";".join(f"{grade}=votes" for grade in counts),
            )
            raise _refused(
                f"“{entry}”看不懂，应写成 {known[0]}", f"“{entry}” must be written like {known[1]}"
            )
        if grade in seen:
            raise _refused(f"“{word}”写了两次", f"“{word}” stands there twice")
        seen.add(grade)
        counts[grade] = _count(count, criterion.title)
    if not seen:
        raise _refused("票数未填", "no votes are given")
    votes, best = sum(counts.values()), next(iter(counts.values()))
    most = criterion.best_share_most
    if most is not None and best * most.denominator > most.numerator * votes:
        grade_title = criterion.grades[0].title
        allowed = most.numerator * votes // most.denominator
        raise _refused(
            f"{votes} 票中“{grade_title.zh}”{best} 票，超过 {share_text(most)}（最多 {allowed} 票）",
            f"{best} of {votes} votes for “{grade_title.en}” is more than {share_text(most)} (at most {allowed})",
        )
    return tuple(counts.values())


def _count(text: str, title: Text) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= _LARGEST_COUNT:
        return int(text)
    number, scale = _decimal(text, title)
    count, rest = divmod(number, scale)
    if rest or count < 0:
        raise _refused(
            f"次数“{text}”应为不小于 0 的整数", f"the count “{text}” must be a whole number, 0 or more"
        )
    if count > _LARGEST_COUNT:
        raise _refused(f"次数 {text} 过大", f"the count {text} is too large")
    return count


def _decimal(text: str, title: Text) -> tuple[int, int]:
    """Return *text* as an integer over a power of ten. Raises MarkRefused where it is no plain number."""
    try:
        return plain_decimal(text)
    except ValueError:
        pass
    narrow = unicodedata.normalize("NFKC", text)
    if not text:
        raise _refused("评分为空", "the mark is empty")
    if narrow != text:
        raise _refused(f"“{text}”请改用半角数字（{narrow}）", f"“{text}” is full-width; write {narrow}")
    raise _refused(f"“{title.zh}”应填数字，现为“{text}”", f"“{title.en}” needs a number, not “{text}”")


def _refused(zh: str, en: str) -> MarkRefused:
    return MarkRefused("mark", Text(zh, en))


def _unknown(zh: str, en: str, code: str) -> Text:
    narrow = unicodedata.normalize("NFKC", code)
    if narrow != code:
        return Text(
            f"没有{zh}“{code}”（含全角字符？）", f"there is no {en} “{code}” (full-width characters?)"
        )
    return Text(f"没有{zh}“{code}”", f"there is no {en} “{code}”")


def _entered_twice(stage: str, evaluator: str) -> Text:
    if stage == MODERATION:
        return Text(
            "同一单位同一指标已有一个复议评分", "this unit and criterion already have a moderation mark"
        )
    return Text(
        f"{evaluator} 在本阶段对这一单位、这一指标已评过分",
        f"{evaluator} has already marked this unit and criterion in this stage",
    )
