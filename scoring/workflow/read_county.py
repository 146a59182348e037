"""What a county has to show: its periods and editions, and the registers of its years."""

from dataclasses import dataclass
from functools import cached_property

import orjson

from scoring.edition import State
from scoring.errors import Fault, UnitUnknown
from scoring.explain import Explanation, explain, explain_published
from scoring.periods import Period, Phase
from scoring.ranking import Places
from scoring.register import RANKED, Entry, Register, provisional_register, register_of
from scoring.store import contents, county, criteria, editions, periods
from scoring.store.editions import Listed
from scoring.store.engine import Store
from scoring.transcript import read_inputs
from scoring.workflow.standings_now import inputs_of, standings_of


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A county's name, its periods and its editions, newest first, as they were at `version` of the database.

    What is shown of an open year changes with `state` besides: with every link of the chain.
    """

    version: tuple[int, ...]
    state: int
    county_name: str
    periods: tuple[Period, ...]
    editions: tuple[Listed, ...]

    @cached_property
    def newest(self) -> dict[str, Listed]:
        """The newest edition of each period that has one."""
        return {own.period: own for own in reversed(self.editions)}

    @cached_property
    def years(self) -> tuple[Listed, ...]:
        """Of each period the newest edition, the newest period first; a draft only where nothing final is out."""
        final = {own.period: own for own in reversed(self.editions) if own.state is State.FINAL}
        return tuple(
            final.get(period.id, self.newest[period.id])
            for period in self.periods
            if period.id in self.newest
        )

    @cached_property
    def open_years(self) -> tuple[Period, ...]:
        """The periods being marked of which nothing is published yet, the newest first."""
        begun = {Phase.COLLECTING, Phase.MARKING}
        return tuple(own for own in self.periods if own.id not in self.newest and own.phase in begun)

    def period(self, period_id: str) -> Period | None:
        """Return the period of that id, or None."""
        return next((own for own in self.periods if own.id == period_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionalYear:
    """An open year as it has come to so far, with what explains any of its units."""

    register: Register
    places: Places

    def explain(self, code: str) -> Explanation:
        """Return the explanation of that unit. Raises UnitUnknown."""
        units = self.register.entries
        for place, entry in enumerate(units):
            if entry.unit.code == code:
                return explain(self.places, place)
        raise UnitUnknown([Fault.of(f"没有单位“{code}”", f"there is no unit “{code}”")])


def version_of(store: Store) -> tuple[tuple[int, ...], int]:
    """Return version and state: what changes whenever anything is kept that a page could show."""
    with store.read() as c:
        return contents.version(c), contents.state(c)


def contents_of(store: Store) -> Contents:
    """Return what the county has to show."""
    with store.read() as c:
        return Contents(
            version=contents.version(c),
            state=contents.state(c),
            county_name=county.name(c),
            periods=periods.every(c),
            editions=editions.listed(c),
        )


def read_register(store: Store, edition_id: str) -> Register:
    """Return the register of that edition. Raises EditionUnknown."""
    with store.read() as c:
        return register_of(editions.find(c, edition_id))


def explain_unit(store: Store, edition_id: str, entry: Entry, register: Register) -> Explanation:
    """Return the explanation of that unit of an edition, from the marks it was published with. Raises EditionUnknown."""
    with store.read() as c:
        unit, marks, row = editions.unit_lines(c, edition_id, entry.unit.code)
        document = criteria.document_of(c, entry.criteria)
    rated = {}
    for kind in RANKED:
        own = entry.unit.group(kind)
        figures = None if own is None else register.group(kind, own.name)
        if figures is not None:
            rated[kind] = figures.rated
    return explain_published(
        read_inputs({entry.criteria: document}, [unit], [marks]), orjson.loads(row), rated
    )


def read_provisional(store: Store, period_id: str) -> ProvisionalYear:
    """Return the year as it has come to so far; nothing is kept. Raises PeriodUnknown and NoUnits."""
    with store.read() as c:
        name = county.name(c)
        inputs = inputs_of(c, periods.find(c, period_id))
    standings = standings_of(inputs)
    return ProvisionalYear(
        register=provisional_register(period_id, name, inputs, standings), places=standings.places
    )
