"""Sheets as they stand in the store, who may do what with them, and one unfolded for whoever looks at it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import orjson

from scoring.chain import Deed
from scoring.criteria.model import MODERATION, CriteriaSet
from scoring.edition import State
from scoring.errors import Fault, Place, Refused
from scoring.marks import Marking
from scoring.people import Actor, Person, Role
from scoring.periods import Period, Phase
from scoring.permissions import Action, NotAllowed, SameHands, Setting, may, permit
from scoring.provisional import provisional
from scoring.sheets import (
    SELF,
    SHARED,
    SUPERIOR,
    DraftMark,
    LastMark,
    Move,
    Provisional,
    Seat,
    SeenMark,
    Sheet,
    SheetKey,
    SheetSigned,
    SheetState,
    closed_in,
    required_in,
    standing_mark,
    titles,
)
from scoring.store import (
    assignments,
    criteria,
    editions,
    evidence,
    footings,
    people,
    periods,
    units,
)
from scoring.store.assignments import Assigned
from scoring.store.engine import Connection, Store
from scoring.store.sheets import KeptMove
from scoring.texts import Text
from scoring.units import Unit

_PHASE_OF = {SELF: Phase.COLLECTING}
"""The phase a stage is at home in, where that is not the one of marking."""


class StageUnknown(Refused):
    """The unit's set has no such stage, or none with sheets."""


@dataclass(frozen=True, kw_only=True)
class Footing:
    """All that one sheet stands on, as it is kept; `deadlines` are the last days by step."""

    key: SheetKey
    holder: Person | None
    period: Period
    unit: Unit
    criteria: CriteriaSet
    moves: Mapping[SheetKey, KeptMove]
    assigned: tuple[Assigned, ...]
    markings: tuple[Marking, ...]
    drafts: Mapping[str, DraftMark]
    deadlines: Mapping[str, str]

    @property
    def move(self) -> KeptMove | None:
        """The newest move of the sheet."""
        return self.moves.get(self.key)

    @property
    def state(self) -> SheetState:
        """Where the sheet stands."""
        return SheetState.OPEN if self.move is None else self.move.move.state

    @property
    def evaluator(self) -> str | None:
        """As whose marks the sheet is kept in a stage where everyone has their own; None where they share one."""
        if self.key.stage in SHARED:
            return None
        if self.move is not None and self.move.move.evaluator:
            return self.move.move.evaluator
        return "" if self.holder is None else self.holder.signs_as

    @cached_property
    def kept(self) -> dict[str, str]:
        """The marks that count for this sheet: signed, or come with a file."""
        return base_of(self.markings, self.key.stage, self.evaluator)

    @cached_property
    def marks(self) -> dict[str, DraftMark]:
        """The marks on the sheet: what counts where it is signed, else what was entered over what counts."""
        known = {own: DraftMark(criterion=own, mark=mark) for own, mark in self.kept.items()}
        if self.state is SheetState.SIGNED:
            return {
                own: replace(self.drafts.get(own) or DraftMark(criterion=own), mark=self.kept.get(own, ""))
                for own in known | dict(self.drafts)
            }
        return known | dict(self.drafts)

    @property
    def texts(self) -> dict[str, str]:
        """The marks on the sheet as texts, those there are."""
        return {own.criterion: own.mark for own in self.marks.values() if own.mark}

    @property
    def earlier(self) -> dict[str, tuple[SeenMark, ...]]:
        """The marks of earlier stages by criterion, in order of stage and evaluator."""
        stages = self.criteria.all_stages
        before = stages[: stages.index(self.key.stage)]
        return self.seen(own for stage in before for own in self.markings if own.stage == stage)

    def seen(self, taken: Iterable[Marking]) -> dict[str, tuple[SeenMark, ...]]:
        """Return the marks of *taken* by criterion, in that order, with the comments they were signed with."""
        comments = {
            (key.stage, own.move.evaluator): own.comments
            for key, own in self.moves.items()
            if own.move.state is SheetState.SIGNED
        }
        found: dict[str, list[SeenMark]] = {}
        for own in taken:
            said = comments.get((own.stage, own.evaluator), {})
            for criterion, mark in own.marks.items():
                seen = SeenMark(
                    stage=own.stage, evaluator=own.evaluator, mark=mark, comment=said.get(criterion, "")
                )
                found.setdefault(criterion, []).append(seen)
        return {criterion: tuple(marks) for criterion, marks in found.items()}

    def provisional(self) -> Provisional:
        """Return what the sheet comes to as it stands."""
        return provisional(self.unit, self.criteria, self.key.stage, self.texts, self.markings)

    def setting(self, stage: str | None = None) -> Setting:
        """Return where it is to be done; *assigned* where the holder is, to that stage (None: to any)."""
        held = "" if self.holder is None else self.holder.id
        return Setting(
            period=self.period.id,
            phase=self.period.phase,
            unit=self.unit,
            assigned=any(own.person == held and stage in (None, own.stage) for own in self.assigned),
        )


def base_of(kept: Iterable[Marking], stage: str, evaluator: str | None) -> dict[str, str]:
    """Return the marks that count in *stage*, of that evaluator, or (None) of all who share the sheet.

    What several gave differently is left out, so that nobody's mark is taken for all.
    """
    found: dict[str, str] = {}
    differ = set()
    for own in kept:
        if own.stage == stage and evaluator in (None, own.evaluator):
            differ |= {one for one, mark in own.marks.items() if found.get(one, mark) != mark}
            found |= dict(own.marks.items())
    return {own: mark for own, mark in found.items() if own not in differ}


def own_key(actor: Actor, period_id: str, unit: str, stage: str) -> SheetKey:
    """Return the key of *actor*'s own sheet: the shared one, or in the county's stages theirs alone."""
    holder = "" if stage in SHARED or actor.person is None else actor.sheet_holder.id
    return SheetKey(period=period_id, unit=unit, stage=stage, holder=holder)


def footing(c: Connection, actor: Actor, key: SheetKey) -> Footing:
    """Return what the sheet stands on; a key without holder is, in the county's stages, *actor*'s own.

    Raises PeriodUnknown, UnitUnknown and StageUnknown.
    """
    whole = key if key.holder else own_key(actor, key.period, key.unit, key.stage)
    kept = footings.of_sheet(c, whole)
    period = kept.period
    if period is None:
        # Written in another form of Unicode it may still be there.
        return footing(c, actor, replace(key, period=periods.find(c, key.period).id))
    unit = kept.unit or units.find(c, period.id, key.unit)
    own_set = criteria.known(c, unit.ref, kept.digests.get(unit.ref))
    if key.stage not in own_set.stages:
        raise _no_stage(own_set, key.stage)
    return Footing(
        key=whole,
        holder=_holder(c, actor, whole),
        period=period,
        unit=unit.unit,
        criteria=own_set,
        moves=kept.moves,
        assigned=kept.assigned,
        markings=kept.markings,
        drafts=kept.drafts,
        deadlines=kept.deadlines,
    )


def action_of(stage: str) -> Action:
    """Return what marking in *stage* is called in the table of rights."""
    return {SELF: Action.MARK_SELF, SUPERIOR: Action.MARK_SUPERIOR, MODERATION: Action.MODERATE}.get(
        stage, Action.MARK_COUNTY
    )


def permit_marking(actor: Actor, own: Footing) -> Deed:
    """Return the deed of marking that sheet now. Raises NotAllowed, SameHands and SheetSigned."""
    stage = own.key.stage
    deed = permit(actor, action_of(stage), own.setting(stage))
    if own.key.holder and own.key.holder != actor.sheet_holder.id:
        raise NotAllowed([_fault("这是别人的评分表，只能由本人填写", "this is somebody else's sheet")])
    if own.key.holder and actor.on_behalf is not None:
        seats = {one.person for one in own.assigned if one.stage == stage}
        if actor.id in seats:
            raise SameHands(
                [
                    _fault(
                        f"您自己也要评{own.unit.name}，不能再代人评",
                        f"you mark {own.unit.name} yourself and cannot do so for another too",
                    )
                ]
            )
    if own.state is SheetState.SIGNED:
        raise SheetSigned(
            [_fault(f"{own.unit.name}的评分表已签署，退回后才能修改", _LOCKED.format(own.unit.name))]
        )
    if stage == SELF and own.period.phase is not Phase.COLLECTING and own.state is not SheetState.SENT_BACK:
        raise NotAllowed(
            [
                _fault(
                    "申报已经结束；上级退回后才能修改自评",
                    "branches no longer mark themselves; the superior may send the sheet back",
                )
            ]
        )
    return deed


def unready(c: Connection, own: Footing) -> tuple[Fault, ...]:
    """Return what stands in the way of signing the sheet as it is, its own wants first."""
    place = Place(field=f"{own.unit.code} {own.unit.name}")
    missing = missing_on(own)
    faults = []
    if missing:
        named = titles(own.criteria, missing)
        faults.append(Text(f"尚未评分：{named.zh}", f"no mark yet on {named.en}"))
    elif not own.texts:
        faults.append(Text("表中没有评分", "there is no mark on the sheet"))
    if own.key.stage == SELF:
        faults += unmet_evidence(c, own)
    waiting = _waits_for(own)
    if waiting is not None:
        faults.append(waiting)
    return tuple(Fault(place=place, sentence=sentence) for sentence in faults)


def unmet_evidence(c: Connection, own: Footing) -> list[Text]:
    """Return the sentence on criteria with less evidence than is asked for and no reason given, if there are any."""
    asked = [one for one in own.criteria.criteria if own.texts.get(one.id) not in (None, "n/a")]
    short = evidence.missing(c, own.period.id, own.unit.code, asked)
    if not short:
        return []
    named = titles(own.criteria, [one.id for one in short])
    return [
        Text(
            f"佐证材料不足，须补齐或说明原因：{named.zh}",
            f"less evidence than is asked for; hand it in or say why not: {named.en}",
        )
    ]


def missing_on(own: Footing) -> tuple[str, ...]:
    """Return the ids of the criteria without a mark that the sheet needs."""
    return tuple(one for one in required_in(own.criteria, own.key.stage) if one not in own.texts)


def read_sheet(store: Store, actor: Actor, key: SheetKey) -> Sheet:
    """Return the sheet as *actor* may see it; a key without holder is, in the county's stages, their own.

    Whoever may not mark it sees the marks that count, and none that are only entered. Raises NotAllowed,
    PeriodUnknown, UnitUnknown and StageUnknown.
    """
    with store.read() as c:
        own = footing(c, actor, key)
        mine = _marks_it(actor, own)
        if not mine:
            _permit_seeing(actor, own)
            own = replace(own, drafts={})
        return _unfolded(c, actor, own, mine=mine)


def _unfolded(c: Connection, actor: Actor, own: Footing, *, mine: bool) -> Sheet:
    earlier, stage = own.earlier, own.key.stage
    signed = own.state is SheetState.SIGNED
    rest: Sequence[Marking] = ()
    if stage not in SHARED and (signed or not mine):
        rest = [one for one in own.markings if one.stage == stage and one.evaluator != own.evaluator]
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


def _marks_it(actor: Actor, own: Footing) -> bool:
    """Return whether *actor* is who marks that sheet, whenever its time is."""
    if own.key.holder and (actor.person is None or own.key.holder != actor.sheet_holder.id):
        return False
    phase = _PHASE_OF.get(own.key.stage, Phase.MARKING)
    return may(actor, action_of(own.key.stage), replace(own.setting(own.key.stage), phase=phase))


def _permit_seeing(actor: Actor, own: Footing) -> None:
    """Raise NotAllowed unless *actor* may see what counts of that sheet.

    A branch sees its own sheet and its superior's, a superior those two, county evaluators their own, and a
    colleague's of the panel when both have signed; from posting on all of them see all.
    """
    assigned = actor.person is not None and any(one.person == actor.sheet_holder.id for one in own.assigned)
    permit(actor, Action.SEE_WORK, replace(own.setting(), assigned=assigned))
    if any(actor.holds(role, own.period.id) for role in (Role.MODERATOR, Role.AUDITOR)):
        return
    if own.key.stage in SHARED or own.period.phase.place >= Phase.POSTED.place:
        return
    mine = own_key(actor, own.period.id, own.unit.code, own.key.stage)
    both = [own.moves.get(mine), own.moves.get(own.key)]
    if all(one is not None and one.move.state is SheetState.SIGNED for one in both):
        return
    raise NotAllowed(
        [
            _fault(
                "评分组成员签署前互不看评分；您签署本人的评分表后，可看已签署的",
                "members of a panel do not see each other's marks before signing; sign yours first",
            )
        ]
    )


def _locked(actor: Actor, own: Footing) -> Text | None:
    try:
        permit_marking(actor, own)
    except Refused as refused:
        return refused.faults[0].sentence
    return None


def _waits_for(own: Footing) -> Text | None:
    """Return why the sheet must wait for the stage before it; None where that is done, or its time is over."""
    stages = own.criteria.stages
    place = stages.index(own.key.stage)
    if place == 0:
        return None
    before = stages[place - 1]
    moves = [one.move.state for key, one in own.moves.items() if key.stage == before]
    over = own.deadlines.get(before, "9") < assignments.today()
    if before in SHARED and SheetState.SENT_BACK in moves and not over:
        return _before(before, "已退回，尚未重新签署", "was sent back and is not signed again yet")
    marked = SheetState.SIGNED in moves or any(one.stage == before for one in own.markings)
    if marked or over or before == SELF:
        return None
    return _before(before, "尚未签署", "is not signed yet")


def _before(stage: str, zh: str, en: str) -> Text:
    called = {
        SELF: Text("自评表", "the branch's own sheet"),
        SUPERIOR: Text("上级评分表", "its superior's sheet"),
    }
    named = called.get(stage, Text(f"“{stage}”阶段的评分表", f"the sheet of the stage {stage}"))
    return Text(f"{named.zh}{zh}", f"{named.en} {en}")


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


def _holder(c: Connection, actor: Actor, key: SheetKey) -> Person | None:
    if actor.person is not None and key.holder in ("", actor.sheet_holder.id):
        return actor.sheet_holder
    return people.find(c, key.holder) if key.holder else None


_LOCKED = "the sheet of {} is signed; it can be changed when it is sent back"


def _no_stage(own: CriteriaSet, stage: str) -> StageUnknown:
    zh, en = "、".join(own.stages), ", ".join(own.stages)
    return StageUnknown(
        [
            _fault(
                f"{own.ref} 没有“{stage}”这个评分阶段；有：{zh}",
                f"{own.ref} has no stage “{stage}” with sheets, but {en}",
            )
        ]
    )


def _fault(zh: str, en: str) -> Fault:
    return Fault(place=Place(), sentence=Text(zh, en))
