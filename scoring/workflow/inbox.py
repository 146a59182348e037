"""The inbox: what people are told about their work, by others' deeds, and what of it they have read."""

import threading
from collections import deque
from collections.abc import Iterable, Sequence

from scoring.people import Actor
from scoring.store import notices, rights
from scoring.store.engine import Connection, Store
from scoring.store.notices import Notice
from scoring.texts import Text
from scoring.workflow.sign_in import own_person, today

SHOWN = 200
"""So many notices are shown, the newest first."""

_MOST_WAITING = 10_000


class Written:
    """The numbers of notices this process has written, until somebody takes them to send them on.

    Some may never have been committed; whoever takes them asks the store.
    """

    def __init__(self) -> None:
        self._numbers: deque[int] = deque(maxlen=_MOST_WAITING)
        self._lock = threading.Lock()

    def add(self, numbers: Iterable[int]) -> None:
        """Note *numbers*."""
        with self._lock:
            self._numbers.extend(numbers)

    def take(self) -> list[int]:
        """Return what was noted, and forget it."""
        with self._lock:
            found = list(self._numbers)
            self._numbers.clear()
        return found


WRITTEN = Written()
"""What this process has written."""


def tell(c: Connection, people: Iterable[str], kind: str, sentence: Text, address: str) -> int:
    """Tell *people* and their deputies of today, each once, in a transaction that writes; return how many that are.

    *kind* is a word of ours such as `role` or `reminder`, *address* the path of the page it is about.
    """
    told = set(people)
    day = today()
    for own in sorted(told):
        told |= {deputy.person for deputy in rights.deputies_of(c, own) if deputy.holds(day)}
    numbers = notices.add(c, told, kind, sentence, address)
    WRITTEN.add(numbers)
    return len(numbers)


def committed(store: Store, numbers: Sequence[int]) -> tuple[Notice, ...]:
    """Return the notices of *numbers* that are kept, in order."""
    with store.read() as c:
        return notices.numbered(c, numbers)


def read_inbox(store: Store, actor: Actor) -> tuple[Notice, ...]:
    """Return what *actor* was told, the newest first. Raises NotSignedIn."""
    own = own_person(actor)
    with store.read() as c:
        return notices.of_person(c, own.id, SHOWN)


def count_unread(store: Store, actor: Actor) -> int:
    """Return how much of what *actor* was told they have not read. Raises NotSignedIn."""
    own = own_person(actor)
    with store.read() as c:
        return notices.unread(c, own.id)


def mark_all_read(store: Store, actor: Actor) -> None:
    """Let all that *actor* was told be read. Raises NotSignedIn."""
    own = own_person(actor)
    with store.begin() as c:
        notices.mark_read(c, own.id)
