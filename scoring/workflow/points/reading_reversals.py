"""Reversals that were moved and objections to lines, as whoever decides them sees them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scoring.criteria.item import Item
from scoring.ledger import Transfer
from scoring.people import Actor
from scoring.permissions import Action, Setting, may, permit
from scoring.store import units
from scoring.store.engine import Connection, Store
from scoring.store.ledger import members, reversals, rules, transfers
from scoring.store.ledger.members import Member
from scoring.store.ledger.reversals import (
    LineObjection,
    LineObjectionState,
    ReversalMotion,
    ReversalState,
)
from scoring.units import Unit
from scoring.workflow.points.reversing import hands_in
from scoring.workflow.telling import names

Case = TypeVar("Case", ReversalMotion, LineObjection)

ENDED_MOST = 50
"""So many that are decided are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineConcerned:
    """A line that is to be reversed or objected to: its transfer, its item (None without), whose it is, in which branch.

    *hands* are those who claimed or posted it.
    """

    transfer: Transfer
    item: Item | None
    member: Member
    unit: Unit
    hands: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionSeen:
    """A motion to reverse a line, who moved and who decided it by name, and whether the one who sees it may decide it."""

    motion: ReversalMotion
    line: LineConcerned
    by_name: str
    answered_by_name: str
    may_decide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineObjectionSeen:
    """An objection to a line, who answered it by name, and whether the one who sees it may answer."""

    objection: LineObjection
    line: LineConcerned
    answered_by_name: str
    may_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalsSeen:
    """Motions and objections that wait, the oldest first, and those that are decided, the newest first."""

    motions: tuple[MotionSeen, ...]
    objections: tuple[LineObjectionSeen, ...]
    ended_motions: tuple[MotionSeen, ...]
    ended_objections: tuple[LineObjectionSeen, ...]


def see_reversals(store: Store, actor: Actor) -> ReversalsSeen:
    """Return the motions and objections of the branches whose points *actor* sees with names. Raises NotAllowed."""
    permit(actor, Action.SEE_POINTS, Setting())
    with store.read() as c:
        known = units.newest(c)
        theirs = [code for code in known if may(actor, Action.SEE_POINTS, Setting(unit=known[code]))]
        motions, ended = _parted(reversals.motions_of(c, theirs), ReversalState.OPEN)
        objections, answered = _parted(reversals.objections_of(c, theirs), LineObjectionState.OPEN)
        numbers = {own.transfer for own in (*motions, *ended)}
        lines = _lines(c, numbers | {own.transfer for own in (*objections, *answered)}, known)
        hands = {one for own in (*motions, *ended) for one in (own.by, own.answered_by)}
        called = names(c, hands | {own.answered_by for own in answered})
    seen = [_motion(actor, own, lines[own.transfer], called) for own in (*motions, *ended)]
    heard = [_objection(actor, own, lines[own.transfer], called) for own in (*objections, *answered)]
    return ReversalsSeen(
        motions=tuple(seen[: len(motions)]),
        ended_motions=tuple(seen[len(motions) :]),
        objections=tuple(heard[: len(objections)]),
        ended_objections=tuple(heard[len(objections) :]),
    )


def _parted(
    found: Sequence[Case], waiting: ReversalState | LineObjectionState
) -> tuple[list[Case], list[Case]]:
    """Return those that wait, the oldest first, and the newest of the others."""
    open_ones = [own for own in reversed(found) if own.state is waiting]
    return open_ones, [own for own in found if own.state is not waiting][:ENDED_MOST]


def _lines(c: Connection, numbers: Iterable[int], known: dict[str, Unit]) -> dict[int, LineConcerned]:
    found = {number: transfers.find(c, number) for number in sorted(numbers)}
    persons = members.among(c, {own.new.member for own in found.values()})
    return {
        number: LineConcerned(
            transfer=own,
            item=rules.known(c, own.new.rules).item(own.new.item) if own.new.item else None,
            member=persons[own.new.member],
            unit=known[own.new.unit],
            hands=hands_in(c, own),
        )
        for number, own in found.items()
    }


def _motion(actor: Actor, own: ReversalMotion, line: LineConcerned, called: dict[str, str]) -> MotionSeen:
    return MotionSeen(
        motion=own,
        line=line,
        by_name=called.get(own.by, ""),
        answered_by_name=called.get(own.answered_by, ""),
        may_decide=own.state is ReversalState.OPEN
        and may(actor, Action.CONFIRM_REVERSAL, Setting(unit=line.unit))
        and not actor.hands & {*own.movers, line.member.person},
    )


def _objection(
    actor: Actor, own: LineObjection, line: LineConcerned, called: dict[str, str]
) -> LineObjectionSeen:
    return LineObjectionSeen(
        objection=own,
        line=line,
        answered_by_name=called.get(own.answered_by, ""),
        may_answer=own.state is LineObjectionState.OPEN
        and may(actor, Action.ANSWER_POINTS, Setting(unit=line.unit))
        and not actor.hands & {*line.hands, line.member.person},
    )
