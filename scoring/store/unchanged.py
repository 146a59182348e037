"""What was read and cannot have changed since: kept for as long as the newest link of the chain is the same.

Whatever the chain covers is written with a new link, by whichever process. So what covered tables said under a link
they say for as long as it is the newest, and asking which that is takes the place of asking them all again.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from scoring.chain import NONE
from scoring.store import chain

_WITH = "stars_kept_with"
_MOST = 1_000
"""So many answers are kept a database, the longest unused go first."""

_KEPT: "WeakKeyDictionary[Engine, OrderedDict[Hashable, tuple[str, Any]]]" = WeakKeyDictionary()
_LOCK = Lock()

Answer = TypeVar("Answer")


def share(engine: Engine, other: Engine) -> None:
    """Let what is asked on *engine* be kept with what is asked on *other*: they are of one database."""
    engine.update_execution_options(**{_WITH: other})


def unchanged(c: Connection, question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """Return what *ask* answers to *question*, from covered tables alone; asked again once there is a new link.

    The answer is shared by all who ask: nobody may change it. A transaction that has written to covered tables asks
    for itself.
    """
    newest = chain.newest(c)
    if newest is None or newest == NONE:
        return ask()
    with _LOCK:
        kept = _KEPT.setdefault(c.get_execution_options().get(_WITH, c.engine), OrderedDict())
        under, answer = kept.get(question, (NONE, None))
        if under == newest:
            kept.move_to_end(question)
            own: Answer = answer
            return own
    own = ask()
    _keep(kept, question, (newest, own))
    return own


@dataclass(frozen=True, slots=True)
class _Grown:
    """An answer that was made under the link of that number, when *of* held."""

    number: int
    of: Hashable
    answer: Any


def grown(
    c: Connection,
    question: Hashable,
    of: Hashable,
    ask: Callable[[], Answer],
    grow: Callable[[Answer, int], Answer],
) -> Answer:
    """Return what *ask* answers to *question*, as `unchanged` does; where there are new links, by *grow* from the answer of before.

    *grow* is given that answer and the number of the link it was made under: what was written since bears a higher one.
    An answer of before counts only while *of* is the same, and while that link is still in the chain.
    """
    number, newest = chain.newest_link(c)
    if chain.newest(c) != newest or newest == NONE:
        return ask()
    with _LOCK:
        kept = _KEPT.setdefault(c.get_execution_options().get(_WITH, c.engine), OrderedDict())
        under, before = kept.get(question, (NONE, None))
    own: Answer
    if not isinstance(before, _Grown) or before.of != of:
        own = ask()
    elif under == newest:
        own = before.answer
    elif chain.is_link(c, before.number, under):
        own = grow(before.answer, before.number)
    else:
        own = ask()
    _keep(kept, question, (newest, _Grown(number, of, own)))
    return own


def _keep(kept: OrderedDict[Hashable, tuple[str, Any]], question: Hashable, answer: tuple[str, Any]) -> None:
    with _LOCK:
        kept[question] = answer
        kept.move_to_end(question)
        if len(kept) > _MOST:
            kept.popitem(last=False)
