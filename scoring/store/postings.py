"""Postings as they are kept: from when to when a draft edition is open to objection."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, select

from scoring.store import chain
from scoring.store.tables import posting
from scoring.working_days import Posting


def add(c: Connection, edition_id: str, new: Posting) -> None:
    """Let the edition be posted from day to day."""
    chain.add(
        c,
        posting,
        edition=edition_id,
        first_day=new.first.isoformat(),
        last_day=new.last.isoformat(),
        made_at=datetime.now(UTC),
    )


def of_edition(c: Connection, edition_id: str) -> Posting | None:
    """Return from when to when the edition is posted; None where that was never said."""
    return every(c, edition_id).get(edition_id)


def every(c: Connection, edition_id: str | None = None) -> dict[str, Posting]:
    """Return all postings by the id of the edition, or that of one edition."""
    own = select(posting)
    if edition_id is not None:
        own = own.where(posting.c.edition == edition_id)
    return {
        row.edition: Posting(first=date.fromisoformat(row.first_day), last=date.fromisoformat(row.last_day))
        for row in c.execute(own)
    }
