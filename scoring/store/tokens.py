"""Tokens for programs as they are kept, by their hash."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from scoring.store import chain
from scoring.store.plain import Plain
from scoring.store.tables import access_token, access_token_end


class TokenScope(StrEnum):
    """What a token is good for."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that was not ended: `key` is its hash, `name` what its person calls it."""

    key: str
    person: str
    name: str
    scope: TokenScope
    until: datetime
    made_at: datetime


def add(c: Connection, new: Token) -> None:
    """Keep the token *new*."""
    chain.concern(c, f"person {new.person}")
    chain.add(
        c,
        access_token,
        token=new.key,
        person=new.person,
        name=new.name,
        scope=new.scope.value,
        until=new.until,
        made_at=new.made_at,
    )


def find(c: Connection, key: str) -> Token | None:
    """Return the token of that hash; None where there is none, or it was ended."""
    for own_key, own, name, scope, until, made_at in _OF_KEY.ask(c, token=key):
        return Token(
            key=own_key,
            person=own,
            name=name,
            scope=TokenScope(scope),
            until=datetime.fromisoformat(until),
            made_at=datetime.fromisoformat(made_at),
        )
    return None


def of_person(c: Connection, person: str) -> tuple[Token, ...]:
    """Return the tokens of *person* that were not ended and have time left, in order of making."""
    own = _open(access_token.c.person == person, access_token.c.until > datetime.now(UTC))
    return tuple(_token(row) for row in c.execute(own.order_by(access_token.c.made_at, access_token.c.token)))


def end(c: Connection, own: Token, by: str) -> None:
    """Let a token that has not ended end now."""
    chain.concern(c, f"person {own.person}")
    chain.add(c, access_token_end, token=own.key, by=by, made_at=datetime.now(UTC))


def _open(*where: Any) -> Select[Any]:
    joined = access_token.outerjoin(access_token_end, access_token_end.c.token == access_token.c.token)
    return select(*_COLUMNS).select_from(joined).where(access_token_end.c.token.is_(None), *where)


def _token(row: Row[Any]) -> Token:
    return Token(
        key=row.token,
        person=row.person,
        name=row.name,
        scope=TokenScope(row.scope),
        until=row.until,
        made_at=row.made_at,
    )


_OWN = access_token.c
_COLUMNS = (_OWN.token, _OWN.person, _OWN.name, _OWN.scope, _OWN.until, _OWN.made_at)
_OF_KEY = Plain(_open(_OWN.token == bindparam("token")))
