"""A request that may be sent again is done once: its answer is kept in the transaction that did what was asked."""

from collections.abc import Callable
from dataclasses import dataclass

from scoring.canonical import sha256
from scoring.errors import Fault, Place, Refused
from scoring.store import answered
from scoring.store.answered import Answered
from scoring.store.engine import Connection, Store
from scoring.store.held import First, Held
from scoring.texts import Text


class KeyUsed(Refused):
    """Somebody gives a key under which they have asked for something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it is known again: who sends it, for whom, what it is for, its key, and the SHA-256 of its body."""

    person: str
    operation: str
    key: str
    body: str
    on_behalf: str = ""

    @property
    def digest(self) -> str:
        """What must be the same when it is sent again: the body, and whoever it is sent on behalf of."""
        return sha256(f"{self.on_behalf} {self.body}".encode()) if self.on_behalf else self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer: its status and body; `kept` is the body as it is kept, without what is shown only once."""

    status: int
    body: bytes
    kept: bytes
    replayed: bool = False


Work = Callable[[Held], Told]


def answer_once(store: Store, asked: Asked | None, work: Work, first: First = lambda _: None) -> Told:
    """Return what *work* answers, or where that was asked before under this key, what was answered then.

    What *work* writes, in one transaction of the store it is given, and the answer are kept together or not at all;
    where it writes nothing, its answer is not kept. *first* is called in that transaction before anything is written.
    Raises KeyUsed, and what *work* and *first* raise.
    """
    if asked is not None:
        with store.read() as c:
            known = _known(c, asked)
        if known is not None:
            return known

    def begin(held: Held) -> None:
        with held.read() as c:
            again = None if asked is None else _known(c, asked)
        if again is not None:
            raise _AnsweredMeanwhile(again)
        first(held)

    try:
        with Held(store, begin) as held:
            told = work(held)
            if asked is not None and held.written is not None:
                own = Answered(body=asked.digest, status=told.status, answer=told.kept)
                answered.keep(held.written, asked.person, asked.operation, asked.key, own)
            return told
    except _AnsweredMeanwhile as meanwhile:
        return meanwhile.told


class _AnsweredMeanwhile(Exception):
    def __init__(self, told: Told) -> None:
        self.told = told
        super().__init__(told)


def _known(c: Connection, asked: Asked) -> Told | None:
    """Return what was answered to the same request before. Raises KeyUsed where it was another."""
    found = answered.find(c, asked.person, asked.operation, asked.key)
    if found is None:
        return None
    if found.body != asked.digest:
        raise KeyUsed([Fault(place=Place(field="Idempotency-Key"), sentence=_USED)])
    return Told(status=found.status, body=found.answer, kept=found.answer, replayed=True)


_USED = Text(
    "这个 Idempotency-Key 已用于内容不同或以另一身份发出的请求；新的请求请换一个新的键",
    "this Idempotency-Key was used for a request with other contents, or for somebody else; a new request takes a new key",
)
