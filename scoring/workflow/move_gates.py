"""Gates are raised and lifted: one person moves it with a reason and a document, another confirms, and the branch is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote

from scoring.canonical import canonical, sha256
from scoring.criteria.model import Gate
from scoring.errors import Fault, Refused
from scoring.gates import GateMotion, MotionKind, MotionState
from scoring.objections import ObjectionState
from scoring.people import Actor, Role
from scoring.periods import Period
from scoring.permissions import Action, may, other_hands
from scoring.store import chain, criteria, gates, imports, objections, units
from scoring.store.engine import Connection, Store
from scoring.store.units import KeptUnit
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.acting import Doing, acting, looking, setting_of, within, words
from scoring.workflow.documents import Document, note
from scoring.workflow.telling import holders, names, tell

_REASON = Text("理由", "the reason")
_MANY = (Role.SECRETARY, Role.SUPERIOR)


class MotionRefused(Refused):
    """That cannot be moved, or can no longer be decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateInForce:
    """A gate that holds on a unit now; `by` is the motion that raised it, None where it came with a file of units."""

    unit: Unit
    gate: Gate
    by: GateMotion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionSeen:
    """A motion as somebody sees it: what it is about, who moved and answered it by name, and what they may do."""

    motion: GateMotion
    unit: Unit
    gate: Gate
    by_name: str
    answered_by_name: str
    may_confirm: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GatesSeen:
    """The gates of a period as somebody sees them, and on which units they may move one: those of `movable`, by code."""

    period: Period
    motions: tuple[MotionSeen, ...]
    in_force: tuple[GateInForce, ...]
    movable: tuple[KeptUnit, ...]
    gates: dict[str, tuple[Gate, ...]]


def see_gates(store: Store, actor: Actor, period_id: str) -> GatesSeen:
    """Return the gates of the period, of the units *actor* may see. Raises NotAllowed and PeriodUnknown."""
    with store.read() as c:
        period = looking(c, actor, Action.SEE_CASES, period_id)
        kept = {own.unit.code: own for own in units.current(c, period.id)}
        seen = within(actor, Action.SEE_CASES, period, kept)
        movable = within(actor, Action.RAISE_GATE, period, kept)
        known = {ref: criteria.known(c, ref).gates for ref in period.refs}
        motions = [own for own in gates.of_period(c, period.id) if own.unit in seen]
        called = names(c, {person for own in motions for person in (own.by, own.answered_by)})
    by_id = {(ref, own.id): own for ref, found in known.items() for own in found}
    return GatesSeen(
        period=period,
        motions=tuple(
            _seen(actor, period, own, kept[own.unit], by_id[kept[own.unit].ref, own.gate], called)
            for own in motions
        ),
        in_force=tuple(
            GateInForce(
                unit=kept[code].unit, gate=by_id[kept[code].ref, gate], by=_raised_by(motions, code, gate)
            )
            for code in sorted(seen)
            for gate in kept[code].unit.gates
        ),
        movable=tuple(kept[code] for code in sorted(movable)),
        gates=known,
    )


def move_gate(  # noqa: PLR0917  who moves what on which unit, and why
    store: Store,
    actor: Actor,
    period_id: str,
    code: str,
    gate: str,
    motion: MotionKind,
    reason: str,
    document: Document | None = None,
) -> int:
    """Move that the gate be raised or lifted, and return the motion's number; it holds when another confirms it.

    What is raised needs a document. Raises NotAllowed, MotionRefused and WordsUnfit.
    """
    said = words(reason, _REASON)
    with acting(store, actor, Action.RAISE_GATE, period_id, code) as doing:
        return add_motion(doing, actor, gate, motion, said, document)


def add_motion(  # noqa: PLR0917  a motion's particulars
    doing: Doing, actor: Actor, gate: str, motion: MotionKind, reason: str, document: Document | None
) -> int:
    """Keep a motion, tell the branch and those who may confirm it, and return its number. Raises MotionRefused."""
    c, period, kept = doing.c, doing.period, doing.unit
    own = _gate(c, kept, gate)
    faults = list(_hindering(c, period, kept, own, motion))
    if motion is MotionKind.RAISE and document is None:
        faults.append(
            Fault.of("列入一票否决须附文件（决定、通报等）", "a gate is raised by a document; add it")
        )
    if faults:
        raise MotionRefused(faults)
    if document is not None:
        note(c, [document])
    number = gates.add(
        c,
        GateMotion(
            number=0,
            period=period.id,
            unit=kept.unit.code,
            gate=gate,
            motion=motion,
            reason=reason,
            file="" if document is None else document.sha256,
            title="" if document is None else document.title,
            by=actor.id,
            made_at=datetime.now(UTC),
        ),
    )
    chain.concern(c, f"gate {number}")
    _tell_branch(c, period, kept.unit, own, _moved(motion, reason))
    confirmers = holders(c, (Role.LEADER, Role.ADMINISTRATOR, Role.MODERATOR), period.id, kept.unit)
    words_ = Text(
        f"请确认：拟对{kept.unit.name}{motion.called.zh}“{own.title.zh}”",
        f"to be confirmed: {motion.called.en} “{own.title.en}” on {kept.unit.name}",
    )
    tell(c, [one for one in confirmers if one not in actor.hands], "gate", words_, _address(period))
    return number


def confirm_gate(store: Store, actor: Actor, number: int) -> None:
    """Let the motion hold: the unit's gates change, and open objections to a gate that is lifted are upheld.

    Raises NotAllowed, SameHands where *actor* moved it, and MotionRefused where it was decided meanwhile.
    """
    before = _motion(store, number)
    with acting(
        store, actor, Action.CONFIRM_GATE, before.period, before.unit, about=(f"gate {number}",)
    ) as doing:
        c, period, kept = doing.c, doing.period, doing.unit
        own = _still_open(c, number)
        _other_hands(c, actor, own)
        gate = _gate(c, kept, own.gate)
        faults = list(_hindering(c, period, kept, gate, own.motion, besides=number))
        if faults:
            raise MotionRefused(faults)
        gates.move(c, number, MotionState.CONFIRMED, "", actor.id)
        put_gates(c, period, kept, changed(kept.unit, own), own)
        if own.motion is MotionKind.LIFT:
            _uphold(c, period, own)
        _tell_branch(c, period, kept.unit, gate, _held(own.motion))


def refuse_gate(store: Store, actor: Actor, number: int, reason: str) -> None:
    """Let the motion not hold, for *reason*. Raises NotAllowed, SameHands, MotionRefused and WordsUnfit."""
    said = words(reason, _REASON)
    before = _motion(store, number)
    with acting(
        store, actor, Action.CONFIRM_GATE, before.period, before.unit, about=(f"gate {number}",)
    ) as doing:
        own = _still_open(doing.c, number)
        _other_hands(doing.c, actor, own)
        gates.move(doing.c, number, MotionState.REFUSED, said, actor.id)
        _tell_end(doing, own, said)


def withdraw_gate(store: Store, actor: Actor, number: int) -> None:
    """Let whoever moved it take the motion back. Raises NotAllowed and MotionRefused."""
    before = _motion(store, number)
    with acting(
        store, actor, Action.RAISE_GATE, before.period, before.unit, about=(f"gate {number}",)
    ) as doing:
        own = _still_open(doing.c, number)
        if own.by not in actor.hands:
            raise MotionRefused([Fault.of("只有提出人可以撤回", "only who moved it may take it back")])
        gates.move(doing.c, number, MotionState.WITHDRAWN, "", actor.id)
        _tell_end(doing, own, "")


def changed(unit: Unit, motion: GateMotion) -> Unit:
    """Return *unit* with its gates as they are once *motion* holds, in order."""
    own = {*unit.gates} - {motion.gate}
    return replace(
        unit, gates=tuple(sorted(own | ({motion.gate} if motion.motion is MotionKind.RAISE else set())))
    )


def put_gates(c: Connection, period: Period, kept: KeptUnit, unit: Unit, motion: GateMotion) -> None:
    """Let the unit have the gates of *unit* from now on, by an import that stands for *motion*."""
    digest = sha256(
        canonical(
            {
                "gate_motion": motion.number,
                "period": period.id,
                "unit": unit.code,
                "gate": motion.gate,
                "motion": motion.motion.value,
                "reason": motion.reason,
                "file": motion.file,
            }
        )
    )
    number = imports.add(c, period.id, "units", digest, f"一票否决 第{motion.number}号", 1)
    units.put(c, period.id, [KeptUnit(unit=unit, ref=kept.ref)], number)


def _seen(  # noqa: PLR0917  what is seen, of what, by whom
    actor: Actor, period: Period, own: GateMotion, kept: KeptUnit, gate: Gate, called: dict[str, str]
) -> MotionSeen:
    at = setting_of(period, kept)
    is_open = own.state is MotionState.OPEN
    return MotionSeen(
        motion=own,
        unit=kept.unit,
        gate=gate,
        by_name=called.get(own.by, ""),
        answered_by_name=called.get(own.answered_by, ""),
        may_confirm=is_open and may(actor, Action.CONFIRM_GATE, at) and not actor.hands & own.movers,
        may_withdraw=is_open and may(actor, Action.RAISE_GATE, at) and own.by in actor.hands,
    )


def _raised_by(motions: Sequence[GateMotion], code: str, gate: str) -> GateMotion | None:
    """Return the newest motion that raised the gate on that unit, None where there is none."""
    for own in motions:
        if (own.unit, own.gate, own.motion, own.state) == (
            code,
            gate,
            MotionKind.RAISE,
            MotionState.CONFIRMED,
        ):
            return own
    return None


def _gate(c: Connection, kept: KeptUnit, gate: str) -> Gate:
    """Return the gate of that id of the unit's set. Raises MotionRefused, naming those there are."""
    found = criteria.known(c, kept.ref).gates
    for own in found:
        if own.id == gate:
            return own
    zh = "、".join(own.title.zh for own in found) or "无"
    en = ", ".join(own.title.en for own in found) or "none"
    raise MotionRefused(
        [
            Fault.of(
                f"{kept.unit.name}适用的标准没有“{gate}”这一项一票否决；可选：{zh}",
                f"the criteria of {kept.unit.name} have no gate “{gate}”; there are: {en}",
            )
        ]
    )


def _hindering(  # noqa: PLR0917  what is moved on what
    c: Connection, period: Period, kept: KeptUnit, gate: Gate, motion: MotionKind, besides: int = 0
) -> Sequence[Fault]:
    """Return why that cannot be moved, or confirmed, now; the motion of number *besides* does not stand in its own way."""
    unit = kept.unit
    faults = []
    if motion is MotionKind.RAISE and gate.id in unit.gates:
        faults.append(
            Fault.of(f"{unit.name}已列入“{gate.title.zh}”", f"“{gate.title.en}” holds on {unit.name} already")
        )
    if motion is MotionKind.LIFT and gate.id not in unit.gates:
        faults.append(
            Fault.of(
                f"{unit.name}没有列入“{gate.title.zh}”", f"“{gate.title.en}” does not hold on {unit.name}"
            )
        )
    waiting = [
        own.number
        for own in gates.of_unit(c, period.id, unit.code)
        if own.gate == gate.id and own.state is MotionState.OPEN and own.number != besides
    ]
    if waiting:
        faults.append(
            Fault.of(
                f"同一事项已有第 {waiting[0]} 号提议待确认，请先办结",
                f"motion {waiting[0]} about the same gate waits; it comes first",
            )
        )
    return faults


def _motion(store: Store, number: int) -> GateMotion:
    with store.read() as c:
        return gates.find(c, number)


def _still_open(c: Connection, number: int) -> GateMotion:
    """Return the motion, which waits. Raises MotionRefused, saying who decided it meanwhile."""
    own = gates.find(c, number)
    if own.state is not MotionState.OPEN:
        who = names(c, [own.answered_by]).get(own.answered_by, "")
        raise MotionRefused(
            [
                Fault.of(
                    f"第 {number} 号已由{who}办理：{own.state.called.zh}",
                    f"motion {number} was {own.state.called.en} by {who} already",
                )
            ]
        )
    return own


def _other_hands(c: Connection, actor: Actor, own: GateMotion) -> None:
    who = names(c, [own.by]).get(own.by, "")
    other_hands(
        actor,
        own.movers,
        f"第 {own.number} 号由{who}提出，须由另一人确认",
        f"motion {own.number} was made by {who}; another person decides it",
    )


def _uphold(c: Connection, period: Period, own: GateMotion) -> None:
    """Let open objections to the gate be upheld by its being lifted."""
    for objection in objections.of_unit(c, period.id, own.unit):
        if objection.gate == own.gate and objection.state.is_open:
            objections.move(c, objection.number, ObjectionState.UPHELD, own.by, "", reason=own.reason)
            chain.concern(c, f"objection {objection.number}")


def _tell_branch(c: Connection, period: Period, unit: Unit, gate: Gate, said: Text) -> None:
    title = Text(f"一票否决“{gate.title.zh}”：{said.zh}", f"gate “{gate.title.en}”: {said.en}")
    tell(c, holders(c, _MANY, period.id, unit), "gate", title, _address(period))


def _tell_end(doing: Doing, own: GateMotion, reason: str) -> None:
    state = gates.find(doing.c, own.number).state.called
    gate = _gate(doing.c, doing.unit, own.gate)
    said = Text(f"{state.zh}{'：' if reason else ''}{reason}", f"{state.en}{': ' if reason else ''}{reason}")
    _tell_branch(doing.c, doing.period, doing.unit.unit, gate, said)
    tell(doing.c, [own.by], "gate", said, _address(doing.period))


def _moved(motion: MotionKind, reason: str) -> Text:
    return Text(
        f"拟{motion.called.zh}，待确认。理由：{reason}", f"moved to {motion.called.en} it. Reason: {reason}"
    )


def _held(motion: MotionKind) -> Text:
    if motion is MotionKind.RAISE:
        return Text(
            "已列入，星级因此受限；公示期内可以提出异议", "it holds now and limits the stars; you may object"
        )
    return Text("已解除", "it no longer holds")


def _address(period: Period) -> str:
    return f"/desk/{quote(period.id)}/gates"
