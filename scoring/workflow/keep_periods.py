"""Periods are opened with the criteria they are assessed by, and moved on from phase to phase."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from scoring.chain import BY_COMMAND
from scoring.criteria.model import CriteriaSet
from scoring.edition import hindrances
from scoring.errors import Fault, Place, Refused
from scoring.people import Actor
from scoring.periods import Period, Phase
from scoring.permissions import Action
from scoring.statement import one_line
from scoring.store import criteria, editions, periods, units
from scoring.store.engine import Connection, Store
from scoring.texts import Text
from scoring.workflow.acting import deed_in
from scoring.workflow.score_files import read_criteria
from scoring.workflow.standings_now import inputs_of, standings_of

_LONGEST_ID = 40


class PhaseRefused(Refused):
    """A period cannot move to that phase, or not do that in the phase it is in."""


class PeriodMisnamed(Refused):
    """What was given cannot be a period's id."""


def open_period(store: Store, period_id: str, names: Sequence[str]) -> Period:
    """Open a period assessed by the sets of *names* (files, refs, or patterns of refs), which are kept with it.

    Raises Refused with every fault of the sets, and where there is such a period already.
    """
    period_id = named(period_id)
    sets = read_criteria(names)
    with store.begin(
        replace(BY_COMMAND, action=Action.OPEN_PERIOD.value, subjects=(f"period {period_id}",))
    ) as c:
        return add_period(c, period_id, sets)


def add_period(c: Connection, period_id: str, sets: Sequence[CriteriaSet]) -> Period:
    """Add the period assessed by *sets*, which are kept with it, and return it. Raises PeriodExists."""
    period = Period(id=period_id, phase=Phase.PREPARING, refs=tuple(own.ref for own in sets))
    for own in sets:
        criteria.keep(c, own)
    periods.add(c, period)
    return period


def named(period_id: str) -> str:
    """Return a period's id in the form it is kept in. Raises PeriodMisnamed where it is none."""
    period_id = unicodedata.normalize("NFC", period_id)
    if not one_line(period_id) or period_id != period_id.strip() or not 0 < len(period_id) <= _LONGEST_ID:
        raise PeriodMisnamed(
            [
                Fault(
                    place=Place(field=period_id),
                    sentence=Text(
                        f"评定期的编号应为 1 至 {_LONGEST_ID} 个字，如 2026",
                        f"a period's id has 1 to {_LONGEST_ID} characters, such as 2026",
                    ),
                )
            ]
        )
    return period_id


def move_period(store: Store, period_id: str, phase: Phase, actor: Actor | None = None) -> Period:
    """Move the period on to *phase*, which may be any later one but published, and return it.

    Without an *actor* it is a command on the server; by an actor it is posted by a draft edition only. Raises
    NotAllowed, PeriodUnknown, and PhaseRefused where it is not later, where there are no units yet, where something
    hinders posting, or where an edition has to be published for it.
    """
    with store.read() as c:
        deed = deed_in(actor, Action.MOVE_PHASE, periods.find(c, period_id))
    with store.begin(deed) as c:
        period = periods.find(c, period_id)
        deed_in(actor, Action.MOVE_PHASE, period)
        if actor is not None and phase.place >= Phase.POSTED.place:
            raise refused(
                period,
                "公示和发布由一人准备、另一人确认，确认后自动进入",
                "a draft or final edition, prepared by one and confirmed by another, moves it on",
            )
        if phase.place <= period.phase.place:
            raise refused(
                period,
                f"不能退回或停在“{phase.called.zh}”；各环节只能向后推进",
                f"it cannot go to {phase.called.en}; phases only go forward",
            )
        if not units.current(c, period.id):
            raise refused(
                period,
                f"还没有单位；请先导入：stars import units 文件 --period {period_id}",
                f"it has no units yet; import them first: stars import units FILE --period {period_id}",
            )
        if phase is Phase.POSTED and editions.newest(c, period.id) is None:
            faults = hindrances(standings_of(inputs_of(c, period)), ())
            if faults:
                raise PhaseRefused(faults)
        if phase is Phase.PUBLISHED:
            raise refused(
                period,
                f"请用 stars publish {period_id} 发布，发布后即进入“已发布”",
                f"stars publish {period_id} makes the edition and moves the period on",
            )
        periods.move(c, period.id, phase)
        return periods.find(c, period.id)


def list_periods(store: Store) -> tuple[Period, ...]:
    """Return all periods, the newest id first."""
    with store.read() as c:
        return periods.every(c)


def refused(period: Period, zh: str, en: str) -> PhaseRefused:
    """Return the refusal of what *period* does not allow in its phase."""
    return PhaseRefused(
        [
            Fault.of(
                f"评定期 {period.id} 处于“{period.phase.called.zh}”：{zh}",
                f"period {period.id} is {period.phase.called.en}: {en}",
            )
        ]
    )
