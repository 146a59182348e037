"""A sheet unfolded for whoever looks at it, with all that stands beside it, as far as they may see."""

from collections.abc import Mapping
from dataclasses import replace

import orjson

from scoring.edition import State
from scoring.errors import Refused
from scoring.people import Actor, Person, Role
from scoring.periods import Phase
from scoring.permissions import Action, permit
from scoring.sheets import (
    SELF,
    SHARED,
    SUPERIOR,
    LastMark,
    Move,
    Seat,
    SeenMark,
    Sheet,
    SheetKey,
    SheetState,
    closed_in,
    standing_mark,
)
from scoring.store import (
    assignments,
    editions,
    people,
)
from scoring.store.engine import Connection, Store
from scoring.texts import Text
from scoring.workflow.blind_panels import blind_stages, sign_first
from scoring.workflow.footing import Footing, footing, marks_it, permit_marking
from scoring.workflow.ready_sheets import missing_on, unready


def read_sheet(store: Store, actor: Actor, key: SheetKey) -> Sheet:
    """Return the sheet as *actor* may see it; a key without holder is, in the county's stages, their own.

    Whoever may not mark it sees the marks that count, and none that are only entered. Raises NotAllowed,
    PeriodUnknown, UnitUnknown and StageUnknown.
    """
    with store.read() as c:
        own = footing(c, actor, key)
        mine = marks_it(actor, own)
        blind = blind_stages(c, actor, own.period, own.assigned, own.moves)
        if not mine:
            _permit_seeing(actor, own, blind)
            own = replace(own, drafts={})
        return _unfolded(c, actor, own, mine=mine, alone=own.key.stage in blind)


def _unfolded(c: Connection, actor: Actor, own: Footing, *, mine: bool, alone: bool) -> Sheet:
    earlier, stage = own.earlier, own.key.stage
    signed = own.state is SheetState.SIGNED
    panel = stage not in SHARED and not alone and (signed or not mine)
    rest = [one for one in own.markings if panel and one.stage == stage and one.evaluator != own.evaluator]
    seats = [one.person for one in own.assigned if one.stage == stage] if stage not in SHARED else []
    names = people.among(c, [*seats, *([own.move.move.by] if own.move else [])])
    move = None if own.move is None else _named(own.move.move, names)
    deadline = own.deadlines.get(stage)
    return Sheet(
        key=own.key,
        unit=own.unit,
        criteria=own.criteria,
        state=own.state,
        marks=own.marks,
        closed=closed_in(own.criteria, stage),
        locked=_locked(actor, own),
        missing=missing_on(own),
        unready=unready(c, own) if mine and not signed else (),
        provisional=own.provisional(),
        earlier=earlier,
        others=own.seen(rest),
        last_year=_last_year(c, own),
        changed=_changed(own, earlier),
        panel=tuple(_seat(own, person, names) for person in seats),
        signed=move if signed else None,
        sent_back=move if own.state is SheetState.SENT_BACK else None,
        deadline=deadline,
        overdue=deadline is not None and not signed and deadline < assignments.today(),
    )


def _permit_seeing(actor: Actor, own: Footing, blind: frozenset[str]) -> None:
    """Raise NotAllowed unless *actor*, who is *blind* in those stages, may see what counts of that sheet.

    A branch sees its own sheet and its superior's, a superior those two, county evaluators their own, and a
    colleague's of the panel when both have signed; from posting on all of them see all.
    """
    assigned = actor.person is not None and any(one.person == actor.sheet_holder.id for one in own.assigned)
    permit(actor, Action.SEE_WORK, replace(own.setting(), assigned=assigned))
    if own.key.stage in SHARED or own.period.phase.place >= Phase.POSTED.place:
        return
    if own.key.stage in blind:
        raise sign_first()
    seated = any(one.person in actor.hands for one in own.assigned if one.stage == own.key.stage)
    if not seated and any(actor.holds(role, own.period.id) for role in (Role.MODERATOR, Role.AUDITOR)):
        return
    if seated and own.state is SheetState.SIGNED:
        return
    raise sign_first()


def _locked(actor: Actor, own: Footing) -> Text | None:
    try:
        permit_marking(actor, own)
    except Refused as refused:
        return refused.faults[0].sentence
    return None


def _changed(own: Footing, earlier: Mapping[str, tuple[SeenMark, ...]]) -> tuple[str, ...]:
    """Return the ids, in order of the set, of marks that differ from the earlier stage's and bear no comment."""
    if own.key.stage in (SELF, SUPERIOR):
        return ()
    found = []
    for one in own.criteria.subjects:
        before, mark = standing_mark(earlier.get(one.id, ())), own.marks.get(one.id)
        if mark is not None and mark.mark and not mark.comment and before not in (None, mark.mark):
            found.append(one.id)
    return tuple(found)


def _seat(own: Footing, person: str, names: Mapping[str, Person]) -> Seat:
    key = replace(own.key, holder=person)
    move = own.moves.get(key)
    return Seat(
        person=person,
        name=names[person].name if person in names else "",
        signed=move is not None and move.move.state is SheetState.SIGNED,
    )


def _named(move: Move, names: Mapping[str, Person]) -> Move:
    return replace(move, by_name=names[move.by].name if move.by in names else "")


def _last_year(c: Connection, own: Footing) -> dict[str, LastMark]:
    """Return what was agreed on each criterion in the newest final edition of the period before."""
    final = [one for one in editions.listed(c) if one.state is State.FINAL and one.period < own.period.id]
    if not final:
        return {}
    last = max(final, key=lambda one: (one.period, one.number))
    for code in (own.unit.code, *own.unit.predecessors):
        try:
            *_, row = editions.unit_lines(c, last.id, code)
        except Refused:
            continue
        return {
            line["criterion"]: LastMark(
                period=last.period, agreed=line["agreed"], full_marks=line["full_marks"]
            )
            for line in orjson.loads(row)["lines"]
            if line["agreed"] is not None
        }
    return {}
