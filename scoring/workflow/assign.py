"""Units are given to evaluators to mark, by name or as spot checks drawn by a seed, and every step gets its last day."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, Refused
from scoring.people import Actor, Person, Role
from scoring.periods import Period
from scoring.permissions import Action
from scoring.sheets import SHARED, SheetKey, SheetState
from scoring.spot_checks import drawn
from scoring.statement import one_line
from scoring.store import assignments, chain, criteria, people, sheets, units
from scoring.store.assignments import Assigned, Draw
from scoring.store.engine import Connection, Store
from scoring.store.units import KeptUnit
from scoring.texts import Text
from scoring.workflow.acting import Doing, acting
from scoring.workflow.sign_in import actor_of
from scoring.workflow.telling import tell

_LONGEST_SEED = 100
_NAMED_MOST = 5


class AssignmentRefused(Refused):
    """Units cannot be given to people like this."""


class DeadlineRefused(Refused):
    """A step cannot have that last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Spot checks: how they were drawn, and whom each unit that was drawn was given to, in order of the draw."""

    draw: Draw
    assigned: tuple[Assigned, ...]


def assign(
    store: Store, actor: Actor, period_id: str, stage: str, wanted: Mapping[str, Sequence[str]]
) -> int:
    """Let the people (ids) named for each unit (by code) mark it in a county's stage; return how many are new.

    All or none. Raises AssignmentRefused with all that cannot be: a stage in which sheets are shared, units not
    there, people without the role, and those who may not judge a unit, by name. NotAllowed, PeriodUnknown.
    """
    pairs = [
        Assigned(unit=unit, stage=stage, person=person) for unit, own in wanted.items() for person in own
    ]
    with acting(store, actor, Action.ASSIGN, period_id) as doing:
        _refuse_unfit(doing, stage, pairs)
        return _given(doing, stage, pairs)


def unassign(
    store: Store, actor: Actor, period_id: str, stage: str, wanted: Mapping[str, Sequence[str]]
) -> int:
    """Take units back from people; return how many had been theirs.

    What somebody has signed stays theirs. Raises AssignmentRefused, NotAllowed, PeriodUnknown.
    """
    pairs = [
        Assigned(unit=unit, stage=stage, person=person) for unit, own in wanted.items() for person in own
    ]
    with acting(store, actor, Action.ASSIGN, period_id) as doing:
        states = sheets.states(doing.c, doing.period.id)
        named = people.among(doing.c, {own.person for own in pairs})
        faults = []
        for own in pairs:
            key = SheetKey(period=doing.period.id, unit=own.unit, stage=stage, holder=own.person)
            if states.get(key) is SheetState.SIGNED:
                name = named[own.person].name
                faults.append(
                    Fault.of(
                        f"{name}已签署 {own.unit} 的评分，不能取消", f"{name} has signed {own.unit} already"
                    )
                )
        _refuse(faults)
        return assignments.put(doing.c, doing.period.id, pairs, 1)


def draw_checks(  # noqa: PLR0917  the fields of a form, in their order
    store: Store,
    actor: Actor,
    period_id: str,
    stage: str,
    wanted: int,
    persons: Sequence[str],
    seed: str | None = None,
) -> Checks:
    """Draw *wanted* units for spot checks, share them out among *persons* (ids) in turn, and return both.

    Without a seed one is made; it is written down, and anybody can draw again from it and the period's codes: in
    order of the SHA-256 of seed and code. Who may not judge a unit is passed over for it. Raises as `assign` does.
    """
    own_seed = secrets.token_hex(16) if seed is None else seed.strip()
    _refuse(_faults_of_draw(own_seed, wanted, persons))
    with acting(store, actor, Action.ASSIGN, period_id) as doing:
        c, period = doing.c, doing.period
        kept, sets = _units_of(c, period)
        there = [code for code, one in kept.items() if stage in sets[one.ref].stages]
        codes = drawn(own_seed, there, wanted)
        actors = _actors(c, persons)
        pairs = list(_in_turn(stage, codes, actors))
        faults = [
            Fault.of(
                f"{kept[code].unit.name}：所选的人都应回避",
                f"{kept[code].unit.name}: everybody named must keep away from it",
            )
            for code in codes
            if code not in {own.unit for own in pairs}
        ]
        _refuse(faults)
        draw = assignments.add_draw(c, period.id, stage, own_seed, wanted, codes, actor.id)
        _refuse_unfit(doing, stage, pairs)
        _given(doing, stage, pairs)
    return Checks(draw=draw, assigned=tuple(pairs))


def set_deadline(store: Store, actor: Actor, period_id: str, step: str, day: str) -> None:
    """Let *day* (2026-12-31, '' for none) be the last day of *step*: a stage of the period's sets, or moderation.

    Raises DeadlineRefused, NotAllowed, PeriodUnknown.
    """
    with acting(store, actor, Action.ASSIGN, period_id) as doing:
        _, sets = _units_of(doing.c, doing.period)
        known = {stage for own in sets.values() for stage in own.all_stages}
        if step not in known:
            raise DeadlineRefused(
                [Fault.of(f"没有“{step}”这个环节，不能设期限", f"there is no step “{step}” to set a day for")]
            )
        if day and not assignments.is_day(day):
            raise DeadlineRefused(
                [Fault.of(f"日期“{day}”应写成 2026-12-31", f"the day “{day}” must be written 2026-12-31")]
            )
        assignments.set_deadline(doing.c, doing.period.id, step, day)


def _refuse_unfit(doing: Doing, stage: str, pairs: Sequence[Assigned]) -> None:
    """Raise AssignmentRefused where one of *pairs* cannot be."""
    kept, sets = _units_of(doing.c, doing.period)
    faults = []
    if stage in SHARED or not any(stage in own.stages for own in sets.values()):
        faults.append(
            Fault.of(f"“{stage}”不是县级评分阶段，不用分配", f"units are not assigned in the stage “{stage}”")
        )
    unknown = sorted({own.unit for own in pairs} - kept.keys())
    faults += [Fault.of(f"没有单位“{code}”", f"there is no unit “{code}”") for code in unknown]
    other = sorted(
        {own.unit for own in pairs if own.unit in kept and stage not in sets[kept[own.unit].ref].stages}
    )
    if other and not faults:
        faults += [
            Fault.of(f"{code} 的标准没有“{stage}”阶段", f"the set of {code} has no stage “{stage}”")
            for code in other
        ]
    by_person: dict[str, list[str]] = {}
    for own in pairs:
        by_person.setdefault(own.person, []).append(own.unit)
    actors = _actors(doing.c, by_person)
    for person, codes in by_person.items():
        faults += _faults_of_person(doing.period, actors.get(person), codes, kept)
    _refuse(faults)


def _given(doing: Doing, stage: str, pairs: Iterable[Assigned]) -> int:
    """Keep the assignments, tell those who are given units, and return how many are new."""
    c, period = doing.c, doing.period
    before = set(assignments.every(c, period.id))
    new = [own for own in dict.fromkeys(pairs) if own not in before]
    counts: dict[str, int] = {}
    for own in new:
        counts[own.person] = counts.get(own.person, 0) + 1
        chain.concern(c, f"person {own.person}")
    for person, count in counts.items():
        words = Text(
            f"评定期 {period.id}：分配给您 {count} 个支部评分",
            f"{period.id}: units given to you to mark: {count}",
        )
        tell(c, [person], "assigned", words, f"/desk/{quote(period.id)}/marking?stage={quote(stage)}")
    return assignments.put(c, period.id, new, 0)


def _faults_of_person(
    period: Period, actor: Actor | None, codes: Sequence[str], kept: Mapping[str, KeptUnit]
) -> list[Fault]:
    if actor is None or actor.person is None:
        return [Fault.of("所选的人不存在", "there is no such person")]
    name = actor.person.name
    if not actor.person.open or not actor.holds(Role.EVALUATOR, period.id):
        return [Fault.of(f"{name}不是本期的县级评分员", f"{name} is no county evaluator of this period")]
    partial = [code for code in codes if code in actor.partial_to]
    if not partial:
        return []
    named = [kept[code].unit.name if code in kept else code for code in partial]
    more = (
        Text(f"等 {len(named)} 个", f" and {len(named) - _NAMED_MOST} more")
        if len(named) > _NAMED_MOST
        else Text("", "")
    )
    zh, en = "、".join(named[:_NAMED_MOST]), ", ".join(named[:_NAMED_MOST])
    return [
        Fault.of(
            f"{name}是{zh}{more.zh}的人或应回避，不能评",
            f"{name} belongs to {en}{more.en}, or keeps away from it, and may not mark it",
        )
    ]


def _faults_of_draw(seed: str, wanted: int, persons: Sequence[str]) -> list[Fault]:
    faults = []
    if not seed or len(seed) > _LONGEST_SEED or not one_line(seed):
        faults.append(
            Fault.of(
                f"种子应为一行，最长 {_LONGEST_SEED} 字",
                f"a seed is one line of {_LONGEST_SEED} characters at most",
            )
        )
    if wanted < 1:
        faults.append(Fault.of("抽查数应不小于 1", "draw one unit or more"))
    if not persons:
        faults.append(Fault.of("请选择由谁抽查", "say who is to check them"))
    return faults


def _in_turn(stage: str, codes: Iterable[str], actors: Mapping[str, Actor]) -> Iterable[Assigned]:
    """Yield each unit with the next of the people who may judge it; a unit nobody may judge is left out."""
    order = list(actors)
    for code in codes:
        person = next((one for one in order if code not in actors[one].partial_to), None)
        if person is not None:
            order.remove(person)
            order.append(person)
            yield Assigned(unit=code, stage=stage, person=person)


def _actors(c: Connection, persons: Iterable[str]) -> dict[str, Actor]:
    """Return those people as they act for themselves, by id, in the order given; ids of nobody are left out."""
    found: dict[str, Person] = people.among(c, persons)
    return {own: actor_of(c, found[own]) for own in dict.fromkeys(persons) if own in found}


def _units_of(c: Connection, period: Period) -> tuple[dict[str, KeptUnit], dict[str, CriteriaSet]]:
    kept = {one.unit.code: one for one in units.current(c, period.id)}
    return kept, {ref: criteria.known(c, ref) for ref in period.refs}


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise AssignmentRefused(faults)
