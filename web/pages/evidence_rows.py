"""What the pages of evidence show of each criterion: what is asked in words, what is there, and what the script says."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.criteria.criterion import Criterion, EvidenceAsked, EvidenceKind
from scoring.criteria.model import Adjustment, AdjustmentKind
from scoring.evidence import KINDS, Evidence, room_in, takes_files
from scoring.pointers import Pointer
from scoring.uploads.intake import FILE_MOST
from scoring.uploads.kinds import Kind
from scoring.workflow.read_evidence import UnitEvidence
from web.access import MEBIBYTE
from web.language import say, told


@dataclass(frozen=True, kw_only=True)
class Row:
    """A criterion or adjustment, what it asks for, and what there is."""

    subject: Criterion | Adjustment
    asked: EvidenceAsked
    files: tuple[Evidence, ...]
    pointers: tuple[Pointer, ...]
    short: bool
    excused: bool
    waived: bool

    @property
    def words(self) -> str:
        """What is asked for, in words."""
        asked = self.asked
        if not takes_files(asked):
            return say("取自系统记录，不用上传", "from the service's own records; nothing to hand in")
        kinds = [KINDS[own] for own in asked.kinds if own is not EvidenceKind.RECORD]
        what = say("、", ", ").join(told(own) for own in kinds)
        if not asked.least:
            count = say(f"可不交，最多 {self.room} 份", f"not needed, at most {self.room}")
        elif asked.least == self.room:
            count = say(f"{self.room} 份", f"{self.room}")
        else:
            count = say(f"{asked.least}–{self.room} 份", f"{asked.least}–{self.room}")
        return say(f"{count}：{what}", f"{count}: {what}") if what else count

    @property
    def room(self) -> int:
        """How many files there may be."""
        return room_in(self.asked)

    @property
    def full(self) -> bool:
        """Whether no more may be handed in."""
        return len(self.files) >= self.room

    @property
    def accept(self) -> str:
        """What a file chooser offers first: the endings of the kinds that serve."""
        kinds = [own for own in Kind if not self.asked.kinds or own.evidence in self.asked.kinds]
        return ",".join(f".{ending}" for own in kinds for ending in own.extensions)


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A part of the criteria with its rows."""

    title: str
    rows: tuple[Row, ...]


def chapters(found: UnitEvidence) -> list[Chapter]:
    """Return what is asked for, part by part in the order of the set; what nothing can be shown for is left out."""
    short = {own.id for own in found.short}

    def row(subject: Criterion | Adjustment) -> Row:
        return Row(
            subject=subject,
            asked=found.asked[subject.id],
            files=found.of(subject.id),
            pointers=found.told_of(subject.id),
            short=subject.id in short,
            excused=subject.id in found.excuses,
            waived=subject.id in found.waived,
        )

    made = []
    for part in found.criteria.root.all_parts():
        bonuses = [own for own in part.adjustments if own.kind is AdjustmentKind.BONUS]
        rows = (*map(row, part.criteria), *map(row, bonuses))
        if rows:
            title = told(part.title) if part is not found.criteria.root else say("总分", "The whole")
            made.append(Chapter(title=title, rows=rows))
    return made


def only_missing(made: Sequence[Chapter]) -> list[Chapter]:
    """Return the chapters with nothing in them but what is still missing and has no reason."""
    left = [
        Chapter(title=own.title, rows=tuple(row for row in own.rows if row.short and not row.excused))
        for own in made
    ]
    return [own for own in left if own.rows]


def size(octets: int) -> str:
    """Return how large a file is, as people say it."""
    if octets < MEBIBYTE:
        return f"{max(octets // 1024, 1)} KB"
    return f"{octets // MEBIBYTE}.{octets % MEBIBYTE * 10 // MEBIBYTE} MB"


def script_words() -> dict[str, str]:
    """Return what the script says, in the language of the request."""
    return {
        "drop": say("把文件拖到这里，或点“选择文件”", "Drop files here, or choose them"),
        "checking": say("正在核对…", "checking…"),
        "sending": say("已传", "sent"),
        "kept": say("已上传", "uploaded"),
        "here": say("以前传过，直接引用，没有重传", "was handed in before; used again without sending"),
        "already": say("这一项里已有这个文件", "stands here already"),
        "lost": say("连接中断，稍后自动续传", "connection lost; it will be sent again by itself"),
        "again": say("立即重试", "Try now"),
        "refused": say("没有收下", "not taken"),
        "large": say(
            f"文件超过 {FILE_MOST // MEBIBYTE} MB；请压缩图片或分成几个文件后再上传",
            f"larger than {FILE_MOST // MEBIBYTE} MB; make its pictures smaller or split it",
        ),
        "signed_out": say(
            "登录已过期或页面已失效，请刷新页面后重传",
            "your session is over; reload the page and send it again",
        ),
        "done": say("全部传完", "All sent"),
    }
