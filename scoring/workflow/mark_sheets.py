"""Marks are entered on sheets: one by one as they are typed, in blocks, or taken over from the stage before.

Nothing is overwritten unseen: every mark names the revision it was read at, and one that somebody else has changed
since is told with both values. What is entered counts when the sheet is signed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scoring.chain import Deed
from scoring.criteria.criterion import Criterion
from scoring.criteria.model import Adjustment, CriteriaSet
from scoring.errors import Fault, Place, Refused, UnitUnknown
from scoring.marks import MarkRefused
from scoring.people import Actor
from scoring.sheets import (
    BlockCell,
    BlockSaved,
    Conflict,
    DraftMark,
    Entered,
    Saved,
    SheetKey,
    StaleMarks,
    closed_in,
    read_comment,
    read_mark,
    standing_mark,
)
from scoring.store import drafts, people
from scoring.store.drafts import By, NewDraft
from scoring.store.engine import Connection, Store
from scoring.texts import Text
from scoring.workflow.read_sheets import Footing, footing, own_key, permit_marking, read_sheet
from scoring.workflow.sheets_together import footings

__all__ = ["accept", "enter_block", "enter_marks", "own_comments", "own_key", "read_sheet"]

_COMMENTS_MOST = 12


def enter_marks(store: Store, actor: Actor, key: SheetKey, entries: Sequence[Entered]) -> Saved:
    """Enter marks on a sheet and return what became of each, and what the sheet comes to now.

    A mark that is not allowed is told as a fault, the others are saved. Raises StaleMarks where others changed some
    since they were read (the rest is saved), and NotAllowed, SameHands and SheetSigned, when nothing is.
    """
    with store.begin(_typing(actor)) as c:
        own = footing(c, actor, key)
        permit_marking(actor, own)
        found = _Entering(own.criteria, own.key.stage).sort(own.unit.code, own.marks, entries)
        made_at = drafts.add(c, own.key, found.new, _by(actor))
        conflicts = _told(c, found.conflicts)
    written = {
        one.criterion: DraftMark(
            criterion=one.criterion,
            mark=one.mark,
            comment=one.comment,
            revision=one.revision,
            by=actor.id,
            made_at=made_at,
        )
        for one in found.new
    }
    now = replace(own, drafts=dict(own.drafts) | written)
    saved = Saved(
        revisions=found.revisions, marks=found.marks, faults=found.faults, provisional=now.provisional()
    )
    if conflicts:
        raise StaleMarks(conflicts, saved)
    return saved


def accept(
    store: Store,
    actor: Actor,
    key: SheetKey,
    criteria: Sequence[str],
    revisions: Mapping[str, int] | None = None,
) -> Saved:
    """Enter on the sheet what the stage before it gave on *criteria*, as it stands; nobody need type it.

    *revisions* are those the marks were read at; without, only what nothing was entered on is taken over. Where
    there is no such mark, or evaluators gave two, that is a fault. Raises as `enter_marks` does.
    """
    with store.read() as c:
        own = footing(c, actor, key)
        permit_marking(actor, own)
    earlier, known = own.earlier, revisions or {}
    standing = {criterion: standing_mark(earlier.get(criterion, ())) for criterion in criteria}
    saved = enter_marks(
        store,
        actor,
        own.key,
        [
            Entered(criterion=criterion, mark=mark, revision=known.get(criterion, 0))
            for criterion, mark in standing.items()
            if mark is not None
        ],
    )
    faults = {criterion: _nothing_to_accept() for criterion, mark in standing.items() if mark is None}
    return replace(saved, faults={**saved.faults, **faults})


def enter_block(
    store: Store, actor: Actor, period_id: str, stage: str, cells: Sequence[BlockCell]
) -> BlockSaved:
    """Enter marks on the actor's sheets of many units at once, and return what became of every cell.

    What is not allowed, of units that are locked or not the actor's too, is told as a fault of its cell; what others
    changed since it was read as a conflict; all else is saved. Raises the refusal where the actor may mark none of
    the units.
    """
    by_unit: dict[str, list[Entered]] = {}
    for cell in cells:
        entered = Entered(criterion=cell.criterion, mark=cell.mark, revision=cell.revision)
        by_unit.setdefault(cell.unit, []).append(entered)
    revisions: dict[tuple[str, str], int] = {}
    marks: dict[tuple[str, str], str] = {}
    faults: dict[tuple[str, str], Text] = {}
    with store.begin(_typing(actor)) as c:
        new: list[NewDraft] = []
        conflicts: list[tuple[Conflict, str]] = []
        refusals: list[Refused] = []
        entering: dict[int, _Entering] = {}
        own_footings = footings(c, actor, period_id, stage, by_unit)
        for unit, entries in by_unit.items():
            own = own_footings.get(unit)
            refusal = _refusal(actor, unit, own)
            if refusal is not None or own is None:
                assert refusal is not None
                refusals.append(refusal)
                faults |= {(unit, one.criterion): refusal.faults[0].sentence for one in entries}
                continue
            sorting = entering.setdefault(id(own.criteria), _Entering(own.criteria, stage))
            found = sorting.sort(unit, own.marks, entries)
            new += found.new
            conflicts += found.conflicts
            revisions |= {(unit, criterion): revision for criterion, revision in found.revisions.items()}
            marks |= {(unit, criterion): mark for criterion, mark in found.marks.items()}
            faults |= {(unit, criterion): sentence for criterion, sentence in found.faults.items()}
        if refusals and len(refusals) == len(by_unit):
            raise refusals[0]
        if new:
            drafts.add(c, own_key(actor, period_id, new[0].unit, stage), new, _by(actor))
        told = _told(c, conflicts)
    return BlockSaved(revisions=revisions, marks=marks, faults=faults, conflicts=told)


def own_comments(store: Store, actor: Actor, period_id: str, stage: str) -> tuple[str, ...]:
    """Return the comments the actor wrote most often in the stage, to be chosen again."""
    with store.read() as c:
        return drafts.comments_of(c, actor.id, period_id, stage, _COMMENTS_MOST)


@dataclass(slots=True)
class _Found:
    """What became of marks that were typed on one sheet; conflicts with the id of who wrote the other mark."""

    revisions: dict[str, int]
    marks: dict[str, str]
    faults: dict[str, Text]
    new: list[NewDraft]
    conflicts: list[tuple[Conflict, str]]


class _Entering:
    """What is typed on sheets of one set and stage is sorted: to be saved, faulty, or stale. Each mark is read once."""

    def __init__(self, criteria: CriteriaSet, stage: str) -> None:
        self._subjects = dict[str, Criterion | Adjustment]({own.id: own for own in criteria.subjects})
        self._closed = closed_in(criteria, stage)
        self._ref = criteria.ref
        self._read: dict[tuple[str, str], str | Text] = {}

    def sort(self, unit: str, marks: Mapping[str, DraftMark], entries: Iterable[Entered]) -> _Found:
        """Return what becomes of *entries* over the *marks* that stand on the unit's sheet; of two on one the last."""
        found = _Found({}, {}, {}, [], [])
        for entered in {own.criterion: own for own in entries}.values():
            criterion = entered.criterion
            mark, comment = self._mark(criterion, entered.mark), _comment(entered.comment)
            wrong = next((own for own in (mark, comment) if isinstance(own, Text)), None)
            if wrong is not None:
                found.faults[criterion] = wrong
                continue
            assert isinstance(mark, str)
            assert not isinstance(comment, Text)
            _lay(unit, entered, mark, comment, marks.get(criterion) or DraftMark(criterion=criterion), found)
        return found

    def _mark(self, criterion: str, typed: str) -> str | Text:
        key = criterion, typed
        known = self._read.get(key)
        if known is None:
            known = self._read[key] = self._reading(criterion, typed)
        return known

    def _reading(self, criterion: str, typed: str) -> str | Text:
        subject = self._subjects.get(criterion)
        if subject is None:
            return Text(
                f"{self._ref} 中没有“{criterion}”这一项", f"{self._ref} has no criterion “{criterion}”"
            )
        if criterion in self._closed:
            return Text(
                "取自系统记录，由上级或县级填写，支部不填",
                "a number from the service's own records; the superior or the county enters it",
            )
        return _or_fault(lambda: read_mark(subject, typed))


def _lay(  # noqa: PLR0917  what is typed, as it is read, what it is laid over, and what becomes of it
    unit: str, entered: Entered, mark: str, comment: str | None, before: DraftMark, found: _Found
) -> None:
    """Add to *found* what becomes of one mark that is allowed."""
    criterion = entered.criterion
    if mark == before.mark and comment in (None, before.comment):
        found.revisions[criterion], found.marks[criterion] = before.revision, mark
    elif entered.revision != before.revision:
        conflict = Conflict(
            unit=unit,
            criterion=criterion,
            yours=mark,
            theirs=before.mark,
            by_name="",
            made_at=before.made_at,
            revision=before.revision,
            your_comment=comment,
            their_comment=before.comment,
        )
        found.conflicts.append((conflict, before.by))
    else:
        revision = before.revision + 1
        kept = before.comment if comment is None else comment
        new = NewDraft(unit=unit, criterion=criterion, revision=revision, mark=mark, comment=kept)
        found.new.append(new)
        found.revisions[criterion], found.marks[criterion] = revision, mark


def _refusal(actor: Actor, unit: str, own: Footing | None) -> Refused | None:
    if own is None:
        from_nowhere = Text(f"没有单位“{unit}”", f"there is no unit “{unit}”")
        return UnitUnknown([_fault(from_nowhere)])
    try:
        permit_marking(actor, own)
    except Refused as refused:
        return refused
    return None


def _told(c: Connection, conflicts: Sequence[tuple[Conflict, str]]) -> tuple[Conflict, ...]:
    """Return the conflicts with the names of who wrote the other marks."""
    if not conflicts:
        return ()
    names = people.among(c, {person for _, person in conflicts})
    return tuple(
        replace(one, by_name=names[person].name if person in names else "") for one, person in conflicts
    )


def _comment(typed: str | None) -> str | Text | None:
    return None if typed is None else _or_fault(lambda: read_comment(typed))


def _or_fault(read: Callable[[], str]) -> str | Text:
    try:
        return read()
    except MarkRefused as refusal:
        return refusal.sentence


def _nothing_to_accept() -> Text:
    return Text(
        "前一阶段没有可以采用的评分，或几人所评不同",
        "the stage before gave no mark that could be taken over, or several",
    )


def _typing(actor: Actor) -> Deed:
    """Return the deed of entering marks, which the chain does not cover: they count when they are signed for."""
    return Deed(person=actor.id, action="enter_marks")


def _by(actor: Actor) -> By:
    return By(person=actor.id, on_behalf="" if actor.on_behalf is None else actor.on_behalf.id)


def _fault(sentence: Text) -> Fault:
    return Fault(place=Place(), sentence=sentence)
