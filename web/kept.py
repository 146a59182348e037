"""What takes long to work out and never changes, kept at hand: worked out once, by one request, for all who wait."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

from flask import current_app


class Kept:
    """At most *most* values by key; the longest unused goes first. Nobody waits for the value of another key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what *make* gives, made once a key; what it raises is not kept."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                own = self._values[key] = Future()
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
            else:
                self._values.move_to_end(key)
        if found is not None:
            return found.result()
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                self._values.pop(key, None)
            own.set_exception(error)
            raise
        own.set_result(value)
        return value


def kept(name: str, most: int) -> Kept:
    """Return what the running application keeps under *name*."""
    found: Kept = current_app.extensions.setdefault(f"stars_kept_{name}", Kept(most))
    return found
