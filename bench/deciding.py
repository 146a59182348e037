"""A claim of points verified through the web app, in process: as a clerk's program does it, with a token and a new key."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from itertools import count
from typing import Any

import orjson
from werkzeug.test import create_environ

from bench.answers import check_equal
from scoring.people import Actor
from scoring.store.engine import Store
from scoring.store.tokens import TokenScope
from scoring.workflow.tokens import add_token
from web.app import create_app
from web.settings import LOOPBACK

_PATH = "/api/v1/points/claims/decisions"
_DAYS = 30


class Deciding:
    """Requests to the application, without a server or a client: each posts the next of *claims*, which wait.

    The environment is made once and copied; body and key are new each time, and the answer is taken to its last byte.
    """

    def __init__(self, store: Store, actor: Actor, claims: Iterator[int]) -> None:
        self._app: Callable[..., Iterable[bytes]] = create_app(store)
        self._claims, self._keys = claims, count()
        token = add_token(store, actor, "bench", TokenScope.WRITE, _DAYS).secret
        self._environ = create_environ(
            _PATH,
            f"http://{LOOPBACK}",
            method="POST",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        self._status = ""

    def run(self) -> bytes:
        """Post the next claim, and return the answer. Raises Unequal where that is no success."""
        sent = orjson.dumps({"decisions": [{"claim": next(self._claims), "post": True}]})
        environ = self._environ | {
            "HTTP_IDEMPOTENCY_KEY": f"bench-{next(self._keys):08}",
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.input": BytesIO(sent),
        }
        answer = self._app(environ, self._start)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        check_equal(f"the answer {body!r}", self._status, "200 OK")
        return body

    def _start(self, status: str, _headers: list, _error: Any = None) -> None:
        self._status = status
