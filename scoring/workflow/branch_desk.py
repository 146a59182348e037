"""The desk of a branch: what is due, how far it is by standard, what came back and why, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import orjson

from scoring.criteria.model import ROOT, Gate, Part
from scoring.evidence import UnitYear
from scoring.gates import GateMotion, MotionState
from scoring.objections import Objection
from scoring.people import Actor
from scoring.periods import Phase
from scoring.permissions import Action, Setting, may, permit
from scoring.sheets import SELF, SUPERIOR, Move, Sheet, SheetKey, SheetState, required_in
from scoring.store import assignments, editions, gates, objections, people, postings, sheets
from scoring.store.editions import Listed
from scoring.store.engine import Connection, Store
from scoring.store.sheets import KeptMove
from scoring.texts import Text
from scoring.workflow.evidence_standing import Standing, standing_of
from scoring.workflow.read_evidence import UnitEvidence, evidence_of
from scoring.workflow.read_sheets import read_sheet
from scoring.working_days import Posting


class Next(StrEnum):
    """What whoever looks does next about the branch."""

    RATE = "rate"
    HAND_IN = "hand_in"
    SIGN = "sign"
    MEND = "mend"
    REVIEW = "review"
    MARK = "mark"
    SEE_RESULT = "see_result"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A part of the criteria: how many of its marks the branch has filled, and in how many criteria files are missing."""

    id: str
    title: Text
    filled: int
    of: int
    missing: int
    first_missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the year: its sheets signed and in all, its last day, and the move that was made last (None: none).

    `from_file` says that marks came with a file instead. What anybody marked is not told here.
    """

    stage: str
    signed: int
    of: int
    day: str
    overdue: bool
    state: SheetState
    from_file: bool
    moved: Move | None
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an edition says of the branch; `score` and `stars` are None where it is not rated."""

    edition: Listed
    score: str | None
    stars: int | None
    posting: Posting | None
    may_object: bool


@dataclass(frozen=True, kw_only=True)
class BranchDesk:
    """The desk as somebody sees it. `sheet` is the branch's own, None where its criteria know no such stage.

    `own` says whether it is the secretary's own desk. `sent_back` is why the sheet has to be mended now.
    """

    evidence: UnitEvidence
    sheet: Sheet | None
    standards: tuple[Standard, ...]
    stages: tuple[Stage, ...]
    next: Next
    next_stage: str
    own: bool
    sent_back: Move | None
    gates: tuple[Gate, ...]
    motions: tuple[GateMotion, ...]
    objections: tuple[Objection, ...]
    outcome: Outcome | None
    people: Mapping[str, str]


def read_desk(store: Store, actor: Actor, whose: UnitYear) -> BranchDesk:
    """Return the desk of the unit in the period. Raises PeriodUnknown, UnitUnknown and NotAllowed."""
    sheet = None
    with store.read() as c:
        standing = standing_of(c, actor, whose)
        permit(actor, Action.SEE_WORK, standing.setting)
        has_own_stage = SELF in standing.criteria.stages
    if has_own_stage:
        sheet = read_sheet(store, actor, SheetKey(period=whose.period, unit=whose.unit, stage=SELF))
    with store.read() as c:
        return _desk(c, actor, standing_of(c, actor, whose), sheet)


def _desk(c: Connection, actor: Actor, standing: Standing, sheet: Sheet | None) -> BranchDesk:
    period, unit = standing.period, standing.kept.unit
    found = evidence_of(c, actor, standing)
    moves = sheets.newest(c, period.id, unit.code)
    stages = _stages(c, actor, standing, moves)
    motions = gates.of_unit(c, period.id, unit.code)
    own = found.own
    sent_back = sheet.sent_back if sheet is not None else None
    outcome = _outcome(c, actor, standing)
    step, stage = _next(actor, standing, found, sheet, stages, outcome)
    hands = {own.by for own in motions} | {own.moved.by for own in stages if own.moved is not None}
    return BranchDesk(
        evidence=found,
        sheet=sheet,
        standards=_standards(found, sheet),
        stages=stages,
        next=step,
        next_stage=stage,
        own=own,
        sent_back=sent_back,
        gates=tuple(one for one in standing.criteria.gates if one.id in unit.gates),
        motions=tuple(
            one
            for one in motions
            if one.state is MotionState.CONFIRMED or (one.state is MotionState.OPEN and not own)
        ),
        objections=objections.of_unit(c, period.id, unit.code),
        outcome=outcome,
        people={one: person.name for one, person in people.among(c, hands).items()},
    )


def _standards(found: UnitEvidence, sheet: Sheet | None) -> tuple[Standard, ...]:
    """Return how far each part of the tree is that holds criteria, in the order of the set."""
    root = found.criteria.root
    required = set(required_in(found.criteria, SELF)) if sheet is not None else set()
    missing = [own.id for own in found.missing]

    def standard(part: Part, ids: list[str]) -> Standard:
        wanted = [own for own in ids if own in required]
        lacking = [own for own in missing if own in set(ids)]
        empty = set(() if sheet is None else sheet.missing)
        return Standard(
            id=part.id,
            title=part.title if part.id != ROOT else Text("其他指标", "Other criteria"),
            filled=sum(own not in empty for own in wanted),
            of=len(wanted),
            missing=len(lacking),
            first_missing=lacking[0] if lacking else "",
        )

    return tuple(standard(own, [one.id for one in own.criteria]) for own in root.all_parts() if own.criteria)


def _stages(
    c: Connection, actor: Actor, standing: Standing, moves: Mapping[SheetKey, KeptMove]
) -> tuple[Stage, ...]:
    """Return each stage of the set with how far it is; of a panel only how many signed."""
    period, unit = standing.period, standing.kept.unit
    assigned, days = assignments.of_unit(c, period.id, unit.code), assignments.deadlines(c, period.id)
    filed = {own.stage for own in sheets.markings_of(c, period.id, unit.code)}
    made = []
    for stage in standing.criteria.stages:
        seats = [own.person for own in assigned if own.stage == stage]
        own = [move.move for key, move in moves.items() if key.stage == stage]
        signed = sum(one.state is SheetState.SIGNED for one in own)
        back = any(one.state is SheetState.SENT_BACK for one in own)
        of = max(len(seats), len(own), 1)
        done = signed >= of
        day = days.get(stage, "")
        made.append(
            Stage(
                stage=stage,
                signed=signed,
                of=of,
                day=day,
                overdue=bool(day) and not done and stage not in filed and day < assignments.today(),
                state=SheetState.SIGNED if done else SheetState.SENT_BACK if back else SheetState.OPEN,
                from_file=stage in filed and not own,
                moved=max(own, key=lambda one: one.made_at) if own and stage in (SELF, SUPERIOR) else None,
                mine=actor.person is not None and actor.sheet_holder.id in seats,
            )
        )
    return tuple(made)


def _outcome(c: Connection, actor: Actor, standing: Standing) -> Outcome | None:
    """Return what the period's newest edition says of the unit; None before there is one."""
    newest = editions.newest(c, standing.period.id)
    if newest is None:
        return None
    _, _, line = editions.unit_lines(c, newest.id, standing.kept.unit.code)
    row = orjson.loads(line)
    posting = postings.of_edition(c, newest.id)
    return Outcome(
        edition=newest,
        score=row["score"],
        stars=row["stars"],
        posting=posting,
        may_object=may(actor, Action.OBJECT, standing.setting),
    )


def _next(  # noqa: PLR0917  all that the answer depends on
    actor: Actor,
    standing: Standing,
    found: UnitEvidence,
    sheet: Sheet | None,
    stages: tuple[Stage, ...],
    outcome: Outcome | None,
) -> tuple[Next, str]:
    """Return what whoever looks does next, and in which stage."""
    if outcome is not None and standing.period.phase.place >= Phase.POSTED.place:
        return Next.SEE_RESULT, ""
    if sheet is not None and sheet.locked is None:
        if sheet.state is SheetState.SENT_BACK:
            return Next.MEND, SELF
        if sheet.missing:
            return Next.RATE, SELF
        return (Next.HAND_IN, SELF) if found.missing else (Next.SIGN, SELF)
    if found.open and found.missing:
        return Next.HAND_IN, SELF
    for own in stages:
        setting = _assigned(standing.setting, own)
        if (
            own.stage == SUPERIOR
            and own.state is not SheetState.SIGNED
            and may(actor, Action.MARK_SUPERIOR, setting)
        ):
            return Next.REVIEW, own.stage
        if own.mine and may(actor, Action.MARK_COUNTY, setting):
            return Next.MARK, own.stage
    return Next.NOTHING, ""


def _assigned(setting: Setting, own: Stage) -> Setting:
    return Setting(period=setting.period, phase=setting.phase, unit=setting.unit, assigned=own.mine)
