"""Objections are filed while a draft is posted, given to somebody who has not handled the case, and answered.

Whoever answers is shown the consequences first, and hands their seal back: what is decided is what was shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, Place, Refused
from scoring.gates import GateMotion, MotionKind, MotionState
from scoring.inputs import Inputs
from scoring.marks import MarkRefused
from scoring.objections import Objection, ObjectionFile, ObjectionState
from scoring.people import Actor, Person, Role
from scoring.periods import Period
from scoring.permissions import Action, SameHands, may, permit
from scoring.sheets import read_mark
from scoring.statement import person
from scoring.store import (
    chain,
    criteria,
    editions,
    gates,
    handling,
    objections,
    people,
    periods,
    postings,
    units,
)
from scoring.store.engine import Connection, Store
from scoring.store.units import KeptUnit
from scoring.texts import Text
from scoring.workflow.acting import Doing, acting, now_or, setting_of, words
from scoring.workflow.consequences import Consequences, consequences, moderated, with_moderation
from scoring.workflow.documents import Document, note
from scoring.workflow.moderate import keep_moderation
from scoring.workflow.move_gates import add_motion, changed
from scoring.workflow.sign_in import actor_of
from scoring.workflow.standings_now import inputs_of
from scoring.workflow.telling import holders, names, tell
from scoring.working_days import Posting

MOST_FILES = 10

_REASON = Text("理由", "the reason")


class ObjectionRefused(Refused):
    """That cannot be objected to, or the objection cannot be answered like this."""


class ConsequencesChanged(ObjectionRefused):
    """What the answer would change is no longer what was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is objected to: a criterion or adjustment by id, or a gate; the other is ''."""

    criterion: str = ""
    gate: str = ""


def file_objection(  # noqa: PLR0917  who objects to what, and why
    store: Store,
    actor: Actor,
    period_id: str,
    code: str,
    about: About,
    reason: str,
    documents: Sequence[Document] = (),
    now: datetime | None = None,
) -> int:
    """File the unit's objection to a line or a gate of the draft that is posted, and return its number.

    Raises NotAllowed, WordsUnfit, and ObjectionRefused once the posting is over, by the server's clock, or where the
    same line waits for an answer already.
    """
    said = words(reason, _REASON)
    with acting(store, actor, Action.OBJECT, period_id, code) as doing:
        c, period, kept = doing.c, doing.period, doing.unit
        edition = editions.newest(c, period.id)
        assert edition is not None, "what is posted is an edition"
        faults = [
            *_too_late(postings.of_edition(c, edition.id), now_or(now)),
            *_no_such(c, kept, about),
            *_twice(c, period, kept, about),
        ]
        if len(documents) > MOST_FILES:
            faults.append(Fault.of(f"一次最多附 {MOST_FILES} 个文件", f"{MOST_FILES} files at most"))
        if faults:
            raise ObjectionRefused(faults)
        note(c, documents)
        number = objections.add(
            c,
            Objection(
                number=0,
                period=period.id,
                edition=edition.id,
                unit=kept.unit.code,
                criterion=about.criterion,
                gate=about.gate,
                reason=said,
                by=actor.id,
                on_behalf="" if actor.on_behalf is None else actor.on_behalf.id,
                made_at=datetime.now(UTC),
                files=tuple(ObjectionFile(sha256=own.sha256, title=own.title) for own in documents),
            ),
        )
        chain.concern(c, f"objection {number}")
        told = Text(
            f"{kept.unit.name}对“{_title(c, kept, about.criterion or about.gate).zh}”提出异议，请指定答复人",
            f"{kept.unit.name} objects to “{_title(c, kept, about.criterion or about.gate).en}”; say who answers",
        )
        chairs = holders(c, (Role.ADMINISTRATOR,), period.id)
        tell(c, chairs, "objection", told, _address(period.id, number))
    return number


def withdraw_objection(store: Store, actor: Actor, number: int) -> None:
    """Take back an objection that waits for an answer. Raises NotAllowed and ObjectionRefused."""
    before = _objection(store, number)
    with acting(
        store, actor, Action.OBJECT, before.period, before.unit, about=(f"objection {number}",)
    ) as doing:
        own = _still_open(doing.c, number)
        _end(doing, own, ObjectionState.WITHDRAWN, actor)
        told = Text(f"第 {number} 号异议已由支部撤回", f"objection {number} was withdrawn")
        tell(doing.c, [own.answerer], "objection", told, _address(own.period, number))


def assign_objection(store: Store, actor: Actor, number: int, person_id: str) -> None:
    """Let that person answer the objection: a moderator who has not handled the case.

    Raises NotAllowed, ObjectionRefused, and SameHands where they have.
    """
    before = _objection(store, number)
    about = (f"objection {number}", f"person {person_id}")
    with acting(store, actor, Action.ASSIGN_OBJECTION, before.period, before.unit, about=about) as doing:
        own = _still_open(doing.c, number)
        chosen = actor_of(doing.c, people.find(doing.c, person_id))
        assert chosen.person is not None
        if not chosen.person.open or not may(
            chosen, Action.ANSWER_OBJECTION, setting_of(doing.period, doing.unit)
        ):
            sentence = Fault.of(
                f"{chosen.name}不是本期可以答复该支部异议的复议人",
                f"{chosen.name} is no moderator who may answer for this branch",
            )
            raise ObjectionRefused([sentence])
        _impartial(doing.c, own, chosen)
        objections.move(doing.c, number, ObjectionState.ASSIGNED, actor.id, _behalf(actor), person=person_id)
        told = Text(
            f"请答复第 {number} 号异议（{doing.unit.unit.name}）",
            f"objection {number} is yours to answer ({doing.unit.unit.name})",
        )
        tell(doing.c, [person_id], "objection", told, _address(own.period, number))


def take_objection(store: Store, actor: Actor, number: int) -> None:
    """Let *actor* answer the objection, which nobody else has taken. Raises NotAllowed, SameHands, ObjectionRefused."""
    before = _objection(store, number)
    with acting(
        store, actor, Action.ANSWER_OBJECTION, before.period, before.unit, about=(f"objection {number}",)
    ) as doing:
        own = _still_open(doing.c, number)
        _impartial(doing.c, own, actor)
        if own.answerer and own.answerer not in actor.hands:
            who = names(doing.c, [own.answerer]).get(own.answerer, "")
            raise ObjectionRefused(
                [Fault.of(f"第 {number} 号异议已由{who}办理", f"{who} answers objection {number} already")]
            )
        if not own.answerer:
            objections.move(
                doing.c,
                number,
                ObjectionState.ASSIGNED,
                actor.id,
                _behalf(actor),
                person=actor.sheet_holder.id,
            )


def foresee(store: Store, actor: Actor, number: int, mark: str = "") -> Consequences:
    """Return what would change if the objection were upheld, with that *mark* where it is to a line.

    Nothing is kept. Raises NotAllowed, SameHands, and ObjectionRefused where the mark is none.
    """
    with store.read() as c:
        own = _still_open(c, number)
        period, kept = _place(c, own)
        permit(actor, Action.ANSWER_OBJECTION, setting_of(period, kept))
        _own_case(c, own, actor)
        return _foreseen(c, period, kept, own, mark, actor)


def uphold(store: Store, actor: Actor, number: int, mark: str, reason: str, seal: str) -> Consequences:  # noqa: PLR0917
    """Uphold an objection to a line: the new mark, by moderation, decides from now on. Return what it changed.

    To a gate: its lifting is moved, and the objection is upheld once another person confirms that. *seal* is that of
    the consequences that were shown. Raises NotAllowed, SameHands, WordsUnfit, ObjectionRefused and
    ConsequencesChanged.
    """
    said = words(reason, _REASON)
    before = _objection(store, number)
    with acting(
        store, actor, Action.ANSWER_OBJECTION, before.period, before.unit, about=(f"objection {number}",)
    ) as doing:
        own = _still_open(doing.c, number)
        _own_case(doing.c, own, actor)
        found = _foreseen(doing.c, doing.period, doing.unit, own, mark, actor)
        if found.seal != seal:
            raise ConsequencesChanged(
                [
                    Fault.of(
                        "评分或名单在您查看之后有了变化，后果已不同；请重新查看后再决定",
                        "marks or units have changed since you looked, and so have the consequences; look again",
                    )
                ]
            )
        if own.gate:
            add_motion(doing, actor, own.gate, MotionKind.LIFT, said, None)
        else:
            kept_mark = _keep_mark(doing, own, mark, said, actor)
            _end(doing, own, ObjectionState.UPHELD, actor, mark=kept_mark, reason=said)
            _tell_answer(doing, own, ObjectionState.UPHELD, said)
    return found


def dismiss(store: Store, actor: Actor, number: int, reason: str) -> None:
    """Dismiss the objection, for *reason*. Raises NotAllowed, SameHands, WordsUnfit and ObjectionRefused."""
    said = words(reason, _REASON)
    before = _objection(store, number)
    with acting(
        store, actor, Action.ANSWER_OBJECTION, before.period, before.unit, about=(f"objection {number}",)
    ) as doing:
        own = _still_open(doing.c, number)
        _own_case(doing.c, own, actor)
        _end(doing, own, ObjectionState.DISMISSED, actor, reason=said)
        _tell_answer(doing, own, ObjectionState.DISMISSED, said)


def impartial(c: Connection, own: Objection, actor: Actor) -> bool:
    """Return whether *actor* has not handled the case the objection is about."""
    try:
        _impartial(c, own, actor)
    except SameHands:
        return False
    return True


def refusal_to(actor: Actor) -> Text:
    """Return why *actor*, who has handled the case, may not answer."""
    return Text(
        f"{actor.name}经办过本支部的评分、复议或一票否决，不能答复它的异议；请由未经手的复议人答复",
        f"{actor.name} has handled this branch's case; its objections are answered by a moderator who has not",
    )


def pending_lift(c: Connection, own: Objection) -> GateMotion | None:
    """Return the motion that waits to lift the gate objected to, None where there is none."""
    for motion in gates.of_unit(c, own.period, own.unit) if own.gate else ():
        if (motion.gate, motion.motion, motion.state) == (own.gate, MotionKind.LIFT, MotionState.OPEN):
            return motion
    return None


def _too_late(posting: Posting | None, now: datetime) -> list[Fault]:
    if posting is None or not posting.is_over(now):
        return []
    return [
        Fault.of(
            f"公示期已于 {posting.last} 24:00（北京时间）结束，不能再提出异议",
            f"the posting ended at 24:00 on {posting.last} (Beijing time); objections can no longer be filed",
        )
    ]


def _no_such(c: Connection, kept: KeptUnit, about: About) -> list[Fault]:
    own = criteria.known(c, kept.ref)
    if about.criterion and about.criterion in {one.id for one in own.subjects}:
        return []
    if about.gate and about.gate in kept.unit.gates:
        return []
    return [
        Fault.of(
            "请选择对哪一项评分或哪一项一票否决提出异议",
            "choose the line, or the gate that holds, which is objected to",
        )
    ]


def _twice(c: Connection, period: Period, kept: KeptUnit, about: About) -> list[Fault]:
    for own in objections.of_unit(c, period.id, kept.unit.code):
        if own.state.is_open and own.about == (about.criterion or about.gate):
            return [
                Fault.of(
                    f"对这一项已提出第 {own.number} 号异议，尚未答复；要补充，请先撤回再提",
                    f"objection {own.number} to the same waits for an answer; withdraw it to file it anew",
                )
            ]
    return []


def _foreseen(  # noqa: PLR0917  what would be answered, how, by whom
    c: Connection, period: Period, kept: KeptUnit, own: Objection, mark: str, actor: Actor
) -> Consequences:
    now = inputs_of(c, period)
    return consequences(
        c, period, _without_gate(now, own) if own.gate else _with_mark(c, now, kept, own, mark, actor)
    )


def _without_gate(now: Inputs, own: Objection) -> Inputs:
    lifted = GateMotion(
        number=0,
        period=own.period,
        unit=own.unit,
        gate=own.gate,
        motion=MotionKind.LIFT,
        reason="",
        file="",
        title="",
        by="",
        made_at=own.made_at,
    )
    changed_units = tuple(changed(one, lifted) if one.code == own.unit else one for one in now.units)
    return Inputs(units=changed_units, sets=now.sets, markings=now.markings)


def _with_mark(  # noqa: PLR0917  the mark of what, by whom
    c: Connection, now: Inputs, kept: KeptUnit, own: Objection, mark: str, actor: Actor
) -> Inputs:
    assert actor.person is not None
    text = _mark(criteria.known(c, kept.ref), own.criterion, mark)
    revised = moderated(now.markings, own.unit, own.criterion, actor.person.signs_as, text)
    return with_moderation(now, revised)


def _mark(own: CriteriaSet, criterion: str, typed: str) -> str:
    """Return the mark in its canonical form. Raises ObjectionRefused."""
    subject = next(one for one in own.subjects if one.id == criterion)
    try:
        text = read_mark(subject, typed)
    except MarkRefused as refused:
        raise ObjectionRefused([Fault(place=Place(field="mark"), sentence=refused.sentence)]) from None
    if not text:
        raise ObjectionRefused(
            [Fault(place=Place(field="mark"), sentence=Text("请填写新的评分", "enter the new mark"))]
        )
    return text


def _keep_mark(doing: Doing, own: Objection, typed: str, reason: str, actor: Actor) -> str:
    """Keep the new mark as a moderation by *actor*, and return it."""
    text = _mark(criteria.known(doing.c, doing.unit.ref), own.criterion, typed)
    keep_moderation(doing.c, actor, own.period, own.unit, own.criterion, text, reason)
    return text


def _own_case(c: Connection, own: Objection, actor: Actor) -> None:
    """Make sure that *actor* answers the objection, has not handled the case, and nothing about it waits."""
    if not own.answerer:
        raise ObjectionRefused(
            [Fault.of(f"请先受理第 {own.number} 号异议", f"objection {own.number} must be taken first")]
        )
    if own.answerer not in actor.hands:
        who = names(c, [own.answerer]).get(own.answerer, "")
        raise SameHands(
            [Fault.of(f"第 {own.number} 号异议由{who}答复", f"{who} answers objection {own.number}")]
        )
    _impartial(c, own, actor)
    waiting = pending_lift(c, own)
    if waiting is not None:
        raise ObjectionRefused(
            [
                Fault.of(
                    f"已提出解除（第 {waiting.number} 号），待另一人确认",
                    f"its lifting was moved (motion {waiting.number}); another person confirms that",
                )
            ]
        )


def _impartial(c: Connection, own: Objection, actor: Actor) -> None:
    """Raise SameHands where *actor* has handled the case: by person, or by the name that stands on marks."""
    earlier = [one for one in objections.of_unit(c, own.period, own.unit) if one.number != own.number]
    found = handling.of_unit(c, own.period, own.unit)
    decided = {
        hand
        for one in earlier
        if one.about == own.about and one.answer is not None and one.state is not ObjectionState.WITHDRAWN
        for hand in (one.answer.by, one.answer.on_behalf)
    }
    filed = {own.by, own.on_behalf}
    signed = {person(name) for name in found.evaluators}
    signatures = {person(one.signs_as) for one in _persons(actor)}
    if actor.hands & (found.people | decided | filed) or signatures & signed:
        raise SameHands([Fault(place=Place(), sentence=refusal_to(actor))])


def _persons(actor: Actor) -> list[Person]:
    return [one.person for one in (actor, actor.on_behalf) if one is not None and one.person is not None]


def _still_open(c: Connection, number: int) -> Objection:
    """Return the objection, which waits for an answer. Raises ObjectionRefused, saying how it ended."""
    own = objections.find(c, number)
    if own.answer is not None:
        who = names(c, [own.answer.by]).get(own.answer.by, "")
        raise ObjectionRefused(
            [
                Fault.of(
                    f"第 {number} 号异议已由{who}办结：{own.state.called.zh}",
                    f"objection {number} was ended by {who}: {own.state.called.en}",
                )
            ]
        )
    return own


def _objection(store: Store, number: int) -> Objection:
    with store.read() as c:
        return objections.find(c, number)


def _place(c: Connection, own: Objection) -> tuple[Period, KeptUnit]:
    period = periods.find(c, own.period)
    return period, units.find(c, period.id, own.unit)


def _end(
    doing: Doing, own: Objection, state: ObjectionState, actor: Actor, *, mark: str = "", reason: str = ""
) -> None:
    objections.move(doing.c, own.number, state, actor.id, _behalf(actor), mark=mark, reason=reason)


def _tell_answer(doing: Doing, own: Objection, state: ObjectionState, reason: str) -> None:
    title = _title(doing.c, doing.unit, own.about)
    told = Text(
        f"对“{title.zh}”的异议{state.called.zh}。理由：{reason}",
        f"your objection to “{title.en}” is {state.called.en}. Reason: {reason}",
    )
    secretaries = holders(doing.c, (Role.SECRETARY,), own.period, doing.unit.unit)
    tell(doing.c, {*secretaries, own.by}, "objection", told, _address(own.period, own.number))


def _title(c: Connection, kept: KeptUnit, about: str) -> Text:
    own = criteria.known(c, kept.ref)
    return next((one.title for one in (*own.subjects, *own.gates) if one.id == about), Text(about, about))


def _behalf(actor: Actor) -> str:
    return "" if actor.on_behalf is None else actor.on_behalf.id


def _address(period_id: str, number: int) -> str:
    return f"/desk/{quote(period_id)}/objections/{number}"
