"""The log of a unit: what was done about it, and how each of its marks came about, for those who may see that."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from scoring.criteria.model import MODERATION
from scoring.evidence import UnitYear
from scoring.people import Actor, Role
from scoring.periods import Period, Phase
from scoring.permissions import Action, permit
from scoring.sheets import SELF, SUPERIOR
from scoring.store import assignments, links, people, sheets, traces
from scoring.store.assignments import Assigned
from scoring.store.engine import Connection, Store
from scoring.store.traces import Counted
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow.blind_panels import blind_stages
from scoring.workflow.evidence_standing import standing_of
from scoring.workflow.read_log import LinkSeen, seen_links


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMove:
    """A mark as it came to count: from what to what (None: none), how, and who did it ('' by a command).

    `link` is under which link of the chain (None: before there was one).
    """

    made_at: datetime
    criterion: str
    title: Text
    stage: str
    evaluator: str
    before: str | None
    after: str | None
    brought_by: str
    who: str
    link: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkTyped:
    """A mark that somebody entered on a sheet ('' where they cleared it), with their comment."""

    made_at: datetime
    stage: str
    mark: str
    comment: str
    who: str
    on_behalf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetStep:
    """A sheet that was signed, or sent back with a reason, and by whom."""

    made_at: datetime
    stage: str
    signed: bool
    reason: str
    who: str
    on_behalf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLog:
    """What was done about a unit in a period, in order; `criterion` is the one asked for, None where none was.

    `typed` is given of one criterion only.
    """

    unit: Unit
    period: str
    criterion: Text | None
    links: tuple[LinkSeen, ...]
    steps: tuple[SheetStep, ...]
    marks: tuple[MarkMove, ...]
    typed: tuple[MarkTyped, ...]


def read_unit_log(store: Store, actor: Actor, period_id: str, code: str, criterion: str = "") -> UnitLog:
    """Return what was done about the unit, or how the mark of one *criterion* came about.

    Until results are posted nobody sees marks of a stage after their own, and an evaluator none of the others' of a
    panel; moderators and deputies neither as long as they have a sheet of that panel to sign. Why somebody signed or
    sent back is told with the marks. What was typed and not signed is seen by those whose sheet it is, and by auditors.
    Raises NotAllowed, PeriodUnknown and UnitUnknown.
    """
    with store.read() as c:
        standing = standing_of(c, actor, UnitYear(period_id, code))
        permit(actor, Action.SEE_WORK, standing.setting)
        period, unit = standing.period, standing.kept.unit
        seats, moves = assignments.of_unit(c, period.id, code), sheets.newest(c, period.id, code)
        eyes = _Eyes(actor, period, unit, seats, blind_stages(c, actor, period, seats, moves))
        titles = {own.id: own.title for own in standing.criteria.subjects}
        about = links.about(c, f"unit {period.id} {code}")
        counted = [own for own in traces.counted(c, period.id, code) if eyes.see(own.stage, own.evaluator)]
        steps = traces.steps(c, period.id, code)
        typed = traces.typed(c, period.id, code, criterion) if criterion else ()
        typed = tuple(own for own in typed if eyes.own(own.stage, own.holder))
        named = _names(c, [*(own.by for own in steps), *(own.by for own in typed)])
        named |= _names(c, [*(own.on_behalf for own in steps), *(own.on_behalf for own in typed)])
        doers = _doers(c, counted)
        return UnitLog(
            unit=unit,
            period=period.id,
            criterion=titles.get(criterion),
            links=() if criterion else seen_links(c, about),
            steps=tuple(
                SheetStep(
                    made_at=own.made_at,
                    stage=own.stage,
                    signed=own.state == "signed",
                    reason=own.reason if eyes.see(own.stage, own.evaluator) else "",
                    who=named.get(own.by, own.by),
                    on_behalf=named.get(own.on_behalf, own.on_behalf),
                )
                for own in steps
            ),
            marks=tuple(own for own in _moves(counted, titles, doers) if criterion in ("", own.criterion)),
            typed=tuple(
                MarkTyped(
                    made_at=own.made_at,
                    stage=own.stage,
                    mark=own.mark,
                    comment=own.comment,
                    who=named.get(own.by, own.by),
                    on_behalf=named.get(own.on_behalf, own.on_behalf),
                )
                for own in typed
            ),
        )


class _Eyes:
    """What *actor*, who is *blind* in those stages, may see of the marks of a unit."""

    def __init__(
        self, actor: Actor, period: Period, unit: Unit, seats: Iterable[Assigned], blind: frozenset[str]
    ) -> None:
        self._actor, self._blind = actor, blind
        self._sits = {one.stage for one in seats if one.person == actor.id}
        self._roles = {
            own.role for own in actor.rights if own.period in ("", period.id) and own.scope.covers(unit)
        }
        self._posted = period.phase.place >= Phase.POSTED.place

    def see(self, stage: str, evaluator: str) -> bool:
        """Say whether they see the signed marks of that stage and evaluator."""
        if self._posted:
            return True
        if self._roles & {Role.AUDITOR, Role.MODERATOR} and stage not in self._blind:
            return True
        match stage:
            case "self":
                return True
            case "superior":
                return bool(self._roles & {Role.SUPERIOR, Role.EVALUATOR})
            case _:
                own = evaluator == self._actor.sheet_holder.signs_as and not self._for_another(stage)
                return own and Role.EVALUATOR in self._roles

    def own(self, stage: str, holder: str) -> bool:
        """Say whether they see what was typed on that sheet, signed or not."""
        shared = {SELF: Role.SECRETARY, SUPERIOR: Role.SUPERIOR, MODERATION: Role.MODERATOR}
        if stage in shared:
            return bool(self._roles & {Role.AUDITOR, shared[stage]}) and stage not in self._blind
        if Role.AUDITOR in self._roles and stage not in self._blind:
            return True
        return holder == self._actor.sheet_holder.id and not self._for_another(stage)

    def _for_another(self, stage: str) -> bool:
        """Say whether they act for another in a stage in which they mark the unit themselves."""
        return self._actor.on_behalf is not None and stage in self._sits


def _moves(counted: Iterable[Counted], titles: dict[str, Text], doers: dict[int, str]) -> Iterator[MarkMove]:
    """Yield what changed from one revision of each marking to the next, criterion by criterion."""
    before: dict[tuple[str, str], dict[str, str]] = {}
    for own in counted:
        key, now = (own.stage, own.evaluator), dict(own.marks)
        then = before.get(key, {})
        for criterion, title in titles.items():
            if then.get(criterion) != now.get(criterion):
                yield MarkMove(
                    made_at=own.made_at,
                    criterion=criterion,
                    title=title,
                    stage=own.stage,
                    evaluator=own.evaluator,
                    before=then.get(criterion),
                    after=now.get(criterion),
                    brought_by=own.file_name,
                    who="" if own.link is None else doers.get(own.link, ""),
                    link=own.link,
                )
        before[key] = now


def _doers(c: Connection, counted: Iterable[Counted]) -> dict[int, str]:
    """Return by link who did it, by name; '' by a command on the server."""
    numbers = {own.link for own in counted if own.link is not None}
    hands = links.doers(c, numbers)
    named = _names(c, hands.values())
    return {number: named.get(person, person) for number, person in hands.items()}


def _names(c: Connection, ids: Iterable[str]) -> dict[str, str]:
    return {own: one.name for own, one in people.among(c, {one for one in ids if one}).items()}
