"""How much evidence a year asks its branches for, set by set, against the year before, and how much has come in."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from scoring.criteria.model import CriteriaSet
from scoring.evidence import Burden
from scoring.people import Actor
from scoring.periods import Period
from scoring.permissions import Action, Setting, permit
from scoring.store import criteria, evidence, periods, units
from scoring.store.engine import Connection, Store
from scoring.store.units import KeptUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBurden:
    """What a set asks of each of its `units`, and what most of them were asked for before (None: nothing is known).

    `begun` of the units have handed in something, `files` files together.
    """

    criteria: CriteriaSet
    units: int
    burden: Burden
    before: Burden | None
    begun: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearBurden:
    """The sets of a period, in its order, and all of them together; `before` counts only units that were there then."""

    period: Period
    sets: tuple[SetBurden, ...]
    least: int
    before: int | None
    files: int


def read_burden(store: Store, actor: Actor, period_id: str) -> YearBurden:
    """Return what the period asks for. Raises PeriodUnknown and NotAllowed."""
    with store.read() as c:
        period = periods.find(c, period_id)
        permit(actor, Action.SEE_PROGRESS, Setting(period=period.id, phase=period.phase))
        kept = units.current(c, period.id)
        earlier = next((own for own in periods.every(c) if own.id < period.id), None)
        were = {} if earlier is None else {own.unit.code: own.ref for own in units.current(c, earlier.id)}
        counted = evidence.counts(c, period.id)
        sets = tuple(
            _set(c, ref, [own for own in kept if own.ref == ref], were, counted) for ref in period.refs
        )
    known = [own for own in sets if own.before is not None]
    return YearBurden(
        period=period,
        sets=sets,
        least=sum(own.burden.least * own.units for own in sets),
        before=sum(own.before.least * own.units for own in known if own.before is not None)
        if known
        else None,
        files=sum(own.files for own in sets),
    )


def _set(
    c: Connection, ref: str, kept: list[KeptUnit], were: dict[str, str], counted: dict[str, int]
) -> SetBurden:
    own = criteria.known(c, ref)
    refs = Counter(_refs_before(kept, were))
    usual = refs.most_common(1)[0][0] if refs else None
    there = [counted[one.unit.code] for one in kept if counted.get(one.unit.code)]
    return SetBurden(
        criteria=own,
        units=len(kept),
        burden=Burden.of(own.criteria),
        before=None if usual is None else Burden.of(criteria.known(c, usual).criteria),
        begun=len(there),
        files=sum(there),
    )


def _refs_before(kept: list[KeptUnit], were: dict[str, str]) -> Iterable[str]:
    for own in kept:
        for code in (own.unit.code, *own.unit.predecessors):
            if code in were:
                yield were[code]
                break
