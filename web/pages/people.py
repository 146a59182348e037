"""People: who is here, their accounts and roles, and the roles that wait for a second administrator."""

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.people import REACHES, Role
from scoring.permissions import Action, Setting, may, permit
from scoring.searching import Names
from scoring.workflow.grant_roles import (
    RoleAsked,
    confirm_roles,
    end_keeping_away,
    end_role,
    keep_away,
    propose_role,
    refuse_role,
    waiting_roles,
)
from scoring.workflow.keep_people import (
    Handed,
    NewPerson,
    PersonSeen,
    add_person,
    close_person,
    end_sessions_of,
    list_people,
    look_at_person,
    open_person,
    reset_password,
    revise_person,
)
from scoring.workflow.sign_in import today
from web.access import somebody, store
from web.asked import LONGEST_WORDS
from web.done import done
from web.errors import status_of
from web.pages.paging import Page
from web.pages.refusing import own_faults
from web.viewing import contents

people_pages = Blueprint("people", __name__)

_LONGEST_NUMBER = 9

_MOST_CONFIRMED = 5_000


@people_pages.get("/people")
def listed() -> str:
    """Show everybody, or whom words and a role find."""
    own = somebody()
    words = request.args.get("q", "")[:LONGEST_WORDS].strip()
    role = _role(request.args.get("role", ""))
    found = [one for one in _matching(list_people(store(), own), words) if role is None or _has(one, role)]
    waiting = len(waiting_roles(store(), own))
    return render_template(
        "people/listed.html",
        people=Page.of(found, request.args.get("page", "")),
        words=words,
        role=role,
        Role=Role,
        waiting=waiting,
        keeps=_keeps(),
    )


@people_pages.get("/people/new")
def new() -> ResponseReturnValue:
    """Show the form for one person."""
    permit(somebody(), Action.KEEP_PEOPLE, Setting())
    return render_template("people/new.html", faults=(), typed={})


@people_pages.post("/people/new")
def add() -> ResponseReturnValue:
    """Make an account, and show its one-time password this once."""
    form = request.form
    asked = NewPerson(login=form.get("login", ""), name=form.get("name", ""), unit=form.get("unit", ""))
    try:
        handed = add_person(store(), somebody(), asked)
    except Refused as refused:
        return render_template("people/new.html", faults=own_faults(refused), typed=form), status_of(refused)
    return _handed(handed)


@people_pages.get("/people/<person_id>")
def one(person_id: str) -> ResponseReturnValue:
    """Show one person with their roles."""
    return _page(person_id)


@people_pages.post("/people/<person_id>")
def revise(person_id: str) -> ResponseReturnValue:
    """Call somebody otherwise, or let them belong to another branch."""
    form = request.form
    try:
        name, unit = form.get("name", ""), form.get("unit", "")
        revise_person(store(), somebody(), person_id, name, unit, form.get("based_on"))
    except Refused as refused:
        return _page(person_id, "person", refused), status_of(refused)
    return _done("saved", person_id)


@people_pages.post("/people/<person_id>/password")
def reset(person_id: str) -> ResponseReturnValue:
    """Make a new one-time password, and show it this once."""
    return _handed(reset_password(store(), somebody(), person_id))


@people_pages.post("/people/<person_id>/close")
def close(person_id: str) -> ResponseReturnValue:
    """Close an account."""
    close_person(store(), somebody(), person_id)
    return _done("closed", person_id)


@people_pages.post("/people/<person_id>/open")
def reopen(person_id: str) -> ResponseReturnValue:
    """Open a closed account."""
    open_person(store(), somebody(), person_id)
    return _done("opened", person_id)


@people_pages.post("/people/<person_id>/sessions/end")
def end_sessions(person_id: str) -> ResponseReturnValue:
    """End all sessions of somebody."""
    end_sessions_of(store(), somebody(), person_id)
    return _done("ended", person_id)


@people_pages.post("/people/<person_id>/roles")
def propose(person_id: str) -> ResponseReturnValue:
    """Propose a role."""
    form = request.form
    role = _role(form.get("role", ""))
    if role is None:
        abort(400)
    asked = RoleAsked(role=role, scope=form.get("scope", ""), period=form.get("period", ""))
    try:
        propose_role(store(), somebody(), person_id, asked)
    except Refused as refused:
        return _page(person_id, "roles", refused), status_of(refused)
    return _done("proposed", person_id)


@people_pages.post("/people/<person_id>/recusals")
def recuse(person_id: str) -> ResponseReturnValue:
    """Let somebody keep away from a unit."""
    form = request.form
    try:
        keep_away(store(), somebody(), person_id, form.get("unit", "").strip(), form.get("reason", ""))
    except Refused as refused:
        return _page(person_id, "recusals", refused), status_of(refused)
    return _done("added", person_id)


@people_pages.post("/people/<person_id>/recusals/end")
def unrecuse(person_id: str) -> ResponseReturnValue:
    """Let somebody no longer keep away from a unit."""
    form = request.form
    try:
        end_keeping_away(store(), somebody(), person_id, form.get("unit", ""), form.get("reason", ""))
    except Refused as refused:
        return _page(person_id, "recusals", refused), status_of(refused)
    return _done("ended", person_id)


@people_pages.get("/roles")
def roles() -> str:
    """Show the roles that wait for a second administrator."""
    own = somebody()
    return render_template("people/roles.html", waiting=waiting_roles(store(), own), keeps=_keeps())


@people_pages.post("/roles/confirm")
def confirm() -> ResponseReturnValue:
    """Confirm the roles that were ticked, all or none."""
    given = request.form.getlist("number")
    numbers = [int(one) for one in given if one.isascii() and one.isdigit() and len(one) <= _LONGEST_NUMBER]
    confirm_roles(store(), somebody(), numbers[:_MOST_CONFIRMED])
    return done("confirmed", url_for("people.roles"))


@people_pages.post("/roles/<int:number>/refuse")
def refuse(number: int) -> ResponseReturnValue:
    """Refuse a role that waits."""
    refuse_role(store(), somebody(), number)
    return done("refused", url_for("people.roles"))


@people_pages.post("/roles/<int:number>/end")
def end(number: int) -> ResponseReturnValue:
    """End a role."""
    end_role(store(), somebody(), number)
    return _done("ended", request.form.get("person", ""))


def _page(person_id: str, refused_of: str = "", refused: Refused | None = None) -> str:
    own = somebody()
    faults: tuple[Fault, ...] = () if refused is None else own_faults(refused)
    whole = look_at_person(store(), own, person_id)
    return render_template(
        "people/one.html",
        whole=whole,
        own=person_id in own.hands,
        keeps=_keeps(),
        Role=Role,
        REACHES=REACHES,
        periods=[period.id for period in contents().periods],
        today=today(),
        refused_of=refused_of,
        faults=faults,
        typed=request.form if refused_of else {},
    )


def _handed(*handed: Handed) -> str:
    return render_template("people/handed.html", handed=handed)


def _done(code: str, person_id: str) -> ResponseReturnValue:
    return done(code, url_for("people.one", person_id=person_id) if person_id else url_for("people.listed"))


def _keeps() -> bool:
    return may(somebody(), Action.KEEP_PEOPLE, Setting())


def _matching(people: tuple[PersonSeen, ...], words: str) -> list[PersonSeen]:
    """Return whom *words* find, in order of pinyin."""
    names = Names((one.person.login, one.person.name) for one in people)
    return [people[place] for place in sorted(names.matching(words), key=names.order)]


def _has(one: PersonSeen, role: Role) -> bool:
    return any(own.grant.role is role for own in one.roles)


def _role(words: str) -> Role | None:
    return Role(words) if words in list(Role) else None
