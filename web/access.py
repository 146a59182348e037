"""Who asks: the session of a browser, read anew in each request, and what somebody with a new password must do first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from scoring.errors import Fault, Place
from scoring.password_policy import MLPS2, Policy
from scoring.passwords import FULL, Hashing
from scoring.people import VISITOR, Actor
from scoring.permissions import NotAllowed, NotSignedIn
from scoring.store.engine import Store
from scoring.store.sessions import Opened
from scoring.store.standing import ACTING_ENDED
from scoring.store.tokens import TokenScope
from scoring.texts import Text
from scoring.workflow.sign_in import SignedIn, resume, stop_acting
from scoring.workflow.tokens import actor_of_token

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

MEBIBYTE = 1024 * 1024

_BEARER = "Bearer "
_SESSION = "stars_session"
_MOST_FIELDS = 50_000

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How people come in: what a password must be and costs, and how many proxies of our own stand before us."""

    policy: Policy = MLPS2
    hashing: Hashing = FULL
    proxy_hops: int = 0


class MustChangePassword(NotAllowed):
    """Nothing is open to somebody who has yet to choose a password."""


class TokenUnknown(NotSignedIn):
    """The token a program sent is nobody's."""


class TokenReads(NotAllowed):
    """The token a program sent is for reading only."""


def guard(app: Flask, door: Door) -> None:
    """Let *app* know who asks, take large bodies only where a view says so, and hold back who must change a password."""
    app.extensions["stars_door"] = door
    app.before_request(_room)
    app.before_request(_must_change)
    app.before_request(_acting_ended)


def door() -> Door:
    """Return how people come into the running application."""
    found: Door = current_app.extensions["stars_door"]
    return found


def store() -> Store:
    """Return the county's store."""
    found: Store = current_app.extensions["stars_shelf"].store
    return found


def actor() -> Actor:
    """Return who asks, for themselves or on behalf of another; VISITOR where nobody is signed in.

    Of the API's requests a token says it, where there is one. Raises TokenUnknown where that is not good, or not for
    what is asked.
    """
    if by_token():
        return _actor_of_token()
    own = signed_in()
    return VISITOR if own is None else own.actor


def by_token() -> bool:
    """Return whether the request is a program's, with a token that no browser sends by itself."""
    return request.path.startswith("/api/") and request.headers.get("Authorization", "").startswith(_BEARER)


def _actor_of_token() -> Actor:
    if "token_actor" not in g:
        found = actor_of_token(store(), request.headers["Authorization"].removeprefix(_BEARER).strip())
        if found is None:
            raise TokenUnknown([Fault.of("令牌无效或已过期", "the token is not good, or not any more")])
        own, scope = found
        if request.method not in SAFE and scope is not TokenScope.WRITE:
            raise TokenReads([Fault.of("这个令牌只能读取", "this token is for reading only")])
        g.token_actor = own
    found_actor: Actor = g.token_actor
    return found_actor


def signed_in() -> SignedIn | None:
    """Return the session of who asks, read once a request; None for visitors."""
    if "signed_in" not in g:
        token = "" if by_token() else session_token()
        g.signed_in = resume(store(), token, door().policy) if token else None
    found: SignedIn | None = g.signed_in
    return found


def somebody() -> Actor:
    """Return who asks. Raises NotSignedIn for visitors."""
    if actor().person is None:
        raise NotSignedIn([Fault.of("请先登录", "please sign in first")])
    return actor()


def session_token() -> str:
    """Return the token of the session as the browser tells it, '' where it tells none."""
    return request.cookies.get(cookie_name(_SESSION), "")


def keep_session(answer: Answer, opened: Opened) -> None:
    """Let the browser come back with that session, until it is closed."""
    set_cookie(answer, _SESSION, opened.token)
    g.pop("signed_in", None)


def forget_session(answer: Answer) -> None:
    """Let the browser forget its session."""
    answer.delete_cookie(
        cookie_name(_SESSION), path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )
    g.pop("signed_in", None)


def set_cookie(answer: Answer, name: str, value: str) -> None:
    """Let the browser keep *value* until it is closed, out of reach of scripts and of other sites' forms."""
    answer.set_cookie(
        cookie_name(name), value, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )


def cookie_name(name: str) -> str:
    """Return the name of a cookie; over TLS a browser sees to it that only this very host has set it."""
    return f"__Host-{name}" if request.is_secure else name


def client_address() -> str:
    """Return the address the request comes from: what a header says of it counts only behind proxies of our own."""
    hops = door().proxy_hops
    said = [part.strip() for part in ",".join(request.headers.getlist("X-Forwarded-For")).split(",")]
    if hops and len(said) >= hops and said[-hops]:
        return said[-hops]
    return request.remote_addr or ""


def large(limit: int) -> Callable[[View], View]:
    """Return a decorator for a view that takes bodies of up to *limit* bytes, from people who are signed in."""

    def marked(view: View) -> View:
        view.stars_largest = limit  # type: ignore[attr-defined]
        return view

    return marked


def open_to_all(view: View) -> View:
    """Let *view* be open to somebody who has yet to choose a password."""
    view.stars_open = True  # type: ignore[attr-defined]
    return view


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def _room() -> None:
    """Set how large a body is read at most, before anything reads it."""
    limit = getattr(_view(), "stars_largest", None)
    if limit is not None and actor().person is not None:
        request.max_content_length = request.max_form_memory_size = limit
        request.max_form_parts = _MOST_FIELDS


def _must_change() -> Answer | None:
    """Lead somebody who has to choose a password to where that is done."""
    view = _view()
    if view is None or request.endpoint in _ALWAYS_OPEN or getattr(view, "stars_open", False):
        return None
    own = signed_in()
    if own is None or not own.must_change:
        return None
    if request.method in SAFE and not request.path.startswith("/api/"):
        return redirect(url_for("account.password"), 303)
    raise MustChangePassword([Fault(place=Place(), sentence=_MUST_CHANGE)])


def _acting_ended() -> None:
    """Let nothing be written in the own name by who still thinks to act for another; the next page they see is their own."""
    if _view() is None or request.endpoint in _ALWAYS_OPEN | _ENDS_ACTING:
        return
    own = signed_in()
    if own is None or not own.acting_ended:
        return
    if request.method not in SAFE:
        raise NotAllowed([Fault(place=Place(), sentence=ACTING_ENDED)])
    if not request.path.startswith("/api/"):
        stop_acting(store(), own.session)


_ENDS_ACTING = frozenset({"account.act", "sign_in.leave"})
_ALWAYS_OPEN = frozenset({"static", "language.choose", "front.healthz"})
_MUST_CHANGE = Text("请先修改密码，修改后才能继续", "choose a password of your own first")
