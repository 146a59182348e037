"""A criteria set: its tree of parts, adjustments, gates, cut points, quotas and target.

Values that cannot exist when wrong. What adjustments give is in integers of hundredths; shares, weights and bounds are exact
fractions.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import gcd

from scoring.criteria.claims import Rule, id_wrong, not_positive, refuse, repeated, wrong_share
from scoring.criteria.criterion import Criterion, Kind
from scoring.numbers import Rounding, exact_text
from scoring.texts import Text
from scoring.units import Grouping, domain_id

MODERATION = "moderation"
"""The stage that follows all others: one mark that settles a disagreement."""

ROOT = "root"
"""The name of the whole tree where a part is named."""

MOST_STAGES = 20
MOST_STARS = 99

IDS = "ids"
"""What a claim about ids that stand twice is about; who reads a file knows where they stand."""


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
        refuse(id_wrong(self.id), not_positive("each", self.each), not_positive("most", self.most))

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
        refuse(
            id_wrong(self.id, but=ROOT),
            not_positive("weight", self.weight),
            not_positive("ceiling", self.ceiling),
            Rule(
                not (self.criteria or self.parts),
                "",
                f"“{self.id}”下没有任何指标",
                f"“{self.id}” holds no criterion",
                rests=("criteria", "parts"),
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
        refuse(
            id_wrong(self.id),
            Rule(self.highest_stars < 0, "highest_stars", "不能小于 0", "cannot be below 0"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPoint:
    """The printed score from which a unit has *stars*."""

    stars: int
    at_least: Fraction

    def __post_init__(self) -> None:
        refuse(
            not_positive("stars", self.stars),
            Rule(self.stars > MOST_STARS, "stars", f"不能超过 {MOST_STARS}", f"cannot be above {MOST_STARS}"),
            Rule(self.at_least < 0, "at_least", "不能小于 0", "cannot be below 0"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most ⌊share × rated units⌋ units of each group of *within* hold exactly *stars*."""

    stars: int
    share: Fraction
    within: Grouping
    ties: Ties = Ties.LOWER

    def __post_init__(self) -> None:
        refuse(not_positive("stars", self.stars), wrong_share("share", self.share))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The share of units that should have *stars* or more."""

    stars: int
    share: Fraction

    def __post_init__(self) -> None:
        refuse(not_positive("stars", self.stars), wrong_share("share", self.share))

    def needed(self, units: int) -> int:
        """Return the fewest of *units* that meet the share: ⌈share × units⌉."""
        return -(-self.share.numerator * units // self.share.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How evaluators' marks become one, and from which spread on (a share of full marks) they disagree."""

    rule: AgreementRule = AgreementRule.MEAN
    disagreement: Fraction | None = None

    def __post_init__(self) -> None:
        refuse(wrong_share("disagreement", self.disagreement))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRule:
    """How a score is printed: decimals, the one rounding, and the root's ceiling in percent."""

    decimals: int = 2
    rounding: Rounding = Rounding.HALF_UP
    ceiling: Fraction = Fraction(100)

    def __post_init__(self) -> None:
        refuse(
            Rule(not 0 <= self.decimals <= 6, "decimals", "应为 0 至 6", "must be 0 to 6"),
            not_positive("ceiling", self.ceiling),
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
        refuse(
            id_wrong(self.id),
            id_wrong(self.version, name="version"),
            *_repeated_ids(self),
            Rule(not self.stages, "stages", "至少要有一个阶段", "needs at least one stage"),
            repeated("stages", self.stages),
            Rule(
                len(self.stages) > MOST_STAGES,
                "stages",
                f"最多 {MOST_STAGES} 个阶段",
                f"at most {MOST_STAGES} stages",
            ),
            repeated("domains", [domain_id(domain) for domain in self.domains]),
            Rule(
                MODERATION in self.stages,
                "stages",
                "“moderation”（复议）总在最后，不必列出",
                "“moderation” always comes last and is not listed",
            ),
            Rule(
                self.decided_from not in ("", *self.stages),
                "decided_from",
                f"“{self.decided_from}”不在 stages 之中",
                f"“{self.decided_from}” is not one of the stages",
                rests=("stages",),
            ),
            *_wrong_cut_points(self),
            *_stars_without_cut_points(self),
            repeated("quotas", [f"{quota.stars}★ {quota.within}" for quota in self.quotas]),
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


def _repeated_ids(criteria: CriteriaSet) -> Iterator[Rule]:
    """Criteria, parts, adjustments and gates share one space of ids: marks and changes name them by it."""
    parts = [part for part in criteria.root.all_parts() if part is not criteria.root]
    ids = [value.id for value in (*parts, *criteria.subjects, *criteria.gates)]
    for name, times in Counter([*ids, ROOT]).items():
        yield Rule(times > 1, IDS, f"编号“{name}”重复", f"the id “{name}” is used twice")


def _wrong_cut_points(criteria: CriteriaSet) -> Iterator[Rule]:
    cuts = sorted(criteria.cut_points, key=lambda cut: cut.stars)
    yield repeated("cut_points", [cut.stars for cut in cuts])
    yield repeated("cut_points", [exact_text(cut.at_least) for cut in cuts])
    ceiling = exact_text(criteria.score.ceiling)
    for cut in cuts:
        bound = exact_text(cut.at_least)
        yield Rule(
            cut.at_least > criteria.score.ceiling,
            "cut_points",
            f"{cut.stars} 星的分数线 {bound} 高于得分上限 {ceiling}，无人可及",
            f"{cut.stars} stars from {bound} lies above the highest score {ceiling}: nobody can reach it",
            rests=("score",),
        )
    for lower, higher in pairwise(cuts):
        yield Rule(
            lower.stars < higher.stars and lower.at_least > higher.at_least,
            "cut_points",
            f"{lower.stars} 星的分数线高于 {higher.stars} 星，{lower.stars} 星无人可得",
            f"{lower.stars} stars need more than {higher.stars} stars do: nobody can have {lower.stars}",
        )


def _stars_without_cut_points(criteria: CriteriaSet) -> Iterator[Rule]:
    """Where there are cut points, quotas, target and gates speak of their stars only."""
    named = [("quotas", quota.stars) for quota in criteria.quotas]
    named += [("gates", gate.highest_stars) for gate in criteria.gates if gate.highest_stars]
    named += [("target", criteria.target.stars)] if criteria.target else []
    known = {cut.stars for cut in criteria.cut_points}
    for name, stars in named:
        yield Rule(
            bool(known) and stars not in known,
            name,
            f"{stars} 星不在 cut_points 之中",
            f"{stars} stars are not among the cut points",
            rests=("cut_points",),
        )
