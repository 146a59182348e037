"""In which role somebody does something about points, and who is told of it: a branch's own people, or a community's."""

from collections.abc import Iterable
from dataclasses import replace

from scoring.criteria.item import Item, Verifier
from scoring.people import Actor, Role
from scoring.permissions import Action, Setting, may
from scoring.store.engine import Connection
from scoring.store.ledger.claims import Claim
from scoring.units import Unit
from scoring.workflow.telling import holders

VERIFYING: dict[Verifier, Role] = {
    Verifier.SECRETARY: Role.SECRETARY,
    Verifier.SUPERIOR: Role.SUPERIOR,
    Verifier.COMMUNITY: Role.SECRETARY,
}
"""The role in which each verifies: a community does by its own secretary."""


def in_role(actor: Actor, role: Role) -> Actor:
    """Return *actor* with the grants of *role* alone."""
    if actor.on_behalf is not None:
        return replace(actor, on_behalf=in_role(actor.on_behalf, role))
    return replace(actor, grants=tuple(own for own in actor.grants if own.role is role))


def holds_over(actor: Actor, role: Role, action: Action, unit: Unit | None) -> bool:
    """Say whether *actor* may do *action* in that role over *unit*; over none nobody may."""
    return unit is not None and may(in_role(actor, role), action, Setting(unit=unit))


def verifying_roles(
    item: Item, unit: Unit | None, at_unit: Unit | None
) -> tuple[tuple[Verifier, Role, Unit], ...]:
    """Return who may verify a claim under *item*: in which role, over which unit.

    *unit* is the branch's of the member, *at_unit* the community's that is to verify it, None where there is none.
    """
    places = {
        Verifier.SECRETARY: unit,
        Verifier.SUPERIOR: unit,
        Verifier.COMMUNITY: at_unit,
    }
    found = ((own, VERIFYING[own], places[own]) for own in item.verifies)
    return tuple((own, role, place) for own, role, place in found if place is not None)


def verifiers(c: Connection, item: Item, own: Claim, known: dict[str, Unit]) -> frozenset[str]:
    """Return the ids of those who may verify the claim, as the item says; *known* are units by code."""
    found: set[str] = set()
    for _, role, unit in verifying_roles(item, known.get(own.unit), known.get(own.at_unit)):
        found |= set(holders(c, (role,), "", unit))
    return frozenset(found) - own.claimants


def role_to_verify(actor: Actor, item: Item, own: Claim, known: dict[str, Unit]) -> tuple[Role, Unit] | None:
    """Return in which role, and over which unit, *actor* may verify the claim; None where they may not."""
    for _, role, unit in verifying_roles(item, known.get(own.unit), known.get(own.at_unit)):
        if holds_over(actor, role, Action.VERIFY_POINTS, unit):
            return role, unit
    return None


def besides(told: Iterable[str], *hands: Iterable[str]) -> list[str]:
    """Return those who are to be told, without those by whose *hands* it was done."""
    done = {own for hand in hands for own in hand}
    return sorted(own for own in set(told) if own and own not in done)
