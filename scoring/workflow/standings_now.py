"""What a period's marks come to now: the same inputs and the same stages as an edition's."""

from scoring.criteria.model import CriteriaSet
from scoring.errors import Fault, Refused
from scoring.inputs import Inputs
from scoring.periods import Period
from scoring.quotas import limit
from scoring.ranking import rank
from scoring.rollup import Standings, roll_up
from scoring.scores import score
from scoring.stars import rate
from scoring.store import criteria, markings, periods, units
from scoring.store.engine import Connection, Store
from scoring.units import Unit


class NoUnits(Refused):
    """A period has no units yet."""


def units_of(c: Connection, period: Period) -> tuple[tuple[Unit, ...], tuple[CriteriaSet, ...]]:
    """Return the period's units in order of code, and the set that assesses each. Raises NoUnits."""
    kept = units.current(c, period.id)
    if not kept:
        raise NoUnits(
            [
                Fault.of(
                    f"评定期 {period.id} 还没有单位；请先导入：stars import units 文件 --period {period.id}",
                    f"period {period.id} has no units yet; import them first: stars import units FILE --period {period.id}",
                )
            ]
        )
    sets = {ref: criteria.find(c, ref) for ref in period.refs}
    return tuple(own.unit for own in kept), tuple(sets[own.ref] for own in kept)


def inputs_of(c: Connection, period: Period) -> Inputs:
    """Return the period's units, criteria and markings as they are now. Raises NoUnits."""
    found, sets = units_of(c, period)
    return Inputs(units=found, sets=sets, markings=markings.current(c, period.id))


def standings_of(inputs: Inputs) -> Standings:
    """Return the standings that *inputs* come to."""
    return roll_up(rank(limit(rate(score(inputs.assessments())))))


def provisional(store: Store, period_id: str) -> Standings:
    """Return the standings of the period as it is now; nothing is kept. Raises PeriodUnknown and NoUnits."""
    with store.read() as c:
        inputs = inputs_of(c, periods.find(c, period_id))
    return standings_of(inputs)
