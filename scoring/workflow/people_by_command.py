"""People kept by commands on the server: the first administrators, and whatever the pages leave to the operator."""

from collections.abc import Sequence

from scoring.errors import Fault, Place
from scoring.people import VISITOR, Person, Role, Scope, login_form
from scoring.permissions import Action
from scoring.store import people, rights
from scoring.store.engine import Connection, Store
from scoring.store.people import PersonUnknown
from scoring.store.rights import GrantState
from scoring.texts import Text
from scoring.workflow.grant_roles import GrantRefused, propose
from scoring.workflow.keep_people import (
    Handed,
    NewPerson,
    PersonSeen,
    everybody,
    hand_password,
    make_person,
    operator_deed,
)
from scoring.workflow.known_scopes import known_scopes

Roles = Sequence[tuple[Role, str, str]]
"""Roles, each with the name of its scope ('' for the county) and its period ('' for all)."""


def add_by_command(store: Store, new: NewPerson, roles: Roles = ()) -> Handed:
    """Make an account whose *roles* hold at once, and return its one-time password.

    Raises PersonMisnamed, LoginTaken and GrantRefused.
    """
    with store.begin(operator_deed(Action.KEEP_PEOPLE)) as c:
        handed = make_person(c, new, known_scopes(c))
        _grant(c, handed.person, roles)
        return handed


def grant_by_command(store: Store, login: str, roles: Roles) -> Person:
    """Let *roles* of whose sign-in name that is hold at once, and return who it is. Raises PersonUnknown, GrantRefused."""
    with store.begin(operator_deed(Action.KEEP_PEOPLE)) as c:
        person = _whose(people.by_login(c, login_form(login)), login)
        _grant(c, person, roles)
        return person


def reset_by_command(store: Store, login: str) -> Handed:
    """Return a new one-time password of whose sign-in name that is. Raises PersonUnknown."""
    with store.begin(operator_deed(Action.KEEP_PEOPLE)) as c:
        return hand_password(c, _whose(people.by_login(c, login_form(login)), login), "")


def list_by_command(store: Store) -> tuple[PersonSeen, ...]:
    """Return everybody with their roles, by name."""
    with store.read() as c:
        return everybody(c)


def _grant(c: Connection, person: Person, roles: Roles) -> None:
    scopes = known_scopes(c)
    for role, name, period in roles:
        scope = _scope(role, name, scopes.scope(role, name))
        number = propose(c, VISITOR, person, role, scope, period, scopes)
        rights.move(c, rights.find(c, number), GrantState.CONFIRMED, "")


def _scope(role: Role, name: str, found: Scope | None) -> Scope:
    """Return the scope that was found. Raises GrantRefused where there is none."""
    if found is not None:
        return found
    raise GrantRefused(
        [
            Fault(
                place=Place(field=name or None),
                sentence=Text(
                    f"不能作为{role.called.zh}的范围", f"cannot be the scope of the role of {role.called.en}"
                ),
            )
        ]
    )


def _whose(found: Person | None, login: str) -> Person:
    if found is None:
        sentence = Text("没有这个登录名", "nobody has that sign-in name")
        raise PersonUnknown([Fault(place=Place(field=login), sentence=sentence)])
    return found
