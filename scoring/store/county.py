"""What the county is called."""

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from scoring.store import chain
from scoring.store.tables import county


def name(c: Connection) -> str:
    """Return the county's name, '' where none was ever given."""
    return _newest(c)[1]


def call(c: Connection, name: str) -> None:
    """Let the county be called *name* from now on."""
    number, before = _newest(c)
    if name != before:
        chain.add(c, county, number=number + 1, name=name, made_at=datetime.now(UTC))


def _newest(c: Connection) -> tuple[int, str]:
    found = c.execute(
        select(county.c.number, county.c.name).order_by(county.c.number.desc()).limit(1)
    ).first()
    return (0, "") if found is None else (found.number, found.name)
