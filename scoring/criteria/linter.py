"""What is weak in a criteria set, though not wrong: warnings that stop nothing.

What is wrong cannot be built at all (`model`); what only the marks of a year can show is in `discrimination`.
"""

import re
from collections.abc import Iterable, Iterator

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import CriteriaSet, Part
from scoring.errors import Fault, Place
from scoring.numbers import exact_text, marks_text
from scoring.texts import Text
from scoring.units import Grouping

_VAGUE = re.compile(r"加强|深入|进一步|切实|大力|不断|扎实|积极(?!分子)|努力|全面提升|着力")
_VAGUE_EN = re.compile(
    r"\b(strengthen\w*|thorough\w*|further|vigorous\w*|actively|continu\w+ improv\w+)\b", re.IGNORECASE
)
_MEASURE = re.compile(r"[0-9０-９一二两三四五六七八九十百半每全无未]")
_PARTIAL = (Grouping.TOWNSHIP, Grouping.DEPARTMENT)


def warnings(criteria: CriteriaSet, file: str, previous: CriteriaSet | None = None) -> tuple[Fault, ...]:
    """Return what is weak in *criteria*, read from *file*; with *previous*, also what grew since that set."""
    found = [
        *_totals(criteria),
        *_weights(criteria.root),
        *_quotas(criteria),
        *_stars_without_cut_points(criteria),
    ]
    for criterion in criteria.criteria:
        found += [
            *vague(criterion.id, _wording(criterion)),
            *_bare(criterion),
            *_unreachable_marks(criterion),
        ]
    if previous is not None:
        found += files_more(evidence_asked(criteria), evidence_asked(previous), previous.ref)
    return as_warnings(found, file)


def evidence_asked(criteria: CriteriaSet) -> int:
    """Return how many files the set asks of a unit at the least."""
    return sum(criterion.evidence.least for criterion in criteria.criteria if criterion.evidence)


Found = Iterator[tuple[str, Text]]
"""What was found: the id or field it is about, '' for the whole, and the sentence."""


def as_warnings(found: Iterable[tuple[str, Text]], file: str) -> tuple[Fault, ...]:
    """Return what was found in *file* as faults that stop nothing."""
    return tuple(
        Fault(place=Place(file=file, field=field or None), sentence=sentence) for field, sentence in found
    )


def vague(name: str, texts: Iterable[Text]) -> Found:
    """Wording that says no more than “do better”: a vague word, and nothing in the sentence to measure it by."""
    for text in texts:
        word = _VAGUE.search(text.zh) or _VAGUE_EN.search(text.en)
        if word and not _MEASURE.search(text.zh.replace(word[0], "")):
            yield (
                name,
                Text(
                    f"“{text.zh}”含“{word[0]}”而没有可核对的尺度（时间、数量、次数），不同的人会打出不同的分",
                    f"“{text.en}” says “{word[0]}” but names no measure (date, number, count) to check it by",
                ),
            )


def files_more(now: int, then: int, before: str) -> Found:
    """More files of evidence asked for than in the version *before*."""
    if now > then:
        yield (
            "evidence",
            Text(
                f"要求的佐证材料由 {before} 的 {then} 份增至 {now} 份，加重了基层负担",
                f"asks for {now} files of evidence where {before} asked for {then}",
            ),
        )


def _totals(criteria: CriteriaSet) -> Found:
    """Full marks that add up to something else than the cut points are out of, where nothing weighs them."""
    children = criteria.root.children
    total = criteria.root.full_marks
    if criteria.cut_points and total != 10_000 and all(child.weight is None for child in children):
        cuts = "/".join(exact_text(cut.at_least) for cut in criteria.cuts)
        yield (
            "",
            Text(
                f"各项满分合计 {marks_text(total)}，而分数线 {cuts} 按百分制；得分会折算成百分制，请确认这是本意",
                f"full marks add up to {marks_text(total)}, while the cut points {cuts} are out of 100; scores are "
                "brought to 100, so make sure that is meant",
            ),
        )


def _weights(part: Part) -> Found:
    """Siblings of which some have a weight and some go by their full marks."""
    children = part.children
    bare = [child.id for child in children if child.weight is None]
    if bare and len(bare) < len(children):
        yield (
            part.id,
            Text(
                f"同级各项有的写了权重，有的没写（{'、'.join(bare)} 将按满分计权）",
                f"some siblings have a weight and some have not ({', '.join(bare)} weigh by their full marks)",
            ),
        )
    for child in part.parts:
        yield from _weights(child)


def _quotas(criteria: CriteriaSet) -> Found:
    for quota in criteria.quotas:
        if quota.within in _PARTIAL:
            zh = "乡镇" if quota.within is Grouping.TOWNSHIP else "部门"
            yield (
                "quotas",
                Text(
                    f"{quota.stars} 星名额按{zh}分配，没有{zh}的单位不受此限；如要全覆盖可用 superior",
                    f"the quota of {quota.stars} stars is within {quota.within.value}s; units without one are outside "
                    "it. To leave nobody out use superior",
                ),
            )


def _stars_without_cut_points(criteria: CriteriaSet) -> Found:
    if criteria.cut_points:
        return
    for name, there in (("quotas", criteria.quotas), ("target", criteria.target), ("gates", criteria.gates)):
        if there:
            yield (
                name,
                Text("没有分数线（cut_points），此项不起作用", "has no effect: there are no cut points"),
            )


def _wording(criterion: Criterion) -> list[Text]:
    """Return the sentences by which *criterion* is marked."""
    texts = [level.when for level in criterion.levels]
    if criterion.kind is Kind.JUDGED:
        note = criterion.note or Text("", "")
        texts.append(Text(criterion.title.zh + note.zh, criterion.title.en + note.en))
    return texts


def _bare(criterion: Criterion) -> Found:
    if not criterion.basis:
        yield criterion.id, Text("没有写明依据（basis）", "names no basis")
    if criterion.evidence is None and criterion.kind is not Kind.DERIVED:
        yield (
            criterion.id,
            Text("没有写明要什么佐证材料（evidence）", "does not say what evidence is asked for"),
        )


def _unreachable_marks(criterion: Criterion) -> Found:
    """Full marks no level or band gives: the unit's best is then below full marks."""
    given = [level.marks for level in criterion.levels] + [band.marks for band in criterion.bands]
    if given and max(given) < criterion.full_marks:
        best, full = marks_text(max(given)), marks_text(criterion.full_marks)
        yield (
            criterion.id,
            Text(f"最高一档 {best} 分，满分 {full} 分无人可得", f"the best entry gives {best} of {full}"),
        )
