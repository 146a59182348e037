"""Notices sent on to another channel of the office's, where a setting says so: signed, and beside everybody's work.

A request of the office's own program gets a list of notices as JSON, with the time in one header and in another the
HMAC-SHA256 of that time, a dot and the body. It is tried twice; what is lost stands in the inbox all the same.
"""

import hashlib
import hmac
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException

import orjson
from flask import Flask, Response, request

from scoring.store.engine import Store, StoreBusy
from scoring.store.notices import Notice
from scoring.workflow.inbox import WRITTEN, committed
from web.access import SAFE

TIMESTAMP, SIGNATURE = "X-Stars-Timestamp", "X-Stars-Signature"

_PATIENCE = 5.0
_PAUSE = 2.0
_AT_ONCE = 200


class _Still(urllib.request.HTTPRedirectHandler):
    """Goes where it was told to and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Return None: a redirection is an error."""


class Webhook:
    """Sends what this process has written, a batch after the other, in one thread of its own."""

    def __init__(self, store: Store, url: str, secret: str) -> None:
        self._store, self._url, self._secret = store, url, secret.encode()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        # Neither proxies of the environment nor redirections: it goes to the one address that was set.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Still)

    def wake(self) -> None:
        """Let what was written be sent soon; returns at once."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)
                self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self.send(WRITTEN.take())

    def send(self, numbers: Sequence[int]) -> int:
        """Send the notices of *numbers* that were committed, and return how many arrived."""
        try:
            found = committed(self._store, numbers) if numbers else ()
        except StoreBusy:
            return 0
        batches = [found[at : at + _AT_ONCE] for at in range(0, len(found), _AT_ONCE)]
        return sum(len(batch) for batch in batches if self._arrives(batch) or self._later(batch))

    def _later(self, batch: Sequence[Notice]) -> bool:
        time.sleep(_PAUSE)
        return self._arrives(batch)

    def _arrives(self, batch: Sequence[Notice]) -> bool:
        body = orjson.dumps({"notices": [_document(own) for own in batch]})
        at = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP: at,
            SIGNATURE: signature(self._secret, at, body),
        }
        asked = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310  http or https, as set
        try:
            with self._opener.open(asked, timeout=_PATIENCE) as answer:
                status: int = answer.status
                return 200 <= status < 300
        except (OSError, HTTPException, urllib.error.URLError):
            return False


def signature(secret: bytes, at: str, body: bytes) -> str:
    """Return how a body sent at that time (in seconds, as text) is signed."""
    return "sha256=" + hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def send_on(app: Flask, webhook: Webhook) -> None:
    """Let *app* wake *webhook* after whatever may have written a notice."""

    @app.after_request
    def _wake(answer: Response) -> Response:
        if request.method not in SAFE and answer.status_code < 400:
            answer.call_on_close(webhook.wake)
        return answer


def _document(own: Notice) -> dict[str, object]:
    return {
        "number": own.number,
        "person": own.person,
        "kind": own.kind,
        "zh": own.sentence.zh,
        "en": own.sentence.en,
        "address": own.address,
        "at": own.made_at.isoformat(),
    }
