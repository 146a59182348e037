"""Clients that keep their connections, in processes of their own: as many requests as a server can answer.

`python -m bench.clients` is one of the processes. A line tells it of a burst, and a line says that it is over, or what
was answered that should not have been. It does as little as a client can, so that the server is what is measured.
"""

import json
import selectors
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path

PROCESSES, CONNECTIONS = 2, 4
"""Processes of clients, and connections of each."""

_ROOM, _ROOM_OF_HEAD = 1 << 20, 1 << 11
_UNREAD = socket.MSG_TRUNC if sys.platform == "linux" else 0
"""Of a body only the length is wanted; Linux can leave its bytes where they are."""

_OVER = "over"
_BLANK, _LENGTH = b"\r\n\r\n", b"content-length:"
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Requests for one address of this machine; each must be answered with that status and a body of that length."""

    port: int
    path: str
    headers: dict[str, str]
    requests: int
    status: int
    length: int

    @property
    def request(self) -> bytes:
        lines = (f"{name}: {value}\r\n" for name, value in self.headers.items())
        return f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{''.join(lines)}\r\n".encode()


class Unexpected(Exception):
    """A server did not answer as it had to."""


class Clients:
    """Processes that wait for a burst."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "bench.clients"]
        pipe = subprocess.PIPE
        self._processes = [
            subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=_ROOT) for _ in range(PROCESSES)
        ]

    def run(self, burst: Burst) -> None:
        """Make each process ask so many requests, and wait until all are answered. Raises Unexpected."""
        line = json.dumps(asdict(burst))
        for process in self._processes:
            print(line, file=process.stdin, flush=True)
        said = [process.stdout.readline().strip() for process in self._processes]
        if set(said) != {_OVER}:
            raise Unexpected(*said)

    def close(self) -> None:
        for process in self._processes:
            process.communicate()


class _Connection:
    """A connection that has one request under way at most."""

    def __init__(self, burst: Burst, room: memoryview) -> None:
        self.socket = socket.create_connection(("127.0.0.1", burst.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._status = f"HTTP/1.1 {burst.status} ".encode()
        self._length = 0 if burst.status == HTTPStatus.NOT_MODIFIED else burst.length
        self._request = burst.request
        self._room = room

    def ask(self) -> None:
        self._head = b""
        self._left: int | None = None
        self.socket.sendall(self._request)

    def answered(self) -> bool:
        """Take what has come, and say whether the answer is whole. Raises Unexpected."""
        taken = self.socket.recv_into(self._room, _ROOM_OF_HEAD) if self._left is None else self._leave()
        if not taken:
            raise Unexpected("a connection was closed")
        if self._left is None:
            self._head += self._room[:taken]
            head, blank, body = self._head.partition(_BLANK)
            if not blank:
                return False
            self._check(head)
            self._left, taken = self._length, len(body)
        self._left -= taken
        return not self._left

    def _leave(self) -> int:
        return self.socket.recv_into(self._room, self._left, _UNREAD)

    def _check(self, head: bytes) -> None:
        _, _, rest = head.lower().partition(_LENGTH)
        whole = int(rest.split(b"\r\n", 1)[0]) if rest else 0
        if not head.startswith(self._status) or (self._length and whole != self._length):
            raise Unexpected(head.decode("latin-1"))


def _ask_all(burst: Burst, room: memoryview) -> None:
    """Ask on all connections at once until every request is answered. Raises Unexpected."""
    with ExitStack() as stack:
        ready = stack.enter_context(selectors.DefaultSelector())
        for _ in range(CONNECTIONS):
            own = _Connection(burst, room)
            stack.callback(own.socket.close)
            ready.register(own.socket, selectors.EVENT_READ, own)
            own.ask()
        left, unasked = burst.requests, burst.requests - CONNECTIONS
        while left:
            for key, _ in ready.select():
                if key.data.answered():
                    left -= 1
                    if unasked:
                        unasked -= 1
                        key.data.ask()


def main() -> None:
    """Do the bursts that are told of, a line each."""
    room = memoryview(bytearray(_ROOM))
    for line in sys.stdin:
        try:
            _ask_all(Burst(**json.loads(line)), room)
        except (Unexpected, OSError) as error:
            print(repr(error), flush=True)
        else:
            print(_OVER, flush=True)


if __name__ == "__main__":
    main()
