"""Evidence: what a branch hands in for a criterion, which files serve, and how much it is asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from scoring.criteria.criterion import Criterion, EvidenceAsked, EvidenceKind
from scoring.criteria.model import CriteriaSet
from scoring.texts import Text
from scoring.uploads.kinds import Kind

MOST_UNSAID = 9
"""How many files a criterion may have that names no limit."""

LONGEST_REASON = 500
"""Characters of a reason for too little evidence."""

KINDS = {
    EvidenceKind.DOCUMENT: Text("文件（PDF、Word、PPT）", "a document (PDF, Word, PowerPoint)"),
    EvidenceKind.IMAGE: Text("照片或图片", "a photograph or picture"),
    EvidenceKind.SPREADSHEET: Text("表格（Excel、WPS）", "a spreadsheet (Excel, WPS)"),
    EvidenceKind.RECORD: Text("系统记录（不用上传）", "the service's own records (nothing to hand in)"),
}
"""What each sort of evidence is called to those who hand it in."""


@dataclass(frozen=True, slots=True)
class UnitYear:
    """A unit, by its code, in a period: whose evidence it is."""

    period: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file that a unit hands in for a criterion; `title` is what it is called, `by` the id of who handed it in.

    `taken_at` is when a photograph says it was taken, None where it does not say.
    """

    number: int
    period: str
    unit: str
    criterion: str
    file: str
    kind: Kind
    size: int
    taken_at: datetime | None
    title: str
    by: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """Why a unit has less evidence for a criterion than is asked; `revision` counts how often that was written."""

    criterion: str
    revision: int
    reason: str
    by: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """How much evidence a criteria set asks for: the files there must be, those there may be, and of how many criteria.

    A criterion that names no limit counts with what it must have.
    """

    criteria: int
    least: int
    most: int

    @classmethod
    def of(cls, criteria: Iterable[Criterion]) -> Self:
        """Return what *criteria* ask for together; what the service has itself asks nobody for a file."""
        asked = [own.evidence for own in criteria if own.evidence is not None and takes_files(own.evidence)]
        return cls(
            criteria=sum(own.least > 0 for own in asked),
            least=sum(own.least for own in asked),
            most=sum(own.least if own.most is None else own.most for own in asked),
        )


def asked_by(criteria: CriteriaSet) -> dict[str, EvidenceAsked]:
    """Return what each criterion and adjustment of the set asks, by id in the set's order; nothing asked is any file."""
    asked = {own.id: EvidenceAsked() for own in criteria.subjects}
    return asked | {own.id: own.evidence for own in criteria.criteria if own.evidence is not None}


def takes_files(asked: EvidenceAsked) -> bool:
    """Say whether files can be handed in: not where only the service's own records serve."""
    return set(asked.kinds) != {EvidenceKind.RECORD}


def room_in(asked: EvidenceAsked) -> int:
    """Return how many files there may be."""
    if not takes_files(asked):
        return 0
    return max(asked.least, MOST_UNSAID) if asked.most is None else asked.most


def why_not(asked: EvidenceAsked, title: Text, kind: Kind, there: int) -> Text | None:
    """Return why one more file of *kind* cannot be handed in where *there* are that many; None where it can.

    *title* is what the criterion is called.
    """
    if not takes_files(asked):
        return Text(
            f"“{title.zh}”取自系统记录，不用上传材料",
            f"“{title.en}” is taken from the service's own records; nothing is to be handed in",
        )
    if asked.kinds and kind.evidence not in asked.kinds:
        kinds = [KINDS[own] for own in asked.kinds if own is not EvidenceKind.RECORD]
        zh, en = "、".join(own.zh for own in kinds), " or ".join(own.en for own in kinds)
        return Text(
            f"“{title.zh}”收的是{zh}，这个文件是{kind.title.zh}；请另存为所要的格式，或传到别的指标",
            f"“{title.en}” takes {en}, and this is a {kind.title.en}; save it as what is asked, or use it elsewhere",
        )
    if there >= room_in(asked):
        return Text(
            f"“{title.zh}”最多 {room_in(asked)} 份材料，已满；请先撤回一份",
            f"“{title.en}” takes at most {room_in(asked)} files and has them; take one back first",
        )
    return None


def short_of(criteria: Iterable[Criterion], there: Mapping[str, int]) -> tuple[Criterion, ...]:
    """Return those of *criteria*, in order, for which *there* counts fewer files than must be."""
    return tuple(
        own
        for own in criteria
        if own.evidence is not None
        and takes_files(own.evidence)
        and there.get(own.id, 0) < own.evidence.least
    )
