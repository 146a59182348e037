"""What is typed on the sheets of many units at once, sorted cell by cell, before any of it is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scoring.errors import Fault, Refused, UnitUnknown
from scoring.people import Actor
from scoring.sheets import Conflict, DraftMark, Entered
from scoring.store.drafts import NewDraft
from scoring.store.engine import Connection
from scoring.texts import Text
from scoring.workflow.footing import Footing, permit_marking
from scoring.workflow.sheets_together import footings
from scoring.workflow.typed_marks import Entering, Found, told_by

Cell = tuple[str, str]
"""The unit and the criterion, by code and id."""


@dataclass(slots=True)
class Block:
    """What becomes of a block, cell by cell; `new` is what is to be saved, `before` the marks that stand so far.

    `refusals` are of units on whose sheets nothing may be entered; all their cells are faults.
    """

    revisions: dict[Cell, int] = field(default_factory=dict)
    marks: dict[Cell, str] = field(default_factory=dict)
    faults: dict[Cell, Text] = field(default_factory=dict)
    new: list[NewDraft] = field(default_factory=list)
    conflicts: tuple[Conflict, ...] = ()
    refusals: list[Refused] = field(default_factory=list)
    before: dict[str, Mapping[str, DraftMark]] = field(default_factory=dict)


def sort_block(
    c: Connection, actor: Actor, period_id: str, stage: str, by_unit: Mapping[str, Sequence[Entered]]
) -> Block:
    """Return what becomes of what is typed on the actor's sheets of *stage*, unit by unit.

    Raises the refusal where the actor may enter marks on none of the units, and PeriodUnknown.
    """
    block = Block()
    entering: dict[int, Entering] = {}
    stale: list[tuple[Conflict, str]] = []
    there = footings(c, actor, period_id, stage, by_unit)
    for unit, entries in by_unit.items():
        own = there.get(unit)
        refusal = _unknown(unit) if own is None else _refusal(actor, own)
        if own is None or refusal is not None:
            assert refusal is not None
            block.refusals.append(refusal)
            block.faults |= {(unit, one.criterion): refusal.faults[0].sentence for one in entries}
            continue
        sorting = entering.setdefault(id(own.criteria), Entering(own.criteria, stage))
        found = sorting.sort(unit, own.marks, entries)
        block.before[unit] = own.marks
        stale += found.conflicts
        _take(block, unit, found)
    if block.refusals and len(block.refusals) == len(by_unit):
        raise block.refusals[0]
    block.conflicts = told_by(c, stale)
    return block


def _take(block: Block, unit: str, found: Found) -> None:
    block.new += found.new
    block.revisions |= {(unit, criterion): revision for criterion, revision in found.revisions.items()}
    block.marks |= {(unit, criterion): mark for criterion, mark in found.marks.items()}
    block.faults |= {(unit, criterion): sentence for criterion, sentence in found.faults.items()}


def _refusal(actor: Actor, own: Footing) -> Refused | None:
    try:
        permit_marking(actor, own)
    except Refused as refused:
        return refused
    return None


def _unknown(unit: str) -> Refused:
    return UnitUnknown([Fault.of(f"没有单位“{unit}”", f"there is no unit “{unit}”")])
