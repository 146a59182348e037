"""What the description says of an operation of people's work: who may ask, what is sent, and all that may be answered."""

from collections.abc import Callable
from typing import Any

from flask_smorest import Blueprint  # type: ignore[import-untyped]
from marshmallow import RAISE, Schema

from web.api.work.request import IF_MATCH, KEY, KEYS, has_files

BY_TOKEN: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
"""Who may read: by a token, or with the session of a browser."""

BY_TOKEN_OR_PAGE: list[dict[str, list[str]]] = [{"token": []}, {"session": [], "csrf": []}]
"""Who may write: by a token that may, or with the session and the token of its pages."""

SCHEMES: dict[str, dict[str, str]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token that somebody made for a program on the page of their account; for reading, or for writing too. "
        "令牌：在“我的账号”中生成。",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "stars_session",
        "description": "The session of a browser (`__Host-stars_session` over TLS). 浏览器的登录会话。",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": 'What stands in `<meta name="csrf">` of every page of that session. 页面令牌。',
    },
}

_NUMBER = "<int(max=999999999):"
_LOOKED = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    421: "MISDIRECTED_REQUEST",
    422: "UNPROCESSABLE_ENTITY",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
_OPEN = {status: name for status, name in _LOOKED.items() if status not in (403, 404, 409)}
_SENT = {400: "BAD_REQUEST", 413: "REQUEST_ENTITY_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}
_NO_STORE = {
    "description": "Nobody keeps an answer made for somebody.",
    "required": True,
    "schema": {"type": "string", "const": "no-store"},
}
_ETAG = {
    "description": "Changes whenever what is told here does; sent back in `If-Match` it guards a change.",
    "required": True,
    "schema": {"type": "string"},
}
_REPLAYED = {
    "description": "`true` where the request was done before, and this is what was answered then.",
    "schema": {"type": "string", "const": "true"},
}
_KEY = {
    "in": "header",
    "name": KEY,
    "required": True,
    "description": "A key of the sender's own, such as a UUID. Sent again under the same key with the same body a request "
    "is not done twice, and is answered as before; with another body it is refused (422). 幂等键。",
    "schema": {"type": "string", "pattern": KEYS},
}
_MATCH = {
    "in": "header",
    "name": IF_MATCH,
    "description": "The ETag of what is changed, as it was read: where it has changed since, nothing is written (412).",
    "schema": {"type": "string"},
}


class Nothing(Schema):
    """The shape of a query that asks for nothing in particular."""

    class Meta:
        """Strangers are refused."""

        unknown = RAISE


def describe(
    blueprint: Blueprint,
    view: Callable[..., Any],
    method: str,
    *,
    tells: type[Schema] | None,
    takes: type[Schema] | None = None,
    asks: type[Schema] | None = None,
    status: int = 200,
    tagged: bool = False,
    conditional: bool = False,
    for_all: bool = False,
    closes: bool = False,
) -> None:
    """Note on *view* what is to be said of it; where *tells* is None the answer is empty, or of a GET a file."""
    writes = method != "GET"
    parameters: list[dict[str, Any]] = []
    if takes is not None:
        kind = "multipart/form-data" if has_files(takes()) else "application/json"
        parameters.append({"in": "json", "required": True, "schema": takes, "content_type": kind})
    if asks is not None:
        parameters.append({"in": "query", "schema": asks})
    parameters += [_KEY] if method == "POST" else []
    parameters += [_MATCH] if conditional else []
    responses: dict[int, Any] = dict(_OPEN if for_all else _LOOKED)
    responses |= _SENT if takes is not None else {}
    responses |= {412: "PRECONDITION_FAILED"} if conditional else {}
    responses |= {429: "TOO_MANY_REQUESTS"} if closes else {}
    headers: dict[str, Any] = {"Cache-Control": _NO_STORE}
    headers |= {"ETag": _ETAG | ({} if method != "POST" else {"required": False})} if tagged else {}
    headers |= {KEY.replace("Key", "Replayed"): _REPLAYED} if method == "POST" else {}
    told = blueprint.response(status, tells, headers=headers, description="The answer.")(_dummy())
    manual: dict[str, Any] = {"operationId": view.__name__, "responses": responses}
    if not for_all:
        manual["security"] = BY_TOKEN_OR_PAGE if writes else BY_TOKEN
    if tells is None and not writes:
        manual["responses"] = responses | {200: _file(headers)}
    apidoc = dict(told.__dict__["_apidoc"]) | {"manual_doc": manual}
    if parameters:
        apidoc["arguments"] = {"parameters": parameters}
    view.__dict__["_apidoc"] = apidoc


def parameters(address: str) -> list[dict[str, Any]]:
    """Return what the description says of the parameters in *address*."""
    return [
        {"in": "path", "name": name, "required": True, "description": about}
        | ({} if f"{_NUMBER}{name}>" in address else {"schema": {"type": "string", "minLength": 1}})
        for name, about in _IN_ADDRESSES.items()
        if f"{name}>" in address
    ]


def _dummy() -> Callable[[], None]:
    def told() -> None:
        """Stand for a view."""

    return told


def _file(headers: dict[str, Any]) -> dict[str, Any]:
    octets = {"schema": {"type": "string", "format": "binary"}}
    return {"description": "The file.", "headers": headers, "content": {"*/*": octets}}


_IN_ADDRESSES = {
    "period_id": "The id of a period.",
    "code": "The code of a unit.",
    "stage": "A stage of the unit's criteria set, such as `self`, `superior` or `county`.",
    "criterion": "The id of a criterion or adjustment.",
    "step": "A stage of the period's sets, or `moderation`.",
    "number": "A number that was given when it came to be.",
    "person_id": "The id of a person.",
    "key": "The hash of a token.",
    "year": "A year.",
    "sha256": "The SHA-256 of a file.",
    "quarter": "A quarter, such as `2026Q4`.",
    "member_id": "The id of a member.",
    "merchant_id": "The id of a merchant.",
    "month": "A month, such as `2026-11`.",
}
