"""What every answer says to the browser so that nothing foreign runs, loads or frames a page."""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

from flask import Flask, abort, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_HEADERS = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
]


def answer_to(app: Flask, hosts: Sequence[str]) -> None:
    """Let *app* answer only where it is asked for by one of *hosts* or by an address in figures.

    A page elsewhere can have its own name lead to this machine, but not an address in figures.
    """
    trusted = frozenset(hosts)

    @app.before_request
    def _by_name() -> None:
        name = request.host.rpartition(":")[0] if _PORT.search(request.host) else request.host
        if name.lower() not in trusted and not _in_figures(name):
            abort(HOST_UNKNOWN)


HOST_UNKNOWN = 421
"""The status of a request for a name that is not this service's (RFC 9110, misdirected request)."""

_PORT = re.compile(r":\d+$")


def _in_figures(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def guard(app: Flask) -> None:
    """Let every answer of *app* carry the policy, whatever became of the request."""
    inside = app.wsgi_app

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, headers + _HEADERS, *more)

        return inside(environ, start)

    app.wsgi_app = guarded  # type: ignore[method-assign]
