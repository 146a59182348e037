"""People in tests: put into a county as plainly as can be, with the roles they are to have, and signed in.

A person's sign-in name is also their id's only clue in a failing test, so every test gives its own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from scoring.people import REACHES, Actor, Reach, Role, Scope
from scoring.store import people, rights, sessions
from scoring.store.engine import Store
from scoring.store.rights import GrantState
from scoring.workflow.sign_in import actor_of

COUNTY = Scope(reach=Reach.COUNTY)

UNUSABLE = "no password has this hash"


def unit(code: str) -> Scope:
    """Return the scope of one unit."""
    return Scope(reach=Reach.UNIT, name=code)


def township(name: str) -> Scope:
    """Return the scope of a township."""
    return Scope(reach=Reach.TOWNSHIP, name=name)


def department(name: str) -> Scope:
    """Return the scope of a department."""
    return Scope(reach=Reach.DEPARTMENT, name=name)


def somebody(
    store: Store,
    login: str,
    *roles: Role,
    scope: Scope = COUNTY,
    period: str = "",
    name: str = "",
    branch: str = "",
    recused: tuple[str, ...] = (),
) -> Actor:
    """Put a person into the county who holds *roles* over *scope*, and return them as they act now."""
    with store.begin() as c:
        new = people.add(c, login=login, name=name or login, signs_as=name or login, unit=branch)
        sessions.keep_password(c, new.id, UNUSABLE)
        for role in roles:
            assert scope.reach in REACHES[role]
            number = rights.propose(c, new.id, role, scope, period, "")
            rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")
        for code in recused:
            rights.keep_away(c, new.id, code, "亲属", "")
    return again(store, new.id)


def again(store: Store, person: str, *, on_behalf: str = "") -> Actor:
    """Return the person of that id as they act now."""
    with store.read() as c:
        return actor_of(c, people.find(c, person), on_behalf=on_behalf)


def acting_for(store: Store, own: Actor, principal: Actor) -> Actor:
    """Return *own* as they act on behalf of *principal*, whose deputy they are from now on."""
    with store.begin() as c:
        rights.name_deputy(c, principal.id, own.id, ("2000-01-01", "2999-12-31"), "")
    return replace(own, on_behalf=principal)


class Visitor(FlaskClient):
    """A browser of somebody who is signed in: what it sends carries the token of the session by itself."""

    csrf = ""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send the request, with the token where there is one."""
        if self.csrf:
            kwargs["headers"] = {"X-CSRF-Token": self.csrf, **dict(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)


def browser_of(app: Flask, actor: Actor) -> Visitor:
    """Return a browser of *app* in which *actor*, or where that is a visitor nobody, is signed in."""
    client = Visitor(app, use_cookies=True)
    if actor.person is not None:
        store: Store = app.extensions["stars_shelf"].store
        with store.begin() as c:
            opened = sessions.begin(c, actor.id, timedelta(hours=12))
            if actor.on_behalf is not None:
                own = sessions.find(c, opened.token)
                assert own is not None
                sessions.see(c, own, actor.on_behalf.id)
        client.set_cookie("stars_session", opened.token)
        client.csrf = opened.csrf
    return client
