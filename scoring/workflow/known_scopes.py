"""Over what roles can be held: the units, townships and departments that the county's periods know."""

from collections.abc import Collection
from dataclasses import dataclass
from unicodedata import normalize

from scoring.people import REACHES, Reach, Role, Scope
from scoring.store import periods, units
from scoring.store.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownScopes:
    """Units by code with their names, townships and departments in order; all empty where no period has units yet."""

    units: dict[str, str]
    townships: tuple[str, ...]
    departments: tuple[str, ...]

    def scope(self, role: Role, name: str) -> Scope | None:
        """Return the scope of that name over which *role* can be held; None where there is none.

        Where nothing is known yet any name will do, a superior's being a township then.
        """
        name = normalize("NFC", name.strip())
        reaches = REACHES[role]
        if not name:
            return Scope(reach=Reach.COUNTY) if Reach.COUNTY in reaches else None
        own = [reach for reach in reaches if reach is not Reach.COUNTY]
        found = next((reach for reach in own if name in self.names(reach)), None)
        if found is None and own and not self.units:
            found = own[0]
        return None if found is None else Scope(reach=found, name=name)

    def names(self, reach: Reach) -> Collection[str]:
        """Return the names that scopes of that reach have; none for the county."""
        match reach:
            case Reach.UNIT:
                return self.units
            case Reach.TOWNSHIP:
                return self.townships
            case Reach.DEPARTMENT:
                return self.departments
            case Reach.COUNTY:
                return ()

    def has(self, scope: Scope) -> bool:
        """Return whether there is such a scope, or nothing is known yet."""
        return scope.reach is Reach.COUNTY or not self.units or scope.name in self.names(scope.reach)

    def has_unit(self, code: str) -> bool:
        """Return whether there is a unit of that code, or nothing is known yet."""
        return code in self.units or not self.units


def known_scopes(c: Connection) -> KnownScopes:
    """Return what the newest period that has units knows, with the units of all others."""
    found: dict[str, str] = {}
    townships: set[str] = set()
    departments: set[str] = set()
    for period in periods.every(c):
        for kept in units.current(c, period.id):
            found.setdefault(kept.unit.code, kept.unit.name)
            if kept.unit.township:
                townships.add(kept.unit.township)
            if kept.unit.department:
                departments.add(kept.unit.department)
    return KnownScopes(
        units=found, townships=tuple(sorted(townships)), departments=tuple(sorted(departments))
    )
