"""Marks are entered on sheets: one by one as they are typed, in blocks, or taken over from the stage before.

Nothing is overwritten unseen: every mark names the revision it was read at, and one that somebody else has changed
since is told with both values. What is entered counts when the sheet is signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scoring.people import Actor
from scoring.sheets import (
    BlockCell,
    BlockSaved,
    DraftMark,
    Entered,
    Saved,
    SheetKey,
    StaleMarks,
    standing_mark,
)
from scoring.store import drafts
from scoring.store.engine import Store
from scoring.texts import Text
from scoring.workflow.footing import footing, own_key, permit_marking
from scoring.workflow.read_sheets import read_sheet
from scoring.workflow.typed_blocks import sort_block
from scoring.workflow.typed_marks import Entering, by_of, told_by, typing

__all__ = ["accept", "ask_to_mark", "enter_block", "enter_marks", "own_comments", "own_key", "read_sheet"]

_COMMENTS_MOST = 12


def ask_to_mark(store: Store, actor: Actor, key: SheetKey) -> None:
    """Return where *actor* may enter marks on the sheet now. Raises NotAllowed, SameHands and SheetSigned."""
    with store.read() as c:
        permit_marking(actor, footing(c, actor, key))


def enter_marks(store: Store, actor: Actor, key: SheetKey, entries: Sequence[Entered]) -> Saved:
    """Enter marks on a sheet and return what became of each, and what the sheet comes to now.

    A mark that is not allowed is told as a fault, the others are saved. Raises StaleMarks where others changed some
    since they were read (the rest is saved), and NotAllowed, SameHands and SheetSigned, when nothing is.
    """
    with store.begin(typing(actor, key.stage)) as c:
        own = footing(c, actor, key)
        permit_marking(actor, own)
        found = Entering(own.criteria, own.key.stage).sort(own.unit.code, own.marks, entries)
        made_at = drafts.add(c, own.key, found.new, by_of(actor))
        conflicts = told_by(c, found.conflicts)
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
    with store.begin(typing(actor, stage)) as c:
        block = sort_block(c, actor, period_id, stage, by_unit)
        if block.new:
            drafts.add(c, own_key(actor, period_id, block.new[0].unit, stage), block.new, by_of(actor))
    return BlockSaved(
        revisions=block.revisions, marks=block.marks, faults=block.faults, conflicts=block.conflicts
    )


def own_comments(store: Store, actor: Actor, period_id: str, stage: str) -> tuple[str, ...]:
    """Return the comments the actor wrote most often in the stage, to be chosen again."""
    with store.read() as c:
        return drafts.comments_of(c, actor.id, period_id, stage, _COMMENTS_MOST)


def _nothing_to_accept() -> Text:
    return Text(
        "前一阶段没有可以采用的评分，或几人所评不同",
        "the stage before gave no mark that could be taken over, or several",
    )
