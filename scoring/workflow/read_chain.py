"""Where the chain of all that was done stands, for everybody: whoever notes it can tell later that nothing was altered."""

from scoring.chain import Head
from scoring.store import links
from scoring.store.engine import Store


def chain_head(store: Store) -> Head | None:
    """Return the head of the chain; None where nothing was ever done."""
    with store.read() as c:
        return links.head(c)
