"""A criterion: what a unit is marked on, and how each kind of it turns what is entered into marks.

Marks (full marks, a level's or band's marks, the step) are integers of hundredths; weights and bounds are exact fractions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scoring.criteria.claims import Rule, id_wrong, not_positive, refuse, repeated, wrong_share, wrong_steps
from scoring.numbers import exact_text, marks_text
from scoring.texts import Text


class Kind(StrEnum):
    """How a criterion is marked."""

    JUDGED = "judged"
    LEVELS = "levels"
    MEASURED = "measured"
    BALLOT = "ballot"
    DERIVED = "derived"


class Source(StrEnum):
    """From which of the service's own records a derived criterion takes its number."""

    LATE_MEETINGS = "late_meetings"
    MEAN_MEMBER_POINTS = "mean_member_points"
    THREE_STAR_SHARE = "three_star_share"
    THREE_STAR_RISE = "three_star_rise"
    WEAK_BRANCHES_MENDED = "weak_branches_mended"


class EvidenceKind(StrEnum):
    """What sort of file or record serves as evidence."""

    DOCUMENT = "document"
    IMAGE = "image"
    SPREADSHEET = "spreadsheet"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAsked:
    """How many files a criterion asks for, and of which kinds (none named: any)."""

    least: int = 0
    most: int | None = None
    kinds: tuple[EvidenceKind, ...] = ()

    def __post_init__(self) -> None:
        refuse(
            Rule(
                self.most is not None and self.most < max(self.least, 1),
                "most",
                "“most”应不少于“least”，且至少为 1",
                "“most” must be 1 or more and not below “least”",
            ),
            repeated("kinds", self.kinds),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A described step of a criterion and its marks, in hundredths."""

    marks: int
    when: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Marks (hundredths) for a measured number of *at_least* or more."""

    at_least: Fraction
    marks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Marks along a straight line: none at *start*, full marks at *end*; either may be the larger."""

    start: Fraction
    end: Fraction

    def __post_init__(self) -> None:
        refuse(Rule(self.start == self.end, "to", "“from”与“to”不能相同", "“from” and “to” must differ"))


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotGrade:
    """A grade of a ballot and what a vote for it is worth, in percent of full marks."""

    id: str
    worth: Fraction
    title: Text

    def __post_init__(self) -> None:
        refuse(
            id_wrong(self.id),
            Rule(not 0 <= self.worth <= 100, "worth", "应在 0 至 100 之间", "must be between 0 and 100"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What a unit is marked on. *full_marks*, *step* in hundredths; *weight* None means the full marks."""

    id: str
    kind: Kind
    full_marks: int
    title: Text
    weight: Fraction | None = None
    step: int | None = None
    levels: tuple[Level, ...] = ()
    bands: tuple[Band, ...] = ()
    line: Line | None = None
    measured_in: str = ""
    source: Source | None = None
    grades: tuple[BallotGrade, ...] = ()
    least_voters: int | None = None
    best_share_most: Fraction | None = None
    evidence: EvidenceAsked | None = None
    basis: str = ""
    note: Text | None = None

    def __post_init__(self) -> None:
        rules = [
            id_wrong(self.id),
            not_positive("full_marks", self.full_marks),
            not_positive("weight", self.weight),
            *_fields_of_other_kinds(self),
        ]
        match self.kind:
            case Kind.JUDGED:
                rules += self._wrong_step()
            case Kind.LEVELS:
                rules += wrong_steps("levels", [level.marks for level in self.levels], self.full_marks)
                rules.append(repeated("levels", [level.marks for level in self.levels], marks=True))
            case Kind.MEASURED | Kind.DERIVED:
                rules += self._wrong_measure()
            case Kind.BALLOT:
                rules += self._wrong_ballot()
        refuse(
            *(
                rule if rule.field in _OF_ALL_KINDS else rule._replace(rests=(*rule.rests, "kind"))
                for rule in rules
            )
        )

    @property
    def step_taken(self) -> int:
        """The step marks are given in, in hundredths (judged)."""
        return 50 if self.step is None else self.step

    @property
    def voters_needed(self) -> int:
        """How many must have voted for a ballot to count."""
        return 1 if self.least_voters is None else self.least_voters

    @property
    def best(self) -> Fraction:
        """The most hundredths it can give; of a capped ballot, with the best grade at its cap."""
        given = [level.marks for level in self.levels] + [band.marks for band in self.bands]
        if given:
            return Fraction(max(given))
        if self.kind is Kind.BALLOT and self.best_share_most is not None:
            first, second = self.grades[0].worth, self.grades[1].worth
            return self.full_marks * (second + self.best_share_most * (first - second)) / 100
        return Fraction(self.full_marks)

    @property
    def share_of_tree(self) -> Fraction:
        """Its weight among its siblings, in marks."""
        return Fraction(self.full_marks, 100) if self.weight is None else self.weight

    def _wrong_step(self) -> list[Rule]:
        step = self.step_taken
        return [
            not_positive("step", step),
            Rule(
                step > 0 and self.full_marks % step != 0,
                "step" if self.step is not None else "full_marks",
                f"满分 {marks_text(self.full_marks)} 不是步长 {marks_text(step)} 的整数倍",
                f"full marks {marks_text(self.full_marks)} is not a multiple of the step {marks_text(step)}",
                rests=("step", "full_marks"),
            ),
        ]

    def _wrong_measure(self) -> list[Rule]:
        rules = [
            Rule(
                bool(self.bands) == (self.line is not None),
                "bands",
                "“bands”与“line”必须且只能写一个",
                "needs either “bands” or “line”, not both",
                rests=("line",),
            ),
            Rule(
                self.kind is Kind.DERIVED and self.source is None,
                "source",
                "取自系统记录的指标须写明“source”",
                "a derived criterion must name its “source”",
            ),
            repeated("bands", [exact_text(band.at_least) for band in self.bands]),
        ]
        if self.bands:
            rules += wrong_steps("bands", [band.marks for band in self.bands], self.full_marks)
        return rules

    def _wrong_ballot(self) -> list[Rule]:
        worths = [grade.worth for grade in self.grades]
        share = self.best_share_most
        return [
            Rule(len(worths) < 2, "grades", "至少要有两个等次", "needs at least two grades"),
            Rule(
                worths != sorted(worths, reverse=True),
                "grades",
                "等次须由高到低排列",
                "grades must be listed best first",
            ),
            Rule(
                bool(worths) and max(worths) == 0,
                "grades",
                "最好等次的分值须大于 0",
                "the best grade must be worth more than 0",
            ),
            repeated("grades", [grade.id for grade in self.grades]),
            not_positive("least_voters", self.least_voters),
            wrong_share("best_share_most", share),
        ]


_OF_ALL_KINDS = ("id", "full_marks", "weight")

FIELDS_OF: dict[str, tuple[Kind, ...]] = {
    "step": (Kind.JUDGED,),
    "levels": (Kind.LEVELS,),
    "bands": (Kind.MEASURED, Kind.DERIVED),
    "line": (Kind.MEASURED, Kind.DERIVED),
    "source": (Kind.DERIVED,),
    "grades": (Kind.BALLOT,),
    "least_voters": (Kind.BALLOT,),
    "best_share_most": (Kind.BALLOT,),
}
"""The fields that only some kinds have, and which kinds those are."""


def field_of_another_kind(name: str, kind: Kind) -> Rule:
    """The rule that a criterion of *kind* has no field *name*, which is one of others."""
    return Rule(
        kind not in FIELDS_OF[name],
        name,
        f"{kind} 类指标没有“{name}”一项",
        f"a criterion of kind {kind} has no “{name}”",
    )


def _fields_of_other_kinds(criterion: Criterion) -> Iterator[Rule]:
    return (field_of_another_kind(name, criterion.kind) for name in FIELDS_OF if getattr(criterion, name))
