"""Whole rankings told again at the door: what was answered for good is answered the same, byte for byte.

A ranking of an edition is asked for often, is the same for everybody, and never changes. So its first answer is kept
with all its headers, by the host and the address it was asked at, and nothing behind the door is troubled again.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask

from web.api.resources import LASTING

Start = Callable[..., Any]
Headers = list[tuple[str, str]]

_RANKING = re.compile("/api/v1/editions/[0-9a-f]{64}/ranking")
_MOST = 32
_OK, _NOT_MODIFIED = (
    f"{status.value} {status.phrase.upper()}" for status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
)
_OF_BODY = frozenset({"content-type", "content-length"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer as it left: its ETag, its headers, those of them that a 304 has, and the body."""

    etag: str
    headers: Headers
    unchanged: Headers
    body: bytes


class Door:
    """The application *inside*, with the answers that are kept before it."""

    def __init__(self, inside: Callable[..., Iterable[bytes]]) -> None:
        self._inside = inside
        self._told: dict[tuple[str | None, str], Answered] = {}

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer the request."""
        address: str = environ.get("PATH_INFO", "")
        if (
            not address.endswith("/ranking")
            or environ["REQUEST_METHOD"] != "GET"
            or environ.get("QUERY_STRING")
            or environ.get("SCRIPT_NAME")
        ):
            return self._inside(environ, start_response)
        key = environ.get("HTTP_HOST"), address
        told, known = self._told.get(key), environ.get("HTTP_IF_NONE_MATCH")
        if told is None:
            return self._ask(key, environ, start_response)
        if known is None:
            start_response(_OK, [*told.headers])
            return [told.body]
        if known == told.etag:
            start_response(_NOT_MODIFIED, [*told.unchanged])
            return []
        return self._inside(environ, start_response)

    def _ask(
        self, key: tuple[str | None, str], environ: dict[str, Any], start_response: Start
    ) -> Iterable[bytes]:
        """Return the answer from inside, kept where it is one for good."""
        if _RANKING.fullmatch(key[1]) is None:
            return self._inside(environ, start_response)
        begun: list[tuple[str, Headers]] = []

        def begin(status: str, headers: Headers, *more: Any) -> Any:
            begun.append((status, headers))
            return start_response(status, headers, *more)

        pieces = self._inside(environ, begin)
        try:
            body = b"".join(pieces)
        finally:
            getattr(pieces, "close", lambda: None)()
        told = _kept(*begun[-1], body)
        if told is not None:
            if len(self._told) >= _MOST:
                self._told.clear()
            self._told[key] = told
        return [body]


def keep_door(app: Flask) -> None:
    """Let *app* tell whole rankings again as it told them."""
    app.wsgi_app = Door(app.wsgi_app)  # type: ignore[method-assign]


def _kept(status: str, headers: Headers, body: bytes) -> Answered | None:
    """Return the answer where it is the same for everybody and for good, else None."""
    named = {name.lower(): value for name, value in headers}
    if status != _OK or named.get("cache-control") != LASTING or {"vary", "set-cookie"} & named.keys():
        return None
    return Answered(
        etag=named["etag"],
        headers=[*headers],
        unchanged=[(name, value) for name, value in headers if name.lower() not in _OF_BODY],
        body=body,
    )
