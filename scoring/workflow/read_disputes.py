"""What evaluators disagree on in a period, as moderators see it: all marks side by side, and what was settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from scoring.criteria.criterion import Criterion
from scoring.criteria.model import MODERATION, Adjustment, CriteriaSet
from scoring.disputes import Matter, disputes_in
from scoring.errors import Fault, Refused
from scoring.inputs import Inputs
from scoring.marks import Marking
from scoring.people import Actor
from scoring.periods import Period, Phase
from scoring.permissions import Action, SameHands, Setting, may, other_hands, permit
from scoring.scores import score
from scoring.sheets import DraftMark, SeenMark, SheetKey, SheetState
from scoring.store import criteria, drafts, markings, people, periods, sheets, units
from scoring.store.engine import Connection, Store
from scoring.store.sheets import KeptMove
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.blind_panels import blind_in


class NothingDisputed(Refused):
    """There is nothing to be settled on that criterion."""


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

    For moderators and auditors; units of whose panel they are and have not signed yet are left out. Raises NotAllowed
    and PeriodUnknown.
    """
    with store.read() as c:
        period = periods.find(c, period_id)
        _permit_looking(actor, period)
        cohort = _cohort(c, period)
        given = drafts.of_sheets(c, period.id, MODERATION, "", {one.code for one in cohort.inputs.units})
        names = people.among(c, {one.by for one in given.values()})
        moves = sheets.moves_in(c, period.id)
        hands = sheets.signed_by(c, period.id)
        blind = {code for code, _ in blind_in(c, actor, period)}
    named = {own: one.name for own, one in names.items()}
    found = _disputes(actor, period, cohort, _Kept(given, named, moves, hands))
    return tuple(one for one in found if one.unit.code not in blind)


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
        raise SameHands([Fault.of(zh, en)])


def subject_of(own_set: CriteriaSet, criterion: str) -> Criterion | Adjustment:
    """Return the criterion or adjustment of that id. Raises NothingDisputed."""
    for subject in own_set.subjects:
        if subject.id == criterion:
            return subject
    raise NothingDisputed(
        [
            Fault.of(
                f"{own_set.ref} 中没有“{criterion}”这一项", f"{own_set.ref} has no criterion “{criterion}”"
            )
        ]
    )


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
        subject=subject_of(own_set, criterion),
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
