"""How far a period's sheets are, stage by stage and superior by superior, and who is behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.criteria.model import CriteriaSet
from scoring.people import Actor, Person, Reach, Role
from scoring.periods import Period
from scoring.permissions import Action, Setting, may, permit
from scoring.sheets import SELF, SHARED, SheetKey, SheetState
from scoring.store import assignments, criteria, people, periods, rights, sheets, units
from scoring.store.assignments import Assigned
from scoring.store.engine import Store
from scoring.store.rights import GrantKept, GrantState
from scoring.store.units import KeptUnit
from scoring.units import Group, Grouping, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Somebody with sheets that are not done, and the codes of their units."""

    person: str
    name: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress:
    """How far a stage is with the units of one superior (None: with all): *done* of *of* sheets, *overdue* of the rest.

    A sheet is done when it is signed, or its marks came with a file; one sent back is not. `of` counts in the
    county's stages one sheet for each that is assigned; `unassigned` are units that nobody is assigned to there.
    """

    stage: str
    superior: Group | None
    of: int
    done: int
    overdue: int
    deadline: str | None
    behind: tuple[Behind, ...]
    unassigned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a period is: each stage as a whole, then by superior, in order of stage and name."""

    stages: tuple[StageProgress, ...]
    superiors: tuple[StageProgress, ...]


def progress(store: Store, actor: Actor, period_id: str) -> Progress:
    """Return how far the period is, as far as *actor* may see: a superior sees the own units.

    Raises NotAllowed and PeriodUnknown.
    """
    with store.read() as c:
        period = periods.find(c, period_id)
        permit(actor, Action.SEE_PROGRESS, Setting(period=period.id, phase=period.phase))
        kept = [one for one in units.current(c, period.id) if _sees(actor, period, one.unit)]
        sets = {ref: criteria.known(c, ref) for ref in period.refs}
        states = sheets.states(c, period.id)
        seats = assignments.every(c, period.id)
        marked = sheets.marked(c, period.id)
        days = assignments.deadlines(c, period.id)
        named = {own.id: own for own in people.every(c)}
        holders = _holders(period, rights.every(c), named)
    marked_stages = frozenset((unit, stage) for unit, stage, _ in marked)
    going = _Going(period, sets, states, marked, marked_stages, seats, holders, named, days)
    stages = tuple(dict.fromkeys(stage for own in sets.values() for stage in own.stages))
    groups: dict[Group, list[KeptUnit]] = {}
    for one in kept:
        superior = one.unit.group(Grouping.SUPERIOR)
        assert superior is not None, "every unit answers to somebody"
        groups.setdefault(superior, []).append(one)
    return Progress(
        stages=tuple(going.of(stage, None, kept) for stage in stages),
        superiors=tuple(
            going.of(stage, group, groups[group])
            for stage in stages
            for group in sorted(groups, key=lambda own: (own.name, own.kind))
        ),
    )


def _sees(actor: Actor, period: Period, unit: Unit) -> bool:
    return may(actor, Action.SEE_PROGRESS, Setting(period=period.id, phase=period.phase, unit=unit))


def _holders(
    period: Period, grants: Sequence[GrantKept], named: Mapping[str, Person]
) -> dict[tuple[Role, Reach, str], list[str]]:
    """Return who holds which role over what, of those with an open account."""
    found: dict[tuple[Role, Reach, str], list[str]] = {}
    for own in grants:
        if own.state is not GrantState.CONFIRMED or own.grant.period not in ("", period.id):
            continue
        if own.person in named and named[own.person].open:
            key = own.grant.role, own.grant.scope.reach, own.grant.scope.name
            found.setdefault(key, []).append(own.person)
    return found


@dataclass(frozen=True, slots=True)
class _Going:
    """All that is known of a period's sheets, and of the people who are to sign them."""

    period: Period
    sets: Mapping[str, CriteriaSet]
    states: Mapping[SheetKey, SheetState]
    marked: frozenset[tuple[str, str, str]]
    marked_stages: frozenset[tuple[str, str]]
    seats: Sequence[Assigned]
    holders: Mapping[tuple[Role, Reach, str], Sequence[str]]
    named: Mapping[str, Person]
    days: Mapping[str, str]

    def of(self, stage: str, superior: Group | None, kept: Sequence[KeptUnit]) -> StageProgress:
        """Return how far *stage* is with *kept*, which are the units of *superior*."""
        own = [one.unit for one in kept if stage in self.sets[one.ref].stages]
        there = self._sheets(stage, own)
        waiting = [one for one in there if not self._done(stage, *one)]
        behind: dict[str, list[str]] = {}
        for unit, holder in waiting:
            for person in [holder] if holder else self._responsible(stage, unit):
                behind.setdefault(person, []).append(unit.code)
        day = self.days.get(stage)
        late = day is not None and day < assignments.today()
        known = sorted((self.named[own].name, own) for own in behind if own in self.named)
        return StageProgress(
            stage=stage,
            superior=superior,
            of=len(there),
            done=len(there) - len(waiting),
            overdue=len(waiting) if late else 0,
            deadline=day,
            behind=tuple(
                Behind(person=person, name=name, units=tuple(behind[person])) for name, person in known
            ),
            unassigned=0 if stage in SHARED else len(own) - len({unit.code for unit, _ in there}),
        )

    def _sheets(self, stage: str, own: Sequence[Unit]) -> list[tuple[Unit, str]]:
        """Return the sheets of *stage*: the unit of each and its holder, '' where it is shared."""
        if stage in SHARED:
            return [(unit, "") for unit in own]
        by_code = {unit.code: unit for unit in own}
        return [
            (by_code[seat.unit], seat.person)
            for seat in self.seats
            if seat.stage == stage and seat.unit in by_code
        ]

    def _done(self, stage: str, unit: Unit, holder: str) -> bool:
        key = SheetKey(period=self.period.id, unit=unit.code, stage=stage, holder=holder)
        state = self.states.get(key, SheetState.OPEN)
        if state is not SheetState.OPEN:
            return state is SheetState.SIGNED
        if not holder:
            return (unit.code, stage) in self.marked_stages
        return holder in self.named and (unit.code, stage, self.named[holder].signs_as) in self.marked

    def _responsible(self, stage: str, unit: Unit) -> Sequence[str]:
        """Return who is to sign the shared sheet of *stage*."""
        if stage == SELF:
            return self.holders.get((Role.SECRETARY, Reach.UNIT, unit.code), ())
        if unit.department is not None:
            return self.holders.get((Role.SUPERIOR, Reach.DEPARTMENT, unit.department), ())
        return self.holders.get((Role.SUPERIOR, Reach.TOWNSHIP, unit.township or ""), ())
