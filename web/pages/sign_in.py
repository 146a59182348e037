"""The way in with a password, and the way out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.workflow.sign_in import Attempt, SignInRefused, sign_in, sign_out
from web.access import (
    client_address,
    door,
    forget_session,
    keep_session,
    open_to_all,
    session_token,
    signed_in,
    store,
)
from web.done import done
from web.errors import status_of
from web.language import inside

sign_in_pages = Blueprint("sign_in", __name__)

_LONGEST = 200


@sign_in_pages.get("/sign-in")
@open_to_all
def show() -> ResponseReturnValue:
    """Show the form; who is signed in already is led on."""
    following = inside(request.args.get("next", "/desk"))
    if signed_in() is not None:
        return redirect(following, 303)
    return render_template("account/sign_in.html", next=following, login="", faults=())


@sign_in_pages.post("/sign-in")
@open_to_all
def enter() -> ResponseReturnValue:
    """Begin a session, and lead on."""
    attempt = Attempt(
        login=request.form.get("login", "")[:_LONGEST],
        password=request.form.get("password", "")[:_LONGEST],
        address=client_address(),
        browser=request.headers.get("User-Agent", ""),
    )
    following = inside(request.form.get("next", "/desk"))
    try:
        opened = sign_in(store(), attempt, door().hashing, instead_of=session_token())
    except SignInRefused as refused:
        page = render_template(
            "account/sign_in.html", next=following, login=attempt.login, faults=refused.faults
        )
        return page, status_of(refused)
    answer = redirect(following, 303)
    keep_session(answer, opened)
    return answer


@sign_in_pages.post("/sign-out")
@open_to_all
def leave() -> ResponseReturnValue:
    """End the session."""
    sign_out(store(), session_token())
    answer = done("out", url_for("sign_in.show"))
    forget_session(answer)
    return answer
