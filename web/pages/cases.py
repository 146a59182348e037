"""What pages of a year's work have in common: who sees which of them, the days of a posting, and documents."""

from typing import BinaryIO, cast

from flask import request
from flask.typing import ResponseReturnValue

from scoring.periods import Period
from scoring.permissions import Action, Setting, may
from scoring.store.engine import Store
from scoring.texts import Text
from scoring.units import Unit
from scoring.uploads.kinds import Kind
from scoring.workflow.documents import Document, take_documents
from scoring.workflow.post_results import days_told, posting_of
from web.access import MEBIBYTE, actor
from web.downloads import handed_out
from web.filing import files
from web.kept import kept
from web.viewing import shelf

ROOM = 64 * MEBIBYTE
"""How much one form brings at most."""

_MOST = 256


_SEEN_BY = {
    "progress": Action.SEE_PROGRESS,
    "gates": Action.SEE_CASES,
    "objections": Action.SEE_CASES,
    "publishing": Action.SEE_PROPOSALS,
    "calendar": Action.SEE_PROGRESS,
}


def sees(page: str, period_id: str) -> bool:
    """Return whether who asks may see that page of the period's work."""
    return may(actor(), _SEEN_BY[page], Setting(period=period_id))


def sees_work_of(period: Period, unit: Unit) -> bool:
    """Return whether who asks may see the work of that unit in the period."""
    return may(actor(), Action.SEE_WORK, Setting(period=period.id, phase=period.phase, unit=unit))


def posting_told(edition_id: str) -> Text | None:
    """Return from when to when the edition is posted, the same at any time; None where it never was."""
    own = shelf().store
    told: Text | None = kept("postings", _MOST).once(edition_id, lambda: _posting_told(own, edition_id))
    return told


def _posting_told(own: Store, edition_id: str) -> Text | None:
    posting = posting_of(own, edition_id)
    if posting is None:
        return None
    days = days_told(posting)
    return Text(f"{days.zh}，期内可提出异议", f"{days.en}; objections can be filed until then")


def documents() -> tuple[Document, ...]:
    """Return the files that came with the form, looked at and kept. Raises FileUnfit and FilesNowhere."""
    given = [own for own in request.files.getlist("file") if own.filename]
    return (
        take_documents(files(), [(cast("BinaryIO", own.stream), own.filename or "") for own in given])
        if given
        else ()
    )


def given_out(sha256: str, title: str, kind: Kind) -> ResponseReturnValue:
    """Return a document as it was sent in, to be saved."""
    plain = f"document.{kind.extensions[0]}"
    return handed_out(files().path(sha256), kind.media_type, title, plain=plain)
