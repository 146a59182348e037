"""Forms that only our own pages can send: a token bound to the session, and what the browser says of where it comes from."""

import hmac
import secrets

from flask import Flask, Response, g, request
from markupsafe import Markup

from scoring.errors import Fault, Refused
from scoring.permissions import NotSignedIn
from web.access import SAFE, by_token, cookie_name, session_token, set_cookie, signed_in

FIELD, HEADER = "csrf", "X-CSRF-Token"

_COOKIE = "stars_form"
_BYTES = 32
_LONGEST = 200
_SECRET = ("password", "token")
_MOST_KEPT = 500
_NOBODY_HERE = (
    "页面已过期，还没有办理；请先登录，再提交一次",
    "this page is out of date, and nothing was done; sign in, then send it once more",
)
_OF_ANOTHER = (
    "页面已过期，还没有办理；请核对填写的内容，再提交一次",
    "this page is out of date, and nothing was done; look over what you typed and send it once more",
)

UNSEEN = frozenset({"key", "form", "seal", "revision", "based_on", "content"})
"""What a form carries for the server alone: sent again, and shown to nobody as what they had typed."""


class PageExpired(Refused):
    """The page was made for a session that is over, or for nobody."""


class SessionOver(NotSignedIn):
    """Somebody sent a form whose session had ended."""


class SentFromElsewhere(Refused):
    """A page of another site sent the request."""


def guard(app: Flask) -> None:
    """Let *app* check every request that could change something before any view sees it."""
    app.before_request(_check)
    app.after_request(_remember)
    app.jinja_env.globals.update(csrf_field=csrf_field, signed_in=signed_in)


def csrf_field() -> Markup:
    """Return the hidden field that a form of ours carries; the page is then made for one visitor."""
    assert not g.get("for_all", False), "a page made for all carries nobody's token"
    g.personal = True
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def csrf_token() -> str:
    """Return the token of the session, or before there is one that of this browser."""
    own = signed_in()
    if own is not None:
        return own.session.csrf
    if "form_token" not in g:
        known = request.cookies.get(cookie_name(_COOKIE), "")
        g.form_token = known if 0 < len(known) <= _LONGEST else secrets.token_urlsafe(_BYTES)
    token: str = g.form_token
    return token


def same_origin() -> bool:
    """Return whether the browser says that a page of our own sent the request."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    return (site == "same-origin" or origin is not None) and not _foreign()


def typed() -> list[tuple[str, str]]:
    """Return what was typed into a form that is refused, to be shown again: no secrets, and nothing another site sent."""
    if not same_origin():
        return []
    fields = [(name, value) for name, values in request.form.lists() for value in values]
    kept = [
        (name, value)
        for name, value in fields
        if name != FIELD and not any(word in name.lower() for word in _SECRET)
    ]
    return kept if len(kept) <= _MOST_KEPT else []


def _check() -> None:
    if request.method in SAFE or request.routing_exception is not None or by_token() or _of_nobody():
        return
    if _foreign():
        raise SentFromElsewhere(
            [Fault.of("请求来自其他网站，未予办理", "another site sent this; nothing was done")]
        )
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if given and hmac.compare_digest(given.encode(), _expected().encode()):
        return
    if signed_in() is None and session_token():
        raise SessionOver(
            [
                Fault.of(
                    "登录已过期，请重新登录后再提交；填写的内容还在下面",
                    "your session is over; sign in again and send this once more, it is kept below",
                )
            ]
        )
    raise PageExpired([Fault.of(*(_NOBODY_HERE if signed_in() is None else _OF_ANOTHER))])


def _of_nobody() -> bool:
    """Return whether nobody asks something of the API, which does nothing for nobody, and says so itself."""
    return request.path.startswith("/api/") and signed_in() is None


def _expected() -> str:
    """Return the token a form must carry; without a session and a cookie none will do."""
    own = signed_in()
    if own is not None:
        return own.session.csrf
    return request.cookies.get(cookie_name(_COOKIE), "") or secrets.token_urlsafe(_BYTES)


def _foreign() -> bool:
    """Return whether the browser says that another site, or a page without an origin, sent the request."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in {"same-origin", "none"}:
        return True
    return origin is not None and origin.lower() not in {
        f"{scheme}://{request.host}".lower() for scheme in ("http", "https")
    }


def _remember(answer: Response) -> Response:
    """Let the browser keep the token of a form it was just given."""
    if "form_token" in g and request.cookies.get(cookie_name(_COOKIE)) != g.form_token:
        set_cookie(answer, _COOKIE, g.form_token)
    return answer
