"""Results are posted for comment: from when to when, and what is said of it at the head of every page."""

from dataclasses import dataclass
from datetime import datetime

from scoring.edition import State
from scoring.store import editions, postings
from scoring.store.engine import Store
from scoring.texts import Text
from scoring.workflow.acting import now_or
from scoring.working_days import Posting, today


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A draft that is posted, or was: its days, and whether objections can be filed now."""

    edition: str
    posting: Posting
    is_open: bool

    @property
    def words(self) -> Text:
        """The sentence at the head of a page: the days, and whether one may object."""
        days = days_told(self.posting)
        if self.is_open:
            return Text(f"{days.zh}，可提出异议", f"{days.en}; objections can be filed")
        return Text(f"{days.zh}，已结束", f"{days.en}; that is over")


def days_told(posting: Posting) -> Text:
    """Return the days as a notice writes them: 公示期 11月23日至11月27日."""
    first, last = posting.first, posting.last
    year, until = (f"{first.year}年", f"{last.year}年") if first.year != last.year else ("", "")
    return Text(
        f"公示期 {year}{first.month}月{first.day}日至{until}{last.month}月{last.day}日",
        f"Posted from {first} to {last}",
    )


def posting_of(store: Store, edition_id: str) -> Posting | None:
    """Return from when to when that edition is posted; None where it never was."""
    with store.read() as c:
        return postings.of_edition(c, edition_id)


def posted_at(edition_id: str, posting: Posting, now: datetime | None = None) -> Posted:
    """Return how that posting stands at *now*, by the server's clock."""
    return Posted(edition=edition_id, posting=posting, is_open=not posting.is_over(now_or(now)))


def posted(store: Store, period_id: str, now: datetime | None = None) -> Posted | None:
    """Return how the newest edition of the period is posted; None where it is no draft, or has no days."""
    with store.read() as c:
        newest = editions.newest(c, period_id)
        if newest is None or newest.state is not State.DRAFT:
            return None
        posting = postings.of_edition(c, newest.id)
    return None if posting is None else posted_at(newest.id, posting, now)


def begins_late(posting: Posting, now: datetime) -> bool:
    """Return whether the first day of *posting* is past at *now*, so that the branches would have less time."""
    return posting.first < today(now)
