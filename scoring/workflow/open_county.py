"""A county opens: its database is made or brought up to date, and it is given its name."""

import unicodedata
from dataclasses import dataclass

from scoring.chain import Deed
from scoring.errors import Fault, Place, Refused
from scoring.statement import one_line
from scoring.store import county
from scoring.store.engine import Store
from scoring.store.preparation import Prepared, prepare
from scoring.texts import Text

_LONGEST_NAME = 100


class CountyMisnamed(Refused):
    """What was given cannot be a county's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was made of the database, the county's name ('' as long as it has none), and where the database is."""

    prepared: Prepared
    county: str
    address: str


def open_county(url: str, schema: str, *, name: str | None = None, grant_to: str | None = None) -> Opened:
    """Make or upgrade the database and return what was done; *name*, where given, becomes the county's.

    *grant_to* is the PostgreSQL role that may read and add, and nothing else. Raises StoreUnready, and CountyMisnamed
    where that is no name.
    """
    name = None if name is None else _name(name)
    prepared = prepare(url, schema, grant_to)
    store = Store.open(url, schema)
    try:
        if name is not None:
            with store.begin(_NAMING) as c:
                if county.name(c) != name:
                    county.call(c, name)
        with store.read() as c:
            return Opened(prepared=prepared, county=county.name(c), address=store.address)
    finally:
        store.close()


_NAMING = Deed(action="name_county", subjects=("county",))


def _name(name: str) -> str:
    """Return *name* as it is kept. Raises CountyMisnamed."""
    tidy = unicodedata.normalize("NFC", name.strip())
    if not one_line(tidy) or len(tidy) > _LONGEST_NAME:
        sentence = Text(
            f"县名应为 1 至 {_LONGEST_NAME} 个字，不含换行等控制字符",
            f"a county's name has 1 to {_LONGEST_NAME} characters and no control characters",
        )
        raise CountyMisnamed([Fault(place=Place(field="--county"), sentence=sentence)])
    return tidy
