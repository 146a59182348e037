"""A store for one request: what is written waits to be kept until the request is answered, and is kept with the answer."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from scoring.chain import BY_COMMAND, Deed
from scoring.store.engine import Connection, Store

First = Callable[["Held"], None]


class Held(Store):
    """The store *own* as a workflow knows it, but its one writing transaction ends with this context, not before.

    *first* is called in it before anything is written, and refuses by raising. Where an exception leaves the context,
    nothing is kept.
    """

    def __init__(self, own: Store, first: First) -> None:
        self._own = own
        self._first = first
        self._connection: Connection | None = None
        self._rest = ExitStack()
        self._written = False

    def __enter__(self) -> Self:
        """Return this store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what was written, or where *error* leaves, nothing of it."""
        self._connection = None
        self._rest.__exit__(kind, error, trace)

    @property
    def address(self) -> str:
        """The URL, without the password."""
        return self._own.address

    @property
    def written(self) -> Connection | None:
        """The connection of the transaction that waits to be kept; None where nothing was written."""
        return self._connection if self._written else None

    @contextmanager
    def begin(self, deed: Deed = BY_COMMAND) -> Iterator[Connection]:
        """Give the connection that may write, once."""
        assert self._connection is None, "a request writes in one transaction"
        try:
            with ExitStack() as stack:
                self._connection = stack.enter_context(self._own.begin(deed))
                self._first(self)
                yield self._connection
                self._rest = stack.pop_all()
                self._written = True
        finally:
            if not self._written:
                self._connection = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees the database as it is now, with what this request has written."""
        if self._connection is not None:
            yield self._connection
        else:
            with self._own.read() as c:
                yield c

    def close(self) -> None:
        """Leave the connections open: they are those of the store itself."""
