"""Deeds about points: asked of the table of rights, or done by a command on the server."""

from dataclasses import replace

from scoring.chain import BY_COMMAND, Deed
from scoring.people import Actor
from scoring.permissions import Action, Setting, permit
from scoring.store.drafts import By
from scoring.units import Unit


def points_deed(actor: Actor | None, action: Action, unit: Unit | None = None) -> Deed:
    """Return the deed of *actor*, on *unit* where it is about one; None stands for a command. Raises NotAllowed."""
    if actor is None:
        return replace(BY_COMMAND, action=action.value)
    return permit(actor, action, Setting(unit=unit))


def hand(actor: Actor | None) -> By:
    """Return who does it, as transfers and results name them; '' for a command on the server."""
    if actor is None:
        return By(person="")
    return By(person=actor.id, on_behalf="" if actor.on_behalf is None else actor.on_behalf.id)
