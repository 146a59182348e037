"""People of the small county who have signed in, as browsers know them: by a session, without its password's cost."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from scoring.people import Actor
from scoring.store import people, rights, sessions
from scoring.store.engine import Store
from scoring.store.rights import GrantState

_LENGTH = timedelta(hours=8)


def enrol(store: Store, like: Actor) -> str:
    """Let there be a person of the name and grants of *like*, and return the person's id."""
    assert like.person is not None
    with store.begin() as c:
        own = people.by_login(c, like.person.login)
        if own is not None:
            return own.id
        own = people.add(
            c,
            login=like.person.login,
            name=like.person.name,
            signs_as=like.person.signs_as,
            unit=like.person.unit,
        )
        sessions.keep_password(c, own.id, "unused")
        for grant in like.grants:
            number = rights.propose(c, own.id, grant.role, grant.scope, grant.period, "")
            rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
    return own.id


def token_of(store: Store, like: Actor) -> str:
    """Return the token of a new session of somebody like that."""
    person = enrol(store, like)
    with store.begin() as c:
        return sessions.begin(c, person, _LENGTH).token


def signed_in(app: Flask, store: Store, like: Actor) -> FlaskClient:
    """Return a browser in which somebody like that has signed in."""
    client = app.test_client()
    client.set_cookie("stars_session", token_of(store, like))
    return client


def csrf_of(client: FlaskClient, address: str) -> str:
    """Return the token that forms of the page carry."""
    page = client.get(address).get_data(as_text=True)
    found = re.search(r'name="csrf" (?:value|content)="([^"]+)"', page)
    assert found is not None, page[:2000]
    return found[1]
