"""A year is run: a period opened with its sets and units, moved on, and those who are behind reminded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from urllib.parse import quote

from scoring.canonical import canonical, sha256
from scoring.criteria import catalogue
from scoring.criteria.model import CriteriaSet
from scoring.errors import CriteriaInvalid, CriteriaUnknown, Fault, Place, Refused
from scoring.people import Actor, Person, Role
from scoring.periods import Period, Phase
from scoring.permissions import Action, Setting, may, permit
from scoring.sentences import stage_title
from scoring.sheets import SELF
from scoring.store import assignments, criteria, editions, imports, notices, people, periods, units
from scoring.store.assignments import Draw
from scoring.store.editions import Listed
from scoring.store.engine import Connection, Store
from scoring.store.units import KeptUnit
from scoring.texts import Text
from scoring.workflow.acting import acting, looking, now_or, setting_of
from scoring.workflow.keep_periods import add_period, move_period, named
from scoring.workflow.period_progress import Behind, Progress, StageProgress, progress
from scoring.workflow.score_files import unfit_together
from scoring.workflow.telling import holders, tell
from scoring.working_days import COUNTY_TIME, today

REMINDER = "reminder"
"""The kind of notice that a reminder is."""


class NotCopied(Refused):
    """The units of an earlier period cannot be taken over."""


class NobodyBehind(Refused):
    """There is nobody to remind, or all were reminded today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """Something to see to before a period moves on, and where; it cannot move on while `stops` holds."""

    sentence: Text
    address: str
    stops: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSeen:
    """How a period stands for who runs it, or sees their own part of it.

    `next_phase` is where an administrator can move it, None where an edition does that or nothing more comes.
    `reminded` are the ids of those who were reminded today.
    """

    period: Period
    units: int
    newest: Listed | None
    progress: Progress
    next_phase: Phase | None
    hindrances: tuple[Hindrance, ...]
    draws: tuple[Draw, ...]
    days: dict[str, str]
    reminded: frozenset[str]
    may_move: bool
    may_assign: bool
    may_import: bool
    may_remind: bool


def known_sets(store: Store) -> tuple[str, ...]:
    """Return the refs a period can be opened with: of the catalogue, and of sets kept with earlier periods."""
    with store.read() as c:
        kept = {ref for own in periods.every(c) for ref in own.refs}
    return tuple(sorted({*catalogue.refs(), *kept}))


def open_year(
    store: Store, actor: Actor, period_id: str, refs: Sequence[str], like: str | None = None
) -> Period:
    """Open a period assessed by the sets of *refs*, with the units of the period *like*, and return it.

    Units come with the set that takes their domain now, without gates, which are of a year. Raises NotAllowed,
    PeriodMisnamed, PeriodExists, CriteriaInvalid, and NotCopied with every unit that no set takes.
    """
    own = named(period_id)
    deed = permit(actor, Action.OPEN_PERIOD, Setting(period=own))
    with store.read() as c:
        sets = _sets(c, refs)
    with store.begin(replace(deed, subjects=(f"period {own}",))) as c:
        period = add_period(c, own, sets)
        if like:
            _take_over(c, period, sets, periods.find(c, like))
        return period


def move_on(store: Store, actor: Actor, period_id: str) -> Period:
    """Move the period on to its next phase, and return it. Raises NotAllowed and PhaseRefused."""
    with store.read() as c:
        period = periods.find(c, period_id)
    after = list(Phase)[min(period.phase.place + 1, len(Phase) - 1)]
    return move_period(store, period.id, after, actor)


def see_period(store: Store, actor: Actor, period_id: str, now: datetime | None = None) -> PeriodSeen:
    """Return how the period stands, as far as *actor* may see. Raises NotAllowed and PeriodUnknown."""
    found = progress(store, actor, period_id)
    with store.read() as c:
        period = looking(c, actor, Action.SEE_PROGRESS, period_id)
        at = setting_of(period)
        kept = units.current(c, period.id)
        behind = [own for stage in _current(period, found) for own in stage.behind]
        reminded = _reminded(c, period, behind, now_or(now))
        newest, draws = editions.newest(c, period.id), assignments.draws(c, period.id)
        days = assignments.deadlines(c, period.id)
    movable = period.phase in (Phase.PREPARING, Phase.COLLECTING)
    return PeriodSeen(
        period=period,
        units=len(kept),
        newest=newest,
        progress=found,
        next_phase=list(Phase)[period.phase.place + 1] if movable else None,
        hindrances=tuple(_hindrances(period, len(kept), found)),
        draws=draws,
        days=days,
        reminded=reminded,
        may_move=may(actor, Action.MOVE_PHASE, at),
        may_assign=may(actor, Action.ASSIGN, at),
        may_import=may(actor, Action.IMPORT_FILES, at),
        may_remind=may(actor, Action.REMIND, at),
    )


def remind(
    store: Store,
    actor: Actor,
    period_id: str,
    persons: Sequence[str] | None = None,
    now: datetime | None = None,
) -> int:
    """Remind *persons*, or all who are behind in what is due now, once a day each; return how many that were.

    A superior reminds those of the own units. Raises NotAllowed and NobodyBehind.
    """
    found = progress(store, actor, period_id)
    with acting(store, actor, Action.REMIND, period_id) as doing:
        c, period = doing.c, doing.period
        told = 0
        for stage in _current(period, found):
            wanted = [own for own in stage.behind if persons is None or own.person in persons]
            already = _reminded(c, period, wanted, now_or(now))
            for own in wanted:
                if own.person not in already:
                    tell(c, [own.person], REMINDER, _reminder(period, stage, own), _desk(period, own))
                    told += 1
        if not told:
            raise NobodyBehind(
                [
                    Fault.of(
                        "没有需要催办的人，或今天都已催办过（每人每天最多一次）",
                        "nobody is behind, or all were reminded today; that is done once a day at most",
                    )
                ]
            )
    return told


def evaluators(store: Store, actor: Actor, period_id: str) -> tuple[Person, ...]:
    """Return who can be assigned units in the period, by name. Raises NotAllowed."""
    with store.read() as c:
        period = looking(c, actor, Action.SEE_PROGRESS, period_id)
        found = people.among(c, holders(c, (Role.EVALUATOR,), period.id))
    return tuple(sorted(found.values(), key=lambda own: (own.name, own.id)))


def permitted_period(store: Store, actor: Actor, action: Action, period_id: str) -> Period:
    """Return the period, if *actor* may do *action* in it now. Raises NotAllowed and PeriodUnknown."""
    with store.read() as c:
        return looking(c, actor, action, period_id)


def _sets(c: Connection, refs: Sequence[str]) -> tuple[CriteriaSet, ...]:
    """Return the sets of *refs*, in order. Raises CriteriaInvalid and CriteriaUnknown."""
    if not refs:
        raise CriteriaInvalid([Fault.of("请至少选择一套标准", "choose one criteria set at least")])
    kept = {ref for own in periods.every(c) for ref in own.refs}
    shipped = set(catalogue.refs())
    unknown = [ref for ref in refs if ref not in kept | shipped]
    if unknown:
        raise CriteriaUnknown(
            [Fault.of(f"没有标准 {ref}", f"there is no criteria set {ref}") for ref in unknown]
        )
    sets = sorted(
        (criteria.find(c, ref) if ref in kept else catalogue.find(ref) for ref in dict.fromkeys(refs)),
        key=lambda own: own.ref,
    )
    faults = unfit_together(sets)
    if faults:
        raise CriteriaInvalid(faults)
    return tuple(sets)


def _take_over(c: Connection, period: Period, sets: Sequence[CriteriaSet], like: Period) -> None:
    """Take the units of the period *like* into *period*."""
    kept, faults = [], []
    for own in units.current(c, like.id):
        unit = replace(own.unit, gates=(), predecessors=())
        taking = next((one for one in sets if one.takes(unit.domain)), None)
        if taking is None:
            faults.append(
                Fault(
                    place=Place(field=f"{unit.code} {unit.name}"),
                    sentence=Text(
                        f"领域“{unit.domain}”没有适用的标准", f"no set takes its domain “{unit.domain}”"
                    ),
                )
            )
        else:
            kept.append(KeptUnit(unit=unit, ref=taking.ref))
    if faults:
        raise NotCopied(faults)
    if not kept:
        raise NotCopied([Fault.of(f"评定期 {like.id} 没有单位", f"the period {like.id} has no units")])
    digest = sha256(
        canonical({"like": like.id, "period": period.id, "units": [own.unit.code for own in kept]})
    )
    number = imports.add(c, period.id, "units", digest, f"沿用 {like.id} 的名单", len(kept))
    units.put(c, period.id, kept, number)


def _current(period: Period, found: Progress) -> list[StageProgress]:
    """Return the stages that are due now: the branches' own while they collect, the others while it is marked."""
    if period.phase is Phase.COLLECTING:
        return [own for own in found.stages if own.stage == SELF]
    if period.phase is Phase.MARKING:
        return [own for own in found.stages if own.stage != SELF]
    return []


def _hindrances(period: Period, kept: int, found: Progress) -> "list[Hindrance]":
    """Return what is to be seen to before the period moves on."""
    here = f"/desk/{quote(period.id)}"
    if not kept:
        sentence = Text("还没有单位；请先导入单位名单", "it has no units yet; import them first")
        return [Hindrance(sentence=sentence, address=f"{here}/progress/units", stops=True)]
    hindrances = []
    for stage in found.stages:
        called = stage_title(stage.stage)
        if stage.unassigned and period.phase is not Phase.POSTED:
            sentence = Text(
                f"{called.zh}阶段有 {stage.unassigned} 个支部还没有分配评分员",
                f"stage {called.en}: nobody is assigned to {stage.unassigned} branches",
            )
            hindrances.append(Hindrance(sentence=sentence, address=f"{here}/progress#assign", stops=False))
    for stage in _current(period, found):
        left, called = stage.of - stage.done, stage_title(stage.stage)
        if left:
            sentence = Text(
                f"{called.zh}阶段还有 {left} 份评分表没有签署",
                f"stage {called.en}: {left} sheets are not signed",
            )
            hindrances.append(Hindrance(sentence=sentence, address=f"{here}/progress#behind", stops=False))
    return hindrances


def _reminded(c: Connection, period: Period, behind: Sequence[Behind], now: datetime) -> frozenset[str]:
    """Return which of *behind* were reminded today."""
    since = datetime.combine(today(now), time(), COUNTY_TIME)
    told = {
        address: notices.told_since(c, REMINDER, address, since)
        for address in {_desk(period, own) for own in behind}
    }
    return frozenset(own.person for own in behind if own.person in told[_desk(period, own)])


def _reminder(period: Period, stage: StageProgress, own: Behind) -> Text:
    due = f"，期限 {stage.deadline}" if stage.deadline else ""
    due_en = f", due on {stage.deadline}" if stage.deadline else ""
    count = len(own.units)
    return Text(
        f"催办：评定期 {period.id} 您还有 {count} 份评分表没有签署{due}",
        f"reminder: in {period.id} you have {count} sheets to sign{due_en}",
    )


def _desk(period: Period, own: Behind) -> str:
    """Return the page where what is late is done."""
    if period.phase is Phase.COLLECTING and len(own.units) == 1:
        return f"/desk/{quote(period.id)}/units/{quote(own.units[0])}"
    return f"/desk/{quote(period.id)}/marking"
