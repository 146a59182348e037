"""Forms that were refused, shown again with what was typed."""

from scoring.errors import Fault, Refused
from scoring.permissions import NotAllowed


def own_faults(refused: Refused) -> tuple[Fault, ...]:
    """Return what a form is to say of *refused*. Raises it again where it is not about what was typed."""
    if isinstance(refused, NotAllowed):
        raise refused
    return refused.faults
