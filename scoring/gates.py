"""Gates as they come about: a motion to raise or lift one, with its reason and document, which another person confirms."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scoring.texts import Text


class MotionKind(StrEnum):
    """What is moved about a gate."""

    RAISE = "raise"
    LIFT = "lift"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return Text("列入", "raise") if self is MotionKind.RAISE else Text("解除", "lift")


class MotionState(StrEnum):
    """What became of a motion."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _STATES[self]


_STATES = {
    MotionState.OPEN: Text("待确认", "to be confirmed"),
    MotionState.CONFIRMED: Text("已确认", "confirmed"),
    MotionState.REFUSED: Text("未通过", "refused"),
    MotionState.WITHDRAWN: Text("已撤回", "withdrawn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateMotion:
    """A motion about a gate of a unit. `file` is the SHA-256 of its document, '' without one; people stand by id.

    `answer`, `answered_by` and `answered_at` say who confirmed, refused or withdrew it, None and '' while it is open.
    """

    number: int
    period: str
    unit: str
    gate: str
    motion: MotionKind
    reason: str
    file: str
    title: str
    by: str
    made_at: datetime
    on_behalf: str = ""
    state: MotionState = MotionState.OPEN
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None

    @property
    def movers(self) -> frozenset[str]:
        """Who moved it, and on whose behalf, by id."""
        return frozenset(filter(None, (self.by, self.on_behalf)))
