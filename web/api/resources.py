"""The blueprint of the API, and how an answer is written: as JSON, with its ETag, and for how long it may be kept."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from flask import Response, current_app, request
from flask_smorest import Blueprint  # type: ignore[import-untyped]
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from scoring.errors import Refused
from web.api.problems import problem, problem_of_http, problem_of_refused, unknown
from web.viewing import contents

View = Callable[..., Response]

LASTING = "public, max-age=86400, immutable"
ASKED_AGAIN = "no-cache"
KEPT_BY_NOBODY = "no-store"

_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "An ETag the caller has; where the answer is still the same, 304 is the answer.",
    "schema": {"type": "string"},
}
_HEADERS = {
    "ETag": {
        "description": "Changes whenever the answer does; of an edition it is its id.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "An edition asked for by its whole id never changes; anything else is asked for again,"
        " and what takes a right is kept by nobody.",
        "required": True,
        "schema": {"type": "string", "enum": [LASTING, ASKED_AGAIN, KEPT_BY_NOBODY]},
    },
}
_ALWAYS = {
    304: "NOT_MODIFIED",
    405: "METHOD_NOT_ALLOWED",
    421: "MISDIRECTED_REQUEST",
    422: "UNPROCESSABLE_ENTITY",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
_WHERE_FOUND = {404: "NOT_FOUND", 409: "CONFLICT"}
_BY_RIGHT = {401: "UNAUTHORIZED"}


class Parser(FlaskParser):
    """Reads a query strictly: a parameter nobody knows is a fault, and so is one given twice that can stand once only."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"query": RAISE}  # noqa: RUF012  webargs' own way of saying it

    def load_querystring(self, req: Any, schema: Schema) -> dict[str, Any]:
        """Return the query as one value a parameter, and a list where several are given or can be."""
        several = {name for name, field in schema.fields.items() if hasattr(field, "inner")}
        return {
            name: values if name in several or len(values) > 1 else values[0]
            for name, values in req.args.lists()
        }


class Resources(Blueprint):  # type: ignore[misc]
    """What can be read. Every operation is documented with all it may answer."""

    ARGUMENTS_PARSER = Parser()

    def reads(
        self,
        address: str,
        shape: Any,
        *,
        of: str,
        asks: type[Schema] | None = None,
        by_right: bool = False,
    ) -> Callable[[View], View]:
        """Let a view answer at *address* with that *shape*, among the operations *of* one kind.

        *asks* is the shape of the query, which the view is given as a mapping; where it is None any query is refused.
        *by_right* says that some see what others do not, so that a token may be told that it is not good.
        """
        responses = _ALWAYS | (_WHERE_FOUND if "<" in address or asks is not None else {})
        responses |= _BY_RIGHT if by_right else {}

        def decorate(view: View) -> View:
            asked = _asks_nothing(view) if asks is None else self.arguments(asks, location="query")(view)
            described = self.response(200, shape, headers=_HEADERS, description="The answer.")(asked)
            described = self.doc(operationId=view.__name__, responses=responses)(described)
            asked.__dict__["_apidoc"] = described.__dict__["_apidoc"]  # views write their answers themselves
            self.route(
                address, tags=[of], parameters=[*_parameters(address), _IF_NONE_MATCH], merge_slashes=False
            )(asked)
            return asked

        return decorate


api = Resources("api", __name__, url_prefix="/api/v1")


@api.errorhandler(HTTPException)  # type: ignore[untyped-decorator]
def _http(error: HTTPException) -> Response:
    return problem_of_http(error)


@api.errorhandler(Refused)  # type: ignore[untyped-decorator]
def _refused(refused: Refused) -> Response:
    return problem_of_refused(refused)


def answer(body: bytes, etag: str, *, lasting: bool) -> Response:
    """Return *body* as the answer, or that it is as the caller has it; *lasting* where it can never change."""
    quoted = f'"{etag}"'
    headers = [
        ("Content-Type", "application/json"),
        ("ETag", quoted),
        ("Cache-Control", LASTING if lasting else ASKED_AGAIN),
    ]
    given = request.environ.get("HTTP_IF_NONE_MATCH")
    if given is not None and (given == quoted or request.if_none_match.contains_weak(etag)):
        return Response(status=304, headers=headers[1:])
    return Response(body, headers=headers)


def written(shape: Schema, value: Any) -> bytes:
    """Return *value* as JSON in *shape*."""
    return orjson.dumps(shape.dump(value))


def stamp() -> str:
    """Return what changes whenever anything is kept that a list could show, or the service is another release."""
    return "-".join((current_app.extensions["stars_release"], *map(str, contents().version)))


def _asks_nothing(view: View) -> View:
    """Return *view* for an operation that takes no parameters in its query, and refuses any."""

    @wraps(view)
    def asked(**values: Any) -> Response:
        if request.environ.get("QUERY_STRING") and request.args:
            return problem(422, unknown(request.args, ()))
        return view(**values)

    return asked


def _parameters(address: str) -> list[dict[str, Any]]:
    """Return what the description says of the parameters in *address*."""
    return [
        {"in": "path", "name": name, "required": True} | about
        for name, about in _IN_ADDRESSES.items()
        if f"{name}>" in address
    ]


_IN_ADDRESSES: dict[str, dict[str, Any]] = {
    "edition_id": {
        "description": "The id of an edition, or the beginning of it: at least 6 of its 64 hexadecimal digits.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{6,64}$"},
    },
    "code": {"description": "The code of a unit.", "schema": {"type": "string", "minLength": 1}},
    "kind": {"description": "The kind of group."},
    "name": {
        "description": "The name of a group; of a domain its id.",
        "schema": {"type": "string", "minLength": 1},
    },
    "ref": {
        "description": "The ref of a criteria set: its id, @ and its version.",
        "schema": {"type": "string", "minLength": 1},
    },
    "period_id": {"description": "The id of a period.", "schema": {"type": "string", "minLength": 1}},
}
