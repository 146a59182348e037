"""Notices as they are added to people's inboxes."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select

from scoring.store.tables import notice
from scoring.texts import Text


def tell(c: Connection, persons: Iterable[str], kind: str, words: Text, address: str) -> int:
    """Let each of *persons* find *words* in the inbox, with the path of a page, and return how many they are."""
    wanted = list(dict.fromkeys(own for own in persons if own))
    number = c.scalar(select(func.max(notice.c.number))) or 0
    now = datetime.now(UTC)
    for place, person in enumerate(wanted, 1):
        c.execute(
            insert(notice).values(
                number=number + place,
                person=person,
                kind=kind,
                zh=words.zh,
                en=words.en,
                address=address,
                made_at=now,
            )
        )
    return len(wanted)
