"""Points are reversed by two, one who moves it and another who confirms; members object to lines of their statements."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from scoring.criteria.item import Ledger, points_text
from scoring.errors import Fault, Refused
from scoring.ledger import REVERSIBLE, Transfer, TransferKind, ended_key, given_back, kept, reversal
from scoring.people import Actor, Role
from scoring.permissions import Action, NotAllowed, Setting, other_hands, permit
from scoring.private_numbers import private_number
from scoring.store import chain, units
from scoring.store.drafts import By
from scoring.store.engine import Connection, Store
from scoring.store.ledger import claims, expiry, members, reversals, transfers
from scoring.store.ledger.members import Member
from scoring.store.ledger.reversals import (
    LineObjection,
    LineObjectionState,
    ReversalMotion,
    ReversalState,
)
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.acting import WordsUnfit, words
from scoring.workflow.points.deeds import hand, points_deed
from scoring.workflow.points.in_role import besides
from scoring.workflow.telling import holders, tell
from scoring.working_days import today

REVERSALS = "/desk/points/reversals"
OBJECTIONS = "/desk/points/reversals#objections"
OWN_POINTS = "/points"
"""Where motions, objections, and a member's own points are found."""

_REASON = Text("理由", "the reason")


class ReversalRefused(Refused):
    """That cannot be reversed or objected to, or was decided already."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A line that is to be reversed or objected to: its transfer, its branch, and the member whose points they are."""

    c: Connection
    line: Transfer
    unit: Unit
    member: Member


def move_reversal(store: Store, actor: Actor | None, number: int, reason: str) -> int:
    """Move that the transfer of that number be reversed, and return the motion's number; another confirms it.

    What one claim posted on both ledgers goes back together. None moves it by a command. Raises NotAllowed, TransferUnknown, WordsUnfit and
    ReversalRefused.
    """
    said = _said(reason)
    with _acting(store, actor, Action.MOVE_REVERSAL, number) as case:
        return _move(case, actor, said, None)


def confirm_reversal(store: Store, actor: Actor, number: int) -> tuple[int, ...]:
    """Let the motion of that number hold, and return the transfers that reverse, today.

    Of spendable points what ended since is not taken again, what is there goes back, and the rest is owed. Raises
    NotAllowed, SameHands where *actor* moved it or the points are theirs, ReversalUnknown and ReversalRefused.
    """
    before = _motion(store, number)
    with _acting(store, actor, Action.CONFIRM_REVERSAL, before.transfer) as case:
        own = _still_open(case.c, number)
        _other_hands(actor, own, case)
        posted = _together(case)
        faults = list(hindering(case.c, case.line, posted))
        if faults:
            raise ReversalRefused(faults)
        day = today()
        numbers = tuple(_take_back(case.c, one, day, own.reason, hand(actor)) for one in posted)
        reversals.decide_motion(case.c, number, ReversalState.CONFIRMED, hand(actor))
        taken = [transfers.find(case.c, one).new for one in numbers]
        ended = sum(
            one.new.amount for own_ in posted for one in transfers.of_key(case.c, ended_key(own_.number))
        )
        _tell_reversed(case, actor, own, ended, sum(one.owed for one in taken))
        return numbers


def refuse_reversal(store: Store, actor: Actor, number: int, reason: str) -> None:
    """Let the motion not hold, for *reason*. Raises as `confirm_reversal` does, and WordsUnfit."""
    said = _said(reason)
    before = _motion(store, number)
    with _acting(store, actor, Action.CONFIRM_REVERSAL, before.transfer) as case:
        own = _still_open(case.c, number)
        _other_hands(actor, own, case)
        reversals.decide_motion(case.c, number, ReversalState.REFUSED, hand(actor), said)
        words_ = Text(
            f"第 {own.transfer} 笔积分的冲销未通过：{said}",
            f"the reversal of entry {own.transfer} was refused: {said}",
        )
        tell(case.c, besides(own.movers, actor.hands), "reversal", words_, REVERSALS)
        if own.objection is not None:
            tell(case.c, [case.member.person], "reversal", words_, OWN_POINTS)


def object_to_line(store: Store, actor: Actor, number: int, reason: str) -> int:
    """Object to a line of the own statement, the transfer of that number, and return the objection's number.

    Raises NotAllowed, TransferUnknown where it is no line of theirs, WordsUnfit and ReversalRefused.
    """
    said = _said(reason)
    with store.read() as c:
        _own_line(c, actor, number)
    deed = permit(actor, Action.OBJECT_POINTS, Setting())
    with store.begin(deed) as c:
        chain.link_number(c)
        case = _own_line(c, actor, number)
        posted = _together(case)
        faults = list(hindering(case.c, case.line, posted))
        if any(own.state is LineObjectionState.OPEN for own in reversals.objections_to(c, _numbers(posted))):
            faults.append(
                Fault.of(
                    "这笔积分已有待答复的异议", "an objection to these points waits for an answer already"
                )
            )
        if faults:
            raise ReversalRefused(faults)
        chain.concern(c, f"member {case.member.id}")
        own = reversals.add_objection(
            c,
            LineObjection(
                transfer=number,
                member=case.member.id,
                unit=case.line.new.unit,
                reason=said,
                by=actor.id,
                made_at=datetime.now(UTC),
            ),
        )
        told = holders(c, (Role.SUPERIOR, Role.ADMINISTRATOR), "", case.unit)
        sentence = Text(
            f"{case.unit.name}有党员对第 {number} 笔积分提出异议，请答复",
            f"a member of {case.unit.name} objects to entry {number} of points; please answer",
        )
        tell(c, besides(told, actor.hands), "objection", sentence, OBJECTIONS)
        return own


def withdraw_line_objection(store: Store, actor: Actor, number: int) -> None:
    """Take back the own objection that waits. Raises NotAllowed, LineObjectionUnknown and ReversalRefused."""
    deed = permit(actor, Action.OBJECT_POINTS, Setting())
    with store.begin(deed) as c:
        chain.link_number(c)
        own = reversals.objection(c, number)
        mine = members.of_person(c, actor.sheet_holder.id)
        if mine is None or mine.id != own.member:
            raise NotAllowed([Fault.of("只有提出人可以撤回", "only who objected may take it back")])
        _waiting(own)
        chain.concern(c, f"member {own.member}")
        reversals.answer_objection(c, number, LineObjectionState.WITHDRAWN, hand(actor))


def uphold_line_objection(store: Store, actor: Actor, number: int, reason: str) -> int:
    """Uphold the objection, which moves that the line be reversed, and return the motion's number; another confirms it.

    Raises NotAllowed, SameHands where *actor* claimed or posted the line or it is theirs, LineObjectionUnknown, WordsUnfit and
    ReversalRefused.
    """
    said = _said(reason)
    with _answering(store, actor, number) as case:
        reversals.answer_objection(case.c, number, LineObjectionState.UPHELD, hand(actor), said)
        _tell_answer(case, actor, LineObjectionState.UPHELD, said)
        return _move(case, actor, said, number)


def dismiss_line_objection(store: Store, actor: Actor, number: int, reason: str) -> None:
    """Dismiss the objection, for *reason*. Raises as `uphold_line_objection` does."""
    said = _said(reason)
    with _answering(store, actor, number) as case:
        reversals.answer_objection(case.c, number, LineObjectionState.DISMISSED, hand(actor), said)
        _tell_answer(case, actor, LineObjectionState.DISMISSED, said)


def hindering(c: Connection, line: Transfer, posted: Sequence[Transfer]) -> Iterator[Fault]:
    """Yield why *line* cannot be reversed, nor be objected to, with what was *posted* together with it."""
    kind = line.new.kind
    if kind not in REVERSIBLE:
        yield Fault.of(
            f"第 {line.number} 笔是“{kind.called.zh}”，由规则计算，不能单独冲销",
            f"entry {line.number} is of the kind “{kind.called.en}”, which follows from the rules and is not reversed",
        )
    if reversals.are_reversed(c, _numbers(posted)):
        yield Fault.of(f"第 {line.number} 笔已经冲销", f"entry {line.number} was reversed already")
    if kind is TransferKind.REDEMPTION and reversals.is_settled(c, line.number):
        yield Fault.of(
            f"第 {line.number} 笔兑换已与商户结算，不能冲销",
            f"entry {line.number} was settled with the merchant and is not reversed",
        )


def hands_in(c: Connection, line: Transfer) -> frozenset[str]:
    """Return the ids of those who claimed or posted the line, and on whose behalf."""
    claimed = frozenset() if line.new.claim is None else claims.find(c, line.new.claim).claimants
    return claimed | {line.by, line.on_behalf} - {""}


@contextmanager
def _acting(store: Store, actor: Actor | None, action: Action, number: int) -> Iterator[_Case]:
    """Give what writes about the transfer of that number, where *actor* may do *action* in its branch."""
    with store.read() as c:
        deed = points_deed(actor, action, _case(c, number).unit)
    with store.begin(deed) as c:
        chain.link_number(c)
        case = _case(c, number)
        points_deed(actor, action, case.unit)
        chain.concern(c, f"member {case.member.id}")
        yield case


@contextmanager
def _answering(store: Store, actor: Actor, number: int) -> Iterator[_Case]:
    """Give what answers the objection of that number, which waits, where *actor* has no hand in the line."""
    with store.read() as c:
        before = reversals.objection(c, number)
    with _acting(store, actor, Action.ANSWER_POINTS, before.transfer) as case:
        _waiting(reversals.objection(case.c, number))
        other_hands(actor, hands_in(case.c, case.line), *_POSTED)
        other_hands(actor, {case.member.person} - {""}, *_CONCERNED)
        yield case


def _case(c: Connection, number: int) -> _Case:
    line = transfers.find(c, number)
    known = units.newest(c, [line.new.unit])
    return _Case(c, line, known[line.new.unit], members.find(c, line.new.member))


def _own_line(c: Connection, actor: Actor, number: int) -> _Case:
    """Return the line, where it is the actor's own. Raises NotAllowed and TransferUnknown."""
    permit(actor, Action.OBJECT_POINTS, Setting())
    mine = members.of_person(c, actor.sheet_holder.id)
    line = transfers.find(c, number)
    if mine is None or line.new.member != mine.id:
        raise transfers.unknown(number)
    return _case(c, number)


def _move(case: _Case, actor: Actor | None, reason: str, objection: int | None) -> int:
    """Keep the motion, tell who may confirm it, and return its number. Raises ReversalRefused."""
    posted = _together(case)
    faults = list(hindering(case.c, case.line, posted))
    if reversals.open_motion_about(case.c, _numbers(posted)) is not None:
        faults.append(
            Fault.of("这笔积分已有待确认的冲销提议", "a motion to reverse these points waits already")
        )
    if faults:
        raise ReversalRefused(faults)
    by = hand(actor)
    number = reversals.add_motion(
        case.c,
        ReversalMotion(
            transfer=case.line.number,
            unit=case.line.new.unit,
            reason=reason,
            objection=objection,
            by=by.person,
            on_behalf=by.on_behalf,
            made_at=datetime.now(UTC),
        ),
    )
    told = holders(case.c, (Role.SUPERIOR, Role.ADMINISTRATOR), "", case.unit)
    sentence = Text(
        f"{case.unit.name}第 {case.line.number} 笔积分拟冲销，请确认",
        f"entry {case.line.number} of {case.unit.name} is to be reversed; please confirm",
    )
    hands = frozenset() if actor is None else actor.hands
    tell(case.c, besides(told, hands, [case.member.person]), "reversal", sentence, REVERSALS)
    return number


def _together(case: _Case) -> tuple[Transfer, ...]:
    """Return the line with what the same claim posted on the other ledger."""
    return transfers.of_key(case.c, case.line.new.key)


def _numbers(posted: Sequence[Transfer]) -> list[int]:
    return [own.number for own in posted]


def _held(c: Connection, own: Transfer) -> int:
    """Return what the account holds that the transfer credited; 0 where it keeps no balance."""
    target = own.new.target
    return transfers.balance(c, target, own.new.ledger).balance if kept(target) else 0


def _take_back(c: Connection, own: Transfer, day: date, reason: str, by: By) -> int:
    """Post what takes *own* back on *day*, after what of it ended unspent has come back; return the reversal's number."""
    held, before = _held(c, own), []
    if own.new.kind is TransferKind.AWARD and own.new.ledger is Ledger.SPENDABLE:
        year, ended = expiry.ended_of(c, own.number)
        back = min(own.new.amount, ended)
        if back:
            before = [given_back(own, year, back, day, reason)]
            held += back
    return transfers.post(c, [*before, reversal(own, held, day, reason)], by)[-1]


def _motion(store: Store, number: int) -> ReversalMotion:
    with store.read() as c:
        return reversals.motion(c, number)


def _still_open(c: Connection, number: int) -> ReversalMotion:
    own = reversals.motion(c, number)
    if own.state is not ReversalState.OPEN:
        state = own.state.called
        raise ReversalRefused(
            [Fault.of(f"第 {number} 号冲销提议{state.zh}", f"motion {number} was {state.en} already")]
        )
    return own


def _waiting(own: LineObjection) -> None:
    if own.state is not LineObjectionState.OPEN:
        state = own.state.called
        raise ReversalRefused(
            [Fault.of(f"第 {own.number} 号异议{state.zh}", f"objection {own.number} was {state.en} already")]
        )


def _other_hands(actor: Actor, own: ReversalMotion, case: _Case) -> None:
    other_hands(actor, own.movers, *_MOVED)
    other_hands(actor, {case.member.person} - {""}, *_CONCERNED)


def _tell_reversed(case: _Case, actor: Actor, own: ReversalMotion, ended: int, owed: int) -> None:
    rest, lost = points_text(owed), points_text(ended)
    gone = Text(f"，其中 {lost.zh}早已到期，不再扣", f"; {lost.en} of it had ended, and are not taken again")
    debt = Text(f"，另有 {rest.zh}待从以后的加分中抵还", f"; {rest.en} are owed out of later ones")
    sentence = Text(
        f"第 {own.transfer} 笔积分已冲销：{own.reason}{gone.zh if ended else ''}{debt.zh if owed else ''}",
        f"entry {own.transfer} of your points was reversed: {own.reason}{gone.en if ended else ''}{debt.en if owed else ''}",
    )
    tell(case.c, [case.member.person], "reversal", sentence, OWN_POINTS)
    done = Text(
        f"第 {own.transfer} 笔积分的冲销已确认", f"the reversal of entry {own.transfer} was confirmed"
    )
    tell(case.c, besides(own.movers, actor.hands, [case.member.person]), "reversal", done, REVERSALS)


def _tell_answer(case: _Case, actor: Actor, state: LineObjectionState, reason: str) -> None:
    called = state.called
    sentence = Text(
        f"您对第 {case.line.number} 笔积分的异议{called.zh}：{reason}",
        f"your objection to entry {case.line.number} was {called.en}: {reason}",
    )
    tell(case.c, besides([case.member.person], actor.hands), "objection", sentence, OWN_POINTS)


def _said(reason: str) -> str:
    """Return the reason as it is kept. Raises WordsUnfit."""
    said = words(reason, _REASON)
    wrong = private_number(said)
    if wrong is not None:
        raise WordsUnfit([Fault.of(f"理由{wrong.zh}", f"the reason {wrong.en}")])
    return said


_MOVED = (
    "冲销是您（或您所代理的人）提出的，须由另一人办理",
    "you, or whoever you act for, moved it; another person decides",
)
_CONCERNED = (
    "是您本人（或您所代理的人）的积分，须由另一人办理",
    "these are your own points, or of whoever you act for; another person decides",
)
_POSTED = (
    "这笔积分是您（或您所代理的人）申报或者审核入账的，异议须由另一人答复",
    "you, or whoever you act for, claimed or posted these points; another person answers",
)
