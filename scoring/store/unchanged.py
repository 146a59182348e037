"""What was read and cannot have changed since: kept for as long as the newest link of the chain is the same.

Whatever the chain covers is written with a new link, by whichever process. So what covered tables said under a link
they say for as long as it is the newest, and asking which that is takes the place of asking them all again.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from scoring.chain import NONE
from scoring.store import chain

_MOST = 1_000
"""So many answers are kept a database, the longest unused go first."""

_KEPT: "WeakKeyDictionary[Engine, OrderedDict[Hashable, tuple[str, Any]]]" = WeakKeyDictionary()
_LOCK = Lock()

Answer = TypeVar("Answer")


def unchanged(c: Connection, question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """Return what *ask* answers to *question*, from covered tables alone; asked again once there is a new link.

    The answer is shared by all who ask: nobody may change it. A transaction that has written to covered tables asks
    for itself.
    """
    newest = chain.newest(c)
    if newest is None or newest == NONE:
        return ask()
    with _LOCK:
        kept = _KEPT.setdefault(c.engine, OrderedDict())
        under, answer = kept.get(question, (NONE, None))
        if under == newest:
            kept.move_to_end(question)
            own: Answer = answer
            return own
    own = ask()
    with _LOCK:
        kept[question] = newest, own
        kept.move_to_end(question)
        if len(kept) > _MOST:
            kept.popitem(last=False)
    return own
