"""What the imports of units and marks have in common: a file known by its bytes, tried or taken for good."""

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path

from scoring.chain import BY_COMMAND, Deed
from scoring.errors import Fault, FileRefused
from scoring.spreadsheet.tables import Table, capped
from scoring.store.engine import Connection, Store


class Mode(StrEnum):
    """Whether an import is tried, changing nothing, or taken for good."""

    TRIAL = "trial"
    FOR_GOOD = "for_good"


def transaction(store: Store, mode: Mode, deed: Deed = BY_COMMAND) -> AbstractContextManager[Connection]:
    """Return the transaction an import of that mode runs in, as part of *deed*."""
    return store.read() if mode is Mode.TRIAL else store.begin(deed)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of the file's bytes, by which a second import of it is known."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refuse_any(faults: Sequence[Fault], table: Table) -> None:
    """Raise FileRefused with *faults*, if there are any."""
    if faults:
        raise FileRefused(capped(faults, table.place))
