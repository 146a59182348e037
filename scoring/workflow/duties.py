"""What waits for somebody: for each of their tasks how many things there are, how many are done, and what is urgent."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from scoring.gates import MotionState
from scoring.people import Actor, Role
from scoring.periods import Period, Phase
from scoring.permissions import Action, Setting, may
from scoring.proposals import ProposalState
from scoring.sheets import SheetState
from scoring.store import gates, objections, periods, proposals, units
from scoring.store.engine import Store
from scoring.store.ledger import rules
from scoring.store.ledger.rules import RulesMissing
from scoring.workflow.grant_roles import waiting_roles
from scoring.workflow.points.in_role import in_role
from scoring.workflow.points.quarters import last_ended, see_quarters
from scoring.workflow.points.reading_claims import claims_to_verify
from scoring.workflow.points.reading_reversals import see_reversals
from scoring.workflow.queues import QueueItem, queue
from scoring.workflow.read_disputes import disputes

AT_WORK = frozenset({Phase.PREPARING, Phase.COLLECTING, Phase.MARKING, Phase.POSTED})
"""The phases in which a period's people have something to do."""


class Task(StrEnum):
    """What somebody may have to do."""

    MARK = "mark"
    SETTLE = "settle"
    ANSWER_OBJECTIONS = "answer_objections"
    ASSIGN_OBJECTIONS = "assign_objections"
    CONFIRM_GATES = "confirm_gates"
    CONFIRM_EDITIONS = "confirm_editions"
    CONFIRM_ROLES = "confirm_roles"
    VERIFY_CLAIMS = "verify_claims"
    CONFIRM_REVERSALS = "confirm_reversals"
    ANSWER_LINES = "answer_lines"
    CLOSE_QUARTER = "close_quarter"
    RUN_PERIOD = "run_period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A task in a period ('' where it is about none): `waiting` of `of` things wait, `urgent` are late or came back.

    For marking `stage` says which sheets, and `unit` names the one unit where it is only one. `quarter` is the one to
    be closed.
    """

    task: Task
    period: str = ""
    waiting: int
    of: int
    urgent: int = 0
    stage: str = ""
    unit: str = ""
    deadline: str | None = None
    quarter: str = ""


def duties(store: Store, actor: Actor) -> tuple[Duty, ...]:
    """Return what waits for *actor*, the newest period first; a task of which nothing waits is among it with 0."""
    if actor.person is None:
        return ()
    with store.read() as c:
        found = [own for own in periods.every(c) if own.phase in AT_WORK]
    own = [duty for period in found for duty in _in_period(store, actor, period)]
    if may(actor, Action.CONFIRM_ROLE, Setting()):
        waiting = waiting_roles(store, actor)
        for_others = sum(one.own for one in waiting)
        own.append(Duty(task=Task.CONFIRM_ROLES, waiting=len(waiting) - for_others, of=len(waiting)))
    return (*own, *_of_points(store, actor))


def _of_points(store: Store, actor: Actor) -> Iterator[Duty]:
    """Yield what waits of members' points, where the county has rules for them."""
    with store.read() as c:
        if not rules.adopted(c):
            return
    at = Setting()
    if may(actor, Action.VERIFY_POINTS, at):
        found = claims_to_verify(store, actor)
        waiting = sum(own.may_verify for own in found)
        yield Duty(task=Task.VERIFY_CLAIMS, waiting=waiting, of=len(found))
    if may(actor, Action.CONFIRM_REVERSAL, at) or may(actor, Action.ANSWER_POINTS, at):
        seen = see_reversals(store, actor)
        motions = sum(own.may_decide for own in seen.motions)
        yield Duty(task=Task.CONFIRM_REVERSALS, waiting=motions, of=len(seen.motions))
        heard = sum(own.may_answer for own in seen.objections)
        yield Duty(task=Task.ANSWER_LINES, waiting=heard, of=len(seen.objections))
    secretary = in_role(actor, Role.SECRETARY)
    if may(secretary, Action.CLOSE_QUARTER, at):
        yield from _closing(store, secretary)


def _closing(store: Store, secretary: Actor) -> Iterator[Duty]:
    """Yield the quarter that ended last, where branches of theirs have still to close it."""
    quarter = last_ended()
    try:
        found = see_quarters(store, secretary, quarter)
    except RulesMissing:
        return
    yield Duty(
        task=Task.CLOSE_QUARTER,
        waiting=sum(own.may_close and own.members > 0 for own in found),
        of=len(found),
        quarter=quarter,
    )


def _in_period(store: Store, actor: Actor, period: Period) -> Iterator[Duty]:
    at = Setting(period=period.id, phase=period.phase)
    yield from _marking(store, actor, period)
    if may(actor, Action.MODERATE, at):
        found = disputes(store, actor, period.id)
        open_ones = sum(one.settled is None for one in found)
        yield Duty(task=Task.SETTLE, period=period.id, waiting=open_ones, of=len(found))
    yield from _hearing(store, actor, period, at)
    if may(actor, Action.CONFIRM_EDITION, at):
        with store.read() as c:
            prepared = [one for one in proposals.of_period(c, period.id) if one.state is ProposalState.OPEN]
        waiting = sum(not (one.preparers & actor.hands) for one in prepared)
        yield Duty(task=Task.CONFIRM_EDITIONS, period=period.id, waiting=waiting, of=len(prepared))
    if may(actor, Action.SEE_PROGRESS, at):
        yield Duty(task=Task.RUN_PERIOD, period=period.id, waiting=0, of=0)


def _marking(store: Store, actor: Actor, period: Period) -> Iterator[Duty]:
    by_stage: dict[str, list[QueueItem]] = {}
    for item in queue(store, actor, period.id).items:
        by_stage.setdefault(item.stage, []).append(item)
    for stage, items in by_stage.items():
        back = sum(own.state is SheetState.SENT_BACK for own in items)
        days = [own.deadline for own in items if own.deadline]
        yield Duty(
            task=Task.MARK,
            period=period.id,
            waiting=sum(own.state is not SheetState.SIGNED and own.locked is None for own in items),
            of=len(items),
            urgent=back + sum(own.overdue and own.state is not SheetState.SENT_BACK for own in items),
            stage=stage,
            unit=items[0].unit.code if len(items) == 1 else "",
            deadline=min(days) if days else None,
        )


def _hearing(store: Store, actor: Actor, period: Period, at: Setting) -> Iterator[Duty]:
    """Yield what waits of gates and objections."""
    with store.read() as c:
        open_objections = [own for own in objections.of_period(c, period.id) if own.state.is_open]
        motions = [own for own in gates.of_period(c, period.id) if own.state is MotionState.OPEN]
        kept = {own.unit.code: own.unit for own in units.current(c, period.id)} if motions else {}
    if may(actor, Action.ANSWER_OBJECTION, at):
        mine = [own for own in open_objections if own.answerer in {"", *actor.hands}]
        urgent = sum(own.answerer in actor.hands for own in mine)
        yield Duty(
            task=Task.ANSWER_OBJECTIONS,
            period=period.id,
            waiting=len(mine),
            of=len(open_objections),
            urgent=urgent,
        )
    if may(actor, Action.ASSIGN_OBJECTION, at):
        nobodys = sum(not own.answerer for own in open_objections)
        yield Duty(task=Task.ASSIGN_OBJECTIONS, period=period.id, waiting=nobodys, of=len(open_objections))
    if may(actor, Action.CONFIRM_GATE, at):
        waiting = sum(
            own.unit in kept
            and not (own.movers & actor.hands)
            and may(
                actor,
                Action.CONFIRM_GATE,
                Setting(period=period.id, phase=period.phase, unit=kept[own.unit]),
            )
            for own in motions
        )
        yield Duty(task=Task.CONFIRM_GATES, period=period.id, waiting=waiting, of=len(motions))
