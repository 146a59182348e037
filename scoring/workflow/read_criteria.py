"""Criteria sets as anybody may read them: those the county keeps, then those that come with the service."""

from dataclasses import dataclass

from scoring.criteria import catalogue, loader
from scoring.criteria.model import CriteriaSet
from scoring.store import criteria
from scoring.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RefsKnown:
    """The refs of all sets there are: those the county keeps, and those that only come with the service."""

    kept: tuple[str, ...]
    shipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRead:
    """A criteria set with its digest; `kept` where the county keeps it, so that it never changes again."""

    criteria: CriteriaSet
    digest: str
    kept: bool


def refs_known(store: Store) -> RefsKnown:
    """Return the refs of all sets there are, each once: what the county keeps goes before what was shipped."""
    with store.read() as c:
        kept = criteria.refs(c)
    return RefsKnown(kept=kept, shipped=tuple(ref for ref in catalogue.refs() if ref not in kept))


def read_set(store: Store, ref: str) -> SetRead:
    """Return the set of that ref as the county keeps it, else as it was shipped.

    Raises CriteriaUnknown, and CriteriaAltered where what is kept is not what was put there.
    """
    with store.read() as c:
        kept = ref in criteria.refs(c)
        found = criteria.find(c, ref) if kept else catalogue.find(ref)
    return SetRead(criteria=found, digest=loader.digest(found), kept=kept)
