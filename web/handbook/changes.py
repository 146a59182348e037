"""Changes from one version of a set to another, with what stood there before and after in plain words."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scoring.criteria.comparison import Change, compare
from scoring.criteria.criterion import Criterion
from scoring.criteria.model import ROOT, Adjustment, CriteriaSet, CutPoint, Gate, Part, Quota, Target
from scoring.numbers import exact_text, share_text
from scoring.sentences import stage_title
from scoring.texts import Text
from scoring.units import domain_title
from web.handbook.earning import SOURCES, bands, levels, line, votes
from web.handbook.makeup import adjustment_told
from web.handbook.phrases import clauses, evidence, marks, part_of, row, unit_word
from web.handbook.rating import agreement, gate, quota, score_rule, target
from web.words import KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTold:
    """A change in words; `before` and `after` are None where there was nothing."""

    change: Change
    before: Text | None
    after: Text | None


def changes(before: CriteriaSet, after: CriteriaSet) -> tuple[ChangeTold, ...]:
    """Return every change from one set to the other, in the order of the file."""
    old, new = _Sides(before), _Sides(after)
    return tuple(
        ChangeTold(change=own, before=old.told(own, own.before), after=new.told(own, own.after))
        for own in compare(before, after)
    )


class _Sides:
    """One of the two sets, its elements by what a change calls them."""

    def __init__(self, criteria: CriteriaSet) -> None:
        self.criteria = criteria
        self.elements: dict[tuple[str, str], Any] = {("set", ""): criteria}
        self.elements |= {("part", own.id): own for own in criteria.root.all_parts() if own.id != ROOT}
        self.elements |= {("criterion", own.id): own for own in criteria.criteria}
        self.elements |= {("adjustment", own.id): own for own in criteria.adjustments}
        self.elements |= {("gate", own.id): own for own in criteria.gates}
        self.elements |= {("cut_point", f"{own.stars}"): own for own in criteria.cut_points}
        self.elements |= {("quota", f"{own.stars} {own.within}"): own for own in criteria.quotas}
        if criteria.target is not None:
            self.elements["target", ""] = criteria.target
        self.homes = {own.id: part for part in criteria.root.all_parts() for own in _children(part)}

    def told(self, change: Change, raw: str | None) -> Text | None:
        """Return what stands there in this set; *raw* is how the document writes it."""
        element = self.elements.get((change.kind, change.id))
        if element is None:
            return None
        if change.field == "":
            return self._whole(element)
        if change.field == "part":
            return self.homes[change.id].title if change.id in self.homes else None
        own = _FIELDS.get((type(element), change.field)) or _FIELDS.get((object, change.field))
        if own is not None:
            return own(element)
        return None if raw is None else Text(raw, raw)

    def _whole(self, element: Any) -> Text:
        """Return an element that came or went, in one line."""
        match element:
            case Criterion():
                kind, full = KINDS[element.kind], marks(element.full_marks)
                first = Text(f"满分 {full.zh}，{kind.zh}", f"{full.en}, {kind.en.lower()}")
                how = _how(element)
                return first if how is None else clauses([first, how])
            case Part():
                full = marks(element.full_marks)
                return Text(f"满分合计 {full.zh}", f"{full.en} in all")
            case Adjustment():
                return adjustment_told(element)
            case Gate():
                return gate(element)
            case CutPoint():
                return _cut(element)
            case Quota():
                return quota(element, self.criteria)
            case _:
                assert isinstance(element, Target)
                return target(self.criteria) or _share(element)


def _children(part: Part) -> tuple[Criterion | Adjustment | Part, ...]:
    return (*part.criteria, *part.adjustments, *part.parts)


def _how(criterion: Criterion) -> Text | None:
    """Return how a criterion's marks are earned, in one line; None where somebody judges."""
    if criterion.line is not None:
        return line(criterion, criterion.line)
    rungs = levels(criterion) or bands(criterion) or votes(criterion)
    return (
        clauses([Text(f"{own.when.zh}：{own.gives.zh}", f"{own.when.en}: {own.gives.en}") for own in rungs])
        if rungs
        else None
    )


def _cut(own: CutPoint) -> Text:
    bound = exact_text(own.at_least)
    return Text(f"{bound} 分及以上", f"{bound} or more")


def _share(own: Quota | Target) -> Text:
    return part_of(own.share)


def _weight(own: Criterion | Part) -> Text:
    if own.weight is None:
        return Text("等于满分", "as its full marks")
    return Text(exact_text(own.weight), exact_text(own.weight))


def _stages(own: CriteriaSet) -> Text:
    return row([stage_title(stage) for stage in own.stages])


def _domains(own: CriteriaSet) -> Text:
    return row([domain_title(domain) for domain in own.domains]) if own.domains else Text("不限", "all")


def _most(own: Adjustment) -> Text:
    return Text("不设上限", "without limit") if own.most is None else marks(own.most)


def _best_share(own: Criterion) -> Text:
    share = own.best_share_most
    return Text("不限", "without limit") if share is None else Text(share_text(share), share_text(share))


def _voters(own: Criterion) -> Text:
    return Text(f"{own.voters_needed} 人", f"{own.voters_needed}")


def _ceiling(own: Part) -> Text:
    share = share_text(Fraction(own.ceiling) / 100)
    return Text(share, share)


_FIELDS: dict[tuple[type, str], Callable[[Any], Text | None]] = {
    (object, "title"): lambda own: own.title,
    (object, "note"): lambda own: own.note,
    (Criterion, "kind"): lambda own: KINDS[own.kind],
    (Criterion, "full_marks"): lambda own: marks(own.full_marks),
    (Criterion, "step"): lambda own: marks(own.step_taken),
    (Criterion, "weight"): _weight,
    (Part, "weight"): _weight,
    (Part, "ceiling"): _ceiling,
    (Criterion, "levels"): _how,
    (Criterion, "bands"): _how,
    (Criterion, "line"): _how,
    (Criterion, "grades"): _how,
    (Criterion, "unit"): lambda own: unit_word(own.measured_in),
    (Criterion, "source"): lambda own: None if own.source is None else SOURCES[own.source],
    (Criterion, "least_voters"): _voters,
    (Criterion, "best_share_most"): _best_share,
    (Criterion, "evidence"): lambda own: evidence(own.evidence),
    (Adjustment, "each"): lambda own: marks(own.each),
    (Adjustment, "most"): _most,
    (Gate, "highest_stars"): gate,
    (CutPoint, "at_least"): _cut,
    (Quota, "share"): _share,
    (Target, "share"): _share,
    (CriteriaSet, "score"): lambda own: score_rule(own.score),
    (CriteriaSet, "agreement"): agreement,
    (CriteriaSet, "stages"): _stages,
    (CriteriaSet, "domains"): _domains,
    (CriteriaSet, "decided_from"): lambda own: stage_title(own.stages[own.first_deciding]),
}
"""How a field is told, by what kind of element has it."""
