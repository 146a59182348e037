"""A request as it is read: its body in a shape, the key by which it is known again, and what it must still agree with."""

import re
from hashlib import sha256
from typing import Any

import orjson
from flask import request
from marshmallow import Schema
from marshmallow import ValidationError as Unfit
from werkzeug.exceptions import BadRequest, PreconditionFailed, UnsupportedMediaType

from scoring.people import Actor
from scoring.texts import Text
from web.api.problems import Malformed
from web.api.work.typed import Upload, faults_of

KEY, IF_MATCH = "Idempotency-Key", "If-Match"
KEYS = "^[0-9A-Za-z_-]{8,100}$"

_PIECE = 1 << 20
_KEY_MISSING = Text(
    "请在 Idempotency-Key 中给出一个键（8 至 100 个字母、数字、_ 或 -，如 UUID）；重发时用同一个键，就不会办理两次",
    "give a key of 8 to 100 letters, digits, _ or - (such as a UUID) in Idempotency-Key; sent again under the same key,"
    " the request is not done twice",
)
_MULTIPART = "multipart/form-data"


def body_in(schema: Schema) -> dict[str, Any]:
    """Return the body in the shape of *schema*: JSON, or a form where the shape has files.

    Raises Malformed with every field at fault, BadRequest and UnsupportedMediaType.
    """
    sent = _form(schema) if has_files(schema) else _json()
    return loaded(schema, sent)


def query_in(schema: Schema) -> dict[str, Any]:
    """Return the query in the shape of *schema*. Raises Malformed."""
    several = {name for name, field in schema.fields.items() if hasattr(field, "inner")}
    sent = {
        name: values if name in several or len(values) > 1 else values[0]
        for name, values in request.args.lists()
    }
    return loaded(schema, sent)


def loaded(schema: Schema, sent: Any) -> dict[str, Any]:
    """Return *sent* in the shape of *schema*. Raises Malformed."""
    try:
        found: dict[str, Any] = schema.load(sent)
    except Unfit as unfit:
        messages: dict[str, Any] = unfit.normalized_messages()  # type: ignore[no-untyped-call]
        whole = messages.get("_schema")
        told = [(None, _NO_OBJECT)] if whole is not None else faults_of(schema, messages)
        raise Malformed(told) from None
    return found


def has_files(schema: Schema) -> bool:
    """Return whether *schema* is that of a form with files."""
    return any(isinstance(getattr(own, "inner", own), Upload) for own in schema.fields.values())


def key_given() -> str:
    """Return the key of the request. Raises Malformed where it has none, or one of another form."""
    key = request.headers.get(KEY, "")
    if re.fullmatch(KEYS, key) is None:
        raise Malformed([(KEY, _KEY_MISSING)])
    return key


def own_key(actor: Actor) -> str:
    """Return the key of the request as one that is nobody else's: of whoever sends it, for whom, and where to."""
    behalf = "" if actor.on_behalf is None else actor.on_behalf.id
    parts = (actor.id, behalf, request.path, key_given())
    return f"api:{sha256(orjson.dumps(parts)).hexdigest()}"


def body_digest() -> str:
    """Return the SHA-256 of what was sent: of a form that of its fields and files, wherever it draws its boundaries."""
    if request.mimetype != _MULTIPART:
        return sha256(request.get_data()).hexdigest()
    fields = [[name, values] for name, values in request.form.lists()]
    files = [
        [name, own.filename or "", _digest(own)] for name, several in request.files.lists() for own in several
    ]
    return sha256(orjson.dumps([sorted(fields), sorted(files)])).hexdigest()


def agree(etag: str) -> None:
    """Return where what is changed is as the sender knows it. Raises PreconditionFailed."""
    if not request.if_match.contains(etag):
        raise PreconditionFailed


def _json() -> Any:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        return orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        raise BadRequest from None


def _form(schema: Schema) -> dict[str, Any]:
    if request.mimetype != _MULTIPART:
        raise UnsupportedMediaType
    several = {name for name, field in schema.fields.items() if hasattr(field, "inner")}
    return {
        name: values if name in several or len(values) > 1 else values[0]
        for found in (request.form, request.files)
        for name, values in found.lists()
    }


def _digest(own: Any) -> str:
    found = sha256()
    while piece := own.stream.read(_PIECE):
        found.update(piece)
    own.stream.seek(0)
    return found.hexdigest()


_NO_OBJECT = Text("应为 JSON 对象", "must be a JSON object")
