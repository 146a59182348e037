"""Disagreements are settled by a moderator who has not handled the unit: one mark, with its reason, in place of theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from scoring.chain import Deed
from scoring.criteria.criterion import Criterion
from scoring.criteria.model import MODERATION, Adjustment, CriteriaSet
from scoring.disputes import Matter, disputes_in
from scoring.errors import Fault, Place, Refused
from scoring.inputs import Inputs, in_order
from scoring.marks import Marking, MarkRefused
from scoring.people import Actor
from scoring.periods import Period, Phase
from scoring.permissions import Action, SameHands, Setting, may, other_hands, permit
from scoring.scores import score
from scoring.sheets import Conflict, DraftMark, SeenMark, SheetKey, SheetState, StaleMarks, read_mark
from scoring.store import criteria, drafts, markings, people, periods, sheets, units
from scoring.store.drafts import NewDraft
from scoring.store.engine import Connection, Store
from scoring.store.sheets import KeptMove, NewMove
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.acting import words
from scoring.workflow.sign_sheets import SignedMarks, keep_signed
from scoring.workflow.typed_marks import by_of

_REASON = Text("复议理由", "the reason of the moderation")


class NothingDisputed(Refused):
    """There is nothing to be settled on that criterion."""


class MarkUnfit(Refused):
    """A mark cannot be given like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a dispute was settled: the mark, the reason ('' where it came with a file), by whom and when."""

    mark: str
    reason: str
    evaluator: str
    by_name: str
    made_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A criterion or adjustment on which a unit's evaluators differ, or differed before it was settled.

    `marks` are all that count on it, in order of stage and evaluator, with their comments; `limit` is the share of
    full marks that judgements may lie apart, None where a fact is in dispute or it is settled. `revision` is what
    `settle` asks for. `locked` says why whoever looks may not settle it, None where they may.
    """

    unit: Unit
    subject: Criterion | Adjustment
    stage: str
    matter: Matter | None
    limit: Fraction | None
    marks: tuple[SeenMark, ...]
    settled: Settled | None
    revision: int
    locked: Text | None


def disputes(store: Store, actor: Actor, period_id: str) -> tuple[Dispute, ...]:
    """Return what is to be settled in the period and what was, by unit, in the order of its set.

    For moderators and auditors. Raises NotAllowed and PeriodUnknown.
    """
    with store.read() as c:
        period = periods.find(c, period_id)
        _permit_looking(actor, period)
        cohort = _cohort(c, period)
        given = drafts.of_sheets(c, period.id, MODERATION, "", {one.code for one in cohort.inputs.units})
        names = people.among(c, {one.by for one in given.values()})
        moves = sheets.moves_in(c, period.id)
        hands = sheets.signed_by(c, period.id)
    named = {own: one.name for own, one in names.items()}
    return tuple(_disputes(actor, period, cohort, _Kept(given, named, moves, hands)))


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
        subject = _subject(own.criteria, criterion)
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


def refuse_who_marked(actor: Actor, unit: Unit, hands: Sequence[str], kept: Sequence[Marking]) -> None:
    """Return where *actor* had no hand in the unit's marks: by the ids of who signed or sent back, and by name.

    *kept* are the unit's markings; those of moderation are not asked of. Raises SameHands.
    """
    zh = f"您评过{unit.name}，不能再由您复议"
    en = f"you have marked {unit.name}; somebody else must settle this"
    other_hands(actor, hands, zh, en)
    people_here = [
        own.person for own in (actor, actor.on_behalf) if own is not None and own.person is not None
    ]
    names = {own.signs_as for own in people_here}
    if any(one.evaluator in names for one in kept if one.stage != MODERATION):
        raise SameHands([_fault(zh, en)])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One unit that is moderated, as it is kept."""

    key: SheetKey
    unit: Unit
    criteria: CriteriaSet
    markings: tuple[Marking, ...]
    drafts: Mapping[str, DraftMark]


@dataclass(frozen=True, kw_only=True)
class _Cohort:
    inputs: Inputs
    by_unit: Mapping[str, Sequence[Marking]]
    sets: Mapping[str, CriteriaSet]


@dataclass(frozen=True)
class _Kept:
    """What is kept of all moderations of a period, and who had a hand in which unit."""

    drafts: Mapping[tuple[str, str], DraftMark]
    names: Mapping[str, str]
    moves: Mapping[SheetKey, KeptMove]
    hands: Mapping[str, set[str]]


def _permit_looking(actor: Actor, period: Period) -> None:
    setting = Setting(period=period.id, phase=Phase.MARKING)
    if not may(actor, Action.SEE_LOG, setting):
        permit(actor, Action.MODERATE, setting)


def _cohort(c: Connection, period: Period) -> _Cohort:
    kept = units.current(c, period.id)
    sets = {ref: criteria.known(c, ref) for ref in period.refs}
    found = markings.current(c, period.id)
    by_unit: dict[str, list[Marking]] = {}
    for one in found:
        by_unit.setdefault(one.unit, []).append(one)
    return _Cohort(
        inputs=Inputs(
            units=tuple(one.unit for one in kept),
            sets=tuple(sets[one.ref] for one in kept),
            markings=found,
        ),
        by_unit=by_unit,
        sets={one.unit.code: sets[one.ref] for one in kept},
    )


def _disputes(actor: Actor, period: Period, cohort: _Cohort, kept: _Kept) -> "list[Dispute]":
    if not cohort.inputs.units:
        return []
    found: dict[tuple[str, str], tuple[str, Matter | None]] = {}
    for one in disputes_in(score(cohort.inputs.assessments())):
        found[cohort.inputs.units[one.unit].code, one.subject.id] = one.stage, one.matter
    for marking in cohort.inputs.markings:
        if marking.stage == MODERATION:
            found |= {(marking.unit, criterion): (MODERATION, None) for criterion in marking.marks}
    by_code = {unit.code: unit for unit in cohort.inputs.units}
    rows = {
        id(own): {subject.id: row for row, subject in enumerate(own.subjects)} for own in cohort.sets.values()
    }
    order = sorted(found, key=lambda key: (key[0], rows[id(cohort.sets[key[0]])][key[1]]))
    return [
        _dispute(actor, period, by_code[unit], criterion, found[unit, criterion], cohort, kept)
        for unit, criterion in order
    ]


def _dispute(  # noqa: PLR0917  a dispute, and what it is read from
    actor: Actor,
    period: Period,
    unit: Unit,
    criterion: str,
    found: tuple[str, Matter | None],
    cohort: _Cohort,
    kept: _Kept,
) -> Dispute:
    own_set, own_markings = cohort.sets[unit.code], cohort.by_unit.get(unit.code, ())
    stage, matter = found
    comments = {
        (key.stage, one.move.evaluator): one.comments
        for key, one in kept.moves.items()
        if key.unit == unit.code and one.move.state is SheetState.SIGNED
    }
    ordered = sorted(own_markings, key=lambda one: (own_set.all_stages.index(one.stage), one.evaluator))
    marks = tuple(
        SeenMark(
            stage=one.stage,
            evaluator=one.evaluator,
            mark=one.marks[criterion],
            comment=comments.get((one.stage, one.evaluator), {}).get(criterion, ""),
        )
        for one in ordered
        if criterion in one.marks
    )
    given = kept.drafts.get((unit.code, criterion))
    return Dispute(
        unit=unit,
        subject=_subject(own_set, criterion),
        stage=stage,
        matter=matter,
        limit=own_set.agreement.disagreement if matter is Matter.APART else None,
        marks=tuple(one for one in marks if one.stage != MODERATION),
        settled=_settled(marks, given, kept.names),
        revision=0 if given is None else given.revision,
        locked=_locked(actor, period, unit, kept.hands.get(unit.code, set()), own_markings),
    )


def _settled(marks: Sequence[SeenMark], given: DraftMark | None, names: Mapping[str, str]) -> Settled | None:
    moderated = next((one for one in marks if one.stage == MODERATION), None)
    if moderated is None:
        return None
    same = given is not None and given.mark == moderated.mark
    return Settled(
        mark=moderated.mark,
        reason=given.comment if same and given is not None else "",
        evaluator=moderated.evaluator,
        by_name=names.get(given.by, "") if same and given is not None else "",
        made_at=given.made_at if same and given is not None else None,
        revision=0 if given is None else given.revision,
    )


def _locked(
    actor: Actor, period: Period, unit: Unit, hands: "set[str]", kept: Sequence[Marking]
) -> Text | None:
    try:
        permit(actor, Action.MODERATE, Setting(period=period.id, phase=period.phase, unit=unit))
        refuse_who_marked(actor, unit, sorted(hands), kept)
    except Refused as refused:
        return refused.faults[0].sentence
    return None


def _permitted(c: Connection, actor: Actor, period_id: str, code: str) -> tuple[Deed, Period, _Case]:
    period = periods.find(c, period_id)
    kept = units.find(c, period.id, code)
    deed = permit(actor, Action.MODERATE, Setting(period=period.id, phase=period.phase, unit=kept.unit))
    own_markings = sheets.markings_of(c, period.id, code)
    hands = sheets.signed_by(c, period.id).get(code, set())
    refuse_who_marked(actor, kept.unit, sorted(hands), own_markings)
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


def _subject(own_set: CriteriaSet, criterion: str) -> Criterion | Adjustment:
    for subject in own_set.subjects:
        if subject.id == criterion:
            return subject
    raise NothingDisputed(
        [_fault(f"{own_set.ref} 中没有“{criterion}”这一项", f"{own_set.ref} has no criterion “{criterion}”")]
    )


def _mark(subject: Criterion | Adjustment, typed: str) -> str:
    try:
        mark = read_mark(subject, typed)
    except MarkRefused as refusal:
        raise MarkUnfit([Fault(place=Place(field=subject.id), sentence=refusal.sentence)]) from None
    if not mark:
        raise MarkUnfit([_fault(f"请填写{subject.title.zh}的评分", f"give a mark on {subject.title.en}")])
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
    return _fault(
        f"{subject.title.zh}没有需要复议的分歧", f"there is no disagreement to settle on {subject.title.en}"
    )


def _fault(zh: str, en: str) -> Fault:
    return Fault(place=Place(), sentence=Text(zh, en))
