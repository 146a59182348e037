"""Documents that come with a motion or an objection: looked at, on the disk for good, and only then named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from scoring.errors import Fault, Refused
from scoring.store import evidence
from scoring.store.engine import Connection
from scoring.store.files import Files
from scoring.uploads.intake import inspect
from scoring.uploads.kinds import Kind
from scoring.uploads.names import clean
from scoring.uploads.previews import taken_at
from scoring.uploads.refusals import FileUnfit


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that lies in the folder for good: its SHA-256, what it is, its size in bytes, and what it is called."""

    sha256: str
    kind: Kind
    size: int
    title: str
    taken_at: datetime | None = None


def take_documents(files: Files, given: Iterable[tuple[BinaryIO, str]]) -> tuple[Document, ...]:
    """Return the files that come as streams with their names, each once. Raises FileUnfit with what is wrong of all."""
    found: dict[str, Document] = {}
    faults: list[Fault] = []
    for stream, name in given:
        try:
            own = _taken(files, stream, name)
        except FileUnfit as unfit:
            faults += unfit.faults
        else:
            found.setdefault(own.sha256, own)
    if faults:
        raise FileUnfit(faults)
    return tuple(found.values())


def note(c: Connection, documents: Sequence[Document]) -> None:
    """Note *documents* among the files there are."""
    for own in documents:
        evidence.keep_file(c, own.sha256, own.kind, own.size, own.taken_at)


def _taken(files: Files, stream: BinaryIO, name: str) -> Document:
    taken = files.take(stream, clean(name))
    try:
        accepted = inspect(taken.path, name)
        said = taken_at(taken.path, accepted.kind)
        files.keep(taken)
    except Refused:
        files.drop(taken)
        raise
    return Document(
        sha256=taken.sha256, kind=accepted.kind, size=accepted.size, title=accepted.name, taken_at=said
    )
