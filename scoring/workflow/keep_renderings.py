"""Renderings of an edition are made once, and kept with it."""

from collections.abc import Callable
from contextlib import suppress

from scoring.store import renderings
from scoring.store.engine import Store, StoreBusy


def kept_or_made(store: Store, edition_id: str, name: str, make: Callable[[], bytes]) -> bytes:
    """Return the edition's rendering of that name as it is kept; where there is none, what *make* gives, now kept.

    Where others are writing just then it is not kept this time.
    """
    with store.read() as c:
        kept = renderings.find(c, edition_id, name)
    if kept is not None:
        return kept
    made = make()
    with suppress(StoreBusy), store.hasty().begin() as c:
        renderings.add(c, edition_id, name, made)
    return made
