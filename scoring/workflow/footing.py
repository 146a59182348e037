"""What a sheet stands on, as it is kept, and who may enter marks on it now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from scoring.chain import Deed
from scoring.criteria.model import MODERATION, CriteriaSet
from scoring.errors import Fault, Refused
from scoring.marks import Marking
from scoring.people import Actor, Person
from scoring.periods import Period, Phase
from scoring.permissions import Action, NotAllowed, SameHands, Setting, may, permit
from scoring.provisional import provisional
from scoring.sheets import (
    SELF,
    SHARED,
    SUPERIOR,
    DraftMark,
    Provisional,
    SeenMark,
    SheetKey,
    SheetSigned,
    SheetState,
)
from scoring.store import (
    criteria,
    footings,
    people,
    periods,
    units,
)
from scoring.store.assignments import Assigned
from scoring.store.engine import Connection
from scoring.store.sheets import KeptMove
from scoring.units import Unit
from scoring.workflow.blind_panels import blind_stages

_PHASE_OF = {SELF: Phase.COLLECTING}
"""The phase a stage is at home in, where that is not the one of marking."""


class StageUnknown(Refused):
    """The unit's set has no such stage, or none with sheets."""


@dataclass(frozen=True, kw_only=True)
class Footing:
    """All that one sheet stands on, as it is kept; `deadlines` are the last days by step.

    `blind` are stages before it of whose marks nothing is told.
    """

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
    blind: frozenset[str] = frozenset()

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
        before = [own for own in stages[: stages.index(self.key.stage)] if own not in self.blind]
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
        told = [own for own in self.markings if own.stage not in self.blind]
        return provisional(self.unit, self.criteria, self.key.stage, self.texts, told)

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
        blind=blind_stages(c, actor, period, kept.assigned, kept.moves)
        if blind_before(own_set, key.stage)
        else frozenset(),
    )


def blind_before(own_set: CriteriaSet, stage: str) -> bool:
    """Return whether there is a stage before *stage* in which everybody has their own sheet."""
    return any(own not in SHARED for own in own_set.stages[: own_set.stages.index(stage)])


def action_of(stage: str) -> Action:
    """Return what marking in *stage* is called in the table of rights."""
    return {SELF: Action.MARK_SELF, SUPERIOR: Action.MARK_SUPERIOR, MODERATION: Action.MODERATE}.get(
        stage, Action.MARK_COUNTY
    )


def marks_it(actor: Actor, own: Footing) -> bool:
    """Return whether *actor* is who marks that sheet, whenever its time is; a deputy only where they do not sit too."""
    stage = own.key.stage
    if own.key.holder and (actor.person is None or own.key.holder != actor.sheet_holder.id):
        return False
    if own.key.holder and actor.on_behalf is not None and _sits(actor, own):
        return False
    phase = _PHASE_OF.get(stage, Phase.MARKING)
    return may(actor, action_of(stage), replace(own.setting(stage), phase=phase))


def permit_marking(actor: Actor, own: Footing) -> Deed:
    """Return the deed of marking that sheet now. Raises NotAllowed, SameHands and SheetSigned."""
    stage = own.key.stage
    deed = permit(actor, action_of(stage), own.setting(stage))
    if own.key.holder and own.key.holder != actor.sheet_holder.id:
        raise NotAllowed([Fault.of("这是别人的评分表，只能由本人填写", "this is somebody else's sheet")])
    if own.key.holder and actor.on_behalf is not None and _sits(actor, own):
        raise SameHands(
            [
                Fault.of(
                    f"您自己也要评{own.unit.name}，不能再代人评",
                    f"you mark {own.unit.name} yourself and cannot do so for another too",
                )
            ]
        )
    if own.state is SheetState.SIGNED:
        raise SheetSigned(
            [Fault.of(f"{own.unit.name}的评分表已签署，退回后才能修改", _LOCKED.format(own.unit.name))]
        )
    if stage == SELF and own.period.phase is not Phase.COLLECTING and own.state is not SheetState.SENT_BACK:
        raise NotAllowed(
            [
                Fault.of(
                    "申报已经结束；上级退回后才能修改自评",
                    "branches no longer mark themselves; the superior may send the sheet back",
                )
            ]
        )
    return deed


def _sits(actor: Actor, own: Footing) -> bool:
    """Return whether *actor*, and not who they act for, marks the unit in that stage themself."""
    return any(one.person == actor.id for one in own.assigned if one.stage == own.key.stage)


def _holder(c: Connection, actor: Actor, key: SheetKey) -> Person | None:
    if actor.person is not None and key.holder in ("", actor.sheet_holder.id):
        return actor.sheet_holder
    return people.find(c, key.holder) if key.holder else None


_LOCKED = "the sheet of {} is signed; it can be changed when it is sent back"


def _no_stage(own: CriteriaSet, stage: str) -> StageUnknown:
    zh, en = "、".join(own.stages), ", ".join(own.stages)
    return StageUnknown(
        [
            Fault.of(
                f"{own.ref} 没有“{stage}”这个评分阶段；有：{zh}",
                f"{own.ref} has no stage “{stage}” with sheets, but {en}",
            )
        ]
    )
