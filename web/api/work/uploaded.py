"""Files that come with what is sent: looked at, and kept for good before they are named."""

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from scoring.workflow.documents import Document, take_documents
from web.filing import files


def documents_in(given: Sequence[Any]) -> tuple[Document, ...]:
    """Return the files of a form, each once. Raises FileUnfit and FilesNowhere."""
    if not given:
        return ()
    return take_documents(files(), [(cast("BinaryIO", own.stream), own.filename or "") for own in given])
