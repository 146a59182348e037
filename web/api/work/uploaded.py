"""Files that come with what is sent: read and forgotten, or looked at and kept for good before they are named."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, cast

from scoring.workflow.documents import Document, take_documents
from web import handed_in
from web.downloads import own_name
from web.filing import files


def laid_out(given: Any, otherwise: str = "file") -> AbstractContextManager[Path]:
    """Give where a file that was sent lies, for as long as it is read, under its own name.

    It is called *otherwise* where nothing of its own name is left.
    """
    return handed_in.laid_out(own_name(given.filename) or otherwise, given.stream)


def documents_in(given: Sequence[Any]) -> tuple[Document, ...]:
    """Return the files of a form, each once. Raises FileUnfit and FilesNowhere."""
    if not given:
        return ()
    return take_documents(files(), [(cast("BinaryIO", own.stream), own.filename or "") for own in given])
