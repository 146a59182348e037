"""One's own account: the password, where one is signed in, deputies, tokens, and on whose behalf one acts."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.errors import Fault, Refused
from scoring.store.tokens import TokenScope
from scoring.workflow.keep_own import (
    Change,
    act_for,
    change_password,
    end_deputy,
    end_other_sessions,
    look_at_own,
    name_deputy,
)
from scoring.workflow.sign_in import check_password, own_person, today
from scoring.workflow.tokens import NewToken, add_token, end_token, own_tokens
from web.access import client_address, door, keep_session, open_to_all, signed_in, somebody, store
from web.done import done
from web.errors import status_of
from web.pages.refusing import own_faults

account_pages = Blueprint("account", __name__)

_DAYS = 90


@account_pages.get("/account")
def show() -> ResponseReturnValue:
    """Show who one is here."""
    return _page()


@account_pages.get("/account/password")
@open_to_all
def password() -> ResponseReturnValue:
    """Show the form for a new password."""
    return _password_page(())


@account_pages.post("/account/password")
@open_to_all
def change() -> ResponseReturnValue:
    """Change the password; sessions elsewhere end."""
    form, own = request.form, somebody()
    asked = Change(
        before=form.get("password_before", ""),
        after=form.get("password_after", ""),
        address=client_address(),
        browser=request.headers.get("User-Agent", ""),
    )
    if asked.after != form.get("password_again", ""):
        return _password_page((), differ=True), 409
    try:
        opened = change_password(store(), own, asked, door().policy, door().hashing)
    except Refused as refused:
        return _password_page(own_faults(refused)), status_of(refused)
    answer = done("password", url_for("account.show"))
    keep_session(answer, opened)
    return answer


@account_pages.post("/account/sessions/end")
def end_sessions() -> ResponseReturnValue:
    """End all sessions but this browser's, which gets a new one."""
    answer = done("sessions", url_for("account.show"))
    keep_session(answer, end_other_sessions(store(), somebody()))
    return answer


@account_pages.post("/account/act")
def act() -> ResponseReturnValue:
    """Act on behalf of another from now on, or for oneself again."""
    own = signed_in()
    somebody()
    assert own is not None, "a browser has a session"
    act_for(store(), own.actor, own.session, request.form.get("principal", ""))
    return redirect(url_for("account.show"), 303)


@account_pages.post("/account/deputies")
def add_deputy() -> ResponseReturnValue:
    """Name a deputy."""
    form, own = request.form, somebody()
    try:
        name_deputy(store(), own, form.get("login", ""), form.get("first_day", ""), form.get("last_day", ""))
    except Refused as refused:
        return _page(refused_of="deputies", faults=own_faults(refused)), status_of(refused)
    return done("added", url_for("account.show"))


@account_pages.post("/account/deputies/<int:number>/end")
def finish_deputy(number: int) -> ResponseReturnValue:
    """End a deputyship."""
    end_deputy(store(), somebody(), number)
    return done("ended", url_for("account.show"))


@account_pages.post("/account/tokens")
def make_token() -> ResponseReturnValue:
    """Make a token for who says the password once more, and show it this once."""
    form, own = request.form, somebody()
    scope = TokenScope.WRITE if form.get("scope") == TokenScope.WRITE else TokenScope.READ
    days = form.get("days", "")
    try:
        check_password(
            store(),
            own_person(own),
            form.get("password", ""),
            client_address(),
            request.headers.get("User-Agent", ""),
            door().hashing,
        )
        new = add_token(store(), own, form.get("name", ""), scope, _number(days))
    except Refused as refused:
        return _page(refused_of="tokens", faults=own_faults(refused)), status_of(refused)
    return _page(new_token=new)


@account_pages.post("/account/tokens/<key>/end")
def finish_token(key: str) -> ResponseReturnValue:
    """End a token."""
    end_token(store(), somebody(), key)
    return done("ended", url_for("account.show"))


def _page(*, refused_of: str = "", faults: tuple[Fault, ...] = (), new_token: NewToken | None = None) -> str:
    own = somebody()
    return render_template(
        "account/show.html",
        actor=own,
        account=look_at_own(store(), own),
        tokens=own_tokens(store(), own),
        new_token=new_token,
        session=_session(),
        today=today(),
        days=_DAYS,
        refused_of=refused_of,
        faults=faults,
        typed=request.form if refused_of else {},
    )


def _session() -> Any:
    own = signed_in()
    return None if own is None else own.session


def _password_page(faults: tuple[Fault, ...], *, differ: bool = False) -> str:
    own, session = somebody(), signed_in()
    return render_template(
        "account/password.html",
        actor=own,
        account=look_at_own(store(), own),
        must_change=session is not None and session.must_change,
        one_time=session is not None and session.one_time,
        policy=door().policy,
        faults=faults,
        differ=differ,
    )


def _number(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 6 else 0
