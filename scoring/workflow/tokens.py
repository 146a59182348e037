"""Tokens for programs: made by people for themselves, shown once, good for so long and for reading or writing."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scoring.canonical import sha256
from scoring.errors import Fault, Refused
from scoring.people import Actor
from scoring.statement import one_line
from scoring.store import people, tokens
from scoring.store.engine import Store
from scoring.store.tokens import Token, TokenScope
from scoring.workflow.sign_in import actor_of, own_deed, own_person

LONGEST_DAYS = 365
"""So many days a token is good for at most."""

_MARK = "stars_"
_BYTES = 32
_MOST = 20
_LONGEST_NAME = 60


class TokenRefused(Refused):
    """A token cannot be made like that, or is not there to be ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token as it is shown once: `secret` is what a program sends."""

    secret: str
    token: Token


def add_token(store: Store, actor: Actor, name: str, scope: TokenScope, days: int) -> NewToken:
    """Make a token of *actor* for so many days. Raises NotSignedIn, TokenRefused."""
    own = own_person(actor)
    name = name.strip()
    if not one_line(name) or len(name) > _LONGEST_NAME or not 1 <= days <= LONGEST_DAYS:
        raise TokenRefused(
            [
                Fault.of(
                    f"请写明用途（最长 {_LONGEST_NAME} 字），有效期 1 至 {LONGEST_DAYS} 天",
                    f"say what it is for, in {_LONGEST_NAME} characters at most, and for 1 to {LONGEST_DAYS} days",
                )
            ]
        )
    secret, now = _MARK + secrets.token_urlsafe(_BYTES), datetime.now(UTC)
    new = Token(
        key=sha256(secret.encode()),
        person=own.id,
        name=name,
        scope=scope,
        until=now + timedelta(days=days),
        made_at=now,
    )
    with store.begin(own_deed(actor)) as c:
        if len(tokens.of_person(c, own.id)) >= _MOST:
            raise TokenRefused(
                [Fault.of(f"最多 {_MOST} 个令牌，请先终止不用的", f"{_MOST} tokens at most; end one first")]
            )
        tokens.add(c, new)
    return NewToken(secret=secret, token=new)


def own_tokens(store: Store, actor: Actor) -> tuple[Token, ...]:
    """Return the tokens of *actor* that are good. Raises NotSignedIn."""
    own = own_person(actor)
    with store.read() as c:
        return tokens.of_person(c, own.id)


def end_token(store: Store, actor: Actor, key: str) -> None:
    """End a token of *actor*. Raises NotSignedIn, TokenRefused."""
    own = own_person(actor)
    with store.begin(own_deed(actor)) as c:
        found = tokens.find(c, key)
        if found is None or found.person != own.id:
            raise TokenRefused(
                [Fault.of("没有这个令牌，或已终止", "there is no such token, or not any more")]
            )
        tokens.end(c, found, own.id)


def actor_of_token(store: Store, secret: str) -> tuple[Actor, TokenScope] | None:
    """Return who sends *secret*, and what that is good for; None where it is not, or not any more."""
    with store.read() as c:
        found = tokens.find(c, sha256(secret.encode()))
        if found is None or datetime.now(UTC) >= found.until:
            return None
        person = people.find(c, found.person)
        return (actor_of(c, person), found.scope) if person.open else None
