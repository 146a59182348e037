"""What a password must be, as a setting: by the rules for protected systems (等保二级), or by length alone (ASVS)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scoring.people import Grant, Role

_SERVED = frozenset({Role.MEMBER, Role.MERCHANT})
"""Roles of people who come for themselves; whoever holds another works for the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """At least so long, of so many classes of characters, and changed by people of the office after so many days."""

    id: str
    least: int
    classes: int
    days: int | None

    def is_old(self, made_at: datetime, grants: tuple[Grant, ...], now: datetime) -> bool:
        """Return whether a password made then has to be changed by somebody with those roles."""
        of_office = any(own.role not in _SERVED for own in grants)
        return self.days is not None and of_office and now - made_at > timedelta(days=self.days)


MLPS2 = Policy(id="mlps2", least=10, classes=3, days=90)
"""Ten characters of three classes, changed every 90 days: what inspections of protected systems ask for."""

ASVS = Policy(id="asvs", least=12, classes=1, days=None)
"""Twelve characters of any kind, changed when there is a reason (OWASP ASVS 5.0, 6.2)."""

POLICIES = {own.id: own for own in (MLPS2, ASVS)}
"""The policies by id."""
