"""One-time codes by their SHA-256, and how many were typed at a till that were none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from scoring.canonical import sha256
from scoring.store import chain
from scoring.store.tables import code_tried, redemption_code

_COLUMNS, _TRIED = redemption_code.c, code_tried.c
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code a member asked for: for which offer, until when it is good, and whether they asked for another since."""

    digest: str
    member: str
    offer: int
    until: datetime
    made_at: datetime
    replaced: bool


def digest_of(digits: str) -> str:
    """Return what a code is kept as."""
    return sha256(digits.encode())


def add(c: Connection, digest: str, member: str, offer: int, made_at: datetime, good: timedelta) -> None:  # noqa: PLR0917
    """Keep a code, good from *made_at* for so long; those the member asked for before are good no more."""
    last = c.scalar(select(func.max(_COLUMNS.made_at)).where(_COLUMNS.member == member))
    moment = made_at if last is None else max(made_at, last + _TICK)
    own = {"digest": digest, "member": member, "offer": offer}
    chain.add(c, redemption_code, **own, until=moment + good, made_at=moment)


def find(c: Connection, digest: str) -> Code | None:
    """Return the code of that digest, None where nobody ever had it."""
    row = c.execute(select(redemption_code).where(_COLUMNS.digest == digest)).first()
    if row is None:
        return None
    newer = select(_COLUMNS.digest).where(_COLUMNS.member == row.member, _COLUMNS.made_at > row.made_at)
    return Code(
        digest=row.digest,
        member=row.member,
        offer=row.offer,
        until=row.until,
        made_at=row.made_at,
        replaced=c.scalar(newer.limit(1)) is not None,
    )


def note_wrong(c: Connection, merchant: str, moment: datetime) -> None:
    """Count a code typed at the merchant's till at *moment* that was none."""
    last = c.scalar(select(func.max(_TRIED.number)).where(_TRIED.merchant == merchant)) or 0
    chain.add(c, code_tried, merchant=merchant, number=last + 1, made_at=moment)


def wrong_since(c: Connection, merchant: str, moment: datetime) -> tuple[datetime, ...]:
    """Return when codes that were none were typed at the merchant's till after *moment*, oldest first."""
    own = select(_TRIED.made_at).where(_TRIED.merchant == merchant, _TRIED.made_at > moment)
    return tuple(c.scalars(own.order_by(_TRIED.number)))
