"""What a benchmark asks: an application without a server, a service with clients that keep their connections, and a
service from its start until it answers.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from werkzeug.test import create_environ

from bench.answers import check_equal
from bench.clients import PROCESSES, Burst, Clients
from web.settings import LOOPBACK, Settings

REQUESTS = 1_000
"""Requests of a run over HTTP."""

_PATIENCE = 60
_ROOT = Path(__file__).parents[1]
_STARS = str(Path(sys.executable).with_name("stars"))

Headers = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, and how it is answered."""

    path: str
    headers: Headers = field(default_factory=dict)
    status: int = HTTPStatus.OK
    body: bytes


class InProcess:
    """One request to an application, without a server; the answer is taken to its last byte."""

    def __init__(
        self, app: Callable[..., Iterable[bytes]], path: str, headers: Headers | None = None
    ) -> None:
        self._app = app
        self._environ = create_environ(path, f"http://{LOOPBACK}", headers=headers)
        self._new = count()
        self.status = ""

    def run_anew(self) -> bytes:
        """Ask with a query nobody asked with before, which means nothing: what is kept by its address is of no use."""
        self._environ["QUERY_STRING"] = f"new={next(self._new)}"
        return self.run()

    def run(self) -> bytes:
        answer = self._app(dict(self._environ), self._start)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return body

    def asked(self) -> Asked:
        """Return the request with the answer it has now; not timed."""
        body, environ = self.run(), self._environ
        headers = {"If-None-Match": environ["HTTP_IF_NONE_MATCH"]} if "HTTP_IF_NONE_MATCH" in environ else {}
        return Asked(path=environ["PATH_INFO"], headers=headers, status=int(self.status[:3]), body=body)

    def _start(self, status: str, _headers: list, _error: Any = None) -> None:
        self.status = status


class Served:
    """A service of one worker, and clients that ask it."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], clients: Clients) -> None:
        self._clients = clients
        with socket.create_server((LOOPBACK, 0), backlog=128) as listener:
            self._port = listener.getsockname()[1]
            self._process = subprocess.Popen(
                [sys.executable, *command, str(listener.fileno()), "1"],
                pass_fds=(listener.fileno(),),
                cwd=_ROOT,
                env=os.environ | environment,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    def check(self, name: str, asked: Asked) -> None:
        """Raise Unequal unless the service answers as it must."""
        status, body = _answer(self._port, asked.path, asked.headers)
        check_equal(f"{name}, served", [status, body], [asked.status, asked.body])

    def run(self, asked: Asked) -> None:
        """Ask REQUESTS times, and check each answer's status and length."""
        self._clients.run(
            Burst(
                port=self._port,
                path=asked.path,
                headers=asked.headers,
                requests=REQUESTS // PROCESSES,
                status=asked.status,
                length=len(asked.body),
            )
        )

    def close(self) -> None:
        _end(self._process)


class Start:
    """`stars serve` on a database that is there, until it answers that it is alive; the next call ends it first."""

    def __init__(self, found: Settings) -> None:
        self._environment = os.environ | found.environment()
        self._process: subprocess.Popen | None = None
        with socket.create_server((LOOPBACK, 0)) as listener:
            self._port = listener.getsockname()[1]

    def run(self) -> None:
        command = [_STARS, "serve", "--port", str(self._port)]
        self._process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        status, _ = _answer(self._port, "/healthz", {})
        assert status == HTTPStatus.OK

    def bare(self) -> None:
        """Make the application and no more."""
        subprocess.run(
            [sys.executable, "-c", "import web.wsgi"], check=True, env=self._environment, cwd=_ROOT
        )

    def close(self) -> None:
        if self._process is not None:
            _end(self._process)
            self._process = None


def _answer(port: int, path: str, headers: Headers) -> tuple[int, bytes]:
    """Return the status and body of an answer of this machine, as soon as somebody listens there."""
    until = monotonic() + _PATIENCE
    while True:
        with closing(HTTPConnection(LOOPBACK, port, timeout=_PATIENCE)) as connection:
            try:
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
            except ConnectionRefusedError:
                assert monotonic() < until, "the service does not start"
        sleep(0.001)


def _end(process: subprocess.Popen) -> None:
    """End a service with its workers."""
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(_PATIENCE)
