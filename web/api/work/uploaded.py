"""Files that come with what is sent: read and forgotten, or looked at and kept for good before they are named."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from scoring.workflow.documents import Document, take_documents
from web.downloads import own_name
from web.filing import files


@contextmanager
def laid_out(given: Any, otherwise: str = "file") -> Iterator[Path]:
    """Give where a file that was sent lies, for as long as it is read: under its own name, by whose end it is known.

    It is called *otherwise* where nothing of its own name is left.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (own_name(given.filename) or otherwise)
        given.save(path)
        yield path


def documents_in(given: Sequence[Any]) -> tuple[Document, ...]:
    """Return the files of a form, each once. Raises FileUnfit and FilesNowhere."""
    if not given:
        return ()
    return take_documents(files(), [(cast("BinaryIO", own.stream), own.filename or "") for own in given])
