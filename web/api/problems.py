"""What the API answers where it cannot answer the question: a problem document (RFC 9457), every fault in it at once.

`title` and `detail` are English, as the RFC has them be texts; `faults` says everything in both languages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from marshmallow import Schema
from werkzeug.exceptions import HTTPException, NotFound, UnprocessableEntity

from scoring.errors import Fault, Refused
from scoring.sheets import Conflict, StaleMarks
from scoring.texts import Lang, Text
from scoring.workflow.points.claiming import ClaimFault
from web.access import TokenUnknown
from web.errors import is_api, status_of

PROBLEM = "application/problem+json"

_BEARER = 'Bearer realm="stars"'

Faults = Iterable[tuple[str | None, Text]]
"""What is wrong: the parameter, or None where it is not about one, and the sentence."""

_NO_SUCH_PLACE = Text(
    "没有这个地址，请看 /api/docs 中的接口清单",
    "there is nothing at this address; /api/docs lists what there is",
)
_SENTENCES = {
    400: Text("请求有误，服务无法识别", "the request cannot be read"),
    404: _NO_SUCH_PLACE,
    405: Text("这个地址不接受这种方法，允许的方法见 Allow", "not by this method; Allow says how"),
    412: Text(
        "您读取之后已有变动，没有写入；请重新读取后再办理",
        "it has changed since you read it, and nothing was written; read it again first",
    ),
    413: Text("请求过大", "the request is too large"),
    415: Text("内容类型不对，见接口说明", "the body is not of the type that the description names"),
    421: Text(
        "本服务不以这个主机名对外提供，请用管理员给出的地址",
        "the service does not answer to this host; use the address the administrator gave",
    ),
    500: Text(
        "服务出错，数据没有受影响；请告知管理员出错的时间",
        "something went wrong and nothing was lost; tell the administrator when it happened",
    ),
    503: Text("暂时无法使用，请稍后再试", "not available just now; try again in a moment"),
}
_MISSING = "Missing data for required field."
_UNKNOWN = "Unknown field."


class Absent(NotFound):
    """What an address names is not there; *zh* and *en* say so of that *parameter* of it."""

    def __init__(self, parameter: str, zh: str, en: str) -> None:
        super().__init__()
        self.faults: list[tuple[str | None, Text]] = [(parameter, Text(zh, en))]


class Malformed(UnprocessableEntity):
    """What was sent is not of the shape that is wanted; *faults* say of each part why."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self.faults: list[tuple[str | None, Text]] = list(faults)


def problem(status: int, faults: Faults, conflicts: Sequence[Conflict] = ()) -> Response:
    """Return the problem document with that status; where others changed something meanwhile, with both values."""
    told = list(faults)
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "; ".join(f"{name}: {text.en}" if name else text.en for name, text in told),
        "faults": [{"parameter": name, "zh": text.zh, "en": text.en} for name, text in told],
    }
    if conflicts:
        document["conflicts"] = [conflict_told(own) for own in conflicts]
    answer = Response(orjson.dumps(document), status, content_type=PROBLEM)
    answer.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = _BEARER
    return answer


def problem_of_refused(refused: Refused) -> Response:
    """Return the problem document of what the domain refuses; of a token that is not good it says so (RFC 6750)."""
    conflicts = refused.conflicts if isinstance(refused, StaleMarks) else ()
    answer = problem(status_of(refused), (_told(fault) for fault in refused.faults), conflicts)
    if isinstance(refused, TokenUnknown):
        answer.headers["WWW-Authenticate"] = f'{_BEARER}, error="invalid_token"'
    return answer


def conflict_told(own: Conflict) -> dict[str, Any]:
    """Return both values of what somebody else has changed since it was read, and who that was."""
    return {
        "unit": own.unit,
        "criterion": own.criterion,
        "yours": own.yours,
        "theirs": own.theirs,
        "by": own.by_name,
        "made_at": None if own.made_at is None else own.made_at.isoformat(),
        "revision": own.revision,
    }


def problem_of_http(error: HTTPException) -> Response:
    """Return the problem document of *error*: of malformed parameters every fault, of another kind of it one sentence."""
    status = error.code or 500
    malformed = getattr(error, "data", None) or {}
    faults: Faults = [(None, _SENTENCES.get(status, _SENTENCES[500 if status >= 500 else 400]))]
    if isinstance(error, Absent | Malformed):
        faults = error.faults
    elif "messages" in malformed:
        faults = _malformed(malformed["schema"], malformed["messages"])
    answer = problem(status, faults)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            answer.headers[name] = value
    return answer


def answer_lost(app: Flask) -> None:
    """Let *app* answer with a problem document what leads nowhere below `/api/`, or is asked there by another method."""

    @app.before_request
    def _lost() -> Response | None:
        error = request.routing_exception
        if error is None or error.code is None or error.code < 400 or not is_api():
            return None
        return problem_of_http(error)


def unknown(names: Iterable[str], known: Iterable[str]) -> Iterator[tuple[str | None, Text]]:
    """Yield that there are no parameters of those *names*; those there are, are *known*."""
    listed = list(known)
    zh = f"没有这个参数；可用：{'、'.join(listed)}" if listed else "这个地址不接受参数"
    en = (
        f"there is no such parameter; there are: {', '.join(listed)}"
        if listed
        else "this address takes no parameters"
    )
    return ((name, Text(zh, en)) for name in names)


def _malformed(
    schema: Schema, messages: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str | None, Text]]:
    """Yield a sentence for every parameter at fault, in the order they are documented, strangers last."""
    found = messages.get("query", {})
    for name, field in schema.fields.items():
        if name in found:
            missing = found[name] == [_MISSING]
            yield name, Text("缺少此参数", "is missing") if missing else field.metadata["wants"]
    yield from unknown((name for name in found if name not in schema.fields), schema.fields)


def _told(fault: Fault) -> tuple[str | None, Text]:
    if fault.place.row is not None:
        return fault.place.field, Text(fault.in_(Lang.ZH), fault.in_(Lang.EN))
    about = _ABOUT.get(fault.about) if isinstance(fault, ClaimFault) else None
    return fault.place.field or about, fault.sentence


_ABOUT = {name: name for name in ("item", "day", "points", "event", "note", "at_unit")} | {"files": "file"}
"""What a fault of a claim is about, by the parameter it was sent in."""
