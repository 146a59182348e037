"""What the score is made of: every part and criterion with its share of the whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from scoring.criteria.criterion import Criterion
from scoring.criteria.model import ROOT, Adjustment, AdjustmentKind, CriteriaSet, Part
from scoring.texts import Text
from web.handbook.earning import Earning, earning
from web.handbook.phrases import evidence, followed, marks, percent, score

_WHOLE = 10_000
"""Hundredths of the whole score: what one mark at the root is worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionTold:
    """A criterion as a branch reads it; *worth* is what full marks count in the score."""

    criterion: Criterion
    full_marks: Text
    worth: Text
    earning: Earning
    evidence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentTold:
    """A bonus or deduction as a branch reads it."""

    adjustment: Adjustment
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTold:
    """A part of the tree: how deep it stands (0 is the whole), its share of the score, and what it holds itself."""

    part: Part
    depth: int
    share: Text
    full_marks: Text
    count: int
    ceiling: Text | None
    criteria: tuple[CriterionTold, ...]
    adjustments: tuple[AdjustmentTold, ...]


def parts(criteria: CriteriaSet) -> tuple[PartTold, ...]:
    """Return the whole and every part below, in the order of the score sheet."""
    return tuple(_parts(criteria.root, Fraction(1), 0, criteria))


def made_of(criteria: CriteriaSet) -> tuple[Text, ...]:
    """Return in sentences what the score is made of."""
    root = criteria.root
    if not root.parts:
        whole = marks(root.full_marks)
        return (
            Text(
                f"共 {len(criteria.criteria)} 项指标，满分合计 {whole.zh}，折算成百分制得分。",
                f"{len(criteria.criteria)} criteria with {whole.en} in all make a score out of 100.",
            ),
        )
    return tuple(_shares(root))


def adjustment_told(adjustment: Adjustment, worth: Fraction | None = None) -> Text:
    """Return what an adjustment gives or takes; *worth* is what one mark of it counts in the score, if that is told."""
    zh, en = ("加", "gives") if adjustment.kind is AdjustmentKind.BONUS else ("扣", "takes")
    each = marks(adjustment.each)
    told = Text(f"每次{zh} {each.zh}", f"each time {en} {each.en}")
    if worth is not None and worth != 1:
        counted = score(Fraction(adjustment.each, 100) * worth)
        told = Text(f"{told.zh}（合总分{followed(counted)}）", f"{told.en} ({counted.en} of the score)")
    if adjustment.most is None:
        return Text(f"{told.zh}，不设上限", f"{told.en}, without limit")
    most = marks(adjustment.most)
    return Text(f"{told.zh}，最多{zh} {most.zh}", f"{told.en}, {most.en} at most")


def _parts(part: Part, share: Fraction, depth: int, criteria: CriteriaSet) -> Iterator[PartTold]:
    whole = sum((child.share_of_tree for child in part.children), Fraction(0))
    over = _WHOLE if part.id == ROOT else part.full_marks
    yield PartTold(
        part=part,
        depth=depth,
        share=percent(share),
        full_marks=marks(part.full_marks),
        count=sum(1 for _ in part.all_criteria()),
        ceiling=None if part.ceiling == 100 or part.id == ROOT else percent(part.ceiling / 100),
        criteria=tuple(
            CriterionTold(
                criterion=own,
                full_marks=marks(own.full_marks),
                worth=score(share * own.share_of_tree / whole * 100),
                earning=earning(own, criteria),
                evidence=evidence(own.evidence),
            )
            for own in part.criteria
        ),
        adjustments=tuple(
            AdjustmentTold(adjustment=own, sentence=adjustment_told(own, share * _WHOLE / over))
            for own in part.adjustments
        ),
    )
    for child in part.parts:
        yield from _parts(child, share * child.share_of_tree / whole, depth + 1, criteria)


def _shares(part: Part) -> Iterator[Text]:
    """Yield how a part is shared among those below, then the same of each that has parts itself."""
    whole = sum((child.share_of_tree for child in part.children), Fraction(0))
    shares = [(child.title, percent(child.share_of_tree / whole)) for child in part.children]
    told = Text(
        "，".join(f"{title.zh}占{followed(own)}" for title, own in shares),
        ", ".join(f"{title.en} {own.en}" for title, own in shares),
    )
    if part.id == ROOT:
        yield Text(f"得分按百分制：{told.zh}。", f"The score is out of 100: {told.en}.")
    else:
        yield Text(
            f"其中“{part.title.zh}”分为 {len(shares)} 个方面：{told.zh}。",
            f"“{part.title.en}” has {len(shares)} sides: {told.en}.",
        )
    for child in part.parts:
        if child.parts:
            yield from _shares(child)
