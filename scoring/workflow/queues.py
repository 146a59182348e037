"""What somebody is to mark in a period: all sheets that are theirs, how far each is, and what is due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from scoring.criteria.model import CriteriaSet
from scoring.errors import Refused
from scoring.people import Actor, Role
from scoring.periods import Period
from scoring.permissions import Action, NotSignedIn, Setting, permit
from scoring.sheets import SELF, SHARED, SUPERIOR, SheetKey, SheetState, required_in
from scoring.store import assignments, criteria, drafts, periods, sheets, units
from scoring.store.assignments import Assigned
from scoring.store.engine import Connection, Store
from scoring.store.units import KeptUnit
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.footing import action_of, base_of


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """One sheet to be marked. `filled` of `of` criteria bear a mark; `panel` people mark the unit, `panel_signed` have.

    `before` is where the sheet of the stage before stands, None where there is none; `locked` says why nothing can be
    entered now although it is not signed, `deadline` the last day, None without.
    """

    unit: Unit
    stage: str
    state: SheetState
    filled: int
    of: int
    overdue: bool
    deadline: str | None
    locked: Text | None
    panel: int = 0
    panel_signed: int = 0
    before: SheetState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """All sheets that are somebody's in a period, by stage and then in order of code."""

    items: tuple[QueueItem, ...]

    @property
    def signed(self) -> int:
        """How many of them are signed."""
        return sum(own.state is SheetState.SIGNED for own in self.items)


def queue(store: Store, actor: Actor, period_id: str) -> Queue:
    """Return what *actor* marks in the period: for another, not where they sit in the panel themselves.

    Raises NotSignedIn and PeriodUnknown.
    """
    if actor.person is None:
        permit(actor, Action.KEEP_OWN, Setting())
        raise NotSignedIn([])
    with store.read() as c:
        period = periods.find(c, period_id)
        kept = units.current(c, period.id)
        sets = {ref: criteria.known(c, ref) for ref in period.refs}
        states = sheets.states(c, period.id)
        seats = assignments.every(c, period.id)
        days = assignments.deadlines(c, period.id)
        mine = _mine(actor, period, kept, sets, seats)
        filled = {stage: _filled(c, actor, period, stage, own, states) for stage, own in mine.items()}
    panels: dict[tuple[str, str], list[str]] = {}
    for seat in seats:
        panels.setdefault((seat.unit, seat.stage), []).append(seat.person)
    items = []
    for stage, own_units in mine.items():
        locked, day = _locked(actor, period, stage), days.get(stage)
        late = day is not None and day < assignments.today()
        needed_of = {ref: required_in(own_set, stage) for ref, own_set in sets.items()}
        for one in own_units:
            key = _key(actor, period, one.unit.code, stage)
            state = states.get(key, SheetState.OPEN)
            needed = needed_of[one.ref]
            signed = state is SheetState.SIGNED
            seated = panels.get((one.unit.code, stage), [])
            items.append(
                QueueItem(
                    unit=one.unit,
                    stage=stage,
                    state=state,
                    filled=len(needed) if signed else min(filled[stage].get(one.unit.code, 0), len(needed)),
                    of=len(needed),
                    overdue=late and not signed,
                    deadline=day,
                    locked=None if signed else locked or _too_late(period, stage, state),
                    panel=len(seated),
                    panel_signed=sum(
                        states.get(_held(key, person)) is SheetState.SIGNED for person in seated
                    ),
                    before=_before(sets[one.ref], key, states),
                )
            )
    return Queue(items=tuple(items))


def _mine(
    actor: Actor,
    period: Period,
    kept: Sequence[KeptUnit],
    sets: Mapping[str, CriteriaSet],
    seats: Iterable[Assigned],
) -> dict[str, list[KeptUnit]]:
    """Return the units whose sheets are the actor's, by stage, in order of code."""
    own = [grant for grant in actor.rights if grant.period in ("", period.id)]
    holder = actor.sheet_holder.id
    held = [(one.unit, one.stage, one.person) for one in seats]
    assigned = {(unit, stage) for unit, stage, person in held if person == holder}
    if actor.on_behalf is not None:
        assigned -= {(unit, stage) for unit, stage, person in held if person == actor.id}
    evaluates = any(grant.role is Role.EVALUATOR for grant in own)
    found: dict[str, list[KeptUnit]] = {}
    for stage in dict.fromkeys(stage for one in sets.values() for stage in one.stages):
        role = {SELF: Role.SECRETARY, SUPERIOR: Role.SUPERIOR}.get(stage)
        scopes = [grant.scope for grant in own if grant.role is role]
        for one in kept:
            if stage not in sets[one.ref].stages:
                continue
            code = one.unit.code
            theirs = (
                (evaluates and (code, stage) in assigned)
                if role is None
                else any(scope.covers(one.unit) for scope in scopes)
            )
            if theirs and (stage == SELF or code not in actor.partial_to):
                found.setdefault(stage, []).append(one)
    return found


def _filled(  # noqa: PLR0917  whose sheets, and what is known of them
    c: Connection,
    actor: Actor,
    period: Period,
    stage: str,
    own: Sequence[KeptUnit],
    states: Mapping[SheetKey, SheetState],
) -> dict[str, int]:
    """Return how many criteria bear a mark on each sheet that is not signed: entered there, or come with a file."""
    open_units = {
        one.unit.code: one.ref
        for one in own
        if states.get(_key(actor, period, one.unit.code, stage)) is not SheetState.SIGNED
    }
    if not open_units:
        return {}
    sets = {ref: criteria.known(c, ref) for ref in {*open_units.values()}}
    counted = {one.id for own_set in sets.values() for one in own_set.criteria}
    apart = {one.id for own_set in sets.values() for one in own_set.adjustments} - counted
    holder = _key(actor, period, "-", stage).holder
    found = drafts.filled(c, period.id, stage, holder, open_units, apart)
    evaluator = None if stage in SHARED else actor.sheet_holder.signs_as
    kept = [one for one in sheets.kept_in(c, period.id, stage, evaluator) if one.unit in open_units]
    both = {one.unit for one in kept} & found.keys()
    entered = drafts.of_sheets(c, period.id, stage, holder, both) if both else {}
    marks = dict[str, dict[str, str]]()
    for code, own_markings in groupby(kept, key=lambda one: one.unit):
        marks[code] = base_of(own_markings, stage, evaluator)
    for (code, criterion), mark in entered.items():
        marks[code][criterion] = mark.mark
    for code, given in marks.items():
        needed = required_in(sets[open_units[code]], stage)
        found[code] = sum(bool(given.get(criterion)) for criterion in needed)
    return found


def _locked(actor: Actor, period: Period, stage: str) -> Text | None:
    """Return why nothing can be entered in the stage now, whatever the unit."""
    try:
        permit(actor, action_of(stage), Setting(period=period.id, phase=period.phase, assigned=True))
    except Refused as refused:
        return refused.faults[0].sentence
    return None


def _too_late(period: Period, stage: str, state: SheetState) -> Text | None:
    if stage == SELF and period.phase.value != "collecting" and state is not SheetState.SENT_BACK:
        return Text("申报已经结束", "branches no longer mark themselves")
    return None


def _before(own_set: CriteriaSet, key: SheetKey, states: Mapping[SheetKey, SheetState]) -> SheetState | None:
    place = own_set.stages.index(key.stage)
    before = own_set.stages[place - 1] if place else ""
    if before not in SHARED:
        return None
    return states.get(SheetKey(period=key.period, unit=key.unit, stage=before), SheetState.OPEN)


def _key(actor: Actor, period: Period, unit: str, stage: str) -> SheetKey:
    holder = "" if stage in SHARED else actor.sheet_holder.id
    return SheetKey(period=period.id, unit=unit, stage=stage, holder=holder)


def _held(key: SheetKey, person: str) -> SheetKey:
    return SheetKey(period=key.period, unit=key.unit, stage=key.stage, holder=person)
