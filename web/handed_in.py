"""Files that are handed in to be read, in a folder of their own for as long as that takes, and then gone.

A page that tries a file first sends it back within its form, so nothing of it lies about on the server until somebody
says that it is to be taken.
"""

import shutil
import tempfile
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from flask import request
from werkzeug.exceptions import BadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """A file that a page was given: a name fit for a folder, and its bytes."""

    name: str
    content: bytes

    def in_form(self) -> str:
        """Return the bytes as the form carries them back, in base64."""
        return b64encode(self.content).decode()

    def laid_out(self) -> AbstractContextManager[Path]:
        """Give where the file lies for as long as it is read."""
        return laid_out(self.name, BytesIO(self.content))


def handed_in(named: Callable[[str], str]) -> HandedIn:
    """Return the file that is given with the form, or the one that was tried before and comes back with it.

    What it is called where it lies is what *named* makes of the name it came with. Raises BadRequest where what comes
    back is no base64.
    """
    file = request.files.get("file")
    if file is not None and file.filename:
        return HandedIn(name=named(file.filename), content=file.read())
    try:
        content = b64decode(request.form.get("content", ""), validate=True)
    except NotBase64:
        raise BadRequest from None
    return HandedIn(name=named(request.form.get("name", "")), content=content)


@contextmanager
def laid_out(name: str, content: IO[bytes]) -> Iterator[Path]:
    """Give where a file called *name*, by whose end it is known, lies for as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as file:
            shutil.copyfileobj(content, file)
        yield path
