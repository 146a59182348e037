"""A county's pages under real gunicorn, which is ended and started anew at will, and plain HTTP clients who are signed in."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from socket import socket
from threading import Barrier
from urllib.parse import urlencode

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from scoring.people import Actor
from scoring.store import sessions
from scoring.store.engine import Store
from tests.databases import Database
from web.listening import listen

ROOT = Path(__file__).parents[2]
WORKERS = 2
PATIENCE = 120
"""Seconds in which a start, an answer and an end on a busy machine must come."""
LOCKED, UNLOCKED = "web.serving", "tests.ledger.unlocked"
"""What serves: the product, or the variant whose writers do not wait for each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an HTTP client was answered."""

    status: int
    location: str
    text: str

    @property
    def told(self) -> str:
        """What a program was told; '' where a page was answered."""
        return self.text if self.text.startswith("{") else ""

    @property
    def number(self) -> int:
        """Return the number of what was made: the last of the way a page leads to, or that of a program's answer."""
        if self.told:
            return int(json.loads(self.told)["number"])
        return int(re.findall(r"\d+", self.location)[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Somebody who is signed in, as an HTTP client knows them."""

    port: int
    cookie: str
    csrf: str
    person: str
    sent: Counter[str] = field(default_factory=Counter, compare=False, repr=False)
    """How often something was posted, by the path; kept for all who were signed in together."""

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, /, **fields: object) -> Answer:
        """Send a form; `file` is its content and its name."""
        if "file" not in fields:
            kind = "application/x-www-form-urlencoded"
            return self._ask("POST", path, urlencode(fields, doseq=True).encode(), {"Content-Type": kind})
        return self._ask("POST", path, *_multipart(fields))

    def send(self, path: str, /, key: str = "", **fields: object) -> Answer:
        """Send the same to the API, as a program would: under *key*, or one of its own."""
        own = {"Idempotency-Key": key or uuid.uuid4().hex}
        if "file" in fields:
            body, kind = _multipart(fields)
        else:
            body, kind = json.dumps(fields).encode(), {"Content-Type": "application/json"}
        return self._ask("POST", f"/api/v1{path}", body, kind | own)

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        if method == "POST":
            self.sent[path] += 1
        own = {"Cookie": f"stars_session={self.cookie}", "X-CSRF-Token": self.csrf, "Accept-Language": "en"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, own | dict(headers))
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            return Answer(status=answer.status, location=answer.headers.get("Location", ""), text=text)


def _multipart(fields: Mapping[str, object]) -> tuple[bytes, dict[str, str]]:
    """Return a form with a file, and what says so."""
    content, name = fields["file"]
    sent = MultiDict(fields | {"file": FileStorage(io.BytesIO(content), name)})
    boundary, body = encode_multipart(sent)
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


class Gunicorn:
    """The county's pages at `port`, by several worker processes."""

    def __init__(self, folder: Path, database: Database, module: str) -> None:
        self._folder, self._module = folder, module
        self._listener: socket = listen("127.0.0.1", 0)
        self._environment = os.environ | {
            "STARS_DATABASE_URL": database.url,
            "STARS_DATABASE_SCHEMA": database.schema,
            "STARS_FILES_DIR": str(folder / "files"),
            "STARS_LANG": "en",
            "HOME": str(folder),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        }
        self.port: int = self._listener.getsockname()[1]
        self._start()

    def restart(self) -> None:
        """End the overseer and all workers in good order, and start others on the same port."""
        before = self._process.pid
        self._end(signal.SIGTERM)
        assert self._process.returncode == 0, self.said()
        self._start()
        assert self._process.pid != before

    def close(self) -> None:
        """End it, in whatever order."""
        if self._process.poll() is None:
            self._end(signal.SIGKILL)
        self._listener.close()

    def said(self) -> str:
        """Return what was written to standard error."""
        return (self._folder / "stderr").read_text("utf-8", "replace")

    def _start(self) -> None:
        fd = self._listener.fileno()
        command = (sys.executable, "-P", "-m", self._module, str(fd), str(WORKERS))
        with (self._folder / "stderr").open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=self._folder,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                pass_fds=[fd],
                start_new_session=True,
                text=True,
            )
        if "ready" not in (self._process.stdout.readline()):
            pytest.fail(f"it did not start: {self.said()}")

    def _end(self, signal_: int) -> None:
        os.killpg(self._process.pid, signal_)
        self._process.communicate(timeout=PATIENCE)


@contextmanager
def gunicorn(folder: Path, database: Database, module: str = LOCKED) -> Iterator[Gunicorn]:
    """Give the county served from *folder*."""
    served = Gunicorn(folder, database, module)
    try:
        yield served
    finally:
        served.close()


def hands(store: Store, port: int, actors: Sequence[Actor], sent: Counter[str] | None = None) -> list[Hand]:
    """Return *actors* signed in at *port*; what they post is counted in *sent*."""
    sent = Counter() if sent is None else sent
    with store.begin() as c:
        opened = [sessions.begin(c, own.id, timedelta(hours=8)) for own in actors]
    return [
        Hand(port=port, cookie=own.token, csrf=own.csrf, person=one.id, sent=sent)
        for one, own in zip(actors, opened, strict=True)
    ]


def at_once(requests: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Send all *requests* at the same moment, each on a connection of its own, and return their answers in that order."""
    gate = Barrier(len(requests))

    def send(request: Callable[[], Answer]) -> Answer:
        gate.wait()
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))
