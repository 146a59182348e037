"""A criteria set as values that cannot exist when wrong: parts, criteria, adjustments, gates, cut points, quotas.

Marks (full marks, a level's or band's marks, steps, what an adjustment gives) are integers of hundredths.
Shares, weights and bounds are exact fractions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import gcd

from scoring.numbers import Rounding, exact_text, share_text
from scoring.texts import Text
from scoring.units import Grouping, domain_id

MODERATION = "moderation"
"""The stage that follows all others: one mark that settles a disagreement."""

ROOT = "root"
"""The name of the whole tree where a part is named."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is wrong with a value: the field it is in ('' for the whole) and a sentence."""

    field: str
    sentence: Text


class Wrong(ValueError):
    """A value that cannot exist; *claims* says all that is wrong with it."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = tuple(claims)
        super().__init__("; ".join(f"{claim.field}: {claim.sentence.en}" for claim in claims))


def _refuse(*rules: tuple[bool, str, str, str]) -> None:
    """Raise Wrong with every rule (is it broken, field, Chinese, English) that is broken."""
    claims = [Claim(name, Text(zh, en)) for broken, name, zh, en in rules if broken]
    if claims:
        raise Wrong(claims)


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


class AgreementRule(StrEnum):
    """How the marks of several evaluators of one stage become one."""

    MEAN = "mean"
    MEDIAN = "median"
    TRIMMED_MEAN = "trimmed_mean"


class AdjustmentKind(StrEnum):
    """Whether an adjustment adds or takes."""

    BONUS = "bonus"
    DEDUCTION = "deduction"


class Ties(StrEnum):
    """What becomes of units tied across a quota's edge: all go down, or all stay."""

    LOWER = "lower"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAsked:
    """How many files a criterion asks for, and of which kinds (none named: any)."""

    least: int = 0
    most: int | None = None
    kinds: tuple[EvidenceKind, ...] = ()

    def __post_init__(self) -> None:
        _refuse(
            (
                self.most is not None and self.most < max(self.least, 1),
                "most",
                "“most”应不少于“least”，且至少为 1",
                "“most” must be 1 or more and not below “least”",
            ),
            _repeated("kinds", self.kinds),
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
        _refuse((self.start == self.end, "to", "“from”与“to”不能相同", "“from” and “to” must differ"))


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotGrade:
    """A grade of a ballot and what a vote for it is worth, in percent of full marks."""

    id: str
    worth: Fraction
    title: Text

    def __post_init__(self) -> None:
        _refuse((not 0 <= self.worth <= 100, "worth", "应在 0 至 100 之间", "must be between 0 and 100"))


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
            _id_wrong(self.id),
            _not_positive("full_marks", self.full_marks),
            _not_positive("weight", self.weight),
            *_fields_of_other_kinds(self),
        ]
        match self.kind:
            case Kind.JUDGED:
                rules += self._wrong_step()
            case Kind.LEVELS:
                rules += _wrong_steps("levels", [level.marks for level in self.levels], self.full_marks)
                rules.append(_repeated("levels", [level.marks for level in self.levels], marks=True))
            case Kind.MEASURED | Kind.DERIVED:
                rules += self._wrong_measure()
            case Kind.BALLOT:
                rules += self._wrong_ballot()
        _refuse(*rules)

    @property
    def step_taken(self) -> int:
        """The step marks are given in, in hundredths (judged)."""
        return 50 if self.step is None else self.step

    @property
    def voters_needed(self) -> int:
        """How many must have voted for a ballot to count."""
        return 1 if self.least_voters is None else self.least_voters

    @property
    def share_of_tree(self) -> Fraction:
        """Its weight among its siblings, in marks."""
        return Fraction(self.full_marks, 100) if self.weight is None else self.weight

    def _wrong_step(self) -> list[tuple[bool, str, str, str]]:
        step = self.step_taken
        return [
            _not_positive("step", step),
            (
                step > 0 and self.full_marks % step != 0,
                "step" if self.step is not None else "full_marks",
                f"满分 {marks_text(self.full_marks)} 不是步长 {marks_text(step)} 的整数倍",
                f"full marks {marks_text(self.full_marks)} is not a multiple of the step {marks_text(step)}",
            ),
        ]

    def _wrong_measure(self) -> list[tuple[bool, str, str, str]]:
        rules = [
            (
                bool(self.bands) == (self.line is not None),
                "bands",
                "“bands”与“line”必须且只能写一个",
                "needs either “bands” or “line”, not both",
            ),
            (
                self.kind is Kind.DERIVED and self.source is None,
                "source",
                "取自系统记录的指标须写明“source”",
                "a derived criterion must name its “source”",
            ),
            _repeated("bands", [exact_text(band.at_least) for band in self.bands]),
        ]
        if self.bands:
            rules += _wrong_steps("bands", [band.marks for band in self.bands], self.full_marks)
        return rules

    def _wrong_ballot(self) -> list[tuple[bool, str, str, str]]:
        worths = [grade.worth for grade in self.grades]
        share = self.best_share_most
        return [
            (len(worths) < 2, "grades", "至少要有两个等次", "needs at least two grades"),
            (
                worths != sorted(worths, reverse=True),
                "grades",
                "等次须由高到低排列",
                "grades must be listed best first",
            ),
            (
                bool(worths) and max(worths) == 0,
                "grades",
                "最好等次的分值须大于 0",
                "the best grade must be worth more than 0",
            ),
            _repeated("grades", [grade.id for grade in self.grades]),
            _not_positive("least_voters", self.least_voters),
            _wrong_share("best_share_most", share),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A bonus or deduction: *each* marks a time, at most *most* (hundredths; None: without limit)."""

    id: str
    kind: AdjustmentKind
    each: int
    title: Text
    most: int | None = None
    basis: str = ""
    note: Text | None = None

    def __post_init__(self) -> None:
        _refuse(_id_wrong(self.id), _not_positive("each", self.each), _not_positive("most", self.most))

    def marks(self, count: int) -> int:
        """Return what *count* times give or take, signed, in hundredths."""
        size = self.each * count if self.most is None else min(self.each * count, self.most)
        return size if self.kind is AdjustmentKind.BONUS else -size


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A branch of the tree. *weight* None means the full marks of every criterion below; *ceiling* in percent."""

    id: str
    title: Text
    weight: Fraction | None = None
    ceiling: Fraction = Fraction(100)
    criteria: tuple[Criterion, ...] = ()
    parts: tuple["Part", ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    basis: str = ""
    note: Text | None = None

    def __post_init__(self) -> None:
        _refuse(
            _id_wrong(self.id, but=ROOT),
            _not_positive("weight", self.weight),
            _not_positive("ceiling", self.ceiling),
            (
                not (self.criteria or self.parts),
                "",
                f"“{self.id}”下没有任何指标",
                f"“{self.id}” holds no criterion",
            ),
        )

    def all_criteria(self) -> Iterator[Criterion]:
        """Its criteria, then those of its parts, depth first: the order of a score sheet."""
        yield from self.criteria
        for part in self.parts:
            yield from part.all_criteria()

    def all_adjustments(self) -> Iterator[Adjustment]:
        """Its adjustments, then those of its parts, depth first."""
        yield from self.adjustments
        for part in self.parts:
            yield from part.all_adjustments()

    def all_parts(self) -> Iterator["Part"]:
        """Itself, then the parts below, depth first."""
        yield self
        for part in self.parts:
            yield from part.all_parts()

    @property
    def children(self) -> tuple["Criterion | Part", ...]:
        """What it weighs: its criteria, then its parts."""
        return (*self.criteria, *self.parts)

    @property
    def full_marks(self) -> int:
        """The full marks of every criterion below it, in hundredths."""
        return sum(criterion.full_marks for criterion in self.all_criteria())

    @property
    def share_of_tree(self) -> Fraction:
        """Its weight among its siblings."""
        return Fraction(self.full_marks, 100) if self.weight is None else self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What caps the stars, whatever the score (一票否决)."""

    id: str
    highest_stars: int
    title: Text
    basis: str = ""
    note: Text | None = None

    def __post_init__(self) -> None:
        _refuse(
            _id_wrong(self.id),
            (self.highest_stars < 0, "highest_stars", "不能小于 0", "cannot be below 0"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPoint:
    """The printed score from which a unit has *stars*."""

    stars: int
    at_least: Fraction

    def __post_init__(self) -> None:
        _refuse(
            _not_positive("stars", self.stars),
            (self.at_least < 0, "at_least", "不能小于 0", "cannot be below 0"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most ⌊share × rated units⌋ units of each group of *within* hold exactly *stars*."""

    stars: int
    share: Fraction
    within: Grouping
    ties: Ties = Ties.LOWER

    def __post_init__(self) -> None:
        _refuse(_not_positive("stars", self.stars), _wrong_share("share", self.share))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The share of units that should have *stars* or more."""

    stars: int
    share: Fraction

    def __post_init__(self) -> None:
        _refuse(_not_positive("stars", self.stars), _wrong_share("share", self.share))

    def needed(self, units: int) -> int:
        """Return the fewest of *units* that meet the share: ⌈share × units⌉."""
        return -(-self.share.numerator * units // self.share.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How evaluators' marks become one, and from which spread on (a share of full marks) they disagree."""

    rule: AgreementRule = AgreementRule.MEAN
    disagreement: Fraction | None = None

    def __post_init__(self) -> None:
        _refuse(_wrong_share("disagreement", self.disagreement))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRule:
    """How a score is printed: decimals, the one rounding, and the root's ceiling in percent."""

    decimals: int = 2
    rounding: Rounding = Rounding.HALF_UP
    ceiling: Fraction = Fraction(100)

    def __post_init__(self) -> None:
        _refuse(
            (not 0 <= self.decimals <= 6, "decimals", "应为 0 至 6", "must be 0 to 6"),
            _not_positive("ceiling", self.ceiling),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class CriteriaSet:
    """One version of what a kind of unit is assessed by. Its tree's root carries the score's ceiling.

    Two sets are the same when their digests are (`loader.digest`).
    """

    id: str
    version: str
    title: Text
    root: Part
    basis: str = ""
    note: Text | None = None
    expanded_from: str = ""
    domains: tuple[str, ...] = ()
    score: ScoreRule = field(default_factory=ScoreRule)
    stages: tuple[str, ...] = ("self", "superior", "county")
    decided_from: str = ""
    agreement: Agreement = field(default_factory=Agreement)
    gates: tuple[Gate, ...] = ()
    cut_points: tuple[CutPoint, ...] = ()
    quotas: tuple[Quota, ...] = ()
    target: Target | None = None
    changes: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        stars = {cut.stars for cut in self.cut_points}
        held = [quota.stars for quota in self.quotas] + ([self.target.stars] if self.target else [])
        _refuse(
            _id_wrong(self.id),
            _id_wrong(self.version, name="version"),
            *_repeated_ids(self),
            (not self.stages, "stages", "至少要有一个阶段", "needs at least one stage"),
            _repeated("stages", self.stages),
            _repeated("domains", [domain_id(domain) for domain in self.domains]),
            (
                MODERATION in self.stages,
                "stages",
                "“moderation”（复议）总在最后，不必列出",
                "“moderation” always comes last and is not listed",
            ),
            (
                self.decided_from not in ("", *self.stages),
                "decided_from",
                f"“{self.decided_from}”不在 stages 之中",
                f"“{self.decided_from}” is not one of the stages",
            ),
            *_wrong_cut_points(self),
            *(
                (bool(stars) and number not in stars, name, *_no_cut_point(number))
                for name, numbers in (
                    ("quotas", held[: len(self.quotas)]),
                    ("target", held[len(self.quotas) :]),
                    ("gates", [gate.highest_stars for gate in self.gates if gate.highest_stars]),
                )
                for number in numbers
            ),
            _repeated("quotas", [f"{quota.stars}★ {quota.within}" for quota in self.quotas]),
        )

    @property
    def ref(self) -> str:
        """Its name and version: `red-flag-branch@2026.1`."""
        return f"{self.id}@{self.version}"

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """All its criteria in the order of the score sheet."""
        return tuple(self.root.all_criteria())

    @cached_property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """All its adjustments in the order of the tree."""
        return tuple(self.root.all_adjustments())

    @cached_property
    def subjects(self) -> tuple[Criterion | Adjustment, ...]:
        """All that can be marked: its criteria, then its adjustments."""
        return (*self.criteria, *self.adjustments)

    @cached_property
    def grain(self) -> int:
        """The largest number of hundredths of which all marks in the set are multiples; keeps integers small."""
        sizes = [adjustment.each for adjustment in self.adjustments]
        sizes += [adjustment.most for adjustment in self.adjustments if adjustment.most is not None]
        for criterion in self.criteria:
            sizes += [criterion.full_marks, *(level.marks for level in criterion.levels)]
            sizes += [band.marks for band in criterion.bands]
            sizes += [criterion.step_taken] if criterion.kind is Kind.JUDGED else []
        return gcd(*sizes)

    @cached_property
    def all_stages(self) -> tuple[str, ...]:
        """The stages in order, moderation last."""
        return (*self.stages, MODERATION)

    @property
    def first_deciding(self) -> int:
        """The position in `all_stages` of the first stage that may decide."""
        return self.stages.index(self.decided_from) if self.decided_from else 0

    @cached_property
    def star_levels(self) -> tuple[int, ...]:
        """The stars its cut points give, highest first."""
        return tuple(sorted((cut.stars for cut in self.cut_points), reverse=True))

    @cached_property
    def cuts(self) -> tuple[CutPoint, ...]:
        """Its cut points, highest first."""
        return tuple(sorted(self.cut_points, key=lambda cut: cut.stars, reverse=True))

    def takes(self, domain: str) -> bool:
        """Say whether units of *domain* are assessed by it; without domains it takes all."""
        return not self.domains or domain_id(domain) in {domain_id(own) for own in self.domains}

    def criterion(self, criterion_id: str) -> Criterion:
        """Return the criterion of that id. Raises KeyError."""
        return self._criteria_by_id[criterion_id]

    @cached_property
    def _criteria_by_id(self) -> dict[str, Criterion]:
        return {criterion.id: criterion for criterion in self.criteria}


def marks_text(hundredths: int) -> str:
    """Return marks as people write them: 650 is `6.5`."""
    return exact_text(Fraction(hundredths, 100))


def valid_id(text: str) -> bool:
    """Say whether *text* may be an id: letters (of any script), digits, `_`, `-` and `.`, at most 64."""
    return 0 < len(text) <= 64 and all(char.isalnum() or char in "_-." for char in text)


def _id_wrong(text: str, *, name: str = "id", but: str = "") -> tuple[bool, str, str, str]:
    wrong = not valid_id(text) or (text in (ROOT, MODERATION) and text != but)
    return (
        wrong,
        name,
        f"“{text}”不能作编号：只用文字、数字、“_”“-”“.”，最长 64 字，且不得为 root 或 moderation",
        f"“{text}” cannot be an id: letters, digits, “_”, “-” and “.”, at most 64, and not root or moderation",
    )


def _not_positive(name: str, number: int | Fraction | None) -> tuple[bool, str, str, str]:
    return (number is not None and number <= 0, name, "须大于 0", "must be above 0")


def _wrong_share(name: str, share: Fraction | None) -> tuple[bool, str, str, str]:
    wrong = share is not None and not 0 < share <= 1
    shown = share_text(share) if wrong and share is not None else ""
    return (
        wrong,
        name,
        f"应大于 0 且不超过 100%，现为 {shown}",
        f"must be above 0 and at most 100%, is {shown}",
    )


def _repeated(name: str, values: Sequence[object], *, marks: bool = False) -> tuple[bool, str, str, str]:
    twice = next((value for place, value in enumerate(values) if value in values[:place]), None)
    shown = marks_text(twice) if marks and isinstance(twice, int) else twice
    return (twice is not None, name, f"“{shown}”重复", f"“{shown}” stands there twice")


def _wrong_steps(name: str, marks: Sequence[int], full_marks: int) -> list[tuple[bool, str, str, str]]:
    full = marks_text(full_marks)
    return [
        (not marks, name, "至少要有一档", "needs at least one entry"),
        (any(mark < 0 for mark in marks), name, "分值不能小于 0", "marks cannot be below 0"),
        (
            any(mark > full_marks for mark in marks),
            name,
            f"有一档的分值高于满分 {full}",
            f"one entry gives more than full marks {full}",
        ),
        (
            bool(marks) and max(marks) == 0,
            name,
            "至少一档的分值须大于 0",
            "at least one entry must give marks",
        ),
    ]


_FIELDS_OF: dict[str, tuple[Kind, ...]] = {
    "step": (Kind.JUDGED,),
    "levels": (Kind.LEVELS,),
    "bands": (Kind.MEASURED, Kind.DERIVED),
    "line": (Kind.MEASURED, Kind.DERIVED),
    "source": (Kind.DERIVED,),
    "grades": (Kind.BALLOT,),
    "least_voters": (Kind.BALLOT,),
    "best_share_most": (Kind.BALLOT,),
}


def _fields_of_other_kinds(criterion: Criterion) -> Iterator[tuple[bool, str, str, str]]:
    for name, kinds in _FIELDS_OF.items():
        stray = criterion.kind not in kinds and bool(getattr(criterion, name))
        yield (
            stray,
            name,
            f"{criterion.kind} 类指标没有“{name}”一项",
            f"a criterion of kind {criterion.kind} has no “{name}”",
        )


def _repeated_ids(criteria: CriteriaSet) -> Iterator[tuple[bool, str, str, str]]:
    seen: set[str] = set()
    groups: tuple[tuple[str, Callable[[], Iterator[Part | Criterion | Adjustment | Gate]]], ...] = (
        ("parts", lambda: (part for part in criteria.root.all_parts() if part is not criteria.root)),
        ("criteria", criteria.root.all_criteria),
        ("adjustments", criteria.root.all_adjustments),
        ("gates", lambda: iter(criteria.gates)),
    )
    for _, values in groups:
        for value in values():
            yield (value.id in seen, value.id, f"编号“{value.id}”重复", f"the id “{value.id}” is used twice")
            seen.add(value.id)


def _wrong_cut_points(criteria: CriteriaSet) -> Iterator[tuple[bool, str, str, str]]:
    cuts = sorted(criteria.cut_points, key=lambda cut: cut.stars)
    yield _repeated("cut_points", [cut.stars for cut in cuts])
    yield _repeated("cut_points", [exact_text(cut.at_least) for cut in cuts])
    for cut in cuts:
        yield (
            cut.at_least > criteria.score.ceiling,
            "cut_points",
            f"{cut.stars} 星的分数线 {exact_text(cut.at_least)} 高于得分上限 {exact_text(criteria.score.ceiling)}，无人可及",
            f"{cut.stars} stars from {exact_text(cut.at_least)} lies above the highest score "
            f"{exact_text(criteria.score.ceiling)}: nobody can reach it",
        )
    for lower, higher in zip(cuts, cuts[1:], strict=False):
        yield (
            lower.stars < higher.stars and lower.at_least > higher.at_least,
            "cut_points",
            f"{lower.stars} 星的分数线高于 {higher.stars} 星，{lower.stars} 星无人可得",
            f"{lower.stars} stars need more than {higher.stars} stars do: nobody can have {lower.stars}",
        )


def _no_cut_point(stars: int) -> tuple[str, str]:
    return (f"{stars} 星不在 cut_points 之中", f"{stars} stars are not among the cut points")
