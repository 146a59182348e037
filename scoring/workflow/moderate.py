"""Disagreements are settled by a moderator who has not handled the unit: one mark, with its reason, in place of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scoring.chain import Deed
from scoring.criteria.criterion import Criterion
from scoring.criteria.model import MODERATION, Adjustment, CriteriaSet
from scoring.disputes import disputes_in
from scoring.errors import Fault, Place, Refused
from scoring.inputs import Inputs, in_order
from scoring.marks import Marking, MarkRefused
from scoring.people import Actor
from scoring.periods import Period
from scoring.permissions import Action, Setting, permit
from scoring.scores import score
from scoring.sheets import Conflict, DraftMark, SheetKey, SheetState, StaleMarks, read_mark
from scoring.store import assignments, criteria, drafts, people, periods, sheets, units
from scoring.store.drafts import NewDraft
from scoring.store.engine import Connection, Store
from scoring.store.sheets import NewMove
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.acting import words
from scoring.workflow.blind_panels import blind_stages, sign_first
from scoring.workflow.read_disputes import NothingDisputed, Settled, refuse_who_marked, subject_of
from scoring.workflow.sign_sheets import SignedMarks, keep_signed
from scoring.workflow.typed_marks import by_of

_REASON = Text("复议理由", "the reason of the moderation")


class MarkUnfit(Refused):
    """A mark cannot be given like this."""


def settle(  # noqa: PLR0917  the words of a form, in their order
    store: Store,
    actor: Actor,
    period_id: str,
    unit: str,
    criterion: str,
    mark: str,
    reason: str,
    revision: int,
) -> Settled:
    """Give one mark, with its reason, that counts in place of those in dispute, and return it.

    One given before is replaced where *revision* is the one it was read at. Raises StaleMarks where somebody else has
    settled it since, NothingDisputed, MarkUnfit, WordsUnfit, NotAllowed, and SameHands for whoever marked the unit.
    """
    why = words(reason, _REASON)
    with store.read() as c:
        deed, *_ = _permitted(c, actor, period_id, unit)
    with store.begin(deed) as c:
        _, period, own = _permitted(c, actor, period_id, unit)
        subject = subject_of(own.criteria, criterion)
        canonical_mark = _mark(subject, mark)
        before = own.drafts.get(criterion) or DraftMark(criterion=criterion)
        moderated = any(one.stage == MODERATION and criterion in one.marks for one in own.markings)
        if not moderated and criterion not in _disputed(own):
            raise NothingDisputed([_nothing_disputed(subject)])
        stale = before.revision != revision and (before.mark, before.comment) != (canonical_mark, why)
        names = people.among(c, [before.by]) if stale else {}
        if not stale and (before.mark, before.comment) != (canonical_mark, why):
            keep_moderation(c, actor, period.id, unit, criterion, canonical_mark, why)
        now = drafts.of_sheet(c, own.key)[criterion]
    if stale:
        raise _stale(unit, canonical_mark, before, names[before.by].name if before.by in names else "")
    assert actor.person is not None
    return Settled(
        mark=now.mark,
        reason=now.comment,
        evaluator=actor.person.signs_as,
        by_name=actor.name,
        made_at=now.made_at,
        revision=now.revision,
    )


def keep_moderation(  # noqa: PLR0917  what is kept, in the order of its columns
    c: Connection, actor: Actor, period_id: str, unit: str, criterion: str, mark: str, reason: str
) -> int:
    """Keep *mark*, in canonical form, as what counts on that criterion of the unit, and return the number of its import.

    For a transaction whose deed is that of settling, by somebody who may: nothing is asked here. The moderation by
    whoever settled it before is withdrawn.
    """
    assert actor.person is not None
    evaluator = actor.person.signs_as
    key = SheetKey(period=period_id, unit=unit, stage=MODERATION)
    before = drafts.of_sheet(c, key).get(criterion)
    move = sheets.newest(c, period_id, unit).get(key)
    own = [one for one in sheets.markings_of(c, period_id, unit) if one.stage == MODERATION]
    mine = {
        one: given
        for marking in own
        if marking.evaluator == evaluator
        for one, given in marking.marks.items()
    }
    marking = Marking(unit=unit, stage=MODERATION, evaluator=evaluator, marks=mine | {criterion: mark})
    others = [one for one in own if one.evaluator != evaluator and criterion in one.marks]
    new = NewDraft(
        unit=unit,
        criterion=criterion,
        revision=1 if before is None else before.revision + 1,
        mark=mark,
        comment=reason,
    )
    drafts.add(c, key, [new], by_of(actor))
    signed = SignedMarks(
        marking=marking,
        move=NewMove(
            key=key,
            number=1 if move is None else move.move.number + 1,
            state=SheetState.SIGNED,
            evaluator=evaluator,
            comments={**({} if move is None else move.comments), criterion: reason},
            reason=reason,
        ),
        withdrawn=tuple(replace(one, marks=_without(one.marks, criterion)) for one in others),
    )
    return keep_signed(c, actor, [signed])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One unit that is moderated, as it is kept."""

    key: SheetKey
    unit: Unit
    criteria: CriteriaSet
    markings: tuple[Marking, ...]
    drafts: Mapping[str, DraftMark]


def _permitted(c: Connection, actor: Actor, period_id: str, code: str) -> tuple[Deed, Period, _Case]:
    period = periods.find(c, period_id)
    kept = units.find(c, period.id, code)
    deed = permit(actor, Action.MODERATE, Setting(period=period.id, phase=period.phase, unit=kept.unit))
    own_markings = sheets.markings_of(c, period.id, code)
    hands = sheets.signed_by(c, period.id).get(code, set())
    refuse_who_marked(actor, kept.unit, sorted(hands), own_markings)
    if blind_stages(
        c, actor, period, assignments.of_unit(c, period.id, code), sheets.newest(c, period.id, code)
    ):
        raise sign_first()
    key = SheetKey(period=period.id, unit=code, stage=MODERATION)
    case = _Case(
        key=key,
        unit=kept.unit,
        criteria=criteria.known(c, kept.ref),
        markings=own_markings,
        drafts=drafts.of_sheet(c, key),
    )
    return deed, period, case


def _disputed(own: _Case) -> set[str]:
    inputs = Inputs(units=(own.unit,), sets=(own.criteria,), markings=in_order(own.markings))
    return {one.subject.id for one in disputes_in(score(inputs.assessments()))}


def _mark(subject: Criterion | Adjustment, typed: str) -> str:
    try:
        mark = read_mark(subject, typed)
    except MarkRefused as refusal:
        raise MarkUnfit([Fault(place=Place(field=subject.id), sentence=refusal.sentence)]) from None
    if not mark:
        raise MarkUnfit([Fault.of(f"请填写{subject.title.zh}的评分", f"give a mark on {subject.title.en}")])
    return mark


def _without(marks: Mapping[str, str], criterion: str) -> dict[str, str]:
    return {one: mark for one, mark in marks.items() if one != criterion}


def _stale(unit: str, mark: str, before: DraftMark, name: str) -> StaleMarks:
    conflict = Conflict(
        unit=unit,
        criterion=before.criterion,
        yours=mark,
        theirs=before.mark,
        by_name=name,
        made_at=before.made_at,
        revision=before.revision,
        their_comment=before.comment,
    )
    return StaleMarks([conflict])


def _nothing_disputed(subject: Criterion | Adjustment) -> Fault:
    return Fault.of(
        f"{subject.title.zh}没有需要复议的分歧", f"there is no disagreement to settle on {subject.title.en}"
    )
