"""Renderings of editions, such as charts: worked out once, kept by name, given back byte for byte.

An edition never changes, so neither does what is worked out of it. A name therefore says how, too: whoever draws
something in another way gives it another name.
"""

import zlib

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from scoring.store.tables import edition_rendering

_COLUMNS = edition_rendering.c
_LEVEL = 6


def find(c: Connection, edition_id: str, name: str) -> bytes | None:
    """Return the rendering of that name of the edition of that whole id; None where none was kept."""
    own = (_COLUMNS.edition == edition_id, _COLUMNS.name == name)
    kept: bytes | None = c.scalar(select(_COLUMNS.content).where(*own))
    return None if kept is None else zlib.decompress(kept)


def names(c: Connection, edition_id: str) -> tuple[str, ...]:
    """Return the names of the edition's renderings, in order."""
    own = select(_COLUMNS.name).where(_COLUMNS.edition == edition_id)
    return tuple(c.execute(own.order_by(_COLUMNS.name)).scalars())


def add(c: Connection, edition_id: str, name: str, content: bytes) -> None:
    """Keep *content* by that name with an edition that is kept; where something is already, that stays."""
    values = {"edition": edition_id, "name": name, "content": zlib.compress(content, _LEVEL)}
    try:
        with c.begin_nested():
            c.execute(insert(edition_rendering).values(values))
    except IntegrityError:
        if name not in names(c, edition_id):
            raise
