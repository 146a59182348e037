"""Sheets: the marks of one stage on one unit as they are entered, signed and sent back, and what may stand on them."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from scoring.criteria.criterion import Criterion, Kind
from scoring.criteria.model import MODERATION, Adjustment, CriteriaSet
from scoring.errors import Fault, Place, Refused
from scoring.marks import MarkRefused, read_value, value_text
from scoring.texts import Text, unwritable
from scoring.units import Unit

SELF, SUPERIOR = "self", "superior"
"""The stages in which those entitled share one sheet a unit; moderation is the third."""

SHARED = frozenset({SELF, SUPERIOR, MODERATION})

LONGEST_COMMENT = 1_000
_LONGEST_MARK = 400
_QUOTED = 20


class SheetSigned(Refused):
    """A sheet that is signed was to be changed."""


class SheetNotReady(Refused):
    """A sheet cannot be signed as it stands."""


class NothingToSendBack(Refused):
    """There is no sheet that could be sent back now."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SheetKey:
    """Which sheet: the period, the unit by code, the stage, and whose it is: a person's id, '' where it is shared."""

    period: str
    unit: str
    stage: str
    holder: str = ""

    def __post_init__(self) -> None:
        if not (self.period and self.unit and self.stage) or (self.stage in SHARED and self.holder):
            raise ValueError(self)


class SheetState(StrEnum):
    """Where a sheet stands: open (never signed), signed and locked, or sent back and open again."""

    OPEN = "open"
    SIGNED = "signed"
    SENT_BACK = "sent_back"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _STATES[self]


_STATES = {
    SheetState.OPEN: Text("未签署", "open"),
    SheetState.SIGNED: Text("已签署", "signed"),
    SheetState.SENT_BACK: Text("已退回", "sent back"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One mark as typed on a sheet ('' clears it), and the revision it was read at, 0 where there was none.

    `comment` None leaves the comment as it is.
    """

    criterion: str
    mark: str
    comment: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCell:
    """One mark of a block of several units, and the revision it was read at."""

    unit: str
    criterion: str
    mark: str
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftMark:
    """A mark as it stands on a sheet, '' for none, in canonical form; who entered it, by id, and when.

    At revision 0 nothing was entered on the sheet: the mark, where there is one, came with a file.
    """

    criterion: str
    mark: str = ""
    comment: str = ""
    revision: int = 0
    by: str = ""
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A mark that somebody else has changed since it was read: yours, theirs, by whom and when.

    `by_name` is '' and `made_at` None where the other came with a file.
    """

    unit: str
    criterion: str
    yours: str
    theirs: str
    by_name: str
    made_at: datetime | None
    revision: int
    your_comment: str | None = None
    their_comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisional:
    """What a sheet comes to now: the score as it is printed, or None and the ids of what it still wants."""

    score: str | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of entered marks: new revisions and canonical marks by criterion, faults by criterion."""

    revisions: Mapping[str, int]
    marks: Mapping[str, str]
    faults: Mapping[str, Text]
    provisional: Provisional


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSaved:
    """What became of a block, cell by cell, by (unit, criterion); conflicting cells were not saved."""

    revisions: Mapping[tuple[str, str], int]
    marks: Mapping[tuple[str, str], str]
    faults: Mapping[tuple[str, str], Text]
    conflicts: tuple[Conflict, ...] = ()


class StaleMarks(Refused):
    """Marks were changed by somebody else since they were read; those were not saved, the others were (`saved`, None without)."""

    def __init__(self, conflicts: Sequence[Conflict], saved: Saved | None = None) -> None:
        self.conflicts = tuple(conflicts)
        self.saved = saved
        super().__init__([Fault(place=_place(own), sentence=told(own)) for own in conflicts])


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMark:
    """A mark that counts, of some stage and evaluator, beside one's own; `comment` '' without."""

    stage: str
    evaluator: str
    mark: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastMark:
    """What was agreed on a criterion in an earlier period, as text, and the full marks then."""

    period: str
    agreed: str
    full_marks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A sheet signed, or sent back with a reason: by whom (id and name), when, and as whose marks."""

    state: SheetState
    number: int
    by: str
    by_name: str
    made_at: datetime
    evaluator: str = ""
    reason: str = ""
    on_behalf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A member of a unit's panel, and whether that person has signed."""

    person: str
    name: str
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet as somebody sees it.

    `marks` are by id of criterion or adjustment; what nothing was ever entered on is left out: ask `mark_of`.
    `closed` are ids that this stage cannot mark. `locked` says why nothing may be entered by whoever looks, None
    where they may. `unready` is what stands in the way of signing, `missing` the ids of criteria without a mark,
    `changed` those that differ from what `earlier` decided and bear no comment. `earlier` holds the marks of earlier
    stages by criterion, in order of stage; `others` those of the rest of the panel, once both have signed.
    """

    key: SheetKey
    unit: Unit
    criteria: CriteriaSet
    state: SheetState
    marks: Mapping[str, DraftMark]
    closed: frozenset[str]
    locked: Text | None
    missing: tuple[str, ...]
    unready: tuple[Fault, ...]
    provisional: Provisional
    earlier: Mapping[str, tuple[SeenMark, ...]] = field(default_factory=dict)
    others: Mapping[str, tuple[SeenMark, ...]] = field(default_factory=dict)
    last_year: Mapping[str, LastMark] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    panel: tuple[Seat, ...] = ()
    signed: Move | None = None
    sent_back: Move | None = None
    deadline: str | None = None
    overdue: bool = False

    def mark_of(self, criterion: str) -> DraftMark:
        """Return the mark on that criterion or adjustment, an empty one at revision 0 where there is none."""
        return self.marks.get(criterion) or DraftMark(criterion=criterion)

    def accepted(self, criterion: str) -> str | None:
        """Return the mark that `accept` would take over: the latest earlier stage's, where it is one."""
        return standing_mark(self.earlier.get(criterion, ()))


def standing_mark(seen: Sequence[SeenMark]) -> str | None:
    """Return the mark of the last stage in *seen*, which is in order of stage; None without, or where there are two."""
    last = {own.mark for own in seen if own.stage == seen[-1].stage}
    return last.pop() if len(last) == 1 else None


def closed_in(criteria: CriteriaSet, stage: str) -> frozenset[str]:
    """Return the ids that *stage* cannot mark: numbers from the service's own records, in a branch's own sheet.

    Its superior or the county enters those as numbers, for the branch would vouch for what it cannot know.
    """
    if stage != SELF or len(criteria.stages) == 1:
        return frozenset()
    return frozenset(own.id for own in criteria.criteria if own.kind is Kind.DERIVED)


def required_in(criteria: CriteriaSet, stage: str) -> tuple[str, ...]:
    """Return the ids of what must bear a mark before a sheet of *stage* is signed: all criteria it can mark."""
    closed = closed_in(criteria, stage)
    return tuple(own.id for own in criteria.criteria if own.id not in closed)


def read_mark(subject: Criterion | Adjustment, typed: str) -> str:
    """Return what was *typed* on *subject* as a mark in canonical form, '' where it was cleared.

    However wide it was typed; raises MarkRefused where it is none, none allowed, or a ballot that cannot count.
    """
    mark = unicodedata.normalize("NFKC", typed).strip()
    if not mark:
        return ""
    if len(mark) > _LONGEST_MARK or unwritable(mark) is not None:
        raise MarkRefused("mark", Text("评分看不懂", "this is no mark"))
    value = read_value(subject, mark)
    if isinstance(value, tuple) and isinstance(subject, Criterion) and sum(value) < subject.voters_needed:
        least = subject.voters_needed
        raise MarkRefused(
            "mark",
            Text(
                f"只有 {sum(value)} 票，至少 {least} 票才有效",
                f"only {sum(value)} voted; a ballot counts from {least} votes",
            ),
        )
    return value_text(subject, value)


def read_comment(typed: str) -> str:
    """Return a comment in the form it is kept in. Raises MarkRefused where it is too long or cannot be written."""
    comment = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(comment) > LONGEST_COMMENT:
        raise MarkRefused(
            "comment",
            Text(
                f"意见最长 {LONGEST_COMMENT} 字，现有 {len(comment)} 字",
                f"a comment has {LONGEST_COMMENT} characters at most; this one has {len(comment)}",
            ),
        )
    if unwritable(comment) is not None:
        raise MarkRefused("comment", Text("意见含有控制字符", "the comment holds control characters"))
    return comment


def told(conflict: Conflict) -> Text:
    """Return the sentence that tells of a conflict: both marks, and who wrote the other."""
    yours, theirs = conflict.yours[:_QUOTED], conflict.theirs[:_QUOTED]
    name = Text(conflict.by_name or "导入的文件", conflict.by_name or "An imported file")
    return Text(
        f"{name.zh}已把它改为“{theirs or '空'}”，您的“{yours or '空'}”没有保存；请选用其中一个",
        f"{name.en} has changed it to “{theirs or 'nothing'}”; yours, “{yours or 'nothing'}”, was not saved: "
        "choose one",
    )


def titles(criteria: CriteriaSet, ids: Iterable[str]) -> Text:
    """Return the titles of criteria and adjustments as a sentence names them, in order."""
    wanted = set(ids)
    found = [own.title for own in criteria.subjects if own.id in wanted]
    return Text("、".join(one.zh for one in found), ", ".join(one.en for one in found))


def _place(conflict: Conflict) -> Place:
    return Place(field=f"{conflict.unit} {conflict.criterion}")
