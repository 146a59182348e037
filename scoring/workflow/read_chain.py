"""The chain is read: where it stands, for everybody; what was done, link by link, for auditors."""

from dataclasses import dataclass

from scoring.chain import Head, Link
from scoring.people import Actor
from scoring.permissions import Action, Setting, permit
from scoring.store import links, people
from scoring.store.engine import Store
from scoring.store.links import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksRead:
    """A page of links, the newest first; how many there are in all, and people's names by id."""

    links: tuple[Link, ...]
    total: int
    names: dict[str, str]


def chain_head(store: Store) -> Head | None:
    """Return the head of the chain; None where nothing was ever done."""
    with store.read() as c:
        return links.head(c)


def read_links(store: Store, actor: Actor, wanted: Wanted, after: int, most: int) -> LinksRead:
    """Return so many of the links that are *wanted*, after so many. Raises NotAllowed."""
    permit(actor, Action.SEE_LOG, Setting())
    with store.read() as c:
        found = links.page(c, wanted, after, most)
        ids = {hand for one in found for hand in (one.deed.person, one.deed.on_behalf)}
        named = people.among(c, ids)
        return LinksRead(
            links=found,
            total=links.count(c, wanted),
            names={own: person.name for own, person in named.items()},
        )
