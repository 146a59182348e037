"""Who is told what of a period's work: secretaries of a unit, its superior, and those who hold a role in the county."""

from collections.abc import Collection, Iterable

from scoring.people import Role
from scoring.store import people, rights
from scoring.store.engine import Connection
from scoring.store.rights import GrantState
from scoring.texts import Text
from scoring.units import Unit
from scoring.workflow import inbox


def holders(
    c: Connection, roles: Collection[Role], period_id: str, unit: Unit | None = None
) -> tuple[str, ...]:
    """Return the ids of open accounts that hold one of *roles* in the period, over the unit where one is given."""
    found = {
        own.person
        for own in rights.every(c)
        if own.state is GrantState.CONFIRMED
        and own.grant.role in roles
        and own.grant.period in ("", period_id)
        and (unit is None or own.grant.scope.covers(unit))
    }
    known = people.among(c, found)
    return tuple(sorted(own for own in found if own in known and known[own].open))


def names(c: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return what people are called, by id; '' for a command on the server."""
    return {"": ""} | {own.id: own.name for own in people.among(c, ids).values()}


def tell(c: Connection, persons: Iterable[str], kind: str, words: Text, address: str) -> None:
    """Let each of *persons* find *words* in the inbox, with the path of the page it is about."""
    inbox.tell(c, [own for own in persons if own], kind, words, address)
