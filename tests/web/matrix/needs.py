"""What somebody needs to be answered: nothing, to be signed in, or a right of the table, there and in that phase."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scoring.people import Actor, Role
from scoring.periods import Phase
from scoring.permissions import Action, Setting, may
from scoring.units import Unit


@dataclass(frozen=True)
class At:
    """Where one asks: the period and its phase, a unit, and whether the one who asks is assigned to it."""

    period: str
    phase: Phase
    unit: Unit
    assigned: bool


Test = Callable[[Actor, At], bool]


def _public(_actor: Actor, _at: At) -> bool:
    return True


def _signed_in(actor: Actor, _at: At) -> bool:
    return actor.person is not None


@dataclass(frozen=True)
class Need:
    """What is needed; `hidden` says that who has it not is told there is nothing, not that it is not theirs; `plain` that no right matters."""

    test: Test
    by_unit: bool = False
    hidden: bool = False
    plain: bool = False

    def __or__(self, other: Need) -> Need:
        """Return the need of either."""
        return Need(lambda who, at: self.test(who, at) or other.test(who, at), self.by_unit or other.by_unit)

    def __and__(self, other: Need) -> Need:
        """Return the need of both."""
        return Need(lambda who, at: self.test(who, at) and other.test(who, at), self.by_unit or other.by_unit)


PUBLIC = Need(_public, plain=True)
SIGNED_IN = Need(_signed_in, plain=True)


def right(action: Action, *, phase: Phase | None = None) -> Need:
    """Return the need of the right to do that in the period, as it would be in *phase* where one is given."""
    return Need(lambda who, at: may(who, action, Setting(period=at.period, phase=phase or at.phase)))


def anywhere(action: Action) -> Need:
    """Return the need of the right to do that, in no period in particular."""
    return Need(lambda who, _at: may(who, action, Setting()))


def over(action: Action, *, phase: Phase | None = None) -> Need:
    """Return the need of the right to do that on the unit."""

    def test(who: Actor, at: At) -> bool:
        setting = Setting(period=at.period, phase=phase or at.phase, unit=at.unit, assigned=at.assigned)
        return may(who, action, setting)

    return Need(test, by_unit=True)


def in_phases(*phases: Phase) -> Need:
    """Return the need that the period is in one of *phases*."""
    return Need(lambda _who, at: at.phase in phases)


def hidden(need: Need) -> Need:
    """Return *need*, of something that others are not told there is."""
    return Need(need.test, need.by_unit, hidden=True)


def holds(role: Role) -> Need:
    """Return the need of a role in the period, whatever the unit."""
    return Need(lambda who, at: who.holds(role, at.period))
