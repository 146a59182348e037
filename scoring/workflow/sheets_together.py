"""The sheets of many units in one stage, read together: for a grid, a worksheet, and blocks that are pasted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from scoring.criteria.model import CriteriaSet
from scoring.errors import Refused
from scoring.marks import Marking
from scoring.people import Actor
from scoring.sheets import SHARED, DraftMark, SeenMark, SheetKey, SheetState, closed_in
from scoring.store import assignments, criteria, drafts, markings, periods, sheets, units
from scoring.store.engine import Connection, Store
from scoring.store.sheets import KeptMove
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.blind_panels import blind_in
from scoring.workflow.footing import Footing, blind_before, marks_it, own_key, permit_marking


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One unit of a grid: its marks by criterion as on its sheet, those of earlier stages, and why it is locked.

    `locked` is None where marks may be entered now.
    """

    unit: Unit
    criteria: CriteriaSet
    state: SheetState
    marks: Mapping[str, DraftMark]
    closed: frozenset[str]
    locked: Text | None
    earlier: Mapping[str, tuple[SeenMark, ...]] = field(default_factory=dict)

    def mark_of(self, criterion: str) -> DraftMark:
        """Return the mark on that criterion or adjustment, an empty one at revision 0 where there is none."""
        return self.marks.get(criterion) or DraftMark(criterion=criterion)


def read_rows(
    store: Store, actor: Actor, period_id: str, stage: str, codes: Collection[str] | None = None
) -> tuple[Row, ...]:
    """Return the units whose sheets in *stage* are the actor's, in order of code; of *codes* alone where given.

    A signed sheet is among them, and locked. Raises PeriodUnknown.
    """
    with store.read() as c:
        own = footings(c, actor, period_id, stage, codes)
    found = []
    for one in own.values():
        locked = _locked(actor, one)
        if locked is None or (one.state is SheetState.SIGNED and marks_it(actor, one)):
            found.append(
                Row(
                    unit=one.unit,
                    criteria=one.criteria,
                    state=one.state,
                    marks=one.marks,
                    closed=closed_in(one.criteria, stage),
                    locked=locked,
                    earlier=one.earlier,
                )
            )
    return tuple(found)


def footings(
    c: Connection, actor: Actor, period_id: str, stage: str, codes: Collection[str] | None = None
) -> dict[str, Footing]:
    """Return what the actor's own sheets of *stage* stand on, by unit in order of code; of *codes* alone where given.

    Units that are not there, or whose set has no such stage, are left out. Whether the actor may mark them is not
    asked. Raises PeriodUnknown.
    """
    period = periods.find(c, period_id)
    wanted = None if codes is None else set(codes)
    kept = [one for one in units.current(c, period.id) if wanted is None or one.unit.code in wanted]
    sets = {ref: criteria.known(c, ref) for ref in {one.ref for one in kept}}
    kept = [one for one in kept if stage in sets[one.ref].stages]
    own_codes = {one.unit.code for one in kept}
    holder = own_key(actor, period.id, "-", stage).holder
    moves = dict[str, dict[SheetKey, KeptMove]]()
    for key, move in sheets.moves_in(c, period.id).items():
        moves.setdefault(key.unit, {})[key] = move
    seats: dict[str, list[assignments.Assigned]] = {}
    if stage not in SHARED:
        for hand in sorted(actor.hands):
            for one in assignments.of_person(c, period.id, hand):
                seats.setdefault(one.unit, []).append(one)
    own_markings = dict[str, list[Marking]]()
    for marking in markings.current(c, period.id, own_codes):
        own_markings.setdefault(marking.unit, []).append(marking)
    own_drafts: dict[str, dict[str, DraftMark]] = {}
    for (code, criterion), mark in drafts.of_sheets(c, period.id, stage, holder, own_codes).items():
        own_drafts.setdefault(code, {})[criterion] = mark
    days = assignments.deadlines(c, period.id)
    blind: dict[str, set[str]] = {}
    if any(blind_before(own_set, stage) for own_set in sets.values() if stage in own_set.stages):
        for code, of in blind_in(c, actor, period):
            blind.setdefault(code, set()).add(of)
    return {
        one.unit.code: Footing(
            key=SheetKey(period=period.id, unit=one.unit.code, stage=stage, holder=holder),
            holder=None if actor.person is None else actor.sheet_holder,
            period=period,
            unit=one.unit,
            criteria=sets[one.ref],
            moves=moves.get(one.unit.code, {}),
            assigned=tuple(seats.get(one.unit.code, ())),
            markings=tuple(own_markings.get(one.unit.code, ())),
            drafts=own_drafts.get(one.unit.code, {}),
            deadlines=days,
            blind=frozenset(blind.get(one.unit.code, ())),
        )
        for one in kept
    }


def _locked(actor: Actor, own: Footing) -> Text | None:
    try:
        permit_marking(actor, own)
    except Refused as refused:
        return refused.faults[0].sentence
    return None
