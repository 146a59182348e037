"""What stands at the head of every page for who asks: who they are, what waits for them, and the way in or out."""

from flask import Flask, render_template, request
from markupsafe import Markup

from scoring.people import Actor, Role
from scoring.permissions import Action, Setting, may
from web import slots
from web.access import actor, signed_in
from web.forms import csrf_token


def put_in(app: Flask) -> None:
    """Let every page of *app* have its corner."""
    slots.put(app, "head", _head)
    slots.put(app, "corner", _corner)
    slots.put(app, "menu", _menu)


def roles_of(own: Actor) -> tuple[Role, ...]:
    """Return the roles that count now, each once, in the order of the table."""
    held = {grant.role for grant in own.rights}
    return tuple(role for role in Role if role in held)


def _head() -> str:
    """Return the token for scripts of ours."""
    if signed_in() is None:
        return ""
    return Markup('<meta name="csrf" content="{}">').format(csrf_token())


def _corner() -> str:
    own = actor()
    here = request.full_path if request.query_string else request.path
    session = signed_in()
    unread = 0 if session is None else session.unread
    return render_template("account/corner.html", actor=own, roles=roles_of(own), here=here, unread=unread)


def _menu() -> str:
    """Return links of the main menu that only people who are signed in have."""
    if signed_in() is None:
        return ""
    own, at = actor(), Setting()
    return render_template(
        "account/menu.html",
        has_points=may(own, Action.SEE_OWN_POINTS, at),
        takes_codes=may(own, Action.TAKE_CODES, at),
        sees_people=may(own, Action.SEE_PEOPLE, at),
        sees_points=may(own, Action.SEE_POINTS, at) or may(own, Action.SEE_POINTS_SUMS, at),
    )
