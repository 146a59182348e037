"""The blueprint of people's work: every operation asks first who asks, and what it writes is kept with its answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import orjson
from flask import Response, request
from flask_smorest import Blueprint  # type: ignore[import-untyped]
from marshmallow import Schema
from werkzeug.exceptions import HTTPException

from scoring.errors import Refused
from scoring.people import Actor
from scoring.store.engine import Store
from scoring.store.held import Held
from scoring.workflow.answer_once import Asked, Told, answer_once
from web import access
from web.api.problems import PROBLEM, Absent, problem_of_http, problem_of_refused
from web.api.work import describing
from web.api.work.request import IF_MATCH, agree, body_digest, body_in, key_given, query_in

JSON = "application/json"
REPLAYED = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as an operation knows it: the store, who asks, and what was sent, in the shape that was documented."""

    store: Store
    actor: Actor
    sent: dict[str, Any] = field(default_factory=dict)
    after: list[Callable[[], object]] = field(default_factory=list)
    """What is done once all is kept, and not where the answer is one of before."""


View = Callable[..., Any]
Tag = Callable[[Any], str]
Current = Callable[..., str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What there is to know of an operation that writes.

    `tells` is the shape of its answer, None where that is empty. `tag` returns the answer's ETag, and `current`, given
    the call and the address, that of what is about to be changed. What `once` names is shown, and never kept.
    """

    status: int
    takes: Schema | None
    tells: Schema | None
    keyed: bool
    tag: Tag | None
    current: Current | None
    once: Sequence[str]


class Work(Blueprint):  # type: ignore[misc]
    """What can be done. Every operation is documented with all it may answer."""

    def looks(
        self,
        address: str,
        tells: type[Schema] | None,
        *,
        of: str,
        asks: type[Schema] | None = None,
        tag: Tag | None = None,
        for_all: bool = False,
    ) -> Callable[[View], View]:
        """Let a view, given the call and the address, answer at *address* with the shape *tells*; with None it answers itself.

        *asks* is the shape of the query. *tag* returns the ETag of what the view returns. *for_all* says that nobody
        need sign in.
        """
        asked, shape = (describing.Nothing if asks is None else asks)(), None if tells is None else tells()

        def decorate(view: View) -> View:
            @wraps(view)
            def looked(**values: Any) -> Response:
                _writable(values)
                actor = access.actor() if for_all else access.somebody()
                call = Call(store=access.store(), actor=actor, sent=query_in(asked))
                value = view(call, **values)
                if shape is None:
                    own: Response = value
                    own.headers["Cache-Control"] = "no-store"
                    return own
                return _answer(200, orjson.dumps(shape.dump(value)), None if tag is None else tag(value))

            describing.describe(
                self, looked, "GET", tells=tells, asks=asks, tagged=tag is not None, for_all=for_all
            )
            self.route(address, tags=[of], parameters=describing.parameters(address), merge_slashes=False)(
                looked
            )
            return looked

        return decorate

    def does(
        self,
        method: str,
        address: str,
        tells: type[Schema] | None = None,
        *,
        of: str,
        takes: type[Schema] | None = None,
        adds: bool = False,
        tag: Tag | None = None,
        current: Current | None = None,
        once: Sequence[str] = (),
        largest: int | None = None,
        closes: bool = False,
    ) -> Callable[[View], View]:
        """Let a view do something by *method* at *address*, given the call and the address, and answer with *tells*.

        *takes* is the shape of the body, *largest* how many octets of it are read. *adds* says that something new
        comes to be (201), *closes* that it may be closed for a while (429). A POST takes a key; for the others sending
        again is harmless. The rest is as in `Operation`.
        """
        operation = Operation(
            status=201 if adds else 204 if tells is None else 200,
            takes=None if takes is None else takes(),
            tells=None if tells is None else tells(),
            keyed=method == "POST",
            tag=tag,
            current=current,
            once=once,
        )

        def decorate(view: View) -> View:
            @wraps(view)
            def done(**values: Any) -> Response:
                _writable(values)
                # All of it has come before the moment begins: who sends slowly keeps no transaction open.
                request.get_data(parse_form_data=True)
                with access.store().one_moment():
                    return _done(operation, view, values)

            describing.describe(
                self,
                done,
                method,
                takes=takes,
                tells=tells,
                status=operation.status,
                tagged=tag is not None,
                conditional=current is not None,
                closes=closes,
            )
            own = done if largest is None else access.large(largest)(done)
            self.route(
                address,
                tags=[of],
                methods=[method],
                parameters=describing.parameters(address),
                merge_slashes=False,
            )(own)
            return own

        return decorate


work = Work("work_api", __name__, url_prefix="/api/v1")


@work.errorhandler(HTTPException)  # type: ignore[untyped-decorator]
def _http(error: HTTPException) -> Response:
    return problem_of_http(error)


@work.errorhandler(Refused)  # type: ignore[untyped-decorator]
def _refused(refused: Refused) -> Response:
    return problem_of_refused(refused)


def _done(operation: Operation, view: View, values: dict[str, Any]) -> Response:
    """Answer a request that writes, once."""
    actor = access.somebody()
    key = key_given() if operation.keyed else None
    sent = {} if operation.takes is None else body_in(operation.takes)
    asked = None
    if key is not None:
        address = f"{request.method} {request.path}?{request.query_string.decode('latin-1')}"
        behalf = "" if actor.on_behalf is None else actor.on_behalf.id
        asked = Asked(person=actor.id, operation=address, key=key, body=body_digest(), on_behalf=behalf)
    etags: list[str] = []
    after: list[Callable[[], object]] = []

    def work_on(held: Held) -> Told:
        call = Call(store=held, actor=actor, sent=sent, after=after)
        try:
            value = view(call, **values)
        except Refused as refused:
            if held.written is None:
                raise
            answer = problem_of_refused(refused)
            return Told(status=answer.status_code, body=answer.data, kept=answer.data)
        if operation.tag is not None:
            etags.append(operation.tag(value))
        return _told(operation, value)

    def first(held: Held) -> None:
        if operation.current is not None and IF_MATCH in request.headers:
            agree(operation.current(Call(store=held, actor=actor, sent=sent), **values))

    told = answer_once(access.store(), asked, work_on, first)
    for own in after:
        own()
    answer = _answer(told.status, told.body, etags[-1] if etags else None)
    if told.replayed:
        answer.headers[REPLAYED] = "true"
    return answer


def _told(operation: Operation, value: Any) -> Told:
    if operation.tells is None:
        return Told(status=operation.status, body=b"", kept=b"")
    document = operation.tells.dump(value)
    body = orjson.dumps(document)
    kept = orjson.dumps(document | dict.fromkeys(operation.once)) if operation.once else body
    return Told(status=operation.status, body=body, kept=kept)


def _answer(status: int, body: bytes, etag: str | None) -> Response:
    answer = Response(body, status, content_type=PROBLEM if status >= 400 else JSON)
    answer.headers["Cache-Control"] = "no-store"
    if etag is not None:
        answer.headers["ETag"] = f'"{etag}"'
    if status == 204:
        del answer.headers["Content-Type"]
    return answer


def _writable(values: dict[str, Any]) -> None:
    """Raise Absent where the address names something that no database can hold."""
    for name, value in values.items():
        if isinstance(value, str) and "\0" in value:
            raise Absent(name, "没有这个地址", "there is nothing of this name")
