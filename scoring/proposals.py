"""Proposals: an edition prepared by one person, which another confirms or refuses."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scoring.statement import Excuse, State
from scoring.texts import Text
from scoring.working_days import Posting


class ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"

    @property
    def called(self) -> Text:
        """What an office calls it."""
        return _STATES[self]


_STATES = {
    ProposalState.OPEN: Text("待确认", "to be confirmed"),
    ProposalState.CONFIRMED: Text("已发布", "published"),
    ProposalState.REFUSED: Text("未发布", "not published"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An edition as it was prepared. `inputs` is the SHA-256 of what it is made of, `link` that of the chain it came by.

    `supersedes` is the id of the edition it follows, '' for the first; `posting` is None for a final edition; people
    stand by id. `edition` is what it became, '' while it is open or where it was refused, `answer` why.
    """

    number: int
    period: str
    kind: State
    inputs: str
    supersedes: str
    reason: str
    excused: tuple[Excuse, ...]
    posting: Posting | None
    by: str
    on_behalf: str
    made_at: datetime
    link: int
    state: ProposalState = ProposalState.OPEN
    edition: str = ""
    answer: str = ""
    answered_by: str = ""
    answered_on_behalf: str = ""
    answered_at: datetime | None = None

    @property
    def preparers(self) -> frozenset[str]:
        """Who has had a hand in preparing it, by id."""
        return frozenset(filter(None, (self.by, self.on_behalf)))
