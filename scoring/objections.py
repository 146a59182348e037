"""Objections: what a branch objects to while a draft is posted, who answers it, and the answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scoring.texts import Text


class ObjectionState(StrEnum):
    """How far an objection has come."""

    FILED = "filed"
    ASSIGNED = "assigned"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _STATES[self]

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self in (ObjectionState.FILED, ObjectionState.ASSIGNED)


_STATES = {
    ObjectionState.FILED: Text("待受理", "waiting for somebody to answer"),
    ObjectionState.ASSIGNED: Text("办理中", "being answered"),
    ObjectionState.UPHELD: Text("成立", "upheld"),
    ObjectionState.DISMISSED: Text("不成立", "dismissed"),
    ObjectionState.WITHDRAWN: Text("已撤回", "withdrawn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionFile:
    """A file that came with an objection, by its SHA-256, and what it is called."""

    sha256: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionMove:
    """One move: given to `person` to answer, answered (with the new `mark` where that was a mark), or withdrawn."""

    number: int
    state: ObjectionState
    person: str
    mark: str
    reason: str
    by: str
    on_behalf: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What a unit objects to: a line by `criterion`, or a `gate` (the other is ''); people stand by id."""

    number: int
    period: str
    edition: str
    unit: str
    criterion: str
    gate: str
    reason: str
    by: str
    on_behalf: str
    made_at: datetime
    files: tuple[ObjectionFile, ...] = ()
    moves: tuple[ObjectionMove, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.criterion) == bool(self.gate):
            raise ValueError("an objection is to a line or to a gate")

    @property
    def state(self) -> ObjectionState:
        """How far it has come."""
        return self.moves[-1].state if self.moves else ObjectionState.FILED

    @property
    def answerer(self) -> str:
        """Who is to answer it, or did, by id; '' while nobody is."""
        given = [own.person for own in self.moves if own.state is ObjectionState.ASSIGNED]
        return given[-1] if given else ""

    @property
    def answer(self) -> ObjectionMove | None:
        """The move that ended it; None while it is open."""
        return None if self.state.is_open else self.moves[-1]

    @property
    def about(self) -> str:
        """The criterion, adjustment or gate it is about, by id."""
        return self.criterion or self.gate
