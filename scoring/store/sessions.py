"""Ways in as they are kept: passwords by their hash, attempts to sign in, and sessions by the hash of their token."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from scoring.canonical import sha256
from scoring.store import chain
from scoring.store.tables import credential, session, session_end, session_seen, sign_in

_BYTES = 32
"""A token is 256 random bits."""

_LONGEST_BROWSER = 160


class Outcome(StrEnum):
    """How an attempt to sign in ended."""

    IN = "in"
    WRONG = "wrong"
    LOCKED = "locked"
    CLOSED = "closed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A password that is kept: its hash, and whether it is a one-time one that ends at a moment (`until`)."""

    number: int
    hash: str
    one_time: bool
    until: datetime | None
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An attempt to sign in that was made, as its person may see it."""

    outcome: Outcome
    address: str
    browser: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that was not ended: `key` is the hash of its token, `on_behalf` the id of whom its person acts for."""

    key: str
    person: str
    csrf: str
    made_at: datetime
    until: datetime
    seen_at: datetime
    on_behalf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session that was just begun: the token is told to the browser and kept nowhere."""

    token: str
    csrf: str


def key_of(token: str) -> str:
    """Return what is kept of a token."""
    return sha256(token.encode())


def begin(c: Connection, person: str, length: timedelta) -> Opened:
    """Begin a session of *person* that ends after *length* at the latest."""
    token, csrf, now = secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES), datetime.now(UTC)
    values = {"token": key_of(token), "person": person, "csrf": csrf, "until": now + length, "made_at": now}
    c.execute(insert(session).values(values))
    return Opened(token=token, csrf=csrf)


def find(c: Connection, token: str) -> Session | None:
    """Return the session of that token; None where there is none, or it was ended."""
    row = c.execute(_open(session.c.token == key_of(token))).first()
    return None if row is None else _session(c, row)


def of_person(c: Connection, person: str) -> tuple[Session, ...]:
    """Return the sessions of *person* that were not ended and have time left, in order of beginning."""
    own = _open(session.c.person == person, session.c.until > datetime.now(UTC))
    return tuple(_session(c, row) for row in c.execute(own.order_by(session.c.made_at)).all())


def see(c: Connection, own: Session, on_behalf: str) -> None:
    """Note that a session is used now, on behalf of that person ('' for nobody)."""
    last = select(func.max(session_seen.c.number)).where(session_seen.c.token == own.key)
    number = (c.scalar(last) or 0) + 1
    values = {"token": own.key, "number": number, "on_behalf": on_behalf, "made_at": datetime.now(UTC)}
    c.execute(insert(session_seen).values(values))


def end(c: Connection, key: str, why: str) -> None:
    """Let the session of that key end, where it has not already."""
    if c.scalar(select(session_end.c.token).where(session_end.c.token == key)) is None:
        c.execute(insert(session_end).values(token=key, why=why, made_at=datetime.now(UTC)))


def end_all(c: Connection, person: str, why: str) -> None:
    """Let all sessions of *person* end."""
    for own in of_person(c, person):
        end(c, own.key, why)


def keep_password(c: Connection, person: str, hashed: str, *, one_time_until: datetime | None = None) -> None:
    """Let *person* sign in with the password of that hash from now on, once where it ends at a moment."""
    last = select(func.max(credential.c.number)).where(credential.c.person == person)
    chain.concern(c, f"person {person}")
    chain.add(
        c,
        credential,
        person=person,
        number=(c.scalar(last) or 0) + 1,
        hash=hashed,
        one_time=0 if one_time_until is None else 1,
        until=one_time_until,
        made_at=datetime.now(UTC),
    )


def passwords(c: Connection, person: str, most: int = 1) -> tuple[Credential, ...]:
    """Return the passwords of *person* that are kept, the one in force first, at most so many."""
    columns = credential.c
    own = select(credential).where(columns.person == person).order_by(columns.number.desc()).limit(most)
    return tuple(
        Credential(
            number=row.number,
            hash=row.hash,
            one_time=bool(row.one_time),
            until=row.until,
            made_at=row.made_at,
        )
        for row in c.execute(own)
    )


def note(  # noqa: PLR0917  an attempt's particulars, in the order of the columns
    c: Connection, login: str, person: str, address: str, outcome: Outcome, browser: str
) -> None:
    """Note an attempt to sign in; *login* is the hash of what was typed."""
    values = {
        "number": (c.scalar(select(func.max(sign_in.c.number))) or 0) + 1,
        "login": login,
        "person": person,
        "address": address,
        "outcome": outcome.value,
        "browser": browser[:_LONGEST_BROWSER],
        "made_at": datetime.now(UTC),
    }
    c.execute(insert(sign_in).values(values))


def failures_of_login(c: Connection, login: str, since: datetime) -> tuple[datetime, ...]:
    """Return when signing in by that login failed since, and since it last succeeded, in order."""
    columns = sign_in.c
    outcomes = [Outcome.WRONG.value, Outcome.IN.value]
    own = select(columns.outcome, columns.made_at).where(
        columns.login == login, columns.made_at >= since, columns.outcome.in_(outcomes)
    )
    found: list[datetime] = []
    for outcome, moment in c.execute(own.order_by(columns.number)):
        found = [] if outcome == Outcome.IN.value else [*found, moment]
    return tuple(found)


def failures_at_address(c: Connection, address: str, since: datetime) -> tuple[datetime, ...]:
    """Return when signing in from that address failed since, in order."""
    columns = sign_in.c
    own = select(columns.made_at).where(
        columns.address == address, columns.made_at >= since, columns.outcome == Outcome.WRONG.value
    )
    return tuple(c.scalars(own.order_by(columns.number)))


def succeeded_since(c: Connection, person: str, moment: datetime) -> bool:
    """Return whether *person* has signed in since that moment."""
    columns = sign_in.c
    own = select(columns.number).where(
        columns.person == person, columns.made_at >= moment, columns.outcome == Outcome.IN.value
    )
    return c.scalar(own.limit(1)) is not None


def noted_since(c: Connection, login: str, address: str, outcome: Outcome, moment: datetime) -> bool:
    """Return whether an attempt by that login from that address has ended so since that moment."""
    columns = sign_in.c
    own = select(columns.number).where(
        columns.login == login,
        columns.address == address,
        columns.made_at >= moment,
        columns.outcome == outcome.value,
    )
    return c.scalar(own.limit(1)) is not None


def noted_at_address(c: Connection, address: str, outcome: Outcome, moment: datetime) -> bool:
    """Return whether any attempt from that address has ended so since that moment."""
    columns = sign_in.c
    own = select(columns.number).where(
        columns.address == address, columns.made_at >= moment, columns.outcome == outcome.value
    )
    return c.scalar(own.limit(1)) is not None


def attempts(c: Connection, person: str, most: int) -> tuple[Tried, ...]:
    """Return the last attempts to sign in as *person*, the newest first."""
    columns = sign_in.c
    own = select(sign_in).where(columns.person == person).order_by(columns.number.desc()).limit(most)
    return tuple(
        Tried(outcome=Outcome(row.outcome), address=row.address, browser=row.browser, made_at=row.made_at)
        for row in c.execute(own)
    )


def _open(*where: Any) -> Select[Any]:
    joined = session.outerjoin(session_end, session_end.c.token == session.c.token)
    return select(session).select_from(joined).where(session_end.c.token.is_(None), *where)


def _session(c: Connection, row: Row[Any]) -> Session:
    columns = session_seen.c
    own = select(columns.on_behalf, columns.made_at).where(columns.token == row.token)
    seen = c.execute(own.order_by(columns.number.desc()).limit(1)).first()
    return Session(
        key=row.token,
        person=row.person,
        csrf=row.csrf,
        made_at=row.made_at,
        until=row.until,
        seen_at=row.made_at if seen is None else seen.made_at,
        on_behalf="" if seen is None else seen.on_behalf,
    )
